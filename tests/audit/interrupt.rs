//! Ctrl-C gives a partial report.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::bench::{Bench, file_check, spec};

#[test]
fn an_interrupt_reports_what_was_measured_and_ends_with_130() {
    let slow = "      - id: slow\n        probe: { command: { run: [sh, -c, \"touch started; sleep 60\"] } }\n        expect:\n          - exit_code = 0\n";
    let bench = Bench::new(&spec(&format!("{}{slow}", file_check("readme", "README.md", "")))).write("README.md", "x");
    let child = bench.command(&["audit", "--format", "json"]).stdout(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    while !bench.path().join("started").exists() {
        assert!(began.elapsed() < Duration::from_secs(30), "it never started");
        std::thread::sleep(Duration::from_millis(50));
    }
    let sent = Instant::now();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert!(sent.elapsed() < Duration::from_secs(5), "{:?}", sent.elapsed());
    assert_eq!(output.status.code(), Some(130));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(super::bench::outcome(&report, "readme"), "pass");
    assert_eq!(super::bench::outcome(&report, "slow"), "unknown");
    assert_eq!(report["run"]["interrupted"], true);
    assert_ne!(report["verdict"], "ready");
}

#[test]
fn the_limit_of_the_run_ends_it() {
    let slow = "      - id: slow\n        severity: blocker\n        probe: { command: { run: [sleep, \"60\"] } }\n        expect:\n          - exit_code = 0\n";
    let began = Instant::now();
    let (code, report) = Bench::new(&spec(slow)).audit(&["--limit", "1 s"]);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!((code, super::bench::outcome(&report, "slow")), (3, "unknown"));
}

#[test]
fn a_run_that_was_cut_short_is_never_ready() {
    let slow = "      - id: slow\n        severity: low\n        probe: { command: { run: [sleep, \"60\"] } }\n        expect:\n          - exit_code = 0\n";
    let text = spec(&format!("{}{slow}", file_check("readme", "README.md", "        severity: blocker\n")));
    let (code, report) = Bench::new(&text).write("README.md", "x").audit(&["--limit", "1 s"]);
    assert_eq!((code, report["verdict"].as_str()), (3, Some("inconclusive")));
    assert!(report["verdict_line"].as_str().unwrap().starts_with("inconclusive: the run was cut short"));
}
