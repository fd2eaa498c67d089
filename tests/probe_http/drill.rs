//! Probe `drill`: commands that take a service away and bring it back, measured.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use shipworthy::model::{Observation, Unknown, Value};

use crate::probing::server::Server;
use crate::probing::{Bench, number, unobserved, value};

/// A service that is down while the file `down` exists, and shows what `newest` says.
fn service(folder: &Path) -> Server {
    let folder = folder.to_owned();
    Server::new(move |_, stream| {
        let status = if folder.join("down").exists() { 503 } else { 200 };
        let newest = std::fs::read_to_string(folder.join("newest")).unwrap_or_default();
        let body = format!("{{\"orders\": {{\"newest\": \"{}\"}}}}", newest.trim());
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        let _ = stream.write_all(format!("{head}{body}").as_bytes());
    })
}

fn observe(script: &str, more: &str) -> Result<Observation, Unknown> {
    let bench = Bench::new().limit(Duration::from_secs(60)).file("newest", "2026-11-20T12:00:00Z");
    let server = service(bench.root());
    let bench = bench.target("shop", &server.url(), |target| target.allow_active = true);
    let quoted = serde_json::to_string(script).unwrap();
    let parameters = format!("target: shop\nrun: [sh, -c, {quoted}]\nevery: 100 ms\nsteady: 500 ms\n{more}");
    bench.observe("drill", &parameters)
}

fn seconds(seen: &Observation, fact: &str) -> f64 {
    match value(seen, fact) {
        Value::Number(number) => number.to_f64(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_time_until_it_serves_again_is_measured() {
    let seen = observe("touch down; (sleep 2; rm down) & sleep 1; wait", "health: { path: /healthz }\n").unwrap();
    assert_eq!((value(&seen, "recovered"), value(&seen, "disrupted")), (Value::Bool(true), Value::Bool(true)));
    assert!(seconds(&seen, "recovery_time") >= 1.9 && seconds(&seen, "down_for") >= 1.5);
    assert!(seconds(&seen, "down_for") <= seconds(&seen, "recovery_time") + 0.1);
    assert_eq!(number(&seen, "exit_code"), "0");
    assert!(seen.requests >= 5);
}

#[test]
fn data_that_are_older_than_before_are_lost() {
    let script = "echo 2026-11-20T11:30:00Z > newest";
    let seen = observe(script, "health: { newest: body.orders.newest }\n").unwrap();
    assert_eq!(number(&seen, "data_loss"), "1800");
    assert_eq!((value(&seen, "disrupted"), number(&seen, "down_for")), (Value::Bool(false), "0".to_owned()));
    let seen = observe("true", "").unwrap();
    assert!(unobserved(&seen, "data_loss").contains("`newest` does not say"));
}

#[test]
fn a_service_that_does_not_come_back_has_not_recovered() {
    let seen = observe("touch down", "timeout: 3 s\n").unwrap();
    assert_eq!(value(&seen, "recovered"), Value::Bool(false));
    assert!(unobserved(&seen, "recovery_time").contains("did not recover"));
    assert!(seen.evidence[0].note.as_ref().unwrap().contains("it answers 503"));
}

#[test]
fn a_command_that_does_not_end_is_killed_and_is_no_recovery() {
    let seen = observe("sleep 600", "timeout: 3 s\n").unwrap();
    assert_eq!(value(&seen, "recovered"), Value::Bool(false));
    assert!(unobserved(&seen, "exit_code").contains("did not end"));
}

#[test]
fn health_may_be_a_command_of_its_own() {
    let health = "health: { run: [sh, -c, 'test ! -e down && echo \"{\\\"at\\\": 100}\"'], newest: body.at }\n";
    let seen = observe("touch down; sleep 1; rm down", health).unwrap();
    assert_eq!((value(&seen, "recovered"), number(&seen, "data_loss")), (Value::Bool(true), "0".to_owned()));
    assert_eq!(seen.requests, 0);
}

#[test]
fn a_drill_is_not_begun_without_leave_or_on_a_sick_target() {
    let sick = observe("touch began", "health: { run: [sh, -c, 'exit 3'] }\n").unwrap_err().0;
    assert!(sick.contains("was not begun") && sick.contains("exits with 3"), "{sick}");
    let mut bench = Bench::new().target("shop", "http://127.0.0.1:1", |_| {});
    let parameters = "target: shop\nrun: [sh, -c, 'touch began']\n";
    assert!(bench.observe("drill", parameters).unwrap_err().0.contains("allow: [active]"));
    bench.world.targets.get_mut("shop").unwrap().allow_active = true;
    bench.world.permit.exec = false;
    assert_eq!(bench.observe("drill", parameters).unwrap_err().0, "not run: --no-exec");
    bench.world.permit.exec = true;
    bench.world.permit.network = false;
    assert_eq!(bench.observe("drill", parameters).unwrap_err().0, "not contacted: --offline");
    assert!(!bench.root().join("began").exists());
    let problems = bench.decode_problems("drill", "target: shop\nrun: []\ncwd: ../x\nhealth: { path: /, run: [a] }\n");
    assert_eq!(problems.len(), 3, "{problems:?}");
}
