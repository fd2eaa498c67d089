//! A node on its way into a type, and the words for what is wrong with it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use crate::model::problem::nearest;
use crate::model::{Problem, Problems};

use super::blank::Blank;
use super::error::Stop;
use super::node::{Key, Kind, Node};
use super::number::found;
use super::trap;

/// What one pass over a document shares.
pub(super) struct State<'a> {
    pub(super) problems: RefCell<Problems>,
    pub(super) blanks: Cell<bool>,
    pub(super) missing: &'a BTreeSet<(usize, &'static str)>,
    pub(super) part: bool,
}

/// A node about to be decoded, and the key it stands under (empty at the root).
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) node: &'a Node,
    pub(super) key: &'a str,
    /// Whether it is an item of the list under that key.
    pub(super) item: bool,
    pub(super) state: &'a State<'a>,
}

impl<'a> At<'a> {
    pub(super) fn add(&self, problem: Problem) {
        self.state.problems.borrow_mut().push(problem);
    }

    /// Reports and goes on with a blank.
    pub(super) fn blank(&self, problem: Problem) -> Blank<'a> {
        self.add(problem);
        self.state.blanks.set(true);
        Blank { span: &self.node.span }
    }

    pub(super) fn address(&self) -> usize {
        std::ptr::from_ref(self.node).addr()
    }

    /// Turns what a type's own code refused into a problem here.
    pub(super) fn settle<T>(&self, result: Result<T, Stop>) -> Result<T, Stop> {
        result.map_err(|stop| match stop {
            Stop::Refused(text) => {
                self.add(self.node.problem(text).help("compare with the spec reference"));
                Stop::Said
            }
            Stop::Missing(key) => Stop::MissingAt(self.address(), key),
            Stop::MissingAt(..) | Stop::Said => stop,
        })
    }

    pub(super) fn name(&self) -> String {
        match (self.key, self.item) {
            ("", _) => "this".to_owned(),
            (key, false) => format!("`{key}`"),
            (key, true) => format!("an item of `{key}`"),
        }
    }

    /// "`owner` has no value".
    pub(super) fn nothing(&self) -> Problem {
        let help = "give it a value, or remove the line".to_owned();
        self.node.problem(format!("{} has no value", self.name())).help(help)
    }

    pub(super) fn wrong(&self, wanted: &str, help: String) -> Problem {
        match self.node.kind {
            Kind::Null => self.nothing(),
            _ => self.node.problem(format!("expected {wanted}, found {}", found(self.node))).help(help),
        }
    }

    pub(super) fn text(&self) -> Result<&'a str, Box<Problem>> {
        match &self.node.kind {
            Kind::Scalar { text, .. } => Ok(text),
            Kind::Null => Err(Box::new(self.nothing())),
            Kind::Map(_) => Err(Box::new(trap::mapping_for_text(self.node))),
            Kind::List(_) => {
                Err(Box::new(self.wrong("text", "write one value, in quotes if it has brackets".to_owned())))
            }
        }
    }

    pub(super) fn number(&self, message: String) -> Blank<'a> {
        if self.node.kind == Kind::Null {
            return self.blank(self.nothing());
        }
        let help = match message.as_str() {
            text if text.starts_with("expected `true`") => "write `true` or `false`",
            text if text.contains(" from ") || text.contains(" or more") => "choose a number in that range",
            _ => "write digits only",
        };
        self.blank(self.node.problem(message).help(help))
    }

    pub(super) fn unknown_variant(&self, text: &str, variants: &[&str]) -> Problem {
        let list = variants.iter().map(|v| format!("`{v}`")).collect::<Vec<_>>().join(", ");
        let help = match nearest(text, variants.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? it is one of {list}"),
            None => format!("it is one of {list}"),
        };
        let under = if self.key.is_empty() { String::new() } else { format!(" for `{}`", self.key) };
        self.node.problem(format!("unknown value {}{under}", found(self.node))).help(help)
    }

    /// The shape of a mapping with these keys, for help.
    pub(super) fn mapping_help(&self, fields: &[&str]) -> String {
        let key = if self.key.is_empty() || self.item { String::new() } else { format!("{}: ", self.key) };
        if fields.is_empty() {
            return self.entries_help(key.trim_end());
        }
        // What these stand in for is all that their mapping needs.
        let enough = ["name", "overall", "pack", "url"].contains(&fields[0]);
        if let Some(value) = self.node.text().filter(|text| enough && is_one_word(text)) {
            return format!("write `{key}{{ {}: {value} }}`", fields[0]);
        }
        let few = if fields.len() > 5 { 3 } else { fields.len() };
        let shown: Vec<String> = fields.iter().take(few).map(|field| format!("{field}: …")).collect();
        format!("write `{key}{{ {} }}`", shown.join(", "))
    }

    fn entries_help(&self, key: &str) -> String {
        let items: Vec<&str> =
            self.node.items().iter().filter_map(Node::text).filter(|text| is_one_word(text)).collect();
        match (self.key, items.first()) {
            ("for_each", Some(_)) => {
                format!("write `for_each: {{ item: [{}] }}`, and `${{each.item}}` where it is used", items.join(", "))
            }
            (_, first) => {
                format!("write each entry as `{}: …`, in lines of its own under `{key}`", first.unwrap_or(&"name"))
            }
        }
    }

    pub(super) fn list_help(&self) -> String {
        let key = if self.key.is_empty() { "the key" } else { self.key };
        match self.node.text() {
            Some(text)
                if !matches!(self.key, "expect" | "accept" | "run") && text.len() < 40 && !text.contains('\n') =>
            {
                format!("write `{key}: [{text}]`")
            }
            Some(text) if self.key == "run" && text.len() < 60 => {
                format!("write `run: [{}]`; there is no shell", text.split_whitespace().collect::<Vec<_>>().join(", "))
            }
            None if key == "checks" && !self.node.entries().is_empty() => {
                format!("write `- id: {}` with its keys below, and so for each check", self.node.entries()[0].0.text)
            }
            _ => format!("write one item per line under `{key}:`, each after `- `"),
        }
    }
}

