//! Where the difference between two scores comes from: exact parts that sum to it, and the same on a grid of 0.01.
//!
//! First the credits of checks that count in both runs change, valued at the old weights; those parts are additive.
//! Then areas and checks that are new, gone, n/a, moved or re-weighted change one at a time in plan order; each part is
//! the step's change of the score, so that all parts together telescope to the difference.

use std::collections::BTreeMap;

use super::weigh::{FULL_CREDIT, fraction, percent};
use crate::model::report::{Check, CheckState, Report};
use crate::model::{Exact, Outcome};

/// One reason why a score changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Check or area id.
    pub subject: String,
    /// What changed: `fail → pass`, `new`, `weight 4 → 8`.
    pub change: String,
    /// Percentage points, exact.
    pub exact: Exact,
    /// Percentage points in hundredths; these sum to the shown difference.
    pub hundredths: i64,
}

/// What a check contributes: where, how much, how well.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    area: String,
    weight: Exact,
    credit: Exact,
    outcome: Outcome,
}

#[derive(Clone)]
struct AreaState {
    weight: Exact,
    earned: Exact,
    applicable: Exact,
}

/// A score that can be changed step by step.
#[derive(Clone)]
struct State {
    areas: BTreeMap<String, AreaState>,
    checks: BTreeMap<String, Entry>,
}

impl State {
    fn of(report: &Report) -> State {
        let mut state = State { areas: BTreeMap::new(), checks: BTreeMap::new() };
        for area in &report.areas {
            state.reweigh(&area.id, Exact::whole(area.weight));
        }
        for check in &report.checks {
            if let Some(entry) = entry(check) {
                state.replace(&check.id, Some(entry));
            }
        }
        state
    }

    fn area(&mut self, id: &str) -> &mut AreaState {
        let empty = || AreaState { weight: Exact::zero(), earned: Exact::zero(), applicable: Exact::zero() };
        self.areas.entry(id.to_owned()).or_insert_with(empty)
    }

    fn reweigh(&mut self, area: &str, weight: Exact) {
        self.area(area).weight = weight;
    }

    fn replace(&mut self, id: &str, entry: Option<Entry>) {
        if let Some(old) = self.checks.remove(id) {
            let area = self.area(&old.area);
            area.applicable = &area.applicable - &old.weight;
            area.earned = &area.earned - &(&old.weight * &old.credit);
        }
        if let Some(new) = entry {
            let area = self.area(&new.area);
            area.applicable = &area.applicable + &new.weight;
            area.earned = &area.earned + &(&new.weight * &new.credit);
            self.checks.insert(id.to_owned(), new);
        }
    }

    /// The proven overall score in percentage points; 0 while nothing applies.
    fn score(&self) -> Exact {
        let scored = || self.areas.values().filter(|area| !area.applicable.is_zero());
        let total: Exact = scored().map(|area| area.weight.clone()).sum();
        let mean = |area: &AreaState| Some(&area.weight * &area.earned.checked_div(&area.applicable)?);
        let sum: Exact = scored().filter_map(mean).sum();
        percent(&sum.checked_div(&total).unwrap_or_else(Exact::zero))
    }
}

fn entry(check: &Check) -> Option<Entry> {
    let weight = Exact::parse_fraction(&check.weight).filter(|weight| *weight > Exact::zero())?;
    let counts = check.state == CheckState::Enforced && check.outcome != Outcome::NotApplicable;
    let credit_ppm = match check.outcome {
        Outcome::Pass => FULL_CREDIT,
        Outcome::Fail => check.credit_ppm.min(FULL_CREDIT - 1),
        Outcome::Unknown | Outcome::Blocked | Outcome::NotApplicable => 0,
    };
    let credit = fraction(credit_ppm, FULL_CREDIT);
    counts.then(|| Entry { area: check.area.clone(), weight, credit, outcome: check.outcome })
}

/// The proven overall score that a report's checks give, in percentage points.
pub(super) fn score_of(report: &Report) -> Exact {
    State::of(report).score()
}

/// All parts that are not nothing, in plan order: credits first.
pub(super) fn parts(before: &Report, after: &Report) -> Vec<Part> {
    let (state, goal) = (State::of(before), State::of(after));
    let (first, last) = (state.score(), goal.score());
    let mut walk = Walk { score: first.clone(), state, parts: Vec::new() };
    let checks = ids(before, after);
    for id in &checks {
        walk.step(id, |state| change_credit(state, &goal, id));
    }
    for id in &area_ids(before, after) {
        walk.step(id, |state| change_area(state, &goal, id));
    }
    for id in &checks {
        walk.step(id, |state| change_structure(state, &goal, id));
    }
    bring_to_grid(&mut walk.parts, hundredths(&last) - hundredths(&first));
    walk.parts
}

