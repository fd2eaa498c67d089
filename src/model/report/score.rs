//! Numbers: shares, scores, areas and what they are made of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::outcome::Priority;

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
    /// What is missing of its area here, in percent of the area; none where it reaches over several areas.
    #[serde(default)]
    pub lacks_pct: Option<f64>,
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
