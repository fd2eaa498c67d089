//! L11: one metric with two bounds.

use super::fields::{Fields, in_two_phases};
use super::reading::{Item, Reading, lead, shown};
use super::roll_up::quoted;
use super::words::{Words, says_any};
use super::{Finding, Severity};
use crate::model::Exact;
use crate::model::statement::{Comparison, Meaning, Threshold};

struct Bound<'a, 'b> {
    item: &'b Item<'a>,
    threshold: &'a Threshold,
    subject: Words,
    text: Words,
    /// In the base unit of its kind, so that `2 s` and `500 ms` compare.
    value: Exact,
    unit: &'static str,
}

/// Units that measure the same, and how many of the first one is.
const UNITS: &[(&str, &str, i64)] = &[
    ("ms", "ms", 1),
    ("s", "ms", 1_000),
    ("sec", "ms", 1_000),
    ("seconds", "ms", 1_000),
    ("second", "ms", 1_000),
    ("min", "ms", 60_000),
    ("%", "%", 1),
    ("req/s", "req/s", 1),
    ("kB", "kB", 1),
    ("MB", "kB", 1_000),
    ("GB", "kB", 1_000_000),
    ("users", "users", 1),
];

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    let bounds = bounds(reading);
    let mut findings = Vec::new();
    for (index, one) in bounds.iter().enumerate() {
        for other in bounds.iter().skip(index + 1) {
            let implied = one.threshold.implied || other.threshold.implied;
            let staged = one.value != other.value && (implied || in_two_phases(one.item, other.item));
            let apart = one.item.id == other.item.id || staged || states_both(&bounds, one, other);
            if !apart && same_metric(one, other) && differ(one, other) {
                findings.push(finding(one, other));
            }
        }
    }
    findings
}

/// `< 500 ms for the API, < 100 ms for pages` says in which respect `< 100 ms` was meant.
fn states_both(bounds: &[Bound<'_, '_>], one: &Bound<'_, '_>, other: &Bound<'_, '_>) -> bool {
    let also = |item: &Item<'_>, bound: &Bound<'_, '_>| {
        bounds.iter().any(|own| own.item.id == item.id && own.value == bound.value && own.unit == bound.unit)
    };
    one.value != other.value && (also(one.item, other) || also(other.item, one))
}

fn bounds<'a, 'b>(reading: &'b Reading<'a>) -> Vec<Bound<'a, 'b>> {
    let mut found = Vec::new();
    let fields = Fields::of(reading);
    for item in reading.items().filter(|item| !states_levels(reading, item) && !fields.holds(item)) {
        for statement in &item.says {
            let Meaning::Threshold(threshold) = &statement.meaning else { continue };
            let Some((_, unit, factor)) = UNITS.iter().find(|(name, ..)| *name == threshold.unit) else { continue };
            let value = threshold.value.clone() * Exact::whole(*factor);
            if threshold.comparison == Comparison::Between || in_brackets(&statement.text, &statement.evidence) {
                continue;
            }
            // `Sub-2-second API response times` names its metric after the number.
            let named = if statement.text.contains(':') { lead(&statement.subject) } else { &statement.text };
            let subject = Words::topic(named).without(NUMBERS);
            found.push(Bound { item, threshold, subject, text: Words::of(item.text), value, unit });
        }
    }
    found
}

/// A row with several bounds of one metric, or bounds at which somebody is alerted or something stopped: stages, not aims.
fn states_levels(reading: &Reading<'_>, item: &Item<'_>) -> bool {
    const LEVELS: &[&str] = &[
        "alert",
        "alerts",
        "alerting",
        "warning",
        "warn",
        "rollback",
        "roll back",
        "abort",
        "canary",
        "escalation",
        "trigger",
        "triggers",
        "alarm",
        "alerta",
        "alertas",
        "alerte",
        "alertes",
        "umbral",
        "umbrales",
        "seuil",
        "seuils",
        "schwelle",
        "schwellwert",
        "limiar",
        "порог",
        "пороги",
        "алерт",
        "алерты",
        "告警",
        "阈值",
        "アラート",
        "알림",
        "staging",
    ];
    let bounds = item.meanings().filter(|meaning| matches!(meaning, Meaning::Threshold(_))).count();
    let named = |text: &str| says_any(text, LEVELS);
    (item.is_row() && bounds >= 2)
        || named(item.text)
        || reading.above(item.id).iter().take(2).any(|above| named(above.text))
}

/// A bound in brackets qualifies another: `99.5 % uptime (improve to 99.9 %)`.
fn in_brackets(text: &str, evidence: &str) -> bool {
    text.find(evidence)
        .and_then(|at| text.get(..at))
        .is_some_and(|before| before.matches('(').count() > before.matches(')').count())
}

/// Words of bounds that are no part of a metric's name.
const NUMBERS: &[&str] = &[
    "ms",
    "sec",
    "second",
    "percentil",
    "95th",
    "99th",
    "averag",
    "target",
    "target)",
    "hit",
    "mean",
    "min",
    "mb",
    "p95",
    "p99",
    "sub",
];

/// The same unit, and one subject within the other's words; a single word is enough only where both have no other.
fn same_metric(one: &Bound<'_, '_>, other: &Bound<'_, '_>) -> bool {
    let direction =
        |bound: &Bound<'_, '_>| matches!(bound.threshold.comparison, Comparison::AtLeast | Comparison::More);
    let within = |a: &Bound<'_, '_>, b: &Bound<'_, '_>| {
        a.subject.len() >= 2 && a.subject.within(&b.text) && b.subject.shared(&a.subject) >= 1
    };
    let named = within(one, other) || within(other, one) || (one.subject == other.subject && !one.subject.is_empty());
    named && one.unit == other.unit && direction(one) == direction(other)
}

fn differ(one: &Bound<'_, '_>, other: &Bound<'_, '_>) -> bool {
    let statistics = (&one.threshold.statistic, &other.threshold.statistic);
    let two_statistics = matches!(statistics, (Some(a), Some(b)) if a != b);
    let values = one.value != other.value || one.threshold.value_max != other.threshold.value_max;
    let edges =
        one.threshold.comparison != other.threshold.comparison && !one.threshold.implied && !other.threshold.implied;
    !two_statistics && (values || edges)
}

fn finding(one: &Bound<'_, '_>, other: &Bound<'_, '_>) -> Finding {
    let text = |bound: &Bound<'_, '_>| {
        let threshold = bound.threshold;
        let statistic = threshold.statistic.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        format!("{} {} {}{statistic}", threshold.comparison.operator(), shown(&threshold.value), threshold.unit)
    };
    let lines = [one.item.line, other.item.line];
    if one.value == other.value {
        let message = format!(
            "{} asks for {}, {} for {}: exactly {} passes one and fails the other",
            quoted(one.item.text),
            text(one),
            quoted(other.item.text),
            text(other),
            shown(&one.threshold.value)
        );
        return Finding::new(Severity::Low, lines, message);
    }
    let message = format!(
        "{} asks for {}, {} for {}: keep both with their statistic, or merge them",
        quoted(one.item.text),
        text(one),
        quoted(other.item.text),
        text(other)
    );
    let (small, large) = if one.value < other.value { (one, other) } else { (other, one) };
    let factor = large.value.clone().checked_div(&small.value).map(|factor| format!("factor {}", shown(&factor)));
    let finding = Finding::new(Severity::Medium, lines, message);
    match factor {
        Some(factor) => finding.because(format!("{} against {}: {factor}", text(one), text(other))),
        None => finding,
    }
}
