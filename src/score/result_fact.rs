//! Facts about the result itself, judged for gates. How they are named is in `result_path`.

use super::gates::Gates;
use super::result_path::{Compiled, Counted, ResultFact, ScorePart, compile};
use super::results::Results;
use super::weigh::{Interval, Sums, weight_of};
use crate::expect::{self, Judgement};
use crate::model::outcome::DeciderState;
use crate::model::{Outcome, Severity, Value};

/// What is known of a fact.
enum Known {
    /// It is somewhere between these two.
    Between(Value, Value),
    /// It tells what we know, not how the system is; not met, it is undecided.
    OfKnowledge(Value),
    /// There is none, for this reason.
    Missing(String),
}

/// Judges a line of a gate.
pub(super) fn judge(results: &Results<'_>, gates: &mut Gates<'_>, text: &str) -> (DeciderState, Judgement) {
    let Compiled { fact, typed } = match compile(results.outline, text) {
        Ok(compiled) => compiled,
        Err(fault) => return undecided(text.to_owned(), fault.message),
    };
    let known = match fact {
        ResultFact::CheckFact(index) => return of_check_fact(results, &typed, index),
        ResultFact::Score { area, part } => score(results, area, part),
        ResultFact::Count { area, severity, counted } => count(results, area, severity, counted),
        ResultFact::CheckOutcome(index) => return of_outcome(&typed, results.outcome(index)),
        ResultFact::PhaseScore(index) => phase_score(results, index),
        ResultFact::GateOutcome(index) => match gates.state(index) {
            Some(DeciderState::Met) => return of_outcome(&typed, Outcome::Pass),
            Some(DeciderState::Failed) => return of_outcome(&typed, Outcome::Fail),
            Some(DeciderState::Undecided) => return of_outcome(&typed, Outcome::Unknown),
            None => Known::Missing("the gate depends on itself".to_owned()),
        },
    };
    match known {
        Known::Between(low, high) => expect::judge_interval(&typed, &low, &high),
        Known::OfKnowledge(value) => match expect::judge_interval(&typed, &value, &value) {
            (DeciderState::Met, judgement) => (DeciderState::Met, judgement),
            (_, judgement) => (DeciderState::Undecided, Judgement { outcome: Outcome::Unknown, ..judgement }),
        },
        Known::Missing(reason) => undecided(typed.expected().to_owned(), reason),
    }
}

fn undecided(expected: String, reason: String) -> (DeciderState, Judgement) {
    (DeciderState::Undecided, Judgement { outcome: Outcome::Unknown, expected, actual: reason })
}

fn of_check_fact(results: &Results<'_>, typed: &expect::Typed, index: usize) -> (DeciderState, Judgement) {
    let expected = || typed.expected().to_owned();
    let Some(judged) = results.judged.get(index) else { return undecided(expected(), "not judged".to_owned()) };
    if judged.outcome.is_known() && !results.outcome(index).is_known() {
        return undecided(expected(), "its evidence is weaker than the gate asks for".to_owned());
    }
    let judgement = expect::judge(typed, &judged.facts);
    let state = match judgement.outcome {
        Outcome::Pass => DeciderState::Met,
        Outcome::Fail => DeciderState::Failed,
        Outcome::Unknown | Outcome::Blocked | Outcome::NotApplicable => DeciderState::Undecided,
    };
    (state, judgement)
}

fn score(results: &Results<'_>, area: Option<usize>, part: ScorePart) -> Known {
    let interval = match area {
        None => results.overall.as_ref(),
        Some(index) => results.areas.get(index).and_then(|sums| sums.score.as_ref()),
    };
    let Some(Interval { proven, possible, measured }) = interval.cloned() else {
        let partly = results.outline.rules.selection;
        return Known::Missing(if partly { "no score under this selection" } else { "nothing applies" }.to_owned());
    };
    match part {
        ScorePart::Score => Known::Between(Value::Number(proven), Value::Number(possible)),
        ScorePart::Possible => Known::Between(Value::Number(possible.clone()), Value::Number(possible)),
        ScorePart::Measured => Known::OfKnowledge(Value::Number(measured)),
    }
}

fn phase_score(results: &Results<'_>, index: usize) -> Known {
    let mut sums = Sums::new();
    let id = results.outline.phases.get(index).map(|phase| phase.id.as_str());
    for (check, seen) in results.outline.checks.iter().zip(&results.seen) {
        if check.phase.as_deref() == id {
            sums.add(&weight_of(check), *seen);
        }
    }
    match sums.interval() {
        Some(score) => Known::Between(Value::Number(score.proven), Value::Number(score.possible)),
        None => Known::Missing("no check of the phase applies".to_owned()),
    }
}

fn count(results: &Results<'_>, area: Option<usize>, severity: Option<Severity>, counted: Counted) -> Known {
    let inside = |index: &usize| {
        let check = results.outline.checks.get(*index);
        let in_area = area.is_none() || check.map(|check| check.area) == area;
        in_area && severity.is_none_or(|severity| results.severity(*index) == severity) && results.is_scored(*index)
    };
    let members: Vec<usize> = (0..results.seen.len()).filter(inside).collect();
    let of = |wanted: Outcome| members.iter().filter(|index| results.outcome(**index) == wanted).count();
    let open = of(Outcome::Unknown) + of(Outcome::Blocked);
    let between = |low: usize| Known::Between(Value::count(low), Value::count(low + open));
    let exactly = |number: usize| Known::Between(Value::count(number), Value::count(number));
    match counted {
        Counted::Failed => between(of(Outcome::Fail)),
        Counted::Passed => between(of(Outcome::Pass)),
        Counted::Unknown => Known::OfKnowledge(Value::count(of(Outcome::Unknown))),
        Counted::Blocked => Known::OfKnowledge(Value::count(of(Outcome::Blocked))),
        Counted::Total => exactly(members.len()),
        Counted::Waived => {
            let waived = |index: &&usize| results.is_waived(**index) && results.outcome(**index) == Outcome::Fail;
            exactly(members.iter().filter(waived).count())
        }
    }
}

/// What is unknown or blocked may turn out either way.
fn of_outcome(typed: &expect::Typed, outcome: Outcome) -> (DeciderState, Judgement) {
    let word = |outcome: Outcome| Value::Text(outcome.word().to_owned());
    match outcome {
        Outcome::Pass | Outcome::Fail | Outcome::NotApplicable => {
            expect::judge_interval(typed, &word(outcome), &word(outcome))
        }
        Outcome::Unknown | Outcome::Blocked => {
            let (state, judgement) = expect::judge_interval(typed, &word(Outcome::Fail), &word(Outcome::Pass));
            (state, Judgement { actual: outcome.word().to_owned(), ..judgement })
        }
    }
}
