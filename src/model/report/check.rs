//! One check with what was expected, seen and claimed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Points;
use crate::model::outcome::{Certainty, Grade, Outcome, Severity};
use crate::model::{Place, Suppression};

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
    /// What the file says to a specialist about it, such as `# hadolint ignore=DL3002`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppression: Option<Suppression>,
    /// It shows what is there and earns a failed check its credit; it is no finding.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub credited: bool,
}

impl Evidence {
    /// It was seen and is shown, but no fact counts it.
    pub fn is_hint(&self) -> bool {
        self.certainty == Certainty::Hint && self.fact.is_some()
    }

    /// The file says to a specialist that this is accepted, and that holds.
    pub fn is_suppressed(&self) -> bool {
        self.suppression.as_ref().is_some_and(|suppression| suppression.honoured)
    }

    /// It stands behind the value of a fact that is expected.
    pub fn is_counted(&self) -> bool {
        !self.is_hint() && !self.is_suppressed() && !self.credited
    }
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
