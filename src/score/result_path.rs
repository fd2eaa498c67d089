//! Names of the facts about a result, resolved on the raw text against known ids: ids hold `/`, `@` and `-`, keys of
//! instances even dots, so nothing is split at dots.

use crate::expect::{self, Fault, Typed};
use crate::model::outline::Outline;
use crate::model::problem::nearest;
use crate::model::{FactDecl, FactSchema, FactType, Severity};

/// Words of an outcome fact. What is unknown or blocked may still be any of the last two.
const OUTCOMES: &[&str] = &["n/a", "fail", "pass"];

/// A fact about the result; the numbers are indexes into the outline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResultFact {
    /// `score`, `area.<id>.measured`, …; the overall without an area.
    Score { area: Option<usize>, part: ScorePart },
    /// `checks.<severity>.failed`, …; of one severity, or of all.
    Count { area: Option<usize>, severity: Option<Severity>, counted: Counted },
    /// `check.<id>.outcome`
    CheckOutcome(usize),
    /// `check.<id>.fact.<name>`
    CheckFact(usize),
    /// `phase.<id>.score`
    PhaseScore(usize),
    /// `gate.<id>.outcome`
    GateOutcome(usize),
}

/// Parts of a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScorePart {
    Score,
    Possible,
    Measured,
}

/// What is counted of checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Failed,
    Unknown,
    Blocked,
    Waived,
    Passed,
    Total,
}

const PARTS: [(&str, ScorePart); 3] =
    [("score", ScorePart::Score), ("possible", ScorePart::Possible), ("measured", ScorePart::Measured)];

const COUNTED: [(&str, Counted); 6] = [
    ("failed", Counted::Failed),
    ("unknown", Counted::Unknown),
    ("blocked", Counted::Blocked),
    ("waived", Counted::Waived),
    ("passed", Counted::Passed),
    ("total", Counted::Total),
];

const SEVERITIES: [(&str, Option<Severity>); 5] = [
    ("blocker", Some(Severity::Blocker)),
    ("high", Some(Severity::High)),
    ("medium", Some(Severity::Medium)),
    ("low", Some(Severity::Low)),
    ("all", None),
];

/// A line of a gate, resolved and typed.
pub(super) struct Compiled {
    pub(super) fact: ResultFact,
    pub(super) typed: Typed,
}

/// Resolves and types a line of a gate; places in the fault are those of the whole text.
pub(super) fn compile(outline: &Outline, text: &str) -> Result<Compiled, Fault> {
    let body = text.trim_start();
    let Some((fact, line)) = resolve(outline, body) else { return Err(unknown(outline, text)) };
    // The line is the end of the text, from the fact's last word on.
    let dropped = text.len() - line.len();
    let skipped = u32::try_from(text.get(..dropped).unwrap_or_default().chars().count()).unwrap_or(u32::MAX);
    let shifted = |fault: Fault| Fault { offset: fault.offset.saturating_add(skipped), ..fault };
    let expectation = expect::parse(line).map_err(shifted)?;
    let typed = expect::type_check(&expectation, &schema(outline, fact)).map_err(shifted)?;
    Ok(Compiled { fact, typed })
}

/// The path a line starts with, as far as it can be told.
pub(super) fn path_of(text: &str) -> String {
    let word = || text.split_whitespace().next().unwrap_or_default().to_owned();
    expect::parse(text).map_or_else(|_| word(), |expectation| expectation.path().to_owned())
}

fn schema(outline: &Outline, fact: ResultFact) -> FactSchema {
    let named = |name: &'static str, ftype: FactType| FactSchema {
        decls: vec![FactDecl::new(name, ftype, "a fact about the result")],
        ..FactSchema::default()
    };
    match fact {
        ResultFact::Score { part, .. } => named(name_of(&PARTS, part), FactType::Ratio),
        ResultFact::PhaseScore(_) => named("score", FactType::Ratio),
        ResultFact::Count { counted, .. } => named(name_of(&COUNTED, counted), FactType::Count),
        ResultFact::CheckOutcome(_) | ResultFact::GateOutcome(_) => named("outcome", FactType::Ordered(OUTCOMES)),
        ResultFact::CheckFact(index) => outline.checks.get(index).map(|check| check.facts.clone()).unwrap_or_default(),
    }
}

