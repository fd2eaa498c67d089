//! The report: everything renderers, history, CI scripts and `compare` need, stable and versioned.
//!
//! Percentages are 0–100, floored to two decimals; credit is in millionths; `exact` is the reduced fraction.

mod check;
mod decision;
mod plan;
mod run;
mod score;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::outcome::Verdict;

pub use check::{Check, CheckState, Claim, Evidence, EvidenceKind, Expectation, FactValue, Resolved};
pub use decision::{Claims, Contradiction, Decider, DeciderKind, Gate, ReportRules, Waiver, WaiverState};
pub use plan::{CostRow, DeclaredPath, Forecast, NextAction, Phase, Risk, Roadmap, Section, TeamRow};
pub use run::{Exit, ReportProblem, Run, SpecRef, System, Tool, TrendPoint};
pub use score::{Area, Counts, Points, RollUp, Score, Share};

/// Version of this format; raised when a field changes meaning or goes away.
pub const SCHEMA: u32 = 1;

/// One audit's result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Version of the format: [`SCHEMA`].
    pub schema: u32,
    /// Who wrote it.
    pub tool: Tool,
    /// What was audited.
    pub system: System,
    /// When, how and on what.
    pub run: Run,
    /// The answer.
    pub verdict: Verdict,
    /// The process's exit code for it.
    pub exit: Exit,
    /// Every decider not met, failed first.
    pub reasons: Vec<String>,
    /// The rule the verdict followed, in one line: `ready: no blocker failed, 74.2 ≥ 60, 91 % measured ≥ 60`.
    pub verdict_line: String,
    /// Thresholds in force.
    pub rules: ReportRules,
    /// Everything that could make the verdict.
    pub deciders: Vec<Decider>,
    /// Overall score; `None` under a selection or when nothing applied.
    pub score: Option<Score>,
    /// In report order.
    pub areas: Vec<Area>,
    /// Roll-up by component.
    #[serde(default)]
    pub components: Vec<RollUp>,
    /// Roll-up by group.
    #[serde(default)]
    pub groups: Vec<RollUp>,
    /// In plan order.
    pub checks: Vec<Check>,
    /// In spec order.
    pub gates: Vec<Gate>,
    /// What to do next, best first.
    pub next_actions: Vec<NextAction>,
    /// Phases and the way to the target date.
    pub roadmap: Roadmap,
    /// Risks with their live state.
    pub risks: Vec<Risk>,
    /// Accepted failures.
    pub waivers: Vec<Waiver>,
    /// What documents claim, against what was seen.
    pub claims: Claims,
    /// `team:` of the spec.
    #[serde(default)]
    pub team: Vec<TeamRow>,
    /// `costs:` of the spec.
    #[serde(default)]
    pub costs: Vec<CostRow>,
    /// Text the spec adds to the report.
    pub sections: Vec<Section>,
    /// Earlier runs, oldest first.
    pub trend: Vec<TrendPoint>,
    /// Warnings.
    pub problems: Vec<ReportProblem>,
}
