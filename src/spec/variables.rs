//! Values of variables: the spec's own (`vars`, environment, `--var`) and the process environment.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::problem::nearest;
use crate::model::{Place, Problem, Problems};
use crate::yaml::{Kind, Node, Span};

use super::load::LoadOptions;
use super::reference::{Piece, Reference, Unset, pieces};

/// How many variables may refer to each other in a row.
const MAX_CHAIN: usize = 20;
/// How many bytes a text may grow to.
const MAX_TEXT: usize = 64 * 1024;
/// How many bytes all replaced variables may have together.
const MAX_TOTAL: usize = 16 * 1024 * 1024;

/// A text with its variables replaced.
#[derive(Clone, Debug, Default)]
pub(super) struct Filled {
    /// The text; what could not be replaced stands as written.
    pub(super) text: String,
    /// Where values of the process environment stand in it, in bytes, unless declared `:plain`.
    pub(super) from_process: Vec<(usize, usize)>,
    /// Whether any part came from a variable.
    pub(super) varies: bool,
    /// Process variables that are not set.
    pub(super) missing: Vec<String>,
    /// Whether `${each.…}` or `${with.…}` still stand in it.
    pub(super) unfinished: bool,
}

/// All variables of a run.
pub(super) struct Variables<'a> {
    options: &'a LoadOptions,
    declared: BTreeMap<String, Node>,
    given: BTreeMap<String, String>,
    used: BTreeSet<String>,
    values: BTreeMap<String, Filled>,
    total: usize,
}

