//! The published schemas say yes to what the tool accepts and no to what it refuses.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn yaml(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap();
    let mut value: serde_yaml::Value =
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    value.apply_merge().unwrap();
    serde_json::to_value(value).unwrap()
}

fn files(folder: &str, wanted: fn(&Path) -> bool) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(root().join(folder)).sort_by_file_name();
    let all = walk.into_iter().filter_map(Result::ok).map(walkdir::DirEntry::into_path);
    let found: Vec<PathBuf> = all.filter(|path| path.is_file() && wanted(path)).collect();
    assert!(!found.is_empty(), "no file below {folder}");
    found
}

fn complaints(schema: &Value, path: &Path) -> Vec<String> {
    let validator = jsonschema::validator_for(schema).unwrap();
    let instance = yaml(path);
    validator
        .iter_errors(&instance)
        .map(|error| format!("{}: {} at {}", path.display(), error, error.instance_path()))
        .collect()
}

#[test]
fn the_spec_schema_accepts_the_sample_specs() {
    let schema = shipworthy::schema::spec();
    for path in files("fixtures/demo", |path| path.ends_with("shipworthy.yaml")) {
        assert_eq!(complaints(&schema, &path), Vec::<String>::new());
    }
}

#[test]
fn the_pack_schema_accepts_every_pack() {
    let schema = shipworthy::schema::pack();
    for path in files("checks/packs", |path| path.extension().is_some_and(|extension| extension == "yaml")) {
        assert_eq!(complaints(&schema, &path), Vec::<String>::new());
    }
}

#[test]
fn the_spec_schema_refuses_unknown_keys_probes_and_words() {
    let schema = shipworthy::schema::spec();
    for name in ["unknown-probe", "unknown-probe-parameter", "two-probes-in-one", "eight-mistakes-at-once"] {
        let path = root().join(format!("fixtures/specs/invalid/{name}.yaml"));
        assert!(!complaints(&schema, &path).is_empty(), "{name} is accepted");
    }
}

#[test]
fn every_key_of_the_spec_is_explained() {
    let schema = shipworthy::schema::spec();
    let mut silent = Vec::new();
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        for (key, property) in definition["properties"].as_object().into_iter().flatten() {
            let explained = property.get("description").is_some() || property.get("$ref").is_some();
            if !explained {
                silent.push(format!("{name}.{key}"));
            }
        }
    }
    assert_eq!(silent, Vec::<String>::new());
}
