//! Reports of load generators: one file per tool. This file owns what they have in common: times, rates, percentiles.

pub(super) mod gatling;
pub(super) mod jmeter;
pub(super) mod k6;
pub(super) mod locust;
pub(super) mod oha;
pub(super) mod vegeta;
pub(super) mod wrk;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::report::Report;
use crate::model::{Exact, Value};

/// What a load test measured; `None` where the report does not say.
#[derive(Clone, Debug, Default)]
struct Load {
    /// Response times in seconds by percentile, `95` or `99.9`.
    percentiles: BTreeMap<String, Exact>,
    mean: Option<Exact>,
    max: Option<Exact>,
    /// Per second.
    throughput: Option<Exact>,
    /// Of all requests.
    error_rate: Option<Exact>,
    requests: u64,
    /// Seconds.
    duration: Option<Exact>,
    users: Option<u64>,
    /// Thresholds of the test's own that were not met.
    breached: Option<u64>,
}

impl Load {
    /// The report, if any request was sent and no number is impossible.
    fn report(self, tool: &str) -> Result<Report, String> {
        if self.requests == 0 {
            return Err("tells of no request that was sent".to_owned());
        }
        let times = self.percentiles.values().chain(&self.mean).chain(&self.max).chain(&self.throughput);
        if times.chain(&self.duration).chain(&self.error_rate).any(Exact::is_negative) {
            return Err("has a negative time or rate".to_owned());
        }
        if self.error_rate.as_ref().is_some_and(|rate| *rate > Exact::one()) {
            return Err("has more errors than requests".to_owned());
        }
        let number = |number: Option<Exact>| number.map(Value::Number);
        let count = |count: Option<u64>| count.map(|count| Value::Number(Exact::whole(count)));
        let mut report = Report::of(tool)
            .scanned(self.requests, "requests")
            .value("requests", count(Some(self.requests)))
            .value("mean", number(self.mean))
            .value("max", number(self.max))
            .value("throughput", number(self.throughput))
            .value("error_rate", number(self.error_rate))
            .value("duration", number(self.duration))
            .value("users", count(self.users))
            .value("breached", count(self.breached));
        for (percentile, time) in self.percentiles {
            report = report.value(&format!("p{percentile}"), Some(Value::Number(time)));
        }
        Ok(report)
    }

    /// Adds a percentile; names that are no number are passed over.
    fn percentile(&mut self, name: &str, time: Option<Exact>) {
        let name = name.strip_suffix(".0").unwrap_or(name);
        let digits =
            name.chars().all(|c| c.is_ascii_digit() || c == '.') && name.starts_with(|c: char| c.is_ascii_digit());
        if let Some(time) = time.filter(|_| digits) {
            self.percentiles.insert(name.to_owned(), time);
        }
    }
}

/// A number of JSON, exactly as it is written there.
fn number(value: &Json) -> Option<Exact> {
    if !value.is_number() {
        return None;
    }
    Exact::parse_decimal(&value.to_string().replace("e+", "e"))
}

/// A number as text.
fn decimal(text: &str) -> Option<Exact> {
    Exact::parse_decimal(text.trim())
}

/// A number of units, so many of which are a second.
fn per(number: Option<Exact>, in_a_second: u64) -> Option<Exact> {
    number?.checked_div(&Exact::whole(in_a_second))
}

/// Milliseconds of JSON as seconds.
fn ms(value: &Json) -> Option<Exact> {
    per(number(value), 1_000)
}

/// A share; `None` of nothing.
fn share(part: u64, whole: u64) -> Option<Exact> {
    Exact::ratio(part, whole)
}

/// Sets percentiles, mean and longest of single times in milliseconds: the nearest rank, so each is a time that was seen.
fn of_samples(load: &mut Load, mut samples: Vec<u64>) {
    samples.sort_unstable();
    let count = samples.len() as u64;
    for (name, per_mille) in [("50", 500), ("75", 750), ("90", 900), ("95", 950), ("99", 990), ("99.9", 999)] {
        let rank = (count * per_mille).div_ceil(1_000).max(1);
        let at = usize::try_from(rank - 1).ok().and_then(|at| samples.get(at));
        load.percentile(name, at.and_then(|time| Exact::ratio(*time, 1_000)));
    }
    let sum: u128 = samples.iter().map(|time| u128::from(*time)).sum();
    load.mean = Exact::ratio(sum, u128::from(count) * 1_000);
    load.max = samples.last().and_then(|time| Exact::ratio(*time, 1_000));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_seen() {
        let mut load = Load::default();
        of_samples(&mut load, (1..=100).rev().collect());
        let of = |name: &str| load.percentiles[name].to_string();
        assert_eq!([of("50"), of("95"), of("99"), of("99.9")], ["1/20", "19/200", "99/1000", "1/10"]);
        assert_eq!(load.mean.unwrap().to_string(), "101/2000");
    }

    #[test]
    fn a_test_without_requests_or_with_impossible_numbers_is_refused() {
        assert!(Load::default().report("t").is_err());
        let negative = Load { requests: 1, mean: Some(Exact::whole(-1)), ..Load::default() };
        assert_eq!(negative.report("t").unwrap_err(), "has a negative time or rate");
        let too_many = Load { requests: 1, error_rate: Some(Exact::whole(2)), ..Load::default() };
        assert!(too_many.report("t").is_err());
    }
}
