//! Expectations: `fact operator value`, parsed, typed and judged by pure functions. Grammar: `docs/expectations.md`.

use crate::model::Outcome;

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
