//! What became of the requests: counted by kind, their times in a histogram of fixed size. Owns `hdrhistogram`.
//!
//! A time is counted from the moment the request was due, not from the moment it was sent: what waits for a free
//! connection because the target stalls is as late as what waits inside the target (Gil Tene's "coordinated omission").
//! Where a connection was free and this machine was late all the same, the target is not to blame: the time is counted from
//! when the request was sent, and the delay goes into a histogram of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;

/// Significant decimal digits of a time in the histogram: an error of at most one in a thousand.
const DIGITS: u8 = 3;

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// An answer with a status that counts as good, whole.
    Ok,
    /// A whole answer with another status.
    Status,
    /// No whole answer within the limit, counted from when it was due.
    Timeout,
    /// No connection.
    Connect,
    /// No TLS.
    Tls,
    /// The connection broke, or what came is not HTTP.
    Broken,
}

impl Ending {
    /// A word for a report.
    pub fn word(self) -> &'static str {
        match self {
            Ending::Ok => "ok",
            Ending::Status => "another status",
            Ending::Timeout => "timeout",
            Ending::Connect => "no connection",
            Ending::Tls => "no TLS",
            Ending::Broken => "broken off",
        }
    }
}

/// One request that ended. Moments are from the start of the load.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended {
    /// When it was due.
    pub(super) due: Duration,
    /// When it was sent; `None` when its limit passed before a connection was free.
    pub(super) sent: Option<Duration>,
    /// When it ended.
    pub(super) at: Duration,
    /// A connection was free when it was due: then any delay of sending is this machine's.
    pub(super) was_free: bool,
    /// How.
    pub(super) ending: Ending,
    /// Status, if an answer came.
    pub(super) status: Option<u16>,
    /// Bytes of the body.
    pub(super) bytes: u64,
}

impl Ended {
    /// Since when the target kept somebody waiting. A timeout is the whole limit, which counts from when it was due.
    fn counts_from(&self) -> Duration {
        match self.sent {
            Some(sent) if self.was_free && self.ending == Ending::Ok => sent,
            _ => self.due,
        }
    }
}

/// Counts and times of the measured requests.
#[derive(Clone, Debug)]
pub struct Tally {
    /// How many ended how.
    pub endings: BTreeMap<Ending, u64>,
    /// How many answers had which status.
    pub by_status: BTreeMap<u16, u64>,
    /// Body bytes of all answers.
    pub bytes: u64,
    /// Good answers that came within the measured time, whenever they were due.
    pub ok_within: u64,
    /// Requests that were sent within the measured time.
    pub sent_within: u64,
    /// From due to end, of good answers and timeouts, less what this machine itself was late.
    pub response: Times,
    /// From sent to end, of the same.
    pub service: Times,
    /// How late this machine was itself.
    pub own_delay: Times,
}

impl Tally {
    /// Nothing yet; no time is longer than `limit`.
    pub(super) fn new(limit: Duration) -> Tally {
        Tally {
            endings: BTreeMap::new(),
            by_status: BTreeMap::new(),
            bytes: 0,
            ok_within: 0,
            sent_within: 0,
            response: Times::new(limit),
            service: Times::new(limit),
            own_delay: Times::new(limit),
        }
    }

    /// Counts a request. What was due during the warm-up counts only as a good answer within the measured time.
    pub(super) fn count(&mut self, ended: &Ended, window: (Duration, Duration)) {
        let within = |moment: Duration| moment >= window.0 && moment < window.1;
        self.ok_within += u64::from(ended.ending == Ending::Ok && within(ended.at));
        if ended.due < window.0 {
            return;
        }
        self.sent_within += u64::from(ended.sent.is_some_and(within));
        *self.endings.entry(ended.ending).or_default() += 1;
        if let Some(status) = ended.status {
            *self.by_status.entry(status).or_default() += 1;
        }
        self.bytes += ended.bytes;
        if let (Some(sent), true) = (ended.sent, ended.was_free) {
            self.own_delay.record(sent.saturating_sub(ended.due));
        }
        // a quick failure must not make the target look quick
        if matches!(ended.ending, Ending::Ok | Ending::Timeout) {
            self.response.record(ended.at.saturating_sub(ended.counts_from()));
            if let Some(sent) = ended.sent {
                self.service.record(ended.at.saturating_sub(sent));
            }
        }
    }

