//! Tests of probe `release` over small repositories with tags of their own.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::DEF;
use crate::model::{Fact, Observation, Value};
use crate::probe::sample::{git, observe_folder, write};
use crate::probe::trial::{count, observe, percent};

fn seen(files: &[(&str, &str)], tags: &[&str]) -> Observation {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "-f", "."]);
    git(folder.path(), &["commit", "-qm", "x"]);
    tags.iter().for_each(|tag| git(folder.path(), &["tag", tag]));
    observe_folder("release", "{}", folder.path()).unwrap()
}

/// Invalid, disagreeing, behind, undescribed, undated.
fn counts(seen: &Observation) -> [Option<i64>; 5] {
    ["invalid_versions", "disagreeing_versions", "behind_tag", "undescribed_versions", "undated_entries"]
        .map(|name| count(seen, name))
}

const CARGO: (&str, &str) = ("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"1.4.0\"\n");
const NOTES: (&str, &str) = ("CHANGELOG.md", "# Changelog\n\n## 1.4.0 - 2026-02-27\n\n- Berths.\n");

#[test]
fn a_version_that_is_tagged_and_described_is_whole() {
    let seen = seen(&[CARGO, NOTES], &["v1.3.0", "v1.4.0", "v2.0.0-rc.1"]);
    assert_eq!(counts(&seen), [Some(0); 5]);
    assert_eq!(percent(&seen, "version_credit"), Some(100));
    assert_eq!(seen.facts.get("newest_tag"), Fact::Present(Value::Text("v1.4.0".to_owned())));
}

#[test]
fn each_fault_is_counted_and_costs_its_part() {
    for (files, tags, expected, credit) in [
        (vec![("Cargo.toml", "[package]\nname='shop'\nversion='1.4'\n"), NOTES], vec!["v1.4.0"], [1, 0, 0, 0, 0], 70),
        (vec![CARGO, NOTES, ("package.json", "{\"version\":\"1.3.0\"}")], vec![], [0, 1, 0, 0, 0], 80),
        (vec![CARGO, NOTES], vec!["v1.5.0"], [0, 0, 1, 0, 0], 80),
        (vec![CARGO, ("CHANGELOG.md", "## 1.3.0 - 2026-01-01\n")], vec!["v1.4.0"], [0, 0, 0, 1, 0], 70),
        (vec![CARGO, ("CHANGELOG.md", "## 1.4.0\n\n- x\n")], vec!["v1.4.0"], [0, 0, 0, 0, 1], 85),
    ] {
        let seen = seen(&files, &tags);
        assert_eq!(counts(&seen), expected.map(Some), "{files:?}");
        assert_eq!(percent(&seen, "version_credit"), Some(credit), "{files:?}");
    }
}

#[test]
fn a_version_in_the_making_needs_no_entry_of_its_own() {
    let open = ("CHANGELOG.md", "## Unreleased\n\n## 1.3.0 - 2026-01-01\n");
    assert_eq!(counts(&seen(&[CARGO, open], &["v1.3.0"])), [Some(0); 5]);
    assert_eq!(counts(&seen(&[CARGO, ("CHANGELOG.md", "## Unreleased\n")], &[])), [Some(0); 5]);
    assert_eq!(count(&seen(&[CARGO, open], &["v1.3.5"]), "undescribed_versions"), Some(1));
}

#[test]
fn a_package_has_tags_and_notes_of_its_own() {
    let package = |version: &str| format!("{{\"name\":\"@org/cart\",\"version\":\"{version}\"}}");
    let (old, new) = (package("0.9.0"), package("2.0.0"));
    let notes = ("packages/cart/CHANGELOG.md", "## 2.0.0 (2026-02-01)\n");
    let tags = ["v1.4.0", "@org/cart@2.0.0"];
    assert_eq!(counts(&seen(&[CARGO, NOTES, ("packages/cart/package.json", &new), notes], &tags)), [Some(0); 5]);
    let behind = seen(&[CARGO, NOTES, ("packages/cart/package.json", &old), notes], &tags);
    assert_eq!(counts(&behind), [Some(0), Some(0), Some(1), Some(0), Some(0)]);
}

#[test]
fn a_tag_is_the_version_where_a_tool_works_it_out() {
    let dynamic = ("pyproject.toml", "[project]\nname='shop'\ndynamic=['version']\n");
    let whole = seen(&[dynamic, NOTES], &["1.4.0"]);
    assert_eq!((counts(&whole), count(&whole, "worked_out")), ([Some(0); 5], Some(1)));
    assert_eq!(count(&seen(&[dynamic, NOTES], &["1.5.0"]), "undescribed_versions"), Some(1));
}

#[test]
fn notes_that_a_tool_writes_describe_a_version() {
    let tool = (".github/release.yml", "changelog: {}\n");
    assert_eq!(counts(&seen(&[CARGO, tool], &["v1.4.0"])), [Some(0); 5]);
    let none = seen(&[CARGO], &["v1.4.0"]);
    assert_eq!(counts(&none), [Some(0), Some(0), Some(0), None, None]);
    let elsewhere = ("CHANGELOG.md", "See the [releases page](https://forge.example/o/r/releases).\n");
    assert_eq!(counts(&seen(&[CARGO, elsewhere], &["v1.4.0"]))[3], None);
}

#[test]
fn what_was_not_seen_is_not_told() {
    let memory = observe(&DEF, "{}", &[CARGO, NOTES]);
    assert_eq!(counts(&memory), [Some(0), Some(0), None, Some(0), Some(0)]);
    assert_eq!(counts(&seen(&[("main.c", "")], &[])), [None; 5]);
    let broken = seen(&[("package.json", "{"), NOTES], &[]);
    assert_eq!(counts(&broken)[0], None);
}

#[test]
fn numbers_that_nobody_keeps_are_left_out() {
    let private = ("package.json", "{\"private\":true,\"version\":\"1.0.0\"}");
    let whole = seen(&[private, NOTES], &["v1.4.0"]);
    assert_eq!((counts(&whole), count(&whole, "manifests")), ([Some(0); 5], Some(0)));
    let first = ("Cargo.toml", "[package]\nname='shop'\nversion='1.0.0'\n");
    let left_behind = seen(&[first, NOTES], &["v1.4.0"]);
    assert_eq!((counts(&left_behind), count(&left_behind, "worked_out")), ([Some(0); 5], Some(1)));
    let kept = ("package.json", "{\"private\":true,\"version\":\"1.2.0\"}");
    assert_eq!(count(&seen(&[kept, NOTES], &["v1.4.0"]), "behind_tag"), Some(0));
}

#[test]
fn the_version_of_a_python_module_agrees_with_its_manifest() {
    let project = ("pyproject.toml", "[project]\nname='my-shop'\nversion='1.4.0'\n");
    let module = ("src/my_shop/__init__.py", "\"\"\"Shop.\"\"\"\n\n__version__ = \"1.3.0\"\n");
    let seen = seen(&[project, module, NOTES], &["v1.3.0"]);
    assert_eq!(count(&seen, "disagreeing_versions"), Some(1));
    let found = seen.evidence.iter().find(|item| item.fact.as_deref() == Some("disagreeing_versions")).unwrap();
    let place = found.place.as_ref().unwrap();
    assert_eq!((place.file.as_str(), place.line), ("src/my_shop/__init__.py", 3));
}
