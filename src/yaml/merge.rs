//! Merge keys: `<<: *base` puts the entries of other mappings under the mapping's own.

use std::collections::BTreeSet;

use crate::model::Problems;
use crate::model::problem::Related;

use super::node::{Key, Kind, Node};

/// The entries of a mapping with its merge keys applied, in source order: a merged entry stands where `<<` stood, and
/// only where the mapping does not set that key itself; of several merged mappings the earlier wins (YAML merge key
/// type, 2005-01-18).
pub(super) fn apply(entries: Vec<(Key, Node, bool)>, problems: &mut Problems) -> Vec<(Key, Node)> {
    if !entries.iter().any(|(_, _, merges)| *merges) {
        return entries.into_iter().map(|(key, node, _)| (key, node)).collect();
    }
    let mut taken: BTreeSet<String> =
        entries.iter().filter(|(_, _, merges)| !merges).map(|(key, _, _)| key.text.clone()).collect();
    let mut merged = Vec::new();
    for (key, node, merges) in entries {
        if !merges {
            merged.push((key, node));
            continue;
        }
        for entry in merged_entries(&key, node, problems) {
            if taken.insert(entry.0.text.clone()) {
                merged.push(entry);
            }
        }
    }
    merged
}

fn merged_entries(key: &Key, node: Node, problems: &mut Problems) -> Vec<(Key, Node)> {
    match node.kind {
        Kind::Map(entries) => entries,
        Kind::List(items) => items.into_iter().flat_map(|item| one_mapping(key, item, problems)).collect(),
        Kind::Null | Kind::Scalar { .. } => one_mapping(key, node, problems),
    }
}

fn one_mapping(key: &Key, node: Node, problems: &mut Problems) -> Vec<(Key, Node)> {
    let mut problem = key.span.problem(format!("`<<` merges mappings, found {}", node.kind_word()));
    let label = "this is no mapping".to_owned();
    problem.related.push(Related { place: node.span.place(), snippet: Some(node.span.snippet()), label });
    match node.kind {
        Kind::Map(entries) => entries,
        Kind::Null | Kind::Scalar { .. } | Kind::List(_) => {
            problems
                .push(problem.help("write `<<: *name`, where `&name` stands before a mapping, or `<<: [*one, *two]`"));
            Vec::new()
        }
    }
}
