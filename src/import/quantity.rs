//! Numbers of things: `259,767 migrated records`, `31 failing tests`, `5-person team`. What is a percentage, threshold, time,
//! money, score or date is none.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::number::{NUMBER, exact};
use super::read::{Found, subject_before};
use crate::model::statement::{Comparison, Meaning};

static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    let text = format!(
        r"(?:^|[\s(\[])(?P<n>{NUMBER})(?P<k>[kKM]\b)?(?P<plus>\+)?[\s-](?P<words>(?:[\p{{L}}/-]+\s){{0,3}}?(?P<noun>[\p{{L}}-]{{3,}}))"
    );
    Regex::new(&text).expect("the pattern is fixed")
});

/// Nouns that are counted without an `s` at their end.
const NOUNS: &[&str] = &["person", "people", "developer", "engineer", "tests", "users"];

/// Words that end in `s` and are no plurals.
const NO_PLURALS: &[&str] = &[
    "is",
    "was",
    "has",
    "this",
    "across",
    "process",
    "success",
    "access",
    "status",
    "less",
    "business",
    "times",
    "always",
    "plus",
    "progress",
    "https",
    "weeks",
    "days",
    "months",
    "hours",
    "minutes",
    "years",
    "seconds",
    "vs",
    "person-weeks",
    "person-days",
];

/// Every number of things; `taken` are the places that say something else.
pub(super) fn quantities(text: &str, taken: &[Range<usize>]) -> Vec<Found> {
    let each = COUNTED.captures_iter(text).filter_map(|captures| {
        let number = captures.name("n")?;
        let noun = plural_in(&text[captures.name("words")?.start()..])?;
        let at = number.start()..captures.get(0)?.end();
        let is_taken = taken.iter().any(|other| other.start < number.end() && number.start() < other.end);
        let value = exact(number.as_str(), captures.name("k").map(|k| k.as_str()))?;
        let at_least = captures.name("plus").is_some();
        let subject = subject_before(text, number.start());
        let of_plan = is_name(&text[..number.start()]);
        (!is_taken && !of_plan && !value.is_zero()).then_some(Found {
            meaning: Meaning::Quantity { value, unit: noun, at_least },
            at,
            subject,
        })
    });
    each.collect()
}

/// `350+ tests` is a bound that is also a number of things; among criteria only `all 4 roles` is.
pub(super) fn counts_too(meaning: &Meaning, criteria: bool) -> bool {
    match meaning {
        Meaning::Threshold(threshold) => !criteria || threshold.comparison == Comparison::Equal,
        _ => false,
    }
}

/// What is there now, before an arrow to a bound: `9.7 req/sec → 50+ req/sec`.
pub(super) fn before_bounds(text: &str, found: &[Found]) -> Vec<Found> {
    static PRESENT: LazyLock<Regex> = LazyLock::new(|| {
        let text = format!(r"(?P<n>{NUMBER})\s?[^→\d%％]{{0,14}}?\s?(?:→|->|➜)\s?$");
        Regex::new(&text).expect("the pattern is fixed")
    });
    let each = found.iter().filter_map(|bound| {
        let Meaning::Threshold(threshold) = &bound.meaning else { return None };
        let number = PRESENT.captures(text.get(..bound.at.start)?)?.name("n")?;
        let value = exact(number.as_str(), None).filter(|_| threshold.unit != "%")?;
        let meaning = Meaning::Quantity { value, unit: threshold.unit.clone(), at_least: false };
        let at = number.start()..text[..bound.at.start].trim_end_matches(['→', '➜', '>', '-', ' ']).len();
        Some(Found { meaning, at, subject: bound.subject.clone() })
    });
    each.collect()
}

/// `Phase 6 features`, `Week 1 focus`: the number belongs to the word before it.
pub(super) fn is_name(before: &str) -> bool {
    let word = before.split_whitespace().next_back().unwrap_or("").trim_matches(|c: char| !c.is_alphanumeric());
    let numbered = [
        "phase", "week", "day", "month", "sprint", "priority", "tier", "task", "gate", "step", "level", "version", "q",
        "weeks", "days",
    ];
    numbered.contains(&word.to_lowercase().as_str())
}

/// The first plural among the next four words.
fn plural_in(rest: &str) -> Option<String> {
    let clause = rest.split(['.', ',', ';', '(', ')', ':']).next().unwrap_or("");
    let words = clause
        .split_whitespace()
        .take_while(|word| !word.contains("person-"))
        .take(4)
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase());
    let is_plural = |word: &String| {
        let english = word.len() > 3 && word.ends_with('s') && !word.ends_with("ss");
        (english || NOUNS.contains(&word.as_str())) && !NO_PLURALS.contains(&word.as_str())
    };
    words.into_iter().find(is_plural)
}
