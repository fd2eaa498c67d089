//! What scoring needs to know of a plan, and of what was judged: plain data, so that stored runs can be scored too.

use jiff::civil::Date;

use super::fact::{FactSchema, Facts};
use super::outcome::{Grade, Outcome, Severity};
use super::{Exact, Place, Suppressions};

/// Areas, checks, gates, phases and rules of a plan.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// In report order.
    pub areas: Vec<AreaOutline>,
    /// In plan order; under a selection only what was selected and what that requires.
    pub checks: Vec<CheckOutline>,
    /// In spec order.
    pub gates: Vec<GateOutline>,
    /// In spec order.
    pub phases: Vec<PhaseOutline>,
    /// The verdict's rules.
    pub rules: Rules,
    /// The day of the audit (UTC).
    pub today: Option<Date>,
    /// `system.target_date`.
    pub target_date: Option<Date>,
    /// Person-days of work done per working day; `None` means 1.
    pub capacity: Option<Exact>,
    /// Ids of the checks that the spec names as its critical path, in order.
    pub declared_path: Vec<String>,
}

/// `scoring:` after defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Checks of this severity or above decide.
    pub fail_on: Severity,
    /// Least overall score, in percent.
    pub min_score_pct: Exact,
    /// Least measured share, in percent.
    pub require_measured_pct: Exact,
    /// `--no-waivers`: waivers are listed but lift nothing.
    pub ignore_waivers: bool,
    /// What suppressions in files do.
    pub suppressions: Suppressions,
    /// `--gate ID`: this gate alone makes the verdict, due or not.
    pub only_gate: Option<String>,
    /// Whether only a part of the plan was selected; then overall and partly selected areas have no score.
    pub selection: bool,
}

impl Default for Rules {
    fn default() -> Rules {
        let sixty = || Exact::whole(60);
        Rules {
            fail_on: Severity::Blocker,
            min_score_pct: sixty(),
            require_measured_pct: sixty(),
            ignore_waivers: false,
            suppressions: Suppressions::Honour,
            only_gate: None,
            selection: false,
        }
    }
}

/// An area without its checks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AreaOutline {
    /// Id.
    pub id: String,
    /// Weight among the areas.
    pub weight: u32,
    /// Least score, in percent.
    pub min_score_pct: Option<Exact>,
    /// With a selection: whether all its checks were selected.
    pub wholly_selected: bool,
}

/// How a check takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Scored and deciding.
    Enforced,
    /// Measured and shown, weight 0, not deciding (`enforce_from`, newer than `catalog:`).
    Announced,
    /// Runs only because a selected check requires it; unscored.
    Prerequisite,
    /// Taken out by `disable`; shown as n/a with its reason.
    Disabled,
}

/// A check as scoring sees it, before judging.
#[derive(Clone, Debug)]
pub struct CheckOutline {
    /// Id, unique in the plan.
    pub id: String,
    /// Index into `Outline::areas`.
    pub area: usize,
    /// Title.
    pub title: String,
    /// Severity in force.
    pub severity: Severity,
    /// Weight by severity or `weight:`, as a whole number; the share of an instance is in `share_of`.
    pub weight: u32,
    /// How many `for_each` instances share that weight (1: none).
    pub share_of: u32,
    /// How it takes part.
    pub standing: Standing,
    /// Ids it requires.
    pub requires: Vec<String>,
    /// Phase it belongs to.
    pub phase: Option<String>,
    /// Work to mend it, in person-days (the upper end of a range); instances of `for_each` have a share each.
    pub effort_days: Option<Exact>,
    /// The lower end of that range.
    pub effort_least_days: Option<Exact>,
    /// What its probe offers, so that gates can name `check.<id>.fact.<name>`.
    pub facts: FactSchema,
    /// How to mend it.
    pub remedy: Option<String>,
    /// Where it is declared.
    pub place: Place,
}

/// What became of a check.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Outcome.
    pub outcome: Outcome,
    /// Credit in millionths; a pass is 1 000 000, anything else below.
    pub credit_ppm: u32,
    /// How good the evidence is; `None` when there is none.
    pub grade: Option<Grade>,
    /// Severity after the certainty of the evidence was taken into account (a blocker with `likely` evidence: high).
    pub severity: Severity,
    /// Facts, for gates.
    pub facts: Facts,
    /// Whether a valid waiver covers this outcome.
    pub waived: bool,
    /// The check that blocks this one at the root.
    pub blocked_by: Option<String>,
    /// Why it is unknown, blocked or n/a.
    pub reason: Option<String>,
}

/// A gate.
#[derive(Clone, Debug)]
pub struct GateOutline {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Checks that must pass.
    pub checks: Vec<String>,
    /// Expectations over result facts, parsed when the plan was made.
    pub expect: Vec<String>,
    /// From when it decides.
    pub from: Option<Date>,
    /// Weaker evidence counts as unknown here.
    pub min_grade: Option<Grade>,
    /// Where it is declared.
    pub place: Place,
}

/// A phase.
#[derive(Clone, Debug)]
pub struct PhaseOutline {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// First day.
    pub start: Option<Date>,
    /// Last day.
    pub end: Option<Date>,
    /// Gate at its end.
    pub gate: Option<String>,
}
