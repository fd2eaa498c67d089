//! Spec × catalog × facets → a plan, or all problems at once. Pure: nothing is read, run or contacted here.

mod adjust;
mod area;
mod brought;
mod check;
mod claim;
mod credit_bound;
mod each;
mod gate;
mod id;
mod left_out;
mod prerequisite;
mod requires;
mod route;
mod select;
mod target;
mod waiver;
mod with;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::expect::Typed;
use crate::expect::credit::TypedCredit;
use crate::model::outcome::{Grade, Priority, Severity};
use crate::model::outline::Outline;
use crate::model::report::{Claim, CostRow, Resolved, Section, TeamRow};
use crate::model::{Exact, FactSchema, Place, Problems, Target};
use crate::probe::{Lane, Probe, Touch};
use crate::spec::Loaded;

pub use id::matches;
pub use select::routes;
pub use waiver::PlannedWaiver;
pub use with::needs_target;

/// What a plan is made from.
pub struct PlanInput<'a> {
    /// The spec with its includes, variables resolved.
    pub loaded: &'a Loaded,
    /// What kind of repository this is: facet → the files that show it.
    pub facets: &'a BTreeMap<String, Vec<String>>,
    /// The day of the audit, UTC.
    pub today: Date,
    /// `--env`.
    pub environment: Option<&'a str>,
    /// `--only`.
    pub only: &'a [String],
    /// `--skip`.
    pub skip: &'a [String],
    /// `--gate`.
    pub gate: Option<&'a str>,
    /// `--no-waivers`.
    pub ignore_waivers: bool,
}

/// What will be observed, and how it will be judged and scored.
pub struct Plan {
    /// What scoring needs.
    pub outline: Outline,
    /// Titles and claims of the areas in `outline.areas`.
    pub areas: Vec<PlannedArea>,
    /// Parallel to `outline.checks`.
    pub checks: Vec<PlannedCheck>,
    /// Equal observations once.
    pub observations: Vec<PlannedObservation>,
    /// Targets by name.
    pub targets: BTreeMap<String, Target>,
    /// In spec order.
    pub waivers: Vec<PlannedWaiver>,
    /// In spec order.
    pub risks: Vec<PlannedRisk>,
    /// Components by id: path and title.
    pub components: BTreeMap<String, (String, String)>,
    /// What the spec claims overall, and where.
    pub claimed_overall: Option<(Exact, Option<String>)>,
    /// `team:`.
    pub team: Vec<TeamRow>,
    /// `costs:`.
    pub costs: Vec<CostRow>,
    /// `report.sections:`.
    pub sections: Vec<Section>,
    /// What the run was narrowed to.
    pub selection: Option<Vec<String>>,
    /// Warnings.
    pub warnings: Problems,
}

/// An area's words.
#[derive(Clone, Debug)]
pub struct PlannedArea {
    /// Title.
    pub title: String,
    /// Priority.
    pub priority: Priority,
    /// Claimed percentage.
    pub claimed: Option<Exact>,
    /// The claim as written when it is not a percentage.
    pub claimed_text: Option<String>,
}

/// How a check's outcome comes about.
pub enum Finding {
    /// Decided before anything runs.
    NotApplicable(String),
    /// Taken out by `disable`.
    Disabled(String),
    /// Cannot be observed, for this reason ("`DATABASE_URL` is not set").
    Unknown(String),
    /// A claim without evidence.
    Claimed,
    /// One of these checks (indices) passing is enough.
    AnyOf(Vec<usize>),
    /// The first route whose outcome is known decides.
    Routes(Vec<Route>),
}

/// One way to find out.
pub struct Route {
    /// Index into `Plan::observations`.
    pub observation: usize,
    /// What must be seen for the check to apply.
    pub applies: Vec<Typed>,
    /// What must hold.
    pub expect: Vec<Typed>,
    /// What a failure may still earn.
    pub credit: Option<TypedCredit>,
    /// The most it may earn, in millionths.
    pub cap_ppm: u32,
    /// Grade of its evidence.
    pub grade: Grade,
    /// Facts it offers.
    pub schema: FactSchema,
}

