//! Judges an expectation on a value that is still open between two ends: what a result can become once everything that
//! is unknown has been seen.

use super::Judgement;
use super::format::beside;
use super::judge::{leaf, seen};
use super::operand::{Bound, Target};
use super::syntax::Comparison;
use super::typed::{Test, Typed};
use crate::model::outcome::DeciderState;
use crate::model::{Exact, FactType, Outcome, Value};

/// Met if the expectation holds for every value from `low` to `high` (both included), failed if for none, else undecided.
pub fn judge_interval(typed: &Typed, low: &Value, high: &Value) -> (DeciderState, Judgement) {
    let state = if low == high { of_one(typed, low) } else { of_many(typed, low, high) };
    let outcome = match state {
        DeciderState::Met => Outcome::Pass,
        DeciderState::Failed => Outcome::Fail,
        DeciderState::Undecided => Outcome::Unknown,
    };
    (state, Judgement { outcome, expected: typed.expected().to_owned(), actual: actual(typed, low, high) })
}

fn of_one(typed: &Typed, value: &Value) -> DeciderState {
    if leaf(typed, value).holds { DeciderState::Met } else { DeciderState::Failed }
}

fn actual(typed: &Typed, low: &Value, high: &Value) -> String {
    if low == high {
        return leaf(typed, low).actual;
    }
    let shown = |value| beside(value, typed.fact_type(), &typed.thresholds());
    format!("{} … {}", shown(low), shown(high))
}

fn of_many(typed: &Typed, low: &Value, high: &Value) -> DeciderState {
    let position = |value| seen(value, typed.fact_type()).ok().as_ref().and_then(position);
    let Some((low, high)) = position(low).zip(position(high)) else {
        return match typed.test {
            Test::Exists => DeciderState::Met,
            Test::Absent => DeciderState::Failed,
            _ => DeciderState::Undecided,
        };
    };
    let span = if low <= high { Open { low, high } } else { Open { low: high, high: low } };
    span.state(&typed.test, typed.fact_type())
}

/// Where a value stands on a line; only numbers and words of a scale do.
fn position(target: &Target) -> Option<Exact> {
    match target {
        Target::Number(number) => Some(number.clone()),
        Target::Rank(rank) => Some(Exact::whole(*rank)),
        Target::Text(_) | Target::Bool(_) | Target::Version(_) | Target::Day(_) | Target::Instant(_) => None,
    }
}

/// All values from one end to another, the ends being different.
struct Open {
    low: Exact,
    high: Exact,
}

impl Open {
    fn state(&self, test: &Test, ftype: &FactType) -> DeciderState {
        let decide = |all: bool, none: bool| match (all, none) {
            (true, _) => DeciderState::Met,
            (_, true) => DeciderState::Failed,
            _ => DeciderState::Undecided,
        };
        match test {
            Test::Exists => DeciderState::Met,
            Test::Absent => DeciderState::Failed,
            Test::Compare(comparison, bound) => match position(&bound.target) {
                Some(at) => self.compared(*comparison, &at),
                None => DeciderState::Undecided,
            },
            Test::Among { items, negated } => {
                let (all, none) = self.among(items, ftype);
                if *negated { decide(none, all) } else { decide(all, none) }
            }
            Test::Between { low, high, negated } => {
                let Some((from, to)) = position(&low.target).zip(position(&high.target)) else {
                    return DeciderState::Undecided;
                };
                let all = from <= self.low && self.high <= to;
                let none = self.high < from || to < self.low;
                if *negated { decide(none, all) } else { decide(all, none) }
            }
            Test::Contains { .. } | Test::Matches { .. } => DeciderState::Undecided,
        }
    }

    fn compared(&self, comparison: Comparison, at: &Exact) -> DeciderState {
        let outside = *at < self.low || *at > self.high;
        let both = (comparison.holds(self.low.cmp(at)), comparison.holds(self.high.cmp(at)));
        match comparison {
            Comparison::Equal if outside => DeciderState::Failed,
            Comparison::NotEqual if outside => DeciderState::Met,
            Comparison::Equal | Comparison::NotEqual => DeciderState::Undecided,
            _ => match both {
                (true, true) => DeciderState::Met,
                (false, false) => DeciderState::Failed,
                _ => DeciderState::Undecided,
            },
        }
    }

    /// Whether the list holds all values from end to end (possible for counts and words only), and whether none.
    fn among(&self, items: &[Bound], ftype: &FactType) -> (bool, bool) {
        let mut inside: Vec<Exact> = items.iter().filter_map(|item| position(&item.target)).collect();
        inside.retain(|at| *at >= self.low && *at <= self.high);
        inside.sort();
        inside.dedup();
        let stepwise = matches!(ftype, FactType::Count | FactType::Ordered(_));
        let steps = (self.high.clone() - self.low.clone() + Exact::one()).to_i64();
        let all = stepwise && steps.is_some_and(|steps| i64::try_from(inside.len()) == Ok(steps));
        (all, inside.is_empty())
    }
}
