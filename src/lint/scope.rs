//! L15: a smaller scope that leaves out what production needs.

use super::areas;
use super::coverage::{alike, numbered_areas};
use super::reading::{Item, Reading};
use super::roll_up::quoted;
use super::words::{Words, lower_words, says_any};
use super::{Finding, Severity};
use crate::model::outcome::Priority;
use crate::model::statement::Meaning;

const SMALL: &[&str] = &["mvp", "minimum viable", "minimal viable", "reduced scope", "minimal scope"];
/// Words of phases without which there is no production.
const PRODUCTION: &[&str] =
    &["production readiness", "production-ready", "production ready", "security", "deployment", "go-live"];

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    left_out_phases(reading).into_iter().chain(must_haves_outside(reading)).collect()
}

/// `MVP: phases A and B only`, while phase C is called production readiness.
fn left_out_phases(reading: &Reading<'_>) -> Option<Finding> {
    let phases: Vec<(&Item<'_>, String)> = areas::phases(reading)
        .iter()
        .filter(|phase| phase.item.is_heading() && phase.span.is_some_and(|span| span.unit == "phase"))
        .filter_map(|phase| Some((phase.item, lower_words(phase.item.text).nth(1)?)))
        .collect();
    let small = reading.items().find(|item| {
        says_any(item.text, SMALL) && says_any(item.text, &["only"]) && says_any(item.text, &["phase", "phases"])
    })?;
    let words: Vec<String> = lower_words(small.text).collect();
    let from = words.iter().position(|word| word.starts_with("phase"))?;
    let named = |name: &String| words.iter().skip(from + 1).any(|word| word == name);
    if !phases.iter().any(|(_, name)| named(name)) {
        return None;
    }
    let left: Vec<&(&Item<'_>, String)> =
        phases.iter().filter(|(phase, name)| !named(name) && says_any(phase.text, PRODUCTION)).collect();
    let (first, _) = left.first()?;
    let message = format!("{} leaves out {}: can it go to production without?", quoted(small.text), quoted(first.text));
    let tasks: usize =
        left.iter().map(|(phase, _)| areas::tasks(reading, phase).iter().filter(|task| task.is_task()).count()).sum();
    let lines = left.iter().map(|(phase, _)| phase.line).chain([small.line]);
    Some(Finding::new(Severity::Medium, lines, message).because(format!("{tasks} tasks are left out")))
}

/// A first production phase that leaves out areas of the must-have tier.
fn must_haves_outside(reading: &Reading<'_>) -> Option<Finding> {
    let phases = areas::phases(reading);
    let first =
        phases.iter().find(|phase| says_any(phase.item.text, SMALL) && says_any(phase.item.text, &["production"]))?;
    let tasks: Vec<Words> = areas::tasks(reading, first.item).iter().map(|task| Words::topic(task.subject())).collect();
    let is_must = |item: &Item<'_>| {
        item.meanings()
            .any(|meaning| matches!(meaning, Meaning::Priority { level, .. } if level.priority == Priority::Critical))
            && says_any(item.text, &["must", "required", "critical"])
    };
    let areas = numbered_areas(reading);
    let musts: Vec<_> = areas
        .iter()
        .filter_map(|area| Some((area, reading.above(area.item.id).into_iter().find(|above| is_must(above))?.line)))
        .collect();
    let outside: Vec<_> = musts.iter().filter(|(area, _)| !tasks.iter().any(|task| alike(&area.words, task))).collect();
    if outside.is_empty() || outside.len() == musts.len() {
        return None;
    }
    let titles: Vec<String> = outside.iter().map(|(area, _)| format!("`{}`", area.item.text)).collect();
    let message = format!(
        "{} leaves out must-haves: {}. Can it go to production without?",
        quoted(first.item.text),
        titles.join(", ")
    );
    let lines = outside.iter().flat_map(|(area, tier)| [area.item.line, *tier]).chain([first.item.line]);
    Some(Finding::new(Severity::Medium, lines, message).because(format!(
        "{} of {} must-haves are in it",
        musts.len() - outside.len(),
        musts.len()
    )))
}
