//! The plan around the checks: phases, risks, people, money, and text for the report.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::yaml::Spanned;

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
