//! What becomes of checks.

use super::bench::{Bench, check, file_check, outcome, spec};

fn command_check(id: &str, argv: &str, more: &str) -> String {
    format!(
        "      - id: {id}\n{more}        probe: {{ command: {{ run: {argv} }} }}\n        expect:\n          - exit_code = 0\n"
    )
}

#[test]
fn a_blocked_check_is_not_observed_and_names_the_root() {
    let text = spec(&format!(
        "{}{}{}",
        file_check("compiles", "build.ok", ""),
        command_check("starts", "[touch, started]", "        requires: [compiles]\n"),
        file_check("answers", "README.md", "        requires: [starts]\n"),
    ));
    let bench = Bench::new(&text).write("README.md", "x");
    let (_, report) = bench.audit(&[]);
    assert_eq!(outcome(&report, "answers"), "blocked");
    assert_eq!(check(&report, "answers")["blocked_by"], "compiles");
    assert!(!bench.path().join("started").exists(), "a blocked command ran");
}

#[test]
fn a_claim_without_evidence_is_unknown() {
    let text = spec("      - id: backups\n        claimed: { value: done, source: \"PLAN.md:3\" }\n");
    let (code, report) = Bench::new(&text).audit(&[]);
    assert_eq!((code, outcome(&report, "backups")), (3, "unknown"));
    assert_eq!(report["claims"]["unproven"], 1);
    assert_eq!(report["score"]["proven"]["value"], 0.0);
}

#[test]
fn a_claim_that_measurement_contradicts_is_reported() {
    let text = spec(&file_check(
        "runbook",
        "docs/runbook.md",
        "        claimed: { value: done, text: runbook written, source: \"PLAN.md:3\" }\n",
    ));
    let (_, report) = Bench::new(&text).audit(&[]);
    assert_eq!(report["claims"]["contradicted"][0]["subject"], "runbook");
    assert_eq!(report["claims"]["contradicted"][0]["source"], "PLAN.md:3");
}

#[test]
fn a_command_may_be_forbidden_and_then_nothing_is_known() {
    let bench = Bench::new(&spec(&command_check("suite", "[touch, ran]", "        severity: blocker\n")));
    let (code, report) = bench.audit(&["--no-exec"]);
    assert_eq!((code, outcome(&report, "suite")), (3, "unknown"));
    assert_eq!(check(&report, "suite")["reason"], "not run: --no-exec");
    assert!(!bench.path().join("ran").exists());
}

#[test]
fn a_program_that_is_not_installed_is_unknown() {
    let text = spec(&command_check("suite", "[no-such-program-here]", ""));
    let (_, report) = Bench::new(&text).audit(&[]);
    assert_eq!(outcome(&report, "suite"), "unknown");
}

#[test]
fn a_dead_endpoint_fails_its_health_check_and_leaves_the_rest_unknown() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let text = format!(
        "{}targets:\n  api: {{ url: \"http://127.0.0.1:{port}\" }}\n",
        spec(
            "      - id: health\n        probe: { http: { target: api, path: /health } }\n        expect:\n          - reachable = true\n\
             \x20     - id: body\n        probe: { http: { target: api, path: /health } }\n        expect:\n          - status = 200\n"
        )
    );
    let (_, report) = Bench::new(&text).audit(&[]);
    assert_eq!(outcome(&report, "health"), "fail");
    assert_eq!(outcome(&report, "body"), "unknown");
    let (_, offline) = Bench::new(&text).audit(&["--offline"]);
    assert_eq!(outcome(&offline, "health"), "unknown");
}

#[test]
fn equal_observations_are_made_once() {
    let twice = spec(&format!(
        "{}{}",
        command_check("first", "[sh, -c, \"echo x >> runs\"]", ""),
        command_check("second", "[sh, -c, \"echo x >> runs\"]", "")
    ));
    let bench = Bench::new(&twice);
    bench.audit(&[]);
    assert_eq!(std::fs::read_to_string(bench.path().join("runs")).unwrap(), "x\n");
}

#[test]
fn instances_share_the_weight_of_their_check() {
    let text = spec(&format!(
        "{}{}",
        file_check(
            "readme",
            "\"${each.service}/README.md\"",
            "        for_each: { service: [cart, catalog] }\n        severity: high\n"
        ),
        file_check("other", "other.md", "")
    ));
    let (_, report) = Bench::new(&text).write("cart/README.md", "x").audit(&[]);
    assert_eq!(outcome(&report, "readme@cart"), "pass");
    assert_eq!(outcome(&report, "readme@catalog"), "fail");
    assert_eq!(check(&report, "readme@cart")["weight"], "2");
    assert_eq!(report["score"]["proven"]["exact"], "1/3");
}

