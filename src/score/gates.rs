//! Gates: when they are due, and what their checks and expectations come to. What a line means is in `result_fact`.

use jiff::civil::Date;

use super::result_fact;
use super::result_path::path_of;
use super::results::Results;
use super::wording::{became, counted};
use crate::model::Outcome;
use crate::model::outcome::DeciderState;
use crate::model::outline::{GateOutline, Outline};
use crate::model::report::{Decider, DeciderKind, Expectation, Gate};

/// Lines a gate's decider quotes before it only counts them.
const MOST_QUOTED: usize = 3;

/// Every gate of an outline, each judged at most once.
pub(super) struct Gates<'a> {
    results: &'a Results<'a>,
    cache: Vec<Progress>,
}

#[derive(Clone)]
enum Progress {
    Untouched,
    /// Being judged: asked again, it depends on itself.
    Entered,
    Judged(DeciderState, Gate),
}

/// All gates for the report, and a decider for each that is due.
pub(super) fn gates(results: &Results<'_>) -> (Vec<Gate>, Vec<Decider>) {
    let count = results.outline.gates.len();
    let mut gates = Gates { results, cache: vec![Progress::Untouched; count] };
    let judged: Vec<(DeciderState, Gate)> = (0..count).filter_map(|index| gates.judge(index)).collect();
    let due = judged.iter().filter(|(_, gate)| gate.due).map(|(state, gate)| decider(*state, gate));
    let mut deciders: Vec<Decider> = due.collect();
    if let Some(id) = missing_only_gate(results.outline) {
        let text = format!("gate `{id}` does not exist");
        deciders.push(Decider { kind: DeciderKind::Gate, subject: id, state: DeciderState::Undecided, text });
    }
    (judged.into_iter().map(|(_, gate)| gate).collect(), deciders)
}

fn missing_only_gate(outline: &Outline) -> Option<String> {
    let id = outline.rules.only_gate.as_ref()?;
    outline.gates.iter().all(|gate| gate.id != *id).then(|| id.clone())
}

/// From when a gate decides: its `from`, else the earliest end of the phases that name it, else always.
fn decides_from(outline: &Outline, gate: &GateOutline) -> Option<Date> {
    let ends = outline.phases.iter().filter(|phase| phase.gate.as_deref() == Some(gate.id.as_str()));
    gate.from.or_else(|| ends.filter_map(|phase| phase.end).min())
}

fn is_due(outline: &Outline, gate: &GateOutline) -> bool {
    match &outline.rules.only_gate {
        Some(only) => *only == gate.id,
        None if outline.rules.selection => false,
        None => match (decides_from(outline, gate), outline.today) {
            (Some(from), Some(today)) => today >= from,
            (None, _) | (_, None) => true,
        },
    }
}

impl Gates<'_> {
    /// State of the gate at `index`; `None` when there is none, or when it is being judged already.
    pub(super) fn state(&mut self, index: usize) -> Option<DeciderState> {
        self.judge(index).map(|(state, _)| state)
    }

    fn judge(&mut self, index: usize) -> Option<(DeciderState, Gate)> {
        match self.cache.get(index)? {
            Progress::Judged(state, gate) => return Some((*state, gate.clone())),
            Progress::Entered => return None,
            Progress::Untouched => {}
        }
        self.set(index, Progress::Entered);
        let whole = self.results;
        let outline = whole.outline;
        let gate = outline.gates.get(index)?;
        let not_judged = outline.rules.selection && outline.rules.only_gate.is_none();
        let lines = if not_judged {
            not_judged_lines(gate)
        } else if gate.min_grade.is_some() {
            self.lines(&Results::new(outline, whole.judged, gate.min_grade), gate)
        } else {
            self.lines(whole, gate)
        };
        let state = combine(&lines);
        let from = decides_from(outline, gate).map(|date| date.to_string());
        let due = is_due(outline, gate);
        let expectations = lines.into_iter().map(|line| line.expectation).collect();
        let (id, title) = (gate.id.clone(), gate.title.clone());
        let gate = Gate { id, title, due, from, outcome: outcome_of(state), expectations };
        self.set(index, Progress::Judged(state, gate.clone()));
        Some((state, gate))
    }

    fn set(&mut self, index: usize, progress: Progress) {
        if let Some(slot) = self.cache.get_mut(index) {
            *slot = progress;
        }
    }

    fn lines(&mut self, results: &Results<'_>, gate: &GateOutline) -> Vec<Line> {
        let mut lines: Vec<Line> = gate.checks.iter().map(|id| check_line(results, id)).collect();
        for text in &gate.expect {
            let (state, judgement) = result_fact::judge(results, self, text);
            let fact = path_of(text);
            lines.push(Line::new(Some(state), text.clone(), fact, judgement.expected, judgement.actual));
        }
        lines
    }
}

