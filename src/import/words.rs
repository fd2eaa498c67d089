//! The words that documents use, in the languages that were seen: `words.txt` is the data, this reads it. What a word
//! means in a sentence is left to the recognisers.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::mark::without_signs;
use crate::model::statement::State;

/// What a column or key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// How far a thing is.
    State,
    /// How important it is, or how severe.
    Priority,
    /// Who is responsible.
    Owner,
    /// What must come first.
    Dependency,
    /// The part of the system it belongs to.
    Area,
    /// How a metric is now.
    Present,
    /// How a metric is, where another column tells how it must be.
    Value,
}

static LISTS: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| lists(include_str!("words.txt")));

/// `[name]` opens a list; words stand between commas, after an optional language code and colon.
fn lists(text: &'static str) -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut lists: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut name = "";
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        if let Some(opened) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name = opened;
            continue;
        }
        let words = line.split_once(": ").filter(|(language, _)| language.len() == 2).map_or(line, |(_, words)| words);
        lists.entry(name).or_default().extend(words.split(',').map(str::trim).filter(|word| !word.is_empty()));
    }
    lists
}

/// The words of a list.
pub(super) fn list(name: &str) -> Vec<&'static str> {
    LISTS.get(name).cloned().unwrap_or_default()
}

/// All phrases that state a state.
pub(super) fn states() -> impl Iterator<Item = (&'static str, State)> {
    let states = [State::Done, State::Partial, State::Missing, State::NotApplicable];
    states.into_iter().flat_map(|state| list(state.word()).into_iter().map(move |phrase| (phrase, state)))
}

/// Whether a heading of a column or a key before a colon names what it holds.
pub(super) fn names(column: Column, name: &str) -> bool {
    let list = match column {
        Column::State => "state column",
        Column::Priority => "priority column",
        Column::Owner => "owner column",
        Column::Dependency => "dependency column",
        Column::Area => "area column",
        Column::Present => "present column",
        Column::Value => "value column",
    };
    let name = without_signs(name).to_lowercase();
    LISTS
        .get(list)
        .is_some_and(|words| words.contains(&name.as_str()) || words.contains(&name.trim_end_matches('?').trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_that_is_asked_for_has_words() {
        let months = (1..=12).map(|month| format!("month {month}"));
        let others = [
            "done",
            "partial",
            "missing",
            "n/a",
            "state column",
            "priority column",
            "priority critical",
            "priority low",
            "dependency column",
            "present column",
            "value column",
            "area column",
            "order",
            "answer",
            "team",
            "metric",
            "success",
            "aim",
        ];
        for name in months.chain(others.map(str::to_owned)) {
            assert!(!list(&name).is_empty(), "{name}");
        }
    }

    #[test]
    fn no_name_is_of_two_months() {
        let mut seen = BTreeMap::new();
        for month in 1..=12 {
            for name in list(&format!("month {month}")) {
                assert_eq!(*seen.entry(name).or_insert(month), month, "{name}");
            }
        }
    }

    #[test]
    fn no_phrase_says_two_states() {
        let mut seen = BTreeMap::new();
        for (phrase, state) in states() {
            assert_eq!(*seen.entry(phrase).or_insert(state), state, "{phrase}");
            assert_eq!(phrase, phrase.to_lowercase(), "phrases are lower case");
        }
    }
}
