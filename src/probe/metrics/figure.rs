//! Figures out of samples: sums, ratios of two selections, quantiles of histograms, growth between two scrapes.

use std::collections::BTreeMap;

use super::parse::{Reading, Sample, Scrape};
use super::select::Selector;
use crate::model::{Exact, Fact, Value};

/// Labels and name of a series.
type Series = (String, BTreeMap<String, String>);

/// The sum of all numbers; `None` when there are none.
pub(super) fn sum(samples: &[&Sample]) -> Option<Exact> {
    let numbers: Vec<&Exact> = samples.iter().filter_map(|sample| sample.number()).collect();
    (!numbers.is_empty()).then(|| numbers.into_iter().cloned().sum())
}

/// The only series' value; the reason where there are several.
pub(super) fn single(samples: &[&Sample]) -> Fact {
    match samples {
        [] => Fact::Absent,
        [one] => match &one.value {
            Reading::Number(number) => Fact::Present(Value::Number(number.clone())),
            Reading::Nothing => Fact::Absent,
            Reading::Infinite => Fact::Unobserved("the value is infinite".to_owned()),
        },
        several => Fact::Unobserved(format!("{} series; name labels, or use `sum`, `max` or `min`", several.len())),
    }
}

/// The part of the whole; absent without numbers on either side, or when the whole is zero.
pub(super) fn ratio(part: &[&Sample], whole: &[&Sample]) -> Fact {
    let share = sum(part).zip(sum(whole)).and_then(|(part, whole)| part.checked_div(&whole));
    share.map_or(Fact::Absent, |share| Fact::Present(Value::Number(share)))
}

/// The later scrape with every cumulative sample replaced by how much it grew. A counter that fell was reset: what it
/// reached since counts (Prometheus documentation, "increase()").
pub(super) fn growth(before: &Scrape, after: &Scrape) -> Scrape {
    let earlier: BTreeMap<Series, &Exact> =
        before.samples.iter().filter_map(|sample| Some((series(sample), sample.number()?))).collect();
    let mut grown = after.clone();
    for sample in &mut grown.samples {
        let key = series(sample);
        if let (Reading::Number(now), Some(then)) = (&sample.value, earlier.get(&key)) {
            let risen = now - *then;
            let value = if risen.is_negative() { now.clone() } else { risen };
            sample.value = Reading::Number(value);
        }
    }
    grown
}

fn series(sample: &Sample) -> Series {
    (sample.name.clone(), sample.labels.clone())
}

/// The quantile (0..1) of a histogram as Prometheus computes it, or of a summary as the service did (Prometheus
/// documentation, "histogram_quantile()").
pub(super) fn quantile(quantile: &Exact, selector: &Selector, scrape: &Scrape) -> Fact {
    let buckets = selector.named(&format!("{}_bucket", selector.name), &scrape.samples);
    if !buckets.is_empty() {
        return of_buckets(quantile, &buckets);
    }
    let summary = selector.of(&scrape.samples);
    let same = |sample: &&&Sample| {
        sample.labels.get("quantile").and_then(|text| Exact::parse_decimal(text)).as_ref() == Some(quantile)
    };
    let chosen: Vec<&Sample> = summary.iter().filter(same).copied().collect();
    if chosen.is_empty() && summary.iter().any(|sample| sample.labels.contains_key("quantile")) {
        return Fact::Unobserved("the summary has no such quantile".to_owned());
    }
    single(&chosen)
}

fn of_buckets(quantile: &Exact, buckets: &[&Sample]) -> Fact {
    let mut bounded: BTreeMap<Bound, Exact> = BTreeMap::new();
    for sample in buckets {
        let bound = sample.labels.get("le").and_then(|le| Bound::parse(le));
        let (Some(bound), Some(count)) = (bound, sample.number()) else {
            return Fact::Unobserved("a bucket has no bound or no count".to_owned());
        };
        let slot = bounded.entry(bound).or_insert_with(Exact::zero);
        *slot = &*slot + count;
    }
    let Some(total) = bounded.get(&Bound::Infinite).filter(|_| bounded.len() > 1).cloned() else {
        return Fact::Unobserved("the histogram has no bucket `+Inf` beside others".to_owned());
    };
    if total.is_zero() {
        return Fact::Absent;
    }
    interpolated(&(quantile * &total), &bounded)
}

