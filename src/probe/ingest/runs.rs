//! Tests only: tools that are run, as scripts that print and end as the real ones do.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::model::{Fact, Observation};
use crate::probe::sample::observe_folder;
use crate::probe::trial::count;

const FINDING: &str = r#"[{"code":"F401","filename":"a.py","message":"unused","location":{"row":1,"column":1}}]"#;

/// Runs a script under the name of a tool, with a report of an earlier run in `old.json`.
fn ran(tool: &str, script: &str, parameters: &str) -> Observation {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(tool);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(dir.path().join("old.json"), FINDING).unwrap();
    observe_folder("ingest", &format!("run: [./{tool}, check]\n{parameters}"), dir.path()).unwrap()
}

fn reason(seen: &Observation) -> String {
    match seen.facts.get("total") {
        Fact::Unobserved(reason) => reason,
        known => panic!("{known:?}"),
    }
}

#[test]
fn an_empty_list_is_clean_when_the_tool_was_seen_to_end_well() {
    for tool in ["ruff", "hadolint", "zizmor", "actionlint"] {
        let seen = ran(tool, "echo '[]'", "");
        assert_eq!((count(&seen, "total"), count(&seen, "exit_code")), (Some(0), Some(0)), "{tool}");
    }
    let seen = ran("lint.sh", "echo '[]'", "format: ruff");
    assert_eq!(count(&seen, "high"), Some(0));
    assert!(reason(&ran("lint.sh", "echo '[]'", "")).contains("is an empty list"), "nobody knows this tool");
}

#[test]
fn findings_count_with_the_code_that_stands_for_them() {
    let seen = ran("ruff", &format!("echo '{FINDING}'; exit 1"), "");
    assert_eq!((count(&seen, "total"), count(&seen, "exit_code")), (Some(1), Some(1)));
    let seen = ran("ruff", "echo '[]'; echo 'no such rule' >&2; exit 1", "");
    assert_eq!(reason(&seen), "runner failed: exit 1; its report has no finding");
    assert_eq!(seen.evidence[0].note.as_deref(), Some("no such rule"));
    let seen = ran("ruff", &format!("echo '{FINDING}'; exit 2"), "");
    assert_eq!(reason(&seen), "runner failed: exit 2; ruff does not end so when it has done its work");
}

#[test]
fn a_tool_that_found_nothing_to_look_at_has_not_looked() {
    let seen = ran("ruff", "echo 'warning: No Python files found under the given path(s)' >&2; echo '[]'", "");
    assert_eq!(reason(&seen), "it looked at nothing: warning: No Python files found under the given path(s)");
    assert_eq!(reason(&ran("ruff", "true", "")), "it printed no report");
}

#[test]
fn only_a_report_that_the_tool_wrote_counts() {
    let seen = ran("ruff", "true", "report: old.json");
    assert_eq!(reason(&seen), "the run did not write `old.json`: what is there is older");
    let seen = ran("ruff", "sleep 0.02; echo '[]' > old.json", "report: old.json");
    assert_eq!(count(&seen, "total"), Some(0));
}
