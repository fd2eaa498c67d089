//! What an expression was over a time: mean, extremes, and whether Prometheus remembers that long at all.

use std::time::Duration;

use serde_json::Value as Json;

use super::{Sample, not_answered, number};
use crate::expect::units::std_duration;
use crate::model::{Exact, Fact, FactDecl, FactType, Facts, Problems, Unknown, Value};
use crate::yaml::Spanned;

/// Points that are asked for; Prometheus refuses more than 11 000.
const POINTS: u64 = 1000;
/// The longest time; longer ones would be years of points far apart.
const LONGEST: Duration = Duration::from_secs(400 * 86_400);

/// The parameter `over`.
pub(super) fn over(given: Option<&Spanned<String>>, problems: &mut Problems) -> Option<Duration> {
    let given = given?;
    let wrong = match std_duration(given) {
        Ok(time) if time >= Duration::from_secs(1) && time <= LONGEST => return Some(time),
        Ok(_) => format!("`over: {}` is too short or too long", given.value),
        Err(wrong) => wrong.to_string(),
    };
    problems.push(given.span.problem(wrong).help("a time from 1 s to 400 d, such as `over: 30 d`"));
    None
}

/// From when to when, and how far apart the points are, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times {
    start: i64,
    end: i64,
    step: i64,
}

impl Times {
    pub(super) fn until(now: i64, over: Duration) -> Times {
        let seconds = i64::try_from(over.as_secs()).unwrap_or(i64::MAX);
        let step = i64::try_from(over.as_secs().div_ceil(POINTS).max(1)).unwrap_or(i64::MAX);
        Times { start: now.saturating_sub(seconds), end: now, step }
    }

    pub(super) fn texts(self) -> Vec<(&'static str, String)> {
        [("start", self.start), ("end", self.end), ("step", self.step)]
            .map(|(name, it)| (name, it.to_string()))
            .to_vec()
    }

    fn points(self) -> i64 {
        (self.end - self.start) / self.step + 1
    }
}

/// The facts of a time.
pub(super) fn declared() -> Vec<FactDecl> {
    use FactType::{Any, Duration, Ratio};
    vec![
        FactDecl::new(
            "mean",
            Any,
            "Mean of the only series; absent without data, unobserved where the memory is too short.",
        ),
        FactDecl::new("min", Any, "Its least value."),
        FactDecl::new("max", Any, "Its greatest value."),
        FactDecl::new("share", Ratio, "The mean as a share, for what is between 0 and 1 such as `up`."),
        FactDecl::new("history", Duration, "How far back the data reach; absent without data."),
        FactDecl::new("covered", Ratio, "Share of the time for which there are data."),
    ]
}

/// Facts of an answer; unknown when it is none.
pub(super) fn facts(data: &Json, times: Times, notes: &mut Vec<String>) -> Result<Facts, Unknown> {
    let Some(all) = data["result"].as_array().filter(|_| data["resultType"] == "matrix") else {
        return Err(not_answered("the answer has no matrix"));
    };
    let mut facts = Facts::new();
    facts.present("series", Value::count(all.len()));
    let points = match all.as_slice() {
        [] => Vec::new(),
        [one] => points(&one["values"]).map_err(not_answered)?,
        several => {
            facts.set_reason(format!("{} series; aggregate them, such as with `min by ()`", several.len()));
            return Ok(facts);
        }
    };
    let Some((first, _)) = points.first() else {
        notes.push("no data".to_owned());
        for name in ["mean", "min", "max", "share", "history"] {
            facts.set(name, Fact::Absent);
        }
        facts.present("covered", Value::Number(Exact::zero()));
        return Ok(facts);
    };
    let history = times.end - first;
    facts.present("history", Value::count(history));
    let covered = Exact::ratio(i64::try_from(points.len()).unwrap_or(i64::MAX).min(times.points()), times.points());
    facts.set("covered", covered.map_or(Fact::Absent, |share| Fact::Present(Value::Number(share))));
    if history + times.step < times.end - times.start {
        let due = times.end - times.start;
        facts.set_reason(format!("data reach back {}, {} are due", in_words(history), in_words(due)));
        return Ok(facts);
    }
    set_figures(&mut facts, points.into_iter().map(|(_, number)| number).collect());
    Ok(facts)
}

