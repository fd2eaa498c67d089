//! Waivers lift a check from the verdict, and never raise a score.

use super::bench::{Bench, check, file_check, spec};

fn waived(more: &str) -> String {
    let checks = format!(
        "{}{}",
        file_check("readme", "README.md", "        weight: 20\n"),
        file_check("sbom", "sbom.json", "        severity: blocker\n")
    );
    format!("{}waivers:\n  - {{ check: sbom, reason: vendor is late, {more} }}\n", spec(&checks))
}

#[test]
fn a_waiver_lifts_a_blocker_and_changes_no_number() {
    let bench = Bench::new(&waived("since: 2030-01-01, expires: 2030-12-31")).write("README.md", "x");
    let (code, report) = bench.audit(&["--as-of", "2030-06-01"]);
    let (strict_code, strict) = bench.audit(&["--as-of", "2030-06-01", "--no-waivers"]);
    assert_eq!((code, strict_code), (0, 1));
    assert_eq!(report["score"], strict["score"]);
    assert_eq!(check(&report, "sbom")["outcome"], "fail");
    assert_eq!(report["waivers"][0]["state"], "active");
}

#[test]
fn a_waiver_ends_with_its_last_day() {
    let bench = Bench::new(&waived("since: 2030-01-01, expires: 2030-12-31")).write("README.md", "x");
    assert_eq!(bench.audit(&["--as-of", "2030-12-31"]).0, 0);
    let (code, report) = bench.audit(&["--as-of", "2031-01-01"]);
    assert_eq!((code, report["waivers"][0]["state"].as_str()), (1, Some("expired")));
    assert_eq!(bench.audit(&["--as-of", "2029-12-31"]).0, 1);
}

#[test]
fn a_waiver_holds_only_while_what_it_accepts_does() {
    let bench = Bench::new(&waived("accept: [\"count = 0\"], expires: 2030-12-31")).write("README.md", "x");
    assert_eq!(bench.audit(&["--as-of", "2030-06-01"]).0, 0);
    let bench = Bench::new(&waived("accept: [\"count = 1\"], expires: 2030-12-31")).write("README.md", "x");
    let (code, report) = bench.audit(&["--as-of", "2030-06-01"]);
    assert_eq!((code, report["waivers"][0]["state"].as_str()), (1, Some("exceeded")));
}

#[test]
fn a_waiver_of_what_passes_is_listed_as_unused() {
    let bench = Bench::new(&waived("expires: 2030-12-31")).write("README.md", "x").write("sbom.json", "{}");
    let (code, report) = bench.audit(&["--as-of", "2030-06-01"]);
    assert_eq!((code, report["waivers"][0]["state"].as_str()), (0, Some("unused")));
}

#[test]
fn a_policy_can_be_tightened_but_not_loosened() {
    let text = format!("{}scoring: {{ min_score: 50 % }}\n", spec(&file_check("readme", "README.md", "")));
    let bench =
        Bench::new(&text).write("README.md", "x").write("policy.yaml", "version: 1\nscoring: { min_score: 80 % }\n");
    let output = bench.run(&["audit", "--policy", "policy.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    let stricter = text.replace("50 %", "90 %");
    let bench = Bench::new(&stricter)
        .write("README.md", "x")
        .write("policy.yaml", "version: 1\nscoring: { min_score: 80 % }\n");
    assert_eq!(bench.audit(&["--policy", "policy.yaml"]).0, 0);
}