fn name_of<T: PartialEq>(table: &[(&'static str, T)], wanted: T) -> &'static str {
    table.iter().find(|(_, entry)| *entry == wanted).map_or("", |(name, _)| name)
}

/// The fact and the rest of the text from its last word on.
fn resolve<'t>(outline: &Outline, text: &'t str) -> Option<(ResultFact, &'t str)> {
    if let Some(rest) = text.strip_prefix("area.") {
        let (index, rest) = known(outline.areas.iter().map(|area| area.id.as_str()), rest)?;
        return of_scope(rest, Some(index));
    }
    if let Some(rest) = text.strip_prefix("check.") {
        let (index, rest) = known(outline.checks.iter().map(|check| check.id.as_str()), rest)?;
        let of_check = rest.strip_prefix("fact.").map(|line| (ResultFact::CheckFact(index), line));
        return of_check.or_else(|| (word(rest) == "outcome").then_some((ResultFact::CheckOutcome(index), rest)));
    }
    if let Some(rest) = text.strip_prefix("phase.") {
        let (index, rest) = known(outline.phases.iter().map(|phase| phase.id.as_str()), rest)?;
        return (word(rest) == "score").then_some((ResultFact::PhaseScore(index), rest));
    }
    if let Some(rest) = text.strip_prefix("gate.") {
        let (index, rest) = known(outline.gates.iter().map(|gate| gate.id.as_str()), rest)?;
        return (word(rest) == "outcome").then_some((ResultFact::GateOutcome(index), rest));
    }
    of_scope(text, None)
}

fn of_scope(text: &str, area: Option<usize>) -> Option<(ResultFact, &str)> {
    if let Some((_, part)) = PARTS.iter().find(|(name, _)| *name == word(text)) {
        return Some((ResultFact::Score { area, part: *part }, text));
    }
    let rest = text.strip_prefix("checks.")?;
    SEVERITIES.iter().find_map(|(name, severity)| {
        let line = rest.strip_prefix(name)?.strip_prefix('.')?;
        let (_, counted) = COUNTED.iter().find(|(name, _)| *name == word(line))?;
        Some((ResultFact::Count { area, severity: *severity, counted: *counted }, line))
    })
}

/// The longest of these ids that the text starts with, before a dot, and what follows the dot.
fn known<'i, 't>(ids: impl Iterator<Item = &'i str>, text: &'t str) -> Option<(usize, &'t str)> {
    let fits =
        ids.enumerate().filter_map(|(index, id)| Some((id.len(), index, text.strip_prefix(id)?.strip_prefix('.')?)));
    fits.max_by_key(|(length, ..)| *length).map(|(_, index, rest)| (index, rest))
}

/// The text up to what cannot be part of a path.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '=' | '!' | '<' | '>' | '[')).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// A fault for a line that names no fact of the result; a fault in its grammar is told first.
fn unknown(outline: &Outline, text: &str) -> Fault {
    let path = match expect::parse(text) {
        Ok(expectation) => expectation.path().to_owned(),
        Err(fault) => return fault,
    };
    let help = match nearest_fact(outline, &path) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "a gate may use `score`, `possible`, `measured`, `checks.<severity>.<outcome>`, the same after \
                 `area.<id>.`, `check.<id>.outcome`, `check.<id>.fact.<name>`, `phase.<id>.score`, `gate.<id>.outcome`"
            .to_owned(),
    };
    let lead = text.chars().take_while(|c| c.is_whitespace()).count();
    let length = path.chars().count().max(1);
    Fault {
        offset: u32::try_from(lead).unwrap_or(0),
        length: u32::try_from(length).unwrap_or(1),
        message: format!("`{path}` is not a fact about the result"),
        help: Some(help),
    }
}

/// The fact that the mistyped path most likely meant.
fn nearest_fact(outline: &Outline, path: &str) -> Option<String> {
    if let Some((id, fact)) = path.strip_prefix("check.").and_then(|rest| rest.split_once(".fact.")) {
        let near = nearest(id, outline.checks.iter().map(|check| check.id.as_str()))?;
        return Some(format!("check.{near}.fact.{fact}"));
    }
    let names = result_names(outline);
    nearest(path, names.iter().map(String::as_str)).map(str::to_owned)
}

/// Every fact about the result by name, but those of single checks below `check.<id>.fact.`.
pub fn result_names(outline: &Outline) -> Vec<String> {
    let mut names = scope_names("");
    for area in &outline.areas {
        names.extend(scope_names(&format!("area.{}.", area.id)));
    }
    names.extend(outline.checks.iter().map(|check| format!("check.{}.outcome", check.id)));
    names.extend(outline.phases.iter().map(|phase| format!("phase.{}.score", phase.id)));
    names.extend(outline.gates.iter().map(|gate| format!("gate.{}.outcome", gate.id)));
    names
}

fn scope_names(prefix: &str) -> Vec<String> {
    let parts = PARTS.iter().map(|(part, _)| format!("{prefix}{part}"));
    let counts = SEVERITIES.iter().flat_map(|(severity, _)| {
        COUNTED.iter().map(move |(counted, _)| format!("{prefix}checks.{severity}.{counted}"))
    });
    parts.chain(counts).collect()
}

/// What is wrong with a line of `expect` of the gate at `gate`, told before anything runs; gates that depend on
/// themselves included.
pub fn gate_fault(outline: &Outline, gate: usize, text: &str) -> Option<Fault> {
    let compiled = match compile(outline, text) {
        Ok(compiled) => compiled,
        Err(fault) => return Some(fault),
    };
    let ResultFact::GateOutcome(other) = compiled.fact else { return None };
    if !depends_on(outline, other, gate) {
        return None;
    }
    let id = |index: usize| outline.gates.get(index).map_or("", |gate| gate.id.as_str());
    let through = if other == gate { String::new() } else { format!(" through `{}`", id(other)) };
    let path = path_of(text);
    Some(Fault {
        offset: u32::try_from(text.chars().take_while(|c| c.is_whitespace()).count()).unwrap_or(0),
        length: u32::try_from(path.chars().count().max(1)).unwrap_or(1),
        message: format!("gate `{}` depends on itself{through}", id(gate)),
        help: Some("take this line out of one of the gates".to_owned()),
    })
}

/// Whether the gate at `from` is, or asks for, the gate at `goal`.
fn depends_on(outline: &Outline, from: usize, goal: usize) -> bool {
    let mut seen = std::collections::BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(index) = open.pop() {
        if index == goal {
            return true;
        }
        let lines = outline.gates.get(index).map_or(&[][..], |gate| gate.expect.as_slice());
        for line in lines {
            if let Some((ResultFact::GateOutcome(next), _)) = resolve(outline, line.trim_start())
                && seen.insert(next)
            {
                open.push(next);
            }
        }
    }
    false
}
