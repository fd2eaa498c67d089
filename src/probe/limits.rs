//! The `timeout` and `retry` parameters, read the same way by every probe that has them.

use std::time::Duration;

use crate::expect::units::std_duration;
use crate::model::Problems;
use crate::yaml::Spanned;

/// The most retries a spec may ask for: more would hammer a target that is down.
const MOST_RETRIES: u32 = 10;

/// `timeout: 10 s`; `None` when it is not given or wrong (then a problem was added).
pub(super) fn timeout(given: Option<&Spanned<String>>, problems: &mut Problems) -> Option<Duration> {
    let given = given?;
    match std_duration(given) {
        Ok(limit) if limit.is_zero() => {
            problems.push(given.span.problem("a timeout of nothing").help("write `timeout: 10 s`"));
            None
        }
        Ok(limit) => Some(limit),
        Err(wrong) => {
            problems.push(given.span.problem(wrong).help("a time with its unit, such as `timeout: 10 s`"));
            None
        }
    }
}

/// `retry: 2`; nothing is retried when it is not given.
pub(super) fn retry(given: Option<&Spanned<u32>>, problems: &mut Problems) -> u32 {
    let Some(given) = given else { return 0 };
    if given.value > MOST_RETRIES {
        let wrong = format!("`retry: {}` is more than {MOST_RETRIES}", given.value);
        problems.push(given.span.problem(wrong).help("few retries show whether a failure was an accident"));
    }
    given.value.min(MOST_RETRIES)
}
