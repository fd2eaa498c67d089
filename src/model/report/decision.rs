//! What decides, and what was decided about: rules, deciders, gates, waivers, claims.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Expectation;
use crate::model::outcome::{DeciderState, Outcome, Severity};

/// Thresholds in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportRules {
    /// Checks of this severity or above decide.
    pub fail_on: Severity,
    /// Least overall score.
    pub min_score_pct: f64,
    /// Least measured share.
    pub require_measured_pct: f64,
}

/// Something that can make the verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Decider {
    /// What kind.
    pub kind: DeciderKind,
    /// Check id, area id, gate id or `overall`.
    pub subject: String,
    /// Its state.
    pub state: DeciderState,
    /// In words, with numbers.
    pub text: String,
}

/// Kinds of decider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeciderKind {
    /// A check of deciding severity.
    Check,
    /// A least score, overall or of an area.
    MinScore,
    /// The least measured share.
    RequireMeasured,
    /// A gate that is due.
    Gate,
}

/// A gate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gate {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Whether it decides today.
    pub due: bool,
    /// From when it decides.
    pub from: Option<String>,
    /// pass, fail or unknown.
    pub outcome: Outcome,
    /// Each of its expectations; `checks:` appear as `check.<id>.outcome = pass`.
    pub expectations: Vec<Expectation>,
}

/// State of a waiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaiverState {
    /// Covers a failure today.
    Active,
    /// Nothing to cover.
    Unused,
    /// Its last day is past.
    Expired,
    /// Its first day is not reached.
    NotYet,
    /// What it accepts does not hold.
    Exceeded,
}

/// An accepted failure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Waiver {
    /// Check ids or globs, as written.
    pub check: String,
    /// Checks it covers now.
    pub covers: Vec<String>,
    /// What exactly is accepted.
    pub accept: Vec<String>,
    /// Why.
    pub reason: String,
    /// Who owns it.
    pub owner: Option<String>,
    /// Who approved it.
    pub approver: Option<String>,
    /// First day.
    pub since: Option<String>,
    /// Last day.
    pub expires: String,
    /// Ticket.
    pub ticket: Option<String>,
    /// Its state.
    pub state: WaiverState,
    /// Days left, today excluded; negative when past.
    pub days_left: Option<i64>,
}

/// Claims against measurements.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Claims {
    /// Claims that measurements contradict.
    pub contradicted: Vec<Contradiction>,
    /// Claims nothing was measured for.
    pub unproven: u32,
    /// Claims of "not done" about checks that pass.
    #[serde(default)]
    pub better_than_claimed: Vec<Contradiction>,
}

/// A claim and what was seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Contradiction {
    /// Check id, area id or `overall`.
    pub subject: String,
    /// What the document says.
    pub claim: String,
    /// `file:line`.
    pub source: Option<String>,
    /// What was seen.
    pub measured: String,
}
