//! The demo, as a newcomer runs it: the flawed sample is not ready, its repaired twin is.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::process::{Command, Stdio};

use serde_json::Value;

fn demo(arguments: &[&str]) -> (Option<i32>, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shipworthy"));
    command.arg("demo").args(["--format", "json"]).args(arguments).stdin(Stdio::null());
    let output = command.output().unwrap();
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), report)
}

fn outcomes<'a>(report: &'a Value, outcome: &str) -> Vec<&'a str> {
    let checks = report["checks"].as_array().unwrap().iter();
    checks.filter(|check| check["outcome"] == outcome).map(|check| check["id"].as_str().unwrap()).collect()
}

#[test]
fn the_flawed_sample_is_not_ready_and_says_why() {
    let (code, report) = demo(&[]);
    assert_eq!((code, &report["verdict"]), (Some(1), &Value::from("not_ready")));
    let failed = outcomes(&report, "fail");
    for id in ["profiles-need-a-login", "stored-text-is-escaped", "service-is-ready", "test-suite", "throughput"] {
        assert!(failed.contains(&id), "{id} should fail: {failed:?}");
    }
    let suite = report["checks"].as_array().unwrap().iter().find(|check| check["id"] == "test-suite").unwrap();
    assert_eq!(suite["credit_ppm"], 918_635, "350 of 381 tests");
    assert!(!suite["waiver"].is_null(), "it is waived, and still counts");
    assert!(report["claims"]["contradicted"].as_array().unwrap().len() >= 5);
    assert!(!report["next_actions"].as_array().unwrap().is_empty());
}

#[test]
fn the_repaired_sample_is_ready_and_nearly_all_of_it_is_measured() {
    let (code, report) = demo(&["--fixed"]);
    assert_eq!(outcomes(&report, "fail"), Vec::<&str>::new());
    assert_eq!((code, &report["verdict"]), (Some(0), &Value::from("ready")));
    assert!(report["score"]["measured"]["value"].as_f64().unwrap() >= 90.0);
    assert!(report["score"]["proven"]["value"].as_f64().unwrap() >= 90.0);
}

#[test]
fn both_samples_are_asked_the_same() {
    let asked = |arguments: &[&str]| -> Vec<String> {
        let (_, report) = demo(arguments);
        report["checks"].as_array().unwrap().iter().map(|check| check["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(asked(&[]), asked(&["--fixed"]));
}

#[test]
fn a_system_of_a_real_document_is_audited_by_its_name() {
    let (code, report) = demo(&["--system", "castiel"]);
    assert_eq!((code, &report["system"]["name"]), (Some(1), &Value::from("Castiel")));
    assert!(outcomes(&report, "pass").contains(&"core-services-answer@gateway"), "its service answers");
    let (code, report) = demo(&["--system", "castiel", "--fixed"]);
    assert_eq!((code, &report["verdict"]), (Some(0), &Value::from("ready")));
}

#[test]
fn a_system_that_is_not_there_is_a_wrong_question_and_the_others_are_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_shipworthy")).args(["demo", "--system", "nowhere"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("castiel"));
}
