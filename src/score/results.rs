//! One set of outcomes with the numbers that follow from it: what deciders, gates and next actions look at.

use super::weigh::{self, AreaScored, Interval, Seen};
use crate::model::outline::{CheckOutline, Judged, Outline, Standing};
use crate::model::{Exact, Grade, Outcome, Severity};

/// Outcomes of a plan's checks and the scores they make.
pub(super) struct Results<'a> {
    pub(super) outline: &'a Outline,
    pub(super) judged: &'a [Judged],
    /// One per check of the outline.
    pub(super) seen: Vec<Seen>,
    pub(super) areas: Vec<AreaScored>,
    pub(super) overall: Option<Interval>,
    /// The part of the overall score each check holds.
    pub(super) holdings: Vec<Exact>,
}

impl<'a> Results<'a> {
    /// With evidence below `least` counted as unknown.
    pub(super) fn new(outline: &'a Outline, judged: &'a [Judged], least: Option<Grade>) -> Results<'a> {
        let seen: Vec<Seen> = (0..outline.checks.len()).map(|index| Seen::of(judged.get(index), least)).collect();
        let areas = weigh::areas(outline, &seen);
        let overall = weigh::overall(outline, &areas);
        let holdings = weigh::holdings(outline, &areas, &seen);
        Results { outline, judged, seen, areas, overall, holdings }
    }

    /// Outcome of the check at `index`.
    pub(super) fn outcome(&self, index: usize) -> Outcome {
        self.seen.get(index).map_or(Outcome::Unknown, |seen| seen.outcome)
    }

    /// Severity that counts: the evidence may have lowered the declared one.
    pub(super) fn severity(&self, index: usize) -> Severity {
        let declared = self.outline.checks.get(index).map_or(Severity::Medium, |check| check.severity);
        self.judged.get(index).map_or(declared, |judged| judged.severity)
    }

    /// Whether a waiver covers what became of it.
    pub(super) fn is_waived(&self, index: usize) -> bool {
        let waived = self.judged.get(index).is_some_and(|judged| judged.waived);
        let coverable = matches!(self.outcome(index), Outcome::Fail | Outcome::Unknown | Outcome::Blocked);
        waived && coverable && !self.outline.rules.ignore_waivers
    }

    /// Enforced, with a weight, and applicable: what counts for scores and failure counts.
    pub(super) fn is_scored(&self, index: usize) -> bool {
        self.outcome(index) != Outcome::NotApplicable && self.outline.checks.get(index).is_some_and(carries_weight)
    }

    /// Scored and severe enough to make the verdict.
    pub(super) fn is_deciding(&self, index: usize) -> bool {
        self.is_scored(index) && self.severity(index) >= self.outline.rules.fail_on
    }

    /// Whether a check that requires this one may be observed: pass, n/a, or an accepted failure.
    pub(super) fn satisfies(&self, index: usize) -> bool {
        match self.outcome(index) {
            Outcome::Pass | Outcome::NotApplicable => true,
            Outcome::Fail => self.is_waived(index),
            Outcome::Unknown | Outcome::Blocked => false,
        }
    }

    /// Whether anything that counts was seen at all.
    pub(super) fn anything_known(&self) -> bool {
        (0..self.seen.len()).any(|index| self.is_scored(index) && self.outcome(index).is_known())
    }
}

/// Enforced with a weight above 0.
pub(super) fn carries_weight(check: &CheckOutline) -> bool {
    check.standing == Standing::Enforced && check.weight > 0
}
