//! Expectations: `fact operator value`, parsed, typed and judged by pure functions. Grammar: `docs/expectations.md`.
//! Text becomes an [`Expectation`] ([`parse`]), fits declared facts as a [`Typed`] ([`type_check`]), and gives a
//! [`Judgement`] on observed ones ([`judge`]). Knows no probe, no check and no report.

use crate::model::Outcome;

pub mod credit;
mod cursor;
mod format;
mod habits;
mod interval;
mod judge;
mod operand;
mod parse;
mod path;
mod resolve;
mod syntax;
#[cfg(test)]
mod tests;
mod typed;
pub mod units;
pub mod version;
mod wording;

pub use format::{fact_json, format_value};
pub use interval::judge_interval;
pub use judge::judge;
pub use parse::parse;
pub use resolve::shown_name;
pub use syntax::Expectation;
pub use typed::{Typed, type_check};

/// A fault in an expectation, with the place inside its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Offset in characters from the start of the text.
    pub offset: u32,
    /// Characters it covers (at least 1).
    pub length: u32,
    /// What is wrong.
    pub message: String,
    /// What to do, with the corrected line where there is one.
    pub help: Option<String>,
}

/// One line, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// pass, fail or unknown.
    pub outcome: Outcome,
    /// What was expected: `< 100 ms`.
    pub expected: String,
    /// What was seen: `143 ms`, `absent`, `no items`; for unknown the reason.
    pub actual: String,
}
