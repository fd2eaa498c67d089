//! What makes the verdict: scoring, gates, waivers, and what `lint` need not say.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::Suppressions;
use crate::model::outcome::{Grade, Severity};
use crate::yaml::Spanned;

/// Contradictions in the spec that are accepted.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LintDoc {
    /// Findings of these rules are accepted, each with its reason: `L02: the teams agreed to share Wednesday`.
    #[serde(default)]
    pub allow: Vec<Spanned<String>>,
}

/// What makes the verdict.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoringDoc {
    /// Checks of this severity or above decide; default `blocker`.
    #[serde(default)]
    pub fail_on: Option<Spanned<Severity>>,
    /// Least overall score; default `60 %`.
    #[serde(default)]
    pub min_score: Option<Spanned<String>>,
    /// Least measured share; default `60 %`.
    #[serde(default)]
    pub require_measured: Option<Spanned<String>>,
    /// What a specialist's inline suppression does: `honour` (default), `report` or `forbid`.
    #[serde(default)]
    pub suppressions: Option<Suppressions>,
}

/// A named list of expectations about the result.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateDoc {
    /// Title.
    #[serde(default)]
    pub title: Option<String>,
    /// Checks that must pass: ids or globs.
    #[serde(default)]
    pub checks: Vec<Spanned<String>>,
    /// Expectations over result facts, such as `area.security.score >= 70 %`.
    #[serde(default)]
    pub expect: Vec<Spanned<String>>,
    /// First day it decides; default the end of the phase that names it, without one: now.
    #[serde(default)]
    pub from: Option<Spanned<String>>,
    /// Weaker evidence counts as unknown here.
    #[serde(default)]
    pub min_grade: Option<Grade>,
}

/// An accepted failure. Never raises a score.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiverDoc {
    /// Check id or glob.
    pub check: Spanned<String>,
    /// What exactly is accepted: expectations that must still hold.
    #[serde(default)]
    pub accept: Vec<Spanned<String>>,
    /// What it covers: `fail` (default) or also `unknown`.
    #[serde(default)]
    pub covers: Option<CoversDoc>,
    /// Why.
    pub reason: String,
    /// Who owns it.
    #[serde(default)]
    pub owner: Option<String>,
    /// Who approved it.
    #[serde(default)]
    pub approver: Option<String>,
    /// First day.
    #[serde(default)]
    pub since: Option<Spanned<String>>,
    /// Last day.
    pub expires: Spanned<String>,
    /// Ticket.
    #[serde(default)]
    pub ticket: Option<String>,
}

/// What a waiver covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CoversDoc {
    /// A failure.
    Fail,
    /// A failure, or that it could not be observed.
    Unknown,
}
