//! What must hold: checks, the ways to find out, and what a document claims.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Parameters;
use crate::model::outcome::{Grade, Severity};
use crate::yaml::{Raw, Spanned};

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
