//! Deciders over intervals, and the verdict they make. Gates are judged in `gates` and handed in.

use super::results::Results;
use super::weigh::{Interval, percent};
use super::wording::{became, deciding_count, deciding_noun, pct, pct_beside, points, threshold};
use crate::model::outcome::DeciderState;
use crate::model::report::{Decider, DeciderKind};
use crate::model::{Exact, Outcome, Verdict};

/// The verdict, why, and by which rule.
pub(super) struct Decision {
    pub(super) verdict: Verdict,
    pub(super) reasons: Vec<String>,
    pub(super) line: String,
}

/// Everything but gates that can make the verdict. With `--gate` the gate alone does.
pub(super) fn deciders(results: &Results<'_>) -> Vec<Decider> {
    if results.outline.rules.only_gate.is_some() {
        return Vec::new();
    }
    let mut deciders: Vec<Decider> = (0..results.seen.len()).filter_map(|index| of_check(results, index)).collect();
    let rules = &results.outline.rules;
    if let Some(overall) = &results.overall {
        let everywhere = |_: usize| true;
        deciders.push(of_min_score("overall", overall, &rules.min_score_pct, lost(results, everywhere, overall_part)));
    }
    for (index, (area, sums)) in results.outline.areas.iter().zip(&results.areas).enumerate() {
        if let (Some(least), Some(score)) = (&area.min_score_pct, &sums.score) {
            let inside = |check: usize| results.outline.checks.get(check).is_some_and(|check| check.area == index);
            deciders.push(of_min_score(&area.id, score, least, lost(results, inside, area_part)));
        }
    }
    if let Some(overall) = &results.overall {
        deciders.push(of_measured(overall, &rules.require_measured_pct));
    }
    deciders
}

fn of_check(results: &Results<'_>, index: usize) -> Option<Decider> {
    let check = results.outline.checks.get(index).filter(|_| results.is_deciding(index))?;
    let outcome = results.outcome(index);
    let waived = results.is_waived(index);
    let state = match outcome {
        Outcome::Pass | Outcome::NotApplicable => DeciderState::Met,
        Outcome::Fail | Outcome::Unknown | Outcome::Blocked if waived => DeciderState::Met,
        Outcome::Fail => DeciderState::Failed,
        Outcome::Unknown | Outcome::Blocked => DeciderState::Undecided,
    };
    let mut text = format!("{} `{}` {}", results.severity(index), check.id, became(outcome));
    if let Some(judged) = results.judged.get(index) {
        match (outcome, &judged.blocked_by, &judged.reason) {
            (Outcome::Blocked, Some(root), _) => text.push_str(&format!(" by `{root}`")),
            (Outcome::Unknown | Outcome::Blocked, _, Some(reason)) => text.push_str(&format!(": {reason}")),
            (Outcome::Fail, _, _) => text.push_str(&format!(": {}", check.title)),
            (Outcome::Pass | Outcome::Unknown | Outcome::Blocked | Outcome::NotApplicable, _, _) => {}
        }
    }
    if waived {
        text.push_str(" (waived)");
    }
    Some(Decider { kind: DeciderKind::Check, subject: check.id.clone(), state, text })
}

/// Points that waived checks lack, in percentage points: of failures, and of what was not observed.
struct WaivedLoss {
    failed: Exact,
    open: Exact,
}

