//! CLO Management System: 31 of 381 tests fail; 20 tasks in 4 phases.

use crate::audit::{State, audit};

#[test]
fn as_described_31_of_381_tests_fail_and_hold_the_backend_up() {
    let audited = audit("clo", State::Flawed);
    insta::assert_snapshot!(audited.essentials());
    let count = |fact: &str| audited.number("backend-suite", fact);
    assert_eq!((count("failed"), count("passed"), count("total")), (31.0, 350.0, 381.0));
    assert_eq!(audited.check("backend-suite")["credit_ppm"], 918_635);
    for held_up in ["reporting-api", "documents-api", "integrations-api"] {
        assert_eq!(audited.check(held_up)["blocked_by"], "backend-suite");
    }
}

#[test]
fn its_twenty_tasks_costs_team_and_risks_are_in_the_report() {
    let audited = audit("clo", State::Flawed);
    let titles = audited.report["groups"].as_array().unwrap().iter().filter_map(|group| group["title"].as_str());
    let tasks = titles.filter_map(|title| title.split_once("Task ")?.1.split(':').next()?.parse::<u32>().ok());
    let mut tasks: Vec<u32> = tasks.collect();
    tasks.sort_unstable();
    assert_eq!(tasks, (1..=20).collect::<Vec<_>>());
    let length = |key: &str| audited.report[key].as_array().map_or(0, Vec::len);
    assert_eq!((length("team"), length("costs"), length("risks")), (5, 5, 4));
    assert_eq!(audited.report["roadmap"]["phases"].as_array().unwrap().len(), 4);
}

#[test]
fn repaired_it_is_ready() {
    let audited = audit("clo", State::Repaired);
    insta::assert_snapshot!(audited.essentials());
}
