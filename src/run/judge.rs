//! From observations to outcomes: what one route says, what alternatives say, what optional means.

use std::time::Duration;

use super::{CheckRun, shown};
use crate::expect::{self, Judgement, credit};
use crate::model::outcome::{Certainty, Grade, Outcome, Severity};
use crate::model::report::Evidence;
use crate::model::{Facts, Observation, Suppressions, Unknown};
use crate::plan::{Finding, Plan, PlannedCheck, Route};

/// Credit of a pass, in millionths.
const FULL: u32 = 1_000_000;

/// A run without observation.
pub(super) fn without(outcome: Outcome, severity: Severity, reason: Option<String>) -> CheckRun {
    CheckRun {
        outcome,
        credit_ppm: if outcome == Outcome::Pass { FULL } else { 0 },
        grade: None,
        certainty: None,
        severity,
        route: None,
        judgements: Vec::new(),
        facts: Facts::unobserved(reason.clone().unwrap_or_else(|| "not observed".to_owned())),
        evidence: Vec::new(),
        reason,
        blocked_by: None,
        waiver: None,
        took: Duration::ZERO,
    }
}

/// What one route says.
pub(super) fn route(
    route: &Route,
    number: usize,
    result: &Result<Observation, Unknown>,
    severity: Severity,
    min_grade: Option<Grade>,
    suppressions: Suppressions,
) -> CheckRun {
    let observation = match result {
        Ok(observation) => observation,
        Err(unknown) => return unobserved(route, severity, &unknown.0),
    };
    if let Some(settled) = inapplicable(route, &observation.facts, severity) {
        return settled;
    }
    let judgements: Vec<Judgement> =
        route.expect.iter().map(|typed| expect::judge(typed, &observation.facts)).collect();
    let grade = observation.facts.grade(route.grade);
    let mut run = CheckRun {
        route: Some(number),
        grade: Some(grade),
        facts: observation.facts.clone(),
        evidence: shown::of_expectations(route, &judgements, &observation.evidence),
        ..without(overall(&judgements), severity, None)
    };
    run.judgements = judgements;
    if run.outcome == Outcome::Unknown {
        run.reason =
            run.judgements.iter().find(|line| line.outcome == Outcome::Unknown).map(|line| line.actual.clone());
    }
    if min_grade.is_some_and(|least| grade < least) && run.outcome.is_known() {
        let least = min_grade.map_or("", Grade::word);
        return turned(run, format!("the evidence is only {}; this check needs {least}", grade.word()));
    }
    match run.outcome {
        Outcome::Fail => failed(route, run, &observation.evidence),
        Outcome::Pass if forbids(suppressions, &run.evidence) => forbidden(run),
        Outcome::Pass if route.cap_ppm < FULL => capped(route, run),
        _ => run,
    }
}

fn forbids(suppressions: Suppressions, evidence: &[Evidence]) -> bool {
    suppressions == Suppressions::Forbid && evidence.iter().any(|item| item.suppression.is_some())
}

/// Everything expected holds, but a file asks a specialist to pass over something, which the spec forbids.
fn forbidden(run: CheckRun) -> CheckRun {
    let count = run.evidence.iter().filter(|item| item.suppression.is_some()).count();
    let reason = format!("the spec forbids suppressions in files (`scoring.suppressions`); there are {count}");
    CheckRun { outcome: Outcome::Fail, credit_ppm: 0, reason: Some(reason), certainty: Some(Certainty::Certain), ..run }
}

/// Where what `when.expect` asks for is seen not to be there, the check does not apply; where it was not observed,
/// whether it applies is not known either.
fn inapplicable(route: &Route, facts: &Facts, severity: Severity) -> Option<CheckRun> {
    let judged: Vec<(&str, Judgement)> =
        route.applies.iter().map(|typed| (typed.path(), expect::judge(typed, facts))).collect();
    let in_outcome = |outcome| judged.iter().find(|(_, line)| line.outcome == outcome);
    if let Some((fact, line)) = in_outcome(Outcome::Fail) {
        let reason = format!("applies where `{fact} {}`; here it is {}", line.expected, line.actual);
        return Some(without(Outcome::NotApplicable, severity, Some(reason)));
    }
    in_outcome(Outcome::Unknown).map(|(_, line)| unobserved(route, severity, &line.actual))
}

fn unobserved(route: &Route, severity: Severity, reason: &str) -> CheckRun {
    let facts = Facts::unobserved(reason);
    let judgements = route.expect.iter().map(|typed| expect::judge(typed, &facts)).collect();
    CheckRun { judgements, ..without(Outcome::Unknown, severity, Some(reason.to_owned())) }
}

fn turned(run: CheckRun, reason: String) -> CheckRun {
    CheckRun { outcome: Outcome::Unknown, credit_ppm: 0, reason: Some(reason), ..run }
}

