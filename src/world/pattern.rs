//! A pattern that the sweep looks for, and how it is found fast.

use std::sync::{Arc, OnceLock};

use regex::bytes::{Match, Regex, RegexBuilder};

use super::ascii_word::with_ascii_words;
use super::line_end::with_either_line_end;
use super::literal::Literals;
use super::needs::needs;
use super::weight::surely_compiles;

/// A pattern: `^` and `$` are line ends, `\n` is a line end of either kind, `.` does not match a line break. Compiled when a file may match it: of the
/// patterns of a catalog most never see one.
#[derive(Clone, Debug)]
pub struct Pattern(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    text: String,
    /// What is searched for in its place, where that differs; made when it is searched for.
    searched: OnceLock<Option<String>>,
    exact: OnceLock<Regex>,
    /// Compiled when a file that is all ASCII is searched: see [`in_ascii`].
    plain: OnceLock<Option<Regex>>,
    /// Compiled when a file that is not ASCII is searched: see [`Searcher`].
    quick: OnceLock<Option<Quick>>,
    /// One of each of these occurs in every match; empty when no such set is known.
    needs: OnceLock<Vec<Literals>>,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.text() == other.text()
    }
}

/// A compiled pattern may take this much memory.
const LARGEST_REGEX: usize = 4 * 1024 * 1024;

impl Pattern {
    /// Reads a pattern; the error is the regex error's text, or that it matches the empty text.
    pub fn new(regex: &str) -> Result<Pattern, String> {
        let (exact, plain) = (OnceLock::new(), OnceLock::new());
        let (quick, needs, searched) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        if !surely_compiles(regex) {
            let compiled = compile(regex).map_err(|error| regex_fault(&error))?;
            if compiled.is_match(b"") {
                return Err("it matches the empty text, so it would match everywhere".to_owned());
            }
            let either = searched.get_or_init(|| with_either_line_end(regex));
            let _ = exact.set(match either {
                Some(either) => compile(either).map_err(|error| regex_fault(&error))?,
                None => compiled,
            });
        }
        Ok(Pattern(Arc::new(Parts { text: regex.to_owned(), searched, exact, plain, quick, needs })))
    }

    /// As written.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// With line breaks of either kind.
    fn searched(&self) -> &str {
        self.0.searched.get_or_init(|| with_either_line_end(self.text())).as_deref().unwrap_or(self.text())
    }

    pub(super) fn regex(&self) -> &Regex {
        self.0.exact.get_or_init(|| compile(self.searched()).expect("a small pattern that parses compiles"))
    }

    fn plain(&self) -> Option<&Regex> {
        self.0.plain.get_or_init(|| in_ascii(self.searched())).as_ref()
    }

    fn quick(&self) -> Option<&Quick> {
        let compile = || {
            let changed = with_ascii_words(self.searched())?;
            Some(Quick { regex: Regex::new(&changed.pattern).ok()?, decides: changed.decides })
        };
        self.0.quick.get_or_init(compile).as_ref()
    }

    /// Sets of literals of which each has one in every match.
    pub(super) fn needs(&self) -> &[Literals] {
        self.0.needs.get_or_init(|| needs(self.searched()))
    }

    /// For one thread: threads that share a regex also share its caches, and wait for each other.
    pub(super) fn searcher(&self) -> Searcher {
        Searcher { pattern: self.clone(), exact: None, plain: None, quick: None }
    }
}

fn compile(regex: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(regex).multi_line(true).crlf(true).size_limit(LARGEST_REGEX).build()
}

/// The pattern without what Unicode adds to it, which finds the same in a text that is all ASCII: classes such as `\w` and
/// letters in any case are then small, and so quickly compiled and searched for. `None` where it cannot be said without
/// Unicode: where it names letters beyond ASCII, which may have small or capital letters within.
fn in_ascii(regex: &str) -> Option<Regex> {
    // `\x7f` and below are ASCII; `\x{…}`, `\u…` and classes of Unicode may be anything.
    let beyond = |escape: &[u8]| match escape {
        [b'\\', b'x', digit] => !(b'0'..=b'7').contains(digit),
        [b'\\', letter, _] => b"pPuU".contains(letter),
        _ => false,
    };
    if !regex.is_ascii() || regex.as_bytes().windows(3).any(beyond) {
        return None;
    }
    RegexBuilder::new(regex).unicode(false).multi_line(true).crlf(true).size_limit(LARGEST_REGEX).build().ok()
}