    /// Requests that ended, however.
    pub fn ended(&self) -> u64 {
        self.endings.values().sum()
    }

    /// Those that ended in this way.
    pub fn of(&self, ending: Ending) -> u64 {
        self.endings.get(&ending).copied().unwrap_or(0)
    }

    /// Puts the counts of another connection to these.
    pub(super) fn add(&mut self, other: &Tally) {
        for (ending, count) in &other.endings {
            *self.endings.entry(*ending).or_default() += count;
        }
        for (status, count) in &other.by_status {
            *self.by_status.entry(*status).or_default() += count;
        }
        self.bytes += other.bytes;
        self.ok_within += other.ok_within;
        self.sent_within += other.sent_within;
        self.response.add(&other.response);
        self.service.add(&other.service);
        self.own_delay.add(&other.own_delay);
    }
}

/// Times in a histogram; sum and maximum are exact.
#[derive(Clone, Debug)]
pub struct Times {
    histogram: Histogram<u64>,
    sum: u128,
    most: Duration,
}

impl Times {
    fn new(limit: Duration) -> Times {
        let top = micros(limit).saturating_mul(2).max(2);
        let histogram = Histogram::new_with_bounds(1, top, DIGITS)
            .expect("the bounds are 1 and at least 2, and three digits are allowed");
        Times { histogram, sum: 0, most: Duration::ZERO }
    }

    fn record(&mut self, time: Duration) {
        self.histogram.saturating_record(micros(time).max(1));
        self.sum += time.as_nanos();
        self.most = self.most.max(time);
    }

    fn add(&mut self, other: &Times) {
        self.histogram.add(&other.histogram).expect("both have the same bounds");
        self.sum += other.sum;
        self.most = self.most.max(other.most);
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.histogram.len()
    }

    /// The time that `per_cent_mille` of 100 000 do not exceed; `None` when there are too few to say: ten must lie above
    /// it (n ≥ 10 / (1 − p)).
    pub fn percentile(&self, per_cent_mille: u32) -> Option<Duration> {
        let needed = needed(per_cent_mille);
        if self.count() < needed {
            return None;
        }
        let found = self.histogram.value_at_quantile(f64::from(per_cent_mille) / 100_000.0);
        Some(Duration::from_micros(found).min(self.most))
    }

    /// The mean; `None` without any.
    pub fn mean(&self) -> Option<Duration> {
        let mean = self.sum.checked_div(u128::from(self.count()))?;
        Some(Duration::from_nanos(u64::try_from(mean).unwrap_or(u64::MAX)))
    }

    /// The longest; `None` without any.
    pub fn most(&self) -> Option<Duration> {
        (self.count() > 0).then_some(self.most)
    }
}

