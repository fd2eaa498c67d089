//! The types of the spec. Their doc comments are the spec reference and the schema's descriptions.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::outcome::{Grade, Priority, Severity};
use crate::yaml::{Raw, Spanned};

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

/// Contradictions in the spec that are accepted.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LintDoc {
    /// Findings of these rules are accepted, each with its reason: `L02: the teams agreed to share Wednesday`.
    #[serde(default)]
    pub allow: Vec<Spanned<String>>,
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

/// A live system.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetDoc {
    /// Where it is: `http(s)://…`, `postgres://…`, `host:port`.
    pub url: Spanned<String>,
    /// Request headers sent with every request; no credentials here.
    #[serde(default)]
    pub headers: IndexMap<String, Spanned<String>>,
    /// Ways to present oneself, by name; `default` is used unless a probe says otherwise.
    #[serde(default)]
    pub credentials: IndexMap<String, Spanned<CredentialDoc>>,
    /// What we may do beyond ordinary requests: `active` (malformed input, bursts, unlinked paths), `load`.
    #[serde(default)]
    pub allow: Vec<Spanned<AllowDoc>>,
    /// HTTP requests that one audit sends at most, load left out. Default: 30 unless the target allows `active` or is on
    /// this machine.
    #[serde(default)]
    pub max_requests: Option<Spanned<u64>>,
    /// Origins `allow`, `headers` and `credentials` are good for, when the host comes from a variable; `*` for a port.
    #[serde(default)]
    pub origins: Vec<Spanned<String>>,
    /// Addresses to use instead of DNS: host → address, or address:port; host `*` is every other one.
    #[serde(default)]
    pub resolve: IndexMap<String, Spanned<String>>,
    /// Where URLs with `http` and no port lead, instead of port 80.
    #[serde(default)]
    pub http_port: Option<Spanned<u16>>,
    /// Where URLs with `https` and no port lead, instead of port 443.
    #[serde(default)]
    pub https_port: Option<Spanned<u16>>,
    /// Proxy that every request goes through, `http://host:port`.
    #[serde(default)]
    pub proxy: Option<Spanned<String>>,
    /// PEM file with the authorities to trust instead of the public ones, or the certificate of the service itself.
    #[serde(default)]
    pub ca_file: Option<Spanned<String>>,
    /// TLS client certificate that goes with every request, whatever the credentials.
    #[serde(default)]
    pub client_cert: Option<ClientCertDoc>,
}

/// What a target may suffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AllowDoc {
    /// Malformed input, bursts, unlinked paths, failed logins.
    Active,
    /// Load.
    Load,
}

/// One way to present oneself; exactly one key.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialDoc {
    /// A bearer token.
    #[serde(default)]
    pub bearer: Option<String>,
    /// User and password.
    #[serde(default)]
    pub basic: Option<BasicDoc>,
    /// Any other header.
    #[serde(default)]
    pub header: Option<HeaderDoc>,
    /// A cookie, `name=value`.
    #[serde(default)]
    pub cookie: Option<String>,
    /// A TLS client certificate.
    #[serde(default)]
    pub client_cert: Option<ClientCertDoc>,
    /// A login by POST, made before the request: its token, or else its cookies, go along.
    #[serde(default)]
    pub login: Option<LoginDoc>,
}

/// How to log in; exactly one of `form` and `json`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginDoc {
    /// Path below the target's URL, such as `/login`.
    pub path: Spanned<String>,
    /// Fields of a form.
    #[serde(default)]
    pub form: Option<IndexMap<String, String>>,
    /// Members of a JSON object.
    #[serde(default)]
    pub json: Option<IndexMap<String, String>>,
    /// Where the JSON of the answer has the token, such as `body.access_token`; without it the answer's cookies count.
    #[serde(default)]
    pub token: Option<Spanned<String>>,
}

/// User and password.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BasicDoc {
    /// User name.
    pub user: String,
    /// Password.
    pub password: String,
}

/// A header that carries a credential.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeaderDoc {
    /// Field name.
    pub name: String,
    /// Field value.
    pub value: String,
}

