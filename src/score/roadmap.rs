//! Phases against their windows, the critical path, the path a plan declares, and the way to the target date.
//! What waits for what and how long it takes is left to `open_work`.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::open_work::{End, Work};
use super::results::Results;
use super::workdays::days_late;
use crate::model::Outcome;
use crate::model::outline::{PhaseOutline, Standing};
use crate::model::report::{DeclaredPath, Phase, Roadmap};

/// The way from here to the target date.
pub(super) fn roadmap(results: &Results<'_>) -> Roadmap {
    let work = BothEnds { most: Work::of(results, End::Most), least: Work::of(results, End::Least) };
    let outline = results.outline;
    let phases: Vec<DatedPhase> = outline.phases.iter().map(|phase| of_phase(results, &work, phase)).collect();
    let everything = work.most.everything();
    // A phase that starts later than today can end later than the work alone would.
    let whole = |own: Option<Date>, of_phase: fn(&DatedPhase) -> Option<Date>| {
        own.map(|own| phases.iter().filter_map(of_phase).fold(own, Date::max))
    };
    let finish = whole(outline.today.and_then(|today| work.most.finish(&everything, today)), |phase| phase.finish);
    let best = whole(outline.today.and_then(|today| work.least.finish(&everything, today)), |phase| phase.best);
    let path = work.most.critical_path();
    let reference = finish.or(outline.today);
    Roadmap {
        critical_path_days: path.last().and_then(|last| work.most.chain_days(*last)),
        critical_path: ids(results, path),
        declared_path: declared_path(results, &work.most),
        earliest_finish: finish.map(|date| date.to_string()),
        best_finish: best.map(|date| date.to_string()),
        capacity: outline.capacity.as_ref().map(crate::model::Exact::to_f64),
        target_date: outline.target_date.map(|date| date.to_string()),
        without_effort: u32::try_from(work.most.without_effort(&everything)).unwrap_or(u32::MAX),
        slip_days: outline.target_date.zip(reference).and_then(|(target, day)| days_late(day, target)),
        phases: phases.into_iter().map(|phase| phase.entry).collect(),
        forecast: None,
    }
}

/// The same open work, counted at the most and at the least it may take.
struct BothEnds<'a> {
    most: Work<'a>,
    least: Work<'a>,
}

struct DatedPhase {
    entry: Phase,
    finish: Option<Date>,
    best: Option<Date>,
}

fn ids(results: &Results<'_>, indices: impl IntoIterator<Item = usize>) -> Vec<String> {
    indices.into_iter().filter_map(|index| Some(results.outline.checks.get(index)?.id.clone())).collect()
}

/// The path the spec names, with the open checks that something on it waits for and that it leaves out.
fn declared_path(results: &Results<'_>, work: &Work<'_>) -> Option<DeclaredPath> {
    let outline = results.outline;
    if outline.declared_path.is_empty() {
        return None;
    }
    let at = |id: &String| outline.checks.iter().position(|check| check.id == *id);
    let named: Vec<usize> = outline.declared_path.iter().filter_map(at).collect();
    let omitted = work.with_requirements(named.iter().copied()).into_iter().filter(|index| !named.contains(index));
    Some(DeclaredPath {
        days: work.sum_days(&named),
        open: ids(results, named.iter().copied().filter(|index| work.is_open(*index))),
        omits: ids(results, omitted),
        checks: outline.declared_path.clone(),
    })
}

fn of_phase(results: &Results<'_>, work: &BothEnds<'_>, phase: &PhaseOutline) -> DatedPhase {
    let outline = results.outline;
    let member = |index: &usize| {
        let check = outline.checks.get(*index);
        check.is_some_and(|check| check.standing == Standing::Enforced && check.phase.as_deref() == Some(&phase.id))
    };
    let members: Vec<usize> = (0..outline.checks.len()).filter(member).collect();
    let in_outcome = |wanted: fn(Outcome) -> bool| {
        u32::try_from(members.iter().filter(|index| wanted(results.outcome(**index))).count()).unwrap_or(u32::MAX)
    };
    let open = work.most.with_requirements(members.iter().copied());
    let own: BTreeSet<usize> = members.iter().copied().filter(|index| open.contains(index)).collect();
    // What the phase waits for may be done before it starts, its own checks only from then on.
    let last_day = |work: &Work<'_>| {
        let today = outline.today.filter(|_| !open.is_empty())?;
        let start = phase.start.map_or(today, |start| start.max(today));
        Some(work.finish(&open, today)?.max(work.finish(&own, start)?))
    };
    let (finish, best) = (last_day(&work.most), last_day(&work.least));
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
        best_finish: best.map(|date| date.to_string()),
        slip_days: slip,
    };
    DatedPhase { entry, finish, best }
}
