//! Catalynx: five vulnerabilities, four gates with numbers.

use crate::audit::{Audited, State, audit, run};
use crate::servers::{postgres, redis};

/// The database after the migrations, with a profile and its opportunity.
const SQL: &str = "CREATE TABLE profiles (id int PRIMARY KEY, name text NOT NULL); \
    CREATE INDEX profiles_by_name ON profiles (name); INSERT INTO profiles VALUES (7, 'Rivers Trust'); \
    CREATE TABLE opportunities (id int PRIMARY KEY, profile_id int NOT NULL); INSERT INTO opportunities VALUES (1, 7)";

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

#[test]
fn with_its_cache_and_database_at_hand_what_they_hold_is_proven_as_well() {
    let cache = redis::start(&[], &["SET profile:7 sample EX 300"]);
    let database = postgres::start(&[], SQL);
    let url = postgres::url(database.port, "postgres", postgres::PASSWORD, "postgres");
    let environment = [("CACHE_URL", format!("redis://127.0.0.1:{}", cache.port)), ("DATABASE_URL", url)];
    let audited = run("catalynx", State::Repaired, &environment);
    let held = ["cache-answers", "cache-is-warm", "cache-entries-expire", "hot-query-uses-an-index", "no-orphans"];
    outcomes(&audited, &held, "pass");
}
