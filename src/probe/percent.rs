//! Means of percentages, as ratio facts.

use crate::model::{Exact, Fact, Value};

/// The mean; unobserved, for the reason given, where there is nothing to take it of.
pub(crate) fn mean(percents: &[u32], nothing: &str) -> Fact {
    let weighed: Vec<(u32, u32)> = percents.iter().map(|percent| (*percent, 1)).collect();
    weighed_mean(&weighed, nothing)
}

/// The mean of percentages with weights.
pub(crate) fn weighed_mean(parts: &[(u32, u32)], nothing: &str) -> Fact {
    let sum: u64 = parts.iter().map(|(percent, weight)| u64::from(*percent) * u64::from(*weight)).sum();
    let weights: u64 = parts.iter().map(|(_, weight)| u64::from(*weight)).sum();
    match Exact::ratio(sum, weights * 100) {
        Some(mean) => Fact::Present(Value::Number(mean)),
        None => Fact::Unobserved(nothing.to_owned()),
    }
}

/// A percentage.
pub(crate) fn percent(percent: u32) -> Fact {
    weighed_mean(&[(percent, 1)], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_of_nothing_is_unobserved() {
        assert_eq!(mean(&[], "no item"), Fact::Unobserved("no item".to_owned()));
        assert_eq!(mean(&[100, 50], ""), percent(75));
        assert_eq!(weighed_mean(&[(100, 3), (0, 1)], ""), percent(75));
    }
}
