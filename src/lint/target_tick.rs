//! L13: done marks before what is to be reached.

use super::fields::{Fields, is_of_code};
use super::reading::{Item, Reading};
use super::roll_up::quoted;
use super::{Finding, Severity};
use crate::model::statement::{MarkRole, Meaning, State};

/// One tick may be a slip of the list it is in.
const FEWEST: usize = 2;

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    let fields = Fields::of(reading);
    let ticked: Vec<&Item<'_>> = reading
        .items()
        .filter(|item| !fields.holds(item) && !is_of_code(item.text))
        .filter(|item| {
            let mark = item.meanings().find_map(Meaning::mark);
            mark.is_some_and(|mark| mark.role == MarkRole::Target && mark.state == State::Done) && !item.is_box()
        })
        .collect();
    let (boxes, done) = reading.items().filter(|item| item.is_box()).fold((0_usize, 0_usize), |(all, done), item| {
        (all + 1, done + usize::from(reading.state(item) == Some(State::Done)))
    });
    let Some(first) = ticked.first().filter(|_| ticked.len() >= FEWEST && !all_reached(reading, &ticked)) else {
        return Vec::new();
    };
    let message = format!(
        "{} and {} more are ticked, but stand in a list of what is to be reached: were they measured?",
        quoted(first.text),
        ticked.len() - 1
    );
    let boxes = if boxes == 0 { String::new() } else { format!("; {done} of {boxes} boxes are checked") };
    vec![
        Finding::new(Severity::Medium, ticked.iter().map(|item| item.line), message)
            .because(format!("{} ticks on targets{boxes}", ticked.len())),
    ]
}

/// A document that is all done may well tick its targets.
fn all_reached(reading: &Reading<'_>, ticked: &[&Item<'_>]) -> bool {
    let others = reading.items().filter(|item| !item.is_heading() && !ticked.iter().any(|tick| tick.id == item.id));
    let states: Vec<State> = others.filter_map(|item| reading.state(item)).collect();
    !states.is_empty() && states.iter().all(|state| matches!(state, State::Done | State::NotApplicable))
}
