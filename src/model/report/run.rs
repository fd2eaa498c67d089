//! What ran: the tool, the system, the run and its end.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Place;
use crate::model::outcome::Verdict;

/// Who wrote the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `shipworthy`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What was audited.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct System {
    /// Name.
    pub name: String,
    /// Owner.
    pub owner: Option<String>,
    /// `YYYY-MM-DD`.
    pub target_date: Option<String>,
    /// 1, 2 or 3.
    pub tier: Option<u8>,
}

/// The circumstances of the run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// Identity of the run.
    pub id: String,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// The audit's day when `--as-of` was given.
    pub as_of: Option<String>,
    /// How long it took.
    pub duration_ms: u64,
    /// The spec.
    pub spec: SpecRef,
    /// The folder that was audited, where nobody named it and it is not the working directory: that of the spec.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// Catalog version.
    pub catalog: String,
    /// `--env`.
    pub environment: Option<String>,
    /// HEAD.
    pub commit: Option<String>,
    /// Whether the work tree differs from HEAD.
    pub dirty: Option<bool>,
    /// Flags that change what is looked at.
    pub flags: Vec<String>,
    /// `--only` and `--skip`, if given.
    pub selection: Option<Vec<String>>,
    /// Requests sent to live systems.
    pub requests: u64,
    /// Files in the source set.
    #[serde(default)]
    pub files: u64,
    /// Whether the run was cut short (ctrl-C or the run's limit).
    #[serde(default)]
    pub interrupted: bool,
}

/// Which spec.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SpecRef {
    /// Path as given.
    pub path: String,
    /// Of its bytes and those of all files it includes, in order.
    pub sha256: String,
}

/// Exit code and the question it answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Exit {
    /// 0 yes, 1 no, 3 cannot tell, 130 interrupted.
    pub code: u8,
    /// `ready`.
    pub question: String,
}

/// An earlier run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrendPoint {
    /// RFC 3339.
    pub at: String,
    /// Proven overall score.
    pub proven: Option<f64>,
    /// Verdict.
    pub verdict: Verdict,
    /// Checks that passed, of those that count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed: Option<u32>,
    /// Checks that count: enforced, and not n/a.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u32>,
}

/// A warning that goes with the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportProblem {
    /// `warning` or `error`.
    pub level: crate::model::Level,
    /// What is wrong.
    pub text: String,
    /// What to do.
    pub help: Option<String>,
    /// Where.
    pub place: Option<Place>,
}
