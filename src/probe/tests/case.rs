//! One test and what became of it, as every kind of report is read into. Leaves reading to the format files.

use crate::model::Exact;
use crate::probe::report_file::Written;

/// Characters kept of a name.
const LONGEST_NAME: usize = 300;
/// Characters kept of the first line of a message.
const LONGEST_MESSAGE: usize = 200;
/// Tests a report may have.
const MOST_CASES: usize = 500_000;

/// What became of a test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Status {
    /// It ran and held.
    #[default]
    Passed,
    /// It ran and did not hold, or could not be run to its end.
    Failed,
    /// It was not run.
    Skipped,
}

/// One test of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Case {
    /// `classname.name`, or what the report has of it.
    pub(super) name: String,
    /// Class, module or package, as the report writes it; empty where it has none.
    pub(super) class: String,
    /// Tags, categories or markers, where the report has them.
    pub(super) tags: Vec<String>,
    /// What became of it.
    pub(super) status: Status,
    /// It failed first and passed when run again.
    pub(super) flaky: bool,
    /// First line of the failure's message; empty when there is none.
    pub(super) message: String,
    /// Source file as the report writes it.
    pub(super) file: Option<String>,
    /// Line in it, from 1; 0 where none is given.
    pub(super) line: u32,
    /// How long it took, in seconds; `None` when the report does not say, or not clearly.
    pub(super) seconds: Option<Exact>,
}

/// What a report says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parsed {
    /// Its tests, in its order.
    pub(super) cases: Vec<Case>,
    /// The earliest time it gives for itself.
    pub(super) written: Option<Written>,
    /// The commit that it says it is of.
    pub(super) commit: Option<String>,
    /// The runner, where its reports do not say which tests were run again.
    pub(super) silent: Option<&'static str>,
    /// What its reports leave out without a word.
    pub(super) leaves_out: Option<&'static str>,
}

impl Parsed {
    /// Adds a test; an error when there are too many.
    pub(super) fn push(&mut self, case: Case) -> Result<(), String> {
        if self.cases.len() >= MOST_CASES {
            return Err(format!("has more than {MOST_CASES} tests"));
        }
        self.cases.push(case);
        Ok(())
    }

    /// Keeps the earlier of the times; the first second of 1970 is what jest-junit gives to what never started.
    pub(super) fn written_at(&mut self, text: &str) {
        let given = Written::parse(text).filter(|given| given.second != 0);
        self.written = match (self.written, given) {
            (Some(known), Some(given)) if known.second <= given.second => Some(known),
            (known, given) => given.or(known),
        };
    }
}

/// `class.name`; one of them when the other is empty or says the same.
pub(super) fn full_name(class: &str, name: &str) -> String {
    let (class, name) = (class.trim(), name.trim());
    let joined = match (class, name) {
        ("", only) | (only, "") => only.to_owned(),
        (class, name) if class == name => name.to_owned(),
        (class, name) => format!("{class}.{name}"),
    };
    printable(&joined, LONGEST_NAME)
}

/// The first line of a message that is not blank.
pub(super) fn first_line(message: &str) -> String {
    let line = message.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    printable(line, LONGEST_MESSAGE)
}

/// Text without terminal colours and control characters, at most `longest` characters.
fn printable(text: &str, longest: usize) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    let mut length = 0;
    while let Some(c) = chars.next() {
        if c == '\u{1b}' && chars.peek() == Some(&'[') {
            chars.by_ref().skip(1).find(|c| ('\u{40}'..='\u{7e}').contains(c));
            continue;
        }
        if c.is_control() {
            continue;
        }
        if length == longest {
            out.push('…');
            break;
        }
        out.push(c);
        length += 1;
    }
    out
}

/// Seconds as a report writes them: `0.012`, `1,234.567`, `1.5E-4`; `None` where a comma leaves it open what is meant.
pub(super) fn seconds(text: &str) -> Option<Exact> {
    let text = text.trim().trim_end_matches('s').trim_end();
    let plain = if text.contains('.') { text.replace(',', "") } else { text.to_owned() };
    let padded = if plain.starts_with('.') { format!("0{plain}") } else { plain };
    Exact::parse_decimal(&padded).filter(|seconds| !seconds.is_negative())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn times_are_read_with_thousands_and_exponents_and_never_guessed() {
        assert_eq!(seconds("1,234.567"), Exact::parse_decimal("1234.567"));
        assert_eq!(seconds("1.5E-4"), Exact::parse_decimal("0.00015"));
        assert_eq!(seconds(".5s"), Exact::parse_decimal("0.5"));
        assert_eq!((seconds("1,234"), seconds("-1"), seconds("fast")), (None, None, None));
    }

    #[test]
    fn names_and_messages_are_one_printable_line() {
        assert_eq!(full_name("a.B", "c"), "a.B.c");
        assert_eq!((full_name("", "c"), full_name("same", "same")), ("c".to_owned(), "same".to_owned()));
        assert_eq!(first_line("\n \u{1b}[31mred\u{1b}[0m\u{7}\nmore"), "red");
        assert_eq!(first_line(&"x".repeat(500)).chars().count(), LONGEST_MESSAGE + 1);
    }
}
