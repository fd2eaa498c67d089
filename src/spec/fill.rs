//! Replaces the variables of one document, knowing what each place allows: ids and references must be complete, what
//! a check or a target needs may be missing (it is then unknown), secrets are told apart by place.

use std::collections::BTreeSet;

use crate::model::Problems;
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

/// The document with its variables replaced. Its `vars` and its environments' `vars` are left as they are, and so are
/// the targets of environments that were not chosen.
pub(super) fn document(
    root: &Node,
    environment: Option<&str>,
    variables: &mut Variables<'_>,
    found: &mut Found,
    problems: &mut Problems,
) -> Node {
    let mut walk = Walk { variables, found, problems, environment, path: Vec::new() };
    walk.node(root)
}

struct Walk<'w, 'v> {
    variables: &'w mut Variables<'v>,
    found: &'w mut Found,
    problems: &'w mut Problems,
    environment: Option<&'w str>,
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
        if let [targets, name, url] = self.path.as_slice()
            && (targets.as_str(), url.as_str()) == ("targets", "url")
            && host_varies(text)
        {
            self.found.variable_hosts.insert(name.clone());
        }
        if !filled.missing.is_empty() && self.must_be_complete() {
            for name in &filled.missing {
                let help = format!("set `{name}`, or give it a default: `${{{name}:-…}}`");
                let help = if name.contains(' ') { "choose one with `--env`".to_owned() } else { help };
                self.problems
                    .push(node.problem(format!("{name} is not set, and this place cannot wait for it")).help(help));
            }
        }
        Node { missing: filled.missing, ..node.with_kind(Kind::Scalar { text: filled.text, style }) }
    }

    fn at(&self, index: usize) -> &str {
        self.path.get(index).map_or("", String::as_str)
    }

    fn is_left_alone(&self) -> bool {
        match (self.at(0), self.at(1), self.at(2)) {
            ("vars", _, _) | ("environments", _, "vars") => true,
            ("environments", name, "targets") => self.environment != Some(name),
            ("include", "file", _) => true,
            _ => false,
        }
    }

    /// Whether an unset variable is an error here rather than something unknown.
    fn must_be_complete(&self) -> bool {
        let structure = self.path.last().is_some_and(|key| STRUCTURE.contains(&key.as_str()));
        let waits = match self.at(0) {
            "targets" | "override" => true,
            "areas" => self.at(2) == "checks",
            "environments" => self.at(2) == "targets",
            "include" => self.at(1) == "with",
            _ => false,
        };
        structure && !self.path.iter().any(|part| part == "probe" || part == "with" || part == "env") || !waits
    }
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
