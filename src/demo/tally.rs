//! What a scripted service counts about itself, in Prometheus' text format.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;
use std::time::Duration;

/// Upper bounds of the buckets, in milliseconds.
const BOUNDS_MS: [u64; 9] = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500];

#[derive(Default)]
struct Counts {
    by_status: BTreeMap<u16, u64>,
    within: [u64; BOUNDS_MS.len()],
    seconds: f64,
    hits: u64,
    misses: u64,
}

/// The counters.
#[derive(Default)]
pub(super) struct Tally {
    counts: Mutex<Counts>,
}

impl Tally {
    /// Counts one answer.
    pub(super) fn answered(&self, status: u16, took: Duration) {
        let mut counts = self.lock();
        *counts.by_status.entry(status).or_default() += 1;
        counts.seconds += took.as_secs_f64();
        for (count, bound) in counts.within.iter_mut().zip(BOUNDS_MS) {
            *count += u64::from(took <= Duration::from_millis(bound));
        }
    }

    /// Counts one look into the cache.
    pub(super) fn looked(&self, hit: bool) {
        let mut counts = self.lock();
        if hit { counts.hits += 1 } else { counts.misses += 1 }
    }

    /// All of it.
    pub(super) fn text(&self) -> String {
        let counts = self.lock();
        let mut text = "# HELP http_requests_total Answers by status.\n# TYPE http_requests_total counter\n".to_owned();
        for (status, count) in &counts.by_status {
            let _ = writeln!(text, "http_requests_total{{code=\"{status}\"}} {count}");
        }
        let total: u64 = counts.by_status.values().sum();
        text.push_str("# HELP http_request_duration_seconds Time to the answer.\n");
        text.push_str("# TYPE http_request_duration_seconds histogram\n");
        for (count, bound) in counts.within.iter().zip(BOUNDS_MS) {
            let bound = Duration::from_millis(bound).as_secs_f64();
            let _ = writeln!(text, "http_request_duration_seconds_bucket{{le=\"{bound}\"}} {count}");
        }
        let _ = writeln!(text, "http_request_duration_seconds_bucket{{le=\"+Inf\"}} {total}");
        let _ = writeln!(text, "http_request_duration_seconds_sum {}", counts.seconds);
        let _ = writeln!(text, "http_request_duration_seconds_count {total}");
        text.push_str("# HELP cache_requests_total Looks into the cache.\n# TYPE cache_requests_total counter\n");
        for (result, count) in [("hit", counts.hits), ("miss", counts.misses)] {
            let _ = writeln!(text, "cache_requests_total{{result=\"{result}\"}} {count}");
        }
        text
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
