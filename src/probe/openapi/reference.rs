//! `$ref`: what a description refers to, in itself and in files beside it.

use std::collections::BTreeSet;

use crate::probe::builds::join;
use crate::yaml::{Kind, Node};

/// A reference into another file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outward {
    /// The file, relative to the root; `None` when it lies outside.
    pub(super) file: Option<String>,
    pub(super) pointer: String,
    pub(super) written: String,
    pub(super) line: u32,
}

/// References of a document.
#[derive(Clone, Debug, Default)]
pub(super) struct References {
    pub(super) all: usize,
    /// Those that lead nowhere in the document itself, with their line.
    pub(super) broken: Vec<(String, u32)>,
    /// Those that lead to a file of the repository.
    pub(super) outward: Vec<Outward>,
}

/// Every reference below a document; addresses of other hosts are counted and not followed.
pub(super) fn references(folder: &str, root: &Node) -> References {
    let mut found = References::default();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        waiting.extend(node.items());
        for (key, value) in node.entries() {
            match value.text().filter(|_| key.text == "$ref") {
                Some(written) => {
                    found.all += 1;
                    if known.contains(written) {
                        continue;
                    }
                    match take(folder, root, written, value.span.line) {
                        Led::Here => {
                            known.insert(written);
                        }
                        Led::Nowhere => found.broken.push((written.to_owned(), value.span.line)),
                        Led::Out(outward) => found.outward.push(outward),
                        Led::Away => {}
                    }
                }
                // Examples are data: what looks like a reference in one is none.
                None if matches!(key.text.as_str(), "example" | "examples" | "default" | "enum") => {}
                None => waiting.push(value),
            }
        }
    }
    found.broken.sort();
    found.outward.sort_by(|a, b| (a.line, &a.written).cmp(&(b.line, &b.written)));
    found
}

enum Led {
    Here,
    Nowhere,
    Out(Outward),
    Away,
}

fn take(folder: &str, root: &Node, written: &str, line: u32) -> Led {
    if written.contains("://") {
        return Led::Away;
    }
    let (file, pointer) = written.split_once('#').unwrap_or((written, ""));
    if file.is_empty() {
        return if pointed(root, pointer).is_some() { Led::Here } else { Led::Nowhere };
    }
    Led::Out(Outward { file: join(folder, file), pointer: pointer.to_owned(), written: written.to_owned(), line })
}

/// The node that a JSON pointer (RFC 6901) names, or an `$anchor` (JSON Schema 2020-12 §8.2.2); the empty pointer is the
/// whole document.
pub(super) fn pointed<'n>(root: &'n Node, pointer: &str) -> Option<&'n Node> {
    if matches!(pointer, "" | "/") {
        return Some(root);
    }
    let Some(parts) = pointer.strip_prefix('/').map(|rest| rest.split('/')) else { return anchored(root, pointer) };
    parts.take(100).try_fold(root, |node, part| {
        let part = unescaped(part);
        match &node.kind {
            Kind::List(items) => items.get(part.parse::<usize>().ok()?),
            _ => node.get(&part),
        }
    })
}

fn anchored<'n>(root: &'n Node, name: &str) -> Option<&'n Node> {
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        let names = ["$anchor", "$dynamicAnchor"].iter().filter_map(|key| node.get(key)?.text());
        if names.into_iter().any(|own| own == name) {
            return Some(node);
        }
        waiting.extend(node.items());
        waiting.extend(node.entries().iter().map(|(_, value)| value));
    }
    None
}

/// `~1` is `/`, `~0` is `~`, and `%7B` is `{` because a reference is also a URI.
fn unescaped(part: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = part.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match hex.filter(|_| *first == b'%').and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(yaml: &str) -> Node {
        crate::probe::yaml_file::read("a.yaml", yaml.as_bytes()).expect("it is YAML")
    }

    #[test]
    fn references_are_followed_counted_and_told_apart() {
        let root = read(
            "a: {$ref: \"#/b/c~1d\"}\nb: {c/d: {x: 1}}\ne: {$ref: \"#/b/none\"}\nf: {$ref: \"parts/x.yaml#/y\"}\ng: {$ref: \"https://a.test/b\"}\nh: {example: {$ref: \"#/none\"}}\ni: {$ref: \"../../out.yaml\"}\n",
        );
        let found = references("api", &root);
        assert_eq!(found.all, 5);
        assert_eq!(found.broken, [("#/b/none".to_owned(), 3)]);
        let files: Vec<_> = found.outward.iter().map(|outward| outward.file.as_deref()).collect();
        assert_eq!(files, [Some("api/parts/x.yaml"), None]);
    }

    #[test]
    fn an_anchor_is_a_name_in_the_document() {
        let root = read("a: {$ref: \"#zed\"}\nb: [{c: {$anchor: zed}}]\nd: {$ref: \"#none\"}\n");
        assert_eq!(references("", &root).broken, [("#none".to_owned(), 3)]);
    }

    #[test]
    fn a_pointer_is_also_a_uri() {
        let root = read("paths: {\"/a/{id}\": {x: 1}, l: [z]}\n");
        assert!(pointed(&root, "/paths/~1a~1%7Bid%7D/x").is_some());
        assert!(pointed(&root, "/paths/l/0").is_some());
        assert!(pointed(&root, "/paths/l/1").is_none());
    }
}