#[test]
fn instances_share_the_effort_of_their_check_unless_each_weighs_in_full() {
    let text = spec(&format!(
        "{}{}",
        file_check("shared", "\"${each.s}.md\"", "        for_each: { s: [a, b, c] }\n        effort: 3..6 d\n"),
        file_check(
            "full",
            "\"${each.s}.md\"",
            "        for_each: { s: [a, b] }\n        weight_per: instance\n        effort: 3 d\n"
        ),
    ));
    let (_, report) = Bench::new(&text).audit(&[]);
    assert_eq!(check(&report, "shared@a")["effort_days"], serde_json::json!([1.0, 2.0]));
    assert_eq!(check(&report, "full@b")["effort_days"], serde_json::json!([3.0, 3.0]));
    assert_eq!(report["roadmap"]["critical_path_days"], 3.0);
}

#[test]
fn the_first_route_that_knows_decides_and_a_weaker_one_is_capped() {
    let text = spec(
        "      - id: backups\n        routes:\n          - probe: { command: { run: [no-such-program-here] } }\n            expect: [exit_code = 0]\n\
         \x20         - probe: { file: { path: backup.log } }\n            expect: [exists = true]\n            cap: 50 %\n",
    );
    let (_, report) = Bench::new(&text).write("backup.log", "x").audit(&[]);
    let row = check(&report, "backups");
    assert_eq!((row["route"].as_u64(), row["credit_ppm"].as_u64()), (Some(2), Some(500_000)));
    assert_eq!(row["outcome"], "fail");
}

#[test]
fn one_alternative_is_enough_and_the_others_are_not_missed() {
    let text = spec(&format!(
        "{}{}      - id: deployable\n        any_of: [kubernetes, nomad]\n",
        file_check("kubernetes", "k8s.yaml", ""),
        file_check("nomad", "nomad.hcl", "")
    ));
    let (_, report) = Bench::new(&text).write("nomad.hcl", "x").audit(&[]);
    assert_eq!(outcome(&report, "deployable"), "pass");
    assert_eq!(outcome(&report, "kubernetes"), "not_applicable");
    assert_eq!(report["score"]["proven"]["value"], 100.0);
    let (_, none) = Bench::new(&text).audit(&[]);
    assert_eq!(outcome(&none, "deployable"), "fail");
}

#[test]
fn an_optional_check_counts_only_when_it_passes() {
    let text = spec(&format!(
        "{}{}",
        file_check("readme", "README.md", ""),
        file_check("video", "video.md", "        optional: nice to have\n")
    ));
    let (_, report) = Bench::new(&text).write("README.md", "x").audit(&[]);
    assert_eq!(outcome(&report, "video"), "not_applicable");
    assert_eq!(report["score"]["proven"]["value"], 100.0);
}

#[test]
fn an_announced_check_is_shown_but_does_not_decide() {
    let text = spec(&format!(
        "{}{}",
        file_check("readme", "README.md", ""),
        file_check("sbom", "sbom.json", "        severity: blocker\n        enforce_from: 2030-01-01\n")
    ));
    let bench = Bench::new(&text).write("README.md", "x");
    let (code, report) = bench.audit(&["--as-of", "2029-12-31"]);
    assert_eq!((code, outcome(&report, "sbom")), (0, "fail"));
    assert_eq!(check(&report, "sbom")["state"], "announced");
    assert_eq!(bench.audit(&["--as-of", "2030-01-01"]).0, 1);
}

#[test]
fn a_disabled_check_is_not_applicable_with_its_reason() {
    let text = format!(
        "{}disable:\n  - {{ check: sbom, reason: closed source }}\n",
        spec(&format!(
            "{}{}",
            file_check("readme", "README.md", ""),
            file_check("sbom", "sbom.json", "        severity: blocker\n")
        ))
    );
    let (code, report) = Bench::new(&text).write("README.md", "x").audit(&[]);
    assert_eq!((code, outcome(&report, "sbom")), (0, "not_applicable"));
    assert_eq!(check(&report, "sbom")["reason"], "closed source");
}

