//! `shipworthy plan` says what an audit would do, and does nothing.

use super::bench::{Bench, file_check, spec};

#[test]
fn a_plan_lists_commands_and_requests_and_makes_none() {
    let checks = format!(
        "{}      - id: suite\n        probe: {{ command: {{ run: [touch, ran] }} }}\n        expect:\n          - exit_code = 0\n      - id: health\n        probe: {{ http: {{ target: api, path: /health }} }}\n        expect:\n          - status = 200\n",
        file_check("readme", "README.md", "")
    );
    let bench =
        Bench::new(&format!("{}targets:\n  api: {{ url: \"http://user:secret-pw@127.0.0.1:9\" }}\n", spec(&checks)));
    let output = bench.run(&["plan"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("touch ran") && text.contains("GET http://127.0.0.1:9/health"), "{text}");
    assert!(!text.contains("secret-pw"), "{text}");
    assert!(!bench.path().join("ran").exists());
}

#[test]
fn a_plan_lists_the_logins_of_those_who_present_themselves() {
    let checks = "      - id: me\n        probe: { http: { target: api, path: /me, samples: 2 } }\n        expect:\n          - status = 200\n      - id: open\n        probe: { http: { target: api, path: /open, credentials: none } }\n        expect:\n          - status = 200\n";
    let target = "targets:\n  api:\n    url: http://127.0.0.1:9\n    credentials: { default: { login: { path: /login, json: { name: probe, password: pass-of-probe } } } }\n";
    let bench = Bench::new(&format!("{}{target}", spec(checks)));
    let output = bench.run(&["plan"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(text.matches("POST http://127.0.0.1:9/login   at most 2 times, login").count(), 1, "{text}");
    assert_eq!(text.matches("POST").count(), 1, "{text}");
    assert!(!text.contains("pass-of-probe"), "{text}");
}

#[test]
fn a_probe_by_hand_shows_facts_with_their_types() {
    let bench = Bench::new("").write("README.md", "# Shop\n");
    let output = bench.run(&["probe", "file", "--with", "path=README.md", "--format", "json"]);
    let shown: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(shown["facts"]["exists"]["value"], true);
    assert_eq!(shown["facts"]["size"]["unit"], "B");
}

#[test]
fn a_selection_leaves_out_what_only_others_would_run() {
    let checks = format!(
        "{}      - id: suite\n        probe: {{ command: {{ run: [touch, ran] }} }}\n        expect:\n          - exit_code = 0\n",
        file_check("readme", "README.md", "")
    );
    let bench = Bench::new(&spec(&checks)).write("README.md", "x");
    let output = bench.run(&["plan", "--only", "check:readme"]);
    assert!(!String::from_utf8_lossy(&output.stdout).contains("touch"));
    let (_, report) = bench.audit(&["--only", "check:readme"]);
    assert_eq!(super::bench::outcome(&report, "readme"), "pass");
    assert!(!bench.path().join("ran").exists());
}
