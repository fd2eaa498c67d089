//! Variables that a pipeline sets for a step, and what a step tells the action, orb, pipe or plugin that it uses: names and
//! values, where each is written, and what fills it.

use std::sync::LazyLock;

use regex::Regex;

use crate::yaml::{Kind, Node};

/// Mappings in mappings that are looked at.
const DEPTH: u32 = 6;

/// What fills a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// What the file says.
    File,
    /// A secret that the system keeps: Drone's `from_secret`, `secretEnv` of Cloud Build, `credentials()` of Jenkins, …
    Secret,
    /// A token that the system makes for this run, by which others know it: `id_tokens` of GitLab, `oidc` of Bitbucket.
    Identity,
}

/// A variable, or one thing that a step is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) name: String,
    /// What the file says; empty where the system fills it.
    pub(crate) value: String,
    pub(crate) source: Source,
    /// Where it is written, and its line from 1.
    pub(crate) path: String,
    pub(crate) line: u32,
}

impl Variable {
    /// One that a node sets.
    fn at(node: &Node, name: &str, value: &str, source: Source) -> Variable {
        let (path, line) = (node.span.source.file.clone(), node.span.line);
        Variable { name: name.to_owned(), value: value.to_owned(), source, path, line }
    }

    /// One that the system fills, for what is no YAML.
    pub(super) fn filled(path: &str, line: u32, name: &str, source: Source) -> Variable {
        Variable { name: name.to_owned(), value: String::new(), source, path: path.to_owned(), line }
    }

    /// The same, filled by something else.
    pub(super) fn from(self, source: Source) -> Variable {
        Variable { source, ..self }
    }

    /// Whether its value is kept by the system: it says so, or the value is nothing but the name of another variable.
    pub(crate) fn is_kept(&self) -> bool {
        static NAMED: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(
                r"^(?:\$\w+|\$\{\w+\}|\$\([\w.-]+\)|\(\([\w./:-]+\)\)|\$\{\{\s*(?:secrets|variables|vars)\b.*\}\})$",
            )
            .expect("a fixed pattern")
        });
        self.source == Source::Secret || self.source == Source::File && NAMED.is_match(self.value.trim())
    }

    /// Whether its value is written in the file.
    pub(crate) fn is_written(&self) -> bool {
        self.source == Source::File
            && !self.value.is_empty()
            && !self.value.contains(['$', '%'])
            && !self.value.contains("((")
    }
}

/// What these nodes set: keys with values, `name` and `value` in a list, or `NAME=value`.
pub(crate) fn variables<'n>(owners: impl IntoIterator<Item = Option<&'n Node>>) -> Vec<Variable> {
    let mut found = Vec::new();
    for node in owners.into_iter().flatten() {
        found.extend(node.entries().iter().map(|(key, value)| of_entry(&key.text, value)));
        for item in node.items() {
            let of = |key: &str| item.get(key).and_then(Node::text);
            if let Some(name) = of("name") {
                found.push(Variable::at(item, name, of("value").unwrap_or(""), Source::File));
            } else if let Some(text) = item.text() {
                let (name, value) = text.split_once('=').unwrap_or((text, ""));
                found.push(Variable::at(item, name, value, Source::File));
            }
        }
    }
    found
}

/// Names that a list or the keys of a mapping give, filled by something else than the file.
pub(super) fn filled_by<'n>(owners: impl IntoIterator<Item = Option<&'n Node>>, source: Source) -> Vec<Variable> {
    variables(owners).into_iter().map(|variable| Variable { value: String::new(), ..variable.from(source) }).collect()
}

/// A variable that stands for something which a node switches on.
pub(super) fn meaning(node: &Node, name: &str, source: Source) -> Variable {
    Variable::at(node, name, "", source)
}

/// All keys below a node with their values, those of mappings in it among them.
pub(super) fn below(node: Option<&Node>) -> Vec<Variable> {
    let mut found = Vec::new();
    node.into_iter().for_each(|node| walk(node, DEPTH, &mut found));
    found
}

fn walk(node: &Node, depth: u32, found: &mut Vec<Variable>) {
    if depth == 0 {
        return;
    }
    for (key, value) in node.entries() {
        let one = of_entry(&key.text, value);
        let is_whole = one.source == Source::Secret;
        found.push(one);
        if !is_whole {
            walk(value, depth - 1, found);
        }
    }
    for item in node.items() {
        if let Some(text) = item.text() {
            found.push(Variable::at(item, text, "", Source::File));
        }
        walk(item, depth - 1, found);
    }
}

fn of_entry(name: &str, value: &Node) -> Variable {
    let is_secret = |key: &str| key == "from_secret" || key == "secure";
    match &value.kind {
        Kind::Map(entries) if entries.iter().any(|(key, _)| is_secret(&key.text)) => {
            Variable::at(value, name, "", Source::Secret)
        }
        Kind::Map(_) => {
            let text = value.get("value").and_then(Node::text);
            Variable::at(value, name, text.unwrap_or(""), Source::File)
        }
        Kind::Scalar { text, .. } if text.starts_with("ENCRYPTED[") => Variable::at(value, name, "", Source::Secret),
        Kind::Scalar { text, .. } => Variable::at(value, name, text, Source::File),
        Kind::Null | Kind::List(_) => Variable::at(value, name, "", Source::File),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Vec<(String, String, Source, u32)> {
        let root = crate::probe::yaml_file::read("x.yml", text.as_bytes()).expect("it is YAML");
        let of = |one: Variable| (one.name, one.value, one.source, one.line);
        variables([Some(&root)]).into_iter().map(of).collect()
    }

    #[test]
    fn variables_are_keys_names_in_a_list_or_assignments() {
        let file = |name: &str, value: &str, line| (name.to_owned(), value.to_owned(), Source::File, line);
        assert_eq!(seen("A: 1\nB: {value: x, description: y}\n"), [file("A", "1", 1), file("B", "x", 2)]);
        assert_eq!(seen("- {name: A, value: $(b)}\n- C=d\n"), [file("A", "$(b)", 1), file("C", "d", 2)]);
        for kept in ["A: {from_secret: a}\n", "A: {secure: a}\n", "A: ENCRYPTED[0123]\n"] {
            assert_eq!(seen(kept), [("A".to_owned(), String::new(), Source::Secret, 1)], "{kept}");
        }
    }

    #[test]
    fn what_is_kept_is_told_from_what_is_written() {
        let root = |value: &str| {
            let text = format!("A: '{value}'\n");
            let root = crate::probe::yaml_file::read("x.yml", text.as_bytes()).expect("it is YAML");
            let one = variables([Some(&root)]).remove(0);
            (one.is_kept(), one.is_written())
        };
        for kept in ["$B", "${B}", "$(b.c)", "((a.b))", "${{ secrets.B }}"] {
            assert_eq!(root(kept), (true, false), "{kept}");
        }
        assert_eq!((root("foo"), root("x-$B"), root("")), ((false, true), (false, false), (false, false)));
    }

    #[test]
    fn what_an_orb_is_told_is_seen_in_mappings_too() {
        let text = "auth:\n- aws-cli/setup: {role_arn: $R}\nregion: x\n";
        let root = crate::probe::yaml_file::read("x.yml", text.as_bytes()).expect("it is YAML");
        let names: Vec<String> =
            below(Some(&root)).into_iter().map(|one| format!("{}={}", one.name, one.value)).collect();
        assert_eq!(names, ["auth=", "aws-cli/setup=", "role_arn=$R", "region=x"]);
    }
}