type PartOf = fn(&Results<'_>, usize) -> Exact;

fn overall_part(results: &Results<'_>, index: usize) -> Exact {
    results.holdings.get(index).cloned().unwrap_or_else(Exact::zero)
}

fn area_part(results: &Results<'_>, index: usize) -> Exact {
    let part = results.outline.checks.get(index).and_then(|check| {
        let applicable = &results.areas.get(check.area)?.applicable;
        super::weigh::weight_of(check).checked_div(applicable)
    });
    part.unwrap_or_else(Exact::zero)
}

fn lost(results: &Results<'_>, inside: impl Fn(usize) -> bool, part: PartOf) -> WaivedLoss {
    let mut loss = WaivedLoss { failed: Exact::zero(), open: Exact::zero() };
    for (index, seen) in results.seen.iter().enumerate() {
        if !(results.is_scored(index) && results.is_waived(index) && inside(index)) {
            continue;
        }
        let missing = percent(&(part(results, index) * (Exact::one() - seen.credit())));
        let side = if seen.is_open() { &mut loss.open } else { &mut loss.failed };
        *side = &*side + &missing;
    }
    loss
}

fn of_min_score(subject: &str, score: &Interval, least: &Exact, waived: WaivedLoss) -> Decider {
    let (proven, possible) = (percent(&score.proven), percent(&score.possible));
    let name = if subject == "overall" { "the overall score".to_owned() } else { format!("area `{subject}`") };
    let needed = threshold(least);
    let range = format!("{} … {}", pct_beside(&score.proven, least), pct_beside(&score.possible, least));
    let (state, text) = if proven >= *least {
        let shown = pct_beside(&score.proven, least);
        (DeciderState::Met, format!("{name} is {shown}, at least {needed}"))
    } else if possible < *least {
        let missing = least - &possible;
        let shown = if proven == possible { pct_beside(&score.possible, least) } else { range };
        let text = format!("{name} is {shown}, below {needed}: {} points missing", points(&missing));
        (DeciderState::Failed, text + &waived_part(&missing, &waived.failed))
    } else {
        let missing = least - &proven;
        let text = format!("{name} is {range}, {needed} needed: {} points not proven yet", points(&missing));
        (DeciderState::Undecided, text + &waived_part(&missing, &(waived.failed + waived.open)))
    };
    Decider { kind: DeciderKind::MinScore, subject: subject.to_owned(), state, text }
}

fn waived_part(missing: &Exact, waived: &Exact) -> String {
    if waived.is_zero() {
        return String::new();
    }
    format!(", {} of them waived", points(missing.min(waived)))
}

/// The measured share is a plain number; that it is too small says nothing about the system, so it never fails.
fn of_measured(overall: &Interval, least: &Exact) -> Decider {
    let enough = percent(&overall.measured) >= *least;
    let shown = pct_beside(&overall.measured, least);
    let needed = threshold(least);
    let (state, text) = if enough {
        (DeciderState::Met, format!("{shown} % measured, at least {needed}"))
    } else {
        let missing = least - &percent(&overall.measured);
        let text = format!("{shown} % measured, {needed} needed: {} points missing", points(&missing));
        (DeciderState::Undecided, text)
    };
    Decider { kind: DeciderKind::RequireMeasured, subject: "overall".to_owned(), state, text }
}

/// Any failed: not ready. Else any undecided, or nothing known: inconclusive. Else ready.
pub(super) fn verdict(results: &Results<'_>, deciders: &[Decider]) -> Decision {
    let in_state = |state: DeciderState| deciders.iter().filter(move |decider| decider.state == state);
    let failed = in_state(DeciderState::Failed);
    let undecided = in_state(DeciderState::Undecided);
    let mut reasons: Vec<String> = failed.chain(undecided).map(|decider| decider.text.clone()).collect();
    let known = results.anything_known();
    let verdict = if in_state(DeciderState::Failed).next().is_some() {
        Verdict::NotReady
    } else if in_state(DeciderState::Undecided).next().is_some() || !known {
        Verdict::Inconclusive
    } else {
        Verdict::Ready
    };
    if !known {
        reasons.push(nothing_measured(results));
    }
    let mut parts = line_parts(results, deciders);
    if !known {
        parts.insert(0, "nothing was measured".to_owned());
    }
    let line = format!("{}: {}", verdict.words(), parts.join(", "));
    Decision { verdict, reasons, line }
}

fn nothing_measured(results: &Results<'_>) -> String {
    let applies = (0..results.seen.len()).any(|index| results.is_scored(index));
    if applies {
        "nothing was measured: no check that counts has a known outcome".to_owned()
    } else {
        "nothing was measured: no check that counts applies here".to_owned()
    }
}

fn line_parts(results: &Results<'_>, deciders: &[Decider]) -> Vec<String> {
    let rules = &results.outline.rules;
    let mut parts = Vec::new();
    if rules.only_gate.is_none() {
        parts.push(checks_part(results, deciders));
    }
    for decider in deciders {
        match (decider.kind, decider.subject.as_str()) {
            (DeciderKind::Check, _) => {}
            (DeciderKind::MinScore, "overall") => {
                parts.extend(results.overall.as_ref().map(|overall| score_part(overall, &rules.min_score_pct)));
            }
            (DeciderKind::MinScore, area) => parts.extend(area_line(results, area, decider.state)),
            (DeciderKind::RequireMeasured, _) => {
                parts.extend(
                    results.overall.as_ref().map(|overall| measured_part(overall, &rules.require_measured_pct)),
                );
            }
            (DeciderKind::Gate, gate) => parts.push(gate_part(gate, decider.state)),
        }
    }
    parts
}

fn checks_part(results: &Results<'_>, deciders: &[Decider]) -> String {
    let fail_on = results.outline.rules.fail_on;
    let in_state = |state: DeciderState| {
        deciders.iter().filter(|decider| decider.kind == DeciderKind::Check && decider.state == state).count()
    };
    let (failed, open) = (in_state(DeciderState::Failed), in_state(DeciderState::Undecided));
    let waived = (0..results.seen.len())
        .filter(|index| results.is_deciding(*index) && results.is_waived(*index))
        .filter(|index| results.outcome(*index) == Outcome::Fail)
        .count();
    let mut text = match (failed, open) {
        (0, 0) => format!("no {} failed", deciding_noun(fail_on)),
        (0, _) => format!("{} not known", deciding_count(open, fail_on)),
        (_, 0) => format!("{} failed", deciding_count(failed, fail_on)),
        (_, _) => format!("{} failed and {open} not known", deciding_count(failed, fail_on)),
    };
    if waived > 0 {
        text.push_str(&format!(" ({waived} waived)"));
    }
    if results.outline.rules.selection {
        text.push_str(" among the selected checks");
    }
    text
}

fn score_part(score: &Interval, least: &Exact) -> String {
    let needed = threshold(least);
    if percent(&score.proven) >= *least {
        format!("{} ≥ {needed}", pct_beside(&score.proven, least))
    } else if percent(&score.possible) < *least {
        let most = if score.proven == score.possible { "" } else { "at most " };
        format!("{most}{} < {needed}", pct_beside(&score.possible, least))
    } else {
        format!("{} … {} around {needed}", pct_beside(&score.proven, least), pct(&score.possible))
    }
}

fn area_line(results: &Results<'_>, id: &str, state: DeciderState) -> Option<String> {
    if state == DeciderState::Met {
        return None;
    }
    let index = results.outline.areas.iter().position(|area| area.id == id)?;
    let least = results.outline.areas.get(index)?.min_score_pct.as_ref()?;
    let score = results.areas.get(index)?.score.as_ref()?;
    Some(format!("{id} {}", score_part(score, least)))
}

fn measured_part(overall: &Interval, least: &Exact) -> String {
    let needed = threshold(least);
    if percent(&overall.measured) >= *least {
        format!("{} % measured ≥ {needed}", pct_beside(&overall.measured, least).trim_end_matches(".0"))
    } else {
        format!("{} % measured < {needed}", pct_beside(&overall.measured, least))
    }
}

fn gate_part(gate: &str, state: DeciderState) -> String {
    match state {
        DeciderState::Met => format!("gate {gate} passed"),
        DeciderState::Failed => format!("gate {gate} failed"),
        DeciderState::Undecided => format!("gate {gate} not decided"),
    }
}
