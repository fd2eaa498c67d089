//! What a readiness document or a spec says, one statement at a time: plain data that `import` writes and that lint and
//! sync read. Numbers are exact and as written; judging them, and what they mean for a check, is left to others.

mod mark;
mod plan;
mod threshold;

use jiff::civil::Date;

use super::Exact;

pub use mark::{Mark, MarkRole, PercentRole, State};
pub use plan::{DateRole, Level, PlanSpan, PrioritySource, Relation, TimeUnit};
pub use threshold::{Comparison, Threshold};

/// One thing that a document says at one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Line of the original file, from 1.
    pub line: u32,
    /// What is said.
    pub meaning: Meaning,
    /// The whole bullet, row, heading or line without markup and without status marks.
    pub text: String,
    /// The words that say it, as they stand in the document: `<100ms (95th percentile)`.
    pub evidence: String,
    /// What it is said of: the bold lead of a bullet, the first cell of a row, the words before the number.
    pub subject: String,
    /// The bullet, row, heading or line it comes from, counted from 0 in document order: statements with the same item
    /// are about the same thing.
    pub item: usize,
    /// The item this one is nested below: the outer bullet, the line that introduces a list, the heading of a line, the
    /// outer heading of a heading.
    pub parent: Option<usize>,
    /// Texts of the headings above, outermost first, without the title of the document; a heading is in its own.
    pub section: Vec<String>,
    /// The line that introduces the list it is in (`Current State:`), without its colon.
    pub label: Option<String>,
    /// The area of readiness it belongs to, as the imported spec names it.
    pub area: Option<String>,
    /// The phase, week or month of the plan it belongs to: the item of the phase.
    pub phase: Option<usize>,
    /// The check that carries it in the imported spec.
    pub check: Option<String>,
}

/// What is said, with its values. One kind per variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A heading; the state if it carries a mark or ends in a state word.
    Heading { depth: u8, state: Option<Mark> },
    /// A bullet with a box.
    Checkbox(Mark),
    /// A bullet or line with a status sign, or a `Status:` line.
    Status(Mark),
    /// A row of a table: one cell per column of `header`; the state if a column holds one.
    TableRow { header: Vec<String>, cells: Vec<String>, state: Option<Mark> },
    /// `97 %`: the number before the sign.
    Percentage { value: Exact, role: PercentRole },
    /// `85/100`, `7 of 9`, `3 out of 5`: how many of how many.
    Score { value: Exact, of: Exact },
    /// A letter: `B+`.
    Grade { letter: String },
    /// What a metric must be.
    Threshold(Threshold),
    /// A number of things: `259,767 migrated records`.
    Quantity { value: Exact, unit: String, at_least: bool },
    /// How important or urgent something is.
    Priority { level: Level, source: PrioritySource },
    /// A phase, week, sprint or month of the plan.
    Phase { span: Option<PlanSpan> },
    /// A thing to do in a phase; its number if the document numbers it.
    Task { number: Option<String> },
    /// What must come before or after what.
    Dependency { relation: Relation, on: Vec<String> },
    /// A day, month or quarter.
    Date { first: Date, last: Date, role: DateRole },
    /// A time span or effort, as a range: `2-3 weeks`.
    Duration { least: Exact, most: Exact, unit: TimeUnit },
    /// Something that may go wrong.
    Risk { level: Option<Level> },
    /// What is done against a risk.
    Mitigation,
    /// Who is responsible.
    Owner { name: String },
    /// People of a role: how many full time, and the effort in all in person-weeks.
    Team { full_time: Exact, person_weeks: Option<Exact> },
    /// Money, as a range; `currency` is the sign or ISO 4217 code as written, `per` is `month`, `year`, …
    Cost { least: Exact, most: Exact, currency: String, per: Option<String> },
    /// A quality gate.
    Gate,
    /// Something decided or mended on a day: `[RESOLVED: 2025-11-24]`.
    Resolution { date: Option<Date> },
    /// One of several ways, of which one is to be chosen.
    Alternative,
    /// A file or address that is named.
    Reference { target: String },
    /// Text that states none of the above.
    Note,
}

impl Meaning {
    /// The word for this kind of statement, as the inventory prints it.
    pub fn kind(&self) -> &'static str {
        match self {
            Meaning::Heading { .. } => "heading",
            Meaning::Checkbox(_) => "checkbox",
            Meaning::Status(_) => "status",
            Meaning::TableRow { .. } => "table_row",
            Meaning::Percentage { .. } => "percentage",
            Meaning::Score { .. } => "score",
            Meaning::Grade { .. } => "grade",
            Meaning::Threshold(_) => "threshold",
            Meaning::Quantity { .. } => "quantity",
            Meaning::Priority { .. } => "priority",
            Meaning::Phase { .. } => "phase",
            Meaning::Task { .. } => "task",
            Meaning::Dependency { .. } => "dependency",
            Meaning::Date { .. } => "date",
            Meaning::Duration { .. } => "duration",
            Meaning::Risk { .. } => "risk",
            Meaning::Mitigation => "mitigation",
            Meaning::Owner { .. } => "owner",
            Meaning::Team { .. } => "team",
            Meaning::Cost { .. } => "cost",
            Meaning::Gate => "gate",
            Meaning::Resolution { .. } => "resolution",
            Meaning::Alternative => "alternative",
            Meaning::Reference { .. } => "reference",
            Meaning::Note => "note",
        }
    }

    /// The state it states, if any.
    pub fn mark(&self) -> Option<&Mark> {
        match self {
            Meaning::Checkbox(mark) | Meaning::Status(mark) => Some(mark),
            Meaning::Heading { state, .. } | Meaning::TableRow { state, .. } => state.as_ref(),
            _ => None,
        }
    }
}
