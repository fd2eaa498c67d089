//! ABC Application: 95 % claimed with open blockers; resolutions with dates and evidence.

use crate::audit::{State, audit};

#[test]
fn as_described_its_blockers_are_open_and_its_95_percent_cannot_be() {
    let audited = audit("abc", State::Flawed);
    insta::assert_snapshot!(audited.essentials());
    for blocker in ["dependency-declared@pymongo", "no-deprecated-imports", "sources-compile"] {
        assert_eq!(audited.outcome(blocker), "fail");
    }
    assert_eq!(audited.check("agents-start")["blocked_by"], "sources-compile");
    let possible = audited.report["score"]["possible"]["value"].as_f64().unwrap();
    assert!(possible < 95.0, "{possible}");
    let contradicted = audited.report["claims"]["contradicted"].as_array().unwrap();
    assert!(contradicted.iter().any(|claim| claim["subject"] == "overall"), "{contradicted:?}");
}

#[test]
fn resolutions_keep_their_day_and_evidence_beside_what_is_measured() {
    let audited = audit("abc", State::Flawed);
    let resolved = audited.checks().iter().filter(|check| !check["resolved"].is_null());
    let line = |check: &serde_json::Value| {
        let text = |key: &str| check[key].as_str().unwrap().to_owned();
        assert!(check["resolved"]["date"].as_str().is_some_and(|day| day.len() == 10), "{check}");
        format!("{} {}: {}", text("outcome"), text("id"), check["resolved"]["evidence"].as_str().unwrap())
    };
    insta::assert_snapshot!(resolved.map(line).collect::<Vec<_>>().join("\n"));
}

#[test]
fn repaired_it_is_ready() {
    let audited = audit("abc", State::Repaired);
    insta::assert_snapshot!(audited.essentials());
}
