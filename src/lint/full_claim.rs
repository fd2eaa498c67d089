//! L01: what is called full or complete, beside a number of the same subject that is below a hundred.

use super::reading::{Item, Reading, shown};
use super::roll_up::quoted;
use super::words::{Words, says_any};
use super::{Finding, Severity};
use crate::model::Exact;
use crate::model::statement::{Meaning, PercentRole, State};

/// Phrases that claim the whole. `complete` alone is a verb as often as a state.
const WHOLE: &[&str] = &["is complete", "are complete", "fully complete", "100% complete", "100 % complete"];
const WORK_LEFT: &[&str] =
    &["placeholder", "placeholders", "stub", "stubs", "mock data", "not written", "hard-coded", "hardcoded"];

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    let mut findings = complete_beside_less(reading);
    findings.extend(full_beside_target(reading));
    findings.extend(code_with_placeholders(reading));
    findings
}

/// `The financial modelling is complete`, `Financial Modelling Core: 97 %`.
fn complete_beside_less(reading: &Reading<'_>) -> Vec<Finding> {
    let less: Vec<(&Item<'_>, &Exact, Words)> = reading
        .items()
        .filter_map(|item| Some((item, item.percent(PercentRole::Complete)?, Words::topic(item.subject()))))
        .filter(|(_, value, _)| **value < Exact::whole(100))
        .collect();
    let mut findings = Vec::new();
    for item in reading.items().filter(|item| says_any(item.text, WHOLE) && item.claimed().is_none()) {
        let words = Words::topic(item.text);
        for (other, value, subject) in &less {
            if other.id == item.id
                || subject.len() < 2
                || subject.shared(&words) < 2
                || subject.len() > subject.shared(&words) + 1
            {
                continue;
            }
            let message = format!(
                "{} is called complete, {} is at {} %: complete means 100",
                quoted(item.text),
                quoted(other.subject()),
                shown(value)
            );
            let arithmetic = format!("100 - {} = {}", shown(value), shown(&(Exact::whole(100) - (*value).clone())));
            findings.push(Finding::new(Severity::Medium, [item.line, other.line], message).because(arithmetic));
        }
    }
    findings
}

/// `Full test coverage`, while `90 %+ test coverage` is an open target.
fn full_beside_target(reading: &Reading<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for item in reading.items().filter(|item| item.percent(PercentRole::Complete).is_none()) {
        let Some(claimed) = after_full(item.text) else { continue };
        for other in reading.items().filter(|other| other.id != item.id && reading.state(other) != Some(State::Done)) {
            let Some(bound) = bound_below_full(other) else { continue };
            let words = Words::topic(other.text);
            if claimed.len() < 2 || !claimed.within(&words) {
                continue;
            }
            let message = format!(
                "{} claims it in full, {} is a target that is not reached: which number was measured?",
                quoted(item.text),
                quoted(other.text)
            );
            findings.push(
                Finding::new(Severity::Medium, [item.line, other.line], message)
                    .because(format!("full = 100 > {}", shown(&bound))),
            );
        }
    }
    findings
}

/// The two words after `full`: what is claimed in full.
fn after_full(text: &str) -> Option<Words> {
    let words: Vec<String> = super::words::lower_words(text).collect();
    let at = words.iter().position(|word| word == "full")?;
    let claimed = words.get(at + 1..at + 3)?.join(" ");
    Some(Words::of(&claimed))
}

fn bound_below_full(item: &Item<'_>) -> Option<Exact> {
    item.meanings().find_map(|meaning| match meaning {
        Meaning::Threshold(threshold) if threshold.unit == "%" && threshold.value < Exact::whole(100) => {
            Some(threshold.value.clone())
        }
        Meaning::Percentage { value, role: PercentRole::Target } if *value < Exact::whole(100) => Some(value.clone()),
        _ => None,
    })
}

/// `Service code: 100 %`, while open items of the same area replace placeholders.
fn code_with_placeholders(reading: &Reading<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for item in reading
        .items()
        .filter(|item| !item.is_heading() && item.percent(PercentRole::Complete) == Some(&Exact::whole(100)))
    {
        if !says_any(item.text, &["code", "implemented", "implementation"]) {
            continue;
        }
        let Some(area) = reading.top_heading(item.id) else { continue };
        let subject = Words::topic(item.subject()).without(&["cod", "code"]);
        let open = reading.below(area).into_iter().filter(|other| {
            says_any(other.text, WORK_LEFT)
                && subject.shared(&Words::of(other.text)) > 0
                && matches!(reading.state(other), Some(State::Missing | State::Partial))
        });
        let lines: Vec<u32> = open.map(|other| other.line).collect();
        if lines.is_empty() {
            continue;
        }
        let message = format!(
            "{} claims 100 %, but {} open items of its area still replace placeholders: is the code complete?",
            quoted(item.text),
            lines.len()
        );
        findings.push(Finding::new(Severity::Medium, lines.into_iter().chain([item.line]), message));
    }
    findings
}
