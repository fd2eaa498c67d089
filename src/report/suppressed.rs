//! What files ask specialists to pass over: who is told so and why, in words, and where it is.

use crate::model::Suppression;
use crate::model::report::{Evidence, Report};

/// A place, with the ids of the checks that it is about.
pub(super) type Place<'a> = (Vec<&'a str>, &'a Evidence);

/// Who is told to pass over it, why, and whether that holds.
pub(super) fn words(suppression: &Suppression) -> String {
    let by = &suppression.by;
    match (&suppression.reason, suppression.honoured) {
        (Some(reason), true) => format!("suppressed, {by}: {reason}"),
        (None, true) => format!("suppressed, {by}"),
        (Some(reason), false) => format!("counted although suppressed, {by}: {reason}"),
        (None, false) => format!("counted although suppressed, {by}, without a reason"),
    }
}

/// What files ask specialists to pass over, with the checks it is about: each place once, in the order of the checks.
pub(super) fn places(report: &Report) -> Vec<Place<'_>> {
    let mut found: Vec<Place<'_>> = Vec::new();
    for check in &report.checks {
        for evidence in check.evidence.iter().filter(|evidence| evidence.suppression.is_some()) {
            let is_same = |other: &Evidence| (&other.place, &other.note) == (&evidence.place, &evidence.note);
            match found.iter_mut().find(|(_, other)| is_same(other)) {
                Some((ids, _)) if ids.contains(&check.id.as_str()) => {}
                Some((ids, _)) => ids.push(&check.id),
                None => found.push((vec![&check.id], evidence)),
            }
        }
    }
    found
}
