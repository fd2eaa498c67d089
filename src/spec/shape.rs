//! Faults that can be seen before packs are known, in the parts that are decoded later: their shape, credentials in
//! the wrong place, permissions without an origin.

use std::collections::BTreeSet;

use crate::model::{Problem, Problems};
use crate::yaml::{Kind, Node, decode, decode_part};

use super::document::{CheckDoc, RouteDoc, TargetDoc};

/// Header fields that carry a credential (RFC 9110 §11, RFC 6265 §4.2).
const CREDENTIAL_HEADERS: &[&str] = &["authorization", "cookie", "proxy-authorization"];

/// Reports what is wrong in checks, targets and overrides as far as their shape tells.
pub(super) fn check(root: &Node, variable_hosts: &BTreeSet<String>, problems: &mut Problems) {
    no_credentials_in_headers(root, problems);
    for (name, target) in entries(root, &["targets"]) {
        decode::<TargetDoc>(target, problems);
        permissions_need_origins(name, target, variable_hosts, problems);
    }
    for (_, environment) in entries(root, &["environments"]) {
        for (_, target) in entries(environment, &["targets"]) {
            decode_part::<TargetDoc>(target, problems);
        }
    }
    for (_, fields) in entries(root, &["override"]) {
        decode_part::<CheckDoc>(fields, problems);
    }
    for (_, area) in entries(root, &["areas"]) {
        for check in area.get("checks").map(Node::items).unwrap_or_default() {
            decode::<CheckDoc>(check, problems);
            for route in check.get("routes").map(Node::items).unwrap_or_default() {
                decode::<RouteDoc>(route, problems);
            }
        }
    }
}

/// Whether everything that brings checks has its shape, so that what names a check can be judged although something else
/// in the document is wrong.
pub(super) fn tells_all_checks(root: &Node) -> bool {
    let map = |node: &Node| matches!(node.kind, Kind::Map(_));
    let list_of_maps = |node: &Node| matches!(&node.kind, Kind::List(items) if items.iter().all(map));
    let texts = |node: &Node| node.items().iter().all(|item| item.text().is_some());
    let areas = root.get("areas").is_none_or(|areas| {
        map(areas) && areas.entries().iter().all(|(_, area)| map(area) && area.get("checks").is_none_or(list_of_maps))
    });
    let brings =
        |include: &Node| ["pack", "file"].iter().any(|key| include.get(key).is_some_and(|n| n.text().is_some()));
    let includes = root.get("include").is_none_or(|all| list_of_maps(all) && all.items().iter().all(brings));
    let components = root.get("components").is_none_or(|all| {
        map(all) && all.entries().iter().all(|(_, one)| one.get("path").is_some() && one.get("packs").is_none_or(texts))
    });
    areas && includes && components
}

fn entries<'n>(root: &'n Node, path: &[&str]) -> Vec<(&'n str, &'n Node)> {
    let node = path.iter().try_fold(root, |node, key| node.get(key));
    node.map(Node::entries).unwrap_or_default().iter().map(|(key, node)| (key.text.as_str(), node)).collect()
}

fn no_credentials_in_headers(node: &Node, problems: &mut Problems) {
    for item in node.items() {
        no_credentials_in_headers(item, problems);
    }
    for (key, value) in node.entries() {
        if key.text == "headers" {
            let fields = value.entries().iter();
            let bad = fields.filter(|(name, _)| CREDENTIAL_HEADERS.contains(&name.text.to_lowercase().as_str()));
            bad.for_each(|(name, value)| problems.push(credential_header(&name.text, &value.span)));
        }
        no_credentials_in_headers(value, problems);
    }
}

fn credential_header(name: &str, span: &crate::yaml::Span) -> Problem {
    let kind = if name.eq_ignore_ascii_case("cookie") { "cookie: \"${COOKIE}\"" } else { "bearer: \"${TOKEN}\"" };
    let help = format!("put it under the target: `credentials: {{ default: {{ {kind} }} }}`");
    span.problem(format!("`{name}` does not belong in `headers`")).help(help)
}

fn permissions_need_origins(name: &str, target: &Node, variable_hosts: &BTreeSet<String>, problems: &mut Problems) {
    let has =
        |key: &str| target.get(key).is_some_and(|node| matches!(&node.kind, Kind::List(items) if !items.is_empty()));
    if !variable_hosts.contains(name) || !has("allow") || has("origins") {
        return;
    }
    let Some((key, _)) = target.entries().iter().find(|(key, _)| key.text == "allow") else { return };
    let problem = key.span.problem(format!("the host of `{name}` comes from a variable, so `allow` needs `origins`"));
    problems.push(problem.help("add the origins it is good for: `origins: [\"http://127.0.0.1:*\"]`"));
}
