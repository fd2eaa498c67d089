//! A rate limit: a count per minute.

use std::sync::Mutex;
use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_secs(60);

/// Counts requests in windows of a minute.
pub(super) struct Limit {
    per_minute: u32,
    window: Mutex<(Instant, u32)>,
}

/// What is left of the current window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Left {
    /// Requests that will still be answered; `None` when this one is already too many.
    pub(super) requests: Option<u32>,
    /// Seconds until the window ends.
    pub(super) seconds: u64,
}

impl Limit {
    /// For so many requests a minute.
    pub(super) fn new(per_minute: u32) -> Limit {
        Limit { per_minute, window: Mutex::new((Instant::now(), 0)) }
    }

    /// Counts one request.
    pub(super) fn take(&self) -> Left {
        let mut window = self.window.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if window.0.elapsed() >= WINDOW {
            *window = (Instant::now(), 0);
        }
        window.1 = window.1.saturating_add(1);
        let seconds = WINDOW.saturating_sub(window.0.elapsed()).as_secs();
        Left { requests: self.per_minute.checked_sub(window.1), seconds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_too_many_is_refused() {
        let limit = Limit::new(1_200);
        for left in (0..1_200).rev() {
            assert_eq!(limit.take().requests, Some(left));
        }
        assert_eq!(limit.take().requests, None);
    }
}
