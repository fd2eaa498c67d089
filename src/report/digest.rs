//! What several formats say alike: which checks to show in which order and group, and the sentences about them.
//! Selects and words what the report holds; how it looks is left to each format.

use super::text::{counted, joined};
use super::{figures, suppressed};
use crate::model::report::{
    Area, Check, CheckState, Evidence, Expectation, Gate, Report, Resolved, Waiver, WaiverState,
};
use crate::model::{Outcome, Severity, Verdict};

/// Waivers with fewer days left than this are shown as ending soon.
pub(super) const ENDS_SOON_DAYS: i64 = 30;

/// Follows what was seen and no fact counts.
pub(super) const HINT: &str = "(a hint, not counted)";

/// Follows what is no finding, but what a failed check has of what is expected.
const CREDITED: &str = "(earns the credit)";

/// How many checks, by what became of them. Every check is in exactly one of the first five.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub passed: usize,
    pub failed: usize,
    pub unknown: usize,
    pub blocked: usize,
    pub not_applicable: usize,
    /// Failures that decide: enforced, not waived, of deciding severity.
    pub deciding: usize,
    /// Failures a waiver covers.
    pub waived: usize,
}

/// Counts the checks of a report.
pub(super) fn tally(report: &Report) -> Tally {
    let mut tally = Tally::default();
    for check in &report.checks {
        match check.outcome {
            Outcome::Pass => tally.passed += 1,
            Outcome::Fail => tally.failed += 1,
            Outcome::Unknown => tally.unknown += 1,
            Outcome::Blocked => tally.blocked += 1,
            Outcome::NotApplicable => tally.not_applicable += 1,
        }
        tally.deciding += usize::from(decides(check, report) && check.outcome == Outcome::Fail);
        tally.waived += usize::from(check.waiver.is_some() && check.outcome == Outcome::Fail);
    }
    tally
}

/// Whether a failure of this check counts: enforced and not waived.
pub(super) fn counts(check: &Check) -> bool {
    check.state == CheckState::Enforced && check.waiver.is_none()
}

/// What a document says of a check where the measurement says otherwise, in one sentence.
pub(super) fn said_otherwise(report: &Report, check: &Check) -> Option<String> {
    let claim = check.claimed.as_ref()?;
    let source = claim.source.as_ref().map(|source| format!(" ({source})")).unwrap_or_default();
    let better = || report.claims.better_than_claimed.iter().any(|other| other.subject == check.id);
    let outcome = if check.outcome == Outcome::Pass { "passes" } else { "fails" };
    let otherwise = claim.contradicted == Some(true) || better();
    otherwise.then(|| format!("the plan says {}{source}, the check {outcome}", claim.value))
}

/// Whether this check can make the verdict.
pub(super) fn decides(check: &Check, report: &Report) -> bool {
    counts(check) && check.weight != "0" && check.severity >= report.rules.fail_on
}

/// An area with its checks in plan order.
#[derive(Debug)]
pub(super) struct Section<'a> {
    pub id: &'a str,
    /// `None` for checks of an area that the report does not list.
    pub area: Option<&'a Area>,
    pub checks: Vec<&'a Check>,
}

/// Every check in the section of its area; none is lost, even where a stored report does not list its area.
pub(super) fn sections(report: &Report) -> Vec<Section<'_>> {
    let listed = report.areas.iter().map(|area| Section { id: &area.id, area: Some(area), checks: Vec::new() });
    let mut sections: Vec<Section<'_>> = listed.collect();
    for check in &report.checks {
        match sections.iter_mut().find(|section| section.id == check.area) {
            Some(section) => section.checks.push(check),
            None => sections.push(Section { id: &check.area, area: None, checks: vec![check] }),
        }
    }
    sections
}

/// Failures that decide, worst first.
pub(super) fn deciding_failures(report: &Report) -> Vec<&Check> {
    failures(report).into_iter().filter(|check| decides(check, report)).collect()
}