#[test]
fn a_gate_decides_from_its_day_on() {
    let text = format!(
        "{}gates:\n  launch: {{ checks: [sbom], from: 2030-01-01 }}\n",
        spec(&format!(
            "{}{}",
            file_check("readme", "README.md", "        severity: blocker\n"),
            file_check("sbom", "sbom.json", "        severity: low\n")
        ))
    );
    let bench = Bench::new(&text).write("README.md", "x");
    assert_eq!(bench.audit(&["--as-of", "2029-12-31"]).0, 0);
    assert_eq!(bench.audit(&["--as-of", "2030-01-01"]).0, 1);
    assert_eq!(bench.audit(&["--as-of", "2029-12-31", "--gate", "launch"]).0, 1);
}

#[test]
fn a_selection_shows_no_overall_score_and_keeps_prerequisites_unscored() {
    let text = spec(&format!(
        "{}{}{}",
        file_check("compiles", "README.md", ""),
        file_check("starts", "README.md", "        requires: [compiles]\n        tags: [smoke]\n"),
        file_check("other", "README.md", "")
    ));
    let (code, report) = Bench::new(&text).write("README.md", "x").audit(&["--only", "tag:smoke"]);
    assert_eq!(report["score"], serde_json::Value::Null);
    let ids: Vec<&str> =
        report["checks"].as_array().unwrap().iter().map(|check| check["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["compiles", "starts"]);
    assert_eq!(check(&report, "compiles")["state"], "prerequisite");
    assert_eq!(report["run"]["selection"][0], "--only tag:smoke");
    assert_ne!(code, 2);
}

#[test]
fn a_command_is_killed_with_its_children_at_its_limit() {
    let text = spec(
        "      - id: slow\n        probe: { command: { run: [sh, -c, \"sleep 30 & echo $! > child; wait\"], timeout: 1 s } }\n        expect:\n          - exit_code = 0\n",
    );
    let bench = Bench::new(&text);
    let began = std::time::Instant::now();
    let (_, report) = bench.audit(&[]);
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    assert_ne!(outcome(&report, "slow"), "pass");
    let child = std::fs::read_to_string(bench.path().join("child")).unwrap();
    let alive = std::path::Path::new("/proc").join(child.trim()).join("cmdline");
    let cmdline = std::fs::read_to_string(alive).unwrap_or_default();
    assert!(!cmdline.contains("sleep"), "a grandchild survived");
}

#[test]
fn a_check_does_not_apply_where_its_probe_sees_nothing_of_its_subject() {
    let text = spec("      - use: k8s/ingress-tls\n      - use: k8s/readiness-probe\n");
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: { name: migrate }\nspec:\n  template:\n    spec:\n      containers:\n        - { name: migrate, image: \"shop/migrate:1.4.2\" }\n";
    let (_, report) = Bench::new(&text).write("deploy/job.yaml", job).audit(&[]);
    assert_eq!(outcome(&report, "k8s/ingress-tls"), "not_applicable");
    assert_eq!(
        check(&report, "k8s/readiness-probe")["reason"],
        "applies where `reached_containers >= 1`; here it is 0"
    );
    let broken = "apiVersion: v1\nkind: Service\nmetadata: { name: shop\n";
    let (_, report) = Bench::new(&text).write("deploy/job.yaml", job).write("deploy/shop.yaml", broken).audit(&[]);
    assert_eq!(outcome(&report, "k8s/ingress-tls"), "unknown", "what could not be read may hold a route");
}

#[test]
fn a_condition_is_checked_like_an_expectation() {
    let check = "      - id: a\n        when: { expect: [routes >= 1] }\n        probe: { file: { path: x } }\n        expect:\n          - exists = true\n";
    let output = Bench::new(&spec(check)).run(&["validate"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("shipworthy.yaml") && said.contains("`routes`"), "{said}");
}

#[test]
fn a_document_that_is_a_list_is_counted_and_chosen_from() {
    let of = |id: &str, printed: &str, expect: &str| {
        format!(
            "      - id: {id}\n        probe: {{ command: {{ run: [printf, '{printed}'] }} }}\n        expect:\n          - {expect}\n"
        )
    };
    let servers = r#"[{"name": "a", "days": 14}, {"name": "b", "days": 0}]"#;
    let checks = [
        of("counted", servers, "\"json[#] = 2\""),
        of("chosen", servers, "\"json[-1].name = b\""),
        of("any", servers, "\"json[any].days >= 7\""),
        of("every", servers, "\"json[*].days >= 7\""),
        of("beyond", servers, "\"json[5].name = a\""),
        of("empty", "[]", "\"json[#] >= 1\""),
        of("no-list", r#"{"name": "a"}"#, "\"json[0].name = a\""),
    ];
    let (_, report) = Bench::new(&spec(&checks.concat())).audit(&[]);
    for (id, expected) in [
        ("counted", "pass"),
        ("chosen", "pass"),
        ("any", "pass"),
        ("every", "fail"),
        ("beyond", "fail"),
        ("empty", "fail"),
        ("no-list", "fail"),
    ] {
        assert_eq!(outcome(&report, id), expected, "{id}: {}", check(&report, id));
    }
}

#[test]
fn a_check_without_weight_is_shown_and_not_said_to_decide() {
    let text = spec(&format!(
        "{}{}",
        file_check("readme", "README.md", ""),
        file_check("shown", "gone.md", "        severity: blocker\n        weight: 0\n")
    ));
    let bench = Bench::new(&text).write("README.md", "x");
    assert_eq!(bench.audit(&[]).0, 0);
    let screen = String::from_utf8(bench.run(&["audit"]).stdout).unwrap();
    assert!(screen.contains("Failed 1\n") && !screen.contains("decide"), "{screen}");
}

#[test]
fn the_credit_of_coverage_follows_the_bound_that_is_expected() {
    let lines: String = (1..=100).map(|line| format!("DA:{line},{}\n", u8::from(line <= 82))).collect();
    let covered = |bound: &str| {
        format!(
            "      - id: covered\n        title: Covered\n        severity: medium\n        probe: {{ coverage: {{ report: lcov.info }} }}\n        expect:\n          - {bound}\n        credit: {{ fact: coverage_credit }}\n"
        )
    };
    let credit = |bound: &str| {
        let bench = Bench::new(&spec(&covered(bound)));
        let bench = bench.write("a.py", "x = 1\n").write("lcov.info", &format!("SF:a.py\n{lines}end_of_record\n"));
        let (_, report) = bench.audit(&[]);
        check_of(&report)
    };
    fn check_of(report: &serde_json::Value) -> (String, u64) {
        let covered = check(report, "covered");
        (covered["outcome"].as_str().unwrap_or_default().to_owned(), covered["credit_ppm"].as_u64().unwrap_or_default())
    }
    assert_eq!(credit("line >= 80 %").0, "pass");
    // From 40 to 85 %: 42 of 45.
    assert_eq!(credit("line >= 85 %"), ("fail".to_owned(), 933_333));
    assert_eq!(credit("overall > 84 %"), ("fail".to_owned(), 954_545));
}

/// Two of three sections are there; nowhere is a place of the third.
#[test]
fn what_earns_a_failed_check_its_credit_is_shown_as_met_and_is_no_finding() {
    let kept = "      - id: kept\n        title: Kept\n        probe: { docs: { glob: KEPT.md, sections: [Logs, Backups, Owner] } }\n        expect:\n          - missing[#] <= 0\n        credit: { fact: section_ratio }\n";
    let page = "# Kept\n\n## Logs\n\nThirty days.\n\n## Backups\n\nNinety days.\n";
    let bench = Bench::new(&spec(kept)).write("KEPT.md", page);
    let (_, report) = bench.audit(&[]);
    let row = check(&report, "kept");
    assert_eq!((&row["outcome"], &row["credit_ppm"]), (&"fail".into(), &666_666.into()));
    assert_eq!((&row["evidence"][0]["credited"], &row["certainty"]), (&true.into(), &"certain".into()));
    let screen = String::from_utf8(bench.run(&["audit"]).stdout).unwrap();
    assert!(screen.contains("KEPT.md: has 2 of 3 sections: Backups, Logs; nowhere: Owner (earns"), "{screen}");
    let github = String::from_utf8(bench.run(&["audit", "-o", "github"]).stdout).unwrap();
    assert!(!github.contains("file=KEPT.md"), "{github}");
    let sarif = String::from_utf8(bench.run(&["audit", "-o", "sarif"]).stdout).unwrap();
    assert!(!sarif.contains("KEPT.md\""), "{sarif}");

    let none = Bench::new(&spec(kept)).write("KEPT.md", "# Kept\n\nNothing yet.\n");
    let (_, report) = none.audit(&[]);
    assert_eq!(check(&report, "kept")["evidence"].as_array().map(Vec::len), Some(0), "nothing earns nothing");
}
