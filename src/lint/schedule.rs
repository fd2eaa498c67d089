//! L02: two lengths for one plan, parts that overlap, no slack for a known risk, work that does not fit its horizon,
//! estimates for some of a chain only.

use super::areas;
use super::reading::{Item, Reading, distance, shown};
use super::roll_up::quoted;
use super::sum::{Span, only_span, stated_span};
use super::words::{Words, says_any};
use super::{Finding, Severity};
use crate::model::Exact;
use crate::model::statement::{DateRole, Meaning, Relation, TimeUnit};

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    let mut findings = two_units(reading);
    findings.extend(timelines(reading));
    findings.extend(overlaps(reading));
    findings.extend(no_slack(reading));
    findings.extend(horizons(reading));
    findings.extend(half_estimated(reading));
    findings
}

/// Hundredths of a day; a month is 30.44 days.
fn hundredths_of_days(unit: TimeUnit) -> Option<i64> {
    match unit {
        TimeUnit::Days => Some(100),
        TimeUnit::Weeks => Some(700),
        TimeUnit::Months => Some(3_044),
        TimeUnit::Quarters => Some(9_131),
        TimeUnit::Years => Some(36_525),
        TimeUnit::Minutes
        | TimeUnit::Hours
        | TimeUnit::Sprints
        | TimeUnit::PersonDays
        | TimeUnit::PersonWeeks
        | TimeUnit::PersonMonths => None,
    }
}

fn days(value: &Exact, unit: TimeUnit) -> Option<Exact> {
    (value.clone() * Exact::whole(hundredths_of_days(unit)?)).checked_div(&Exact::whole(100))
}

/// `16 weeks (4 months)`: one length in two units, more than a twentieth apart.
fn two_units(reading: &Reading<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for item in reading.items() {
        let spans: Vec<(&Exact, TimeUnit)> = item
            .meanings()
            .filter_map(|meaning| match meaning {
                Meaning::Duration { least, most, unit } if least == most => Some((least, *unit)),
                _ => None,
            })
            .collect();
        let [(one, unit), (other, other_unit)] = spans.as_slice() else { continue };
        let (Some(first), Some(second)) = (days(one, *unit), days(other, *other_unit)) else { continue };
        let apart = distance(&first, &second);
        let larger = first.clone().max(second.clone());
        let close = apart.clone() * Exact::whole(20) <= larger;
        let unrelated = apart.clone() * Exact::whole(4) > larger;
        if unit == other_unit || close || unrelated || !in_brackets(item.text) {
            continue;
        }
        let message = format!(
            "{} {} and {} {} are not the same length: which holds?",
            shown(one),
            unit.word(),
            shown(other),
            other_unit.word()
        );
        let arithmetic = format!(
            "{} {} = {} days; {} {} = {} days",
            shown(one),
            unit.word(),
            shown(&first),
            shown(other),
            other_unit.word(),
            shown(&second)
        );
        findings.push(Finding::new(Severity::Low, [item.line], message).because(arithmetic));
    }
    findings
}

fn in_brackets(text: &str) -> bool {
    text.contains('(') || text.contains('=') || text.contains('≈') || text.contains('（')
}

/// Lengths of the whole plan that exclude each other.
fn timelines(reading: &Reading<'_>) -> Vec<Finding> {
    const WHOLE_PLAN: &[&str] = &[
        "timeline",
        "to production",
        "until production",
        "production readiness",
        "total duration",
        "estimated timeline",
        "go-live in",
        "zeitplan",
        "gesamtdauer",
        "durée totale",
        "duración total",
    ];
    let in_phase = |item: &Item<'_>| {
        item.says.iter().any(|statement| statement.phase.is_some())
            || reading
                .above(item.id)
                .iter()
                .any(|above| above.meanings().any(|meaning| matches!(meaning, Meaning::Phase { .. })))
    };
    let speaks = |item: &&Item<'_>| says_any(item.text, WHOLE_PLAN) && !in_phase(item) && !item.is_heading();
    let spans: Vec<(&Item<'_>, Span)> =
        reading.items().filter(speaks).filter_map(|item| Some((item, first_span(item)?))).collect();
    for (index, (one, span)) in spans.iter().enumerate() {
        for (other, other_span) in spans.iter().skip(index + 1) {
            let ends = |span: &Span| Some((days(&span.least, span.unit)?, days(&span.most, span.unit)?));
            let (Some((least, most)), Some((other_least, other_most))) = (ends(span), ends(other_span)) else {
                continue;
            };
            if is_field_of_parts(reading, one, other) {
                continue;
            }
            if far_below(&most, &other_least) || far_below(&other_most, &least) {
                let message = format!(
                    "{} and {} exclude each other: which timeline holds?",
                    quoted(one.text),
                    quoted(other.text)
                );
                return vec![Finding::new(Severity::High, [one.line, other.line], message).because(format!(
                    "{} against {}",
                    span.text(),
                    other_span.text()
                ))];
            }
        }
    }
    Vec::new()
}