/// All failures: enforced before waived before those that do not count, worst first, then in plan order.
pub(super) fn failures(report: &Report) -> Vec<&Check> {
    let mut failed: Vec<&Check> = report.checks.iter().filter(|check| check.outcome == Outcome::Fail).collect();
    failed.sort_by_key(|check| {
        (check.state != CheckState::Enforced, check.waiver.is_some(), std::cmp::Reverse(check.severity))
    });
    failed
}

/// What is special about a check's part in the result: `waived until 2026-12-31`, `announced`, …
pub(super) fn standing(check: &Check, report: &Report) -> Option<String> {
    match (check.state, waiver_of(check, report)) {
        (CheckState::Announced, _) => Some("announced, not deciding yet".to_owned()),
        (CheckState::Prerequisite, _) => Some("prerequisite, not scored".to_owned()),
        (CheckState::Disabled, _) => Some("disabled".to_owned()),
        (CheckState::Enforced, Some(waiver)) => Some(format!("waived until {}", waiver.expires)),
        (CheckState::Enforced, None) if check.optional.is_some() => Some("optional".to_owned()),
        (CheckState::Enforced, None) => None,
    }
}

/// The waiver that covers a check.
pub(super) fn waiver_of<'a>(check: &Check, report: &'a Report) -> Option<&'a Waiver> {
    check.waiver.and_then(|index| report.waivers.get(usize::try_from(index).ok()?))
}

/// What was seen and where, on one line.
pub(super) fn evidence_line(evidence: &Evidence) -> String {
    let line = unmarked_line(evidence);
    match &evidence.suppression {
        Some(suppression) => format!("{line} ({})", suppressed::words(suppression)),
        None if evidence.is_hint() && !line.is_empty() => format!("{line} {HINT}"),
        None if evidence.credited && !line.is_empty() => format!("{line} {CREDITED}"),
        None => line,
    }
}

fn unmarked_line(evidence: &Evidence) -> String {
    let mut parts = Vec::new();
    parts.extend(evidence.place.as_ref().map(ToString::to_string));
    parts.extend(evidence.argv.as_ref().map(|argv| format!("`{}`", argv.join(" "))));
    parts.extend(evidence.exit_code.map(|code| format!("exit code {code}")));
    parts.extend(evidence.url.clone());
    parts.extend(evidence.status.map(|status| format!("status {status}")));
    parts.extend(evidence.age_s.map(figures::age));
    let seen = parts.join(", ");
    match (&evidence.note, seen.is_empty()) {
        (Some(note), true) => note.clone(),
        (Some(note), false) => format!("{seen}: {note}"),
        (None, _) => seen,
    }
}

/// A number that is expected, with what was before.
#[derive(Debug)]
pub(super) struct Metric<'a> {
    pub check: &'a Check,
    pub fact: &'a str,
    pub baseline: Option<&'a str>,
    /// `< 100 ms`
    pub target: String,
    pub measured: &'a str,
    pub outcome: Outcome,
}

/// Work that the open checks of an area are to take, least and most person-days; none where no open check tells any.
pub(super) fn open_effort(report: &Report, area: &str) -> Option<[f64; 2]> {
    let open = |check: &&Check| {
        check.area == area && counts(check) && !matches!(check.outcome, Outcome::Pass | Outcome::NotApplicable)
    };
    let efforts = report.checks.iter().filter(open).filter_map(|check| check.effort_days);
    efforts.reduce(|sum, effort| [sum[0] + effort[0], sum[1] + effort[1]])
}

/// A need of which one answer is enough, and the answers.
#[derive(Debug)]
pub(super) struct Alternatives<'a> {
    pub need: &'a Check,
    pub options: Vec<&'a Check>,
}

/// Every need with several answers, in plan order.
pub(super) fn alternatives(report: &Report) -> Vec<Alternatives<'_>> {
    let named = |id: &String| report.checks.iter().find(|check| check.id == *id);
    let needs = report.checks.iter().filter(|check| !check.any_of.is_empty());
    needs.map(|need| Alternatives { need, options: need.any_of.iter().filter_map(named).collect() }).collect()
}

