//! The types of the spec. Their doc comments are the spec reference and the schema's descriptions.

mod check;
mod decision;
mod plan;
mod target;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::outcome::Priority;
use crate::yaml::{Raw, Spanned};

pub use check::{
    AttestDoc, CheckDoc, ClaimedDoc, CreditDoc, LinearDoc, ProbeDoc, ResolvedDoc, RouteDoc, StepDoc, WeightPerDoc,
    WhenDoc,
};
pub use decision::{CoversDoc, GateDoc, LintDoc, ScoringDoc, WaiverDoc};
pub use plan::{CostDoc, PhaseDoc, ReportDoc, RiskDoc, RiskLevelDoc, SectionDoc, TeamDoc};
pub use target::{
    AllowDoc, BasicDoc, ClientCertDoc, ComponentDoc, CredentialDoc, EnvironmentDoc, HeaderDoc, LoginDoc, TargetDoc,
};

/// A readiness spec: what must hold before this system is ready for production.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Version of the spec language; always 1.
    pub version: Spanned<u32>,
    /// Catalog version the spec was written for. Rules that are newer are announced, not deciding.
    #[serde(default)]
    pub catalog: Option<Spanned<String>>,
    /// What is audited.
    #[serde(default)]
    pub system: SystemDoc,
    /// What a document or person says the overall status is.
    #[serde(default)]
    pub claims: Option<ClaimsDoc>,
    /// Named values, used as `${vars.name}`; shown in reports.
    #[serde(default)]
    pub vars: IndexMap<String, Spanned<String>>,
    /// Packs and files to bring in.
    #[serde(default)]
    pub include: Vec<Spanned<IncludeDoc>>,
    /// Fields to change on checks that packs bring: check id or glob → fields.
    #[serde(default, rename = "override")]
    pub overrides: IndexMap<String, Raw<CheckDoc>>,
    /// Checks to leave out, each with the reason; they are shown as n/a.
    #[serde(default)]
    pub disable: Vec<Spanned<DisableDoc>>,
    /// Live systems, by name.
    #[serde(default)]
    pub targets: IndexMap<String, Raw<TargetDoc>>,
    /// What differs per environment, chosen with `--env`.
    #[serde(default)]
    pub environments: IndexMap<String, EnvironmentDoc>,
    /// Parts of a monorepo, each with its path, target and packs.
    #[serde(default)]
    pub components: IndexMap<String, Spanned<ComponentDoc>>,
    /// Defaults for every probe.
    #[serde(default)]
    pub defaults: DefaultsDoc,
    /// What makes the verdict.
    #[serde(default)]
    pub scoring: ScoringDoc,
    /// Parts of readiness, in report order.
    #[serde(default)]
    pub areas: IndexMap<String, Spanned<AreaDoc>>,
    /// Named lists of expectations about the result.
    #[serde(default)]
    pub gates: IndexMap<String, Spanned<GateDoc>>,
    /// Stretches of the plan.
    #[serde(default)]
    pub phases: IndexMap<String, Spanned<PhaseDoc>>,
    /// What may go wrong, and the checks that show whether it does.
    #[serde(default)]
    pub risks: Vec<Spanned<RiskDoc>>,
    /// Accepted failures.
    #[serde(default)]
    pub waivers: Vec<Spanned<WaiverDoc>>,
    /// What `shipworthy lint` finds in this spec and somebody accepts.
    #[serde(default)]
    pub lint: Option<LintDoc>,
    /// Who works on it.
    #[serde(default)]
    pub team: Vec<TeamDoc>,
    /// What it costs.
    #[serde(default)]
    pub costs: Vec<CostDoc>,
    /// Text for the report.
    #[serde(default)]
    pub report: ReportDoc,
}

/// What is audited.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SystemDoc {
    /// Name, shown on every report.
    #[serde(default)]
    pub name: Option<Spanned<String>>,
    /// Who owns it.
    #[serde(default)]
    pub owner: Option<String>,
    /// Day it should be ready (`YYYY-MM-DD`, inclusive).
    #[serde(default)]
    pub target_date: Option<Spanned<String>>,
    /// 1 (most critical) to 3; at 3 checks marked `tiered` lose one step of severity.
    #[serde(default)]
    pub tier: Option<Spanned<u8>>,
    /// Person-days of work done per working day (Monday to Friday); default 1.
    #[serde(default)]
    pub capacity: Option<Spanned<String>>,
    /// Checks that the plan calls its critical path, in order; the report compares it with the computed one.
    #[serde(default)]
    pub critical_path: Vec<Spanned<String>>,
}

/// What a document or person says the overall status is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimsDoc {
    /// Claimed overall percentage, such as `75 %`.
    #[serde(default)]
    pub overall: Option<Spanned<String>>,
    /// The document, optionally with a line: `PLAN.md:3`.
    #[serde(default)]
    pub source: Option<String>,
}

/// One thing to bring in: a pack or a file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncludeDoc {
    /// Name of a pack.
    #[serde(default)]
    pub pack: Option<Spanned<String>>,
    /// A spec file, relative to this one; globs allowed.
    #[serde(default)]
    pub file: Option<Spanned<String>>,
    /// Probe parameters for the pack's checks, such as `target`.
    #[serde(default, rename = "with")]
    pub with: Option<Raw<Parameters>>,
    /// Whether the pack's checks may run commands.
    #[serde(default)]
    pub exec: Option<bool>,
}

/// Probe parameters by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Parameters(pub IndexMap<String, serde_json::Value>);

/// A check to leave out.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DisableDoc {
    /// Check id or glob.
    pub check: Spanned<String>,
    /// Why; shown in the report.
    pub reason: String,
}

/// Defaults for every probe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DefaultsDoc {
    /// Time limit of one observation; default `10 s` (`10 min` for commands).
    #[serde(default)]
    pub timeout: Option<Spanned<String>>,
    /// How often a live probe tries again after a transport error; default 0.
    #[serde(default)]
    pub retry: Option<Spanned<u32>>,
}

/// A part of readiness.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AreaDoc {
    /// Title; default the catalog's, else the id.
    #[serde(default)]
    pub title: Option<String>,
    /// critical (weight 4), high 3, medium 2 (default), low 1.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// Weight instead of the priority's, 0 to 1000.
    #[serde(default)]
    pub weight: Option<Spanned<u32>>,
    /// What a document says is done, such as `30 %`.
    #[serde(default)]
    pub claimed: Option<Spanned<String>>,
    /// Least score of this area.
    #[serde(default)]
    pub min_score: Option<Spanned<String>>,
    /// Checks that packs bring and this area takes: ids or globs.
    #[serde(default)]
    pub take: Vec<Spanned<String>>,
    /// The area's own checks.
    #[serde(default)]
    pub checks: Vec<Raw<CheckDoc>>,
}

/// A pack: a named list of catalog rules with defaults, ready to include.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackDoc {
    /// Its name: the file's stem.
    pub pack: Spanned<String>,
    /// What it is for, in one sentence.
    pub title: String,
    /// Facets that make `init` propose it; any of them.
    #[serde(default)]
    pub facets: Vec<String>,
    /// Whether `init` always proposes it.
    #[serde(default)]
    pub always: bool,
    /// The rule that the pack's other rules require, if it has one.
    #[serde(default)]
    pub anchor: Option<Spanned<String>>,
    /// Rules, each with fields that override the rule's.
    pub checks: Vec<Raw<CheckDoc>>,
}
