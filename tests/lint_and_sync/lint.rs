//! What the command answers, prints and accepts.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{err, out, shipworthy};

fn consistent() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/plans/consistent")
}

const DOUBTFUL: &str = "# Plan\n\n- [x] Database (configured but not tested)\n- [x] Login\n";

#[test]
fn well_kept_plans_in_any_language_raise_no_alarm() {
    let folder = consistent();
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let output = shipworthy(&folder, &["lint", &name, "--fail-on", "low"]);
        assert_eq!((output.status.code(), out(&output).as_str()), (Some(0), ""), "{name}: {}", err(&output));
        count += 1;
    }
    assert!(count >= 8, "{count} plans");
}

#[test]
fn the_exit_code_follows_the_severity_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("high.md"), DOUBTFUL).unwrap();
    fs::write(folder.path().join("low.md"), "# Plan\n\n- ✅ Reports: 70% implemented\n").unwrap();
    let code = |arguments: &[&str]| shipworthy(folder.path(), arguments).status.code();
    assert_eq!(code(&["lint", "high.md"]), Some(1));
    assert_eq!(code(&["lint", "high.md", "--fail-on", "blocker"]), Some(0));
    assert_eq!(code(&["lint", "low.md"]), Some(0));
    assert_eq!(code(&["lint", "low.md", "--fail-on", "low"]), Some(1));
    assert_eq!(code(&["lint", "nowhere.md"]), Some(2));
}

#[test]
fn json_holds_the_rule_the_places_the_words_and_the_arithmetic() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plan.md"), DOUBTFUL).unwrap();
    let output = shipworthy(folder.path(), &["lint", "plan.md", "--format", "json"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let keys: Vec<&String> = found[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["rule", "severity", "places", "message", "arithmetic"]);
    assert_eq!(found[0]["places"], serde_json::json!([{ "line": 3 }]));
    assert_eq!((found[0]["rule"].as_str(), found[0]["severity"].as_str()), (Some("L19"), Some("high")));
    assert_eq!(found[0]["arithmetic"], "1 of 2 checked boxes say so; without them 1 are done");
}

#[test]
fn every_format_tells_the_same_findings() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plan.md"), DOUBTFUL).unwrap();
    let print = |format: &str| out(&shipworthy(folder.path(), &["lint", "plan.md", "--format", format]));
    let sarif: Value = serde_json::from_str(&print("sarif")).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!((result["ruleId"].as_str(), result["level"].as_str()), (Some("L19"), Some("error")));
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 3);
    assert!(print("text").starts_with("plan.md:3: high L19: "), "{}", print("text"));
    assert!(print("markdown").contains("| L19 | high | 3 |"), "{}", print("markdown"));
}

#[test]
fn a_finding_is_accepted_with_a_reason_and_not_without() {
    let folder = tempfile::tempdir().unwrap();
    let write = |comment: &str| {
        fs::write(folder.path().join("plan.md"), DOUBTFUL.replace("- [x] Data", &format!("{comment}\n\n- [x] Data")))
            .unwrap()
    };
    write("<!-- shipworthy: allow L19 the standby is tested in March -->");
    let output = shipworthy(folder.path(), &["lint", "plan.md"]);
    assert_eq!((output.status.code(), out(&output).as_str()), (Some(0), ""), "{}", err(&output));
    assert!(err(&output).contains("0 findings, 1 allowed"), "{}", err(&output));
    write("<!-- shipworthy: allow L19 -->");
    let output = shipworthy(folder.path(), &["lint", "plan.md"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("`L19` is allowed without a reason"), "{}", err(&output));
    write("");
    let with = |allow: &str| shipworthy(folder.path(), &["lint", "plan.md", "--allow", allow]);
    assert_eq!(with("L19: tested in March").status.code(), Some(0));
    assert_eq!(with("L19").status.code(), Some(2));
    assert_eq!(with("L99: because").status.code(), Some(2));
    assert!(err(&with("L03: weights are agreed")).contains("covers no finding"));
}

#[test]
fn what_is_past_is_told_only_when_a_day_is_given() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plan.md"), "# Plan\n\n**Next Review:** 2026-02-07\n").unwrap();
    assert_eq!(out(&shipworthy(folder.path(), &["lint", "plan.md"])), "");
    let output = out(&shipworthy(folder.path(), &["lint", "plan.md", "--as-of", "2026-02-17"]));
    assert!(
        output.contains("plan.md:3: medium L22: the next review was due on 2026-02-07, 10 days before 2026-02-17"),
        "{output}"
    );
}

#[test]
fn a_hostile_document_is_compared_within_bounds_and_stays_text() {
    let folder = tempfile::tempdir().unwrap();
    let many = format!("# Plan\n\n{}", "- [x] Backups \u{1b}[31m (not tested)\n".repeat(20_000));
    fs::write(folder.path().join("plan.md"), many).unwrap();
    let output = shipworthy(folder.path(), &["lint", "plan.md"]);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    assert!(err(&output).contains("items were compared"), "{}", err(&output));
    assert!(!out(&output).contains('\u{1b}'));
}

const SPEC: &str = "version: 1\nsystem: { name: Shop }\nclaims: { overall: 90 % }\nareas:\n  data:\n    title: Data\n    claimed: 90 %\n    \
                    checks:\n      - id: backups\n        title: Backups\n        claimed: { value: missing }\n      - id: database\n        \
                    title: Database (configured but not tested)\n        claimed: { value: done }\n  web:\n    title: Web\n    claimed: 30 %\n    \
                    checks: [{ id: pages, title: Pages, claimed: { value: done } }]\n";

#[test]
fn the_same_rules_look_at_a_spec() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("shipworthy.yaml"), SPEC).unwrap();
    let output = shipworthy(folder.path(), &["lint", "shipworthy.yaml", "--format", "json"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let told = |rule: &str| found.as_array().unwrap().iter().find(|finding| finding["rule"] == rule).cloned();
    assert_eq!(told("L19").unwrap()["places"], serde_json::json!([{ "line": 12 }]));
    let roll_up = told("L03").unwrap();
    assert_eq!(roll_up["places"][0]["line"], 3);
    assert_eq!(roll_up["arithmetic"], "(90 + 30) / 2 = 60 %; claimed 90 %");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(shipworthy(folder.path(), &["validate"]).status.code(), Some(0));
}

#[test]
fn a_spec_accepts_findings_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let with = |allow: &str| {
        fs::write(folder.path().join("shipworthy.yaml"), format!("{SPEC}lint: {{ allow: [{allow}] }}\n")).unwrap();
        shipworthy(folder.path(), &["lint", "shipworthy.yaml", "--format", "json"])
    };
    let output = with("\"L19: tested by the vendor\", \"L03: web counts little\"");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        found.as_array().unwrap().iter().all(|finding| finding["rule"] != "L19" && finding["rule"] != "L03"),
        "{found}"
    );
    assert_eq!(shipworthy(folder.path(), &["validate"]).status.code(), Some(0));
    let output = with("L19");
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("`L19` is allowed without a reason"), "{}", err(&output));
}

#[test]
fn a_spec_that_is_no_yaml_is_a_wrong_question() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("broken.yaml"), "areas: [\n").unwrap();
    assert_eq!(shipworthy(folder.path(), &["lint", "broken.yaml"]).status.code(), Some(2));
}
