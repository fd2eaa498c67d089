//! L06: one subject listed twice, so that one failure counts twice.
//!
//! Parts that repeat a template (`Unit tests`, `Docs` under every service) and parts that are there to repeat (next
//! steps, gates, criteria) are no duplicates, and what is told as done in two lists is counted by nobody: a subject is
//! counted twice where it is work in both places, as a box, a task or something open.

use std::collections::BTreeMap;

use super::areas::{repeats_others, topic};
use super::fields::{Fields, is_of_code};
use super::reading::{Item, Reading};
use super::roll_up::quoted;
use super::words::{Words, is_ongoing, lower_words};
use super::{Finding, Severity};
use crate::model::statement::{Meaning, PercentRole, State};

/// More places than this are a template.
const MOST_PLACES: usize = 2;

struct Entry<'a, 'b> {
    item: &'b Item<'a>,
    words: Words,
    heading: Option<usize>,
}

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    let entries = entries(reading);
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    for (index, one) in entries.iter().enumerate() {
        for (other_index, other) in entries.iter().enumerate().skip(index + 1) {
            if one.heading != other.heading && same(reading, one, other) {
                pairs.push((index, other_index));
                *places.entry(index).or_default() += 1;
                *places.entry(other_index).or_default() += 1;
            }
        }
    }
    pairs.retain(|(one, other)| {
        [one, other].iter().all(|index| places.get(index).is_some_and(|count| *count < MOST_PLACES))
    });
    let templates: Vec<(Option<usize>, Option<usize>)> = repeated_parts(&entries, &pairs);
    let kept = pairs.iter().filter_map(|(one, other)| Some((entries.get(*one)?, entries.get(*other)?)));
    kept.filter(|(one, other)| !templates.contains(&(one.heading, other.heading)))
        .map(|(one, other)| finding(one, other))
        .collect()
}

fn entries<'a, 'b>(reading: &'b Reading<'a>) -> Vec<Entry<'a, 'b>> {
    let fields = Fields::of(reading);
    let ways: Vec<usize> = super::areas::alternatives(reading).iter().map(|way| way.id).collect();
    let counted = |item: &&'b Item<'a>| {
        let step = item.parent.and_then(|parent| reading.item(parent)).is_some_and(Item::is_task)
            && !item.text.to_lowercase().starts_with("deliverable");
        let carries = item.is_box()
            || item.is_task()
            || step
            || item.meanings().any(|meaning| matches!(meaning, Meaning::Status(_)));
        let breakdown = item.percent(PercentRole::Complete).is_some();
        let dropped = reading.state(item) == Some(State::NotApplicable);
        let alternative = reading.above(item.id).iter().any(|above| ways.contains(&above.id));
        let comparable =
            !fields.holds(item) && !fields.is_template(item) && !is_of_code(item.text) && !introduces(item.text);
        let comparable = comparable && (item.is_box() || item.below.is_empty());
        carries
            && comparable
            && !breakdown
            && !item.is_heading()
            && !dropped
            && !alternative
            && !repeats_others(reading, item)
    };
    let entry = |item: &'b Item<'a>| Entry {
        item,
        words: topic(item),
        heading: reading.heading_of(item.id).map(|heading| heading.id),
    };
    reading.items().filter(counted).map(entry).filter(|entry| entry.words.len() >= 2).collect()
}

/// Equal topics. A task of the plan is no double of the gap that it closes, and within one part of the document a box may
/// repeat what the state of things says.
fn same(reading: &Reading<'_>, one: &Entry<'_, '_>, other: &Entry<'_, '_>) -> bool {
    let part = |entry: &Entry<'_, '_>| entry.heading.and_then(|heading| reading.item(heading)?.parent);
    let planned = |entry: &Entry<'_, '_>| entry.item.says.iter().any(|statement| statement.phase.is_some());
    let stages = begins(one.item.text) != begins(other.item.text);
    one.words == other.words
        && planned(one) == planned(other)
        && !stages
        && is_ongoing(one.item.text) == is_ongoing(other.item.text)
        && !differ_in_value(one.item, other.item)
        && !(shows_the_way(one.item) || shows_the_way(other.item))
        && !Words::numbered_apart(one.item.subject(), other.item.subject())
        && !same_step(reading, one, other)
        && (one.item.is_box() == other.item.is_box() || part(one) != part(other))
        && !is_routine(one.item.text)
        && both_count(reading, one.item, other.item)
        && !parts_of_one_name(reading, one, other)
}

