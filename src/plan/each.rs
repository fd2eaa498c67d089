//! `for_each`: one rule becomes an instance per combination of values.

use super::brought::Brought;
use super::id::slug;
use crate::model::Problems;
use crate::yaml::{Kind, Node};

/// Most instances one rule may become.
const MOST_INSTANCES: usize = 1000;

/// Replaces each repeated rule by its instances.
pub(super) fn expand(brought: Vec<Brought>, problems: &mut Problems) -> Vec<Brought> {
    brought.into_iter().flat_map(|rule| instances(rule, problems)).collect()
}

fn instances(rule: Brought, problems: &mut Problems) -> Vec<Brought> {
    let Some(axes) = rule.node.get("for_each").cloned() else {
        complain_about_stray_each(&rule, problems);
        return vec![rule];
    };
    let Some(combinations) = combinations(&axes, problems) else {
        return Vec::new();
    };
    let excluded = exclusions(&rule.node);
    let kept: Vec<Vec<(String, String)>> =
        combinations.into_iter().filter(|each| !excluded.iter().any(|e| excludes(e, each))).collect();
    if kept.is_empty() {
        problems.push(
            axes.problem("`for_each` leaves no instance")
                .help("give each key at least one value that `except` does not take away"),
        );
    }
    let share =
        if rule.node.get("weight_per").and_then(Node::text) == Some("instance") { 1 } else { kept.len() as u32 };
    let made: Vec<Brought> = kept.iter().map(|each| instance(&rule, each, share, problems)).collect();
    complain_about_equal_ids(&axes, &made, problems);
    made
}

fn combinations(axes: &Node, problems: &mut Problems) -> Option<Vec<Vec<(String, String)>>> {
    let mut all: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for (key, values) in axes.entries() {
        let texts: Vec<&str> = values.items().iter().filter_map(Node::text).collect();
        if !matches!(values.kind, Kind::List(_)) {
            return None;
        }
        if texts.is_empty() || texts.len() != values.items().len() {
            problems.push(
                values
                    .problem(format!("`{}` is not a list of values", key.text))
                    .help(format!("write `{}: [a, b]`", key.text)),
            );
            return None;
        }
        all = all
            .iter()
            .flat_map(|so_far| {
                texts.iter().map(|text| {
                    let mut each = so_far.clone();
                    each.push((key.text.clone(), (*text).to_owned()));
                    each
                })
            })
            .collect();
        if all.len() > MOST_INSTANCES {
            problems.push(
                axes.problem(format!("`for_each` makes more than {MOST_INSTANCES} instances")).help("split the check"),
            );
            return None;
        }
    }
    Some(all)
}

fn exclusions(check: &Node) -> Vec<Vec<(String, String)>> {
    let list = check.get("except").map(Node::items).unwrap_or_default();
    list.iter()
        .map(|entry| {
            entry.entries().iter().filter_map(|(key, node)| Some((key.text.clone(), node.text()?.to_owned()))).collect()
        })
        .collect()
}

fn excludes(exclusion: &[(String, String)], each: &[(String, String)]) -> bool {
    !exclusion.is_empty() && exclusion.iter().all(|pair| each.contains(pair))
}

fn instance(rule: &Brought, each: &[(String, String)], share: u32, problems: &mut Problems) -> Brought {
    let node = without_axes(&rule.node).map_texts(&mut |node, text| substitute(node, text, each, problems));
    let suffix: String = each.iter().map(|(_, value)| format!("@{}", slug(value).replace('/', "-"))).collect();
    Brought { node, id: format!("{}{suffix}", rule.id), share_of: share, ..rule.clone() }
}

fn without_axes(check: &Node) -> Node {
    let kept = check.entries().iter().filter(|(key, _)| key.text != "for_each" && key.text != "except").cloned();
    Node { kind: Kind::Map(kept.collect()), ..check.clone() }
}

fn substitute(node: &Node, text: &str, each: &[(String, String)], problems: &mut Problems) -> String {
    if !text.contains("${each.") {
        return text.to_owned();
    }
    let mut result = text.to_owned();
    for (key, value) in each {
        result = result.replace(&format!("${{each.{key}}}"), value);
    }
    if let Some(start) = result.find("${each.") {
        let name: String = result[start + 7..].chars().take_while(|c| *c != '}').collect();
        let keys: Vec<&str> = each.iter().map(|(key, _)| key.as_str()).collect();
        problems.push(
            node.problem(format!("`for_each` has no key `{name}`")).help(format!("its keys are: {}", keys.join(", "))),
        );
    }
    result
}

fn complain_about_stray_each(rule: &Brought, problems: &mut Problems) {
    let _ = rule.node.map_texts(&mut |node, text| {
        if text.contains("${each.") {
            problems.push(
                node.problem("`${each.…}` without `for_each`").help("add `for_each: { key: [a, b] }` to the check"),
            );
        }
        text.to_owned()
    });
}

fn complain_about_equal_ids(axes: &Node, made: &[Brought], problems: &mut Problems) {
    let mut ids: Vec<&str> = made.iter().map(|rule| rule.id.as_str()).collect();
    ids.sort_unstable();
    for pair in ids.windows(2).filter(|pair| pair[0] == pair[1]) {
        problems.push(
            axes.problem(format!("two instances would both be `{}`", pair[0]))
                .help("make the values differ in letters or digits"),
        );
    }
}
