//! Arguments of the hooks of pre-commit: `args` stand behind `entry` (pre-commit, "Creating new hooks" and "config: args").

use std::collections::BTreeMap;

use crate::probe::yaml_file::{self, texts};
use crate::yaml::Node;

/// What stands behind the entry on a line, from 1, as words; nothing where the file is none of pre-commit.
pub(super) fn arguments(path: &str, text: &str) -> BTreeMap<u32, String> {
    let Ok(root) = yaml_file::read(path, text.as_bytes()) else { return BTreeMap::new() };
    let items = |node: &'_ Node, key: &str| node.get(key).map(|node| node.items().to_vec()).unwrap_or_default();
    let hooks = items(&root, "repos").into_iter().flat_map(|repository| items(&repository, "hooks"));
    let words = |hook: &Node| {
        let listed = hook.get("args").map(texts).unwrap_or_default();
        listed.into_iter().map(|(text, _)| text).collect::<Vec<_>>().join(" ")
    };
    hooks.filter_map(|hook| Some((hook.get("entry")?.span.line, words(&hook)))).collect()
}
