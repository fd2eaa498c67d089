//! A pipeline as the reader of each system hands it over: steps with their commands, what others run, and why more may run
//! than is seen. How a system writes scripts, which all of them do alike, is here too.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::probe::builds::join;
use crate::probe::workflow::gates;
use crate::probe::workflow::work::Told;
use crate::yaml::{Kind, Node, Style};

use super::follow::Read;
use super::order::Order;
use super::starts::Starts;
use super::variable::Variable;

/// Commands with their lines, from 1.
pub(super) type Lines = Vec<(u32, String)>;

/// A file that a system may read, with what else the repository has.
pub(super) struct Given<'g> {
    pub(super) path: &'g str,
    pub(super) text: &'g str,
    pub(super) read: &'g Read<'g>,
    /// Whether a file of the repository has a name with one of these ends.
    pub(super) has: &'g dyn Fn(&[&str]) -> bool,
    /// Why a file was not read whole: the first reason.
    pub(super) doubt: &'g RefCell<Option<String>>,
}

/// What one step runs, in one shell.
#[derive(Clone, Debug, Default)]
pub(super) struct Step {
    /// The file it is written in.
    pub(super) path: String,
    /// Its line, from 1.
    pub(super) line: u32,
    /// The folder it starts in; empty is the root.
    pub(super) folder: String,
    /// Its commands, in order, each whole.
    pub(super) lines: Lines,
    /// Which of them the script goes on after where they fail (`set +e`), by their place.
    pub(super) passed_over: BTreeSet<usize>,
    /// An action, task, orb or image of somebody else's that it uses.
    pub(super) uses: Option<String>,
    /// What that is told: keys and values.
    pub(super) with: Told,
    /// The same with its places, and what stands in mappings.
    pub(super) told: Vec<Variable>,
    /// Variables that are set there.
    pub(super) set: Vec<Variable>,
    /// The job it belongs to, or its own name, as far as one is given.
    pub(super) job: String,
    /// Whether its failure does not count.
    pub(super) is_soft: bool,
    /// Which events start it.
    pub(super) starts: Starts,
    /// Where it stands in its pipeline, where that is told.
    pub(super) order: Option<Order>,
}

/// What a reader saw of one pipeline.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) steps: Vec<Step>,
    /// Jobs of others that it calls.
    pub(super) foreign: Vec<Step>,
    /// Passwords of registries for images that it runs in.
    pub(super) passwords: Vec<Variable>,
    /// Why more may run than is seen.
    pub(super) unseen: Option<String>,
}

impl Reading {
    /// Notes why more may run; the first reason stays.
    pub(super) fn miss(&mut self, reason: impl Into<String>) {
        self.unseen.get_or_insert_with(|| reason.into());
    }

    /// The same where each step waits for all before it.
    pub(super) fn in_sequence(mut self) -> Reading {
        for (rank, step) in self.steps.iter_mut().enumerate() {
            step.order = Some(Order::ranked(rank));
        }
        self
    }
}

/// The lines of a script: a text, or lists of texts, with those that a `\` continues joined.
pub(crate) fn script(node: &Node) -> Lines {
    let mut lines = Vec::new();
    written(node, &mut lines);
    joined(&lines)
}

/// Lines with those that a `\` continues joined to them.
pub(crate) fn joined(lines: &[(u32, String)]) -> Lines {
    gates::commands(lines.iter().map(|(line, text)| (*line, text.as_str())).collect())
}

/// The commands of a script that it goes on after, by their place.
pub(crate) fn passed_over(script: &[(u32, String)]) -> BTreeSet<usize> {
    (0..script.len()).filter(|at| gates::is_passed_over(script, *at)).collect()
}

/// The lines of a script as they are written.
pub(crate) fn written(node: &Node, lines: &mut Lines) {
    if let Kind::Scalar { text, style } = &node.kind {
        // Only in a block a line of the text is a line of the file.
        let step = u32::from(*style == Style::Block);
        let at = |number: usize| node.span.line + step * u32::try_from(number).unwrap_or(0);
        lines.extend(text.lines().enumerate().map(|(number, text)| (at(number), text.to_owned())));
    }
    node.items().iter().for_each(|item| written(item, lines));
}

/// The node itself, or what it lists.
pub(crate) fn listed(node: &Node) -> &[Node] {
    if matches!(node.kind, Kind::List(_)) { node.items() } else { std::slice::from_ref(node) }
}

/// The text of a key.
pub(crate) fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key).and_then(Node::text)
}

/// The name that a step or a job gives itself under one of these keys, or none.
pub(super) fn named(node: &Node, keys: &[&str]) -> String {
    keys.iter().find_map(|key| text(node, key)).unwrap_or_default().to_owned()
}

/// Whether a key says `true`.
pub(crate) fn is_true(node: &Node, key: &str) -> bool {
    text(node, key).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// Keys and values of a mapping of texts.
pub(crate) fn told(node: Option<&Node>) -> Told {
    let entries = node.map(Node::entries).unwrap_or_default();
    entries.iter().filter_map(|(key, node)| Some((key.text.clone(), node.text()?.to_owned()))).collect()
}

/// Where the commands of one shell run, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Shell {
    start: At,
    at: At,
    /// Where the shells around parentheses over several lines are.
    outer: Vec<At>,
    /// The folder of the script it runs.
    home: Option<String>,
}