/// What the plan says is resolved, with its day and evidence, in plan order.
pub(super) fn resolutions(report: &Report) -> Vec<(&Check, &Resolved)> {
    report.checks.iter().filter_map(|check| Some((check, check.resolved.as_ref()?))).collect()
}

/// Expectations with a baseline, or that set a bound on a quantity with a unit.
pub(super) fn metrics(report: &Report) -> Vec<Metric<'_>> {
    let applies = |check: &&Check| check.outcome != Outcome::NotApplicable;
    report.checks.iter().filter(applies).flat_map(metrics_of).collect()
}

fn metrics_of(check: &Check) -> Vec<Metric<'_>> {
    let with_baseline = |line: &Expectation| check.baseline.contains_key(&line.fact);
    let with_unit = |line: &Expectation| {
        has_unit(&line.expected) || check.facts.get(&line.fact).is_some_and(|fact| fact.unit.is_some())
    };
    let metric = |line| -> Metric<'_> {
        let line: &Expectation = line;
        let target = line.text.strip_prefix(&line.fact).unwrap_or(&line.text).trim().to_owned();
        let baseline = check.baseline.get(&line.fact).map(String::as_str);
        Metric { check, fact: &line.fact, baseline, target, measured: &line.actual, outcome: line.outcome }
    };
    check
        .expectations
        .iter()
        .filter(|line| with_baseline(line) || (with_unit(line) && is_bound(line)))
        .map(metric)
        .collect()
}

/// `< 100 ms`, `>= 80 %`: facts below a tree, such as `group.api.line`, tell their unit nowhere else.
fn has_unit(expected: &str) -> bool {
    let words: Vec<&str> = expected.split(' ').collect();
    matches!(words[..], [_, number, _] if number.starts_with(|first: char| first.is_ascii_digit()))
}

fn is_bound(line: &Expectation) -> bool {
    let after = line.text.strip_prefix(&line.fact).unwrap_or(&line.text).trim_start();
    after.starts_with(['<', '>'])
}

/// Expectations that did not hold; all of them where none is marked.
pub(super) fn broken(check: &Check) -> Vec<&Expectation> {
    check.expectations.iter().filter(|line| line.outcome != Outcome::Pass).collect()
}

/// Waivers a person should look at: anything but active ones with time left.
pub(super) fn waivers_to_look_at(report: &Report) -> Vec<&Waiver> {
    let fine = |waiver: &Waiver| {
        waiver.state == WaiverState::Active && waiver.days_left.is_some_and(|left| left >= ENDS_SOON_DAYS)
    };
    report.waivers.iter().filter(|waiver| !fine(waiver)).collect()
}

/// The state of a waiver in words: `active, 12 days left`.
pub(super) fn waiver_state(waiver: &Waiver) -> String {
    let word = match waiver.state {
        WaiverState::Active => "active",
        WaiverState::Unused => "unused: it covers nothing",
        WaiverState::Expired => "expired",
        WaiverState::NotYet => "not in force yet",
        WaiverState::Exceeded => "exceeded: what it accepts does not hold",
    };
    match (waiver.state, waiver.days_left) {
        (WaiverState::Active, Some(0)) => format!("{word}, last day"),
        (WaiverState::Active, Some(left)) => {
            format!("{word}, {} left", counted(usize::try_from(left).unwrap_or(0), "day", "days"))
        }
        _ => word.to_owned(),
    }
}

/// When a gate decides: `due`, `due from 2026-03-08`.
pub(super) fn gate_due(gate: &Gate) -> String {
    match (&gate.from, gate.due) {
        (_, true) => "due".to_owned(),
        (Some(from), false) => format!("due from {from}"),
        (None, false) => "not due".to_owned(),
    }
}

