//! L18: a high claim with open blockers.

use super::reading::{Item, Reading, shown};
use super::roll_up::percent;
use super::words::says_any;
use super::{Finding, Severity};
use crate::model::Exact;
use crate::model::statement::State;

/// Claims from here on say: as good as ready.
const HIGH: i64 = 90;
const BLOCKERS: &[&str] = &[
    "blocker",
    "blockers",
    "must fix",
    "must be fixed",
    "showstopper",
    "showstoppers",
    "bloqueantes",
    "bloquants",
    "blockierend",
    "блокеры",
];

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    let Some((overall, line)) = reading.overall_claim().filter(|(overall, _)| *overall >= Exact::whole(HIGH)) else {
        return Vec::new();
    };
    let in_blockers = |item: &&Item<'_>| {
        !item.is_heading()
            && reading.above(item.id).iter().any(|above| above.is_heading() && says_any(above.text, BLOCKERS))
    };
    let listed: Vec<(&Item<'_>, State)> =
        reading.items().filter(in_blockers).filter_map(|item| Some((item, reading.state(item)?))).collect();
    let open: Vec<u32> = listed
        .iter()
        .filter(|(_, state)| matches!(state, State::Missing | State::Partial))
        .map(|(item, _)| item.line)
        .collect();
    let Some(share) = percent(open.len(), listed.len()).filter(|_| !open.is_empty()) else { return Vec::new() };
    let message = format!(
        "{} % are claimed with {} of {} blockers open: nothing is as good as ready before they are closed",
        shown(&overall),
        open.len(),
        listed.len()
    );
    let arithmetic = format!("{} / {} = {} % of the blockers are open", open.len(), listed.len(), shown(&share));
    vec![Finding::new(Severity::Blocker, open.into_iter().chain([line]), message).because(arithmetic)]
}