/// A check in the plan, besides what scoring knows of it.
pub struct PlannedCheck {
    /// The rule it stands for.
    pub rule: String,
    /// How its outcome comes about.
    pub finding: Finding,
    /// Severity as declared, before `tiered`.
    pub declared_severity: Severity,
    /// Indices of checks it requires.
    pub requires: Vec<usize>,
    /// Indices of checks observed before it.
    pub after: Vec<usize>,
    /// Weaker evidence is unknown.
    pub min_grade: Option<Grade>,
    /// n/a unless it passes, for this reason.
    pub optional: Option<String>,
    /// Target name.
    pub target: Option<String>,
    /// Words to select by.
    pub tags: Vec<String>,
    /// Component id.
    pub component: Option<String>,
    /// Group inside its area.
    pub group: Option<String>,
    /// Share of its group that a document gives it, in percent.
    pub share_pct: Option<Exact>,
    /// Owner.
    pub owner: Option<String>,
    /// When to do it.
    pub horizon: Option<String>,
    /// Least and most person-days.
    pub effort_days: Option<(Exact, Exact)>,
    /// What a document says.
    pub claimed: Option<PlannedClaim>,
    /// Fact → earlier value.
    pub baseline: BTreeMap<String, String>,
    /// What a plan says about its resolution.
    pub resolved: Option<Resolved>,
    /// Ids of its alternatives.
    pub any_of: Vec<String>,
    /// How to mend it.
    pub remedy: Option<String>,
    /// Reference.
    pub reference: Option<String>,
    /// Why it matters.
    pub rationale: Option<String>,
    /// Text of its expectations (first route), for reports of what never ran.
    pub expect_texts: Vec<String>,
}

/// What a document says about a check, ready to compare.
pub struct PlannedClaim {
    /// As the report shows it.
    pub claim: Claim,
    /// Its meaning.
    pub meaning: ClaimMeaning,
}

/// Meaning of a claim.
pub enum ClaimMeaning {
    /// 100 % or `done`.
    Done,
    /// Less than 100 %, `partial`.
    Partial,
    /// 0 % or `missing`.
    Missing,
    /// `n/a`.
    NotApplicable,
    /// A value in the expectation grammar.
    Value(Box<Typed>),
}

/// Something to observe.
pub struct PlannedObservation {
    /// Kind of probe.
    pub kind: &'static str,
    /// The probe with its parameters.
    pub probe: Box<dyn Probe>,
    /// Folder it is confined to.
    pub folder: String,
    /// Its time limit.
    pub limit: std::time::Duration,
    /// What it would touch.
    pub touch: Touch,
    /// Which queue it waits in.
    pub lane: Lane,
    /// Why it must not run although planned (a pack's command without `exec: true`).
    pub refused: Option<String>,
}

/// A risk.
pub struct PlannedRisk {
    /// What may happen.
    pub title: String,
    /// high, medium, low.
    pub level: String,
    /// As written.
    pub effect: Option<String>,
    /// What is done about it.
    pub mitigation: Option<String>,
    /// Indices of the checks that show it.
    pub watch: Vec<usize>,
}

impl Plan {
    /// Index of the check with this id.
    pub fn index(&self, id: &str) -> Option<usize> {
        self.outline.checks.iter().position(|check| check.id == id)
    }

    /// Where a check is declared.
    pub fn place(&self, index: usize) -> &Place {
        &self.outline.checks[index].place
    }
}

/// Makes the plan.
///
/// # Errors
/// Every problem of the spec at once; nothing has run then.
pub fn plan(input: &PlanInput<'_>) -> Result<Plan, Problems> {
    let mut problems = Problems::new();
    let mut draft = check::Draft::new(input, &mut problems);
    let (brought, broken) = brought::gather(input, &mut problems);
    draft.broken = broken;
    let brought = each::expand(brought, &mut problems);
    draft.add_checks(brought, &mut problems);
    let plan = draft.finish(&mut problems);
    if problems.has_errors() {
        return Err(problems.elsewhere(&input.loaded.blanks));
    }
    let mut plan = plan;
    plan.warnings = problems;
    for (place, text) in crate::score::warnings(&plan.outline) {
        plan.warnings.push(crate::model::Problem::at(place, text).warning());
    }
    Ok(plan)
}
