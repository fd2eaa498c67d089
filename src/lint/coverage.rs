//! L05: numbered areas that a table or the phases leave out, and success metrics that no gate asks for.

use super::areas;
use super::reading::{Item, Reading};
use super::words::{Words, says_any};
use super::{Finding, Severity};
use crate::model::statement::Meaning;

/// A list covers the areas when it names at least this many of ten.
const COVERS_OF_TEN: usize = 7;
/// A list is one of the areas when at least this many of its ten entries name one.
const ABOUT_AREAS_OF_TEN: usize = 6;
const FEWEST_AREAS: usize = 4;

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    let areas = numbered_areas(reading);
    let mut findings = Vec::new();
    if areas.len() >= FEWEST_AREAS {
        findings.extend(tables(reading, &areas));
        findings.extend(in_phases(reading, &areas));
    }
    findings.extend(metrics_without_gate(reading));
    findings
}

/// An area with a number of its own in its heading.
pub(super) struct Area<'a, 'b> {
    pub(super) item: &'b Item<'a>,
    pub(super) words: Words,
}

/// Headings `1. …`, `2. …`: one run of numbers through the document.
pub(super) fn numbered_areas<'a, 'b>(reading: &'b Reading<'a>) -> Vec<Area<'a, 'b>> {
    let mut found: Vec<Area<'a, 'b>> = Vec::new();
    for item in reading.headings() {
        let Some((number, name)) = item.text.split_once(['.', ')']) else { continue };
        if number.trim().parse() == Ok(found.len() + 1)
            && found.last().is_none_or(|last| last.item.depth() == item.depth())
        {
            let name = name.split(['→', '(']).next().unwrap_or(name);
            found.push(Area { item, words: Words::topic(name) });
        }
    }
    found
}

fn tables(reading: &Reading<'_>, areas: &[Area<'_, '_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen: Vec<Option<usize>> = Vec::new();
    for row in reading.items().filter(|item| item.meanings().any(|meaning| matches!(meaning, Meaning::TableRow { .. })))
    {
        if seen.contains(&row.parent) {
            continue;
        }
        seen.push(row.parent);
        let rows = reading.table_of(row);
        let names: Vec<Words> = rows.iter().map(|row| Words::topic(row.subject())).collect();
        let lines = rows.first().into_iter().chain(rows.last()).map(|row| row.line).collect();
        findings.extend(missing(areas, &names, lines, "the table"));
    }
    findings
}

fn in_phases(reading: &Reading<'_>, areas: &[Area<'_, '_>]) -> Option<Finding> {
    let phases = areas::phases(reading);
    let tasks: Vec<&Item<'_>> = phases
        .iter()
        .filter(|phase| phase.span.is_some())
        .flat_map(|phase| areas::tasks(reading, phase.item))
        .collect();
    let names: Vec<Words> = tasks.iter().map(|task| Words::topic(task.subject())).collect();
    missing(areas, &names, tasks.iter().map(|task| task.line).collect(), "the phases")
}

/// The areas that a list of names leaves out, where it names most of them.
fn missing(areas: &[Area<'_, '_>], names: &[Words], lines: Vec<u32>, list: &str) -> Option<Finding> {
    let named = |area: &&Area<'_, '_>| names.iter().any(|name| alike(&area.words, name));
    let (covered, left): (Vec<_>, Vec<_>) = areas.iter().partition(named);
    let about = names.iter().filter(|name| areas.iter().any(|area| alike(&area.words, name))).count();
    let of_areas = about * 10 >= names.len() * ABOUT_AREAS_OF_TEN;
    if left.is_empty() || !of_areas || covered.len() * 10 < areas.len() * COVERS_OF_TEN {
        return None;
    }
    let titles: Vec<String> = left.iter().map(|area| format!("`{}`", area.item.text)).collect();
    let message = format!(
        "{list} covers {} of {} areas and leaves out {}: on purpose?",
        covered.len(),
        areas.len(),
        titles.join(", ")
    );
    let lines = left.iter().map(|area| area.item.line).chain(lines);
    Some(Finding::new(Severity::Medium, lines, message).because(format!(
        "{} - {} = {}",
        areas.len(),
        covered.len(),
        left.len()
    )))
}

/// Whether two names of areas mean the same: one is within the other, or they share all but one word.
pub(super) fn alike(area: &Words, name: &Words) -> bool {
    name.within(area)
        || area.within(name)
        || (area.shared(name) >= 1 && area.shared(name) + 1 >= area.len().max(name.len()))
}

/// Success metrics that no gate names.
fn metrics_without_gate(reading: &Reading<'_>) -> Option<Finding> {
    let is_gate = |text: &str| says_any(text, &["gate", "gates"]);
    let is_metrics =
        |text: &str| says_any(text, &["success metrics", "success criteria", "technical metrics", "business metrics"]);
    let below = |named: &dyn Fn(&str) -> bool| -> Vec<&Item<'_>> {
        let inside = |item: &&Item<'_>| {
            !item.is_heading()
                && item.section().iter().any(|heading| named(heading))
                && reading.children(item.id).next().is_none()
        };
        reading.items().filter(inside).collect()
    };
    let (gates, metrics) = (below(&is_gate), below(&is_metrics));
    if gates.len() < FEWEST_AREAS || metrics.len() < FEWEST_AREAS {
        return None;
    }
    let asked: Vec<Words> = gates.iter().map(|gate| Words::of(gate.text)).collect();
    let is_asked = |metric: &&&Item<'_>| {
        let words = Words::topic(metric.subject().split([':', '：']).next().unwrap_or_default());
        asked.iter().any(|gate| words.shared(gate) > 0)
    };
    let left: Vec<&&Item<'_>> = metrics.iter().filter(|metric| !is_asked(metric)).collect();
    if left.is_empty() || left.len() == metrics.len() {
        return None;
    }
    let names: Vec<String> = left.iter().map(|metric| format!("`{}`", metric.subject())).collect();
    let message = format!(
        "no gate asks for {} of the {} success metrics: {}. Who checks them?",
        left.len(),
        metrics.len(),
        names.join(", ")
    );
    Some(Finding::new(Severity::Low, left.iter().map(|metric| metric.line), message))
}
