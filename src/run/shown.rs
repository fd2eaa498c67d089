//! Which evidence of an observation a check shows: of what failed, else of all that is expected, and of what earns a
//! failed check its credit where nothing else can be shown.

use crate::expect::Judgement;
use crate::expect::credit::TypedCredit;
use crate::model::outcome::Outcome;
use crate::model::report::Evidence;
use crate::plan::Route;

/// Evidence of the facts that expectations name, or of the failed ones where something failed: what is counted first,
/// then hints, then what is suppressed, of whichever line.
pub(super) fn of_expectations(route: &Route, judgements: &[Judgement], observed: &[Evidence]) -> Vec<Evidence> {
    let named = |item: &Evidence, line: usize| {
        item.fact.as_deref().is_none_or(|fact| is_about(route.expect[line].path(), fact))
    };
    let lines = |outcome: Option<Outcome>| -> Vec<usize> {
        (0..judgements.len()).filter(|line| outcome.is_none_or(|o| judgements[*line].outcome == o)).collect()
    };
    let failed = lines(Some(Outcome::Fail));
    let all = lines(None);
    let wanted = if failed.is_empty() { &all } else { &failed };
    let is_wanted = |item: &&Evidence| {
        let lines = if item.suppression.is_some() { &all } else { wanted };
        lines.iter().any(|line| named(item, *line))
    };
    let mut shown: Vec<Evidence> = observed.iter().filter(is_wanted).cloned().collect();
    shown.sort_by_key(|item| (item.is_suppressed(), item.is_hint()));
    shown
}

/// What is missing has no place: where a failed check shows nothing that is counted, it shows what earns its credit,
/// marked as that, before all else.
pub(super) fn add_credited(shown: &mut Vec<Evidence>, credit: &TypedCredit, observed: &[Evidence]) {
    if shown.iter().any(Evidence::is_counted) {
        return;
    }
    let paths = credit.paths();
    let earns = |item: &&Evidence| {
        let fact = item.fact.as_deref();
        item.is_counted() && fact.is_some_and(|fact| paths.iter().any(|path| is_about(path, fact)))
    };
    let credited = observed.iter().filter(earns).map(|item| Evidence { credited: true, ..item.clone() });
    shown.splice(0..0, credited);
}

fn is_about(path: &str, fact: &str) -> bool {
    path == fact || path.strip_prefix(fact).is_some_and(|rest| rest.starts_with(['.', '[']))
}