/// How many times a percentile needs (in parts of 100 000).
pub fn needed(per_cent_mille: u32) -> u64 {
    let above = 100_000 - u64::from(per_cent_mille.min(99_999));
    (10 * 100_000_u64).div_ceil(above)
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const MS: Duration = Duration::from_millis(1);
    const WINDOW: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(12));

    fn ended(due_ms: u32, sent_ms: u32, at_ms: u32, ending: Ending) -> Ended {
        let status = matches!(ending, Ending::Ok | Ending::Status).then_some(200);
        Ended { due: due_ms * MS, sent: Some(sent_ms * MS), at: at_ms * MS, was_free: false, ending, status, bytes: 7 }
    }

    #[test]
    fn a_time_counts_from_when_the_request_was_due() {
        let mut tally = Tally::new(Duration::from_secs(10));
        tally.count(&ended(3000, 3900, 4000, Ending::Ok), WINDOW);
        assert_eq!(tally.response.most(), Some(1000 * MS));
        assert_eq!(tally.service.most(), Some(100 * MS));
        assert_eq!((tally.of(Ending::Ok), tally.bytes, tally.by_status[&200]), (1, 7, 1));
    }

    #[test]
    fn what_this_machine_is_late_itself_is_not_the_targets() {
        let mut tally = Tally::new(Duration::from_secs(10));
        let late = Ended { was_free: true, ..ended(3000, 3004, 3024, Ending::Ok) };
        tally.count(&late, WINDOW);
        assert_eq!((tally.response.most(), tally.own_delay.most()), (Some(20 * MS), Some(4 * MS)));
        tally.count(&Ended { was_free: true, ..ended(3000, 3004, 13_000, Ending::Timeout) }, WINDOW);
        assert_eq!(tally.response.most(), Some(10_000 * MS), "a timeout counts in full");
    }

    #[test]
    fn the_warm_up_is_thrown_away_but_what_it_yields_later_is_throughput() {
        let mut tally = Tally::new(Duration::from_secs(10));
        tally.count(&ended(1000, 1000, 1500, Ending::Ok), WINDOW);
        assert_eq!((tally.ended(), tally.ok_within, tally.response.count()), (0, 0, 0));
        tally.count(&ended(1999, 1999, 2001, Ending::Ok), WINDOW);
        assert_eq!((tally.ended(), tally.ok_within), (0, 1));
        tally.count(&ended(11_999, 11_999, 12_001, Ending::Ok), WINDOW);
        assert_eq!((tally.ended(), tally.ok_within, tally.sent_within), (1, 1, 1), "it came after the end");
    }

    #[test]
    fn quick_failures_do_not_make_the_target_look_quick_and_timeouts_count_in_full() {
        let mut tally = Tally::new(Duration::from_secs(1));
        tally.count(&ended(3000, 3000, 3001, Ending::Status), WINDOW);
        tally.count(&ended(3000, 3000, 3001, Ending::Connect), WINDOW);
        assert_eq!((tally.ended(), tally.response.count()), (2, 0));
        tally.count(&Ended { sent: None, ..ended(3000, 0, 4000, Ending::Timeout) }, WINDOW);
        assert_eq!((tally.response.most(), tally.service.count()), (Some(1000 * MS), 0));
    }

    #[test]
    fn a_percentile_needs_ten_times_above_it() {
        assert_eq!([50_000, 90_000, 95_000, 99_000, 99_900].map(needed), [20, 100, 200, 1000, 10_000]);
        let mut times = Times::new(Duration::from_secs(1));
        (0..999).for_each(|_| times.record(20 * MS));
        assert_eq!(times.percentile(99_000), None);
        times.record(20 * MS);
        assert_eq!(times.percentile(99_000), Some(20 * MS), "never above the longest that was seen");
        assert_eq!(times.percentile(99_900), None);
    }

    #[test]
    fn times_are_exact_to_one_in_a_thousand_and_the_mean_to_the_nanosecond() {
        let mut times = Times::new(Duration::from_secs(60));
        for micros in 1..=100_000_u64 {
            times.record(Duration::from_micros(micros));
        }
        for (percentile, exact) in [(50_000, 50_000.0), (95_000, 95_000.0), (99_000, 99_000.0), (99_900, 99_900.0)] {
            let seen = times.percentile(percentile).unwrap().as_micros() as f64;
            assert!((seen - exact).abs() / exact <= 0.001, "{percentile}: {seen}");
        }
        assert_eq!(times.mean(), Some(Duration::from_nanos(50_000_500)));
    }

    #[test]
    fn counts_of_two_threads_add_up() {
        let mut one = Tally::new(Duration::from_secs(1));
        let mut two = one.clone();
        one.count(&ended(3000, 3000, 3010, Ending::Ok), WINDOW);
        two.count(&ended(3000, 3000, 3030, Ending::Ok), WINDOW);
        one.add(&two);
        assert_eq!((one.of(Ending::Ok), one.by_status[&200], one.bytes), (2, 2, 14));
        assert_eq!((one.response.mean(), one.response.most()), (Some(20 * MS), Some(30 * MS)));
    }
}
