//! What to do next: open checks, those that decide first, then by points gained per person-day.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::results::Results;
use super::weigh::{hundredths, percent, weight_of};
use crate::model::outline::Standing;
use crate::model::report::NextAction;
use crate::model::{Exact, Outcome};

/// Failed and unknown checks and the roots of blocked ones, best first; waived ones last.
pub(super) fn next_actions(results: &Results<'_>) -> Vec<NextAction> {
    let unblocks = unblocked_by(results);
    let mut ranked: Vec<(Rank, NextAction)> = (0..results.seen.len())
        .filter_map(|index| {
            let blocked = unblocks.get(&index).map_or(&[][..], Vec::as_slice);
            is_open(results, index, blocked).then(|| action(results, index, blocked))?
        })
        .collect();
    ranked.sort_by(|(left, _), (right, _)| left.cmp(right));
    ranked.into_iter().map(|(_, action)| action).collect()
}

/// Order of actions: the smaller goes first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    waived: bool,
    undecisive: bool,
    gain_per_day: Reverse<Exact>,
    plan_order: usize,
}

fn is_open(results: &Results<'_>, index: usize, blocked: &[usize]) -> bool {
    let open = matches!(results.outcome(index), Outcome::Fail | Outcome::Unknown);
    open && (results.is_scored(index) || !blocked.is_empty())
}

fn action(results: &Results<'_>, index: usize, blocked: &[usize]) -> Option<(Rank, NextAction)> {
    let check = results.outline.checks.get(index)?;
    let waived = results.is_waived(index);
    let decides = |at: &usize| results.is_deciding(*at) && !results.is_waived(*at);
    let blocker = decides(&index) || blocked.iter().any(decides);
    let gain = gain(results, index);
    let worth = floored(&gain.clone().unwrap_or_else(|| missing_weight(results, index)));
    let rank = Rank {
        waived,
        undecisive: !blocker,
        gain_per_day: Reverse(per_day(&worth, check.effort_days.as_ref())),
        plan_order: index,
    };
    let unblocks_points = results.overall.is_some().then(|| blocked.iter().map(|at| held(results, *at)).sum::<Exact>());
    let action = NextAction {
        check: check.id.clone(),
        title: check.title.clone(),
        remedy: check.remedy.clone(),
        gain: gain.as_ref().filter(|gain| !gain.is_zero()).map(hundredths),
        effort_days: check.effort_days.as_ref().map(Exact::to_f64),
        unblocks: blocked.iter().filter_map(|at| Some(results.outline.checks.get(*at)?.id.clone())).collect(),
        unblocks_points: unblocks_points.filter(|_| !blocked.is_empty()).as_ref().map(hundredths),
        blocker,
        outcome: results.outcome(index),
    };
    Some((rank, action))
}

/// Percentage points of the overall score that the check holds.
fn held(results: &Results<'_>, index: usize) -> Exact {
    results.holdings.get(index).map_or_else(Exact::zero, percent)
}

/// `W/ΣW · w/Σw · (1 − c)` in percentage points; `None` without an overall score.
fn gain(results: &Results<'_>, index: usize) -> Option<Exact> {
    let seen = results.seen.get(index)?;
    results.overall.is_some().then(|| held(results, index) * (Exact::one() - seen.credit()))
}

/// What a check lacks in units of weight: ranks actions where there is no overall score.
fn missing_weight(results: &Results<'_>, index: usize) -> Exact {
    let parts = results.outline.checks.get(index).zip(results.seen.get(index));
    parts.map_or_else(Exact::zero, |(check, seen)| weight_of(check) * (Exact::one() - seen.credit()))
}

fn floored(number: &Exact) -> Exact {
    Exact::parse_decimal(&number.floor_fixed(2)).unwrap_or_else(Exact::zero)
}

/// Without an effort a day is assumed; work of no effort counts as a thousandth of a day.
fn per_day(worth: &Exact, effort: Option<&Exact>) -> Exact {
    let least = Exact::ratio(1, 1000).unwrap_or_else(Exact::one);
    let effort = effort.cloned().unwrap_or_else(Exact::one).max(least);
    worth.checked_div(&effort).unwrap_or_else(Exact::zero)
}

/// For each check that did not pass, the blocked checks that wait for it, through any number of others.
fn unblocked_by(results: &Results<'_>) -> BTreeMap<usize, Vec<usize>> {
    let checks = &results.outline.checks;
    let by_id: BTreeMap<&str, usize> = checks.iter().enumerate().map(|(at, check)| (check.id.as_str(), at)).collect();
    let mut waiting: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, check) in checks.iter().enumerate() {
        if results.outcome(index) != Outcome::Blocked || check.standing == Standing::Disabled {
            continue;
        }
        for root in roots(results, &by_id, index) {
            waiting.entry(root).or_default().push(index);
        }
    }
    waiting
}

/// Checks that were looked at, did not pass, and stand in the way of a blocked one.
fn roots(results: &Results<'_>, by_id: &BTreeMap<&str, usize>, blocked: usize) -> BTreeSet<usize> {
    let mut roots = BTreeSet::new();
    let mut seen = BTreeSet::from([blocked]);
    let mut open = vec![blocked];
    while let Some(index) = open.pop() {
        let named = results.judged.get(index).and_then(|judged| judged.blocked_by.as_ref());
        let requires = results.outline.checks.get(index).map_or(&[][..], |check| check.requires.as_slice());
        for id in requires.iter().chain(named) {
            let Some(next) = by_id.get(id.as_str()).copied().filter(|next| !results.satisfies(*next)) else { continue };
            if !seen.insert(next) {
                continue;
            }
            if results.outcome(next) == Outcome::Blocked {
                open.push(next);
            } else {
                roots.insert(next);
            }
        }
    }
    roots
}
