//! L07: parts that do not add up to the stated total: shares of what remains, durations, costs, estimates in two places.

use super::areas::{self, topic};
use super::reading::{AreaClaim, Item, Reading, plus, shown};
use super::roll_up::quoted;
use super::words::{Words, says_any};
use super::{Finding, Severity};
use crate::model::Exact;
use crate::model::statement::{Meaning, PercentRole, Relation, TimeUnit};

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = reading.area_claims().iter().filter_map(|claim| shares(reading, claim)).collect();
    findings.extend(phases_against_tasks(reading));
    findings.extend(estimates_in_two_places(reading));
    findings.extend(costs(reading));
    findings
}

/// The shares of the remaining work of an area: heading, value and line.
pub(super) fn shares_of_remaining(reading: &Reading<'_>, heading: usize) -> Vec<(Exact, u32)> {
    let below = reading.below(heading);
    below.iter().filter_map(|item| Some((item.percent(PercentRole::ShareOfRemaining)?.clone(), item.line))).collect()
}

fn shares(reading: &Reading<'_>, claim: &AreaClaim) -> Option<Finding> {
    let shares = shares_of_remaining(reading, claim.heading);
    let values: Vec<Exact> = shares.iter().map(|(value, _)| value.clone()).collect();
    let sum: Exact = values.iter().cloned().sum();
    let remaining = Exact::whole(100) - claim.value.clone();
    if values.len() < 2 || sum == remaining || sum == Exact::whole(100) {
        return None;
    }
    let area = reading.item(claim.heading)?;
    let message = format!(
        "the parts that remain of {} add up to {}, neither to the {} that remain nor to 100: which part is wrong?",
        quoted(area.text),
        shown(&sum),
        shown(&remaining)
    );
    let lines = shares.iter().map(|(_, line)| *line).chain([claim.line, area.line]);
    Some(Finding::new(Severity::High, lines, message).because(format!(
        "{} = {}; remaining {}",
        plus(&values),
        shown(&sum),
        shown(&remaining)
    )))
}

/// A range of time in one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) least: Exact,
    pub(super) most: Exact,
    pub(super) unit: TimeUnit,
}

impl Span {
    pub(super) fn text(&self) -> String {
        if self.least == self.most {
            format!("{} {}", shown(&self.least), self.unit.word())
        } else {
            format!("{}-{} {}", shown(&self.least), shown(&self.most), self.unit.word())
        }
    }

    pub(super) fn add(spans: &[Span]) -> Option<Span> {
        let unit = spans.first()?.unit;
        let same = spans.iter().all(|span| span.unit == unit);
        same.then(|| Span {
            least: spans.iter().map(|span| span.least.clone()).sum(),
            most: spans.iter().map(|span| span.most.clone()).sum(),
            unit,
        })
    }
}

/// The one time span that an item states; none where it states several.
pub(super) fn only_span(item: &Item<'_>) -> Option<Span> {
    let mut spans = item.meanings().filter_map(|meaning| match meaning {
        Meaning::Duration { least, most, unit } => Some(Span { least: least.clone(), most: most.clone(), unit: *unit }),
        _ => None,
    });
    spans.next().filter(|_| spans.next().is_none())
}

/// The length that a phase states: in its heading, or in a line directly below that is no task.
pub(super) fn stated_span(reading: &Reading<'_>, phase: &Item<'_>) -> Option<(Span, u32)> {
    let own = only_span(phase).map(|span| (span, phase.line));
    own.or_else(|| {
        let lines = reading.children(phase.id).filter(|item| !item.is_heading() && !item.is_task() && !item.is_box());
        let mut stated = lines.filter_map(|item| Some((only_span(item)?, item.line)));
        stated.next().filter(|_| stated.next().is_none())
    })
}

/// Whether a part of the document says that work goes on side by side.
fn says_parallel(reading: &Reading<'_>, items: &[&Item<'_>], phase: &Item<'_>) -> bool {
    let is_parallel = |item: &Item<'_>| {
        item.meanings().any(|meaning| matches!(meaning, Meaning::Dependency { relation: Relation::Parallel, .. }))
            || says_any(
                item.text,
                &["parallel", "concurrently", "overlapping", "gleichzeitig", "simultáneamente", "simultanément"],
            )
    };
    is_parallel(phase) || items.iter().any(|item| is_parallel(item)) || reading.children(phase.id).any(is_parallel)
}