impl<'a> Variables<'a> {
    /// No variables of the spec's yet, those of the command line only.
    pub(super) fn new(options: &'a LoadOptions) -> Variables<'a> {
        let given = options.vars.iter().cloned().collect();
        let (declared, used, values) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        Variables { options, declared, given, used, values, total: 0 }
    }

    /// Takes a mapping of variables; later ones win.
    pub(super) fn declare(&mut self, vars: &Node) {
        for (key, value) in vars.entries() {
            self.declared.insert(key.text.clone(), value.clone());
        }
        self.values.clear();
    }

    /// Whether a name is known, from whatever side.
    fn knows(&self, name: &str) -> bool {
        self.given.contains_key(name) || self.declared.contains_key(name)
    }

    /// Values of all variables that the spec declares.
    pub(super) fn values(&mut self, problems: &mut Problems) -> BTreeMap<String, Filled> {
        let names: Vec<String> = self.declared.keys().cloned().collect();
        let mut values = BTreeMap::new();
        for name in names {
            let Some(node) = self.declared.get(&name).cloned() else { continue };
            let filled = self.variable(&name, &node.span, &mut Vec::new(), problems);
            values.insert(name, filled);
        }
        values
    }

    /// A `--var` that nothing declares and nothing uses is a slip of the pen.
    pub(super) fn report_unused(&self, file: &str, problems: &mut Problems) {
        for name in self.given.keys() {
            if self.declared.contains_key(name) || self.used.contains(name) {
                continue;
            }
            let problem =
                Problem::at(Place::file(file), format!("`--var {name}=…` sets a variable that the spec does not use"));
            problems.push(problem.help(match nearest(name, self.declared.keys().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("declare it: `vars: {{ {name}: … }}`"),
            }));
        }
    }

    /// A text with its variables replaced.
    pub(super) fn fill(&mut self, text: &str, span: &Span, problems: &mut Problems) -> Filled {
        self.fill_within(text, span, &mut Vec::new(), problems)
    }

    fn fill_within(&mut self, text: &str, span: &Span, chain: &mut Vec<String>, problems: &mut Problems) -> Filled {
        let mut filled = Filled::default();
        for piece in pieces(text) {
            if filled.varies && (filled.text.len() > MAX_TEXT || self.total > MAX_TOTAL) {
                break;
            }
            match piece {
                Piece::Text(text) => filled.text.push_str(text),
                Piece::Dollar => filled.text.push('$'),
                Piece::Reference { written, offset, meaning } => {
                    let at = span.part_of(text, offset, written.chars().count() as u32);
                    match meaning {
                        Ok(reference) => self.put(&mut filled, written, &reference, &at, chain, problems),
                        Err((message, help)) => problems.push(at.problem(message).help(help)),
                    }
                }
            }
        }
        if !filled.varies {
            return filled;
        }
        self.total += filled.text.len();
        if filled.text.len() > MAX_TEXT || self.total > MAX_TOTAL {
            let limit = if filled.text.len() > MAX_TEXT { MAX_TEXT } else { MAX_TOTAL };
            let problem = span.problem(format!("variables make this text grow beyond {limit} bytes"));
            problems.push(problem.help("shorten the variables; do they repeat each other?"));
            return Filled::default();
        }
        filled
    }

    fn put(
        &mut self,
        filled: &mut Filled,
        written: &str,
        reference: &Reference<'_>,
        at: &Span,
        chain: &mut Vec<String>,
        problems: &mut Problems,
    ) {
        filled.varies = true;
        match reference {
            Reference::Later => {
                filled.text.push_str(written);
                filled.unfinished = true;
            }
            Reference::Environment => match &self.options.environment {
                Some(name) => filled.text.push_str(name),
                None => filled.lack("env.name", written),
            },
            Reference::Variable(name) => {
                let value = self.variable(name, at, chain, problems);
                filled.append(value);
            }
            Reference::Process(name, unset) => self.process(filled, written, name, unset, at, problems),
        }
    }

    fn process(
        &self,
        filled: &mut Filled,
        written: &str,
        name: &str,
        unset: &Unset<'_>,
        at: &Span,
        problems: &mut Problems,
    ) {
        let value = self.options.process_env.get(name).filter(|value| !value.is_empty());
        match (value, unset) {
            (Some(value), Unset::Plain) => filled.text.push_str(value),
            (Some(value), _) => {
                let start = filled.text.len();
                filled.text.push_str(value);
                filled.from_process.push((start, filled.text.len()));
            }
            (None, Unset::Default(default)) => filled.text.push_str(default),
            (None, Unset::Error(message)) => {
                let message = if message.is_empty() { "is needed" } else { message };
                problems.push(
                    at.problem(format!("{name} is not set: {message}")).help(format!("set `{name}` and run again")),
                );
                filled.text.push_str(written);
            }
            (None, Unset::Missing | Unset::Plain) if self.options.require_env => {
                let help = format!("set `{name}`, or drop `--require-env`");
                problems.push(at.problem(format!("{name} is not set")).help(help));
                filled.text.push_str(written);
            }
            (None, Unset::Missing | Unset::Plain) => filled.lack(name, written),
        }
    }

    fn variable(&mut self, name: &str, at: &Span, chain: &mut Vec<String>, problems: &mut Problems) -> Filled {
        self.used.insert(name.to_owned());
        if let Some(text) = self.given.get(name) {
            return Filled { text: text.clone(), varies: true, ..Filled::default() };
        }
        if let Some(value) = self.values.get(name) {
            return value.clone();
        }
        if chain.iter().any(|link| link == name) || chain.len() >= MAX_CHAIN {
            let help = "give one of them a value of its own".to_owned();
            let message = format!("variables refer to each other in a circle: {} → {name}", chain.join(" → "));
            problems.push(at.problem(message).help(help));
            return Filled::default();
        }
        let Some(node) = self.declared.get(name).cloned() else {
            problems.push(self.unknown(name, at));
            return Filled::default();
        };
        // Anything but text is reported when the document is decoded.
        let Kind::Scalar { text, .. } = &node.kind else { return Filled::default() };
        chain.push(name.to_owned());
        let filled = self.fill_within(text, &node.span, chain, problems);
        chain.pop();
        self.values.insert(name.to_owned(), filled.clone());
        filled
    }

    fn unknown(&self, name: &str, at: &Span) -> Problem {
        let names = self.declared.keys().chain(self.given.keys()).map(String::as_str);
        let help = match nearest(name, names) {
            Some(near) => format!("did you mean `${{vars.{near}}}`?"),
            None => format!("declare it: `vars: {{ {name}: … }}`"),
        };
        debug_assert!(!self.knows(name), "known variables have values");
        at.problem(format!("unknown variable `vars.{name}`")).help(help)
    }
}

impl Filled {
    fn lack(&mut self, name: &str, written: &str) {
        self.missing.push(name.to_owned());
        self.text.push_str(written);
    }

    fn append(&mut self, other: Filled) {
        let start = self.text.len();
        self.text.push_str(&other.text);
        self.from_process.extend(other.from_process.into_iter().map(|(a, b)| (start + a, start + b)));
        self.missing.extend(other.missing);
        self.unfinished |= other.unfinished;
    }
}
