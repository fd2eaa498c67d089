//! L12: bounds that follow from other bounds and do not fit them.

use super::reading::{Reading, shown};
use super::roll_up::quoted;
use super::words::{Words, says_any};
use super::{Finding, Severity};
use crate::model::statement::{Comparison, Meaning, Threshold};
use crate::model::{Exact, Statement};

/// How many times a bound must be exceeded to be worth a question.
const FAR: i64 = 5;

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    users_against_throughput(reading).into_iter().chain(volume_against_time(reading)).collect()
}

fn thresholds<'a>(reading: &Reading<'a>) -> Vec<(&'a Statement, &'a Threshold)> {
    reading
        .statements
        .iter()
        .filter_map(|statement| match &statement.meaning {
            Meaning::Threshold(threshold) => Some((statement, threshold)),
            _ => None,
        })
        .collect()
}

fn milliseconds(threshold: &Threshold) -> Option<Exact> {
    let factor = match threshold.unit.as_str() {
        "ms" => 1,
        "s" | "sec" | "second" | "seconds" => 1_000,
        _ => return None,
    };
    Some(threshold.value.clone() * Exact::whole(factor))
}

fn is_upper(threshold: &Threshold) -> bool {
    matches!(threshold.comparison, Comparison::Less | Comparison::AtMost)
}

/// Users / response time = requests per second, unless users think (Little's law).
fn users_against_throughput(reading: &Reading<'_>) -> Option<Finding> {
    let all = thresholds(reading);
    let lower = |threshold: &Threshold| matches!(threshold.comparison, Comparison::AtLeast | Comparison::More);
    if reading
        .items()
        .any(|item| says_any(item.text, &["think time", "think-time", "requests per user", "active users"]))
    {
        return None;
    }
    let users = all.iter().find(|(statement, threshold)| {
        lower(threshold)
            && says_any(&statement.text, &["concurrent users", "simultaneous users", "users", "simultaneous"])
            && Words::of(&statement.text).has("user")
    })?;
    let near = |(statement, _): &&(&Statement, &Threshold)| statement.line.abs_diff(users.0.line);
    let time = all
        .iter()
        .filter(|(statement, threshold)| {
            is_upper(threshold)
                && milliseconds(threshold).is_some()
                && says_any(&statement.text, &["response time", "response times", "latency"])
        })
        .min_by_key(near)?;
    let rate = all.iter().filter(|(_, threshold)| lower(threshold) && threshold.unit == "req/s").min_by_key(near)?;
    let needed = (users.1.value.clone() * Exact::whole(1_000)).checked_div(&milliseconds(time.1)?)?;
    if needed < rate.1.value.clone() * Exact::whole(FAR) {
        return None;
    }
    let message = format!(
        "{} users at {} {} need {} requests a second unless they wait between requests, the bound is {}: state the think time",
        shown(&users.1.value),
        shown(&time.1.value),
        time.1.unit,
        shown(&needed),
        shown(&rate.1.value)
    );
    let arithmetic = format!(
        "{} / {} {} = {} req/s; {} / {} req/s = one request every {} s per user",
        shown(&users.1.value),
        shown(&time.1.value),
        time.1.unit,
        shown(&needed),
        shown(&users.1.value),
        shown(&rate.1.value),
        users.1.value.clone().checked_div(&rate.1.value).map(|pause| shown(&pause)).unwrap_or_default()
    );
    Some(Finding::new(Severity::Low, [users.0.line, time.0.line, rate.0.line], message).because(arithmetic))
}

/// Time per thing times the number of things, against the time for a whole answer or page.
fn volume_against_time(reading: &Reading<'_>) -> Option<Finding> {
    let all = thresholds(reading);
    for (each, time) in all.iter().filter(|(_, threshold)| is_upper(threshold)) {
        let Some(noun) = after_per(&each.text) else { continue };
        let Some(each_ms) = milliseconds(time) else { continue };
        let count = all.iter().find(|(statement, threshold)| {
            statement.item != each.item
                && Words::of(&threshold.unit).shared(&noun) > 0
                && threshold.value > Exact::whole(1)
        });
        let Some((volume, count)) = count else { continue };
        let whole = each_ms.clone() * count.value.clone();
        let page = all.iter().find(|(statement, threshold)| {
            statement.item != each.item
                && is_upper(threshold)
                && says_any(&statement.text, &["page", "load time", "load times", "response time", "response times"])
                && milliseconds(threshold).is_some_and(|page| whole > page * Exact::whole(FAR))
        });
        let Some((page_statement, page)) = page else { continue };
        let seconds = whole.checked_div(&Exact::whole(1_000)).map(|seconds| shown(&seconds)).unwrap_or_default();
        let message = format!(
            "{} at {} ms each take {seconds} s, {} asks for {} {}: with pages, or a cache?",
            quoted(&volume.text),
            shown(&each_ms),
            quoted(&page_statement.text),
            shown(&page.value),
            page.unit
        );
        let arithmetic = format!("{} × {} ms = {seconds} s", shown(&count.value), shown(&each_ms));
        return Some(
            Finding::new(Severity::Low, [each.line, volume.line, page_statement.line], message).because(arithmetic),
        );
    }
    None
}

/// The noun after `per`: `<2 ms per profile`.
fn after_per(text: &str) -> Option<Words> {
    let words: Vec<String> = super::words::lower_words(text).collect();
    let at = words.iter().position(|word| word == "per")?;
    Some(Words::of(words.get(at + 1)?))
}