fn phases_against_tasks(reading: &Reading<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for phase in areas::phases(reading) {
        let tasks = areas::tasks(reading, phase.item);
        let outer: Vec<&&Item<'_>> =
            tasks.iter().filter(|task| !reading.above(task.id).iter().any(|above| above.is_task())).collect();
        let spans: Vec<(Span, u32)> = outer.iter().filter_map(|task| Some((only_span(task)?, task.line))).collect();
        let Some((stated, line)) = stated_span(reading, phase.item) else { continue };
        let parts: Vec<Span> = spans.iter().map(|(span, _)| span.clone()).collect();
        let Some(sum) = Span::add(&parts).filter(|sum| parts.len() >= 2 && sum.unit == stated.unit) else { continue };
        let too_short = sum.most > stated.most || sum.least > stated.least;
        if !too_short || says_parallel(reading, &tasks, phase.item) {
            continue;
        }
        let message = format!(
            "{} is stated to take {}, its items add up to {}: is some of it done in parallel?",
            quoted(phase.item.text),
            stated.text(),
            sum.text()
        );
        let arithmetic = format!(
            "{} = {}; stated {}",
            parts.iter().map(Span::text).collect::<Vec<_>>().join(" + "),
            sum.text(),
            stated.text()
        );
        findings.push(
            Finding::new(Severity::Medium, spans.iter().map(|(_, line)| *line).chain([line]), message)
                .because(arithmetic),
        );
    }
    findings
}

/// An estimate in a table against the tasks of the same name in the phases.
fn estimates_in_two_places(reading: &Reading<'_>) -> Vec<Finding> {
    let phases = areas::phases(reading);
    let tasks: Vec<&Item<'_>> = phases.iter().flat_map(|phase| areas::tasks(reading, phase.item)).collect();
    let mut findings = Vec::new();
    for row in reading.items().filter(|item| item.meanings().any(|meaning| matches!(meaning, Meaning::TableRow { .. })))
    {
        let (Some(span), words) = (only_span(row), topic(row)) else { continue };
        let named: Vec<(Span, u32)> = tasks
            .iter()
            .filter(|task| names_same(&words, task))
            .filter_map(|task| Some((only_span(task)?, task.line)))
            .collect();
        let parts: Vec<Span> = named.iter().map(|(span, _)| span.clone()).collect();
        let Some(sum) = Span::add(&parts).filter(|sum| sum.unit == span.unit && *sum != span) else { continue };
        let message = format!(
            "{} is estimated at {} here and at {} in the phases: which holds?",
            quoted(row.subject()),
            span.text(),
            sum.text()
        );
        let arithmetic = format!(
            "{} = {}; here {}",
            parts.iter().map(Span::text).collect::<Vec<_>>().join(" + "),
            sum.text(),
            span.text()
        );
        findings.push(
            Finding::new(Severity::Low, named.iter().map(|(_, line)| *line).chain([row.line]), message)
                .because(arithmetic),
        );
    }
    findings
}

fn names_same(words: &Words, task: &Item<'_>) -> bool {
    let own = topic(task);
    own.within(words) || (words.len() >= 2 && words.within(&own))
}

/// Costs of a list against the total that follows.
fn costs(reading: &Reading<'_>) -> Vec<Finding> {
    const TOTAL: &[&str] = &[
        "total",
        "sum",
        "gesamt",
        "summe",
        "totale",
        "totaal",
        "razem",
        "итого",
        "всего",
        "toplam",
        "总计",
        "合計",
        "합계",
    ];
    let mut findings = Vec::new();
    let cost = |item: &Item<'_>| {
        item.meanings().find_map(|meaning| match meaning {
            Meaning::Cost { least, most, currency, per } => {
                Some((least.clone(), most.clone(), currency.clone(), per.clone()))
            }
            _ => None,
        })
    };
    let all: Vec<(&Item<'_>, _)> = reading.items().filter_map(|item| Some((item, cost(item)?))).collect();
    for (total, (least, most, currency, per)) in all.iter().filter(|(item, _)| says_any(item.text, TOTAL)) {
        let same = |(item, (_, _, other, other_per)): &&(&Item<'_>, (Exact, Exact, String, Option<String>))| {
            !says_any(item.text, TOTAL) && other == currency && other_per == per && item.section() == total.section()
        };
        let parts: Vec<_> = all.iter().filter(same).collect();
        let [low, high] = [0, 1].map(|end| {
            parts.iter().map(|(_, cost)| if end == 0 { cost.0.clone() } else { cost.1.clone() }).sum::<Exact>()
        });
        if parts.len() < 2 || (low == *least && high == *most) {
            continue;
        }
        let message = format!(
            "the costs add up to {currency}{}-{}, the total says {currency}{}-{}: which is missing?",
            shown(&low),
            shown(&high),
            shown(least),
            shown(most)
        );
        let lows: Vec<Exact> = parts.iter().map(|(_, cost)| cost.0.clone()).collect();
        let highs: Vec<Exact> = parts.iter().map(|(_, cost)| cost.1.clone()).collect();
        let arithmetic = format!("{} = {}; {} = {}", plus(&lows), shown(&low), plus(&highs), shown(&high));
        findings.push(
            Finding::new(Severity::High, parts.iter().map(|(item, _)| item.line).chain([total.line]), message)
                .because(arithmetic),
        );
    }
    findings
}
