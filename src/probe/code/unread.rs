//! What `code` looks for in languages without rules of their own, and files of tests whose tests are not counted.

use super::language::{self, Lang};
use super::rules;
use crate::model::{Fact, Facts};
use crate::probe::finding::Findings;
use crate::probe::foreign::{self, Written};
use crate::world::{Class, Swept};

/// A matter that only those languages have in which it is looked for: Python's pickled models.
const OF_ITS_OWN: &[&str] = &["unsafe_model_loads", "unversioned_models"];
/// What is looked for in comments, in every language whose comments are known.
const IN_COMMENTS: &[&str] = &["unowned_todos"];
/// Endings of tests that are no program of their own language.
const OTHER_TESTS: &[&str] = &["t", "bats", "sh", "ps1", "exp", "robot", "feature", "hurl"];

/// Amounts with what they count.
const AMOUNTS: &[(&str, &str)] = &[
    ("swallowed_error_density", "swallowed_errors"),
    ("deadline_gap_density", "calls_without_deadline"),
    ("deprecated_apis", "deprecated_apis"),
    ("unowned_todo_density", "unowned_todos"),
];

/// That nothing was found, or few, says nothing where much of the source, or of the tests, was not searched for it.
pub(super) fn forget(facts: &mut Facts, findings: &Findings, source: &Written, tests: &Written) {
    let in_source = super::in_source().map(|(name, _)| (*name, source));
    let in_tests = super::TESTED.iter().map(|(name, _)| (*name, tests));
    for (name, written) in in_source.chain(in_tests) {
        if let Some(reason) = reason(written, name).filter(|_| findings.count(name) == 0) {
            facts.set(name, Fact::Unobserved(reason));
        }
    }
    let amounts = AMOUNTS.iter().map(|(amount, of)| (*amount, *of, source));
    for (amount, of, written) in amounts.chain([("skipped_ratio", "skipped_tests", tests)]) {
        if let Some(reason) = reason(written, of) {
            facts.set(amount, Fact::Unobserved(reason));
        }
    }
}

/// Why it is not known that there is none of what a fact counts; `None` where all or nearly all was searched for it.
fn reason(written: &Written, fact: &str) -> Option<String> {
    written.unread(|extension| {
        let lang = language::of_path(&format!("a.{extension}"));
        OF_ITS_OWN.contains(&fact) || lang.is_some_and(|lang| is_looked_for(fact, lang))
    })
}

fn is_looked_for(fact: &str, lang: Lang) -> bool {
    IN_COMMENTS.contains(&fact) || rules::of_language(lang).any(|one| one.rule.fact == fact)
}

/// Why the number of tests is not known: most files of tests are in languages whose tests are not counted.
pub(super) fn uncounted(swept: &Swept, folder: &str, counted: usize) -> Option<String> {
    let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let entries = swept.tree().entries().iter();
    let entries = entries.filter(|entry| entry.class == Class::Test && entry.path.starts_with(&start));
    let is_uncounted = |path: &str| {
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        OTHER_TESTS.contains(&ending) || (language::of_path(path).is_none() && foreign::name_of(path).is_some())
    };
    let uncounted = entries.filter(|entry| is_uncounted(entry.base())).count();
    (uncounted > counted).then(|| format!("{uncounted} files of tests are in languages whose tests are not counted"))
}
