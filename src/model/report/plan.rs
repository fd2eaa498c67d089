//! What is to be done, by when, by whom and at what risk and cost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::outcome::Outcome;

/// Something worth doing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NextAction {
    /// Check id.
    pub check: String,
    /// Title of the check.
    pub title: String,
    /// What to do.
    pub remedy: Option<String>,
    /// Points of the overall score it brings, floored to 0.01; `None` without an overall score, and for a check that
    /// holds no share of it.
    pub gain: Option<f64>,
    /// Work, in person-days (the upper end).
    pub effort_days: Option<f64>,
    /// Checks that become observable.
    pub unblocks: Vec<String>,
    /// Points those could bring.
    pub unblocks_points: Option<f64>,
    /// Whether it decides the verdict.
    pub blocker: bool,
    /// Fail: mend it; unknown: make it observable.
    pub outcome: Outcome,
}

/// Phases and the way to the target date.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Roadmap {
    /// In spec order.
    pub phases: Vec<Phase>,
    /// Check ids along the longest chain of open work.
    pub critical_path: Vec<String>,
    /// Its length in person-days.
    pub critical_path_days: Option<f64>,
    /// The path the spec names, against the computed one.
    #[serde(default)]
    pub declared_path: Option<DeclaredPath>,
    /// `YYYY-MM-DD`, at the most that efforts may be; `None` when some open work has no effort.
    pub earliest_finish: Option<String>,
    /// `YYYY-MM-DD`, at the least that efforts may be.
    #[serde(default)]
    pub best_finish: Option<String>,
    /// Person-days of work done per working day, as the spec states it; `None`: 1.
    #[serde(default)]
    pub capacity: Option<f64>,
    /// `YYYY-MM-DD`.
    pub target_date: Option<String>,
    /// Open checks without `effort`.
    pub without_effort: u32,
    /// Days from the target date to the earliest finish, or to today while that is not known; 0 when in time.
    #[serde(default)]
    pub slip_days: Option<i64>,
    /// When the open checks end at the pace of earlier runs; `None` without runs of at least two days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<Forecast>,
}

/// A burn-up: what came to pass and what was added over several runs, and when the two lines meet if both go on as before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Forecast {
    /// Runs it is counted from, this one included.
    pub runs: u32,
    /// Day of the first, `YYYY-MM-DD`.
    pub since: String,
    /// Checks that are open now.
    pub open: u32,
    /// Checks that came to pass per week over all runs, less those that no longer do.
    pub passed_per_week: f64,
    /// Checks that were added per week over all runs, less those taken out.
    pub added_per_week: f64,
    /// `YYYY-MM-DD` at the faster pace, that of all runs or that of the later half; `None`: at neither do the open checks end.
    pub earliest: Option<String>,
    /// `YYYY-MM-DD` at the slower pace; `None`: at that they do not end.
    pub latest: Option<String>,
}

/// The critical path as the spec declares it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeclaredPath {
    /// Check ids, in the order given.
    pub checks: Vec<String>,
    /// Those that are open.
    pub open: Vec<String>,
    /// Open checks that something on the path requires, directly or through others, and that the path leaves out.
    pub omits: Vec<String>,
    /// Person-days of its open checks one after the other; `None` when one has no effort.
    pub days: Option<f64>,
}

/// A phase.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Phase {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// `YYYY-MM-DD`.
    pub start: Option<String>,
    /// `YYYY-MM-DD`, inclusive.
    pub end: Option<String>,
    /// Its gate.
    pub gate: Option<String>,
    /// Checks that pass.
    pub passed: u32,
    /// Checks that apply.
    pub total: u32,
    /// When its open work can be done at the earliest, at the most that efforts may be.
    pub earliest_finish: Option<String>,
    /// The same at the least that efforts may be.
    #[serde(default)]
    pub best_finish: Option<String>,
    /// Days past its end, today or at the earliest finish.
    pub slip_days: Option<i64>,
}

/// A risk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Risk {
    /// What may happen.
    pub title: String,
    /// `high`, `medium`, `low`.
    pub level: String,
    /// What it would cost, as written.
    pub effect: Option<String>,
    /// What is done about it.
    pub mitigation: Option<String>,
    /// Checks that show whether it is happening.
    pub watch: Vec<String>,
    /// fail: it is happening; pass: it is not; unknown: nobody can tell.
    pub state: Outcome,
}

/// A row of `team:`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TeamRow {
    /// Role.
    pub role: String,
    /// Who.
    pub name: Option<String>,
    /// Full-time equivalents, as written.
    pub fte: Option<String>,
    /// How long, as written.
    pub duration: Option<String>,
    /// Anything else.
    pub note: Option<String>,
}

/// A row of `costs:`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CostRow {
    /// What for.
    pub item: String,
    /// As written, such as `200..400 EUR`.
    pub amount: String,
    /// `once`, `month`, `year`.
    pub period: Option<String>,
    /// Anything else.
    pub note: Option<String>,
}

/// Text the spec adds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    /// Heading.
    pub title: String,
    /// Markdown.
    pub body: String,
}
