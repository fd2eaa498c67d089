//! What a bot is told: the words that Dependabot's and Renovate's configurations share here.

use crate::model::Suppression;

/// What a configuration says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// What is to be looked after.
    pub(super) watches: Vec<Watch>,
    /// What the bot refuses: line and reason.
    pub(super) broken: Vec<(u32, String)>,
}

/// One instruction to look after something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Watch {
    /// Its line, from 1; 0 for the whole file.
    pub(super) line: u32,
    /// Its name in notes: the bot's word for the ecosystem.
    pub(super) name: String,
    /// Ecosystems, by the names of `present`.
    pub(super) ecosystems: Vec<&'static str>,
    /// Folders or globs of folders; `None` is all of the repository.
    pub(super) folders: Option<Vec<String>>,
    /// Globs of files that are left out.
    pub(super) excluded: Vec<String>,
    /// How long it waits after a version was published.
    pub(super) wait: Wait,
    /// The schedule, where it is rarer than once a month.
    pub(super) slow: Option<String>,
    /// For security alone.
    pub(super) security_only: bool,
    /// What it lets in, where that is not every version of every dependency.
    pub(super) narrowed: Option<&'static str>,
    /// What the entry says to zizmor about its cooldown.
    pub(super) suppression: Option<Suppression>,
}

/// How long a bot waits after a version was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// So many days.
    Days(u64),
    /// A preset that is not here may say it.
    Elsewhere(String),
}

impl Watch {
    /// Whether it waits less than it should.
    pub(super) fn is_hasty(&self) -> bool {
        matches!(self.wait, Wait::Days(days) if days < super::judge::DAYS)
    }
}
