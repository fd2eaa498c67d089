//! Replaces the variables of one document, knowing what each place allows: ids and references must be complete, what
//! a check or a target needs may be missing (it is then unknown), secrets are told apart by place.

use std::collections::BTreeSet;

use crate::model::{Problem, Problems};
use crate::yaml::{Key, Kind, Node, Style};

use super::secrets::Secrets;
use super::variables::{Filled, Variables};

/// Keys whose texts give the document its structure.
const STRUCTURE: &[&str] = &[
    "id",
    "use",
    "take",
    "requires",
    "after",
    "any_of",
    "pack",
    "packs",
    "check",
    "area",
    "phase",
    "gate",
    "watch",
    "target",
    "component",
    "facet",
    "severity",
    "weight",
    "priority",
    "fail_on",
    "enforce_from",
    "since",
    "expires",
    "from",
    "start",
    "end",
    "date",
    "effort",
    "for_each",
];
/// Below these keys names belong to the outside and may look like anything.
const OUTSIDE_NAMES: &[&str] = &["headers", "env", "input", "body"];

/// What filling a document found out on the way.
#[derive(Default)]
pub(super) struct Found {
    /// Values that no output may show.
    pub(super) secrets: Secrets,
    /// Targets whose host came from a variable.
    pub(super) variable_hosts: BTreeSet<String>,
}

/// The document with its variables replaced. Its `vars` and `environments` are left as they are.
pub(super) fn document(root: &Node, variables: &mut Variables<'_>, found: &mut Found, problems: &mut Problems) -> Node {
    let mut walk = Walk { variables, found, problems, path: Vec::new() };
    walk.node(root)
}

/// Notes the secrets that a document writes out, and replaces nothing.
pub(super) fn note_secrets(root: &Node, found: &mut Found, problems: &mut Problems) {
    note_below(root, &mut Vec::new(), found, problems);
}

fn note_below(node: &Node, path: &mut Vec<String>, found: &mut Found, problems: &mut Problems) {
    if let Some(text) = node.text().filter(|text| !text.contains("${")) {
        let filled = Filled { text: text.to_owned(), ..Filled::default() };
        found.secrets.look(path, &filled, &node.span, problems);
    }
    for item in node.items() {
        note_below(item, path, found, problems);
    }
    for (key, value) in node.entries() {
        path.push(key.text.clone());
        note_below(value, path, found, problems);
        path.pop();
    }
}

struct Walk<'w, 'v> {
    variables: &'w mut Variables<'v>,
    found: &'w mut Found,
    problems: &'w mut Problems,
    path: Vec<String>,
}

impl Walk<'_, '_> {
    fn node(&mut self, node: &Node) -> Node {
        if self.is_left_alone() {
            return node.clone();
        }
        match &node.kind {
            Kind::Null => node.clone(),
            Kind::Scalar { text, style } if text.contains('$') => self.scalar(node, text, *style),
            Kind::Scalar { text, .. } => {
                let filled = Filled { text: text.clone(), ..Default::default() };
                self.found.secrets.look(&self.path, &filled, &node.span, self.problems);
                self.note_host(text);
                node.clone()
            }
            Kind::List(items) => {
                let items = items.iter().map(|item| self.node(item)).collect();
                node.with_kind(Kind::List(items))
            }
            Kind::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| self.entry(key, value)).collect();
                node.with_kind(Kind::Map(entries))
            }
        }
    }

    fn entry(&mut self, key: &Key, value: &Node) -> (Key, Node) {
        if key.text.contains("${") && !self.path.iter().any(|part| OUTSIDE_NAMES.contains(&part.as_str())) {
            let problem = key.span.problem("a key cannot have a variable");
            self.problems.push(problem.help("write the key out; `for_each` repeats a check for several names"));
        }
        self.path.push(key.text.clone());
        let value = self.node(value);
        self.path.pop();
        (key.clone(), value)
    }

    fn scalar(&mut self, node: &Node, text: &str, style: Style) -> Node {
        let filled = self.variables.fill(text, &node.span, self.problems);
        self.found.secrets.look(&self.path, &filled, &node.span, self.problems);
        self.note_host(text);
        if !filled.missing.is_empty() && self.must_be_complete() {
            for name in &filled.missing {
                self.problems.push(needed(name, node));
            }
        }
        Node { missing: filled.missing, ..node.with_kind(Kind::Scalar { text: filled.text, style }) }
    }

    /// Remembers whether the host of a target comes from a variable; a later document may write it out.
    fn note_host(&mut self, text: &str) {
        let [targets, name, url] = self.path.as_slice() else { return };
        if (targets.as_str(), url.as_str()) != ("targets", "url") {
            return;
        }
        match host_varies(text) {
            true => self.found.variable_hosts.insert(name.clone()),
            false => self.found.variable_hosts.remove(name),
        };
    }

    fn at(&self, index: usize) -> &str {
        self.path.get(index).map_or("", String::as_str)
    }

    fn is_left_alone(&self) -> bool {
        matches!((self.at(0), self.at(1)), ("vars" | "environments", _) | ("include", "file"))
    }

    /// Whether an unset variable is an error here rather than something unknown.
    fn must_be_complete(&self) -> bool {
        let structure = self.path.last().is_some_and(|key| STRUCTURE.contains(&key.as_str()));
        let waits = match self.at(0) {
            "targets" | "override" => true,
            "areas" => self.at(2) == "checks",
            "include" => self.at(1) == "with",
            _ => false,
        };
        structure && !self.path.iter().any(|part| part == "probe" || part == "with" || part == "env") || !waits
    }
}

/// An unset variable where the document cannot do without it.
fn needed(name: &str, node: &Node) -> Problem {
    if name == "env.name" {
        return node.problem("`${env.name}` needs an environment, and none is chosen").help("choose one with `--env`");
    }
    let help = format!("set `{name}`, or give it a default: `${{{name}:-…}}`");
    node.problem(format!("{name} is not set, and the spec cannot be read without it")).help(help)
}

/// Whether a variable stands before the path of a URL.
fn host_varies(text: &str) -> bool {
    let after_scheme = text.find("://").map_or(0, |at| at + 3);
    let Some(variable) = text.find("${") else { return false };
    let path = text[after_scheme..].find('/').map_or(text.len(), |at| after_scheme + at);
    variable < path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_varies_when_a_variable_stands_before_the_path() {
        assert!(host_varies("${API_URL:-http://127.0.0.1:8000}"));
        assert!(host_varies("https://${vars.host}/x"));
        assert!(!host_varies("https://api.example.org/${vars.path}"));
    }
}
