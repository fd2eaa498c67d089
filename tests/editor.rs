//! What an editor with a YAML language server makes of the published schema: it completes keys and values, explains
//! them, accepts the sample specs and marks what is wrong.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "editor/language_server.rs"]
mod language_server;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use language_server::LanguageServer;
use shipworthy::catalog;

const CHECK: &str =
    "version: 1\nsystem: { name: Shop }\nareas:\n  a:\n    title: A\n    checks:\n      - id: b\n        title: B\n";

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn server() -> LanguageServer {
    LanguageServer::start(&file("docs/schema/spec.schema.json"))
}

fn labels(items: &[(String, String)]) -> Vec<&str> {
    items.iter().map(|(label, _)| label.as_str()).collect()
}

/// Names of the properties of a schema found at a pointer.
fn properties(pointer: &str) -> Vec<String> {
    let schema = shipworthy::schema::spec();
    schema.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect()
}

#[test]
fn every_key_is_offered_and_explained() {
    let mut server = server();
    let places: BTreeMap<String, &str> = BTreeMap::from([
        ("|".to_owned(), "/properties"),
        ("version: 1\nsystem:\n  |".to_owned(), "/$defs/SystemDoc/properties"),
        ("version: 1\nscoring:\n  |".to_owned(), "/$defs/ScoringDoc/properties"),
        ("version: 1\ntargets:\n  api:\n    |".to_owned(), "/$defs/TargetDoc/properties"),
        ("version: 1\ninclude:\n  - |".to_owned(), "/$defs/IncludeDoc/properties"),
        ("version: 1\nareas:\n  a:\n    |".to_owned(), "/$defs/AreaDoc/properties"),
        ("version: 1\nareas:\n  a:\n    checks:\n      - |".to_owned(), "/$defs/CheckDoc/properties"),
        (format!("{CHECK}        probe:\n          |"), "/$defs/Probe/properties"),
        (format!("{CHECK}        probe:\n          http:\n            |"), "/$defs/HttpProbe/properties"),
        (format!("{CHECK}        probe:\n          command:\n            |"), "/$defs/CommandProbe/properties"),
    ]);
    for (text, pointer) in &places {
        let offered = server.completions(text);
        for key in properties(pointer) {
            let item = offered.iter().find(|(label, _)| *label == key);
            let (_, explained) = item.unwrap_or_else(|| panic!("{text:?}: `{key}` is not offered"));
            assert!(!explained.is_empty(), "{text:?}: `{key}` is not explained");
        }
    }
}

#[test]
fn rules_packs_and_words_are_offered_as_values() {
    let mut server = server();
    let rules = server.completions("version: 1\nareas:\n  a:\n    checks:\n      - use: |");
    assert!(catalog::ids().iter().all(|id| labels(&rules).contains(id)));
    let packs = server.completions("version: 1\ninclude:\n  - pack: |");
    assert!(catalog::pack_names().iter().all(|name| labels(&packs).contains(name)));
    let severities = server.completions(&format!("{CHECK}        severity: |"));
    assert!(["blocker", "high", "medium", "low"].iter().all(|word| labels(&severities).contains(word)));
}

#[test]
fn keys_are_explained_where_they_stand() {
    let mut server = server();
    for (text, words) in [
        ("version: 1\nscor|ing:\n  min_score: 70 %\n".to_owned(), "What makes the verdict"),
        (format!("{CHECK}        own|er: Ann\n"), "Who owns it"),
        (format!("{CHECK}        probe:\n          ht|tp:\n            path: /\n"), "Sends a request"),
        (format!("{CHECK}        probe:\n          http:\n            pa|th: /\n"), "below the target's URL"),
    ] {
        let explained = server.explanation(&text);
        assert!(explained.contains(words), "{text:?}: {explained:?}");
    }
}

#[test]
fn sample_specs_are_accepted_and_faults_are_marked() {
    let mut server = server();
    for sample in ["fixtures/demo/flawed/shipworthy.yaml", "fixtures/demo/fixed/shipworthy.yaml"] {
        let problems = server.problems(&std::fs::read_to_string(file(sample)).unwrap());
        assert!(problems.is_empty(), "{sample}: {problems:#?}");
    }
    for fault in [
        "version: 1\nsystm: { name: Shop }\n".to_owned(),
        format!("{CHECK}        probe:\n          htpp:\n            path: /\n"),
        format!(
            "{CHECK}        probe:\n          http:\n            path: /\n          tls:\n            target: api\n"
        ),
        format!("{CHECK}        severity: huge\n"),
    ] {
        assert!(!server.problems(&fault).is_empty(), "{fault:?} is accepted");
    }
}
