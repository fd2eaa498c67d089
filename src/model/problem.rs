//! What is wrong with something the user wrote, where, and what to do about it.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Place;

/// How much a problem weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Worth knowing; the run goes on.
    Warning,
    /// The question was wrong; nothing runs.
    Error,
}

/// One line of source text with the marked part, so that a reader sees the place without opening the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Snippet {
    /// The source line without its line break.
    pub line: String,
    /// How many characters are marked, from the place's column.
    pub length: usize,
}

/// A second place that explains the first ("first defined here").
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// The line there.
    pub snippet: Option<Snippet>,
    /// What it shows.
    pub label: String,
}

/// One thing that is wrong. Texts are lower case, without a full stop, user text in backticks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where; `None` only for what has no file, such as a command line argument.
    pub place: Option<Place>,
    /// The source line there.
    pub snippet: Option<Snippet>,
    /// Error or warning.
    pub level: Level,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Other places that matter.
    pub related: Vec<Related>,
}

impl Problem {
    /// An error without a place.
    pub fn new(message: impl Into<String>) -> Problem {
        Problem {
            place: None,
            snippet: None,
            level: Level::Error,
            message: message.into(),
            help: None,
            related: Vec::new(),
        }
    }

    /// An error at a place.
    pub fn at(place: Place, message: impl Into<String>) -> Problem {
        Problem { place: Some(place), ..Problem::new(message) }
    }

    /// The same with the advice that belongs to it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }

    /// The same as a warning.
    #[must_use]
    pub fn warning(mut self) -> Problem {
        self.level = Level::Warning;
        self
    }
}

/// All problems found so far; collected, never thrown, so that a person sees every one at once.
#[derive(Clone, Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// None yet.
    pub fn new() -> Problems {
        Problems::default()
    }

    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Adds all of another list.
    pub fn extend(&mut self, other: Problems) {
        self.0.extend(other.0);
    }

    /// Those that are not at one of these places.
    #[must_use]
    pub fn elsewhere(mut self, places: &BTreeSet<Place>) -> Problems {
        self.0.retain(|problem| problem.place.as_ref().is_none_or(|place| !places.contains(place)));
        self
    }

    /// Whether any is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|problem| problem.level == Level::Error)
    }

    /// Whether there is none at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// In order of place, each once.
    pub fn sorted(mut self) -> Vec<Problem> {
        self.0.sort();
        self.0.dedup();
        self.0
    }

    /// In the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

/// The candidate that the mistyped word most likely meant, for *did you mean*.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let furthest = |candidate: &str| 1.max(word.len().max(candidate.len()) / 3);
    candidates
        .into_iter()
        // No edit makes up for more than one letter, so that text of any length costs nothing.
        .filter(|candidate| word.chars().count().abs_diff(candidate.chars().count()) <= furthest(candidate))
        .map(|candidate| (strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= furthest(candidate))
        .min()
        .map(|(_, candidate)| candidate)
}
