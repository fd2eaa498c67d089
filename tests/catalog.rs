//! The catalog is what it promises: complete rules, facts that exist, fixtures that pass and fail.
//!
//! Each rule has `fixtures/checks/<id>/pass` and `…/fail`: a tree, `before/` and `after/` for a tree with a history,
//! `responses.yaml` for what an HTTP service answers, or `server.yaml` for a real server of another kind. Beside them
//! may stand `trap…`, which looks like a pass and is none, `unknown…`, of which nothing can be told, `not-applicable…`, and
//! `pass-…` and `fail-…`, which keep right what once was wrong.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "catalog/audit.rs"]
mod audit;
#[path = "catalog/history.rs"]
mod history;
#[path = "probing/server.rs"]
mod server;
#[path = "servers/mod.rs"]
mod servers;
#[path = "catalog/service.rs"]
mod service;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_yaml::Value;
use shipworthy::catalog;

use audit::{Audited, audit_all, validate};

/// Rules that a fixture cannot show in a tree or from a loopback service, with the reason.
const WITHOUT_FIXTURES: &[(&str, &str)] = &[
    (
        "code/no-tracked-output",
        "a fixture is a folder in this repository's own git; `probe/git` has tests with repositories",
    ),
    ("release/version-tags", "a fixture has no tags of its own; `probe/git` has tests with repositories"),
];

fn rules() -> Vec<(&'static str, Value)> {
    catalog::ids().iter().map(|id| (*id, serde_yaml::from_str(catalog::text(id).unwrap()).unwrap())).collect()
}

fn fixture(id: &str, side: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/checks").join(id).join(side)
}

