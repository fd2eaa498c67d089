//! Phases, the critical path through `requires`, and the earliest day all open work can be done.
//!
//! A bound, not a plan: one person works on a check at a time, and the team does `capacity` person-days per working
//! day, so work ends no earlier than its longest chain and no earlier than its sum divided by the capacity.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::results::Results;
use super::workdays::{days_late, last_day_of_work};
use crate::model::outline::{PhaseOutline, Standing};
use crate::model::report::{Phase, Roadmap};
use crate::model::{Exact, Outcome};

/// The way from here to the target date.
pub(super) fn roadmap(results: &Results<'_>) -> Roadmap {
    let work = Work::of(results);
    let outline = results.outline;
    let phases: Vec<(Phase, Option<Date>)> = outline.phases.iter().map(|phase| of_phase(&work, phase)).collect();
    let everything: BTreeSet<usize> = work.open.keys().copied().collect();
    let own = outline.today.and_then(|today| work.finish(&everything, today));
    // A phase that starts later than today can end later than the work alone would.
    let finish = own.map(|own| phases.iter().filter_map(|(_, finish)| *finish).fold(own, Date::max));
    let path = work.critical_path();
    let length = path.last().and_then(|last| work.open.get(last)).map(|task| task.chain.to_f64());
    let reference = finish.or(outline.today);
    Roadmap {
        phases: phases.into_iter().map(|(phase, _)| phase).collect(),
        critical_path: path.iter().filter_map(|index| Some(outline.checks.get(*index)?.id.clone())).collect(),
        critical_path_days: length,
        earliest_finish: finish.map(|date| date.to_string()),
        target_date: outline.target_date.map(|date| date.to_string()),
        without_effort: u32::try_from(work.without_effort(&everything)).unwrap_or(u32::MAX),
        slip_days: outline.target_date.zip(reference).and_then(|(target, day)| days_late(day, target)),
    }
}

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

struct Work<'a> {
    results: &'a Results<'a>,
    open: BTreeMap<usize, Task>,
}

impl<'a> Work<'a> {
    fn of(results: &'a Results<'a>) -> Work<'a> {
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
            let effort = check.effort_days.clone();
            Some((index, Task { effort, after, chain: Exact::zero(), before: None }))
        };
        let mut work = Work { results, open: open.iter().copied().filter_map(task).collect() };
        for index in work.in_order() {
            work.measure_chain(index);
        }
        work
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
    fn critical_path(&self) -> Vec<usize> {
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
    fn with_requirements(&self, members: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
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

    fn without_effort(&self, members: &BTreeSet<usize>) -> usize {
        members.iter().filter(|index| self.open.get(index).is_none_or(|task| task.effort.is_none())).count()
    }

    /// When all of them can be done at the earliest; `None` when one has no effort.
    fn finish(&self, members: &BTreeSet<usize>, from: Date) -> Option<Date> {
        let tasks = || members.iter().filter_map(|index| self.open.get(index));
        let total: Exact = tasks().map(|task| task.effort.clone()).sum::<Option<Exact>>()?;
        let chain = tasks().map(|task| task.chain.clone()).max().unwrap_or_else(Exact::zero);
        let capacity = self.results.outline.capacity.clone().unwrap_or_else(Exact::one);
        if capacity <= Exact::zero() {
            return None;
        }
        let one_person = capacity.clone().min(Exact::one());
        let days = total.checked_div(&capacity)?.max(chain.checked_div(&one_person)?);
        last_day_of_work(from, &days)
    }
}

fn of_phase(work: &Work<'_>, phase: &PhaseOutline) -> (Phase, Option<Date>) {
    let outline = work.results.outline;
    let member = |index: &usize| {
        let check = outline.checks.get(*index);
        check.is_some_and(|check| check.standing == Standing::Enforced && check.phase.as_deref() == Some(&phase.id))
    };
    let members: Vec<usize> = (0..outline.checks.len()).filter(member).collect();
    let in_outcome = |wanted: fn(Outcome) -> bool| {
        u32::try_from(members.iter().filter(|index| wanted(work.results.outcome(**index))).count()).unwrap_or(u32::MAX)
    };
    let open = work.with_requirements(members.iter().copied());
    let start = outline.today.map(|today| phase.start.map_or(today, |start| start.max(today)));
    let finish = if open.is_empty() { None } else { start.and_then(|start| work.finish(&open, start)) };
    let slip = phase.end.and_then(|end| match (open.is_empty(), finish.or(outline.today)) {
        (true, _) => Some(0),
        (false, day) => days_late(day?, end),
    });
    let entry = Phase {
        id: phase.id.clone(),
        title: phase.title.clone(),
        start: phase.start.map(|date| date.to_string()),
        end: phase.end.map(|date| date.to_string()),
        gate: phase.gate.clone(),
        passed: in_outcome(|outcome| outcome == Outcome::Pass),
        total: in_outcome(|outcome| outcome != Outcome::NotApplicable),
        earliest_finish: finish.map(|date| date.to_string()),
        slip_days: slip,
    };
    (entry, finish)
}