fn overall(judgements: &[Judgement]) -> Outcome {
    if judgements.iter().any(|line| line.outcome == Outcome::Fail) {
        Outcome::Fail
    } else if judgements.is_empty() || judgements.iter().any(|line| line.outcome != Outcome::Pass) {
        Outcome::Unknown
    } else {
        Outcome::Pass
    }
}

fn failed(route: &Route, mut run: CheckRun, observed: &[Evidence]) -> CheckRun {
    let weighed = run.evidence.iter().filter(|item| !item.is_suppressed()).map(|item| item.certainty);
    let certainty = weighed.max().unwrap_or(Certainty::Certain);
    run.certainty = Some(certainty);
    if certainty == Certainty::Hint {
        return turned(run, "only hints were found, which never fail a check".to_owned());
    }
    if certainty == Certainty::Likely && run.severity == Severity::Blocker {
        run.severity = Severity::High;
        run.reason =
            Some("a blocker fails only on certain findings; these are likely, so it counts as high".to_owned());
    }
    let Some(rule) = &route.credit else { return run };
    match credit::earn(rule, &run.facts) {
        Ok(0) => run,
        Ok(ppm) => {
            shown::add_credited(&mut run.evidence, rule, observed);
            CheckRun { credit_ppm: ppm.min(FULL - 1).min(route.cap_ppm), ..run }
        }
        Err(unknown) => turned(run, unknown.0),
    }
}

/// All of a weaker route's expectations hold: it earns its cap, which is less than a pass. Hints alone are no evidence
/// of what is missing.
fn capped(route: &Route, mut run: CheckRun) -> CheckRun {
    if !run.evidence.iter().any(Evidence::is_counted) {
        run.evidence.retain(Evidence::is_suppressed);
    }
    let percent = route.cap_ppm / 10_000;
    let reason = format!("what this route can see proves at most {percent} %");
    CheckRun {
        outcome: Outcome::Fail,
        credit_ppm: route.cap_ppm,
        reason: Some(reason),
        certainty: Some(Certainty::Certain),
        ..run
    }
}

/// One alternative passing is enough.
pub(super) fn any_of(
    plan: &Plan,
    alternatives: &[usize],
    others: &[usize],
    before: &[CheckRun],
    severity: Severity,
) -> CheckRun {
    let of = |index: &usize| others.iter().position(|other| other == index).and_then(|at| before.get(at));
    let runs: Vec<(usize, &CheckRun)> = alternatives.iter().filter_map(|index| Some((*index, of(index)?))).collect();
    let name = |index: usize| plan.outline.checks[index].id.as_str();
    if let Some((index, run)) = runs.iter().find(|(_, run)| run.outcome == Outcome::Pass) {
        let reason = Some(format!("`{}` passes", name(*index)));
        return CheckRun { grade: run.grade, ..without(Outcome::Pass, severity, reason) };
    }
    let open: Vec<&str> =
        runs.iter().filter(|(_, run)| run.outcome != Outcome::Fail).map(|(index, _)| name(*index)).collect();
    if open.is_empty() {
        let grade = runs.iter().filter_map(|(_, run)| run.grade).min();
        return CheckRun {
            grade,
            ..without(Outcome::Fail, severity, Some("none of its alternatives passes".to_owned()))
        };
    }
    without(Outcome::Unknown, severity, Some(format!("not known of: {}", open.join(", "))))
}

/// An optional check that does not pass leaves the denominator, visibly.
pub(super) fn optional(check: &PlannedCheck, run: CheckRun) -> CheckRun {
    match &check.optional {
        Some(reason) if run.outcome != Outcome::Pass && run.outcome != Outcome::NotApplicable => {
            let reason = format!("optional: {reason}");
            CheckRun { outcome: Outcome::NotApplicable, credit_ppm: 0, reason: Some(reason), blocked_by: None, ..run }
        }
        _ => run,
    }
}

/// Once an alternative is chosen (it passes), those that do not pass are n/a.
pub(super) fn settle_alternatives(plan: &Plan, runs: &mut [CheckRun]) {
    for check in &plan.checks {
        let Finding::AnyOf(alternatives) = &check.finding else { continue };
        let Some(chosen) = alternatives.iter().find(|index| runs[**index].outcome == Outcome::Pass) else { continue };
        let name = plan.outline.checks[*chosen].id.clone();
        for index in alternatives {
            let run = &mut runs[*index];
            if run.outcome != Outcome::Pass && run.outcome != Outcome::NotApplicable {
                run.outcome = Outcome::NotApplicable;
                run.credit_ppm = 0;
                run.waiver = None;
                run.reason = Some(format!("`{name}` was chosen instead"));
            }
        }
    }
}