/// A folder, empty for the root, and whether it is known.
#[derive(Clone, Debug)]
struct At {
    folder: String,
    is_known: bool,
}

impl Shell {
    /// One that starts in a folder; what a variable names is not known.
    pub(super) fn new(folder: &str) -> Shell {
        let is_known = !folder.contains('$');
        let start = At { folder: if is_known { folder.to_owned() } else { String::new() }, is_known };
        Shell { at: start.clone(), start, outer: Vec::new(), home: None }
    }

    /// One that starts in a folder and runs a script of another one.
    pub(super) fn of_script(folder: &str, home: &str) -> Shell {
        Shell { home: Some(home.to_owned()), ..Shell::new(folder) }
    }

    /// Where a command goes that asks for the script's own folder or for the root of the repository.
    fn asked(&self, command: &str) -> Option<String> {
        static ASKED: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(concat!(
                r#"(?:^|&&|;)\s*cd\s+(?:--\s+)?["']?\$\(\s*(?:(?:dirname\s+(?:--\s+)?["']?\$\{?(?:BASH_SOURCE(?:\[0\])?|0)\}?["']?)"#,
                r#"|(?P<top>git\s+rev-parse\s+--show-toplevel))\s*\)["']?(?P<rest>(?:/[\w.-]+)*)"#,
            ))
            .expect("a fixed pattern")
        });
        let found = ASKED.captures(command)?;
        let from = if found.name("top").is_some() { "" } else { self.home.as_deref()? };
        join(from, found["rest"].trim_start_matches('/'))
    }

    /// The folder now; empty is the root.
    pub(super) fn folder(&self) -> &str {
        &self.at.folder
    }

    /// Whether it is where this command runs for sure.
    pub(super) fn is_known(&self, command: &str) -> bool {
        static BY_VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"(?:\b(?:cd|pushd)|--prefix|--cwd|--dir|\s-C)[\s=]+["']?[^\s"';&|]*[$~%`]"#)
                .expect("a fixed pattern")
        });
        self.at.is_known && !BY_VARIABLE.is_match(command)
    }

    /// What a command leaves behind: after `cd web` the next one runs there.
    pub(super) fn after(&mut self, command: &str) {
        static MOVES: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"(?:^|&&|;)\s*(?:cd|pushd|Set-Location)\s+(?:--\s+)?["']?([^\s"';&|]*)|(?:^|&&|;)\s*(popd)\b"#)
                .expect("a fixed pattern")
        });
        match command.trim() {
            "(" => self.outer.push(self.at.clone()),
            text if text.starts_with(')') => self.at = self.outer.pop().unwrap_or_else(|| self.start.clone()),
            _ => {}
        }
        if let Some(folder) = self.asked(command) {
            self.at = At { folder, is_known: true };
            return;
        }
        for found in MOVES.captures_iter(command) {
            let to = found.get(1).map_or("-", |to| to.as_str());
            let folder = match to {
                "-" => Some(self.start.folder.clone()),
                to if to.contains(['$', '~', '%', '`']) => None,
                to => join(&self.at.folder, to),
            };
            let is_known = folder.is_some() && if to == "-" { self.start.is_known } else { self.at.is_known };
            self.at = At { folder: folder.unwrap_or_default(), is_known };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_goes_where_its_commands_lead_it() {
        let mut shell = Shell::new("api");
        let mut at = |command: &str| {
            shell.after(command);
            (shell.folder().to_owned(), shell.is_known(""))
        };
        assert_eq!(at("(cd x && make)"), ("api".to_owned(), true));
        assert_eq!(at("cd ../web && npm ci"), ("web".to_owned(), true));
        assert_eq!(at("cd $DIR"), (String::new(), false));
        assert_eq!(at("cd -"), ("api".to_owned(), true));
        assert_eq!(at("pushd sub"), ("api/sub".to_owned(), true));
        assert_eq!(at("popd"), ("api".to_owned(), true));
        assert_eq!(
            (at("("), at("cd sub").0, at(")").0),
            (("api".to_owned(), true), "api/sub".to_owned(), "api".to_owned())
        );
        let mut shell = Shell::of_script("x", "ci/web");
        for (command, folder) in [
            ("cd \"$(dirname \"${BASH_SOURCE[0]}\")/..\"", "ci"),
            ("cd $(dirname $0)", "ci/web"),
            ("cd \"$(git rev-parse --show-toplevel)/api\" && make", "api"),
        ] {
            shell.after(command);
            assert_eq!((shell.folder(), shell.is_known("")), (folder, true), "{command}");
        }
        let shell = Shell::new("${{ matrix.folder }}");
        assert_eq!((shell.folder(), shell.is_known("")), ("", false));
        assert!(!Shell::new("").is_known("(cd \"$web\" && npm i)") && Shell::new("").is_known("cd web && npm i"));
    }
}
