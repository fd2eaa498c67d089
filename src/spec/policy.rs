//! A policy: laid over the spec last, by someone else, and it may only tighten.

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::outcome::Severity;
use crate::model::problem::{Problem, Related};
use crate::model::{Exact, Problems};
use crate::yaml::{Key, Kind, Node, Source, Span, Spanned, decode};

use super::document::{IncludeDoc, ScoringDoc};
use super::include;
use super::load::one_version;

/// What an organisation demands of every spec. It may only tighten; a spec that asks for less is an error.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyDoc {
    /// Version of the spec language; always 1.
    pub version: Spanned<u32>,
    /// Packs that every spec includes.
    #[serde(default)]
    pub include: Vec<Spanned<IncludeDoc>>,
    /// Bounds of the verdict.
    #[serde(default)]
    pub scoring: ScoringDoc,
    /// Bounds per area.
    #[serde(default)]
    pub areas: IndexMap<String, PolicyAreaDoc>,
}

/// What a policy demands of an area.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyAreaDoc {
    /// Least score of the area.
    pub min_score: Spanned<String>,
}

/// A policy that was read.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its file, as messages name it. Packs whose place is in this file are the policy's.
    pub file: String,
    /// What it says.
    pub document: PolicyDoc,
    node: Arc<Node>,
}

/// Reads the policy, if there is one.
pub(super) fn read(path: Option<&Path>, sources: &mut Vec<Arc<Source>>, problems: &mut Problems) -> Option<Policy> {
    let source = include::source(path?, problems)?;
    sources.push(source.clone());
    let node = include::tree(&source, problems)?;
    one_version(&node, problems);
    for (key, _) in
        node.entries().iter().filter(|(key, _)| matches!(key.text.as_str(), "disable" | "waivers" | "override"))
    {
        let problem = key.span.problem(format!("a policy cannot have `{}`: it may only tighten", key.text));
        problems.push(problem.help("a policy has `include` (packs), `scoring` and `areas.<id>.min_score`"));
    }
    let allowed =
        node.entries().iter().filter(|(key, _)| !matches!(key.text.as_str(), "disable" | "waivers" | "override"));
    let node = node.with_kind(Kind::Map(allowed.cloned().collect()));
    let document = decode::<PolicyDoc>(&node, problems)?;
    for file in document.include.iter().filter_map(|include| include.file.as_ref()) {
        problems.push(file.span.problem("a policy includes packs only").help("write `{ pack: name }`"));
    }
    Some(Policy { file: source.file.clone(), document, node: Arc::new(node) })
}

impl Policy {
    /// The spec's tree with the policy's demands; a looser value in the spec is an error.
    pub(super) fn tighten(&self, root: Node, problems: &mut Problems) -> Node {
        let mut root = root;
        for key in ["fail_on", "min_score", "require_measured", "suppressions"] {
            root = self.demand(root, &["scoring", key], problems);
        }
        for area in self.document.areas.keys() {
            root = self.demand(root, &["areas", area, "min_score"], problems);
        }
        self.packs(root)
    }

    fn demand(&self, root: Node, path: &[&str], problems: &mut Problems) -> Node {
        let Some((key, wanted)) = entry(&self.node, path) else { return root };
        let own = entry(&root, path).map(|(_, node)| node.clone());
        match own {
            Some(own) => {
                if is_looser(&own, wanted, path) {
                    problems.push(looser(&own, wanted, path));
                }
                root
            }
            None => with(root, path, key, wanted),
        }
    }

    fn packs(&self, root: Node) -> Node {
        let Some((key, packs)) = entry(&self.node, &["include"]) else { return root };
        let mut items = root.get("include").map(|node| node.items().to_vec()).unwrap_or_default();
        let named = |items: &[Node], item: &Node| {
            items.iter().any(|other| other.get("pack").and_then(Node::text) == item.get("pack").and_then(Node::text))
        };
        for item in packs.items() {
            if !named(&items, item) {
                items.push(item.clone());
            }
        }
        let list = packs.with_kind(Kind::List(items));
        with(without(root, "include"), &["include"], key, &list)
    }
}

fn entry<'n>(root: &'n Node, path: &[&str]) -> Option<(&'n Key, &'n Node)> {
    let (last, before) = path.split_last()?;
    let parent = before.iter().try_fold(root, |node, key| node.get(key))?;
    parent.entries().iter().find(|(key, _)| key.text == *last).map(|(key, node)| (key, node))
}

fn without(root: Node, key: &str) -> Node {
    let entries = root.entries().iter().filter(|(other, _)| other.text != key).cloned().collect();
    root.with_kind(Kind::Map(entries))
}

/// `root` with the value at a path that it does not have yet.
fn with(root: Node, path: &[&str], key: &Key, value: &Node) -> Node {
    let Some((first, rest)) = path.split_first() else { return root };
    let mut entries = root.entries().to_vec();
    let index = entries.iter().position(|(other, _)| other.text == *first);
    match (index, rest) {
        (None, []) => entries.push((key.clone(), value.clone())),
        (Some(_), []) => {}
        (Some(index), rest) => entries[index].1 = with(entries[index].1.clone(), rest, key, value),
        (None, rest) => {
            let empty = value.with_kind(Kind::Map(Vec::new()));
            let name = Key { text: (*first).to_owned(), span: key.span.clone() };
            entries.push((name, with(empty, rest, key, value)));
        }
    }
    root.with_kind(Kind::Map(entries))
}

fn is_looser(own: &Node, wanted: &Node, path: &[&str]) -> bool {
    let (Some(own), Some(wanted)) = (own.text(), wanted.text()) else { return false };
    match path.last().copied() {
        Some("fail_on") => severity(own).zip(severity(wanted)).is_some_and(|(own, wanted)| own > wanted),
        Some("suppressions") => strictness(own) < strictness(wanted),
        _ => percent(own).zip(percent(wanted)).is_some_and(|(own, wanted)| own < wanted),
    }
}

fn severity(text: &str) -> Option<Severity> {
    [Severity::Low, Severity::Medium, Severity::High, Severity::Blocker].into_iter().find(|level| level.word() == text)
}

fn strictness(text: &str) -> usize {
    ["honour", "report", "forbid"].iter().position(|word| *word == text).unwrap_or(0)
}

/// The number of a percentage; what is none is reported where its meaning is checked.
fn percent(text: &str) -> Option<Exact> {
    Exact::parse_decimal(text.trim().trim_end_matches('%').trim_end())
}

fn looser(own: &Node, wanted: &Node, path: &[&str]) -> Problem {
    let (name, limit) = (path.join("."), wanted.text().unwrap_or(""));
    let mut problem = own.problem(format!("`{name}` is looser than the policy, which demands `{limit}`"));
    problem.related.push(related(&wanted.span));
    problem.help(format!("write `{limit}` or stricter, or leave it out"))
}

fn related(span: &Span) -> Related {
    Related { place: span.place(), snippet: Some(span.snippet()), label: "the policy demands it here".to_owned() }
}