/// Where the rank lies, taking observations as spread evenly over their bucket. In the last bucket that is its lower
/// bound: nothing more is known.
fn interpolated(rank: &Exact, bounded: &BTreeMap<Bound, Exact>) -> Fact {
    let (mut lower, mut below): (Option<&Exact>, Exact) = (None, Exact::zero());
    for (bound, count) in bounded {
        if count >= rank {
            let value = match (bound, lower) {
                (Bound::Infinite, lower) => lower.cloned(),
                (Bound::Finite(upper), lower) => {
                    let start = lower
                        .cloned()
                        .unwrap_or_else(|| if upper.is_negative() { upper.clone() } else { Exact::zero() });
                    (rank - &below)
                        .checked_div(&(count - &below))
                        .map_or(Some(upper.clone()), |share| Some(&start + &(&share * &(upper - &start))))
                }
            };
            return value.map_or(Fact::Absent, |value| Fact::Present(Value::Number(value)));
        }
        if let Bound::Finite(upper) = bound {
            lower = Some(upper);
        }
        below = count.clone();
    }
    Fact::Unobserved("the buckets of the histogram do not add up".to_owned())
}

/// The upper bound of a bucket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Bound {
    Finite(Exact),
    Infinite,
}

impl Bound {
    fn parse(text: &str) -> Option<Bound> {
        match text.trim_start_matches('+') {
            "Inf" | "inf" => Some(Bound::Infinite),
            number => Exact::parse_decimal(&number.replace("e+", "e")).map(Bound::Finite),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn exact(text: &str) -> Exact {
        Exact::parse_decimal(text).unwrap()
    }

    fn present(text: &str) -> Fact {
        Fact::Present(Value::Number(exact(text)))
    }

    const HISTOGRAM: &str =
        "t_bucket{le=\"0.1\"} 50\nt_bucket{le=\"0.5\"} 90\nt_bucket{le=\"1\"} 98\nt_bucket{le=\"+Inf\"} 100\n";

    #[test]
    fn quantiles_are_those_of_prometheus() {
        let scrape = Scrape::of(HISTOGRAM);
        let selector = Selector::parse("t").unwrap();
        for (q, expected) in
            [("0.5", "0.1"), ("0.25", "0.05"), ("0.7", "0.3"), ("0.94", "0.75"), ("0.99", "1"), ("1", "1")]
        {
            assert_eq!(quantile(&exact(q), &selector, &scrape), present(expected), "{q}");
        }
    }

    #[test]
    fn series_of_a_histogram_are_added_and_labels_chosen() {
        let text = "t_bucket{p=\"a\",le=\"1\"} 1\nt_bucket{p=\"a\",le=\"+Inf\"} 1\nt_bucket{p=\"b\",le=\"1\"} 0\nt_bucket{p=\"b\",le=\"+Inf\"} 3\n";
        let scrape = Scrape::of(text);
        let at = |selector: &str| quantile(&exact("0.5"), &Selector::parse(selector).unwrap(), &scrape);
        assert_eq!(at("t{p=\"a\"}"), present("0.5"));
        assert_eq!(at("t"), present("1"));
        assert_eq!(at("nothing"), Fact::Absent);
    }

    #[test]
    fn a_histogram_without_observations_has_no_quantile() {
        let empty = Scrape::of("t_bucket{le=\"1\"} 0\nt_bucket{le=\"+Inf\"} 0\n");
        assert_eq!(quantile(&exact("0.5"), &Selector::parse("t").unwrap(), &empty), Fact::Absent);
        let broken = Scrape::of("t_bucket{le=\"1\"} 5\n");
        assert!(matches!(quantile(&exact("0.5"), &Selector::parse("t").unwrap(), &broken), Fact::Unobserved(_)));
    }

    #[test]
    fn a_summary_has_the_quantiles_it_was_made_with() {
        let scrape = Scrape::of("s{quantile=\"0.99\"} 0.25\ns_sum 1\ns_count 4\n");
        let selector = Selector::parse("s").unwrap();
        assert_eq!(quantile(&exact("0.99"), &selector, &scrape), present("0.25"));
        assert!(matches!(quantile(&exact("0.5"), &selector, &scrape), Fact::Unobserved(_)));
    }

    #[test]
    fn growth_counts_from_zero_after_a_reset() {
        let (before, after) = (Scrape::of("a 5\nb 9\n"), Scrape::of("a 8\nb 2\nc 4\n"));
        let grown = growth(&before, &after);
        let numbers: Vec<String> = grown.samples.iter().map(|sample| sample.number().unwrap().to_string()).collect();
        assert_eq!(numbers, ["3", "2", "4"]);
    }

    #[test]
    fn a_ratio_of_nothing_is_absent() {
        let scrape = Scrape::of("hits 3\nmisses 1\nzero 0\n");
        let of = |name: &str| Selector::parse(name).unwrap().of(&scrape.samples);
        assert_eq!(ratio(&of("misses"), &of("hits")), Fact::Present(Value::Number(Exact::ratio(1, 3).unwrap())));
        assert_eq!(ratio(&of("hits"), &of("zero")), Fact::Absent);
        assert_eq!(ratio(&of("nothing"), &of("hits")), Fact::Absent);
    }
}
