//! Score, deciders, gates, verdict, next actions and the critical path: exact and explainable.
//!
//! Pure functions of an [`Outline`] and what became of its checks; how the numbers come about is told in
//! `docs/scoring.md`. Judging single expectations is left to `expect`, showing the result to `report`.

mod actions;
mod attribute;
mod compare;
mod comparison_text;
mod decide;
mod explain;
mod forecast;
mod gates;
mod open_work;
mod result_fact;
mod result_path;
mod results;
mod roadmap;
mod warnings;
mod weigh;
mod wording;
mod workdays;

#[cfg(test)]
mod tests;

use crate::model::Verdict;
use crate::model::outline::{Judged, Outline};
use crate::model::report::{Decider, Gate, NextAction, Roadmap};

pub use attribute::Part;
pub use compare::{Comparison, OutcomeChange, ScoreChange, compare};
pub use explain::explain;
pub use forecast::with_history;
pub use result_path::{gate_fault, result_names};
pub use warnings::warnings;
pub use weigh::{AreaScored, CheckScored, ExactPoints, Interval, counts, lacking, roll_up, share};

/// All that follows from what became of the checks.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// One per area of the outline.
    pub areas: Vec<AreaScored>,
    /// Weighted mean of the areas; `None` under a selection, or when nothing applies.
    pub overall: Option<Interval>,
    /// One per check of the outline.
    pub checks: Vec<CheckScored>,
    /// Everything that could make the verdict: checks, minimum scores, the measured share, gates that are due.
    pub deciders: Vec<Decider>,
    /// The answer.
    pub verdict: Verdict,
    /// Every decider not met, failed first.
    pub reasons: Vec<String>,
    /// The verdict and its rule: `ready: no blocker failed, 74.2 ≥ 60, 91 % measured ≥ 60`.
    pub verdict_line: String,
    /// In spec order, due or not.
    pub gates: Vec<Gate>,
    /// Best first.
    pub next_actions: Vec<NextAction>,
    /// Phases, critical path and earliest finish.
    pub roadmap: Roadmap,
}

/// Scores a plan: `judged[i]` is what became of `outline.checks[i]`; a check without its entry is unknown.
pub fn score(outline: &Outline, judged: &[Judged]) -> Scored {
    let results = results::Results::new(outline, judged, None);
    let mut deciders = decide::deciders(&results);
    let (gates, of_gates) = gates::gates(&results);
    deciders.extend(of_gates);
    let decision = decide::verdict(&results, &deciders);
    let checks = weigh::checks(outline, &results.seen, &results.holdings, (&results.areas, results.overall.as_ref()));
    let next_actions = actions::next_actions(&results);
    let roadmap = roadmap::roadmap(&results);
    let results::Results { areas, overall, .. } = results;
    Scored {
        areas,
        overall,
        checks,
        deciders,
        verdict: decision.verdict,
        reasons: decision.reasons,
        verdict_line: decision.line,
        gates,
        next_actions,
        roadmap,
    }
}
