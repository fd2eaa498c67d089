//! What files tell specialists to pass over: honoured, reported or forbidden, and shown in every report.

use crate::bench::{Bench, check};

const DOCKERFILE: &str =
    "FROM python:3.13.7-slim@sha256:5f69d22a88dd4cc4ee1576def19aef48c8faa1b566054c44291183831cbad13b
# binds port 53 <b>
# hadolint ignore=DL3002
USER root
CMD [\"python3\"]
";

fn audited(suppressions: &str, dockerfile: &str) -> Bench {
    let spec = format!(
        "version: 1\nsystem: {{ name: Example }}\n{suppressions}areas:\n  container:\n    title: Container\n    checks:\n      - use: container/non-root-user\n"
    );
    Bench::new(&spec).write("Dockerfile", dockerfile)
}

#[test]
fn a_suppression_with_a_reason_is_honoured_unless_the_spec_says_otherwise() {
    for (suppressions, outcome) in
        [("", "pass"), ("scoring: { suppressions: report }\n", "fail"), ("scoring: { suppressions: forbid }\n", "fail")]
    {
        let (_, report) = audited(suppressions, DOCKERFILE).audit(&[]);
        let row = check(&report, "container/non-root-user");
        assert_eq!(row["outcome"], outcome, "{suppressions}");
        let suppression = &row["evidence"][0]["suppression"];
        assert_eq!(suppression["by"], "hadolint DL3002");
        assert_eq!(suppression["honoured"], outcome == "pass");
    }
}

#[test]
fn a_suppression_that_hides_nothing_that_fails_is_a_failure_where_it_is_forbidden() {
    let low = DOCKERFILE.replace("DL3002", "DL3057").replace("USER root", "USER 1000");
    let spec = "version: 1\nsystem: { name: Example }\nscoring: { suppressions: forbid }\nareas:\n  container:\n    title: Container\n    checks:\n      - id: few\n        title: At most five images have no health check\n        probe: { dockerfile: {} }\n        expect: [without_healthcheck <= 5]\n";
    let global = low.replace("hadolint ignore", "hadolint global ignore");
    let (_, report) = Bench::new(spec).write("Dockerfile", &global).audit(&[]);
    let row = check(&report, "few");
    assert_eq!(row["outcome"], "fail");
    assert!(row["reason"].as_str().unwrap().contains("forbids suppressions"), "{row}");
}

#[test]
fn a_high_matter_needs_a_reason_and_the_report_says_so() {
    let bare = DOCKERFILE.replace("# binds port 53 <b>\n", "");
    let bench = audited("", &bare);
    assert_eq!(check(&bench.audit(&[]).1, "container/non-root-user")["outcome"], "fail");
    let text = String::from_utf8(bench.run(&["audit", "--width", "200"]).stdout).unwrap();
    assert!(text.contains("(counted although suppressed, hadolint DL3002, without a reason)"), "{text}");
}

#[test]
fn every_report_shows_what_is_suppressed() {
    let bench = audited("", DOCKERFILE);
    for (format, words) in [
        ("terminal", "suppressed, hadolint DL3002: binds port 53 <b>"),
        ("markdown", "## Suppressed in files (1)"),
        ("html", "suppressed, hadolint DL3002: binds port 53 &#60;b&#62;"),
        ("sarif", "\"justification\": \"hadolint DL3002: binds port 53 <b>\""),
    ] {
        let output = bench.run(&["audit", "--width", "200", "--format", format]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(words), "{format}: {text}");
    }
}

#[test]
fn the_configuration_of_a_specialist_counts_too() {
    let plain = DOCKERFILE.replace("# hadolint ignore=DL3002\n", "");
    let outcome = |file: &str, text: &str| {
        let (_, report) = audited("", &plain).write(file, text).audit(&[]);
        check(&report, "container/non-root-user")["outcome"].as_str().unwrap().to_owned()
    };
    assert_eq!(outcome(".hadolint.yaml", "ignored:\n  # binds port 53\n  - DL3002\n"), "pass");
    assert_eq!(outcome(".hadolint.yaml", "ignored:\n  - DL3002\n"), "fail");
    assert_eq!(outcome(".hadolint.yaml", "ignored:\n  # binds port 53\n  - DL3008\n"), "fail");
    assert_eq!(outcome(".checkov.yaml", "skip-check:\n  - CKV_DOCKER_8 # binds port 53\n"), "pass");
    assert_eq!(outcome(".trivyignore", "# binds port 53\nDS-0002\n"), "pass");
}