/// A pattern that the fast engine can decide, and that matches at least as much as another.
#[derive(Clone, Debug)]
struct Quick {
    regex: Regex,
    /// Whether a match with only ASCII in it and next to it is one of the other, too.
    decides: bool,
}

/// Finds matches of a pattern. In a file that is all ASCII it looks for those of the pattern without Unicode, in any
/// other for those of a pattern that the fast engine can decide and that matches at least as much, and asks the pattern
/// itself only where the two may differ.
pub(super) struct Searcher {
    pattern: Pattern,
    exact: Option<Regex>,
    plain: Option<Option<Regex>>,
    quick: Option<Option<Quick>>,
}

impl Searcher {
    /// The first match from an offset on. `ascii`: whether all bytes are.
    pub(super) fn find_at<'h>(&mut self, bytes: &'h [u8], ascii: bool, from: usize) -> Option<Match<'h>> {
        let Searcher { pattern, plain, quick, .. } = self;
        if ascii {
            return match plain.get_or_insert_with(|| pattern.plain().cloned()) {
                Some(plain) => plain.find_at(bytes, from),
                None => self.exact().find_at(bytes, from),
            };
        }
        let Some(quick) = quick.get_or_insert_with(|| pattern.quick().cloned()) else {
            return self.exact().find_at(bytes, from);
        };
        let found = quick.regex.find_at(bytes, from)?;
        let around = &bytes[found.start().saturating_sub(1)..bytes.len().min(found.end() + 1)];
        let decided = quick.decides && around.is_ascii();
        if decided { Some(found) } else { self.exact().find_at(bytes, found.start()) }
    }

    fn exact(&mut self) -> &Regex {
        self.exact.get_or_insert_with(|| self.pattern.regex().clone())
    }
}

/// The regex crate draws the pattern over several lines; one line says it.
fn regex_fault(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn without_unicode_a_pattern_finds_the_same_in_ascii() {
        let patterns = [
            r"(?i)\bkey\s*[:=]\s*\S+",
            r"\w+@[\w.-]+\.\w{2,}",
            r"(?i)[^ks]\d{2,}\b",
            r"\x22[^\x22\n]*\x27?\x22",
            r"(?s-u:.){0,9}\bsk\b",
            r"^\W*(?u:\w)+\s$",
            r"[[:^alpha:]]{3}|[\d--5]k",
        ]
        .map(|pattern| Pattern::new(pattern).unwrap());
        let letters =
            ["key", "k", "K", "s", "S", "e", "y", "=", " ", "\n", "\r\n", "@", ".", "5", "7", "\"", "'", "_", "\u{b}"];
        let mut seed = 7_u32;
        let mut next = |below: usize| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) as usize % below
        };
        let mut matched = [0; 7];
        for _ in 0..6000 {
            let text: String = (0..next(24)).map(|_| letters[next(letters.len())]).collect();
            for (number, pattern) in patterns.iter().enumerate() {
                assert!(pattern.plain().is_some(), "{}", pattern.text());
                let expected: Vec<_> = pattern.regex().find_iter(text.as_bytes()).map(|found| found.range()).collect();
                let plain = pattern.plain().unwrap();
                let found: Vec<_> = plain.find_iter(text.as_bytes()).map(|found| found.range()).collect();
                assert_eq!(found, expected, "{} in {text:?}", pattern.text());
                matched[number] += found.len();
            }
        }
        assert!(matched.iter().all(|matches| *matches > 10), "{matched:?}");
    }

    #[test]
    fn a_pattern_that_names_letters_beyond_ascii_keeps_unicode() {
        for pattern in ["(?i)\u{17f}ecret", r"(?i)\x{17f}", r"\p{L}+x", r"\u017f", r"\xe9x", r"\PLx"] {
            assert!(in_ascii(pattern).is_none(), "{pattern}");
        }
        assert!(in_ascii(r"\x7f\x22").is_some());
    }
}
