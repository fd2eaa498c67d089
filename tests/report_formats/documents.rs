//! The published schema, the frozen reports of each format version, and the page about formats.

use std::path::{Path, PathBuf};

use shipworthy::report::{FORMATS, Style, json};

use super::sample;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Compares a generated file, or writes it with `UPDATE=1`.
fn is_current(path: &Path, text: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(stored == text, "{} is out of date; run `UPDATE=1 cargo test --test report_formats`", path.display());
}

#[test]
fn the_published_schema_is_current() {
    let text = format!("{}\n", serde_json::to_string_pretty(&json::schema()).unwrap());
    is_current(&root().join("docs/schema/report.schema.json"), &text);
}

#[test]
fn every_sample_is_valid_under_the_published_schema() {
    let validator = jsonschema::validator_for(&json::schema()).unwrap();
    for report in [sample::rich(), sample::ready(), sample::inconclusive(), sample::hostile()] {
        let value: serde_json::Value = serde_json::from_slice(&json::write(&report)).unwrap();
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    assert!(!validator.is_valid(&serde_json::json!({ "schema": 1 })));
}

#[test]
fn older_report_versions_still_open() {
    let mut versions = 0;
    for entry in std::fs::read_dir(root().join("fixtures/reports")).unwrap() {
        let path = entry.unwrap().path();
        let report = json::read(&std::fs::read(&path).unwrap())
            .unwrap_or_else(|problem| panic!("{}: {}", path.display(), problem.message));
        assert_eq!(report.checks.len(), 12, "{}", path.display());
        for format in FORMATS {
            assert!(!(format.render)(&report, &Style::default()).is_empty());
        }
        versions += 1;
    }
    assert_eq!(versions, shipworthy::model::report::SCHEMA, "one frozen report per version of the format");
}

#[test]
fn what_is_not_a_report_is_refused_with_help() {
    for (bytes, words) in [
        (&b"nonsense"[..], "not JSON"),
        (b"{}", "no number under `schema`"),
        (b"{\"schema\": 99}", "report format 99 is not known"),
        (b"{\"schema\": 1}", "not a shipworthy report"),
        (b"[[[[", "not JSON"),
    ] {
        let problem = json::read(bytes).unwrap_err();
        assert!(problem.message.contains(words), "{}", problem.message);
        assert!(problem.help.is_some());
    }
    assert!(json::read("[".repeat(100_000).as_bytes()).is_err());
}

#[test]
fn every_format_has_a_name_of_its_own_and_a_place_in_the_documentation() {
    let page = std::fs::read_to_string(root().join("docs/report-formats.md")).unwrap();
    let mut names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    for format in FORMATS {
        assert!(
            page.contains(&format!("| `{}` | {} |", format.name, format.doc)),
            "docs/report-formats.md lacks `{}`",
            format.name
        );
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), FORMATS.len());
}

#[test]
fn every_renderer_file_is_in_the_registry() {
    let registry = std::fs::read_to_string(root().join("src/report/mod.rs")).unwrap();
    let mut formats = 0;
    for entry in walk(&root().join("src/report")) {
        let text = std::fs::read_to_string(&entry).unwrap();
        formats += text.matches(": FormatDef =").count();
    }
    assert_eq!(formats, FORMATS.len(), "a format is defined but not listed in FORMATS: {registry}");
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path) }
    }
    files
}
