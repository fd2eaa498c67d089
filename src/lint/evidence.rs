//! L23 and L25: resolutions whose evidence proves something else, and done claims whose tests are still to be written.

use super::areas::topic;
use super::reading::{Item, Reading};
use super::roll_up::quoted;
use super::words::{Words, lower_words, says_any};
use super::{Finding, Severity};
use crate::model::statement::State;

/// What a system is made to do; tests alone do not do it.
const DEEDS: &[&str] =
    &["move", "deploy", "connect", "set up", "migrate", "provision", "install", "enable", "rotate", "configure"];
const ONLY_TESTS: &[&str] = &[
    "in tests",
    "in security tests",
    "in system tests",
    "in unit tests",
    "in integration tests",
    "in the tests",
    "in performance tests",
];

/// L23.
pub(super) fn mismatch(reading: &Reading<'_>) -> Vec<Finding> {
    let by_tests = |item: &&Item<'_>| {
        let parts = cut(item.text);
        parts.is_some_and(|(deed, evidence)| says_any(deed, DEEDS) && says_any(evidence, ONLY_TESTS))
    };
    let found: Vec<&Item<'_>> = reading.items().filter(by_tests).collect();
    let Some(first) = found.first() else { return Vec::new() };
    let message =
        format!("{} is resolved by tests, not by the thing itself: was it done in production?", quoted(first.text));
    vec![
        Finding::new(Severity::Medium, found.iter().map(|item| item.line), message)
            .because(format!("{} resolutions name only tests", found.len())),
    ]
}

/// What was to be done, and what is given as evidence after the mark of the resolution: `[RESOLVED: 2025-11-24] - …`.
fn cut(text: &str) -> Option<(&str, &str)> {
    let (deed, rest) = text.split_once('[')?;
    let (mark, evidence) = rest.split_once(']')?;
    says_any(mark, &["resolved", "fixed", "done", "closed"]).then_some((deed, evidence))
}

/// L25.
pub(super) fn unproven(reading: &Reading<'_>) -> Vec<Finding> {
    let done: Vec<(&Item<'_>, Words)> = reading
        .items()
        .filter(|item| !item.is_heading() && reading.state(item) == Some(State::Done))
        .map(|item| (item, topic(item)))
        .filter(|(_, words)| words.len() >= 2)
        .collect();
    let mut findings = Vec::new();
    for item in reading
        .items()
        .filter(|item| matches!(reading.state(item), Some(State::Missing | State::Partial)) && !item.is_heading())
    {
        let words = Words::topic(item.text);
        let subject = words.without(&["test", "cas"]);
        if !words.has("test") || subject.len() < 2 || subject == words {
            continue;
        }
        let first = |text: &str| lower_words(text).next();
        let proven = done.iter().find(|(claim, words)| {
            subject.within(words) && !Words::of(claim.text).has("test") && first(claim.text) != first(item.text)
        });
        if let Some((claim, _)) = proven {
            let message = format!(
                "{} is done, its tests are still to be written ({}): what proves it?",
                quoted(claim.text),
                quoted(item.text)
            );
            findings.push(Finding::new(Severity::Low, [claim.line, item.line], message));
        }
    }
    findings
}
