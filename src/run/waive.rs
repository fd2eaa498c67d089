//! Waivers against outcomes: they cover a failure while what they accept still holds, and never change a number.

use super::CheckRun;
use crate::expect;
use crate::model::outcome::Outcome;
use crate::plan::{Plan, PlannedWaiver};

/// The run with the first waiver that covers it.
pub(super) fn cover(plan: &Plan, index: usize, run: CheckRun) -> CheckRun {
    if plan.outline.rules.ignore_waivers {
        return run;
    }
    let waiver = plan.waivers.iter().position(|waiver| covers(plan, waiver, index, &run));
    CheckRun { waiver, ..run }
}

fn covers(plan: &Plan, waiver: &PlannedWaiver, index: usize, run: &CheckRun) -> bool {
    let outcome = match run.outcome {
        Outcome::Fail => true,
        Outcome::Unknown => waiver.covers_unknown,
        Outcome::Pass | Outcome::Blocked | Outcome::NotApplicable => false,
    };
    outcome && in_force(plan, waiver) && accepts(waiver, index, run)
}

/// Whether today is among its days.
pub(crate) fn in_force(plan: &Plan, waiver: &PlannedWaiver) -> bool {
    let Some(today) = plan.outline.today else { return false };
    waiver.since.is_none_or(|since| since <= today) && today <= waiver.expires
}

/// Whether what it accepts holds; an unknown check has no facts to hold it against.
pub(crate) fn accepts(waiver: &PlannedWaiver, index: usize, run: &CheckRun) -> bool {
    let Some((_, accept)) = waiver.checks.iter().find(|(check, _)| *check == index) else {
        return false;
    };
    run.outcome == Outcome::Unknown
        || accept.iter().all(|typed| expect::judge(typed, &run.facts).outcome == Outcome::Pass)
}