#[test]
fn every_rule_says_what_why_and_how_to_mend() {
    let areas: BTreeSet<&str> = catalog::areas().iter().map(|area| area.id.as_str()).collect();
    let mut wrong = Vec::new();
    for (id, rule) in rules() {
        let text = |key: &str| rule.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        if text("id") != id {
            wrong.push(format!("{id}: its file says `id: {}`", text("id")));
        }
        for key in ["title", "rationale", "remedy", "reference", "since", "area", "severity"] {
            if text(key).trim().is_empty() {
                wrong.push(format!("{id}: no `{key}`"));
            }
        }
        if !areas.contains(text("area").as_str()) {
            wrong.push(format!("{id}: area `{}` is not in areas.yaml", text("area")));
        }
        if text("title").ends_with('.') {
            wrong.push(format!("{id}: the title ends with a full stop"));
        }
        let tags = rule.get("tags").and_then(Value::as_sequence).cloned().unwrap_or_default();
        if !tags.iter().filter_map(Value::as_str).any(|tag| tag.starts_with("route:")) {
            wrong.push(format!("{id}: no tag `route:…`"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_names_only_probes_facts_and_rules_that_exist() {
    let problems = validate(&rules());
    assert!(problems.is_empty(), "{problems}");
}

#[test]
fn every_pack_begins_with_its_anchor_and_names_each_rule_once() {
    let mut wrong = Vec::new();
    for name in catalog::pack_names() {
        let pack = catalog::pack(name).unwrap().unwrap();
        if pack.pack.value != name {
            wrong.push(format!("{name}: its file says `pack: {}`", pack.pack.value));
        }
        let text = std::fs::read_to_string(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("checks/packs").join(format!("{name}.yaml")),
        );
        let value: Value = serde_yaml::from_str(&text.unwrap()).unwrap();
        let used: Vec<&str> = value["checks"].as_sequence().unwrap().iter().filter_map(|c| c["use"].as_str()).collect();
        let distinct: BTreeSet<&str> = used.iter().copied().collect();
        if distinct.len() != used.len() {
            wrong.push(format!("{name}: a rule stands twice"));
        }
        wrong.extend(used.iter().filter(|id| !catalog::ids().contains(id)).map(|id| format!("{name}: no rule `{id}`")));
        if let Some(anchor) = &pack.anchor
            && used.first() != Some(&anchor.value.as_str())
        {
            wrong.push(format!("{name}: the anchor `{}` does not come first", anchor.value));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_is_brought_by_a_pack() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("checks/packs");
    let texts: Vec<String> = catalog::pack_names()
        .iter()
        .map(|name| std::fs::read_to_string(folder.join(format!("{name}.yaml"))).unwrap())
        .collect();
    let brought = |id: &str| {
        texts.iter().any(|text| {
            text.lines().any(|line| line.contains(&format!("use: {id}")) && !line.contains(&format!("use: {id}-")))
        })
    };
    let alone: Vec<&&str> = catalog::ids().iter().filter(|id| !brought(id)).collect();
    assert!(alone.is_empty(), "{alone:?}");
}

#[test]
fn every_rule_has_a_fixture_that_passes_and_one_that_fails() {
    let without: Vec<&str> = WITHOUT_FIXTURES.iter().map(|(id, _)| *id).collect();
    let missing: Vec<String> = catalog::ids()
        .iter()
        .filter(|id| !without.contains(id))
        .flat_map(|id| ["pass", "fail"].map(|side| fixture(id, side)))
        .filter(|folder| !folder.is_dir())
        .map(|folder| folder.display().to_string())
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_fixture_folder_belongs_to_a_rule() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/checks");
    let families = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path());
    let folders = families.flat_map(|family| std::fs::read_dir(family).unwrap().map(|entry| entry.unwrap().path()));
    let names = folders.map(|folder| folder.strip_prefix(&root).unwrap().to_str().unwrap().to_owned());
    let orphans: Vec<String> = names.filter(|name| !catalog::ids().contains(&name.as_str())).collect();
    assert!(orphans.is_empty(), "{orphans:?}");
}

/// The outcome that a further fixture of this name must have; `None` where anything but a pass is right.
fn due(side: &str) -> Option<&'static str> {
    let kinds = [("pass-", "pass"), ("fail-", "fail"), ("unknown", "unknown"), ("not-applicable", "not_applicable")];
    kinds.iter().find(|(start, _)| side.starts_with(start)).map(|(_, outcome)| *outcome)
}

/// Beside `pass` and `fail`, a folder `trap…` holds what looks like a pass and is none, and `unknown…` what cannot be told.
#[test]
fn no_rule_passes_its_traps_and_what_cannot_be_told_is_unknown() {
    let rules = rules();
    let mut folders: Vec<(String, PathBuf)> = Vec::new();
    for (id, _) in &rules {
        let all = fixture(id, "pass");
        for entry in all.parent().into_iter().flat_map(std::fs::read_dir).flatten() {
            let side = entry.unwrap().file_name().into_string().unwrap();
            let known = matches!(&*side, "pass" | "fail") || side.starts_with("trap") || due(&side).is_some();
            assert!(known, "{id}: `{side}`");
            if !matches!(&*side, "pass" | "fail") {
                folders.push((format!("{id} {side}"), fixture(id, &side)));
            }
        }
    }
    assert!(folders.len() > 20, "{folders:?}");
    let audited = audit_all(&rules, &folders);
    let wrong: Vec<String> = audited
        .iter()
        .filter_map(|(name, seen)| {
            let (id, side) = name.split_once(' ')?;
            let outcome = seen.outcome(id);
            let due = due(side).map_or(outcome != "pass", |due| outcome == due);
            let right = due && !seen.is_free_failure(id);
            (!right).then(|| format!("{id} on its {side} fixture: {}", seen.describe(id)))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One audit of each fixture with every rule: each rule passes its own pass fixture, fails its own fail fixture, and
/// what it says of all the others stays as it is.
#[test]
fn every_rule_passes_its_pass_fixture_and_fails_its_fail_fixture() {
    let rules = rules();
    let folders: Vec<(String, PathBuf)> = rules
        .iter()
        .flat_map(|(id, _)| ["fail", "pass"].map(|side| (format!("{id} {side}"), fixture(id, side))))
        .filter(|(_, folder)| folder.is_dir())
        .collect();
    let audited: BTreeMap<String, Audited> = audit_all(&rules, &folders);
    let mut wrong = Vec::new();
    for (id, _) in &rules {
        for side in ["pass", "fail"] {
            let Some(seen) = audited.get(&format!("{id} {side}")) else { continue };
            if seen.outcome(id) != side || seen.is_free_failure(id) {
                wrong.push(format!("{id} on its {side} fixture: {}", seen.describe(id)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    insta::assert_snapshot!("matrix", audit::matrix(&rules, &audited));
}
