//! Catalynx: five vulnerabilities, four gates with numbers.

use crate::audit::{Audited, State, audit};

/// What the four gates ask for in numbers: check, fact.
const NUMBERS: &[(&str, &str)] = &[
    ("answers-in-time", "p95"),
    ("concurrent-requests", "throughput"),
    ("cache-hit-rate", "ratio"),
    ("memory-use", "value"),
];

fn outcomes(audited: &Audited, ids: &[&str], outcome: &str) {
    for id in ids {
        assert_eq!(audited.outcome(id), outcome, "{id}: {}", audited.check(id)["expectations"]);
    }
}

#[test]
fn as_described_it_has_the_five_vulnerabilities_and_answers_ten_requests_a_second() {
    let audited = audit("catalynx", State::Flawed);
    insta::assert_snapshot!(audited.essentials());
    let bypass = "profiles-need-a-login";
    let headers = "security-headers@strict-transport-security";
    let scripts = ["profile-fields-are-escaped", "search-is-escaped"];
    let privacy = ["profiles-hold-nothing-sensitive", "deletion-deletes"];
    outcomes(&audited, &[bypass, headers, scripts[0], scripts[1], privacy[0], privacy[1]], "fail");
    outcomes(&audited, &["special-characters-are-refused@a-b"], "fail");
    // One request takes 103 ms and they wait for each other: 9.7 a second, less on a busy machine, never more.
    let throughput = audited.number("concurrent-requests", "throughput");
    assert!(throughput > 4.0 && throughput < 9.9, "{throughput}");
}

#[test]
fn repaired_its_four_gates_pass_with_numbers() {
    let audited = audit("catalynx", State::Repaired);
    insta::assert_snapshot!(audited.essentials());
    for (check, fact) in NUMBERS {
        assert!(audited.number(check, fact) > 0.0, "{check}");
    }
}