/// Whether both are counted as work; what is only told as done is none, and what is done here and open there is no double
/// count but a contradiction.
fn both_count(reading: &Reading<'_>, one: &Item<'_>, other: &Item<'_>) -> bool {
    let done = |item: &Item<'_>| reading.state(item) == Some(State::Done);
    let work = |item: &Item<'_>| item.is_box() || !done(item);
    let marked = |item: &Item<'_>| reading.state(item).is_some();
    work(one) && work(other) && (!marked(one) || !marked(other) || done(one) == done(other))
}

/// `make build passes`, `0 lint errors`: what every step of a plan ends with; `Build the importer` is work.
fn is_routine(text: &str) -> bool {
    let words: Vec<String> = lower_words(text).take(3).collect();
    words.iter().skip(1).any(|word| ["build", "lint", "typecheck"].contains(&word.as_str()))
}

/// `Test` of the server and `Test` of the app: parts of one name hold the same steps for two things.
fn parts_of_one_name(reading: &Reading<'_>, one: &Entry<'_, '_>, other: &Entry<'_, '_>) -> bool {
    let name = |entry: &Entry<'_, '_>| Some(reading.item(entry.heading?)?.text.to_lowercase());
    name(one).is_some() && name(one) == name(other)
}

/// One key with two values of one word: `Path: api/Dockerfile` and `Path: web/Dockerfile`.
fn differ_in_value(one: &Item<'_>, other: &Item<'_>) -> bool {
    let value = |item: &Item<'_>| item.text.split_once([':', '：']).map(|(_, value)| value.trim().to_lowercase());
    match (one.key(), other.key()) {
        (Some(key), Some(same)) => {
            let (value, other) = (value(one), value(other));
            let word =
                |value: &Option<String>| value.as_ref().is_some_and(|value| !value.contains(char::is_whitespace));
            Words::of(key) == Words::of(same) && word(&value) && word(&other) && value != other
        }
        _ => false,
    }
}

/// A step through somebody's pages (`Click "Save"`, `Settings → Tokens`) that has no mark of its own.
fn shows_the_way(item: &Item<'_>) -> bool {
    let marked = item.meanings().any(|meaning| meaning.mark().is_some());
    !marked && (item.text.contains('→') || item.text.matches(['"', '“', '„', '«']).count() > 0)
}

/// One wording in two lists of one part: a step that both procedures have.
fn same_step(reading: &Reading<'_>, one: &Entry<'_, '_>, other: &Entry<'_, '_>) -> bool {
    let part = |entry: &Entry<'_, '_>| entry.heading.and_then(|heading| reading.item(heading)?.parent);
    part(one).is_some() && part(one) == part(other) && one.item.text.eq_ignore_ascii_case(other.item.text)
}

/// Pairs of parts with two and more subjects in common: a template, not a duplicate.
fn repeated_parts(entries: &[Entry<'_, '_>], pairs: &[(usize, usize)]) -> Vec<(Option<usize>, Option<usize>)> {
    let headings: Vec<(Option<usize>, Option<usize>)> = pairs
        .iter()
        .filter_map(|(one, other)| Some((entries.get(*one)?.heading, entries.get(*other)?.heading)))
        .collect();
    headings.iter().filter(|pair| headings.iter().filter(|other| other == pair).count() > 1).copied().collect()
}

fn finding(one: &Entry<'_, '_>, other: &Entry<'_, '_>) -> Finding {
    let message = format!(
        "{} and {} are the same subject: count it once, and refer to it from the other place",
        quoted(one.item.text),
        quoted(other.item.text)
    );
    Finding::new(Severity::Low, [one.item.line, other.item.line], message)
}

/// A label over what follows, a question, or a phrase that ends a list (`And more…`): about no subject of its own.
pub(super) fn introduces(text: &str) -> bool {
    text.trim_end().ends_with([':', '：', '?', '？', '؟', '…']) || text.trim_end().ends_with("...")
}

/// `Start the API` and `Complete the API` are two stages of one thing.
fn begins(text: &str) -> bool {
    lower_words(text).next().is_some_and(|word| ["start", "begin", "prepare", "plan", "draft"].contains(&word.as_str()))
}
