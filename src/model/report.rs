//! The report: everything renderers, history, CI scripts and `compare` need, stable and versioned.
//!
//! Percentages are 0–100, floored to two decimals; credit is in millionths; `exact` is the reduced fraction.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Place;
use super::outcome::{Certainty, DeciderState, Grade, Outcome, Priority, Severity, Verdict};

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

/// A percentage with the fraction it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Share {
    /// 0–100, floored to two decimals.
    pub value: f64,
    /// The reduced fraction of 1, such as `153/250`.
    pub exact: String,
}

/// A score: an interval, because what was not observed may turn out either way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Score {
    /// Unknown and blocked count 0.
    pub proven: Share,
    /// Unknown and blocked count 1.
    pub possible: Share,
    /// Share of weight whose outcome is known.
    pub measured: Share,
    /// What a document says.
    pub claimed: Option<f64>,
}

/// An area.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Area {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Priority.
    pub priority: Priority,
    /// Weight among the areas.
    pub weight: u32,
    /// `None` when nothing in it applies, or it was only partly selected.
    pub score: Option<Score>,
    /// Σ weight·credit of its applicable checks with credit from 0 to 1, as an exact fraction.
    pub earned: String,
    /// Σ weight of applicable checks, as an exact fraction.
    pub applicable: String,
    /// What a document says.
    pub claimed: Option<f64>,
    /// Work that the document says remains.
    #[serde(default)]
    pub claimed_text: Option<String>,
    /// Least score.
    pub min_score_pct: Option<f64>,
    /// How many checks by outcome.
    pub counts: Counts,
}

/// How many checks by outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Passed.
    pub passed: u32,
    /// Failed, waived ones included.
    pub failed: u32,
    /// Failed and waived.
    pub waived: u32,
    /// Unknown.
    pub unknown: u32,
    /// Blocked.
    pub blocked: u32,
    /// Not applicable, disabled ones included.
    pub not_applicable: u32,
    /// Disabled.
    pub disabled: u32,
    /// Failed blockers that are not waived.
    pub blockers: u32,
}

/// Score of a set of checks across areas.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RollUp {
    /// Component path or group name.
    pub id: String,
    /// Title.
    pub title: String,
    /// Its score.
    pub score: Option<Score>,
    /// How many checks by outcome.
    pub counts: Counts,
    /// Declared share of its parent, in percent.
    #[serde(default)]
    pub share_pct: Option<f64>,
}

/// How a check took part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// Scored and deciding.
    Enforced,
    /// Measured, weight 0, not deciding yet.
    Announced,
    /// Ran only for a check that requires it.
    Prerequisite,
    /// Taken out by the spec.
    Disabled,
}

/// A check and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// Id, unique.
    pub id: String,
    /// The rule it stands for.
    pub rule: String,
    /// Area id.
    pub area: String,
    /// What must hold.
    pub title: String,
    /// Severity that was scored.
    pub severity: Severity,
    /// Severity as declared.
    pub declared_severity: Severity,
    /// Weight in its area, as an exact fraction (`8`, `8/3`).
    pub weight: String,
    /// How it took part.
    pub state: CheckState,
    /// What became of it.
    pub outcome: Outcome,
    /// Credit in millionths.
    pub credit_ppm: u32,
    /// Points of the overall score; `None` where there is no overall score or it is not scored.
    pub points: Option<Points>,
    /// Which route decided, from 1.
    pub route: Option<u32>,
    /// Target name.
    pub target: Option<String>,
    /// How good the evidence is.
    pub grade: Option<Grade>,
    /// How sure the finding is.
    pub certainty: Option<Certainty>,
    /// Index into `waivers` of the waiver that covers it.
    pub waiver: Option<u32>,
    /// The check at the root of the block.
    pub blocked_by: Option<String>,
    /// Each line of `expect`.
    pub expectations: Vec<Expectation>,
    /// What was observed, as far as expectations or metrics use it.
    pub facts: BTreeMap<String, FactValue>,
    /// Why it is unknown, blocked, n/a or disabled.
    pub reason: Option<String>,
    /// What was seen and where.
    pub evidence: Vec<Evidence>,
    /// Tags.
    pub tags: Vec<String>,
    /// Component id.
    pub component: Option<String>,
    /// `Phase 6 / Reporting`.
    pub group: Option<String>,
    /// Who owns it.
    pub owner: Option<String>,
    /// Phase id.
    pub phase: Option<String>,
    /// When to do it, in the plan's words (`today`, `month 1`).
    pub horizon: Option<String>,
    /// Work to mend it, least and most person-days.
    pub effort_days: Option<[f64; 2]>,
    /// What a document says.
    pub claimed: Option<Claim>,
    /// Earlier value per fact, as written.
    pub baseline: BTreeMap<String, String>,
    /// When and with what the plan says it was resolved.
    pub resolved: Option<Resolved>,
    /// Why it is optional, if it is.
    pub optional: Option<String>,
    /// Checks of which one is enough.
    pub any_of: Vec<String>,
    /// Checks it requires.
    pub requires: Vec<String>,
    /// How to mend it.
    pub remedy: Option<String>,
    /// Standard, RFC or article.
    pub reference: Option<String>,
    /// Why it matters.
    pub rationale: Option<String>,
    /// Where the spec or catalog declares it.
    pub declared_at: Place,
    /// How long observing took.
    pub duration_ms: u64,
}