/// A TLS client certificate.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientCertDoc {
    /// PEM file with the chain.
    pub cert: String,
    /// PEM file with the private key.
    pub key: String,
}

/// What differs in an environment.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentDoc {
    /// Values that replace those of `vars`.
    #[serde(default)]
    pub vars: IndexMap<String, Spanned<String>>,
    /// Fields that replace those of targets.
    #[serde(default)]
    pub targets: IndexMap<String, Raw<TargetDoc>>,
    /// Refuse active and load probes; implied for `prod*` and `live`.
    #[serde(default)]
    pub protected: Option<bool>,
}

/// A part of a monorepo.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComponentDoc {
    /// Folder, relative to the root.
    pub path: Spanned<String>,
    /// Title in reports.
    #[serde(default)]
    pub title: Option<String>,
    /// Target its live checks use.
    #[serde(default)]
    pub target: Option<Spanned<String>>,
    /// Packs whose checks become instances scoped to the path.
    #[serde(default)]
    pub packs: Vec<Spanned<String>>,
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
    pub suppressions: Option<SuppressionsDoc>,
}

/// What a specialist's inline suppression does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SuppressionsDoc {
    /// It leaves the count that is judged.
    Honour,
    /// It is listed, and counted.
    Report,
    /// It is a finding itself.
    Forbid,
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

/// One thing that must hold. Has exactly one of `use`, `probe`, `attest`, `routes`; with none it is a claim without
/// evidence and stays unknown.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckDoc {
    /// Id: lower case letters, digits and `-`, parts joined by `/`. Default: the id of the rule in `use`.
    #[serde(default)]
    pub id: Option<Spanned<String>>,
    /// A catalog rule to use.
    #[serde(default, rename = "use")]
    pub uses: Option<Spanned<String>>,
    /// Probe parameters for the rule in `use`.
    #[serde(default, rename = "with")]
    pub with: Option<Raw<Parameters>>,
    /// What must hold, in words.
    #[serde(default)]
    pub title: Option<String>,
    /// Why it matters.
    #[serde(default)]
    pub rationale: Option<String>,
    /// blocker, high, medium (default) or low.
    #[serde(default)]
    pub severity: Option<Spanned<Severity>>,
    /// Weight instead of the severity's, 0 to 1000; 0 is shown, never scored or deciding.
    #[serde(default)]
    pub weight: Option<Spanned<u32>>,
    /// `instance`: every instance of `for_each` has the full weight instead of a share.
    #[serde(default)]
    pub weight_per: Option<WeightPerDoc>,
    /// Lower the severity one step at `system.tier: 3`.
    #[serde(default)]
    pub tiered: Option<bool>,
    /// Words to select by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What to observe: one probe with its parameters.
    #[serde(default)]
    pub probe: Option<Raw<ProbeDoc>>,
    /// A named person's statement.
    #[serde(default)]
    pub attest: Option<Spanned<AttestDoc>>,
    /// Several ways to find out, best first; the first whose outcome is known decides.
    #[serde(default)]
    pub routes: Vec<Raw<RouteDoc>>,
    /// What must hold of the facts: a list of `fact operator value`, all of them.
    #[serde(default)]
    pub expect: Vec<Spanned<String>>,
    /// How much a failed check may still earn.
    #[serde(default)]
    pub credit: Option<Spanned<CreditDoc>>,
    /// Checks without which this one is meaningless; it is blocked unless they pass.
    #[serde(default)]
    pub requires: Vec<Spanned<String>>,
    /// Checks to observe before this one; nothing more.
    #[serde(default)]
    pub after: Vec<Spanned<String>>,
    /// When it applies; otherwise it is n/a.
    #[serde(default)]
    pub when: Option<Spanned<WhenDoc>>,
    /// Repeat for each value: key → list. Several keys make the product. Used as `${each.key}`.
    #[serde(default)]
    pub for_each: IndexMap<String, Vec<Spanned<String>>>,
    /// Combinations of `for_each` to leave out.
    #[serde(default)]
    pub except: Vec<IndexMap<String, String>>,
    /// Ids of which one passing check is enough.
    #[serde(default)]
    pub any_of: Vec<Spanned<String>>,
    /// Group inside the area; `/` nests: `Phase 6 / Reporting`.
    #[serde(default)]
    pub group: Option<String>,
    /// Share of its group that a document gives it.
    #[serde(default)]
    pub share: Option<Spanned<String>>,
    /// Why it is optional; then it is n/a unless it passes.
    #[serde(default)]
    pub optional: Option<String>,
    /// When and with what a plan says it was resolved.
    #[serde(default)]
    pub resolved: Option<Spanned<ResolvedDoc>>,
    /// When to do it: `today`, `this week`, `month 1`, …
    #[serde(default)]
    pub horizon: Option<String>,
    /// Work to mend it, in person-days or -weeks: `2 d`, `2..4 d`, `3 w`.
    #[serde(default)]
    pub effort: Option<Spanned<String>>,
    /// Phase it belongs to.
    #[serde(default)]
    pub phase: Option<Spanned<String>>,
    /// Who owns it.
    #[serde(default)]
    pub owner: Option<String>,
    /// What a document says about it.
    #[serde(default)]
    pub claimed: Option<Spanned<ClaimedDoc>>,
    /// Earlier values: fact → value.
    #[serde(default)]
    pub baseline: IndexMap<String, Spanned<String>>,
    /// How to mend it.
    #[serde(default)]
    pub remedy: Option<String>,
    /// Standard, RFC or article.
    #[serde(default)]
    pub reference: Option<String>,
    /// Weaker evidence is unknown.
    #[serde(default)]
    pub min_grade: Option<Spanned<Grade>>,
    /// First day it decides (`YYYY-MM-DD`); before that it is announced.
    #[serde(default)]
    pub enforce_from: Option<Spanned<String>>,
    /// Catalog rules only: area it lands in.
    #[serde(default)]
    pub area: Option<Spanned<String>>,
    /// Catalog rules only: catalog version that brought it.
    #[serde(default)]
    pub since: Option<Spanned<String>>,
    /// Catalog rules only: facets that make `init` propose it.
    #[serde(default)]
    pub facets: Vec<String>,
    /// Catalog rules only: words by which `import` recognises it.
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// Whose weight it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WeightPerDoc {
    /// Instances share the weight of the check.
    Check,
    /// Every instance has the full weight.
    Instance,
}

