//! The registry of rules.
#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;

#[test]
fn every_rule_from_l01_to_l25_is_there_and_in_order() {
    let mut ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert!(ids.is_sorted(), "{ids:?}");
    ids.dedup();
    let wanted: Vec<String> = (1..=25).map(|number| format!("L{number:02}")).collect();
    assert_eq!(ids, wanted);
}

#[test]
fn nothing_is_found_in_nothing() {
    assert_eq!(look(&[], None), []);
}
