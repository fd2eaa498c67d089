//! What one audit may ask of one place: how many HTTP requests, how far apart, and how many went. Whoever sends one asks
//! here first. Leaves to others whether a request may be sent at all.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Deadline;
use super::net::{Failure, FailureKind};
use crate::model::Target;

/// Least time between two requests to a place that is not on this machine.
const SPACING: Duration = Duration::from_millis(100);
/// Requests of one audit to a place that allows nothing but to be looked at.
const USUAL_MOST: u64 = 30;

/// How many requests one audit may send to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Most {
    /// Any number.
    Any,
    /// So many, and any number where the place turns out to be on this machine.
    Far(u64),
    /// So many, wherever it is.
    Exactly(u64),
}

impl Most {
    /// What a target may get; `None` stands for a URL that is none. Who allows `active` is asked as much as the probes say
    /// that need it.
    pub fn of(target: Option<&Target>) -> Most {
        match target.and_then(|target| target.max_requests) {
            Some(most) => Most::Exactly(most),
            None if target.is_some_and(|target| target.allow_active) => Most::Any,
            None => Most::Far(USUAL_MOST),
        }
    }
}

/// The quotas of one audit.
#[derive(Debug, Default)]
pub struct Quotas(Mutex<BTreeMap<String, Arc<Quota>>>);

impl Quotas {
    /// That of a place, with the limit that whoever came first gave it.
    pub fn of(&self, place: &str, most: Most) -> Arc<Quota> {
        let mut quotas = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let made = || Arc::new(Quota { place: place.to_owned(), most, state: Mutex::default() });
        Arc::clone(quotas.entry(place.to_owned()).or_insert_with(made))
    }

    /// Requests that went to a place so far.
    pub fn sent(&self, place: &str) -> u64 {
        let quotas = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        quotas.get(place).map_or(0, |quota| quota.state().sent)
    }
}

/// What is left to be asked of one place.
#[derive(Debug)]
pub struct Quota {
    place: String,
    most: Most,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    sent: u64,
    last: Option<Instant>,
    /// Whether the place is on this machine, which needs no politeness.
    near: bool,
}

impl Quota {
    /// Waits until a request may go, and counts it. The failure is one of ours: nothing more may be sent.
    pub async fn turn(&self, until: Deadline) -> Result<(), Failure> {
        tokio::time::sleep(self.taken(Some(until.left()))?).await;
        Ok(())
    }

    /// Counts one that goes at the same time as others, on purpose.
    pub fn burst(&self) -> Result<(), Failure> {
        self.taken(None).map(drop)
    }

    /// Notes where an answer came from.
    pub fn heard_from(&self, near: bool) {
        self.state().near = near;
    }

    /// Counts a request and tells how long it has to wait, at most `patience`; without it, it does not wait.
    fn taken(&self, patience: Option<Duration>) -> Result<Duration, Failure> {
        let mut state = self.state();
        let most = match self.most {
            Most::Exactly(most) => Some(most),
            Most::Far(most) => Some(most).filter(|_| !state.near),
            Most::Any => None,
        };
        if let Some(most) = most.filter(|most| state.sent >= *most) {
            let why = format!(
                "not sent: this audit has sent `{}` the {most} requests it may; `max_requests` of the target allows more",
                self.place
            );
            return Err(Failure::new(FailureKind::Ours, why));
        }
        let now = Instant::now();
        let due = state.last.filter(|_| patience.is_some() && !state.near).map_or(now, |last| now.max(last + SPACING));
        let wait = due - now;
        if patience.is_some_and(|patience| !wait.is_zero() && wait >= patience) {
            // else the target would be blamed for not answering
            let why = "not sent: the time was over before the next request to this target was due";
            return Err(Failure::new(FailureKind::Ours, why));
        }
        state.sent += 1;
        state.last = state.last.max(Some(due));
        Ok(wait)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Option<Duration> = Some(Duration::from_secs(9));

    fn refused(quota: &Quota) -> bool {
        quota.taken(LONG).is_err_and(|failure| failure.kind == FailureKind::Ours)
    }

    #[test]
    fn a_far_place_gets_so_many_requests_and_no_more() {
        let quotas = Quotas::default();
        let quota = quotas.of("shop", Most::Far(3));
        assert!((0..3).all(|_| quota.taken(LONG).is_ok()));
        assert!(refused(&quota) && refused(&quotas.of("shop", Most::Any)), "the first limit holds");
        assert_eq!((quotas.sent("shop"), quotas.sent("other")), (3, 0));
    }

    #[test]
    fn this_machine_gets_any_number_unless_the_target_says_otherwise() {
        let quotas = Quotas::default();
        for (place, most, held) in [("a", Most::Far(2), false), ("b", Most::Exactly(2), true)] {
            let quota = quotas.of(place, most);
            quota.heard_from(true);
            assert!((0..2).all(|_| quota.taken(LONG).is_ok()));
            assert_eq!(refused(&quota), held, "{place}");
        }
    }

    #[test]
    fn requests_to_a_far_place_are_spaced_and_those_of_a_burst_are_not() {
        let quota = Quotas::default().of("shop", Most::Any);
        assert_eq!(quota.taken(LONG).ok(), Some(Duration::ZERO));
        let second = quota.taken(LONG).unwrap_or_default();
        let third = quota.taken(LONG).unwrap_or_default();
        assert!(second > Duration::ZERO && second <= SPACING, "{second:?}");
        assert!(third > SPACING, "one after the other: {third:?}");
        assert_eq!(quota.taken(None).ok(), Some(Duration::ZERO));
        let short = quota.taken(Some(Duration::from_millis(1)));
        assert!(short.is_err_and(|failure| failure.detail.contains("the time was over")), "not blamed on the target");
        quota.heard_from(true);
        assert_eq!(quota.taken(LONG).ok(), Some(Duration::ZERO));
    }
}
