//! L08: criteria that nothing at hand can measure: a gain without a baseline, a data volume that does not exist.

use super::reading::{Item, Reading, shown};
use super::roll_up::quoted;
use super::words::{Words, says_any};
use super::{Finding, Severity};
use crate::model::statement::{Comparison, Meaning, PercentRole};
use crate::model::{Exact, Statement};

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    let mut findings = gains(reading);
    findings.extend(volumes(reading));
    findings
}

/// `70 % efficiency gain`: of what?
fn gains(reading: &Reading<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for item in reading.items() {
        let Some(gain) = item.percent(PercentRole::Gain) else { continue };
        let has_baseline = item.meanings().any(|meaning| match meaning {
            Meaning::Threshold(threshold) => threshold.baseline.is_some(),
            Meaning::Percentage { role, .. } => *role == PercentRole::Baseline,
            Meaning::Quantity { .. } | Meaning::Duration { .. } => true,
            _ => false,
        }) || states_both_ends(item);
        let is_to_come = !item
            .meanings()
            .any(|meaning| matches!(meaning.mark(), Some(mark) if mark.state == crate::model::statement::State::Done));
        if has_baseline || !is_to_come || !is_to_be_reached(item) {
            continue;
        }
        let message = format!(
            "{} names a gain of {} % but no number it is counted from: what is it now?",
            quoted(item.text),
            shown(gain)
        );
        findings.push(
            Finding::new(Severity::Low, [item.line], message).because("gain = (old - new) / old; old is not stated"),
        );
    }
    findings
}

/// Whether a gain is work or a criterion; elsewhere it tells what came out.
fn is_to_be_reached(item: &Item<'_>) -> bool {
    item.is_box() || item.is_task() || item.says.iter().any(|statement| is_asked_for(statement))
}

/// An arrow, two percentages or the numbers of a row tell what the gain is counted from.
fn states_both_ends(item: &Item<'_>) -> bool {
    let numbers = |text: &str| {
        text.split(|c: char| !c.is_numeric() && !matches!(c, '.' | ','))
            .filter(|run| run.chars().any(char::is_numeric))
            .count()
    };
    let percentages = item.meanings().filter(|meaning| matches!(meaning, Meaning::Percentage { .. })).count();
    item.text.contains('→')
        || item.text.contains("->")
        || percentages >= 2
        || (item.is_row() && numbers(item.text) >= 3)
}

/// A benchmark that asks for more records than there are.
fn volumes(reading: &Reading<'_>) -> Vec<Finding> {
    let quantities: Vec<(u32, Exact, Words)> = reading
        .items()
        .filter_map(quantity)
        .filter(|(_, value, words)| *value >= Exact::whole(1_000) && !words.is_empty())
        .collect();
    let mut findings = Vec::new();
    for statement in reading.statements {
        let Meaning::Threshold(threshold) = &statement.meaning else { continue };
        let needed = Words::of(&threshold.unit);
        if !matches!(threshold.comparison, Comparison::AtLeast | Comparison::More) || !is_asked_for(statement) {
            continue;
        }
        let Some((there, value, _)) =
            quantities.iter().find(|(_, value, words)| words.shared(&needed) > 0 && *value < threshold.value)
        else {
            continue;
        };
        let message = format!(
            "{} asks for {} {}, there are {}: where do the others come from?",
            quoted(&statement.text),
            shown(&threshold.value),
            threshold.unit,
            shown(value)
        );
        let share = (value.clone() * Exact::whole(100))
            .checked_div(&threshold.value)
            .map(|share| shown(&share))
            .unwrap_or_default();
        findings.push(Finding::new(Severity::Low, [statement.line, *there], message).because(format!(
            "{} / {} = {share} %",
            shown(value),
            shown(&threshold.value)
        )));
    }
    findings
}

/// Whether a bound stands where something is asked for; elsewhere `25,000+ lines` tells what there is.
fn is_asked_for(statement: &Statement) -> bool {
    const ASKING: &[&str] = &[
        "metric",
        "metrics",
        "criteria",
        "benchmark",
        "benchmarks",
        "target",
        "targets",
        "goal",
        "goals",
        "requirement",
        "requirements",
        "performance",
        "capacity",
        "kriterien",
        "ziele",
        "critères",
        "objectifs",
        "criterios",
        "objetivos",
        "critérios",
        "criteri",
        "obiettivi",
        "критерии",
        "цели",
        "指标",
        "目标",
        "目標",
        "기준",
        "목표",
    ];
    let around = statement.section.iter().chain(statement.label.iter());
    around.into_iter().any(|text| says_any(text, ASKING))
}

/// What there is: `259,767 migrated records`, a number with the words that follow it.
fn quantity(item: &Item<'_>) -> Option<(u32, Exact, Words)> {
    let stated = item.meanings().find_map(|meaning| match meaning {
        Meaning::Quantity { value, unit, .. } => Some((item.line, value.clone(), Words::of(unit))),
        _ => None,
    });
    if stated.is_some() || item.meanings().any(|meaning| matches!(meaning, Meaning::Threshold(_))) {
        return stated;
    }
    let words: Vec<&str> = item.text.split_whitespace().collect();
    words.iter().enumerate().find_map(|(at, word)| {
        let digits = word.trim_matches(|letter: char| !letter.is_ascii_digit());
        let value = Exact::parse_decimal(&digits.replace(',', "")).filter(|_| digits.contains(','))?;
        let noun = words.get(at + 1..(at + 3).min(words.len()))?.join(" ");
        Some((item.line, value, Words::of(&noun)))
    })
}
