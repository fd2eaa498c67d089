//! Values that are still open.

use super::*;
use crate::model::outcome::DeciderState::{self, Failed, Met, Undecided};

fn state(line: &str, low: &str, high: &str) -> DeciderState {
    judge_interval(&typed(line), &number(low), &number(high)).0
}

#[test]
fn an_interval_is_met_when_all_of_it_holds_and_failed_when_none_does() {
    for (line, low, high, wanted) in [
        ("error_rate >= 70 %", "0.7", "0.9", Met),
        ("error_rate >= 70 %", "0.6", "0.69", Failed),
        ("error_rate >= 70 %", "0.6", "0.7", Undecided),
        ("error_rate < 70 %", "0.7", "0.9", Failed),
        ("error_rate < 70 %", "0.1", "0.7", Undecided),
        ("error_rate > 70 %", "0.7", "0.7", Failed),
        ("failed = 0", "0", "3", Undecided),
        ("failed = 0", "0", "0", Met),
        ("failed = 0", "1", "3", Failed),
        ("failed != 0", "1", "3", Met),
        ("failed != 0", "0", "3", Undecided),
        ("failed in 0..5", "1", "3", Met),
        ("failed in 0..5", "6", "7", Failed),
        ("failed in 0..5", "5", "6", Undecided),
        ("failed not in 0..5", "6", "7", Met),
        ("failed not in 0..5", "1", "2", Failed),
        ("failed in [1, 2, 3]", "1", "3", Met),
        ("failed in [1, 3]", "1", "3", Undecided),
        ("failed in [7, 9]", "1", "3", Failed),
        ("failed not in [7, 9]", "1", "3", Met),
        ("load in [1, 2, 3]", "1", "3", Undecided),
        ("failed exists", "1", "3", Met),
        ("failed absent", "1", "3", Failed),
        ("failed <= 3", "3", "1", Met),
    ] {
        assert_eq!(state(line, low, high), wanted, "{line} on {low}..{high}");
    }
}

#[test]
fn an_open_value_shows_both_ends() {
    let (_, judgement) = judge_interval(&typed("error_rate >= 70 %"), &number("0.612"), &number("0.78"));
    assert_eq!(judgement.actual, "61.2 % … 78 %");
    let ends = (text("B"), text("A+"));
    assert_eq!(judge_interval(&typed("grade >= B"), &ends.0, &ends.1).0, Met);
    assert_eq!(judge_interval(&typed("mode = x"), &text("x"), &text("y")).0, Undecided);
    assert_eq!(judge_interval(&typed("mode = x"), &text("x"), &text("x")).0, Met);
}
