//! Statements become a spec: areas, checks with their claims, gates, phases, risks, people, costs, and text for the report.
//! Nothing is judged: a check made here is a claim without evidence until somebody says how to observe it.

mod area;
mod check;
mod detail;
mod fitting;
mod glossary;
mod order;
mod outlook;
mod proposal;
mod slug;
mod text;
mod yaml_text;

use crate::model::outcome::{Priority, Severity};
use crate::model::statement::Threshold;
use crate::model::{Exact, Statement};

pub use proposal::Propose;
pub(super) use slug::slug;
pub(super) use text::{
    area_lines, check_lines, claim_line, cost_line, full_time, gate_lines, phase_line, risk_lines, team_line,
};
pub(super) use yaml_text::scalar;

use super::Leftover;
use super::entry::Entry;

/// A spec as a document suggests it.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) source: String,
    pub(super) name: Option<String>,
    pub(super) owner: Option<String>,
    pub(super) target_date: Option<String>,
    pub(super) overall: Option<Claimed>,
    pub(super) areas: Vec<AreaDraft>,
    pub(super) gates: Vec<GateDraft>,
    pub(super) phases: Vec<PhaseDraft>,
    pub(super) risks: Vec<RiskDraft>,
    pub(super) team: Vec<TeamDraft>,
    pub(super) costs: Vec<CostDraft>,
    pub(super) sections: Vec<SectionDraft>,
    pub(super) leftovers: Vec<Leftover>,
}

/// What the document says, and where.
#[derive(Clone, Debug)]
pub(super) struct Claimed {
    pub(super) value: String,
    pub(super) text: String,
    pub(super) line: u32,
}

#[derive(Clone, Debug)]
pub(super) struct AreaDraft {
    /// The heading it comes from.
    heading: Option<usize>,
    pub(super) id: String,
    pub(super) title: String,
    pub(super) priority: Option<Priority>,
    pub(super) claimed: Option<Claimed>,
    /// What the heading says that an area cannot hold.
    pub(super) remark: Option<String>,
    pub(super) checks: Vec<CheckDraft>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct CheckDraft {
    /// The entry it comes from.
    entry: usize,
    pub(super) id: String,
    pub(super) title: String,
    pub(super) line: u32,
    pub(super) severity: Option<Severity>,
    pub(super) group: Option<String>,
    pub(super) claimed: Option<Claimed>,
    pub(super) effort: Option<String>,
    pub(super) phase: Option<String>,
    pub(super) horizon: Option<String>,
    pub(super) owner: Option<String>,
    pub(super) requires: Vec<String>,
    pub(super) resolved: Option<(String, Option<String>)>,
    pub(super) any_of: Vec<String>,
    /// Shown, never scored.
    pub(super) weightless: bool,
    /// The rule that measures just what the text says.
    pub(super) measure: Option<Measure>,
    /// What could not be written as a key.
    pub(super) remarks: Vec<String>,
    /// Bounds and numbers that its text states, for proposals.
    bounds: Vec<Threshold>,
    failing_tests: bool,
}

/// A catalog rule at work in a check.
#[derive(Clone, Debug)]
pub(super) struct Measure {
    pub(super) rule: &'static str,
    /// The words of the text that name it.
    pub(super) words: String,
    /// The rule's expectations with a bound of the text; empty where they stay the rule's own.
    pub(super) expect: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) struct GateDraft {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) line: u32,
    pub(super) checks: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) struct PhaseDraft {
    entry: usize,
    pub(super) id: String,
    pub(super) title: String,
    pub(super) line: u32,
    pub(super) days: Option<(String, String)>,
}

#[derive(Clone, Debug)]
pub(super) struct RiskDraft {
    pub(super) title: String,
    pub(super) line: u32,
    pub(super) level: &'static str,
    pub(super) effect: Option<String>,
    pub(super) mitigation: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct TeamDraft {
    pub(super) role: String,
    pub(super) full_time: Exact,
    pub(super) weeks: Option<Exact>,
    pub(super) line: u32,
}

#[derive(Clone, Debug)]
pub(super) struct CostDraft {
    pub(super) item: String,
    pub(super) amount: String,
    pub(super) period: Option<String>,
    pub(super) line: u32,
}

#[derive(Clone, Debug)]
pub(super) struct SectionDraft {
    pub(super) title: String,
    pub(super) body: String,
}

/// A document as it was read, with its statements by entry.
pub(super) struct Source<'a> {
    pub(super) entries: &'a [Entry],
    pub(super) statements: &'a [Statement],
    by_entry: Vec<Vec<usize>>,
}

impl<'a> Source<'a> {
    pub(super) fn new(entries: &'a [Entry], statements: &'a [Statement]) -> Source<'a> {
        let mut by_entry = vec![Vec::new(); entries.len()];
        for (index, statement) in statements.iter().enumerate() {
            by_entry[statement.item].push(index);
        }
        Source { entries, statements, by_entry }
    }

    /// What an entry states.
    pub(super) fn of(&self, entry: usize) -> impl Iterator<Item = &'a Statement> + '_ {
        self.by_entry[entry].iter().map(|index| &self.statements[*index])
    }
}

/// The spec that a document suggests, as text that validates and runs.
pub(super) fn spec_text(
    source: &Source<'_>,
    title: Option<&str>,
    leftovers: &[Leftover],
    name: &str,
    propose: Propose,
) -> (String, Draft) {
    let mut draft = Draft { source: name.to_owned(), name: title.map(str::to_owned), ..Draft::default() };
    draft.leftovers = leftovers.to_vec();
    outlook::fill(source, &mut draft);
    area::fill(source, &mut draft);
    check::fill(source, &mut draft);
    order::fill(source, &mut draft);
    proposal::fill(source, &mut draft, propose);
    let text = text::write(&draft);
    (text, draft)
}
