//! Probe `plugin` and the conformance test, with programs that keep to the protocol and programs that do not.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use shipworthy::expect::{judge, parse, type_check};
use shipworthy::model::report::EvidenceKind;
use shipworthy::model::{Observation, Outcome, Place};
use shipworthy::probe::plugin::{Finding, conformance};

use crate::probing::{Bench, decode, unobserved};

const PARAMS: &str = "run: [sh, plugin.sh]\ninput: { queue: orders }\n";

fn plugin(script: &str) -> Bench {
    Bench::new().file("plugin.sh", script)
}

/// An expectation over what a plugin reported.
fn judged(seen: &Observation, params: &str, line: &str) -> (Outcome, String) {
    let schema = decode("plugin", params).0.unwrap().facts();
    let typed = type_check(&parse(line).unwrap(), &schema).unwrap();
    let judgement = judge(&typed, &seen.facts);
    (judgement.outcome, judgement.actual)
}

#[test]
fn a_plugin_is_told_what_it_needs_and_its_facts_are_judged_by_name() {
    let bench = plugin(
        r#"cat > asked.json; echo '{"facts": {"depth": 40, "lag": 250, "nodes": [{"up": true}], "none": null},
           "evidence": [{"note": "seen", "file": "db/x.sql", "line": 2, "fact": "depth"}]}'"#,
    );
    let params = format!("{PARAMS}units: {{ lag: ms }}\n");
    let seen = bench.observe("plugin", &params).unwrap();
    let asked: serde_json::Value =
        serde_json::from_slice(&std::fs::read(bench.root().join("asked.json")).unwrap()).unwrap();
    assert_eq!(
        (&asked["protocol"], &asked["input"], &asked["target"]),
        (&json!(1), &json!({"queue": "orders"}), &json!(null))
    );
    assert_eq!(asked["root"], json!(bench.world.root.to_str().unwrap()));
    assert!(asked["deadline_ms"].as_u64().is_some_and(|left| left > 5_000 && left <= 10_000), "{asked}");
    for (line, outcome) in [
        ("depth < 100", Outcome::Pass),
        ("depth < 10", Outcome::Fail),
        ("lag < 0.3 s", Outcome::Pass),
        ("nodes[*].up = true", Outcome::Pass),
        ("nodes[#] = 1", Outcome::Pass),
        ("none absent", Outcome::Pass),
        ("missing absent", Outcome::Pass),
        ("missing != 1", Outcome::Fail),
    ] {
        assert_eq!(judged(&seen, &params, line).0, outcome, "{line}");
    }
    let evidence = &seen.evidence;
    assert!(evidence.iter().all(|piece| piece.kind == EvidenceKind::Plugin));
    assert_eq!(
        (evidence[1].place.clone(), evidence[1].fact.as_deref()),
        (Some(Place::line("db/x.sql", 2)), Some("depth"))
    );
}

#[test]
fn a_plugin_that_could_not_look_is_unknown_and_its_stderr_is_kept() {
    let seen = plugin("echo 'no route to broker' >&2; exit 7").observe("plugin", PARAMS).unwrap();
    let (outcome, reason) = judged(&seen, PARAMS, "depth < 100");
    assert_eq!(outcome, Outcome::Unknown);
    assert_eq!(reason, "plugin `sh plugin.sh` could not look: exit code 7: no route to broker");
    assert_eq!((seen.evidence[0].exit_code, seen.evidence[0].note.as_deref()), (Some(7), Some("no route to broker")));
}

#[test]
fn answers_that_are_not_answers_are_unknown_and_say_why() {
    for (script, why) in [
        ("echo depth=3", "answered with something that is not one JSON value"),
        ("true", "answered with nothing"),
        ("echo '{}'", "answered without `facts`"),
        ("yes | head -c 2000000", "answered with 2000000 bytes; at most 1 MiB is read"),
        ("kill -9 $$", "was ended by a signal"),
        ("setsid sleep 4 & echo '{\"facts\": {}}'", "left something running"),
    ] {
        let seen = plugin(script).observe("plugin", PARAMS).unwrap();
        assert!(unobserved(&seen, "").contains(why), "{script}: {}", unobserved(&seen, ""));
    }
    let seen = plugin("sleep 30").limit(Duration::from_millis(300)).observe("plugin", PARAMS).unwrap();
    assert!(unobserved(&seen, "").contains("did not answer within 0.3 s"));
}

