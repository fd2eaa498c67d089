//! The small closed sets of words a result is made of.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All expectations were seen to hold.
    Pass,
    /// At least one expectation was seen not to hold.
    Fail,
    /// It could not be observed.
    Unknown,
    /// A check it requires did not pass, so it was not observed.
    Blocked,
    /// It does not apply here; leaves the denominator, visibly.
    NotApplicable,
}

impl Outcome {
    /// The word a person reads.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Pass => "pass",
            Outcome::Fail => "fail",
            Outcome::Unknown => "unknown",
            Outcome::Blocked => "blocked",
            Outcome::NotApplicable => "n/a",
        }
    }

    /// Pass or fail: something was seen.
    pub fn is_known(self) -> bool {
        matches!(self, Outcome::Pass | Outcome::Fail)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How bad it is when a check fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Hygiene. Weight 1.
    Low,
    /// Raises frequency or cost of incidents. Weight 2.
    #[default]
    Medium,
    /// Likely incident, or one that cannot be handled. Weight 4.
    High,
    /// Exploitable now, data loss, or it cannot run at all. Weight 8.
    Blocker,
}

impl Severity {
    /// Weight of a check of this severity unless the spec says otherwise.
    pub fn weight(self) -> u32 {
        match self {
            Severity::Blocker => 8,
            Severity::High => 4,
            Severity::Medium => 2,
            Severity::Low => 1,
        }
    }

    /// The word a person reads and writes.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Blocker => "blocker",
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
        }
    }

    /// One step less severe; `low` stays.
    #[must_use]
    pub fn lowered(self) -> Severity {
        match self {
            Severity::Blocker => Severity::High,
            Severity::High => Severity::Medium,
            Severity::Medium | Severity::Low => Severity::Low,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How important an area is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Weight 1.
    Low,
    /// Weight 2.
    #[default]
    Medium,
    /// Weight 3.
    High,
    /// Weight 4.
    Critical,
}

impl Priority {
    /// Weight of an area of this priority unless the spec says otherwise.
    pub fn weight(self) -> u32 {
        match self {
            Priority::Critical => 4,
            Priority::High => 3,
            Priority::Medium => 2,
            Priority::Low => 1,
        }
    }

    /// The word a person reads and writes.
    pub fn word(self) -> &'static str {
        match self {
            Priority::Critical => "critical",
            Priority::High => "high",
            Priority::Medium => "medium",
            Priority::Low => "low",
        }
    }
}

/// How good the evidence is; a greater one is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// A document says so.
    Claimed,
    /// A named person says so, with evidence and an expiry.
    Attested,
    /// A specialist's report says so.
    Ingested,
    /// We saw it ourselves.
    Measured,
}

impl Grade {
    /// The word a person reads and writes.
    pub fn word(self) -> &'static str {
        match self {
            Grade::Measured => "measured",
            Grade::Ingested => "ingested",
            Grade::Attested => "attested",
            Grade::Claimed => "claimed",
        }
    }
}

/// How sure a finding is. A blocker fails only on `certain`; `hint` alone never fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// Absence of a sign, or a guess from a name.
    Hint,
    /// Lexed code that matches under guard conditions.
    Likely,
    /// Parsed structure with no benign reading.
    #[default]
    Certain,
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Exit code 0.
    Ready,
    /// Exit code 1.
    NotReady,
    /// Exit code 3.
    Inconclusive,
}

impl Verdict {
    /// The words a person reads.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::Ready => "ready",
            Verdict::NotReady => "not ready",
            Verdict::Inconclusive => "inconclusive",
        }
    }

    /// Exit code of `audit` and `demo`.
    pub fn exit_code(self) -> u8 {
        match self {
            Verdict::Ready => 0,
            Verdict::NotReady => 1,
            Verdict::Inconclusive => 3,
        }
    }
}

/// State of a decider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeciderState {
    /// Holds for every value the result can still take.
    Met,
    /// Holds for none.
    Failed,
    /// Holds for some.
    Undecided,
}
