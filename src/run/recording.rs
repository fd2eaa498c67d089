//! What was observed, kept to be judged again: everything behind the probes can then be tested, and repeated, without
//! looking anywhere. Owns the shape of the file; reading and writing it is the command line's.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Observed;
use crate::model::{Masker, Observation, Unknown};
use crate::plan::{Plan, PlannedObservation};

/// The shape of the file.
const SCHEMA: &str = "shipworthy-observations/1";

/// The observations of one audit, and what the audit knew beside them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    schema: String,
    /// The moment that counted as now.
    pub now: Timestamp,
    /// How long the audit took.
    pub duration_ms: u64,
    /// The commit that was looked at, and whether files differed from it.
    pub commit: (Option<String>, Option<bool>),
    observations: Vec<Recorded>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    probe: String,
    folder: String,
    /// The probe's parameters in one text.
    key: String,
    duration_ms: u64,
    #[serde(default)]
    requests: u64,
    result: Result<Observation, Unknown>,
}

impl Recording {
    /// Of the observations that were made, in the order of the plan.
    pub(super) fn of<'a>(plan: &Plan, made: impl Iterator<Item = Option<&'a Observed>>) -> Recording {
        let recorded = |(planned, observed): (&PlannedObservation, Option<&Observed>)| {
            let observed = observed?;
            Some(Recorded {
                probe: planned.kind.to_owned(),
                folder: planned.folder.clone(),
                key: planned.probe.key(),
                duration_ms: u64::try_from(observed.took.as_millis()).unwrap_or(u64::MAX),
                requests: observed.requests,
                result: observed.result.clone(),
            })
        };
        Recording {
            schema: SCHEMA.to_owned(),
            now: Timestamp::UNIX_EPOCH,
            duration_ms: 0,
            commit: (None, None),
            observations: plan.observations.iter().zip(made).filter_map(recorded).collect(),
        }
    }

    /// Reads what [`Recording::text`] wrote.
    ///
    /// # Errors
    /// Why the text is no recording.
    pub fn read(text: &str) -> Result<Recording, String> {
        let recording: Recording = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if recording.schema == SCHEMA {
            Ok(recording)
        } else {
            Err(format!("its schema is `{}`, not `{SCHEMA}`", recording.schema))
        }
    }

    /// As JSON, with a line break at its end.
    pub fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// What was recorded of each observation of a plan; unknown where nothing was. Recordings are masked, so parameters
    /// are compared masked.
    pub(super) fn for_plan(&self, plan: &Plan, masker: &Masker) -> Vec<Observed> {
        let known: BTreeMap<(&str, &str, &str), &Recorded> = self
            .observations
            .iter()
            .map(|recorded| ((recorded.probe.as_str(), recorded.folder.as_str(), recorded.key.as_str()), recorded))
            .collect();
        let found = |planned: &PlannedObservation| {
            let key = masker.mask(&planned.probe.key());
            match known.get(&(planned.kind, planned.folder.as_str(), key.as_str())) {
                Some(recorded) => Observed {
                    result: recorded.result.clone(),
                    took: Duration::from_millis(recorded.duration_ms),
                    requests: recorded.requests.max(recorded.result.as_ref().map_or(0, |seen| seen.requests)),
                },
                None => Observed::nothing("not in the recording".to_owned()),
            }
        };
        plan.observations.iter().map(found).collect()
    }
}
