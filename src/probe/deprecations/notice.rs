//! What a lock or a report says of one package: that nobody should take it any longer, and why.

use std::collections::{BTreeMap, BTreeSet};

/// What is said of it, by what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Deprecated, abandoned or unmaintained: nothing will be mended.
    Deprecated,
    /// Taken back by whoever published it.
    Yanked,
    /// Known not to do what it promises.
    Unsound,
}

impl Kind {
    /// The word of an advisory of RustSec; others inform of something else.
    pub(super) fn of_rustsec(word: &str) -> Option<Kind> {
        match word {
            "unmaintained" => Some(Kind::Deprecated),
            "unsound" => Some(Kind::Unsound),
            "yanked" => Some(Kind::Yanked),
            _ => None,
        }
    }
}

/// Where a package stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Position {
    /// Not told.
    Unknown,
    /// What a dependency brings.
    Transitive,
    /// What a manifest here asks for.
    Direct,
}

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notice {
    /// Ecosystem, as probe `manifest` names it.
    pub(super) ecosystem: &'static str,
    pub(super) name: String,
    /// Empty where it is not told.
    pub(super) version: String,
    pub(super) kind: Kind,
    pub(super) position: Position,
    /// Whether it is for development alone.
    pub(super) development: bool,
    /// The word for what it is: `deprecated`, `abandoned`, `unmaintained`.
    pub(super) word: &'static str,
    /// What is said; may be empty.
    pub(super) text: String,
    /// What is to be taken instead, where that is said in a field of its own.
    pub(super) instead: Option<String>,
    /// Line, from 1; 0 for the whole file.
    pub(super) line: u32,
}

impl Notice {
    /// `name@version`.
    pub(super) fn title(&self) -> String {
        if self.version.is_empty() { self.name.clone() } else { format!("{}@{}", self.name, self.version) }
    }
}

/// What one lock tells.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// Ecosystem of the lock.
    pub(super) ecosystem: &'static str,
    /// Why the format does not keep notices; `None` where it does.
    pub(super) silent: Option<&'static str>,
    /// What it says.
    pub(super) notices: Vec<Notice>,
    /// Where packages stand, `name@version`, for notices of reports: position and line.
    pub(super) packages: BTreeMap<String, (Position, u32)>,
    /// Names of what a manifest asks for; of a `composer.json`.
    pub(super) asked: BTreeSet<String>,
}