fn set_figures(facts: &mut Facts, numbers: Vec<Exact>) {
    let count = Exact::whole(numbers.len());
    let present = |number: Option<Exact>| number.map_or(Fact::Absent, |number| Fact::Present(Value::Number(number)));
    facts.set("min", present(numbers.iter().min().cloned()));
    facts.set("max", present(numbers.iter().max().cloned()));
    let mean = numbers.into_iter().sum::<Exact>().checked_div(&count);
    let share = match &mean {
        Some(mean) if mean.is_negative() || *mean > Exact::one() => {
            Fact::Unobserved("the mean is not between 0 and 1".to_owned())
        }
        share => present(share.clone()),
    };
    facts.set("share", share);
    facts.set("mean", present(mean));
}

/// Second and number of each point that has one.
fn points(values: &Json) -> Result<Vec<(i64, Exact)>, String> {
    let mut points = Vec::new();
    for point in values.as_array().into_iter().flatten() {
        let second = point[0].as_f64().ok_or("a point has no time")?;
        match number(point)? {
            Sample::Number(number) => points.push((second as i64, number)),
            Sample::NoData => {}
            Sample::Infinite => return Err("a value is infinite".to_owned()),
        }
    }
    Ok(points)
}

/// `3 d`, `5 h`, `40 s`: the largest unit that fits.
fn in_words(seconds: i64) -> String {
    let units = [("d", 86_400), ("h", 3600), ("min", 60)];
    let fitting = units.into_iter().find(|(_, length)| seconds >= *length);
    fitting.map_or_else(|| format!("{seconds} s"), |(unit, length)| format!("{} {unit}", seconds / length))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    const DAY: i64 = 86_400;

    fn of(values: Json) -> Facts {
        let data = json!({ "resultType": "matrix", "result": [{ "metric": {}, "values": values }] });
        facts(&data, Times::until(10 * DAY, Duration::from_secs(2 * 86_400)), &mut Vec::new()).unwrap()
    }

    fn present(numerator: i64, denominator: i64) -> Fact {
        Fact::Present(Value::Number(Exact::ratio(numerator, denominator).unwrap()))
    }

    #[test]
    fn points_are_as_far_apart_as_the_time_is_long() {
        let times = Times::until(1_000_000, Duration::from_secs(86_400));
        assert_eq!((times.start, times.step, times.points()), (1_000_000 - DAY, 87, 994));
        assert_eq!(Times::until(100, Duration::from_secs(5)).step, 1);
    }

    #[test]
    fn the_mean_of_enough_history_is_a_share() {
        let facts =
            of(json!([[8 * DAY, "1"], [9 * DAY, "1"], [9 * DAY + 1, "NaN"], [10 * DAY - 9, "0"], [10 * DAY, "1"]]));
        assert_eq!(
            (facts.get("share"), facts.get("min"), facts.get("max")),
            (present(3, 4), present(0, 1), present(1, 1))
        );
        assert_eq!(facts.get("history"), Fact::Present(Value::count(2 * DAY)));
    }

    #[test]
    fn a_short_memory_leaves_the_mean_unknown() {
        let facts = of(json!([[9 * DAY, "1"], [10 * DAY, "1"]]));
        assert_eq!(facts.get("share"), Fact::Unobserved("data reach back 1 d, 2 d are due".to_owned()));
        assert_eq!(facts.get("history"), Fact::Present(Value::count(DAY)));
    }

    #[test]
    fn no_data_is_absent_and_several_series_are_not_mixed() {
        assert_eq!(of(json!([])).get("mean"), Fact::Absent);
        assert_eq!(of(json!([])).get("covered"), present(0, 1));
        let two = json!({ "resultType": "matrix", "result": [{ "values": [] }, { "values": [] }] });
        let facts = facts(&two, Times::until(10, Duration::from_secs(5)), &mut Vec::new()).unwrap();
        assert!(matches!(facts.get("mean"), Fact::Unobserved(_)));
        assert!(matches!(of(json!([[8 * DAY, "5"], [10 * DAY, "7"]])).get("share"), Fact::Unobserved(_)));
    }
}