/// The way from one state to another, one change at a time.
struct Walk {
    state: State,
    score: Exact,
    parts: Vec<Part>,
}

impl Walk {
    fn step(&mut self, subject: &str, change: impl FnOnce(&mut State) -> Option<String>) {
        let Some(change) = change(&mut self.state) else { return };
        let score = self.state.score();
        let exact = &score - &self.score;
        self.score = score;
        if !exact.is_zero() {
            self.parts.push(Part { subject: subject.to_owned(), change, exact, hundredths: 0 });
        }
    }
}

/// Check ids of both runs: the later run's plan order, then what is gone.
fn ids(before: &Report, after: &Report) -> Vec<String> {
    in_order(after.checks.iter().map(|check| &check.id), before.checks.iter().map(|check| &check.id))
}

fn area_ids(before: &Report, after: &Report) -> Vec<String> {
    in_order(after.areas.iter().map(|area| &area.id), before.areas.iter().map(|area| &area.id))
}

fn in_order<'a>(first: impl Iterator<Item = &'a String>, then: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    first.chain(then).filter(|id| seen.insert(id.as_str())).cloned().collect()
}

fn change_credit(state: &mut State, goal: &State, id: &str) -> Option<String> {
    let (old, new) = (state.checks.get(id)?.clone(), goal.checks.get(id)?);
    if old.credit == new.credit {
        return None;
    }
    let change = if old.outcome == new.outcome {
        format!("{} of {} → {}", old.outcome, old.credit.floor_decimals(3), new.credit.floor_decimals(3))
    } else {
        format!("{} → {}", old.outcome, new.outcome)
    };
    let (credit, outcome) = (new.credit.clone(), new.outcome);
    state.replace(id, Some(Entry { credit, outcome, ..old }));
    Some(change)
}

fn change_area(state: &mut State, goal: &State, id: &str) -> Option<String> {
    let old = state.areas.get(id).map(|area| area.weight.clone());
    let new = goal.areas.get(id).map(|area| area.weight.clone());
    if old == new {
        return None;
    }
    // The weight of an area that is gone stays until its checks have left, each with its own part.
    let weight = new?;
    let change = old.map_or_else(|| "new area".to_owned(), |old| format!("area weight {old} → {weight}"));
    state.reweigh(id, weight);
    Some(change)
}

fn change_structure(state: &mut State, goal: &State, id: &str) -> Option<String> {
    let (old, new) = (state.checks.get(id).cloned(), goal.checks.get(id).cloned());
    let change = match (&old, &new) {
        (None, None) => return None,
        (None, Some(new)) => format!("counts now: {}", new.outcome),
        (Some(_), None) => "counts no longer".to_owned(),
        (Some(old), Some(new)) if old.area != new.area => format!("moved from {} to {}", old.area, new.area),
        (Some(old), Some(new)) if old.weight != new.weight => format!("weight {} → {}", old.weight, new.weight),
        (Some(_), Some(_)) => return None,
    };
    state.replace(id, new);
    Some(change)
}

/// Hundredths, rounded down.
pub(super) fn hundredths(points: &Exact) -> i64 {
    // A score is between 0 and 100, so this always fits.
    (points * &Exact::whole(100)).floor_i64().unwrap_or(0)
}

/// Rounds every part down, then raises those with the largest remainders until the sum is the shown difference.
fn bring_to_grid(parts: &mut [Part], shown: i64) {
    let mut remainders: Vec<(Exact, usize)> = Vec::new();
    for (index, part) in parts.iter_mut().enumerate() {
        part.hundredths = hundredths(&part.exact);
        let remainder = (&part.exact * &Exact::whole(100)) - Exact::whole(part.hundredths);
        remainders.push((remainder, index));
    }
    remainders.sort_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(&right.1)));
    let floored: i64 = parts.iter().map(|part| part.hundredths).sum();
    let missing = usize::try_from(shown - floored).unwrap_or(0);
    for (_, index) in remainders.into_iter().take(missing) {
        if let Some(part) = parts.get_mut(index) {
            part.hundredths += 1;
        }
    }
}
