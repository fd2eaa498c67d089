//! Probe `command` against real programs.

#![allow(clippy::unwrap_used, reason = "tests")]
#![cfg(unix)]

mod attest;
mod plugin;
#[path = "../probing/mod.rs"]
mod probing;

use std::time::{Duration, Instant};

use probing::{Bench, absent, bool_of, number, text, unobserved};
use shipworthy::model::Fact;

fn sh(script: &str) -> String {
    format!("run: [sh, -c, {script:?}]\n")
}

#[test]
fn exit_code_output_and_duration_are_facts() {
    let seen = Bench::new().observe("command", &sh("echo out; echo oops >&2; exit 3")).unwrap();
    assert_eq!(number(&seen, "exit_code"), "3");
    assert_eq!((text(&seen, "stdout").as_str(), text(&seen, "stderr").as_str()), ("out\n", "oops\n"));
    assert!(matches!(seen.facts.get("duration"), Fact::Present(_)));
    assert_eq!(seen.evidence[0].exit_code, Some(3));
    assert_eq!(seen.evidence[0].note.as_deref(), Some("oops"));
    assert_eq!(seen.evidence[0].argv.as_ref().unwrap()[0], "sh");
}

#[test]
fn json_output_becomes_a_tree_and_other_output_leaves_it_absent() {
    let seen = Bench::new().observe("command", &sh("echo '{\"ok\": true}'")).unwrap();
    assert!(bool_of(&seen, "json.", "ok"));
    let seen = Bench::new().observe("command", &sh("echo fine")).unwrap();
    assert!(absent(&seen, "json."));
}

#[test]
fn a_missing_program_is_unknown() {
    let unknown = Bench::new().observe("command", "run: [no-such-tool-here]\n").unwrap_err();
    assert_eq!(unknown.0, "`no-such-tool-here` is not installed or not on PATH");
}

#[test]
fn a_command_that_does_not_end_is_unknown_in_every_fact_and_stopped_in_time() {
    let begun = Instant::now();
    let bench = Bench::new().limit(Duration::from_millis(400));
    let seen = bench.observe("command", &sh("sleep 30 & sleep 30")).unwrap();
    assert!(begun.elapsed() < Duration::from_millis(1400), "{:?}", begun.elapsed());
    assert!(unobserved(&seen, "exit_code").contains("did not finish within 0.4 s"));
    assert!(unobserved(&seen, "stdout").contains("did not finish"));
}

#[test]
fn output_over_the_cap_is_not_judged_by_its_ends() {
    let seen = Bench::new().observe("command", &sh("yes | head -c 5000000")).unwrap();
    assert!(unobserved(&seen, "stdout").contains("5000000 bytes"));
    assert!(unobserved(&seen, "json.").contains("5000000 bytes"));
    assert_eq!(number(&seen, "exit_code"), "0");
}

#[test]
fn output_that_is_not_utf8_is_kept_and_noted() {
    let seen = Bench::new().observe("command", &sh(r"printf 'a\377b'")).unwrap();
    assert_eq!(text(&seen, "stdout"), "a\u{fffd}b");
    assert_eq!(seen.evidence[0].note.as_deref(), Some("its output is not UTF-8 throughout"));
}

#[test]
fn a_signal_leaves_no_exit_code() {
    let seen = Bench::new().observe("command", &sh("kill -9 $$")).unwrap();
    assert!(absent(&seen, "exit_code"));
    assert_eq!(seen.evidence[0].note.as_deref(), Some("ended by signal 9"));
}

#[test]
fn env_stdin_and_cwd_reach_the_program() {
    let bench = Bench::new().file("services/cart/x", "");
    let params = format!("{}env: {{ WHO: 1.10 }}\nstdin: no\ncwd: services/cart\n", sh("cat; echo $WHO; pwd"));
    let seen = bench.observe("command", &params).unwrap();
    let stdout = text(&seen, "stdout");
    assert!(stdout.starts_with("no1.10\n") && stdout.ends_with("/services/cart\n"), "{stdout}");
}

#[test]
fn a_program_path_is_looked_up_below_the_folder_of_the_component() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new().file("services/cart/tool", "#!/bin/sh\necho from the component\n").folder("services/cart");
    let tool = bench.root().join("services/cart/tool");
    assert_eq!(
        bench.observe("command", "run: [./tool]\n").unwrap_err().0.split(": ").last(),
        Some("permission denied")
    );
    std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(text(&bench.observe("command", "run: [./tool]\n").unwrap(), "stdout"), "from the component\n");
}

#[test]
fn a_folder_outside_the_repository_is_refused() {
    let bench = Bench::new();
    let problems = bench.decode_problems("command", "run: [ls]\ncwd: ../..\n");
    assert_eq!(problems[0].message, "`../..` leads out of the repository");
    assert!(problems[0].help.is_some());
    std::os::unix::fs::symlink("/", bench.root().join("link")).unwrap();
    let unknown = bench.observe("command", "run: [ls]\ncwd: link\n").unwrap_err();
    assert_eq!(unknown.0, "the folder `link` leads out of the repository");
}

#[test]
fn nothing_runs_under_no_exec() {
    let mut bench = Bench::new();
    bench.world.permit.exec = false;
    let witness = bench.root().join("witness");
    let unknown = bench.observe("command", &format!("run: [touch, {:?}]\n", witness.display().to_string()));
    assert_eq!(unknown.unwrap_err().0, "not run: --no-exec");
    assert!(!witness.exists());
}

#[test]
fn an_empty_command_and_a_bad_timeout_are_problems_with_help() {
    for params in ["run: []\n", "run: ['']\n", "run: [ls]\ntimeout: soon\n", "run: [ls]\ntimeout: 0 s\n"] {
        let problems = Bench::new().decode_problems("command", params);
        assert!(!problems.is_empty() && problems[0].help.is_some(), "{params}: {problems:?}");
    }
}