/// How late something is. That it is in time can be said only where its finish is known.
pub(super) fn slip(days: Option<i64>, finish: Option<&String>) -> Option<String> {
    days.filter(|days| *days > 0 || finish.is_some()).map(figures::slip)
}

/// The heading over what decides the verdict.
pub(super) fn deciding_title(report: &Report) -> String {
    match report.rules.fail_on {
        Severity::Blocker => "Blockers".to_owned(),
        severity => format!("In the way ({severity} or worse)"),
    }
}

/// The result in one paragraph, computed from the report.
pub(super) fn summary(report: &Report) -> String {
    let mut sentences = vec![verdict_sentence(report), count_sentence(report)];
    sentences.extend(score_sentence(report));
    sentences.extend(date_sentence(report));
    sentences.join(" ")
}

fn verdict_sentence(report: &Report) -> String {
    let name = &report.system.name;
    if report.run.interrupted {
        return format!("{name}: the audit was interrupted; this is what was measured until then.");
    }
    if report.run.selection.is_some() {
        return format!("{name}: only a part was audited; for that part the answer is {}.", report.verdict.words());
    }
    match report.verdict {
        Verdict::Ready => format!("{name} is ready for production."),
        Verdict::NotReady => format!("{name} is not ready for production."),
        Verdict::Inconclusive => format!("Whether {name} is ready for production cannot be told."),
    }
}

fn count_sentence(report: &Report) -> String {
    let tally = tally(report);
    let applying = report.checks.len() - tally.not_applicable;
    let mut parts = vec![format!("{} of {} pass", tally.passed, counted(applying, "check", "checks"))];
    if tally.failed > 0 {
        let severity = report.rules.fail_on;
        let decided = match severity {
            Severity::Blocker => counted(tally.deciding, "blocker", "blockers"),
            Severity::High | Severity::Medium | Severity::Low => format!("{} {severity} or worse", tally.deciding),
        };
        let waived = if tally.waived > 0 { format!(", {} waived", tally.waived) } else { String::new() };
        parts.push(format!("{} fail ({decided}{waived})", tally.failed));
    }
    for (count, words) in [(tally.unknown, "could not be observed"), (tally.blocked, "blocked by another")] {
        if count > 0 {
            parts.push(format!("{count} {words}"));
        }
    }
    format!("{}.", joined(&parts))
}

fn score_sentence(report: &Report) -> Option<String> {
    let score = report.score.as_ref()?;
    let [proven, possible] = [&score.proven, &score.possible].map(|share| figures::percent(share.value));
    let claim = score.claimed.map(|claim| format!("; the claim is {} %", figures::decimal(claim))).unwrap_or_default();
    Some(format!("Proven is {proven} %, possible {possible} %, measured {}{claim}.", figures::measured(score)))
}

fn date_sentence(report: &Report) -> Option<String> {
    let roadmap = &report.roadmap;
    let target = roadmap.target_date.as_ref()?;
    let Some(finish) = &roadmap.earliest_finish else {
        let late = roadmap.slip_days.filter(|days| *days > 0).map(|days| format!(" ({})", figures::slip(days)));
        let missing = counted(
            usize::try_from(roadmap.without_effort).unwrap_or(usize::MAX),
            "open check has",
            "open checks have",
        );
        return Some(format!(
            "The target date is {target}{}; {missing} no effort, so no finish is given.",
            late.unwrap_or_default()
        ));
    };
    let slip = roadmap.slip_days.map(|days| format!(", {}", figures::slip(days))).unwrap_or_default();
    Some(format!("At the efforts given the earliest finish is {finish}, the target date {target}{slip}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_called_in_time_before_its_finish_is_known() {
        let finish = "2026-12-01".to_owned();
        assert_eq!(slip(Some(0), None), None);
        assert_eq!(slip(Some(3), None), Some("3 days late".to_owned()));
        assert_eq!(slip(Some(0), Some(&finish)), Some("in time".to_owned()));
    }
}
