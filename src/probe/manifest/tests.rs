//! What the probe tells of small repositories.

use super::DEF;
use crate::probe::trial::{count, observe, percent};

#[test]
fn a_lock_beside_or_above_the_manifest_will_do() {
    let files = [
        ("package.json", "{\"private\":true,\"workspaces\":[\"a\"]}"),
        ("a/package.json", "{\"dependencies\":{\"x\":\"1\"}}"),
        ("package-lock.json", "{\"packages\":{\"\":{},\"a\":{},\"node_modules/x\":{\"version\":\"1.0.0\"}}}"),
    ];
    let seen = observe(&DEF, "{}", &files);
    assert_eq!(
        (count(&seen, "manifests"), count(&seen, "unlocked"), percent(&seen, "locked_ratio")),
        (Some(2), Some(0), Some(100))
    );
    let seen = observe(&DEF, "{}", &files[..2]);
    assert_eq!((count(&seen, "unlocked"), percent(&seen, "locked_ratio")), (Some(2), Some(0)));
}

#[test]
fn a_lock_above_of_another_project_does_not_count() {
    let lock =
        "{\"packages\":{\"\":{},\"a\":{\"dependencies\":{\"x\":\"1\"}},\"node_modules/x\":{\"version\":\"1.0.0\"}}}";
    let manifest = "{\"private\":true,\"dependencies\":{\"x\":\"1\"}}";
    let files = [("package-lock.json", lock), ("a/package.json", manifest), ("b/package.json", manifest)];
    let seen = observe(&DEF, "{}", &files);
    assert_eq!((count(&seen, "unlocked"), count(&seen, "comparable_locks")), (Some(1), Some(1)));
    let files = [("composer.lock", "{}"), ("a/composer.json", "{\"require\":{\"x/y\":\"1\"}}")];
    assert_eq!(count(&observe(&DEF, "{}", &files), "unlocked"), Some(1));
}

#[test]
fn without_a_manifest_nothing_is_known() {
    let seen = observe(&DEF, "{}", &[("a.c", "x")]);
    assert_eq!((count(&seen, "manifests"), count(&seen, "unlocked")), (Some(0), None));
}

#[test]
fn a_go_module_without_dependencies_has_none_to_lock() {
    let seen = observe(&DEF, "{}", &[("go.mod", "module x.test/x\n\ngo 1.22\n"), ("main.go", "package main\n")]);
    assert_eq!((count(&seen, "manifests"), count(&seen, "unlocked")), (Some(1), Some(0)));
    assert_eq!(percent(&seen, "locked_ratio"), Some(100));
}

#[test]
fn a_rust_library_needs_no_lock_and_a_program_does() {
    let manifest = ("Cargo.toml", "[package]\nname = 'x'\n[dependencies]\nserde = '1'\n");
    let library = observe(&DEF, "{}", &[manifest, ("src/lib.rs", "")]);
    assert_eq!((count(&library, "unlocked"), count(&library, "lockable")), (Some(0), Some(0)));
    let program = observe(&DEF, "{}", &[manifest, ("src/main.rs", "")]);
    assert_eq!((count(&program, "unlocked"), count(&program, "lockable")), (Some(1), Some(1)));
    assert_eq!(count(&observe(&DEF, "{}", &[manifest, ("src/main.rs", "")]), "unlocked"), Some(1));
}

#[test]
fn a_lock_of_another_ecosystem_does_not_count() {
    let seen = observe(&DEF, "{}", &[("Gemfile", "gem 'x'\n"), ("yarn.lock", "x")]);
    assert_eq!(count(&seen, "unlocked"), Some(1));
}

#[test]
fn open_requirements_are_listed_by_line() {
    let seen = observe(&DEF, "{}", &[("requirements.txt", "flask==3.0.0\nrequests\n")]);
    assert_eq!((count(&seen, "open_requirements"), percent(&seen, "locked_ratio")), (Some(1), Some(30)));
}

#[test]
fn a_manifest_of_an_ecosystem_that_is_not_read_leaves_locks_unknown() {
    let scala = ("build.sbt", "name := \"shop\"\n");
    let locked = [("package.json", "{\"dependencies\":{\"x\":\"1\"}}"), ("package-lock.json", "{}"), scala];
    assert_eq!(count(&observe(&DEF, "{}", &locked), "unlocked"), None);
    assert_eq!(count(&observe(&DEF, "{}", &[scala, ("package.json", locked[0].1)]), "unlocked"), Some(1));
    let elixir = [("mix.exs", "[{:plug, \"~> 1.0\"}]"), ("mix.lock", "%{}")];
    assert_eq!(percent(&observe(&DEF, "{}", &elixir), "locked_ratio"), Some(100));
}

#[test]
fn a_lock_that_says_something_else_is_out_of_sync() {
    let manifest = ("a/package.json", "{\"dependencies\":{\"x\":\"^2.0.0\"}}");
    let lock = |version: &str| {
        format!(
            "{{\"packages\":{{\"\":{{\"dependencies\":{{\"x\":\"1\"}}}},\"node_modules/x\":{{\"version\":\"{version}\"}}}}}}"
        )
    };
    let seen = observe(&DEF, "{}", &[manifest, ("a/package-lock.json", &lock("1.0.0"))]);
    assert_eq!((count(&seen, "out_of_sync"), count(&seen, "comparable_locks")), (Some(1), Some(1)));
    let seen = observe(&DEF, "{}", &[manifest, ("a/package-lock.json", &lock("2.1.0"))]);
    assert_eq!(count(&seen, "out_of_sync"), Some(0));
    let seen = observe(&DEF, "{}", &[manifest, ("a/package-lock.json", "{}")]);
    assert_eq!((count(&seen, "out_of_sync"), count(&seen, "comparable_locks")), (None, Some(1)));
    assert_eq!(count(&observe(&DEF, "{}", &[manifest]), "out_of_sync"), None);
}

#[test]
fn an_unreadable_manifest_is_not_taken_for_locked() {
    assert_eq!(count(&observe(&DEF, "{}", &[("package.json", "{")]), "unlocked"), None);
}
