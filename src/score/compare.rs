//! Two stored reports side by side: what changed, what that did to the score, and whether it is worse. The parts of the
//! difference are computed in `attribute`.

use std::collections::BTreeMap;

use super::attribute::{self, Part};
use crate::model::report::{Check, CheckState, Report};
use crate::model::{Exact, Outcome, Verdict};

/// What changed from one report to a later one.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The answers.
    pub verdicts: (Verdict, Verdict),
    /// Proven overall scores; `None` where a report shows none.
    pub scores: Option<ScoreChange>,
    /// Checks whose outcome changed, in the later plan's order.
    pub changed: Vec<OutcomeChange>,
    /// Checks that only the later report has.
    pub new: Vec<String>,
    /// Checks that only the earlier report has.
    pub gone: Vec<String>,
    /// Why the later one is worse; empty when it is not.
    pub worse: Vec<String>,
    /// Circumstances that make the two hard to compare.
    pub notes: Vec<String>,
}

/// How a score changed.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreChange {
    /// In hundredths of a percentage point, rounded down.
    pub before: i64,
    /// In hundredths of a percentage point, rounded down.
    pub after: i64,
    /// The exact difference in percentage points.
    pub exact_difference: Exact,
    /// Where it comes from.
    pub parts: Vec<Part>,
}

impl ScoreChange {
    /// In hundredths of a percentage point; the sum of the parts' hundredths.
    pub fn difference(&self) -> i64 {
        self.after - self.before
    }
}

/// A check whose outcome changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeChange {
    /// Check id.
    pub check: String,
    /// Title in the later report.
    pub title: String,
    /// Outcome before.
    pub before: Outcome,
    /// Outcome after.
    pub after: Outcome,
}

/// Compares an earlier report with a later one.
pub fn compare(before: &Report, after: &Report) -> Comparison {
    let old: BTreeMap<&str, &Check> = before.checks.iter().map(|check| (check.id.as_str(), check)).collect();
    let new: BTreeMap<&str, &Check> = after.checks.iter().map(|check| (check.id.as_str(), check)).collect();
    let changed: Vec<OutcomeChange> =
        after.checks.iter().filter_map(|check| outcome_change(old.get(check.id.as_str())?, check)).collect();
    let only_in = |report: &Report, other: &BTreeMap<&str, &Check>| {
        let ids = report.checks.iter().map(|check| check.id.clone());
        ids.filter(|id| !other.contains_key(id.as_str())).collect::<Vec<String>>()
    };
    let scores = scores(before, after);
    let worse = worse(before, after, scores.as_ref(), &changed, &new);
    Comparison {
        verdicts: (before.verdict, after.verdict),
        changed,
        new: only_in(after, &old),
        gone: only_in(before, &new),
        worse,
        notes: notes(before, after),
        scores,
    }
}

fn outcome_change(old: &Check, new: &Check) -> Option<OutcomeChange> {
    let change =
        || OutcomeChange { check: new.id.clone(), title: new.title.clone(), before: old.outcome, after: new.outcome };
    (old.outcome != new.outcome).then(change)
}

fn scores(before: &Report, after: &Report) -> Option<ScoreChange> {
    (before.score.is_some() && after.score.is_some()).then(|| {
        let (old, new) = (attribute::score_of(before), attribute::score_of(after));
        ScoreChange {
            before: attribute::hundredths(&old),
            after: attribute::hundredths(&new),
            exact_difference: new - old,
            parts: attribute::parts(before, after),
        }
    })
}

/// Worse: a lower verdict, a lower proven score, or an enforced check that passed and fails now.
fn worse(
    before: &Report,
    after: &Report,
    scores: Option<&ScoreChange>,
    changed: &[OutcomeChange],
    new: &BTreeMap<&str, &Check>,
) -> Vec<String> {
    let mut worse = Vec::new();
    if rank(after.verdict) < rank(before.verdict) {
        worse.push(format!("the verdict was {} and is {}", before.verdict.words(), after.verdict.words()));
    }
    if let Some(change) = scores.filter(|change| change.exact_difference.is_negative()) {
        let (old, new) = (points(change.before), points(change.after));
        worse.push(format!("the proven score fell from {old} to {new}"));
    }
    for change in changed.iter().filter(|change| change.before == Outcome::Pass && change.after == Outcome::Fail) {
        if new.get(change.check.as_str()).is_some_and(|check| check.state == CheckState::Enforced) {
            worse.push(format!("`{}` passed and fails now", change.check));
        }
    }
    worse
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::NotReady => 0,
        Verdict::Inconclusive => 1,
        Verdict::Ready => 2,
    }
}

fn notes(before: &Report, after: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    let mut differs = |what: &str, differs: bool| {
        if differs {
            notes.push(format!("the two runs differ in {what}"));
        }
    };
    differs("their system", before.system.name != after.system.name);
    differs("their environment", before.run.environment != after.run.environment);
    differs("their selection", before.run.selection != after.run.selection);
    differs("their spec", before.run.spec.sha256 != after.run.spec.sha256);
    differs("their catalog", before.run.catalog != after.run.catalog);
    for (name, report) in [("earlier", before), ("later", after)] {
        let stored = report.score.as_ref().and_then(|score| Exact::parse_fraction(&score.proven.exact));
        let computed = attribute::score_of(report);
        if stored.is_some_and(|stored| stored * Exact::whole(100) != computed) {
            notes.push(format!("the {name} report shows another score than its checks give; theirs is used"));
        }
    }
    notes
}

/// Hundredths as `61.23`.
pub(super) fn points(hundredths: i64) -> String {
    let size = hundredths.unsigned_abs();
    let sign = if hundredths < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", size / 100, size % 100)
}