/// `Timeline: …` under two headings is the length of each part, not of the whole.
fn is_field_of_parts(reading: &Reading<'_>, one: &Item<'_>, other: &Item<'_>) -> bool {
    let key = |item: &Item<'_>| item.key().map(str::to_lowercase);
    let heading = |item: &Item<'_>| reading.heading_of(item.id).map(|heading| heading.id);
    key(one).is_some() && key(one) == key(other) && heading(one) != heading(other)
}

/// Less by more than a quarter: nearer than that, a month is four weeks.
fn far_below(one: &Exact, other: &Exact) -> bool {
    one.clone() * Exact::whole(4) < other.clone() * Exact::whole(3)
}

fn first_span(item: &Item<'_>) -> Option<Span> {
    item.meanings().find_map(|meaning| match meaning {
        Meaning::Duration { least, most, unit } => Some(Span { least: least.clone(), most: most.clone(), unit: *unit }),
        _ => None,
    })
}

/// Sibling parts of the plan that share a day or week.
fn overlaps(reading: &Reading<'_>) -> Vec<Finding> {
    let parts: Vec<(&Item<'_>, Stretch)> = reading.headings().filter_map(|item| Some((item, span_in(item)?))).collect();
    let mut lines = Vec::new();
    let mut shared = Vec::new();
    for (index, (one, span)) in parts.iter().enumerate() {
        for (other, next) in parts.iter().skip(index + 1) {
            let siblings = one.parent == other.parent && one.depth() == other.depth();
            let apart = span.last < next.first || next.last < span.first;
            let ranges = span.first < span.last && next.first < next.last;
            if !siblings || span.unit != next.unit || apart || !ranges || span == next {
                continue;
            }
            lines.extend([one.line, other.line]);
            shared.push(format!("{} {}-{} and {}-{}", span.unit, span.first, span.last, next.first, next.last));
        }
    }
    if lines.is_empty() {
        return Vec::new();
    }
    let message =
        "parts of the plan that follow each other share time: does the next begin before the one before ends?";
    vec![Finding::new(Severity::Low, lines, message).because(shared.join("; "))]
}

/// The stretch of days or weeks of a part: its own span, else the one in brackets of its heading.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stretch {
    unit: String,
    first: u32,
    last: u32,
}

fn span_in(item: &Item<'_>) -> Option<Stretch> {
    let lower = item.text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|letter: char| letter.is_whitespace() || matches!(letter, '(' | ')' | ',' | ':'))
        .filter(|word| !word.is_empty())
        .collect();
    words.windows(2).find_map(|pair| {
        let unit = match pair.first()?.trim_end_matches('s') {
            unit @ ("day" | "week" | "month" | "sprint") => unit.to_owned(),
            _ => return None,
        };
        let (first, last) = pair.get(1)?.split_once(['-', '–'])?;
        Some(Stretch { unit, first: first.parse().ok()?, last: last.parse().ok()? })
    })
}

/// A risk that costs weeks, and phases that fill the plan to its last week.
fn no_slack(reading: &Reading<'_>) -> Vec<Finding> {
    let in_weeks = areas::phases(reading)
        .iter()
        .filter_map(|phase| span_in(phase.item))
        .filter(|span| span.unit == "week")
        .map(|span| span.last)
        .max();
    let Some(planned) = in_weeks.map(|weeks| Exact::whole(i64::from(weeks))) else { return Vec::new() };
    let total = reading.items().find(|item| {
        says_any(item.text, &["timeline", "to production", "total"])
            && first_span(item).is_some_and(|span| span.unit == TimeUnit::Weeks && span.most == planned)
    });
    let risk = reading.items().find_map(|item| {
        let is_risk = item.meanings().any(|meaning| matches!(meaning, Meaning::Risk { .. }))
            || item.section().iter().any(|heading| says_any(heading, &["risk", "risks", "high-risk"]));
        let delays = says_any(item.text, &["delay", "delays", "slip", "postpone"]);
        let span = only_span(item).filter(|span| is_risk && delays && span.unit == TimeUnit::Weeks)?;
        Some((item, span))
    });
    let (Some(total), Some((risk, span))) = (total, risk) else { return Vec::new() };
    let late = [&span.least, &span.most].map(|delay| shown(&(planned.clone() + delay.clone())));
    let message = format!(
        "{} costs {}, but the phases fill the plan to its last week: where is the buffer?",
        quoted(risk.text),
        span.text()
    );
    vec![Finding::new(Severity::Low, [total.line, risk.line], message).because(format!(
        "{} + {} = {}-{} weeks",
        shown(&planned),
        span.text(),
        late[0],
        late[1]
    ))]
}

