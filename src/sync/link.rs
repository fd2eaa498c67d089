//! Which line of a document is about what was measured: by a comment on the line (`<!-- shipworthy: check ID -->`,
//! `area ID`, `overall`), else by the place and text of the claim that the report holds.

use std::collections::{BTreeMap, BTreeSet};

use super::Lost;
use super::mark::find;
use super::sign::Measure;
use crate::model::report::{Check, Report, Score};
use crate::model::{Exact, Outcome};

/// What a line is about, and what was measured of it.
pub(super) struct Link {
    pub(super) subject: String,
    pub(super) measured: Measured,
}

/// The words for a claim that nothing looks at.
pub(super) const NOTHING_MEASURED: &str = "nothing is measured for it";

/// What was measured.
pub(super) enum Measured {
    /// Of checks: the state to write, where it is known.
    State { state: Option<Measure>, certain: Certain, words: String },
    /// Of an area or the whole: the proven score.
    Percent { proven: Exact, words: String },
}

/// Whether every check of a line holds, as far as it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certain {
    Pass,
    NotPass,
}

impl Certain {
    pub(super) fn is_pass(self) -> bool {
        self == Certain::Pass
    }
}

impl Measured {
    pub(super) fn words(&self) -> &str {
        match self {
            Measured::State { words, .. } | Measured::Percent { words, .. } => words,
        }
    }
}

/// Links by line, counted from 0, and claims whose line was not found.
pub(super) fn links(
    raw: &[&[u8]],
    readable: &[&str],
    name: &str,
    report: &Report,
) -> (BTreeMap<usize, Link>, Vec<Lost>) {
    let mut checks: BTreeMap<usize, Vec<&Check>> = BTreeMap::new();
    let mut links: BTreeMap<usize, Link> = BTreeMap::new();
    let mut marked: BTreeSet<&str> = BTreeSet::new();
    for (index, line) in raw.iter().enumerate() {
        match comment(line).as_deref().map(|text| text.split_once(' ').unwrap_or((text, ""))) {
            Some(("check", id)) => {
                let named = report.checks.iter().filter(|check| check.id == id.trim() || check.rule == id.trim());
                for check in named {
                    marked.insert(&check.id);
                    checks.entry(index).or_default().push(check);
                }
            }
            Some(("area", id)) => {
                let score = report.areas.iter().find(|area| area.id == id.trim()).and_then(|area| area.score.as_ref());
                links.extend(
                    score.and_then(percent).map(|measured| (index, Link { subject: id.trim().to_owned(), measured })),
                );
            }
            Some(("overall", _)) => {
                links.extend(
                    report
                        .score
                        .as_ref()
                        .and_then(percent)
                        .map(|measured| (index, Link { subject: "overall".to_owned(), measured })),
                );
            }
            _ => {}
        }
    }
    let mut lost = Vec::new();
    for check in report.checks.iter().filter(|check| !marked.contains(check.id.as_str())) {
        let Some(source) = check.claimed.as_ref().and_then(|claim| claim.source.as_ref()) else { continue };
        let Some(line) = line_of(source, name) else { continue };
        let text = check.claimed.as_ref().and_then(|claim| claim.text.as_deref()).unwrap_or(&check.title);
        match place(readable, line, text) {
            Some(index) => checks.entry(index).or_default().push(check),
            None => lost.push(Lost { check: check.id.clone(), source: source.clone() }),
        }
    }
    links.extend(checks.into_iter().map(|(index, checks)| (index, of_checks(checks))));
    (links, lost)
}

/// The comment of a line that is addressed to us.
fn comment(line: &[u8]) -> Option<String> {
    const OPEN: &[u8] = b"<!-- shipworthy:";
    let start = find(line, OPEN)? + OPEN.len();
    let rest = line.get(start..)?;
    let end = find(rest, b"-->")?;
    Some(String::from_utf8_lossy(rest.get(..end)?).trim().to_owned())
}

