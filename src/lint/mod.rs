//! Contradictions inside a readiness document: rules over its statements, each with an id, places and arithmetic.
//!
//! A rule decides by structure and arithmetic, or stays silent; what needs judgement is listed in `docs/lint.md`.
//! Reading documents is left to `import`, printing to `cli`.

mod allow;
mod areas;
mod blocker;
mod bounds;
mod coverage;
mod dates;
mod done_share;
mod duplicate;
mod evidence;
mod fields;
mod format;
mod full_claim;
mod graph;
mod measurable;
mod milestone;
mod notation;
mod numbers;
mod order;
mod outdated;
mod priority;
mod ranking;
mod reading;
mod remaining;
mod roll_up;
mod schedule;
mod scope;
mod staffing;
mod sum;
mod target_tick;
mod threshold;
mod two_states;
mod whole;
mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::civil::Date;

pub use allow::{Allow, allow};
pub use format::{FORMATS, Format, render};

use crate::model::Statement;
use crate::model::outcome::Severity;
use reading::Reading;

/// Something that does not fit together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Id of the rule: `L03`.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The lines that do not fit, in order, without doubles.
    pub lines: Vec<u32>,
    /// What does not fit, and the question or fix.
    pub message: String,
    /// The numbers, written out.
    pub arithmetic: Option<String>,
}

impl Finding {
    fn new(severity: Severity, lines: impl IntoIterator<Item = u32>, message: impl Into<String>) -> Finding {
        let lines: BTreeSet<u32> = lines.into_iter().collect();
        Finding { rule: "", severity, lines: lines.into_iter().collect(), message: message.into(), arithmetic: None }
    }

    fn because(self, arithmetic: impl Into<String>) -> Finding {
        Finding { arithmetic: Some(arithmetic.into()), ..self }
    }
}

/// One rule.
pub struct Rule {
    /// `L03`.
    pub id: &'static str,
    /// What kind of contradiction: `roll-up`.
    pub title: &'static str,
    /// What it compares, in one sentence.
    pub doc: &'static str,
    look: fn(&Reading<'_>) -> Vec<Finding>,
}

/// Every rule, by id. Some ids have several files: one per way to find out.
pub static RULES: &[Rule] = &[
    Rule { id: "L01", title: "contradiction", doc: "one subject with two states or values", look: two_states::look },
    Rule {
        id: "L01",
        title: "contradiction",
        doc: "what is called full or complete beside a number below it",
        look: full_claim::look,
    },
    Rule {
        id: "L01",
        title: "contradiction",
        doc: "what is called the most, the biggest or corrected, against the numbers",
        look: ranking::look,
    },
    Rule {
        id: "L02",
        title: "schedule",
        doc: "two lengths for one plan, overlaps, no slack, what does not fit its horizon",
        look: schedule::look,
    },
    Rule { id: "L02", title: "schedule", doc: "one milestone at two times", look: milestone::look },
    Rule {
        id: "L03",
        title: "roll-up",
        doc: "a claimed percentage against the mean of its parts",
        look: roll_up::look,
    },
    Rule {
        id: "L04",
        title: "unsupported percentage",
        doc: "a claimed percentage against the share of done items or attained metrics",
        look: done_share::look,
    },
    Rule {
        id: "L05",
        title: "traceability",
        doc: "areas without a row or phase, metrics without a gate",
        look: coverage::look,
    },
    Rule { id: "L06", title: "double count", doc: "one subject listed twice", look: duplicate::look },
    Rule { id: "L07", title: "sum", doc: "parts that do not add up to the stated total", look: sum::look },
    Rule { id: "L07", title: "sum", doc: "the size of the team against its list", look: staffing::look },
    Rule {
        id: "L08",
        title: "measurability",
        doc: "criteria that nothing at hand can measure",
        look: measurable::look,
    },
    Rule { id: "L09", title: "priority", doc: "rank, tier and level that disagree", look: priority::look },
    Rule { id: "L10", title: "notation", doc: "a mark that does not fit the text", look: notation::marks },
    Rule { id: "L11", title: "two thresholds", doc: "one metric with two bounds", look: threshold::look },
    Rule { id: "L12", title: "arithmetic", doc: "bounds that follow from other bounds", look: bounds::look },
    Rule {
        id: "L13",
        title: "tick on a target",
        doc: "a done mark before something that is to be reached",
        look: target_tick::look,
    },
    Rule { id: "L14", title: "ordering", doc: "something scheduled before what it needs", look: order::look },
    Rule { id: "L15", title: "scope", doc: "a smaller scope that leaves out what production needs", look: scope::look },
    Rule { id: "L16", title: "unit", doc: "percentages whose base is not told", look: remaining::look },
    Rule { id: "L17", title: "wording", doc: "missing or partial cannot be told", look: notation::wording },
    Rule { id: "L18", title: "blocker", doc: "a high score with open blockers", look: blocker::look },
    Rule {
        id: "L19",
        title: "checked with a negative qualifier",
        doc: "a checked box whose text says it is not done",
        look: notation::qualified,
    },
    Rule { id: "L20", title: "plan out of date", doc: "planned steps that are done already", look: outdated::look },
    Rule { id: "L21", title: "dependency cycle", doc: "a prerequisite inside what depends on it", look: graph::cycles },
    Rule {
        id: "L22",
        title: "dates",
        doc: "several dates of one document, content newer than its date",
        look: dates::look,
    },
    Rule {
        id: "L23",
        title: "evidence mismatch",
        doc: "a resolution whose evidence proves something else",
        look: evidence::mismatch,
    },
    Rule {
        id: "L24",
        title: "critical path",
        doc: "a declared path that leaves out stated prerequisites",
        look: graph::critical_path,
    },
    Rule {
        id: "L25",
        title: "unproven",
        doc: "done, while its tests are still to be written",
        look: evidence::unproven,
    },
];

/// Findings of one rule that are told; who has more will not read them.
const MOST_FINDINGS: usize = 50;

/// Documents are compared up to this many bullets, lines and rows.
pub const MOST_ITEMS: usize = reading::MOST_ITEMS;

/// All findings in a document, by first line, then rule.
pub fn look(statements: &[Statement], today: Option<Date>) -> Vec<Finding> {
    findings(&Reading::of(statements, today))
}

/// All findings in a spec. A document lists what its numbers are counted from; a spec also has checks of which nobody claims
/// anything, on the lines `unclaimed`, and what they would add to a share is not known.
pub fn look_at_spec(statements: &[Statement], unclaimed: BTreeSet<u32>, today: Option<Date>) -> Vec<Finding> {
    let mut reading = Reading::of(statements, today);
    reading.unclaimed = Some(unclaimed);
    findings(&reading)
}

fn findings(reading: &Reading<'_>) -> Vec<Finding> {
    let of_rule = |rule: &Rule| {
        let found = (rule.look)(reading);
        found.into_iter().take(MOST_FINDINGS).map(|finding| Finding { rule: rule.id, ..finding }).collect::<Vec<_>>()
    };
    let mut findings: Vec<Finding> =
        RULES.iter().flat_map(of_rule).filter(|finding| !finding.lines.is_empty()).collect();
    findings.sort_by(|a, b| {
        (a.lines.first(), a.rule, &a.lines, &a.message).cmp(&(b.lines.first(), b.rule, &b.lines, &b.message))
    });
    let mut told = BTreeSet::new();
    findings.retain(|finding| told.insert((finding.rule, finding.message.clone(), finding.lines.first().copied())));
    findings
}
