//! What is wrong with the systems, by their documents: each of these is found, by what its probe saw.

use crate::audit::{State, audit};

/// System, line of its document, check, and what its first broken expectation shows, alone or as a text of a body.
const FOUND: &[(&str, u32, &str, &str)] = &[
    // The five vulnerabilities of Catalynx, a line each.
    ("catalynx", 24, "profiles-need-a-login", "200"),
    ("catalynx", 25, "security-headers@content-security-policy", "absent"),
    ("catalynx", 25, "security-headers@strict-transport-security", "absent"),
    ("catalynx", 25, "security-headers@x-frame-options", "absent"),
    ("catalynx", 25, "security-headers@x-xss-protection", "absent"),
    ("catalynx", 26, "profile-fields-are-escaped", "1"),
    ("catalynx", 26, "search-is-escaped", "1"),
    ("catalynx", 27, "profiles-hold-nothing-sensitive", "078-05-1120"),
    ("catalynx", 27, "deletion-deletes", "200"),
    ("catalynx", 28, "special-characters-are-refused@a-b", "201"),
    // Its performance and its infrastructure.
    ("catalynx", 43, "cache-hit-rate", "0 %"),
    ("catalynx", 59, "container/dockerfile-present", "0"),
    ("catalynx", 169, "production-database", "sqlite:///catalynx.db"),
    ("catalynx", 63, "metrics-are-exported", "404"),
    ("clo", 26, "backend-suite", "31"),
    ("clo", 30, "metrics", "404"),
    ("clo", 34, "dockerfiles@backend", "0"),
    ("clo", 34, "dockerfiles@frontend", "0"),
    ("abc", 57, "dependency-declared@scikit-learn", "0"),
    ("abc", 57, "dependency-declared@anthropic", "0"),
    ("abc", 57, "dependency-declared@pymongo", "0"),
    ("abc", 57, "dependency-declared@python-dotenv", "0"),
    ("abc", 57, "dependency-declared@pytest-asyncio", "0"),
    ("abc", 58, "no-deprecated-imports", "1"),
    ("abc", 59, "sources-compile", "1"),
    ("castiel", 42, "vendor-calls-are-real@salesforce", "2"),
    ("castiel", 160, "predictions-are-real", "1"),
    ("castiel", 104, "coverage-ingestion", "35 %"),
    ("clarion", 14, "postgres-suite", "3"),
    ("clarion", 76, "metrics-are-exported", "404"),
];

/// Systems whose limit on requests is missing, and the check: thirty requests without an answer of 429 show none, and
/// prove that there is none as little.
const UNLIMITED: &[(&str, &str)] = &[("catalynx", "rate-limit"), ("clarion", "rate-limit"), ("clo", "rate-limit")];

#[test]
fn what_the_documents_call_broken_is_found() {
    let mut missed = Vec::new();
    for (system, line, check, shown) in FOUND {
        let audited = audit(system, State::Flawed);
        let found = audited.check(check);
        let mut expectations = found["expectations"].as_array().unwrap().iter();
        let broken = expectations
            .find(|judged| judged["outcome"] == "fail")
            .map_or("", |judged| judged["actual"].as_str().unwrap());
        if found["outcome"] != "fail" || !(broken == *shown || broken.contains(&format!("\"{shown}\""))) {
            missed.push(format!(
                "{system}:{line}: `{check}` is {}, and shows `{broken}`, not `{shown}`",
                found["outcome"]
            ));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn what_the_documents_call_broken_is_mended_in_the_repaired_systems() {
    for (system, line, check, _) in FOUND {
        assert_eq!(audit(system, State::Repaired).outcome(check), "pass", "{system}:{line}: `{check}`");
    }
}

#[test]
fn a_service_without_a_limit_shows_none_and_is_not_said_to_have_none() {
    for (system, check) in UNLIMITED {
        let audited = audit(system, State::Flawed);
        assert_eq!(audited.outcome(check), "unknown", "{system}");
        let reason = audited.check(check)["reason"].as_str().unwrap();
        assert!(reason.starts_with("no limit seen in 30 requests"), "{system}: {reason}");
        assert_eq!(audit(system, State::Repaired).outcome(check), "pass", "{system}");
    }
}
