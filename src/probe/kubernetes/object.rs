//! One object of a manifest: who it is, and the part of its body that rules and other objects ask about.

use std::collections::BTreeMap;

use crate::probe::finding::Finding;
use crate::probe::yaml_file::{at, texts};
use crate::yaml::Node;

use super::access::Binding;
use super::autoscaling::{Budget, Scaler};
use super::exemption::Exemption;
use super::network::{Isolation, Routes, Service};
use super::workload::Workload;

/// Labels by key.
pub(super) type Labels = BTreeMap<String, String>;

/// An object with what was found in it alone.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) kind: String,
    /// Empty where the manifest leaves it to the command line.
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) line: u32,
    pub(super) body: Body,
    pub(super) findings: Vec<Finding>,
    pub(super) exemptions: Vec<Exemption>,
}

/// What is kept of an object's body.
#[derive(Clone, Debug)]
pub(super) enum Body {
    Workload(Box<Workload>),
    Service(Service),
    Routes(Routes),
    Isolation(Isolation),
    Budget(Budget),
    Scaler(Scaler),
    /// A role; its rules are judged where it is read.
    Role,
    Binding(Binding),
    /// A service account, with its `automountServiceAccountToken`.
    Account(Option<bool>),
    /// A limit range: whether it gives containers a CPU request, a memory request, a memory limit.
    Defaults(Supplied),
    /// Exists; nothing more is asked of it.
    Named,
}

/// Which amounts somebody else supplies to a container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Supplied {
    pub(super) cpu_request: bool,
    pub(super) memory_request: bool,
    pub(super) memory_limit: bool,
}

impl Object {
    /// `Kind/namespace/name`, as evidence names it.
    pub(super) fn title(&self) -> String {
        match self.namespace.as_str() {
            "" => format!("{}/{}", self.kind, self.name),
            namespace => format!("{}/{namespace}/{}", self.kind, self.name),
        }
    }

    /// Whether both can be in one namespace: a manifest without one goes wherever it is applied.
    pub(super) fn shares_namespace(&self, other: &Object) -> bool {
        self.namespace == other.namespace || self.namespace.is_empty() || other.namespace.is_empty()
    }

    /// A finding about this object; `what` makes it this finding and no other.
    pub(super) fn finding(&self, fact: &'static str, line: u32, what: &str, note: &str) -> Finding {
        let title = self.title();
        Finding::new(fact, line, format!("{title}:{what}"), format!("`{title}`: {note}"))
    }
}

/// The group of an `apiVersion`; empty for the core.
pub(super) fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// Labels below a node.
pub(super) fn labels(node: Option<&Node>) -> Labels {
    let entries = node.map(Node::entries).unwrap_or_default();
    entries.iter().filter_map(|(key, value)| Some((key.text.clone(), value.text()?.to_owned()))).collect()
}

/// A label selector.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Selector {
    labels: Labels,
    /// Key, operator, values.
    expressions: Vec<(String, String, Vec<String>)>,
}

impl Selector {
    /// `matchLabels` and `matchExpressions`.
    pub(super) fn read(node: &Node) -> Selector {
        let expressions = node.get("matchExpressions").map(Node::items).unwrap_or_default();
        let text = |node: &Node, key: &str| node.get(key).and_then(Node::text).unwrap_or("").to_owned();
        let values = |node: &Node| texts_at(node, &["values"]);
        Selector {
            labels: labels(node.get("matchLabels")),
            expressions: expressions.iter().map(|e| (text(e, "key"), text(e, "operator"), values(e))).collect(),
        }
    }

    /// A plain map of labels, as services and replication controllers have it.
    pub(super) fn of(labels: Labels) -> Selector {
        Selector { labels, expressions: Vec::new() }
    }

    /// Whether it selects everything.
    pub(super) fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.expressions.is_empty()
    }

    /// Whether it selects something with these labels.
    pub(super) fn matches(&self, labels: &Labels) -> bool {
        let equal = self.labels.iter().all(|(key, value)| labels.get(key) == Some(value));
        equal && self.expressions.iter().all(|(key, operator, values)| holds(labels.get(key), operator, values))
    }
}

/// One of `matchExpressions`; an operator that we do not know holds for nothing.
fn holds(value: Option<&String>, operator: &str, values: &[String]) -> bool {
    match operator {
        "In" => value.is_some_and(|value| values.contains(value)),
        "NotIn" => value.is_none_or(|value| !values.contains(value)),
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        _ => false,
    }
}

/// The text at a path of keys.
pub(super) fn text_at<'n>(node: &'n Node, path: &[&str]) -> Option<&'n str> {
    at(node, path).and_then(Node::text)
}

/// The whole number at a path of keys.
pub(super) fn number_at(node: &Node, path: &[&str]) -> Option<u64> {
    text_at(node, path)?.parse().ok()
}

/// Whether the value at a path of keys is this switch.
pub(super) fn is_at(node: &Node, path: &[&str], value: bool) -> bool {
    text_at(node, path) == Some(if value { "true" } else { "false" })
}

/// The texts at a path of keys, without their lines.
pub(super) fn texts_at(node: &Node, path: &[&str]) -> Vec<String> {
    at(node, path).map(texts).unwrap_or_default().into_iter().map(|(text, _)| text).collect()
}

/// The line of the value at a path of keys, else that of the node.
pub(super) fn line_at(node: &Node, path: &[&str]) -> u32 {
    at(node, path).map_or(node.span.line, |value| value.span.line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelled(pairs: &[(&str, &str)]) -> Labels {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_selector_matches_by_labels_and_expressions() {
        let node = crate::probe::yaml_file::read(
            "s.yaml",
            b"matchLabels: {app: web}\nmatchExpressions: [{key: tier, operator: In, values: [a, b]}, {key: old, operator: DoesNotExist}]\n",
        );
        let selector = Selector::read(&node.expect("it is YAML"));
        assert!(selector.matches(&labelled(&[("app", "web"), ("tier", "b"), ("x", "y")])));
        assert!(!selector.matches(&labelled(&[("app", "web"), ("tier", "c")])));
        assert!(!selector.matches(&labelled(&[("app", "web"), ("tier", "a"), ("old", "1")])));
        assert!(Selector::default().is_empty() && Selector::default().matches(&Labels::new()));
    }
}
