//! Open work as a graph: what waits for what, the longest chain, and the earliest day a set of checks can be done.
//!
//! A bound, not a plan: one person works on a check at a time, and the team does `capacity` person-days per working
//! day, so work ends no earlier than its longest chain and no earlier than its sum divided by the capacity.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::results::Results;
use super::workdays::last_day_of_work;
use crate::model::Exact;
use crate::model::outline::{CheckOutline, Standing};

/// An open check's work.
struct Task {
    effort: Option<Exact>,
    /// Open checks that must be mended first.
    after: Vec<usize>,
    /// Person-days of the longest chain that ends here.
    chain: Exact,
    /// The check before this one on that chain.
    before: Option<usize>,
}

/// Which end of the effort ranges is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The least: nothing goes wrong.
    Least,
    /// The most: what a date should be promised on.
    Most,
}

impl End {
    fn of(self, check: &CheckOutline) -> Option<Exact> {
        match self {
            End::Least => check.effort_least_days.clone().or_else(|| check.effort_days.clone()),
            End::Most => check.effort_days.clone(),
        }
    }
}

/// The enforced checks that neither pass, nor do not apply, nor are waived.
pub(super) struct Work<'a> {
    results: &'a Results<'a>,
    open: BTreeMap<usize, Task>,
    /// Every open check after those it waits for.
    order: Vec<usize>,
}

impl<'a> Work<'a> {
    pub(super) fn of(results: &'a Results<'a>, end: End) -> Work<'a> {
        let checks = &results.outline.checks;
        let is_open = |index: &usize| {
            let enforced = checks.get(*index).is_some_and(|check| check.standing == Standing::Enforced);
            enforced && !results.satisfies(*index) && !results.is_waived(*index)
        };
        let open: BTreeSet<usize> = (0..checks.len()).filter(is_open).collect();
        let by_id: BTreeMap<&str, usize> =
            checks.iter().enumerate().map(|(index, check)| (check.id.as_str(), index)).collect();
        let task = |index: usize| {
            let check = checks.get(index)?;
            let required = check.requires.iter().filter_map(|id| by_id.get(id.as_str()).copied());
            let after = required.filter(|required| open.contains(required)).collect();
            let effort = end.of(check);
            Some((index, Task { effort, after, chain: Exact::zero(), before: None }))
        };
        let mut work = Work { results, open: open.iter().copied().filter_map(task).collect(), order: Vec::new() };
        work.order = work.in_order();
        for index in work.order.clone() {
            work.measure_chain(index);
        }
        work
    }

    /// All open checks.
    pub(super) fn everything(&self) -> BTreeSet<usize> {
        self.open.keys().copied().collect()
    }

    pub(super) fn is_open(&self, index: usize) -> bool {
        self.open.contains_key(&index)
    }

    /// Person-days of the longest chain that ends with this check.
    pub(super) fn chain_days(&self, index: usize) -> Option<f64> {
        self.open.get(&index).map(|task| task.chain.to_f64())
    }

    /// Person-days of these checks one after the other, done ones at none; `None` when one has no effort.
    pub(super) fn sum_days(&self, members: &[usize]) -> Option<f64> {
        let tasks = members.iter().filter_map(|index| self.open.get(index));
        tasks.map(|task| task.effort.clone()).sum::<Option<Exact>>().map(|sum| sum.to_f64())
    }

    /// Every task after those it waits for; a cycle, which a plan never has, is cut where it closes.
    fn in_order(&self) -> Vec<usize> {
        let mut order = Vec::new();
        let mut entered = BTreeSet::new();
        for start in self.open.keys() {
            let mut stack = vec![(*start, false)];
            while let Some((index, done)) = stack.pop() {
                if done {
                    order.push(index);
                } else if entered.insert(index) {
                    stack.push((index, true));
                    let after = self.open.get(&index).map_or(&[][..], |task| task.after.as_slice());
                    stack.extend(after.iter().map(|next| (*next, false)));
                }
            }
        }
        order
    }

    fn measure_chain(&mut self, index: usize) {
        let Some(task) = self.open.get(&index) else { return };
        let mut longest: Option<(usize, Exact)> = None;
        for earlier in &task.after {
            let Some(chain) = self.open.get(earlier).map(|task| &task.chain) else { continue };
            if longest.as_ref().is_none_or(|(_, most)| chain > most) {
                longest = Some((*earlier, chain.clone()));
            }
        }
        let own = task.effort.clone().unwrap_or_else(Exact::zero);
        let (before, ahead) = longest.map_or((None, Exact::zero()), |(before, chain)| (Some(before), chain));
        if let Some(task) = self.open.get_mut(&index) {
            task.chain = own + ahead;
            task.before = before;
        }
    }

    /// The longest chain of open work, first things first; empty when no open work has an effort.
    pub(super) fn critical_path(&self) -> Vec<usize> {
        let mut end: Option<(usize, &Exact)> = None;
        for (index, task) in &self.open {
            if !task.chain.is_zero() && end.is_none_or(|(_, most)| task.chain > *most) {
                end = Some((*index, &task.chain));
            }
        }
        let mut path = Vec::new();
        let mut next = end.map(|(index, _)| index);
        while let Some(index) = next.filter(|_| path.len() <= self.open.len()) {
            path.push(index);
            next = self.open.get(&index).and_then(|task| task.before);
        }
        path.reverse();
        path
    }

    /// A set of open checks with all open checks they wait for.
    pub(super) fn with_requirements(&self, members: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut all = BTreeSet::new();
        let mut next: Vec<usize> = members.into_iter().collect();
        while let Some(index) = next.pop() {
            if let Some(task) = self.open.get(&index)
                && all.insert(index)
            {
                next.extend(&task.after);
            }
        }
        all
    }

    pub(super) fn without_effort(&self, members: &BTreeSet<usize>) -> usize {
        members.iter().filter(|index| self.open.get(index).is_none_or(|task| task.effort.is_none())).count()
    }

    /// When all of them can be done at the earliest, begun on `from`; `None` when one has no effort.
    pub(super) fn finish(&self, members: &BTreeSet<usize>, from: Date) -> Option<Date> {
        let total: Exact = members.iter().map(|index| self.open.get(index)?.effort.clone()).sum::<Option<Exact>>()?;
        let chain = self.longest_chain(members);
        let capacity = self.results.outline.capacity.clone().unwrap_or_else(Exact::one);
        if capacity <= Exact::zero() {
            return None;
        }
        let one_person = capacity.clone().min(Exact::one());
        let days = total.checked_div(&capacity)?.max(chain.checked_div(&one_person)?);
        last_day_of_work(from, &days)
    }

    /// Person-days of the longest chain that runs through these checks only.
    fn longest_chain(&self, members: &BTreeSet<usize>) -> Exact {
        let mut chains: BTreeMap<usize, Exact> = BTreeMap::new();
        for index in self.order.iter().filter(|index| members.contains(index)) {
            let Some(task) = self.open.get(index) else { continue };
            let ahead = task.after.iter().filter_map(|earlier| chains.get(earlier)).max().cloned();
            let own = task.effort.clone().unwrap_or_else(Exact::zero);
            chains.insert(*index, own + ahead.unwrap_or_else(Exact::zero));
        }
        chains.into_values().max().unwrap_or_else(Exact::zero)
    }
}