#[test]
fn a_plugin_with_a_target_is_told_its_url_and_obeys_offline() {
    let script = r#"u=$(cat | sed 's/.*"url":"\([^"]*\)".*/\1/'); echo "{\"facts\": {\"url\": \"$u\"}}""#;
    let mut bench = plugin(script).target("broker", "http://127.0.0.1:9", |_| ());
    let params = format!("{PARAMS}target: broker\n");
    let seen = bench.observe("plugin", &params).unwrap();
    assert_eq!(judged(&seen, &params, "url = http://127.0.0.1:9").0, Outcome::Pass);
    bench.world.permit.network = false;
    assert_eq!(bench.observe("plugin", &params).unwrap_err().0, "not contacted: --offline");
    bench.world.permit.exec = false;
    assert_eq!(bench.observe("plugin", PARAMS).unwrap_err().0, "not run: --no-exec");
}

fn conform(argv: &[&str], input: serde_json::Value, root: &Path) -> Vec<Finding> {
    let argv: Vec<String> = argv.iter().map(|&part| part.to_owned()).collect();
    let environment = BTreeMap::from([("PATH".to_owned(), std::env::var("PATH").unwrap())]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(conformance(&argv, &input, root, &environment, Duration::from_secs(20)))
}

fn broken_rules(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().filter(|finding| finding.fault.is_some()).map(|finding| finding.rule).collect()
}

#[test]
fn the_example_plugin_conforms_and_sees_what_is_wrong_with_migrations() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/plugins/migrations.py");
    let bench = ["1_a.up.sql", "1_a.down.sql", "2_b.up.sql", "4_c.up.sql", "4_d.up.sql", "4_d.down.sql", "README.md"]
        .iter()
        .fold(Bench::new(), |bench, name| bench.file(&format!("db/{name}"), ""));
    let findings = conform(&["python3", example], json!({"folder": "db"}), bench.root());
    assert!(findings.len() == 8 && broken_rules(&findings).is_empty(), "{findings:#?}");
    let params = format!("run: [python3, {example}]\ninput: {{ folder: db/ }}\n");
    let seen = bench.observe("plugin", &params).unwrap();
    for line in ["count = 3", "newest = 4", "gaps = 1", "duplicates = 1", "irreversible = 2"] {
        let judged = judged(&seen, &params, line);
        assert_eq!(judged.0, Outcome::Pass, "{line}: {}", judged.1);
    }
    let places: Vec<_> = seen.evidence.iter().filter_map(|piece| piece.place.clone()).collect();
    assert_eq!(places[0], Place::file("db/2_b.up.sql"));
}

#[test]
fn programs_that_break_the_protocol_are_told_which_rule() {
    let bench = Bench::new();
    let broken = |script: &str| broken_rules(&conform(&["sh", "-c", script], json!(null), bench.root()));
    assert_eq!(
        broken("cat >/dev/null; echo '{\"facts\": {}}'"),
        [
            "it refuses a protocol it does not know (exit code not 0)",
            "it refuses empty input (exit code not 0)",
            "it refuses input that is not JSON (exit code not 0)",
        ]
    );
    assert!(
        broken("echo looking; echo '{\"facts\": {}}'").contains(&"it writes nothing but its answer to standard output")
    );
    assert_eq!(
        broken("exit 1"),
        ["it answers protocol 1 with one JSON object that has `facts`", "it ignores keys it does not know"]
    );
    assert_eq!(broken_rules(&conform(&["no-such-plugin"], json!(null), bench.root())), ["it can be started"]);
}
