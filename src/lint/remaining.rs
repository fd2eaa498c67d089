//! L16: percentages whose base is not told.

use super::reading::{Item, Reading, plus, shown};
use super::roll_up::quoted;
use super::sum::shares_of_remaining;
use super::words::says_any;
use super::{Finding, Severity};
use crate::model::Exact;
use crate::model::statement::PercentRole;

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    points_or_shares(reading).into_iter().chain(two_bases(reading)).collect()
}

/// `15 % of remaining`, where the shares of an area add up to what remains, not to a hundred.
fn points_or_shares(reading: &Reading<'_>) -> Option<Finding> {
    let mut lines = Vec::new();
    let mut sums = Vec::new();
    for claim in reading.area_claims() {
        let shares = shares_of_remaining(reading, claim.heading);
        let values: Vec<Exact> = shares.iter().map(|(value, _)| value.clone()).collect();
        let sum: Exact = values.iter().cloned().sum();
        let nested = reading.above(claim.heading).iter().any(|above| above.is_heading() && above.claimed().is_some());
        if values.len() < 2 || nested || sum == Exact::whole(100) {
            continue;
        }
        let area = reading.item(claim.heading).map(|item| quoted(item.text)).unwrap_or_default();
        sums.push(format!("{area}: {} = {}", plus(&values), shown(&sum)));
        lines.extend(shares.iter().map(|(_, line)| *line));
    }
    if lines.is_empty() {
        return None;
    }
    let message = "parts are written as `% of remaining`, but do not add up to 100: are they points of the whole, or shares of the rest?";
    Some(Finding::new(Severity::Medium, lines, message).because(sums.join("; ")))
}

/// `65 % complete (15 % remaining)`: to 80, while elsewhere complete and remaining add up to 100.
fn two_bases(reading: &Reading<'_>) -> Option<Finding> {
    let both = |item: &Item<'_>| {
        let complete = item.percent(PercentRole::Complete)?;
        let remaining = item.percent(PercentRole::Remaining)?;
        says_any(item.text, &["complete", "done", "fertig", "terminé", "completo"])
            .then(|| (item.line, complete.clone(), remaining.clone()))
    };
    let pairs: Vec<(u32, Exact, Exact)> = reading.items().filter(|item| !item.is_heading()).filter_map(both).collect();
    let to_hundred =
        |(_, complete, remaining): &&(u32, Exact, Exact)| complete.clone() + remaining.clone() == Exact::whole(100);
    let (_, other): (Vec<_>, Vec<_>) = pairs.iter().partition(to_hundred);
    let (_, complete, remaining) = other.first()?;
    let message = format!(
        "complete and remaining add up to {} here, not to 100: say to which target `remaining` counts",
        shown(&(complete.clone() + remaining.clone()))
    );
    let sums: Vec<String> = other
        .iter()
        .map(|(_, complete, remaining)| {
            format!("{} + {} = {}", shown(complete), shown(remaining), shown(&(complete.clone() + remaining.clone())))
        })
        .collect();
    Some(Finding::new(Severity::Low, other.iter().map(|(line, ..)| *line), message).because(sums.join(", ")))
}
