//! What a report says, whatever wrote it.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Finding;
use crate::model::Value;
use crate::probe::report_file::Written;

/// What a bill of materials lists, for probe `bill`.
#[derive(Clone, Debug, Default)]
pub(in crate::probe) struct Bill {
    /// The tool that wrote it.
    pub(in crate::probe) tool: String,
    /// When it says it was written.
    pub(in crate::probe) written: Option<Written>,
    /// The version of what it describes, if it says.
    pub(in crate::probe) version: Option<String>,
    /// Components; what it describes is none of them.
    pub(in crate::probe) components: u64,
    /// Those with a licence.
    pub(in crate::probe) licensed: u64,
    /// Package URLs, as they are written.
    pub(in crate::probe) purls: BTreeSet<String>,
}

/// What an adapter reads out of a report.
#[derive(Clone, Debug, Default)]
pub(super) struct Report {
    /// The tool that wrote it.
    pub(super) tool: String,
    /// Its version, if the report says.
    pub(super) version: Option<String>,
    /// When it says it was written.
    pub(super) written: Option<Written>,
    /// How new the database is that it compared with, if it says.
    pub(super) database: Option<Written>,
    /// What it is about, as it names it: an image with its digest, a folder; empty where it does not say.
    pub(super) about: String,
    /// The commit that it names.
    pub(super) commit: Option<String>,
    /// How many things the tool looked at, in a number of the report's own, and what they are.
    pub(super) scanned: Option<(u64, &'static str)>,
    /// Other signs that it looked at something: rules it had loaded.
    pub(super) signs: u64,
    /// Why finding nothing is not certain: it says that it left something out.
    pub(super) gap: Option<String>,
    /// What it found; `None` where the format is not about findings.
    pub(super) findings: Option<Vec<Finding>>,
    /// What a bill of materials lists.
    pub(super) bill: Option<Bill>,
    /// Other facts by name.
    pub(super) values: BTreeMap<String, Value>,
}

impl Report {
    /// Of this tool.
    pub(super) fn of(tool: &str) -> Report {
        Report { tool: tool.to_owned(), ..Report::default() }
    }

    /// With what was found.
    pub(super) fn found(mut self, findings: Vec<Finding>) -> Report {
        self.findings = Some(findings);
        self
    }

    /// With the tool's version; an empty one is none.
    pub(super) fn version(mut self, version: &str) -> Report {
        self.version = (!version.trim().is_empty()).then(|| version.trim().to_owned());
        self
    }

    /// With its time, as reports write it.
    pub(super) fn written(mut self, time: &str) -> Report {
        self.written = Written::parse(time);
        self
    }

    /// With the time of its database, as reports write it.
    pub(super) fn database(mut self, time: &str) -> Report {
        self.database = Written::parse(time);
        self
    }

    /// With how many things were looked at.
    pub(super) fn scanned(mut self, count: impl TryInto<u64>, what: &'static str) -> Report {
        self.scanned = count.try_into().ok().map(|count| (count, what));
        self
    }

    /// With another fact, if it is known.
    pub(super) fn value(mut self, name: &str, value: Option<Value>) -> Report {
        if let Some(value) = value {
            self.values.insert(name.to_owned(), value);
        }
        self
    }

    /// Whether it shows that anything was looked at: an empty report is no clean one.
    pub(super) fn shows_a_look(&self) -> bool {
        let found = self.findings.as_ref().is_none_or(|findings| !findings.is_empty());
        found || self.signs > 0 || self.scanned.is_some_and(|(count, _)| count > 0)
    }
}
