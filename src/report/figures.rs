//! Numbers of a report as people read them. Rounds down once and computes nothing new.

use crate::model::Exact;
use crate::model::report::{Area, Score};

/// A percentage floored to one decimal, without its sign: `61.2`. The JSON value is floored to two decimals already,
/// and flooring again cannot move it upwards.
pub(super) fn percent(value: f64) -> String {
    Exact::from_f64(value).map_or_else(|| "?".to_owned(), |exact| exact.floor_fixed(1))
}

/// `61.2 … 78.0 %`, or `61.2 %` where both ends show the same.
pub(super) fn interval(score: &Score, between: &str) -> String {
    let (proven, possible) = (percent(score.proven.value), percent(score.possible.value));
    if proven == possible { format!("{proven} %") } else { format!("{proven} {between} {possible} %") }
}

/// The measured share: `83.3 %`.
pub(super) fn measured(score: &Score) -> String {
    format!("{} %", percent(score.measured.value))
}

/// What is left to prove: 100 % less the shown proven score, so that the two add up on paper.
pub(super) fn remaining(score: &Score) -> String {
    let shown = Exact::parse_decimal(&percent(score.proven.value));
    shown.map_or_else(|| "?".to_owned(), |proven| (Exact::whole(100) - proven).floor_fixed(1))
}

/// What a document claims for an area: its words where it gave some.
pub(super) fn claimed(area: &Area) -> Option<String> {
    area.claimed.map(|value| format!("{} %", decimal(value))).or_else(|| area.claimed_text.clone())
}

/// A number as the report has it, in shortest decimal form: `7.4`, `2`.
pub(super) fn decimal(value: f64) -> String {
    format!("{value}")
}

/// Points gained; the report floors them to 0.01, so nothing may be left of a small one.
pub(super) fn points(value: f64) -> String {
    match value {
        0.0 => "< 0.01 points".to_owned(),
        1.0 => "1 point".to_owned(),
        value => format!("{} points", decimal(value)),
    }
}

/// `1 day`, `2.5 days`; a third of a day is `0.33 days`.
pub(super) fn days(value: f64) -> String {
    format!("{} {}", work(value), if value == 1.0 { "day" } else { "days" })
}

/// Person-days to a hundredth: shares of an effort have no end of digits.
fn work(value: f64) -> String {
    let rounded = Exact::from_f64(value).map_or_else(|| "?".to_owned(), |exact| exact.round_fixed(2));
    rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `2 … 4 days`, `2 days`.
pub(super) fn effort(range: [f64; 2], between: &str) -> String {
    if range[0] == range[1] { days(range[1]) } else { format!("{} {between} {}", work(range[0]), days(range[1])) }
}

/// Whole days late or early, in words.
pub(super) fn slip(count: i64) -> String {
    match count {
        0 => "in time".to_owned(),
        1 => "1 day late".to_owned(),
        count if count > 0 => format!("{count} days late"),
        -1 => "1 day early".to_owned(),
        count => format!("{} days early", count.unsigned_abs()),
    }
}

/// `840 ms`, `12.3 s`, `3 min 20 s`.
pub(super) fn duration(milliseconds: u64) -> String {
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..60_000 => format!("{}.{} s", milliseconds / 1_000, milliseconds % 1_000 / 100),
        _ => format!("{} min {} s", milliseconds / 60_000, milliseconds % 60_000 / 1_000),
    }
}

/// `3 days old`, in the largest whole unit.
pub(super) fn age(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{} old", if count == 1 { "" } else { "s" })
}

/// What is said behind a commit, of whether the work tree differs from it.
pub(super) fn changes(dirty: Option<bool>) -> &'static str {
    match dirty {
        Some(false) => "",
        Some(true) => " with uncommitted changes",
        None => ", perhaps with uncommitted changes",
    }
}

/// `2026-11-20 13:14 UTC` from RFC 3339 in UTC; anything else as it stands.
pub(super) fn moment(rfc3339: &str) -> String {
    match (rfc3339.get(..10), rfc3339.get(10..11), rfc3339.get(11..16)) {
        (Some(day), Some("T"), Some(minute)) if rfc3339.ends_with('Z') => format!("{day} {minute} UTC"),
        _ => rfc3339.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::Share;

    fn share(value: f64) -> Share {
        Share { value, exact: String::new() }
    }

    #[test]
    fn percentages_are_floored_never_rounded_up() {
        assert_eq!(percent(61.29), "61.2");
        assert_eq!(percent(99.99), "99.9");
        assert_eq!(percent(100.0), "100.0");
        assert_eq!(percent(f64::NAN), "?");
    }

    #[test]
    fn remaining_work_and_the_proven_score_add_up_to_a_hundred() {
        let score = Score { proven: share(61.29), possible: share(78.0), measured: share(80.0), claimed: None };
        assert_eq!(remaining(&score), "38.8");
        assert_eq!(interval(&score, "…"), "61.2 … 78.0 %");
        assert_eq!(interval(&Score { possible: share(61.21), ..score }, "…"), "61.2 %");
    }

    #[test]
    fn times_use_the_unit_a_person_would() {
        assert_eq!([duration(840), duration(12_345), duration(200_000)], ["840 ms", "12.3 s", "3 min 20 s"]);
        assert_eq!([age(1), age(7_200), age(200_000)], ["1 second old", "2 hours old", "2 days old"]);
        assert_eq!(moment("2026-11-20T13:14:35Z"), "2026-11-20 13:14 UTC");
        assert_eq!(moment("hostile"), "hostile");
    }
}