/// One probe with its parameters: a mapping with exactly one key. Decoded by the plan.
#[derive(Clone, Debug)]
pub struct ProbeDoc;

impl JsonSchema for ProbeDoc {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Probe".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        // The `schema` module, which knows the probes, fills this in.
        schemars::json_schema!({ "type": "object", "minProperties": 1, "maxProperties": 1 })
    }
}

/// One way to find out.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteDoc {
    /// What to observe.
    #[serde(default)]
    pub probe: Option<Raw<ProbeDoc>>,
    /// A named person's statement.
    #[serde(default)]
    pub attest: Option<Spanned<AttestDoc>>,
    /// What must hold of the facts.
    #[serde(default)]
    pub expect: Vec<Spanned<String>>,
    /// How much a failed check may still earn.
    #[serde(default)]
    pub credit: Option<Spanned<CreditDoc>>,
    /// The most this route may earn, such as `50 %`.
    #[serde(default)]
    pub cap: Option<Spanned<String>>,
}

/// A named person's statement.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttestDoc {
    /// What is stated.
    pub statement: String,
    /// Who states it.
    pub by: String,
    /// Day of the statement; not in the future.
    pub date: Spanned<String>,
    /// Last day it counts; at most 400 days after `date`.
    pub expires: Spanned<String>,
    /// Path in the repository or URL; without it the statement is only a claim.
    #[serde(default)]
    pub evidence: Option<Spanned<String>>,
}

/// How much a failed check may still earn; exactly one key.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditDoc {
    /// A ratio fact.
    #[serde(default)]
    pub fact: Option<String>,
    /// Two counts: what holds, of how many.
    #[serde(default)]
    pub ratio: Option<[String; 2]>,
    /// Rises (or falls) evenly between two values of a fact; `to` is the threshold expected.
    #[serde(default)]
    pub linear: Option<LinearDoc>,
    /// The first step whose expectations hold.
    #[serde(default)]
    pub steps: Option<Vec<StepDoc>>,
    /// The least of several.
    #[serde(default)]
    pub least: Option<Vec<CreditDoc>>,
}

