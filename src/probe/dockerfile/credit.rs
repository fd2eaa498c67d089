//! Means and shares of what several images reach, exact, as ratio facts.

use crate::model::{Exact, Fact, Value};

/// Percentages to take the mean of.
#[derive(Default)]
pub(super) struct Credits {
    pub(super) pins: Vec<u32>,
    pub(super) users: Vec<u32>,
    pub(super) processes: Vec<u32>,
    /// Percent and weight: what only a builder uses weighs less.
    pub(super) support: Vec<(u32, u32)>,
}

/// The mean of percentages, at most `cap` percent.
pub(super) fn mean(percents: &[u32], cap: u32, nothing: &str) -> Fact {
    let sum: u64 = percents.iter().map(|percent| u64::from(*percent)).sum();
    match Exact::ratio(sum, percents.len() as u64 * 100) {
        Some(mean) => {
            let cap = Exact::ratio(cap, 100_u32).unwrap_or_else(Exact::one);
            Fact::Present(Value::Number(mean.min(cap)))
        }
        None => Fact::Unobserved(nothing.to_owned()),
    }
}

/// One count out of another.
pub(super) fn share(part: usize, whole: usize, nothing: &str) -> Fact {
    match Exact::ratio(part as u64, whole as u64) {
        Some(share) => Fact::Present(Value::Number(share)),
        None => Fact::Unobserved(nothing.to_owned()),
    }
}

/// The mean of percentages, each with its weight.
pub(super) fn weighed(percents: &[(u32, u32)], nothing: &str) -> Fact {
    let sum = percents.iter().map(|(percent, weight)| u64::from(percent * weight)).sum::<u64>();
    let weights = percents.iter().map(|(_, weight)| u64::from(*weight)).sum::<u64>();
    match Exact::ratio(sum, weights * 100) {
        Some(mean) => Fact::Present(Value::Number(mean)),
        None => Fact::Unobserved(nothing.to_owned()),
    }
}
