//! The time limit of one connection's requests, one after the other: a timer that is set again only when it rings, not for
//! every request. Their limits never lie before those of earlier ones.

use std::pin::Pin;

use tokio::time::{Instant, Sleep, sleep_until};

/// A timer for limits that move forward.
#[derive(Default)]
pub(super) struct Alarm(Option<Pin<Box<Sleep>>>);

impl Alarm {
    /// It rings for nobody yet.
    pub(super) fn new() -> Alarm {
        Alarm::default()
    }

    /// What comes of a future, or nothing when the limit comes first.
    pub(super) async fn before<T>(&mut self, limit: Instant, future: impl Future<Output = T>) -> Option<T> {
        let timer = self.0.get_or_insert_with(|| Box::pin(sleep_until(limit)));
        tokio::pin!(future);
        loop {
            tokio::select! {
                biased;
                done = &mut future => return Some(done),
                () = timer.as_mut() => {
                    if Instant::now() >= limit {
                        return None;
                    }
                    // it rang for an earlier request
                    timer.as_mut().reset(limit);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::sleep;

    use super::*;

    #[tokio::test]
    async fn every_request_has_its_own_limit_although_the_timer_is_set_seldom() {
        let mut alarm = Alarm::new();
        let begun = Instant::now();
        let at = |ms: u64| begun + Duration::from_millis(ms);
        assert_eq!(alarm.before(at(40), async { 1 }).await, Some(1));
        // the timer rings at 40 ms, and this limit is a minute away
        let slow = async {
            sleep(Duration::from_millis(80)).await;
            2
        };
        assert_eq!(alarm.before(at(60_000), slow).await, Some(2));
        let begun = Instant::now();
        let limit = begun + Duration::from_millis(50);
        let mut other = Alarm::new();
        assert_eq!(other.before(limit, std::future::pending::<()>()).await, None);
        assert!(begun.elapsed() >= Duration::from_millis(50) && begun.elapsed() < Duration::from_secs(20));
    }
}