/// Credit between two values of a fact.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinearDoc {
    /// The fact.
    pub fact: String,
    /// Value that earns nothing.
    pub from: String,
    /// Value that would earn all: the threshold expected.
    pub to: String,
}

/// A step of credit.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepDoc {
    /// What must hold for it.
    pub expect: Vec<String>,
    /// What it earns, such as `60 %`.
    pub credit: String,
}

/// When a check applies.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WhenDoc {
    /// One of these environments is chosen.
    #[serde(default)]
    pub env: Vec<Spanned<String>>,
    /// One of these facets was detected.
    #[serde(default)]
    pub facet: Vec<Spanned<String>>,
    /// One of these components.
    #[serde(default)]
    pub component: Vec<Spanned<String>>,
    /// What its own probe must see for it to apply: `external_routes >= 1`. Where it is seen not to hold, the check is
    /// n/a; where it could not be observed, unknown.
    #[serde(default)]
    pub expect: Vec<Spanned<String>>,
}

/// When and with what a plan says it was resolved.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolvedDoc {
    /// The day (`YYYY-MM-DD`).
    pub date: Spanned<String>,
    /// What the plan gives as evidence.
    #[serde(default)]
    pub evidence: Option<String>,
}

/// What a document says about a check.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimedDoc {
    /// A percentage (`30 %`), a state (`done`, `partial`, `missing`, `n/a`) or an expectation (`failed = 31`).
    pub value: Spanned<String>,
    /// The document's words.
    #[serde(default)]
    pub text: Option<String>,
    /// Where it says so: `PLAN.md:20`.
    #[serde(default)]
    pub source: Option<String>,
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

/// A stretch of the plan.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PhaseDoc {
    /// Title.
    #[serde(default)]
    pub title: Option<String>,
    /// First day.
    #[serde(default)]
    pub start: Option<Spanned<String>>,
    /// Last day, inclusive.
    #[serde(default)]
    pub end: Option<Spanned<String>>,
    /// Gate at its end.
    #[serde(default)]
    pub gate: Option<Spanned<String>>,
}

/// What may go wrong.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RiskDoc {
    /// What may happen.
    pub title: String,
    /// high, medium or low.
    pub level: RiskLevelDoc,
    /// What it would cost, such as `2..4 w`.
    #[serde(default)]
    pub effect: Option<String>,
    /// Checks that show whether it is happening: ids or globs.
    #[serde(default)]
    pub watch: Vec<Spanned<String>>,
    /// What is done about it.
    #[serde(default)]
    pub mitigation: Option<String>,
}

/// How bad a risk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RiskLevelDoc {
    /// Delays or endangers the launch.
    High,
    /// Costs time.
    Medium,
    /// Worth watching.
    Low,
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

/// Someone who works on it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamDoc {
    /// Role.
    pub role: String,
    /// Who.
    #[serde(default)]
    pub name: Option<String>,
    /// Full-time equivalents, such as `0.5` or `1..2`.
    #[serde(default)]
    pub fte: Option<String>,
    /// How long, such as `6 w`.
    #[serde(default)]
    pub duration: Option<String>,
    /// Anything else.
    #[serde(default)]
    pub note: Option<String>,
}

/// Something it costs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CostDoc {
    /// What for.
    pub item: String,
    /// How much, with currency: `200..400 EUR`.
    pub amount: String,
    /// How often: `once`, `month`, `year`.
    #[serde(default)]
    pub period: Option<String>,
    /// Anything else.
    #[serde(default)]
    pub note: Option<String>,
}

/// Text for the report.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportDoc {
    /// Sections to add at the end.
    #[serde(default)]
    pub sections: Vec<SectionDoc>,
}

/// A section of the report.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SectionDoc {
    /// Heading.
    pub title: String,
    /// Markdown.
    pub body: String,
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
