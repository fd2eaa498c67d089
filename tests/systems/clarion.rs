//! Clarion: a matrix of priorities, three platforms of which one is enough, three phases.

use crate::audit::{State, audit};

/// Lines 301 to 309.
const MATRIX: &[(&str, &str)] = &[
    ("authentication", "critical"),
    ("security", "critical"),
    ("database", "high"),
    ("monitoring", "high"),
    ("delivery", "high"),
    ("availability", "high"),
    ("documentation", "medium"),
    ("performance", "medium"),
    ("data-management", "medium"),
];

#[test]
fn as_described_the_api_is_open_and_nothing_is_measured() {
    let audited = audit("clarion", State::Flawed);
    insta::assert_snapshot!(audited.essentials());
    for open in ["api-needs-a-login", "operators-are-no-admins", "bodies-are-validated", "metrics-are-exported"] {
        assert_eq!(audited.outcome(open), "fail", "{open}");
    }
    let areas = audited.report["areas"].as_array().unwrap();
    for (id, priority) in MATRIX {
        assert_eq!(areas.iter().find(|area| area["id"] == *id).unwrap()["priority"], *priority, "{id}");
    }
    let phases = audited.report["roadmap"]["phases"].as_array().unwrap();
    let phases: Vec<&str> = phases.iter().map(|phase| phase["id"].as_str().unwrap()).collect();
    assert_eq!(phases, ["phase-1", "phase-2", "phase-3"]);
}

#[test]
fn repaired_its_gates_pass_and_one_platform_of_three_is_enough() {
    let audited = audit("clarion", State::Repaired);
    insta::assert_snapshot!(audited.essentials());
    assert_eq!(audited.outcome("platform"), "pass");
    for other in ["swarm", "cloud"] {
        assert_eq!(audited.outcome(other), "not_applicable", "{other}");
    }
}
