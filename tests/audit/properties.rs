//! What holds for every spec, whatever is in it.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::Value;
use shipworthy::catalog;

use super::bench::{Bench, check, outcome};

/// How a check comes about, its severity, which earlier checks it names, and whether it is waived.
type Row = (u8, u8, prop::sample::Index, bool);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((0_u8..8, 0_u8..4, any::<prop::sample::Index>(), any::<bool>()), 2..9)
}

/// The spec of some rows: even ones stand in area `even`, odd ones in area `odd`; every third has the tag `third`.
fn spec(rows: &[Row]) -> String {
    let area = |parity: usize| -> String {
        let own = rows.iter().enumerate().filter(|(number, _)| number % 2 == parity);
        own.map(|(number, row)| entry(number, row)).collect()
    };
    let waived = rows.iter().enumerate().filter(|(_, row)| row.3);
    let waivers: String = waived
        .map(|(number, _)| format!("  - {{ check: check-{number}, reason: known, expires: 2099-12-31 }}\n"))
        .collect();
    let waivers = if waivers.is_empty() { String::new() } else { format!("waivers:\n{waivers}") };
    format!(
        "version: 1\nareas:\n  even:\n    min_score: 70 %\n    checks:\n{}  odd:\n    checks:\n{}{waivers}",
        area(0),
        area(1)
    )
}

fn entry(number: usize, (kind, severity, earlier, _): &Row) -> String {
    let severity = ["low", "medium", "high", "blocker"][usize::from(*severity)];
    let file = |path: &str| format!("probe: {{ file: {{ path: {path} }} }}, expect: [exists = true]");
    let what = match (kind, number) {
        (0, _) => file("there"),
        (1, _) => file("gone"),
        (2, _) => "probe: { data: { path: gone.json, at: a } }, expect: ['value = 1']".to_owned(),
        (3, _) => format!("optional: some day, {}", file("gone")),
        (_, 0) => String::new(),
        (4, _) => format!("any_of: [check-{}]", earlier.index(number)),
        (5, _) => format!("requires: [check-{}], {}", earlier.index(number), file("gone")),
        _ => format!("requires: [check-{}], {}", earlier.index(number), file("there")),
    };
    let tags = if number.is_multiple_of(3) { ", tags: [third]" } else { "" };
    let what = if what.is_empty() { what } else { format!(", {what}") };
    format!("      - {{ id: check-{number}, severity: {severity}{tags}{what} }}\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_selection_never_changes_the_outcome_of_what_it_selects(rows in rows()) {
        let bench = Bench::new(&spec(&rows)).write("there", "x");
        let (_, whole) = bench.audit(&[]);
        let mut compared = 0;
        for selection in [["--only", "area:odd"], ["--only", "tag:third"], ["--skip", "area:even"]] {
            let (code, part) = bench.audit(&selection);
            prop_assert!(code != 2, "{}", part);
            for selected in part["checks"].as_array().unwrap().iter().filter(|check| check["state"] == "enforced") {
                let same = check(&whole, selected["id"].as_str().unwrap());
                for key in ["outcome", "credit_ppm", "severity", "blocked_by", "reason"] {
                    prop_assert_eq!(&selected[key], &same[key], "{} of {}, {:?}", key, selected["id"], selection);
                }
                compared += 1;
            }
        }
        prop_assert!(compared > 0);
    }
}

fn proven(report: &Value, area: &str) -> f64 {
    let areas = report["areas"].as_array().unwrap();
    areas.iter().find(|row| row["id"] == area).unwrap()["score"]["proven"]["value"].as_f64().unwrap()
}

/// Packs that begin with an anchor which reads the repository, with the anchor's fixture that passes.
fn anchored() -> Vec<(&'static str, String, PathBuf)> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/checks");
    let packs = catalog::pack_names().into_iter().filter_map(|name| {
        let pack = catalog::pack(name).unwrap().unwrap();
        let anchor = pack.anchor.as_ref()?.value.clone();
        let passes = fixtures.join(&anchor).join("pass");
        let reads =
            passes.is_dir() && !["responses.yaml", "server.yaml", "before"].iter().any(|n| passes.join(n).exists());
        (reads && !shipworthy::plan::needs_target(&pack)).then_some((name, anchor, passes))
    });
    packs.collect()
}

#[test]
fn deleting_what_a_pack_is_about_never_raises_a_score() {
    let packs = anchored();
    assert!(packs.len() >= 12, "{packs:?}");
    let empty = tempfile::tempdir().unwrap();
    for (pack, anchor, before) in packs {
        let area = catalog::rule(&anchor).unwrap().unwrap().get("area").unwrap().text().unwrap().to_owned();
        let text = format!(
            "version: 1\ninclude:\n  - pack: {pack}\nareas:\n  {area}:\n    checks:\n      - id: stands\n        probe: {{ file: {{ path: nowhere }} }}\n        expect:\n          - exists = false\n"
        );
        let bench = Bench::new(&text);
        let at = |root: &Path| bench.audit(&["--no-exec", "--root", root.to_str().unwrap()]).1;
        let (with, without) = (at(&before), at(empty.path()));
        assert_eq!(outcome(&with, "stands"), "pass");
        assert!(["fail", "unknown"].contains(&outcome(&without, &anchor)), "{pack}: {}", outcome(&without, &anchor));
        assert!(proven(&without, &area) <= proven(&with, &area), "{pack}");
        let overall = |report: &Value| report["score"]["proven"]["value"].as_f64().unwrap();
        assert!(overall(&without) <= overall(&with), "{pack}");
    }
}
