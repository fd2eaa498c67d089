//! L21 and L24: cycles of dependencies, and a declared path that leaves out what its steps require.

use super::areas;
use super::reading::{Item, Reading, lead};
use super::roll_up::quoted;
use super::words::{Words, says};
use super::{Finding, Severity};
use crate::model::Statement;
use crate::model::statement::{Meaning, Relation};

/// Longest cycle that is looked for.
const LONGEST: usize = 32;

/// Words that name nothing by themselves.
const DEMONSTRATIVE: &[&str] = &["este", "ceci", "dies", "dieser", "this", "that", "note", "nota", "hinweis", "это"];

/// An edge: what must come first, what then, and where it is said.
struct Edge<'a> {
    before: Words,
    after: Words,
    line: u32,
    text: &'a str,
}

fn edges<'a>(reading: &Reading<'a>) -> Vec<Edge<'a>> {
    let edge = |before: &str, after: &str, statement: &'a Statement| Edge {
        before: Words::topic(before),
        after: Words::topic(after),
        line: statement.line,
        text: &statement.text,
    };
    let mut edges = Vec::new();
    for statement in reading.statements {
        let Meaning::Dependency { relation, on } = &statement.meaning else { continue };
        match relation {
            Relation::Requires | Relation::After => {
                edges.extend(on.iter().map(|other| edge(other, about(reading, statement), statement)))
            }
            Relation::Blocks => edges.extend(on.iter().map(|other| edge(about(reading, statement), other, statement))),
            Relation::Chain => {
                edges.extend(on.windows(2).filter_map(|pair| Some(edge(pair.first()?, pair.get(1)?, statement))))
            }
            Relation::Parallel => {}
        }
    }
    edges.retain(|edge| {
        !edge.before.is_empty()
            && !edge.after.only(DEMONSTRATIVE)
            && !edge.after.is_empty()
            && edge.before != edge.after
    });
    edges
}

/// What a dependency is said of: what stands before an arrow, else its subject, else the item it is nested below where the
/// line begins with the relation (`Required before: …`).
pub(super) fn about<'a>(reading: &Reading<'a>, statement: &'a Statement) -> &'a str {
    if let Some((before, _)) = statement.text.split_once('→') {
        return before.trim();
    }
    if statement.text.starts_with(&statement.evidence) {
        let outer = statement.parent.and_then(|parent| reading.item(parent));
        return outer.map_or("", |item| item.subject());
    }
    lead(&statement.subject)
}

/// L21.
pub(super) fn cycles(reading: &Reading<'_>) -> Vec<Finding> {
    let mut findings = phase_inside_its_prerequisites(reading);
    let edges = edges(reading);
    for (index, start) in edges.iter().enumerate() {
        if let Some(path) = back_to(&edges, index)
            && path.iter().all(|other| *other >= index)
        {
            let lines: Vec<u32> = path.iter().filter_map(|index| Some(edges.get(*index)?.line)).collect();
            let message = format!("{} closes a circle: which of them comes first?", quoted(start.text));
            findings
                .push(Finding::new(Severity::High, lines, message).because(format!("cycle of length {}", path.len())));
        }
    }
    findings
}

/// The shortest way along edges from the end of one back to its start.
fn back_to(edges: &[Edge<'_>], start: usize) -> Option<Vec<usize>> {
    let goal = &edges.get(start)?.before;
    let mut ways = vec![vec![start]];
    let mut seen = vec![start];
    while let Some(way) = ways.first().cloned() {
        ways.remove(0);
        let end = &edges.get(*way.last()?)?.after;
        if end == goal {
            return Some(way);
        }
        for (index, _) in edges.iter().enumerate().filter(|(_, edge)| edge.before == *end) {
            if way.len() < LONGEST && !seen.contains(&index) {
                seen.push(index);
                ways.push(way.iter().copied().chain([index]).collect());
            }
        }
    }
    None
}

/// A list of what must be resolved before phase 2, with an entry that is a task of phase 2.
fn phase_inside_its_prerequisites(reading: &Reading<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for phase in areas::phases(reading) {
        let Some(number) = phase
            .span
            .filter(|span| span.unit == "phase" && span.first == span.last && phase.item.is_heading())
            .map(|span| span.first)
        else {
            continue;
        };
        let name = format!("before phase {number}");
        let tasks = reading.below(phase.item.id);
        for label in
            reading.items().filter(|item| says(item.text, &name) && !tasks.iter().any(|task| task.id == item.id))
        {
            let needed = reading.children(label.id).chain(siblings_after(reading, label));
            for need in needed {
                let Some(task) = tasks.iter().find(|task| inside(task, need)) else { continue };
                let message = format!(
                    "{} must hold before {}, but is a step of it ({}): which comes first?",
                    quoted(need.text),
                    quoted(phase.item.text),
                    quoted(task.text)
                );
                let lines = [phase.item.line, task.line, label.line, need.line];
                findings.push(Finding::new(Severity::High, lines, message).because("cycle of length 2"));
            }
        }
    }
    findings
}

/// Where a label is a line of its own, its list may hang on the heading.
fn siblings_after<'a, 'b>(reading: &'b Reading<'a>, label: &Item<'_>) -> Vec<&'b Item<'a>> {
    if reading.children(label.id).next().is_some() || label.is_heading() {
        return Vec::new();
    }
    let line = label.line;
    let same = label.parent;
    reading.items().filter(|item| item.parent == same && item.line > line && !item.is_heading()).collect()
}

fn inside(task: &Item<'_>, need: &Item<'_>) -> bool {
    let words = Words::topic(task.text);
    words.len() >= 2 && words.within(&Words::topic(need.text))
}

/// L24.
pub(super) fn critical_path(reading: &Reading<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for statement in reading.statements {
        let Meaning::Dependency { relation: Relation::Chain, on } = &statement.meaning else { continue };
        let steps: Vec<Words> = on.iter().map(|name| Words::topic(name)).collect();
        let on_path = |words: &Words| steps.iter().any(|step| step.within(words) || words.within(step));
        for other in reading.statements.iter().filter(|other| other.line != statement.line) {
            let Meaning::Dependency { relation: Relation::Requires, on: needed } = &other.meaning else { continue };
            let dependant = Words::topic(about(reading, other));
            let is_step = steps.iter().any(|step| *step == dependant || dependant == step.without(&["deploy"]));
            let left: Vec<&String> = needed.iter().filter(|name| !on_path(&Words::topic(name))).collect();
            if !is_step || left.is_empty() {
                continue;
            }
            let names: Vec<String> = left.iter().map(|name| format!("`{name}`")).collect();
            let message = format!(
                "the critical path leaves out what its step `{}` requires: {}. The longest path follows from the dependencies",
                about(reading, other),
                names.join(", ")
            );
            findings.push(Finding::new(Severity::Medium, [statement.line, other.line], message));
        }
    }
    findings
}
