//! One table of exit codes.

use std::process::Stdio;

use super::bench::{Bench, file_check, spec};

#[test]
fn ready_ends_with_0_and_a_failed_blocker_with_1() {
    let text = spec(&file_check("readme", "README.md", "        severity: blocker\n"));
    let bench = Bench::new(&text);
    assert_eq!(bench.audit(&[]).0, 1);
    assert_eq!(bench.write("README.md", "# Shop\n").audit(&[]).0, 0);
}

#[test]
fn what_could_not_be_observed_ends_with_3() {
    let text = spec(&file_check("readme", "\"${DOCS_DIR}/README.md\"", "        severity: blocker\n"));
    let (code, report) = Bench::new(&text).audit(&[]);
    assert_eq!(code, 3);
    assert_eq!(report["verdict"], "inconclusive");
    assert_eq!(report["checks"][0]["reason"], "`DOCS_DIR` is not set");
}

#[test]
fn an_unset_variable_is_an_error_when_asked_for() {
    let text = spec(&file_check("readme", "\"${DOCS_DIR}/README.md\"", ""));
    assert_eq!(Bench::new(&text).run(&["audit", "--require-env"]).status.code(), Some(2));
}

#[test]
fn a_wrong_question_ends_with_2_and_says_what_to_do() {
    let bench = Bench::new("version: 1\n");
    for arguments in [
        vec!["audit"],
        vec!["audit", "--spec", "nowhere.yaml"],
        vec!["audit", "--format", "markdwn"],
        vec!["audit", "--as-of", "yesterday"],
        vec!["audit", "--frobnicate"],
        vec!["probe", "htp"],
        vec!["explain", "container/non-root"],
        vec!["report", "nowhere.json"],
    ] {
        let output = bench.run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn an_output_that_cannot_be_written_ends_with_4_before_anything_runs() {
    let bench = Bench::new(&spec(
        "      - id: leaves-a-mark\n        probe: { command: { run: [touch, mark] } }\n        expect:\n          - exit_code = 0\n",
    ));
    let output = bench.run(&["audit", "-o", "json=missing/folder/run.json"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(!bench.path().join("mark").exists());
}

#[test]
fn a_reader_that_went_away_does_not_change_the_exit_code() {
    let bench = Bench::new(&spec(&file_check("readme", "README.md", "        severity: blocker\n")));
    let mut child = bench.command(&["audit", "-v"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn a_stored_report_renders_with_0_or_the_code_of_its_run() {
    let bench = Bench::new(&spec(&file_check("readme", "README.md", "        severity: blocker\n")));
    assert_eq!(bench.run(&["audit", "-o", "json=run.json"]).status.code(), Some(1));
    assert_eq!(bench.run(&["report", "run.json", "--format", "markdown"]).status.code(), Some(0));
    assert_eq!(bench.run(&["report", "run.json", "--exit-code"]).status.code(), Some(1));
}

#[test]
fn a_later_run_is_compared_with_an_earlier_one() {
    let bench = Bench::new(&spec(&file_check("readme", "README.md", ""))).write("README.md", "# Shop\n");
    bench.run(&["audit", "-o", "json=good.json"]);
    std::fs::remove_file(bench.path().join("README.md")).unwrap();
    bench.run(&["audit", "-o", "json=bad.json"]);
    assert_eq!(bench.run(&["compare", "good.json", "bad.json"]).status.code(), Some(1));
    assert_eq!(bench.run(&["compare", "bad.json", "good.json"]).status.code(), Some(0));
}

#[test]
fn a_url_that_waits_for_a_variable_is_unknown_and_no_mistake() {
    let text = spec(
        "      - id: health\n        probe: { http: { url: \"${API_URL}/health\" } }\n        expect:\n          - status = 200\n",
    );
    let (code, report) = Bench::new(&text).audit(&[]);
    assert_eq!((code, report["checks"][0]["reason"].as_str()), (3, Some("`API_URL` is not set")));
}
