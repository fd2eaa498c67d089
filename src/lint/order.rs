//! L14: something scheduled before what it needs.

use super::areas::{self, topic};
use super::graph::about;
use super::reading::{Item, Reading};
use super::roll_up::quoted;
use super::words::Words;
use super::{Finding, Severity};
use crate::model::statement::{Meaning, Relation};

struct Planned<'a, 'b> {
    task: &'b Item<'a>,
    words: Words,
    unit: &'a str,
    first: u32,
    last: u32,
}

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    let planned = planned(reading);
    let mut findings = Vec::new();
    for statement in reading.statements {
        let Meaning::Dependency { relation, on } = &statement.meaning else { continue };
        let pairs: Vec<(&str, &str)> = match relation {
            Relation::Requires | Relation::After => {
                on.iter().map(|other| (other.as_str(), about(reading, statement))).collect()
            }
            Relation::Blocks => on.iter().map(|other| (about(reading, statement), other.as_str())).collect(),
            Relation::Chain => {
                on.windows(2).filter_map(|pair| Some((pair.first()?.as_str(), pair.get(1)?.as_str()))).collect()
            }
            Relation::Parallel => Vec::new(),
        };
        for (before, after) in pairs {
            findings.extend(out_of_order(&planned, before, after, statement.line));
        }
    }
    findings
}

fn planned<'a, 'b>(reading: &'b Reading<'a>) -> Vec<Planned<'a, 'b>> {
    let mut found = Vec::new();
    for phase in areas::phases(reading) {
        let Some(span) = phase.span else { continue };
        for task in areas::tasks(reading, phase.item) {
            found.push(Planned { task, words: topic(task), unit: &span.unit, first: span.first, last: span.last });
        }
    }
    found
}

fn out_of_order(planned: &[Planned<'_, '_>], before: &str, after: &str, line: u32) -> Option<Finding> {
    let find = |name: &str| {
        let words = Words::topic(name);
        let mut named = planned.iter().filter(|entry| entry.words == words && words.len() >= 2);
        named.next().filter(|_| named.next().is_none())
    };
    let (first, then) = (find(before)?, find(after)?);
    let wrong = first.unit == then.unit && then.last < first.first;
    wrong.then(|| {
        let message = format!(
            "{} needs {}, but comes first: {} {} before {} {}",
            quoted(then.task.text),
            quoted(first.task.text),
            then.unit,
            then.first,
            first.unit,
            first.first
        );
        Finding::new(Severity::High, [line, first.task.line, then.task.line], message)
            .because(format!("{} {} < {} {}", then.unit, then.last, first.unit, first.first))
    })
}