fn is_one_word(text: &str) -> bool {
    !text.is_empty() && text.len() < 40 && !text.contains(|c: char| c.is_whitespace() || "{}[],#'\"".contains(c))
}

/// Words that other tools use, and ours.
const OTHER_WORDS: &[(&str, &str)] = &[
    ("assert", "expect"),
    ("assertions", "expect"),
    ("deadline", "end"),
    ("depends_on", "requires"),
    ("description", "rationale"),
    ("due", "end"),
    ("expiry", "expires"),
    ("fix", "remedy"),
    ("if", "when"),
    ("labels", "tags"),
    ("matrix", "for_each"),
    ("name", "system"),
    ("name", "title"),
    ("needs", "requires"),
    ("until", "expires"),
    ("valid_until", "expires"),
];

/// A key that the type does not have.
pub(super) fn unknown_key(key: &Key, fields: &[&str], entries: &[(Key, Node)]) -> Problem {
    let free = fields.iter().copied().filter(|field| !entries.iter().any(|(other, _)| other.text == *field));
    let ours = OTHER_WORDS.iter().filter(|(theirs, _)| *theirs == key.text).map(|(_, ours)| *ours);
    let known = ours.clone().find(|ours| free.clone().any(|field| field == *ours));
    let help = match nearest(&key.text, free).or(known) {
        Some(near) => format!("did you mean `{near}`?"),
        None if fields.len() <= 12 => format!("keys here are `{}`", fields.join("`, `")),
        None => "remove it; keys that start with `x-` are ignored".to_owned(),
    };
    key.span.problem(format!("unknown key `{}`", key.text)).help(help)
}
