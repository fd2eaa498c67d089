//! `audit --timings`: where the time went, beside the report and never in it.

use super::bench::{Bench, spec};

const CHECKS: &str = "      - id: searched\n        probe: { text: { glob: \"**/*.md\", pattern: 'TOD[O0]' } }\n        expect:\n          - count = 0\n      - id: slept\n        probe: { command: { run: [sh, -c, \"sleep 0.2\"] } }\n        expect:\n          - exit_code = 0\n";

fn row(errors: &str, check: &str) -> (f64, f64) {
    let line = errors.lines().find(|line| line.split_whitespace().nth(2) == Some(check));
    let line = line.unwrap_or_else(|| panic!("no line of `{check}` in\n{errors}"));
    let figure = |column| line.split_whitespace().nth(column).unwrap().parse().unwrap();
    (figure(0), figure(1))
}

#[test]
fn each_check_has_its_time_in_files_and_beyond_them() {
    let bench = Bench::new(&spec(CHECKS)).write("a.md", &"TODO one\n".repeat(20_000));
    let output = bench.run(&["audit", "--format", "json", "--timings"]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.starts_with("timings: "), "{errors}");
    let (files, _) = row(&errors, "searched");
    assert!(files > 0.0, "{errors}");
    let (files, observing) = row(&errors, "slept");
    assert!(files == 0.0 && observing >= 200.0, "{errors}");
    serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
}

#[test]
fn nothing_is_said_of_time_unless_asked() {
    let output = Bench::new(&spec(CHECKS)).run(&["audit"]);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("timings"));
}
