//! States and shares, and the marks that say them.

/// A state and the sign or word that says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What it says.
    pub state: State,
    /// As written: `[x]`, `⚠️`, `Done`.
    pub sign: String,
    /// What the mark is there for.
    pub role: MarkRole,
}

/// How far a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// There and working.
    Done,
    /// Begun, limited, in progress.
    Partial,
    /// Not there, to do, failed.
    Missing,
    /// Does not apply, or dropped.
    NotApplicable,
}

impl State {
    /// The word that the spec and the inventory use.
    pub fn word(self) -> &'static str {
        match self {
            State::Done => "done",
            State::Partial => "partial",
            State::Missing => "missing",
            State::NotApplicable => "n/a",
        }
    }
}

/// What a mark is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MarkRole {
    /// It says how far the thing is.
    State,
    /// It stands before a criterion or something that is still planned.
    Target,
    /// It stands in a heading and holds for every item below that has no mark of its own.
    Group,
}

impl MarkRole {
    /// The word that the inventory uses.
    pub fn word(self) -> &'static str {
        match self {
            MarkRole::State => "state",
            MarkRole::Target => "target",
            MarkRole::Group => "group",
        }
    }
}

/// What a percentage is a share of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PercentRole {
    /// How much is done.
    Complete,
    /// How much is left to do.
    Remaining,
    /// Part of the work that is left: `15 % of remaining`.
    ShareOfRemaining,
    /// What is to be reached.
    Target,
    /// What it was or is before the work that leads to a target.
    Baseline,
    /// What was claimed before.
    Previous,
    /// A measured score or rate that is no completion.
    Score,
    /// By how much something is to improve.
    Gain,
    /// How much something counts.
    Weight,
    /// A limit of the system's own behaviour: `30 % position limits`.
    Limit,
    /// Said of something else, or not said.
    Other,
}

impl PercentRole {
    /// The word that the inventory uses.
    pub fn word(self) -> &'static str {
        match self {
            PercentRole::Complete => "complete",
            PercentRole::Remaining => "remaining",
            PercentRole::ShareOfRemaining => "share_of_remaining",
            PercentRole::Target => "target",
            PercentRole::Baseline => "baseline",
            PercentRole::Previous => "previous",
            PercentRole::Score => "score",
            PercentRole::Gain => "gain",
            PercentRole::Weight => "weight",
            PercentRole::Limit => "limit",
            PercentRole::Other => "other",
        }
    }
}