/// Points of the overall score, in percentage points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Points {
    /// Earned.
    pub got: f64,
    /// Lost for good by a failure.
    pub lost: f64,
    /// What it could earn at most.
    pub possible: f64,
}

/// One line of `expect`, judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Expectation {
    /// As written.
    pub text: String,
    /// The fact's path.
    pub fact: String,
    /// What was expected, in words a person reads.
    pub expected: String,
    /// What was seen, with as many digits as put it visibly on its side.
    pub actual: String,
    /// pass, fail or unknown.
    pub outcome: Outcome,
}

/// An observed value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FactValue {
    /// The value; quantities as numbers in `unit`; `null` when absent.
    pub value: serde_json::Value,
    /// `ms`, `B`, `%`, `req/s`, `s`, … or none.
    pub unit: Option<String>,
}

/// Kinds of evidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceKind {
    /// A file, or a line in it.
    #[default]
    File,
    /// A request and its response.
    Http,
    /// A conversation with a service that is not HTTP, such as a database.
    Service,
    /// A command and its exit code.
    Command,
    /// A specialist's report.
    Report,
    /// A person's statement.
    Attestation,
    /// What a plugin says.
    Plugin,
}

/// What was seen and where.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// What kind.
    pub kind: EvidenceKind,
    /// Where in the repository.
    pub place: Option<Place>,
    /// What was asked.
    pub url: Option<String>,
    /// HTTP status.
    pub status: Option<u16>,
    /// What was run.
    pub argv: Option<Vec<String>>,
    /// How it ended.
    pub exit_code: Option<i32>,
    /// Age of the report or file.
    pub age_s: Option<u64>,
    /// One line for a person.
    pub note: Option<String>,
    /// Stable identity of the finding, for `compare` and SARIF.
    pub fingerprint: Option<String>,
    /// The fact it is evidence for; without one it belongs to the whole observation. A check shows the evidence of the
    /// facts that its expectations name.
    #[serde(default)]
    pub fact: Option<String>,
    /// How sure it is.
    #[serde(default)]
    pub certainty: Certainty,
}

/// What a document says about a check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Claim {
    /// As written: `done`, `30 %`, `failed = 31`.
    pub value: String,
    /// The document's words.
    pub text: Option<String>,
    /// `PLAN.md:20`.
    pub source: Option<String>,
    /// The claim says done and the outcome is fail, or its value does not hold.
    pub contradicted: Option<bool>,
}

/// When and with what a plan says it was resolved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Resolved {
    /// `YYYY-MM-DD`.
    pub date: String,
    /// What the plan gives as evidence.
    pub evidence: Option<String>,
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

/// Something worth doing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NextAction {
    /// Check id.
    pub check: String,
    /// Title of the check.
    pub title: String,
    /// What to do.
    pub remedy: Option<String>,
    /// Points of the overall score it brings, floored to 0.01; `None` without an overall score.
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

/// An earlier run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrendPoint {
    /// RFC 3339.
    pub at: String,
    /// Proven overall score.
    pub proven: Option<f64>,
    /// Verdict.
    pub verdict: Verdict,
}

/// A warning that goes with the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportProblem {
    /// `warning` or `error`.
    pub level: super::Level,
    /// What is wrong.
    pub text: String,
    /// What to do.
    pub help: Option<String>,
    /// Where.
    pub place: Option<Place>,
}
