//! The fixed service's rate limit: a count per minute.

use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Requests a minute that the fixed service answers.
pub(super) const PER_MINUTE: u32 = 1_200;
const WINDOW: Duration = Duration::from_secs(60);

/// Counts requests in windows of a minute.
pub(super) struct Limit {
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
    pub(super) fn new() -> Limit {
        Limit { window: Mutex::new((Instant::now(), 0)) }
    }

    /// Counts one request.
    pub(super) fn take(&self) -> Left {
        let mut window = self.window.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if window.0.elapsed() >= WINDOW {
            *window = (Instant::now(), 0);
        }
        window.1 = window.1.saturating_add(1);
        let seconds = WINDOW.saturating_sub(window.0.elapsed()).as_secs();
        Left { requests: PER_MINUTE.checked_sub(window.1), seconds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_too_many_is_refused() {
        let limit = Limit::new();
        for left in (0..PER_MINUTE).rev() {
            assert_eq!(limit.take().requests, Some(left));
        }
        assert_eq!(limit.take().requests, None);
    }
}
