//! When each request of a load is due: an open schedule, which a slow target does not slow down. Pure arithmetic.

use std::time::Duration;

/// Picoseconds in a nanosecond.
const PICOS: u128 = 1_000;

/// Requests at a fixed rate: first the warm-up, whose answers are thrown away, then the measured time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Picoseconds from one request to the next, so that a million requests drift by less than a microsecond.
    pub interval_ps: u64,
    /// Before what is measured.
    pub warmup: Duration,
    /// What is measured.
    pub duration: Duration,
}

impl Schedule {
    /// When request `ticket` (from 0) is due, from the start.
    pub fn due(&self, ticket: u64) -> Duration {
        nanos(u128::from(self.interval_ps) * u128::from(ticket) / PICOS)
    }

    /// The end of the measured time, from the start.
    pub fn end(&self) -> Duration {
        self.warmup + self.duration
    }

    /// Requests that are due before this moment.
    pub fn before(&self, moment: Duration) -> u64 {
        let picos = moment.as_nanos() * PICOS;
        u64::try_from(picos.div_ceil(u128::from(self.interval_ps.max(1)))).unwrap_or(u64::MAX)
    }

    /// Requests that are due at this moment or before it, of all there are.
    pub fn released(&self, moment: Duration) -> u64 {
        self.before(moment + Duration::from_nanos(1)).min(self.total())
    }

    /// All requests, those of the warm-up among them.
    pub fn total(&self) -> u64 {
        self.before(self.end())
    }

    /// Requests of the measured time.
    pub fn measured(&self) -> u64 {
        self.total() - self.before(self.warmup)
    }

    /// Whether this request belongs to the measured time.
    pub fn is_measured(&self, ticket: u64) -> bool {
        ticket >= self.before(self.warmup)
    }
}

fn nanos(nanos: u128) -> Duration {
    let second = 1_000_000_000;
    let (seconds, rest) = (nanos / second, nanos % second);
    Duration::new(u64::try_from(seconds).unwrap_or(u64::MAX), u32::try_from(rest).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every(micros: u64, warmup: u64, duration: u64) -> Schedule {
        Schedule {
            interval_ps: micros * 1_000_000,
            warmup: Duration::from_secs(warmup),
            duration: Duration::from_secs(duration),
        }
    }

    #[test]
    fn requests_are_due_at_even_distances_from_the_start() {
        let schedule = every(20_000, 2, 10);
        assert_eq!(schedule.due(0), Duration::ZERO);
        assert_eq!(schedule.due(51), Duration::from_millis(1020));
        assert_eq!((schedule.total(), schedule.measured()), (600, 500));
        assert!(!schedule.is_measured(99) && schedule.is_measured(100));
    }

    #[test]
    fn what_is_due_at_a_moment_counts_and_never_exceeds_the_plan() {
        let schedule = every(20_000, 0, 1);
        assert_eq!(schedule.released(Duration::ZERO), 1);
        assert_eq!(schedule.released(Duration::from_micros(19_999)), 1);
        assert_eq!(schedule.released(Duration::from_micros(20_000)), 2);
        assert_eq!(schedule.released(Duration::from_secs(99)), 50);
    }

    #[test]
    fn a_rate_that_does_not_divide_a_second_does_not_drift() {
        // 7 requests a second for an hour
        let schedule = Schedule { interval_ps: 142_857_142_857, ..every(1, 0, 3600) };
        assert_eq!(schedule.total(), 25_200 + 1, "the last one is due a nanosecond before the end");
        assert!(Duration::from_secs(3600) - schedule.due(25_200) < Duration::from_micros(1));
    }
}