/// `Next month: complete phase 1`, while phase 1 takes longer than a month.
fn horizons(reading: &Reading<'_>) -> Vec<Finding> {
    let phases = areas::phases(reading);
    let stated: Vec<(u32, u32, Span)> = phases
        .iter()
        .filter_map(|phase| {
            let span = phase.span.filter(|span| span.unit == "phase" && span.first == span.last)?;
            let (length, line) = stated_span(reading, phase.item)?;
            Some((line, span.first, length))
        })
        .collect();
    let mut findings = Vec::new();
    for item in reading
        .items()
        .filter(|item| says_any(item.text, &["complete", "finish", "deliver", "abschließen", "terminer", "completar"]))
    {
        let Some(horizon) =
            reading.above(item.id).iter().find_map(|above| horizon_days(above.text).map(|days| (above.line, days)))
        else {
            continue;
        };
        let Some((_, number, _)) = stated.iter().find(|(_, number, _)| names_phase(item.text, *number)) else {
            continue;
        };
        let until: Vec<&(u32, u32, Span)> = stated.iter().filter(|(_, other, _)| other <= number).collect();
        let spans: Vec<Span> = until.iter().map(|(.., span)| span.clone()).collect();
        let Some(sum) = Span::add(&spans) else { continue };
        let Some(most) = days(&sum.most, sum.unit).filter(|most| *most > Exact::whole(horizon.1)) else { continue };
        let message = format!(
            "{} does not fit its horizon: phases 1 to {number} are stated to take {}",
            quoted(item.text),
            sum.text()
        );
        let lines = until.iter().map(|(line, ..)| *line).chain([item.line, horizon.0]);
        findings.push(Finding::new(Severity::Medium, lines, message).because(format!(
            "{} days needed at most, {} days of horizon",
            shown(&most),
            horizon.1
        )));
    }
    findings
}

fn names_phase(text: &str, number: u32) -> bool {
    super::words::says(text, &format!("phase {number}"))
}

fn horizon_days(text: &str) -> Option<i64> {
    let horizons = [
        ("this week", 7),
        ("next week", 14),
        ("this month", 31),
        ("next month", 31),
        ("this quarter", 92),
        ("next quarter", 92),
    ];
    horizons.iter().find(|(name, _)| super::words::says(text, name)).map(|(_, days)| *days)
}

/// A declared path with a target date of which some parts have an estimate and some have none.
fn half_estimated(reading: &Reading<'_>) -> Vec<Finding> {
    let target = reading
        .statements
        .iter()
        .find(|statement| matches!(statement.meaning, Meaning::Date { role: DateRole::Target, .. }));
    let Some(target) = target else { return Vec::new() };
    let mut findings = Vec::new();
    for statement in reading.statements {
        let Meaning::Dependency { relation: Relation::Chain, on } = &statement.meaning else { continue };
        let estimate = |name: &String| {
            let words = Words::topic(name);
            reading.items().find(|item| {
                item.line != statement.line
                    && estimated(reading, item)
                    && words.within(&Words::topic(item.text))
                    && !item.is_heading()
            })
        };
        let known: Vec<u32> = on.iter().filter_map(|name| Some(estimate(name)?.line)).collect();
        if known.is_empty() || known.len() == on.len() {
            continue;
        }
        let message = format!(
            "only {} of the {} steps of the critical path have an estimate: the target date cannot be checked",
            known.len(),
            on.len()
        );
        findings.push(Finding::new(Severity::Low, known.into_iter().chain([statement.line, target.line]), message));
    }
    findings
}

/// Whether an item or a line below it estimates how long it takes.
fn estimated(reading: &Reading<'_>, item: &Item<'_>) -> bool {
    let is_risk = item.meanings().any(|meaning| matches!(meaning, Meaning::Risk { .. }))
        || item.section().iter().any(|heading| says_any(heading, &["risk", "risks"]));
    !is_risk && (only_span(item).is_some() || reading.children(item.id).any(|child| only_span(child).is_some()))
}
