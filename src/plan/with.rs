//! `with`: probe parameters given from outside a rule, put into every probe of the rule that takes them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::catalog;
use crate::probe::{self, ProbeDef};
use crate::spec::document::PackDoc;
use crate::yaml::{Key, Kind, Node};

/// Names of the parameters a kind of probe takes; read out of its schema once.
fn parameters(kind: &str) -> &'static [String] {
    static BY_KIND: OnceLock<BTreeMap<&'static str, Vec<String>>> = OnceLock::new();
    let by_kind = BY_KIND.get_or_init(|| probe::PROBES.iter().map(|def| (def.name, of_schema(def))).collect());
    by_kind.get(kind).map_or(&[], Vec::as_slice)
}

fn of_schema(def: &ProbeDef) -> Vec<String> {
    let mut generator = schemars::SchemaGenerator::default();
    let schema = (def.schema)(&mut generator);
    // The generator keeps the definition and answers with a reference to it.
    let name = schema.get("$ref").and_then(|path| path.as_str()?.rsplit('/').next().map(str::to_owned));
    let definition = name.and_then(|name| generator.definitions().get(&name));
    let properties =
        definition.unwrap_or(schema.as_value()).get("properties").and_then(|properties| properties.as_object());
    properties.map(|map| map.keys().cloned().collect()).unwrap_or_default()
}

/// The check node with these entries put over the parameters of its probes, and which entries found a place.
pub(super) fn apply(check: &Node, entries: &[(Key, Node)], replace: bool) -> (Node, Vec<bool>) {
    let mut used = vec![false; entries.len()];
    if entries.is_empty() {
        return (check.clone(), used);
    }
    let node = each_probe(check, &mut |kind, params| {
        let takes = parameters(kind);
        let mut params = params.clone();
        for (index, (key, value)) in entries.iter().enumerate() {
            if takes.contains(&key.text) {
                used[index] = true;
                put(&mut params, key, value, replace);
            }
        }
        params
    });
    (node, used)
}

fn put(params: &mut Node, key: &Key, value: &Node, replace: bool) {
    if matches!(params.kind, Kind::Null) {
        params.kind = Kind::Map(Vec::new());
    }
    let Kind::Map(entries) = &mut params.kind else {
        return;
    };
    match entries.iter_mut().find(|(k, _)| k.text == key.text) {
        Some(entry) if replace => *entry = (key.clone(), value.clone()),
        Some(_) => {}
        None => entries.push((key.clone(), value.clone())),
    }
}

/// Rewrites the parameters of each probe in a check: under `probe:` and under each of `routes:`.
fn each_probe(check: &Node, rewrite: &mut dyn FnMut(&str, &Node) -> Node) -> Node {
    let entries = check.entries().iter().map(|(key, node)| {
        let node = match key.text.as_str() {
            "probe" => rewrite_probe(node, rewrite),
            "routes" => Node {
                kind: Kind::List(node.items().iter().map(|route| each_probe(route, rewrite)).collect()),
                ..node.clone()
            },
            _ => node.clone(),
        };
        (key.clone(), node)
    });
    match check.kind {
        Kind::Map(_) => Node { kind: Kind::Map(entries.collect()), ..check.clone() },
        _ => check.clone(),
    }
}

fn rewrite_probe(probe: &Node, rewrite: &mut dyn FnMut(&str, &Node) -> Node) -> Node {
    match &probe.kind {
        Kind::Map(entries) => {
            let entries = entries.iter().map(|(kind, params)| (kind.clone(), rewrite(&kind.text, params))).collect();
            Node { kind: Kind::Map(entries), ..probe.clone() }
        }
        _ => probe.clone(),
    }
}

/// Whether a pack has a check whose probe needs a target that the rule itself does not name.
pub fn needs_target(pack: &PackDoc) -> bool {
    pack.checks.iter().any(|check| {
        let rule = check.node.get("use").and_then(Node::text).and_then(|id| catalog::rule(id).ok().flatten());
        rule.is_some_and(|rule| lacks_target(&rule))
    })
}

/// Whether a probe of the check takes a target, and nothing says where to look.
pub(super) fn lacks_target(check: &Node) -> bool {
    let mut lacks = false;
    each_probe(check, &mut |kind, params| {
        let named = WHERE.iter().any(|key| params.get(key).is_some());
        lacks |= !named && parameters(kind).iter().any(|name| name == "target");
        params.clone()
    });
    lacks
}

/// Parameters that say which system a probe looks at.
const WHERE: [&str; 4] = ["target", "url", "host", "name"];

/// Which system the check looks at: those parameters of its first probe that say so; none for what reads the repository.
pub(super) fn whereabouts(check: &Node) -> Vec<(Key, Node)> {
    let mut found: Vec<(Key, Node)> = Vec::new();
    each_probe(check, &mut |kind, params| {
        let live = parameters(kind).iter().any(|name| name == "target");
        if live && found.is_empty() {
            found.extend(params.entries().iter().filter(|(key, _)| WHERE.contains(&key.text.as_str())).cloned());
        }
        params.clone()
    });
    found
}

/// The same as one text, to compare and to name it by.
pub(super) fn place(check: &Node) -> String {
    let texts: Vec<String> = whereabouts(check).iter().filter_map(|(_, node)| node.text().map(str::to_owned)).collect();
    texts.join(" ")
}
