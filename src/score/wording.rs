//! Numbers in words. Shown numbers are rounded down, with as many decimals as keep them on their side of a threshold.

use super::weigh::percent;
use crate::model::{Exact, Outcome, Severity};

/// Decimals a shown percentage has at most when it must stand visibly on one side of a threshold.
const MOST_DECIMALS: u32 = 6;

/// A fraction of 1 in percent, rounded down to 0.1: `61.2`.
pub(super) fn pct(fraction: &Exact) -> String {
    percent(fraction).floor_fixed(1)
}

/// A threshold as written.
pub(super) fn threshold(percent: &Exact) -> String {
    percent.floor_decimals(MOST_DECIMALS)
}

/// A fraction of 1 in percent beside a threshold in percent: rounding down never moves it to the other side.
pub(super) fn pct_beside(fraction: &Exact, threshold: &Exact) -> String {
    let value = percent(fraction);
    let reaches = |digits: u32| {
        let shown = value.floor_fixed(digits);
        let on_its_side =
            Exact::parse_decimal(&shown).is_some_and(|shown| (shown >= *threshold) == (value >= *threshold));
        on_its_side.then_some(shown)
    };
    (1..=MOST_DECIMALS).find_map(reaches).unwrap_or_else(|| format!("just over {}", self::threshold(threshold)))
}

/// Points, rounded down to 0.01 and never shown as nothing when they are something.
pub(super) fn points(points: &Exact) -> String {
    let shown = points.floor_decimals(2);
    if shown == "0" && !points.is_zero() { "less than 0.01".to_owned() } else { shown }
}

/// `1 blocker`, `3 blockers`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// What a deciding check is called under this `fail_on`.
pub(super) fn deciding_noun(fail_on: Severity) -> String {
    match fail_on {
        Severity::Blocker => "blocker".to_owned(),
        Severity::High | Severity::Medium | Severity::Low => format!("check of severity {fail_on} or above"),
    }
}

/// The plural of [`deciding_noun`] with its count.
pub(super) fn deciding_count(count: usize, fail_on: Severity) -> String {
    match fail_on {
        Severity::Blocker => counted(count, "blocker"),
        Severity::High | Severity::Medium | Severity::Low => {
            format!("{} of severity {fail_on} or above", counted(count, "check"))
        }
    }
}

/// What became of a check, as part of a sentence.
pub(super) fn became(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "passed",
        Outcome::Fail => "failed",
        Outcome::Unknown => "could not be observed",
        Outcome::Blocked => "is blocked",
        Outcome::NotApplicable => "does not apply",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn exact(text: &str) -> Exact {
        Exact::parse_decimal(text).unwrap()
    }

    #[test]
    fn a_shown_percentage_stands_on_its_side_of_the_threshold() {
        assert_eq!(pct_beside(&exact("0.59999"), &exact("60")), "59.9");
        assert_eq!(pct_beside(&exact("0.5996"), &exact("59.95")), "59.96");
        assert_eq!(pct_beside(&exact("0.6"), &exact("60")), "60.0");
        let third = Exact::ratio(1, 3).unwrap();
        assert_eq!(pct_beside(&third, &percent(&third)), "just over 33.333333");
    }

    #[test]
    fn small_points_are_not_shown_as_none() {
        assert_eq!(points(&exact("0.004")), "less than 0.01");
        assert_eq!(points(&exact("0")), "0");
        assert_eq!(points(&exact("7.429")), "7.42");
    }
}
