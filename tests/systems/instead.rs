//! Where a statement is proven by another probe than those that `rows.tsv` names, and why that proves as much.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::rows::{Row, Way, inventory, mapping};
use crate::{SYSTEMS, folder};

/// The probes that are meant by each kind.
const MEANT: &[(&str, &[&str])] = &[
    ("alert", &["alert", "prometheus-rules"]),
    ("attack", &["injection", "malformed"]),
    ("attest", &["attest"]),
    ("authz", &["authz"]),
    ("bench", &["ingest", "load"]),
    ("browser", &["ingest", "tests"]),
    ("ci", &["workflow"]),
    ("cloud", &["ingest"]),
    ("cmd", &["command", "drill", "tests"]),
    ("config", &["compose", "data", "text"]),
    ("container", &["compose", "dockerfile"]),
    ("cost", &["ingest"]),
    ("count", &["code", "data", "file"]),
    ("coverage", &["coverage", "tests"]),
    ("doc", &["docs", "file"]),
    ("drill", &["drill"]),
    (
        "file",
        &["code", "compose", "data", "dockerfile", "docs", "file", "fresh", "kubernetes", "terraform", "workflow"],
    ),
    ("forge", &["command", "ingest"]),
    ("fresh", &["fresh"]),
    ("grep", &["code", "data", "secrets", "text"]),
    ("http", &["auth_required", "authz", "cors", "delivery", "http", "metrics", "openapi_conformance"]),
    ("iac", &["terraform"]),
    ("json", &["data", "ingest"]),
    ("k8s", &["kubernetes"]),
    ("load", &["load"]),
    ("logs", &["logs"]),
    ("manifest", &["manifest"]),
    ("metrics", &["metrics"]),
    ("openapi", &["openapi", "openapi_conformance"]),
    ("promql", &["promql"]),
    ("ratelimit", &["rate_limit"]),
    ("registry", &["http"]),
    ("scan", &["ingest"]),
    ("secrets", &["secrets"]),
    ("sql", &["postgres"]),
    ("svc", &["http", "postgres", "redis"]),
    ("tests", &["tests"]),
    ("tls", &["tls"]),
    ("trace", &["trace"]),
    ("ws", &["websocket"]),
];

/// What is named and what is used, with the places of the statements.
type Instead = BTreeMap<(String, String), Vec<String>>;

/// The section of `docs/systems.md`.
pub(crate) fn section() -> String {
    let (instead, reasons) = (instead(), reasons());
    let mut text = "\n## Where another probe proves it\n\n".to_owned();
    text.push_str("| the inventory names | the spec uses | statements | why |\n|---|---|---|---|\n");
    for (pair, places) in &instead {
        let why = reasons.get(pair).map_or("", String::as_str);
        let _ = writeln!(text, "| {} | `{}` | {} | {why} |", pair.0, pair.1.replace('+', "`, `"), places.join(", "));
    }
    text
}

#[test]
fn a_statement_has_the_probe_that_is_named_for_it_or_a_reason_for_another() {
    let (instead, reasons) = (instead(), reasons());
    let without: Vec<_> = instead.iter().filter(|(pair, _)| !reasons.contains_key(*pair)).collect();
    assert!(without.is_empty(), "no reason in `instead.tsv`: {without:#?}");
    let idle: Vec<_> = reasons.keys().filter(|pair| !instead.contains_key(*pair)).collect();
    assert!(idle.is_empty(), "`instead.tsv` gives reasons for what does not happen: {idle:?}");
}

fn instead() -> Instead {
    let mut instead = Instead::new();
    for system in SYSTEMS {
        let mapping = mapping(system);
        for row in inventory(system) {
            let shown = mapping[&row.number].iter().filter(|shown| shown.way <= Way::Attested);
            let used: BTreeSet<&str> = shown.map(|shown| shown.kind.as_str()).collect();
            let named = named(&row);
            if named.is_empty() || used.is_empty() || named.iter().any(|kind| meant(kind).any(|one| used.contains(one)))
            {
                continue;
            }
            let pair = (named.join("+"), used.into_iter().collect::<Vec<_>>().join("+"));
            instead.entry(pair).or_default().push(format!("{system}:{}", row.line));
        }
    }
    instead
}

fn named(row: &Row) -> Vec<&str> {
    row.probes.split('+').filter(|kind| !matches!(*kind, "" | "derive" | "date" | "note")).collect()
}

fn meant(kind: &str) -> impl Iterator<Item = &'static str> {
    let (_, probes) = MEANT.iter().find(|(named, _)| *named == kind).unwrap_or_else(|| panic!("kind `{kind}`"));
    probes.iter().copied()
}

fn reasons() -> BTreeMap<(String, String), String> {
    let table = std::fs::read_to_string(folder("instead.tsv")).unwrap();
    let row = |line: &str| {
        let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let [named, used, why] = cells.try_into().unwrap_or_else(|cells: Vec<String>| panic!("{cells:?}"));
        ((named, used), why)
    };
    table.lines().skip(1).map(row).collect()
}