/// The line that a claim's source names in this document: `PLAN.md:20`.
fn line_of(source: &str, name: &str) -> Option<usize> {
    let (file, line) = source.rsplit_once(':')?;
    let line: usize = line.trim().parse().ok().filter(|line| *line > 0)?;
    let last = |path: &str| path.rsplit(['/', '\\']).next().map(str::to_owned);
    (last(file) == last(name)).then_some(line - 1)
}

/// The line that holds the words of a claim: the one named, else the only one that does.
fn place(readable: &[&str], line: usize, text: &str) -> Option<usize> {
    let wanted = words(text);
    let holds = |line: &str| !wanted.is_empty() && wanted.is_subset(&words(line));
    if readable.get(line).is_some_and(|line| holds(line)) {
        return Some(line);
    }
    let mut others = (0..readable.len()).filter(|index| readable.get(*index).is_some_and(|line| holds(line)));
    others.next().filter(|_| others.next().is_none())
}

fn words(text: &str) -> BTreeSet<String> {
    let lower = text.to_lowercase();
    lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn of_checks(checks: Vec<&Check>) -> Link {
    let applying: Vec<&&Check> = checks.iter().filter(|check| check.outcome != Outcome::NotApplicable).collect();
    let failed = applying.iter().find(|check| check.outcome == Outcome::Fail);
    let unsure = applying.iter().find(|check| !check.outcome.is_known());
    let worst = failed.or(unsure).or(applying.first()).map(|check| **check);
    let state = match (failed, unsure, applying.is_empty()) {
        (Some(check), ..) => {
            Some(if check.credit_ppm > 0 || applying.iter().any(|other| other.outcome == Outcome::Pass) {
                Measure::Partial
            } else {
                Measure::Missing
            })
        }
        (None, Some(_), _) | (None, None, true) => None,
        (None, None, false) => Some(Measure::Done),
    };
    let certain = if failed.is_none() && unsure.is_none() { Certain::Pass } else { Certain::NotPass };
    let words = match worst {
        Some(_) if applying.iter().all(|check| is_bare_claim(check)) => NOTHING_MEASURED.to_owned(),
        Some(check) => outcome_words(check),
        None => "n/a".to_owned(),
    };
    let subject = checks.iter().map(|check| check.id.as_str()).collect::<Vec<_>>().join(", ");
    Link { subject, measured: Measured::State { state, certain, words } }
}

/// Whether nothing looks at what the check claims: then there is no measurement to write down.
fn is_bare_claim(check: &Check) -> bool {
    check.outcome == Outcome::Unknown && check.expectations.is_empty() && check.evidence.is_empty()
}

/// The outcome with the evidence for it.
fn outcome_words(check: &Check) -> String {
    let broken = check.expectations.iter().find(|line| line.outcome == check.outcome);
    let seen = || {
        let evidence = check
            .evidence
            .iter()
            .find_map(|evidence| evidence.note.clone().or_else(|| Some(evidence.place.as_ref()?.to_string())));
        evidence.unwrap_or_default()
    };
    let about = match check.outcome {
        Outcome::Fail => broken.map_or_else(seen, |line| format!("{}, expected {}", line.actual, line.text)),
        Outcome::Pass => broken.map_or_else(seen, |line| format!("{} ({})", line.text, line.actual)),
        Outcome::Unknown | Outcome::Blocked | Outcome::NotApplicable => check.reason.clone().unwrap_or_default(),
    };
    let word = check.outcome.word();
    if about.is_empty() { word.to_owned() } else { format!("{word}, {about}") }
}

fn percent(score: &Score) -> Option<Measured> {
    let proven = Exact::from_f64(score.proven.value)?;
    let possible = Exact::from_f64(score.possible.value)?;
    let words = format!("{} % proven, {} % possible", proven.floor_fixed(1), possible.floor_fixed(1));
    Some(Measured::Percent { proven, words })
}
