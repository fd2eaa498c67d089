//! Anchors and aliases, within limits: what an alias expands to is counted before it is copied.

use std::collections::BTreeMap;

use super::node::{Kind, Node};

/// How large a subtree is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    /// Nodes, itself included.
    pub(super) nodes: usize,
    /// Bytes of text.
    pub(super) bytes: usize,
    /// Levels, itself included.
    pub(super) depth: usize,
}

/// The anchored nodes seen so far, by the parser's number.
#[derive(Default)]
pub(super) struct Anchors {
    seen: BTreeMap<usize, (Node, Size)>,
}

impl Anchors {
    /// Remembers a finished node under its anchor (0: it has none).
    pub(super) fn keep(&mut self, anchor: usize, node: &Node) {
        if anchor != 0 {
            self.seen.insert(anchor, (node.clone(), measure(node)));
        }
    }

    /// The node of an anchor; `None` while it is still being read, which makes an alias to it recursive.
    pub(super) fn get(&self, anchor: usize) -> Option<&(Node, Size)> {
        self.seen.get(&anchor)
    }
}

fn measure(node: &Node) -> Size {
    let mut size = Size { nodes: 1, bytes: node.text().map_or(0, str::len), depth: 1 };
    let below = match &node.kind {
        Kind::Null | Kind::Scalar { .. } => Vec::new(),
        Kind::List(items) => items.iter().map(measure).collect(),
        Kind::Map(entries) => {
            size.bytes += entries.iter().map(|(key, _)| key.text.len()).sum::<usize>();
            entries.iter().map(|(_, node)| measure(node)).collect()
        }
    };
    for part in below {
        size.nodes += part.nodes;
        size.bytes += part.bytes;
        size.depth = size.depth.max(1 + part.depth);
    }
    size
}
