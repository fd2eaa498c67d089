//! Which questions about a file are worth a closer look. Files that the same wants name share one search for the
//! literals of these wants, and of no others.

use std::collections::BTreeMap;

use super::dictionary::Dictionary;
use super::file_bytes::FileBytes;
use super::literal::Literal;
use super::prefilter::Prefilter;
use super::want::{Look, Want};

/// Sets of wants that are kept; most trees have a few dozen.
const MOST: usize = 192;

/// One thread's screens, by the wants that name a file.
pub(super) struct Screens<'a> {
    wants: &'a [Want],
    dictionary: Dictionary<'a>,
    /// By want: what it asks of a file.
    asked: Vec<Option<Asked>>,
    known: Vec<Screen<'a>>,
    /// Which of them a set of wants has.
    places: BTreeMap<Vec<u32>, usize>,
    /// Set and place asked last: files of a folder come one after the other.
    last: (Vec<u32>, usize),
}

/// The questions of a want.
#[derive(Default)]
struct Asked {
    /// Their literals, by number.
    literals: Vec<u32>,
    /// By question: where its literals end.
    ends: Vec<usize>,
}

impl Asked {
    fn questions(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.literals[start..*end])
    }
}

/// The search for one set of wants.
struct Screen<'a> {
    prefilter: Prefilter<'a>,
    /// By want of the set: where its answers start; then where the last ones end.
    first: Vec<usize>,
}

/// What is known of the file at hand.
#[derive(Default)]
pub(super) struct Answers {
    /// By question: whether a closer look is worth it; empty when nobody has looked.
    pub(super) worth: Vec<bool>,
    /// By want of the set: where its answers start; then where the last ones end.
    pub(super) first: Vec<usize>,
}

impl Answers {
    /// Whether all questions of a want, by its number in the set, were answered with yes.
    pub(super) fn all_of(&self, number: usize) -> bool {
        self.worth[self.first[number]..self.first[number + 1]].iter().all(|worth| *worth)
    }
}

impl<'a> Screens<'a> {
    pub(super) fn new(wants: &'a [Want]) -> Screens<'a> {
        let asked = wants.iter().map(|_| None).collect();
        let (dictionary, known, places) = (Dictionary::default(), Vec::new(), BTreeMap::new());
        Screens { wants, dictionary, asked, known, places, last: (Vec::new(), 0) }
    }

    /// Asks all questions of these wants of a file.
    pub(super) fn ask(&mut self, wanted: &[u32], file: &FileBytes<'_>, answers: &mut Answers) {
        if self.known.is_empty() || self.last.0 != wanted {
            self.last = (wanted.to_vec(), self.place(wanted));
        }
        let screen = &mut self.known[self.last.1];
        screen.prefilter.search(file.bytes, file.is_ascii());
        answers.worth.clear();
        answers.worth.extend_from_slice(screen.prefilter.answers());
        answers.first.clear();
        answers.first.extend_from_slice(&screen.first);
    }

    fn place(&mut self, wanted: &[u32]) -> usize {
        if let Some(place) = self.places.get(wanted) {
            return *place;
        }
        if self.known.len() >= MOST {
            self.known.clear();
            self.places.clear();
        }
        let screen = self.make(wanted);
        self.known.push(screen);
        self.places.insert(wanted.to_vec(), self.known.len() - 1);
        self.known.len() - 1
    }

    fn make(&mut self, wanted: &[u32]) -> Screen<'a> {
        for want in wanted {
            self.ask_for(*want as usize);
        }
        let mut questions: Vec<&[u32]> = Vec::new();
        let mut first = Vec::new();
        for want in wanted {
            first.push(questions.len());
            questions.extend(self.asked[*want as usize].iter().flat_map(Asked::questions));
        }
        first.push(questions.len());
        Screen { prefilter: Prefilter::new(&self.dictionary, &questions), first }
    }

    /// Finds out what a want asks of a file, where that is not known yet.
    fn ask_for(&mut self, want: usize) {
        if self.asked[want].is_some() {
            return;
        }
        let questions: &'a [Vec<Literal>] = match &self.wants[want].look {
            Look::Hits { pattern, .. } => pattern.needs(),
            Look::Doc { screen, .. } => screen.list(),
        };
        let mut asked = Asked::default();
        for literals in questions {
            asked.literals.extend(literals.iter().map(|literal| self.dictionary.number(literal)));
            asked.ends.push(asked.literals.len());
        }
        self.asked[want] = Some(asked);
    }
}
