//! How long one message and its answer take, over several runs on a warm connection.

use std::time::Duration;

use crate::model::{Fact, Facts, Problems, Value};
use crate::yaml::Spanned;

/// Runs when the spec does not say.
const RUNS: u32 = 20;
/// Runs a spec may ask for: a probe looks, it does not load.
const MOST_RUNS: u32 = 200;
/// Runs below which there is no 95th percentile: a twentieth of them must be at least one.
const LEAST_FOR_P95: usize = 20;

/// The parameter `runs`.
pub(in crate::probe) fn most_runs(given: Option<&Spanned<u32>>, problems: &mut Problems) -> u32 {
    let Some(given) = given else { return RUNS };
    if !(1..=MOST_RUNS).contains(&given.value) {
        let wrong = format!("`runs: {}` is not between 1 and {MOST_RUNS}", given.value);
        problems.push(given.span.problem(wrong).help("a few show how fast it answers; load is probe `load`"));
    }
    given.value.clamp(1, MOST_RUNS)
}

/// Times of equal messages.
#[derive(Debug, Default)]
pub(in crate::probe) struct Latency {
    times: Vec<Duration>,
}

impl Latency {
    /// One more answer took this long.
    pub(in crate::probe) fn add(&mut self, time: Duration) {
        self.times.push(time);
    }

    /// The three facts `<name>.p50`, `<name>.p95` and `<name>.max`; percentiles by nearest rank.
    pub(in crate::probe) fn set(mut self, facts: &mut Facts, names: [&str; 3]) {
        self.times.sort_unstable();
        let Some(longest) = self.times.last() else { return };
        facts.present(names[2], Value::seconds(*longest));
        facts.present(names[0], Value::seconds(self.rank(50)));
        let p95 = if self.times.len() < LEAST_FOR_P95 {
            Fact::Unobserved(format!("{} runs are too few for a 95th percentile", self.times.len()))
        } else {
            Fact::Present(Value::seconds(self.rank(95)))
        };
        facts.set(names[1], p95);
    }

    fn rank(&self, percent: usize) -> Duration {
        let at = (self.times.len() * percent).div_ceil(100).max(1);
        self.times.get(at - 1).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const NAMES: [&str; 3] = ["t.p50", "t.p95", "t.max"];

    fn of(times: impl IntoIterator<Item = u64>) -> Facts {
        let mut facts = Facts::new();
        let times = times.into_iter().map(Duration::from_millis).collect();
        Latency { times }.set(&mut facts, NAMES);
        facts
    }

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        let facts = of((1..=100).rev());
        for (name, ms) in NAMES.iter().zip([50, 95, 100]) {
            assert_eq!(facts.get(name), Fact::Present(Value::seconds(Duration::from_millis(ms))), "{name}");
        }
    }

    #[test]
    fn few_runs_have_no_95th_percentile() {
        assert_eq!(of(1..=19).get("t.p95"), Fact::Unobserved("19 runs are too few for a 95th percentile".to_owned()));
        assert!(of([]).set_fact("t.max").is_none());
    }
}
