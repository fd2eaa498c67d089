//! What the binary reads out of readiness documents.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::process::{Command, Output};

use serde_json::Value;

fn import(arguments: &[&str]) -> Output {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut command = Command::new(env!("CARGO_BIN_EXE_shipworthy"));
    command.env_clear().current_dir(root).arg("import").args(arguments).output().unwrap()
}

fn inventory(path: &str) -> Value {
    let output = import(&[path, "--inventory", "json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// `line kind state value unit | text`, as far as the kind has them.
fn outline(inventory: &Value) -> String {
    let line = |statement: &Value| {
        let shown = |key: &str| match &statement[key] {
            Value::Null => String::new(),
            Value::String(text) => format!(" {text}"),
            other => format!(" {other}"),
        };
        let (state, value, most, unit) = (shown("state"), shown("value"), shown("value_max"), shown("unit"));
        format!("{}{}{state}{value}{most}{unit} |{}\n", statement["line"], shown("kind"), shown("text"))
    };
    inventory["statements"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn every_shape_is_read_with_its_line() {
    insta::assert_snapshot!(outline(&inventory("fixtures/plans/shapes.md")));
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let first = import(&["fixtures/plans/shapes.md"]);
    assert_eq!(first.stdout, import(&["fixtures/plans/shapes.md"]).stdout);
}

#[test]
fn a_document_that_is_not_there_is_a_wrong_question() {
    let output = import(&["fixtures/plans/nowhere.md"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot read `fixtures/plans/nowhere.md`"));
}

/// Imports a document into a folder of its own, and asks a question there.
fn with_spec(document: &str, question: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    with_spec_in(folder.path(), &[document], question)
}

fn with_spec_in(folder: &std::path::Path, arguments: &[&str], question: &[&str]) -> Output {
    let output = import(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::write(folder.join("shipworthy.yaml"), &output.stdout).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_shipworthy"));
    command.env_clear().current_dir(folder).args(question).output().unwrap()
}

#[test]
fn a_document_becomes_a_spec() {
    let output = String::from_utf8(import(&["fixtures/plans/shapes.md"]).stdout).unwrap();
    // What is proposed changes with every new rule of the catalog.
    let proposed = |line: &str| line.contains("# proposed: ") || line.contains("# the text says ");
    let spec: Vec<&str> = output.lines().filter(|line| !proposed(line)).collect();
    insta::assert_snapshot!(spec.join("\n"));
}

#[test]
fn rules_of_the_catalog_are_proposed_by_the_words_of_the_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.md");
    std::fs::write(&path, "# Plan\n\n- [ ] Write a Dockerfile\n- [ ] Send HSTS\n- [ ] Buy biscuits\n").unwrap();
    let spec = String::from_utf8(import(&[path.to_str().unwrap()]).stdout).unwrap();
    assert!(spec.contains("use: container/dockerfile-present # the text says \"dockerfile\""), "{spec}");
    assert!(
        spec.contains("# proposed: use: http/hsts, with: { target: NAME } (the text says \"hsts\"; it needs a target)"),
        "{spec}"
    );
    assert!(!spec.split("biscuits").nth(1).unwrap().contains("proposed"), "{spec}");
}

#[test]
fn proposals_carry_the_bounds_files_and_paths_of_the_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.md");
    let text = "# Plan\n\n- [ ] Test coverage > 85%\n- [ ] Response time <100ms\n- [ ] Fix 31 failing tests\n\
                - [ ] Runbook `docs/runbook.md`\n- [ ] `/api/health` answers\n- [ ] Delete `/etc/passwd.d/../x` and `a b.md`\n";
    std::fs::write(&path, text).unwrap();
    let spec = String::from_utf8(import(&[path.to_str().unwrap()]).stdout).unwrap();
    for proposed in [
        "# proposed: use: tests/coverage, expect: [overall > 85 %, changed.short = 0]",
        "# proposed: use: perf/latency-smoke, with: { target: NAME }, expect: [status < 500, time.wait < 100 ms]",
        "# proposed: probe: { tests: { report: REPORT } }, expect: [failed = 0]",
        "# proposed: probe: { file: { path: docs/runbook.md } }, expect: [exists = true]",
        "# proposed: probe: { http: { target: NAME, path: /api/health } }, expect: [status < 400]",
    ] {
        assert!(spec.contains(proposed), "{proposed}\n{spec}");
    }
    assert!(!spec.contains("passwd.d } }") && !spec.contains("path: a b"), "{spec}");
}

#[test]
fn every_imported_spec_validates() {
    let listed = std::fs::read_dir("fixtures/plans").unwrap().map(|entry| entry.unwrap().path());
    let mut documents: Vec<_> = listed.filter(|path| path.is_file()).collect();
    documents.sort();
    assert!(documents.len() > 1);
    for document in documents {
        let output = with_spec(document.to_str().unwrap(), &["validate"]);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{}: {errors}", document.display());
    }
}

#[test]
fn nothing_that_was_imported_passes_without_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let asked = ["fixtures/plans/shapes.md", "--propose", "comment"];
    let output = with_spec_in(folder.path(), &asked, &["audit", "--format", "json"]);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let outcomes: Vec<&str> =
        report["checks"].as_array().unwrap().iter().map(|check| check["outcome"].as_str().unwrap()).collect();
    assert!(outcomes.len() > 10);
    assert!(outcomes.iter().all(|outcome| matches!(*outcome, "unknown" | "blocked")), "{outcomes:?}");
}

#[test]
fn a_rule_whose_words_are_all_that_a_text_says_measures_the_claim_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("PLAN.md");
    let text = "# Plan\n\n- [x] Dockerfile\n- [ ] Architecture documentation\n- [x] Docker Compose works\n- [x] Mock data\n\
                - [x] Unit tests (target: 80% coverage)\n- [x] RBAC\n- [x] HSTS\n";
    std::fs::write(&plan, text).unwrap();
    std::fs::write(
        folder.path().join("ARCHITECTURE.md"),
        "# Architecture\n\n## Components\n\nOne service, one database.\n",
    )
    .unwrap();
    let output = with_spec_in(folder.path(), &[plan.to_str().unwrap()], &["audit", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let outcome = |title: &str| {
        let checks = report["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["title"] == title).unwrap();
        (check["outcome"].as_str().unwrap().to_owned(), check["claimed"]["value"].as_str().unwrap_or("").to_owned())
    };
    assert_eq!(outcome("Dockerfile").0, "fail", "the document says done, nothing is there");
    let others = ["Docker Compose works", "Mock data", "Unit tests (target: 80% coverage)", "RBAC", "HSTS"];
    for title in others {
        assert_eq!(outcome(title).0, "unknown", "`{title}` says more, or other, than a rule of files measures");
    }
    let contradicted = report["claims"]["contradicted"].as_array().unwrap();
    assert!(contradicted.iter().any(|claim| claim.to_string().contains("Dockerfile")), "{contradicted:?}");
}

const SYSTEMS: &[&str] = &["clo", "catalynx", "abc", "castiel", "clarion"];

#[test]
fn misread_documents_are_repaired_byte_for_byte() {
    for system in SYSTEMS {
        let bytes = std::fs::read(format!("fixtures/systems/{system}/PRODUCTION_READINESS.md")).unwrap();
        let repaired = std::fs::read_to_string(format!("fixtures/plans/repaired/{system}.md")).unwrap();
        let text = shipworthy::import::decode(&bytes).text;
        assert!(text.trim_end_matches('\n') == repaired.trim_end_matches('\n'), "{system}");
    }
}

#[test]
fn real_documents_become_specs_that_validate() {
    for system in SYSTEMS {
        let output = with_spec(&format!("fixtures/systems/{system}/PRODUCTION_READINESS.md"), &["validate"]);
        assert_eq!(output.status.code(), Some(0), "{system}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Documents that want to hurt: each must end soon, well, and with a spec that validates.
#[test]
fn hostile_documents_do_no_harm() {
    let headings: String = (0..800).map(|number| format!("## H{number} ✅\n\ntext\n\n")).collect();
    let nested: String = (0..300).map(|depth| format!("{}- [ ] n{depth}\n", "  ".repeat(depth))).collect();
    let surrogates = [b"\xff\xfe".to_vec(), b"\x00\xd8".repeat(500), b"-\x00 \x00x\x00".to_vec()].concat();
    let documents: [(&str, Vec<u8>); 9] = [
        ("a long line", format!("- [ ] {}", "word 95% <100ms → week ".repeat(40_000)).into_bytes()),
        ("many bullets", "- [ ] at least 80% in 2-3 days\n".repeat(2_000).into_bytes()),
        ("deep quotes", format!("{} - [x] deep\n", ">".repeat(10_000)).into_bytes()),
        ("deep lists", nested.into_bytes()),
        ("headings", headings.into_bytes()),
        ("zeros and tabs", b"# T\r\n\r\n- [x] a\x00b\r\n- [ ]\tc\r\n".to_vec()),
        ("lone surrogates", surrogates),
        ("brackets", format!("{}\n{}\n{}", "[".repeat(20_000), "*".repeat(20_000), "`".repeat(20_001)).into_bytes()),
        (
            "yaml in text",
            b"- [ ] a: {b} # c\n- [ ] ${SECRET} $$ \"q\" 'p' \\ - ! & * | > %\n- [ ] \xe2\x80\xae evil \x1b[31m\n"
                .to_vec(),
        ),
    ];
    for (name, bytes) in documents {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.md");
        std::fs::write(&path, bytes).unwrap();
        let output = with_spec(path.to_str().unwrap(), &["validate"]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn what_sync_wrote_is_no_statement_of_the_document() {
    let folder = tempfile::tempdir().unwrap();
    let plan = "# Plan\n\n- [x] Backups\n\nEnd.\n";
    let synced = "# Plan\n\n- [x] Backups <!-- measured -->*measured 2026-03-02: fail, 31, expected failed = 0*<!-- /measured -->\n\n\
                  End.\n\n<!-- shipworthy:begin summary -->\n**Measured 2026-03-02:** not ready\n\n- score: 10 % proven\n\
                  - checks: 0 pass, 1 fail\n<!-- shipworthy:end summary -->\n";
    let read = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        outline(&inventory(path.to_str().unwrap()))
    };
    assert_eq!(read("plan.md", plan), read("synced.md", synced));
}

#[test]
fn a_chain_after_a_wide_colon_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.md");
    std::fs::write(&path, "# 计划\n\n- 顺序：数据库 → 接口 → 部署\n").unwrap();
    let found = outline(&inventory(path.to_str().unwrap()));
    assert!(found.contains("dependency"), "{found}");
}

#[test]
fn a_sign_after_the_key_states_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.md");
    let text = "# Plan\n\n- **PostgreSQL**: ✅ healthy\n- **Neo4j** - ⚠️ needs set-up\n- > **Öncelik:** 🔴 KRİTİK\n";
    std::fs::write(&path, text).unwrap();
    let found = outline(&inventory(path.to_str().unwrap()));
    assert!(found.contains("3 status done |"), "{found}");
    assert!(found.contains("4 status partial |"), "{found}");
    assert!(found.contains("5 priority critical |"), "{found}");
}

/// A folder with a plan and the spec that was made of it.
fn planned(plan: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("PLAN.md"), plan).unwrap();
    let spec = in_folder(&folder, &["import", "PLAN.md"]).stdout;
    std::fs::write(folder.path().join("shipworthy.yaml"), &spec).unwrap();
    (folder, String::from_utf8(spec).unwrap())
}

fn in_folder(folder: &tempfile::TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shipworthy"));
    command.env_clear().current_dir(folder.path()).args(arguments).output().unwrap()
}

const ONTO: [&str; 5] = ["import", "PLAN.md", "--onto", "shipworthy.yaml", "--write"];

#[test]
fn an_unchanged_document_changes_nothing_in_its_own_spec() {
    for name in ["shapes.md", "bereitschaft.md", "计划.md", "готовность.md"] {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/plans");
        let (folder, spec) = planned(&std::fs::read_to_string(root.join(name)).unwrap());
        let output = in_folder(&folder, &ONTO);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && said.contains("nothing to change"), "{name}: {said}");
        assert_eq!(std::fs::read_to_string(folder.path().join("shipworthy.yaml")).unwrap(), spec, "{name}");
    }
}

#[test]
fn a_changed_document_is_merged_and_edits_stay() {
    let old = "# Shop\n\n## Security (60% complete)\n\n- [x] Login works\n- [ ] Rate limiting\n- [ ] Cookies flagged\n\n\
               ## Data\n\n- [ ] Backups\n- [ ] Old thing\n";
    let new = "# Shop\n\n## Security (70% complete)\n\n- [x] Login works\n- [ ] Audit log\n- [x] Rate limiting of all calls\n\
               - [x] Cookies flagged\n\n## Data\n\n- [x] Backups\n\n## Phase 2: Papers\n\n- [ ] Write the manual (2 days)\n";
    let (folder, spec) = planned(old);
    let file = folder.path().join("shipworthy.yaml");
    let edited = spec
        .replace("title: Backups", "title: Nightly backups # ours")
        .replace("      - id: rate-limiting", "      # why we limit\n      - id: rate-limiting")
        .replace("        title: Login works\n", "        title: Login works\n        severity: high\n")
        .replace("      - id: cookies-flagged", "      - id: flagged");
    std::fs::write(&file, &edited).unwrap();
    std::fs::write(folder.path().join("PLAN.md"), new).unwrap();
    let shown = in_folder(&folder, &ONTO[..4]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), edited, "without --write the spec stays");
    assert!(String::from_utf8_lossy(&shown.stdout).contains("+      - id: audit-log"));
    let output = in_folder(&folder, &ONTO);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let merged = std::fs::read_to_string(&file).unwrap();
    for kept in [
        "title: Nightly backups # ours",
        "      # why we limit\n      - id: rate-limiting # line 7\n        title: Rate limiting of all calls\n",
        "severity: high",
        "claimed: 70 %",
        "claimed: { value: done, text: \"[x] Backups\", source: \"PLAN.md:12\" }",
        "- id: audit-log",
        "- id: flagged",
        "- id: old-thing",
        "phase-2-papers: {",
        "effort: 2 d",
    ] {
        assert!(merged.contains(kept), "{kept}\n{merged}");
    }
    assert!(!merged.contains("cookies-flagged"), "{merged}");
    assert!(said.contains("`old-thing` is no longer in the document"), "{said}");
    assert!(said.contains("`rate-limiting`: claimed done, was missing"), "{said}");
    assert_eq!(in_folder(&folder, &["validate"]).status.code(), Some(0));
    in_folder(&folder, &ONTO);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), merged, "merging again changes nothing");
}

#[test]
fn claims_over_several_lines_follow_the_document_too() {
    let (folder, spec) = planned("# Shop\n\n## Data\n\n- [ ] Backups\n- [ ] Restores\n");
    let file = folder.path().join("shipworthy.yaml");
    let line = spec.lines().find(|line| line.contains("claimed:") && line.contains("Backups")).unwrap();
    let block =
        "        claimed:\n          value: missing\n          text: \"[ ] Backups\"\n          source: \"PLAN.md:5\"";
    std::fs::write(&file, spec.replace(line, block)).unwrap();
    std::fs::write(folder.path().join("PLAN.md"), "# Shop\n\n## Data\n\n- [x] Backups\n- [ ] Restores\n").unwrap();
    in_folder(&folder, &ONTO);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), spec.replace("missing, text: \"[ ] B", "done, text: \"[x] B"));
}
