//! When a load stops by itself: a target that fails most requests, or asks us to slow down, is not pressed further.

use std::time::Duration;

/// Failures are counted over slices of this length.
const SLICE: Duration = Duration::from_millis(500);
/// Bad slices in a row after which the load stops: two seconds of mostly failures.
const BAD_SLICES: u32 = 4;
/// Failures below which nothing is stopped: a few say nothing.
const FEW: u64 = 10;
/// "Too many requests" (RFC 6585 §4).
const TOO_MANY_REQUESTS: u16 = 429;

/// Why a load was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// More than half of the requests failed for two seconds.
    Failures,
    /// The target answered 429.
    RateLimit,
    /// Whoever waited for the result is gone.
    Abandoned,
}

/// Watches how requests end.
#[derive(Debug, Default)]
pub(super) struct Guard {
    slice: u128,
    ended: u64,
    failed: u64,
    bad_slices: u32,
    all_failed: u64,
}

impl Guard {
    /// A request ended at this moment from the start; the reason if the load has to stop now.
    pub(super) fn note(&mut self, at: Duration, status: Option<u16>, ok: bool) -> Option<Stopped> {
        if status == Some(TOO_MANY_REQUESTS) && !ok {
            return Some(Stopped::RateLimit);
        }
        let slice = at.as_nanos() / SLICE.as_nanos();
        if slice != self.slice {
            self.close();
            self.slice = slice;
        }
        self.ended += 1;
        self.failed += u64::from(!ok);
        self.all_failed += u64::from(!ok);
        (self.bad_slices >= BAD_SLICES && self.all_failed >= FEW).then_some(Stopped::Failures)
    }

    fn close(&mut self) {
        let bad = self.failed * 2 > self.ended;
        self.bad_slices = if bad { self.bad_slices + 1 } else { 0 };
        (self.ended, self.failed) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One request every 10 ms, of which `failing` in ten fail; when the guard stops the load, if within ten seconds.
    fn stop_at(failing: u64) -> Option<Duration> {
        let mut guard = Guard::default();
        (0..1000)
            .map(|n| (Duration::from_millis(n * 10), n % 10 >= failing))
            .find(|(at, ok)| guard.note(*at, Some(500), *ok).is_some())
            .map(|(at, _)| at)
    }

    #[test]
    fn mostly_failures_stop_the_load_after_two_seconds() {
        assert_eq!(stop_at(10), Some(Duration::from_secs(2)));
        assert_eq!(stop_at(6), Some(Duration::from_secs(2)));
        assert_eq!(stop_at(5), None, "half is not more than half");
    }

    #[test]
    fn a_few_failures_at_a_low_rate_do_not_stop_it() {
        let mut guard = Guard::default();
        let stopped = (0..9).map(|n| guard.note(Duration::from_secs(n), None, false)).any(|stop| stop.is_some());
        assert!(!stopped);
        assert_eq!(guard.note(Duration::from_secs(9), None, false), Some(Stopped::Failures));
    }

    #[test]
    fn the_first_429_stops_it_unless_429_is_what_was_asked_for() {
        assert_eq!(Guard::default().note(Duration::ZERO, Some(429), false), Some(Stopped::RateLimit));
        assert_eq!(Guard::default().note(Duration::ZERO, Some(429), true), None);
    }
}
