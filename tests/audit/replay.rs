//! `audit --record` and `--replay`: what was seen once is judged again, without looking.

use super::bench::{Bench, check, file_check, outcome, spec};

const SEEN: &str = "      - id: todo\n        probe: { text: { glob: \"**/*.md\", pattern: TODO } }\n        expect:\n          - count = 0\n      - id: runs\n        probe: { command: { run: [sh, -c, \"echo once >> runs.txt\"] } }\n        expect:\n          - exit_code = 0\n";

fn recorded() -> Bench {
    let bench = Bench::new(&spec(SEEN)).write("a.md", "TODO one\n");
    bench.audit(&["--record", "seen.json", "-o", "json=first.json"]);
    bench
}

fn report(bench: &Bench, arguments: &[&str]) -> String {
    let mut all = vec!["audit", "--format", "json", "--replay", "seen.json"];
    all.extend(arguments);
    let output = bench.run(&all);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn one_worker_and_eight_replay_the_same_bytes() {
    let bench = recorded();
    let one = report(&bench, &["--workers", "1"]);
    assert!(one.contains("TODO one"), "nothing was seen");
    assert_eq!(one, report(&bench, &["--workers", "8"]));
}

#[test]
fn a_replay_is_the_recorded_audit_and_says_that_it_is_one() {
    let bench = recorded();
    let replayed: serde_json::Value = serde_json::from_str(&report(&bench, &[])).unwrap();
    let first = std::fs::read_to_string(bench.path().join("first.json")).unwrap();
    let mut first: serde_json::Value = serde_json::from_str(&first).unwrap();
    first["run"]["flags"] = serde_json::json!(["--replay seen.json"]);
    // the recording and the first report lie in the folder now
    first["run"]["files"] = replayed["run"]["files"].clone();
    assert_eq!(replayed, first);
}

#[test]
fn a_replay_looks_at_nothing() {
    let bench = recorded();
    std::fs::remove_file(bench.path().join("a.md")).unwrap();
    let text = report(&bench, &[]);
    assert!(text.contains("TODO one"), "{text}");
    assert_eq!(std::fs::read_to_string(bench.path().join("runs.txt")).unwrap(), "once\n");
}

#[test]
fn what_was_not_recorded_is_unknown() {
    let bench = recorded().write("shipworthy.yaml", &spec(&file_check("more", "a.md", "")));
    let (_, replayed) = bench.audit(&["--replay", "seen.json"]);
    assert_eq!(outcome(&replayed, "more"), "unknown");
    assert_eq!(check(&replayed, "more")["reason"], "not in the recording");
}

#[test]
fn a_replay_allows_no_more_than_it_is_allowed() {
    let (_, replayed) = recorded().audit(&["--replay", "seen.json", "--no-exec"]);
    assert_eq!(outcome(&replayed, "runs"), "unknown");
}

#[test]
fn what_is_no_recording_is_a_wrong_question() {
    let bench = recorded().write("other.json", "{}");
    for file in ["other.json", "missing.json", "first.json"] {
        let output = bench.run(&["audit", "--replay", file]);
        assert_eq!(output.status.code(), Some(2), "{file}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(file), "{file}");
    }
}
