//! A pattern that the sweep looks for, and how it is found fast.

use std::sync::{Arc, OnceLock};

use regex::bytes::{Match, Regex, RegexBuilder};

use super::ascii_word::with_ascii_words;
use super::literal;

/// A pattern, compiled: `^` and `$` are line ends, `.` does not match a line break.
#[derive(Clone, Debug)]
pub struct Pattern {
    regex: Regex,
    /// Compiled when a file that is not ASCII is searched: see [`Searcher`].
    quick: Arc<OnceLock<Option<Regex>>>,
    /// One of these occurs in every match; empty when no such set is known.
    literals: Vec<Vec<u8>>,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.regex.as_str() == other.regex.as_str()
    }
}

/// A compiled pattern may take this much memory.
const LARGEST_REGEX: usize = 4 * 1024 * 1024;

impl Pattern {
    /// Compiles a pattern; the error is the regex error's text, or that it matches the empty text.
    pub fn new(regex: &str) -> Result<Pattern, String> {
        let compiled = RegexBuilder::new(regex)
            .multi_line(true)
            .crlf(true)
            .size_limit(LARGEST_REGEX)
            .build()
            .map_err(|error| regex_fault(&error))?;
        if compiled.is_match(b"") {
            return Err("it matches the empty text, so it would match everywhere".to_owned());
        }
        Ok(Pattern { regex: compiled, quick: Arc::default(), literals: literal::required(regex) })
    }

    /// As written.
    pub fn text(&self) -> &str {
        self.regex.as_str()
    }

    #[cfg(test)]
    pub(super) fn regex(&self) -> &Regex {
        &self.regex
    }

    pub(super) fn literals(&self) -> &[Vec<u8>] {
        &self.literals
    }

    /// For one thread: threads that share a regex also share its caches, and wait for each other.
    pub(super) fn searcher(&self) -> Searcher {
        Searcher { exact: self.regex.clone(), shared: self.quick.clone(), quick: None }
    }
}

/// Finds matches of a pattern. In a file that is not ASCII it looks for those of a pattern that the fast engine can
/// decide and that matches at least as much, and asks the pattern itself only where the two may differ.
pub(super) struct Searcher {
    exact: Regex,
    shared: Arc<OnceLock<Option<Regex>>>,
    quick: Option<Option<Regex>>,
}

impl Searcher {
    /// The first match from an offset on. `ascii`: whether all bytes are.
    pub(super) fn find_at<'h>(&mut self, bytes: &'h [u8], ascii: bool, from: usize) -> Option<Match<'h>> {
        let Searcher { exact, shared, quick } = self;
        if ascii {
            return exact.find_at(bytes, from);
        }
        let compile = || with_ascii_words(exact.as_str()).and_then(|pattern| Regex::new(&pattern).ok());
        let Some(quick) = quick.get_or_insert_with(|| shared.get_or_init(compile).clone()) else {
            return exact.find_at(bytes, from);
        };
        let found = quick.find_at(bytes, from)?;
        let around = &bytes[found.start().saturating_sub(1)..bytes.len().min(found.end() + 1)];
        if around.is_ascii() { Some(found) } else { exact.find_at(bytes, from) }
    }
}

/// The regex crate draws the pattern over several lines; one line says it.
fn regex_fault(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).trim_end_matches('.').to_owned()
}
