//! A description and the files that it refers to: a reference leads on from the file that it stands in.

use std::collections::BTreeMap;

use crate::probe::builds::join;
use crate::probe::yaml_file;
use crate::world::Swept;
use crate::yaml::Node;

use super::reference::{References, pointed, references};

/// The largest file that a reference leads to, in bytes.
const LARGEST: u64 = 2 * 1024 * 1024;
/// Files that one description may consist of.
const MOST_FILES: usize = 1000;
/// References in a row.
const LONGEST_ROW: usize = 32;

/// Files by their path below the root.
#[derive(Debug, Default)]
pub(super) struct Documents(BTreeMap<String, Node>);

impl Documents {
    /// A description alone, as the sweep sees it.
    pub(super) fn alone(path: &str, root: Node) -> Documents {
        Documents(BTreeMap::from([(path.to_owned(), root)]))
    }

    /// A description with every file of the repository that it and those refer to.
    pub(super) fn with_others(swept: &Swept, path: &str) -> Documents {
        let mut documents = Documents::default();
        let mut waiting = vec![path.to_owned()];
        while let Some(path) = waiting.pop() {
            if documents.0.contains_key(&path) || documents.0.len() >= MOST_FILES {
                continue;
            }
            let bytes = swept.read(&path, LARGEST).ok();
            let Some(root) = bytes.and_then(|bytes| yaml_file::read(&path, &bytes).ok()) else { continue };
            waiting.extend(references(folder(&path), &root).outward.into_iter().filter_map(|outward| outward.file));
            documents.0.insert(path, root);
        }
        documents
    }

    /// A file's document.
    pub(super) fn get(&self, path: &str) -> Option<&Node> {
        self.0.get(path)
    }

    /// Every file but this one, with its references.
    pub(super) fn others<'d>(&'d self, path: &str) -> impl Iterator<Item = (&'d str, References)> {
        let others = self.0.iter().filter(move |(other, _)| *other != path);
        others.map(|(other, root)| (other.as_str(), references(folder(other), root)))
    }

    /// Follows references to what they mean; circles, long chains and what is not here end in nothing.
    pub(super) fn followed<'n>(&'n self, node: &'n Node) -> Option<&'n Node> {
        let mut at = node;
        for _ in 0..LONGEST_ROW {
            let Some(written) = at.get("$ref").and_then(Node::text) else { return Some(at) };
            let (file, pointer) = written.split_once('#').unwrap_or((written, ""));
            let here = at.span.source.file.as_str();
            let document = match file {
                "" => self.get(here),
                file => self.get(&join(folder(here), file)?),
            };
            at = pointed(document?, pointer)?;
        }
        None
    }
}

/// The folder of a path.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_of_references_ends() {
        let root =
            yaml_file::read("a.yaml", b"a: {$ref: \"#/b\"}\nb: {$ref: \"#/a\"}\nc: {$ref: \"#/d\"}\nd: {x: 1}\n");
        let documents = Documents::alone("a.yaml", root.expect("it is YAML"));
        let node = |key: &str| documents.get("a.yaml").and_then(|root| root.get(key)).expect("it is there");
        assert!(documents.followed(node("a")).is_none());
        assert_eq!(documents.followed(node("c")), Some(node("d")));
    }
}
