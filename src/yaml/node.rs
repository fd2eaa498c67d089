//! The tree a document becomes: every node knows where it was written and what it looked like there.

use std::sync::Arc;

use crate::model::Place;
use crate::model::problem::{Problem, Snippet};

/// A text file of the user's, kept so that problems can show the line they are about.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// Path as messages name it.
    pub file: String,
    /// Its text (UTF-8).
    pub text: String,
    /// Where its lines start, in bytes.
    starts: Vec<usize>,
}

impl Source {
    /// A text under a name.
    pub fn new(file: impl Into<String>, text: impl Into<String>) -> Source {
        let text = text.into();
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Source { file: file.into(), text, starts }
    }

    /// A line without its line break, from 1; empty where there is none.
    pub fn line(&self, number: u32) -> &str {
        let index = (number as usize).saturating_sub(1);
        let Some(start) = self.starts.get(index) else { return "" };
        let end = self.starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        let line = &self.text[*start..end];
        line.strip_suffix('\r').unwrap_or(line)
    }
}

/// Where a node was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The file.
    pub source: Arc<Source>,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Characters on that line that belong to it (at least 1).
    pub length: u32,
}

impl Span {
    /// The place, for messages.
    pub fn place(&self) -> Place {
        Place { file: self.source.file.clone(), line: self.line, column: self.column }
    }

    /// The line with this span marked.
    pub fn snippet(&self) -> Snippet {
        Snippet { line: self.source.line(self.line).to_owned(), length: self.length.max(1) as usize }
    }

    /// An error here, with its snippet.
    pub fn problem(&self, message: impl Into<String>) -> Problem {
        Problem { snippet: Some(self.snippet()), ..Problem::at(self.place(), message) }
    }

    /// The span of `length` characters that start `offset` characters into `text`, when `text` stands on this line as
    /// it is, quoted or not; otherwise (block text, escapes, replaced variables) the whole span.
    #[must_use]
    pub fn part_of(&self, text: &str, offset: u32, length: u32) -> Span {
        let line = self.source.line(self.line);
        let written: String = line.chars().skip(self.column.saturating_sub(1) as usize).collect();
        let quote = u32::from(written.starts_with(['\'', '"']));
        let inner = if quote == 1 { &written[1..] } else { &written[..] };
        if !inner.starts_with(text) {
            return self.clone();
        }
        Span { column: self.column + quote + offset, length: length.max(1), ..self.clone() }
    }
}

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
    /// `|` or `>`
    Block,
}

/// A node of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where it was written.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
    /// Names of environment variables it needed that are not set ("DATABASE_URL"); what uses it is unknown.
    pub missing: Vec<String>,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `~`, `null` or nothing.
    Null,
    /// Text as written (variables already replaced); its meaning is decided by whoever asks.
    Scalar {
        /// The text.
        text: String,
        /// How it was written.
        style: Style,
    },
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in source order; keys are scalars, unique; merge keys (`<<`) already applied.
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its text.
    pub text: String,
    /// Where it was written.
    pub span: Span,
}

impl Node {
    /// The value of a key, when this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|(k, _)| k.text == key).map(|(_, node)| node),
            _ => None,
        }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[(Key, Node)] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Items of a list; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    /// The word for this kind of node, as messages use it.
    pub fn kind_word(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "nothing",
            Kind::Scalar { .. } => "a value",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a mapping",
        }
    }

    /// A node of another kind in this one's place.
    #[must_use]
    pub fn with_kind(&self, kind: Kind) -> Node {
        Node { span: self.span.clone(), kind, missing: self.missing.clone() }
    }

    /// An error at this node.
    pub fn problem(&self, message: impl Into<String>) -> Problem {
        self.span.problem(message)
    }

    /// This mapping with the entries of `top` put over it, key by key (not deeper); places stay those of each entry.
    #[must_use]
    pub fn overlaid(&self, top: &Node) -> Node {
        let mut entries = self.entries().to_vec();
        for (key, value) in top.entries() {
            match entries.iter_mut().find(|(k, _)| k.text == key.text) {
                Some(entry) => *entry = (key.clone(), value.clone()),
                None => entries.push((key.clone(), value.clone())),
            }
        }
        Node { span: top.span.clone(), kind: Kind::Map(entries), missing: Vec::new() }
    }

    /// This node with every scalar text (not keys) replaced.
    #[must_use]
    pub fn map_texts(&self, replace: &mut dyn FnMut(&Node, &str) -> String) -> Node {
        let kind = match &self.kind {
            Kind::Null => Kind::Null,
            Kind::Scalar { text, style } => Kind::Scalar { text: replace(self, text), style: *style },
            Kind::List(items) => Kind::List(items.iter().map(|item| item.map_texts(replace)).collect()),
            Kind::Map(entries) => {
                Kind::Map(entries.iter().map(|(key, node)| (key.clone(), node.map_texts(replace))).collect())
            }
        };
        Node { span: self.span.clone(), kind, missing: self.missing.clone() }
    }

    /// All variables that this node or anything below it needed and that are not set, each once, in order.
    pub fn missing_below(&self) -> Vec<String> {
        let mut found = self.missing.clone();
        for (_, node) in self.entries() {
            found.extend(node.missing_below());
        }
        for node in self.items() {
            found.extend(node.missing_below());
        }
        let mut seen = std::collections::BTreeSet::new();
        found.retain(|name| seen.insert(name.clone()));
        found
    }
}
