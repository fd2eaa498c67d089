//! L01: words that rank (`the biggest gap`) or tell a direction (`overestimated before`), against the numbers.

use super::reading::{AreaClaim, Reading, lead, shown};
use super::roll_up::quoted;
use super::words::{Words, says_any};
use super::{Finding, Severity};
use crate::model::Exact;
use crate::model::statement::{Meaning, PercentRole};

const MOST_LEFT: &[&str] = &[
    "biggest gap",
    "largest gap",
    "most work",
    "furthest behind",
    "least complete",
    "größte lücke",
    "mayor brecha",
    "plus grand écart",
];
const MOST_DONE: &[&str] = &["most complete", "furthest along", "most advanced", "most mature"];
const LOWERED: &[&str] = &[
    "overestimation",
    "overestimated",
    "over-estimated",
    "corrected downward",
    "revised down",
    "corrected down",
    "lowered from",
];

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    let mut findings = superlatives(reading);
    findings.extend(direction(reading));
    findings.extend(goal_below_claim(reading));
    findings
}

/// Areas with what they claim to be done.
fn areas<'a>(reading: &Reading<'a>) -> Vec<(Words, &'a str, Exact, u32)> {
    let of = |claim: &AreaClaim| {
        let name = lead(reading.item(claim.heading)?.text);
        let line = claim.rows.first().copied().unwrap_or(claim.line);
        Some((Words::of(name), name, claim.value.clone(), line))
    };
    reading.area_claims().iter().filter_map(of).collect()
}

fn superlatives(reading: &Reading<'_>) -> Vec<Finding> {
    let areas = areas(reading);
    let mut findings = Vec::new();
    for item in reading.items().filter(|item| !item.is_heading()) {
        let least_done = says_any(item.text, MOST_LEFT);
        if !least_done && !says_any(item.text, MOST_DONE) {
            continue;
        }
        let text = Words::of(item.text);
        let Some((_, _, own, _)) = areas.iter().find(|(words, ..)| words.within(&text)) else { continue };
        let better = |value: &Exact| if least_done { value < own } else { value > own };
        let Some((_, name, value, line)) = areas.iter().find(|(_, _, value, _)| better(value)) else { continue };
        let left = |value: &Exact| shown(&(Exact::whole(100) - value.clone()));
        let message = format!(
            "{} does not hold: {} has {} % left, not {} %",
            quoted(item.text),
            quoted(name),
            left(value),
            left(own)
        );
        let sign = if least_done { ">" } else { "<" };
        findings.push(Finding::new(Severity::Medium, [item.line, *line], message).because(format!(
            "{} {sign} {}",
            left(value),
            left(own)
        )));
    }
    findings
}

/// A document that calls its earlier claim too high cannot claim more now.
fn direction(reading: &Reading<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for item in reading.items() {
        let (Some(now), Some(previous)) = (item.percent(PercentRole::Complete), item.percent(PercentRole::Previous))
        else {
            continue;
        };
        let lowered = reading.items().find(|other| says_any(other.text, LOWERED));
        if let Some(lowered) = lowered.filter(|_| now > previous) {
            let message = format!(
                "the earlier claim is called too high, yet it went up from {} to {} %: which is wrong?",
                shown(previous),
                shown(now)
            );
            let difference = now.clone() - previous.clone();
            findings.push(Finding::new(Severity::Medium, [item.line, lowered.line], message).because(format!(
                "{} - {} = +{} points",
                shown(now),
                shown(previous),
                shown(&difference)
            )));
        }
    }
    findings
}

/// What is to be reached later, below what is claimed now.
fn goal_below_claim(reading: &Reading<'_>) -> Vec<Finding> {
    const WHOLE: &[&str] = &[
        "system",
        "overall",
        "health",
        "readiness",
        "read",
        "ready",
        "production",
        "complet",
        "score",
        "status",
        "at",
        "week",
        "progress",
    ];
    let Some((overall, line)) = reading.overall_claim() else { return Vec::new() };
    let mut findings = Vec::new();
    for statement in reading.statements.iter().filter(|statement| statement.line != line) {
        let goal = match &statement.meaning {
            Meaning::Percentage { value, role: PercentRole::Target } => value,
            Meaning::Threshold(threshold) if threshold.unit == "%" => &threshold.value,
            _ => continue,
        };
        let before = statement
            .text
            .find(&statement.evidence)
            .and_then(|at| statement.text.get(..at))
            .unwrap_or(&statement.subject);
        let named = before.rsplit([':', '：']).next().unwrap_or(before);
        if *goal >= overall || !Words::of(named).only(WHOLE) {
            continue;
        }
        let message = format!(
            "{} is a goal, while {} % is claimed already: are these the same thing?",
            quoted(&statement.text),
            shown(&overall)
        );
        findings.push(Finding::new(Severity::Medium, [line, statement.line], message).because(format!(
            "{} < {}",
            shown(goal),
            shown(&overall)
        )));
    }
    findings
}