/// One line of a gate; without a state it says nothing because its check does not apply.
struct Line {
    state: Option<DeciderState>,
    expectation: Expectation,
}

impl Line {
    fn new(state: Option<DeciderState>, text: String, fact: String, expected: String, actual: String) -> Line {
        let outcome = state.map_or(Outcome::NotApplicable, outcome_of);
        Line { state, expectation: Expectation { text, fact, expected, actual, outcome } }
    }
}

/// `checks:` of a gate: each passes. A waiver does not help here, and one that does not apply says nothing.
fn check_line(results: &Results<'_>, id: &str) -> Line {
    let fact = format!("check.{id}.outcome");
    let text = format!("{fact} = pass");
    let Some(index) = results.outline.checks.iter().position(|check| check.id == id) else {
        let actual = "not part of this run".to_owned();
        return Line::new(Some(DeciderState::Undecided), text, fact, "pass".to_owned(), actual);
    };
    let outcome = results.outcome(index);
    let state = match outcome {
        Outcome::Pass => Some(DeciderState::Met),
        Outcome::Fail => Some(DeciderState::Failed),
        Outcome::Unknown | Outcome::Blocked => Some(DeciderState::Undecided),
        Outcome::NotApplicable => None,
    };
    let waived = if results.is_waived(index) { " (waived)" } else { "" };
    Line::new(state, text, fact, "pass".to_owned(), format!("{}{waived}", outcome.word()))
}

fn not_judged_lines(gate: &GateOutline) -> Vec<Line> {
    let of_checks = gate.checks.iter().map(|id| format!("check.{id}.outcome = pass"));
    let texts = of_checks.chain(gate.expect.iter().cloned());
    let unseen = |text: String| {
        let (fact, actual) = (path_of(&text), "not judged under a selection".to_owned());
        Line::new(Some(DeciderState::Undecided), text, fact, String::new(), actual)
    };
    texts.map(unseen).collect()
}

/// Any failed: failed; else any undecided, or nothing that applies: undecided; else met.
fn combine(lines: &[Line]) -> DeciderState {
    let any = |state: DeciderState| lines.iter().any(|line| line.state == Some(state));
    if any(DeciderState::Failed) {
        DeciderState::Failed
    } else if any(DeciderState::Undecided) || !any(DeciderState::Met) {
        DeciderState::Undecided
    } else {
        DeciderState::Met
    }
}

fn outcome_of(state: DeciderState) -> Outcome {
    match state {
        DeciderState::Met => Outcome::Pass,
        DeciderState::Failed => Outcome::Fail,
        DeciderState::Undecided => Outcome::Unknown,
    }
}

fn decider(state: DeciderState, gate: &Gate) -> Decider {
    let verb = match state {
        DeciderState::Met => became(Outcome::Pass),
        DeciderState::Failed => became(Outcome::Fail),
        DeciderState::Undecided => "is not decided",
    };
    let telling = |line: &&Expectation| line.outcome == outcome_of(state);
    let quoted: Vec<String> = match state {
        DeciderState::Met => Vec::new(),
        DeciderState::Failed | DeciderState::Undecided => {
            gate.expectations.iter().filter(telling).map(|line| quote(state, line)).collect()
        }
    };
    let mut text = format!("gate `{}` {verb}", gate.id);
    if state == DeciderState::Undecided && quoted.is_empty() {
        text.push_str(": nothing in it applies here");
    } else if !quoted.is_empty() {
        text.push_str(": ");
        text.push_str(&quoted.iter().take(MOST_QUOTED).cloned().collect::<Vec<_>>().join("; "));
    }
    if quoted.len() > MOST_QUOTED {
        text.push_str(&format!("; and {}", counted(quoted.len() - MOST_QUOTED, "more line")));
    }
    Decider { kind: DeciderKind::Gate, subject: gate.id.clone(), state, text }
}

fn quote(state: DeciderState, line: &Expectation) -> String {
    let verb = if state == DeciderState::Failed { "is not met" } else { "cannot be decided" };
    format!("`{}` {verb}: {}", line.text, line.actual)
}
