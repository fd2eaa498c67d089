//! What becomes of findings that a file asks a specialist to pass over.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a specialist's suppression in a file (`# hadolint ignore=…`, `# zizmor: ignore[…]`) does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Suppressions {
    /// What it covers leaves the count that is judged.
    #[default]
    Honour,
    /// It is shown, and what it covers is counted.
    Report,
    /// As `Report`, and a check that would pass all the same fails.
    Forbid,
}

impl Suppressions {
    /// Whether what is suppressed is counted all the same.
    pub fn counts(self) -> bool {
        self != Suppressions::Honour
    }
}

/// What a file says to a specialist about one finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Suppression {
    /// The tool and its rule: `hadolint DL3002`.
    pub by: String,
    /// Why, if the file says so.
    pub reason: Option<String>,
    /// Whether the finding left the count that is judged.
    pub honoured: bool,
}
