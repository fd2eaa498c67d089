//! Words of plans: priorities, parts, order, dates, time.

use crate::model::outcome::Priority;

/// How important something is, on whichever scale the document uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// On our scale.
    pub priority: Priority,
    /// As written: `P0`, `Must Have`, `HIGH PRIORITY`.
    pub word: String,
}

/// Where a priority stands; two scales in one document may disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrioritySource {
    /// A heading that holds for all below it: `Critical (Must Have)`.
    Tier,
    /// `Priority: HIGH`, `Status: CRITICAL`.
    Line,
    /// A cell of a priority column.
    Cell,
    /// A line that introduces a list: `HIGH PRIORITY TASKS:`.
    Label,
    /// Within a text: `(critical blocker)`, `- HIGH PRIORITY`.
    Inline,
}

impl PrioritySource {
    /// The word that the inventory uses.
    pub fn word(self) -> &'static str {
        match self {
            PrioritySource::Tier => "tier",
            PrioritySource::Line => "line",
            PrioritySource::Cell => "cell",
            PrioritySource::Label => "label",
            PrioritySource::Inline => "inline",
        }
    }
}

/// Part of a plan by number: `Weeks 5-8`, `Phase 2`, `Days 1-3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanSpan {
    /// What is counted: `phase`, `week`, `day`, `month`, `sprint`, …
    pub unit: String,
    /// The first, from 1.
    pub first: u32,
    /// The last.
    pub last: u32,
}

/// What must come before or after what; the statement's subject is one end, `on` the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The subject stops `on` until it is done.
    Blocks,
    /// The subject needs `on`.
    Requires,
    /// The subject comes after `on`.
    After,
    /// `on`, in this order, each needing the one before.
    Chain,
    /// The subject may go on beside `on`.
    Parallel,
}

impl Relation {
    /// The word that the inventory uses.
    pub fn word(self) -> &'static str {
        match self {
            Relation::Blocks => "blocks",
            Relation::Requires => "requires",
            Relation::After => "after",
            Relation::Chain => "chain",
            Relation::Parallel => "parallel",
        }
    }
}

/// What a date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DateRole {
    /// The document was written or changed.
    Written,
    /// The document is to be looked at again.
    Review,
    /// The system is to be ready.
    Target,
    /// Something was done.
    Done,
    /// A step of the plan.
    Plan,
    /// Not said.
    Other,
}

impl DateRole {
    /// The word that the inventory uses.
    pub fn word(self) -> &'static str {
        match self {
            DateRole::Written => "written",
            DateRole::Review => "review",
            DateRole::Target => "target",
            DateRole::Done => "done",
            DateRole::Plan => "plan",
            DateRole::Other => "other",
        }
    }
}

/// Units of time that people plan in; never converted, because a month is no number of days and a work week no week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimeUnit {
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
    /// Weeks.
    Weeks,
    /// Months.
    Months,
    /// Quarters.
    Quarters,
    /// Years.
    Years,
    /// Sprints, of whatever length.
    Sprints,
    /// Days of work of one person.
    PersonDays,
    /// Weeks of work of one person.
    PersonWeeks,
    /// Months of work of one person.
    PersonMonths,
}

impl TimeUnit {
    /// The word that the inventory uses.
    pub fn word(self) -> &'static str {
        match self {
            TimeUnit::Minutes => "minutes",
            TimeUnit::Hours => "hours",
            TimeUnit::Days => "days",
            TimeUnit::Weeks => "weeks",
            TimeUnit::Months => "months",
            TimeUnit::Quarters => "quarters",
            TimeUnit::Years => "years",
            TimeUnit::Sprints => "sprints",
            TimeUnit::PersonDays => "person-days",
            TimeUnit::PersonWeeks => "person-weeks",
            TimeUnit::PersonMonths => "person-months",
        }
    }
}
