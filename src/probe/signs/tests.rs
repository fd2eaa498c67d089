//! Tests of probe `signs`.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::DEF;
use crate::model::{Fact, Observation};
use crate::probe::sample;
use crate::probe::trial::{count, observe, percent};

const SENTRY: &str = "of:\n- name: started\n  ways:\n  - { language: python, packages: [sentry-sdk], pattern: '\\bsentry_sdk\\.init\\(' }\n  - { language: go, pattern: '\\bhttp\\.MaxBytesReader\\(' }\n";
const DECLARED: (&str, &str) = ("pyproject.toml", "[project]\nname = 'shop'\ndependencies = ['sentry_sdk>=2']\n");

fn counts(files: &[(&str, &str)]) -> (Option<i64>, Option<i64>, Option<i64>) {
    let seen = observe(&DEF, SENTRY, files);
    (count(&seen, "seen"), count(&seen, "declared"), count(&seen, "undeclared_uses"))
}

fn reason(seen: &Observation, fact: &str) -> String {
    match seen.facts.get(fact) {
        Fact::Unobserved(reason) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_declared_library_that_code_uses_counts_and_each_sign_alone_does_not() {
    let used = ("shop/main.py", "import sentry_sdk\nsentry_sdk.init(dsn=DSN)\n");
    let imported = ("shop/main.py", "import sentry_sdk\n");
    let mentioned = ("shop/main.py", "# sentry_sdk.init(dsn)\nHELP = 'call sentry_sdk.init()'\n");
    let tested = ("tests/test_main.py", "sentry_sdk.init(dsn='')\n");
    let other = ("pyproject.toml", "[project]\nname = 'shop'\ndependencies = ['flask']\n");
    assert_eq!(counts(&[DECLARED, used]), (Some(1), Some(1), Some(0)));
    assert_eq!(counts(&[DECLARED, imported]), (Some(0), Some(1), Some(0)));
    assert_eq!(counts(&[DECLARED, mentioned]), (Some(0), Some(1), Some(0)));
    assert_eq!(counts(&[DECLARED, imported, tested]), (Some(0), Some(1), Some(0)));
    assert_eq!(counts(&[other, used]), (Some(0), Some(0), Some(1)));
}

#[test]
fn what_a_language_brings_needs_no_declaration() {
    assert_eq!(counts(&[("main.go", "r.Body = http.MaxBytesReader(w, r.Body, 1)\n")]).0, Some(1));
}

#[test]
fn signs_are_weighed_and_those_that_are_missing_are_named() {
    let yaml =
        format!("{SENTRY}  weight: 3\n- name: release\n  ways: [{{ glob: '**/*.yml', pattern: 'SENTRY_RELEASE' }}]\n");
    let files = [DECLARED, ("shop/main.py", "sentry_sdk.init()\n"), ("compose.yml", "# SENTRY_RELEASE: x\n")];
    let seen = observe(&DEF, &yaml, &files);
    assert_eq!((percent(&seen, "share"), count(&seen, "seen")), (Some(75), Some(1)));
    assert!(seen.evidence.iter().any(|evidence| evidence.note.as_deref() == Some("not seen: release")));
    let whole = observe(&DEF, &yaml, &[files[0], files[1], ("compose.yml", "SENTRY_RELEASE: x\n")]);
    assert_eq!(percent(&whole, "share"), Some(100));
}

#[test]
fn a_use_without_any_manifest_of_its_language_is_not_known_to_be_that_library() {
    let seen = observe(&DEF, SENTRY, &[("shop/main.py", "x = 1\nsentry_sdk.init()\n")]);
    assert!(reason(&seen, "share").contains("`shop/main.py:2`"));
}

#[test]
fn without_source_that_is_looked_at_nothing_is_known() {
    let seen = observe(&DEF, SENTRY, &[("README.md", "sentry_sdk.init(")]);
    assert!(reason(&seen, "missing").contains("no shipped file"));
    assert_eq!(count(&seen, "scanned"), Some(0));
}

#[test]
fn what_cannot_be_read_leaves_nothing_missing() {
    let broken = observe(&DEF, SENTRY, &[("pyproject.toml", "[project\n"), ("shop/main.py", "x = 1\n")]);
    assert!(reason(&broken, "missing").contains("`pyproject.toml` cannot be read"));
    let large = "x".repeat(2 * 1024 * 1024 + 1);
    let seen = observe(&DEF, SENTRY, &[DECLARED, ("shop/main.py", &large)]);
    assert!(reason(&seen, "seen").contains("`shop/main.py` is larger than"));
}

#[test]
fn requirements_for_development_declare_nothing() {
    let files = [("requirements-dev.txt", "sentry-sdk\n"), ("requirements.txt", "flask\n"), ("a.py", "x = 1\n")];
    assert_eq!(counts(&files).1, Some(0));
}

#[test]
fn version_catalogs_and_central_versions_declare_too() {
    let yaml =
        "of: [{ name: breaker, ways: [{ language: jvm, packages: [resilience4j-*], pattern: '@CircuitBreaker\\b' }] }]";
    let files = [
        ("gradle/libs.versions.toml", "[libraries]\nbreaker = { module = 'io.github:resilience4j-spring' }\n"),
        ("src/main/java/A.java", "@CircuitBreaker(name = \"x\")\nclass A {}\n"),
    ];
    assert_eq!(count(&observe(&DEF, yaml, &files), "seen"), Some(1));
}

#[test]
fn a_use_may_be_in_configuration_and_a_comment_there_is_none() {
    let yaml = "of: [{ name: limit, ways: [{ language: jvm, packages: [spring-boot-starter-web], pattern: '^\\s*max-request-size:', glob: '**/application*.yml' }] }]";
    let manifest = ("build.gradle", "implementation 'org.springframework.boot:spring-boot-starter-web'\n");
    let files = [manifest, ("src/main/resources/application.yml", "multipart:\n  max-request-size: 10MB\n")];
    assert_eq!(count(&observe(&DEF, yaml, &files), "seen"), Some(1));
    let commented = [manifest, ("src/main/resources/application.yml", "multipart:\n  # max-request-size: 10MB\n")];
    assert_eq!(count(&observe(&DEF, yaml, &commented), "seen"), Some(0));
}

#[test]
fn where_absence_tells_nothing_a_use_of_something_else_is_still_an_observation() {
    let yaml = format!("{SENTRY}absence: unknown");
    let nothing = observe(&DEF, &yaml, &[("a.py", "x = 1\n")]);
    assert!(reason(&nothing, "seen").contains("may be kept elsewhere"));
    let unused = observe(&DEF, &yaml, &[DECLARED, ("a.py", "x = 1\n")]);
    assert!(reason(&unused, "share").contains("may be kept elsewhere"));
    let other = ("pyproject.toml", "[project]\nname = 'shop'\ndependencies = ['flask']\n");
    assert_eq!(percent(&observe(&DEF, &yaml, &[other, ("a.py", "sentry_sdk.init()\n")]), "share"), Some(0));
}

#[test]
fn where_each_sign_may_be_elsewhere_only_all_of_them_tell_anything() {
    let more = "- { name: copies, ways: [{ glob: '**/*.tf', pattern: 'aws_backup_plan' }] }\nabsence: any";
    let yaml = format!("{SENTRY}{more}");
    let used = ("shop/main.py", "sentry_sdk.init()\n");
    let seen = observe(&DEF, &yaml, &[DECLARED, used]);
    assert!(reason(&seen, "share").contains("kept elsewhere: copies"));
    assert_eq!(count(&seen, "seen"), Some(1));
    let whole = observe(&DEF, &yaml, &[DECLARED, used, ("db.tf", "resource \"aws_backup_plan\" \"a\" {}\n")]);
    assert_eq!(percent(&whole, "share"), Some(100));
}

#[test]
fn tests_and_documents_are_looked_at_where_asked_for() {
    let yaml = "of: [{ name: a, ways: [{ language: python, tests: true, pattern: '== 403' }] }, { name: b, ways: [{ glob: '**/*.md', documents: true, pattern: '# Rollback' }] }]";
    let files = [("tests/test_a.py", "assert r.status == 403\n"), ("docs/deploy.md", "# Rollback\n")];
    assert_eq!(percent(&observe(&DEF, yaml, &files), "share"), Some(100));
    let shipped = [("shop/a.py", "ok = r.status == 403\n"), ("shop/b.py", "# Rollback\n")];
    let seen = observe(&DEF, yaml, &shipped);
    assert_eq!(count(&seen, "seen"), None);
}

#[test]
fn wrong_parameters_are_problems_at_their_place() {
    let wrong = |yaml: &str| sample::decode("signs", yaml).err().unwrap().iter().next().unwrap().message.clone();
    assert!(wrong("of: []").contains("no sign is named"));
    assert!(wrong("of: [{ name: x, ways: [] }]").contains("no way to be seen"));
    assert!(wrong("of: [{ name: x, ways: [{ pattern: y }] }]").contains("neither `language` nor `glob`"));
    assert!(wrong("of: [{ name: x, ways: [{ language: go, pattern: '(x' }] }]").contains("unclosed group"));
    assert!(wrong("of: [{ name: x, ways: [{ languages: [go], packages: [a], pattern: x }] }]").contains("beside"));
}

#[test]
fn one_pattern_may_be_right_for_several_languages() {
    let yaml = "of: [{ name: a, ways: [{ languages: [python, go], pattern: '== 403' }] }]";
    for file in [("a.py", "ok = code == 403\n"), ("a.go", "ok := code == 403\n")] {
        assert_eq!(percent(&observe(&DEF, yaml, &[file]), "share"), Some(100), "{}", file.0);
    }
    assert_eq!(count(&observe(&DEF, yaml, &[("a.py", "ok = 1\n"), ("a.go", "x := 1\n")]), "scanned"), Some(2));
}

#[test]
fn a_sign_that_code_shows_is_not_missing_where_the_code_is_of_another_language() {
    let elixir = ("lib/shop.ex", "defmodule Shop do\n  def init, do: Sentry.init()\nend\n");
    let python = ("tools/check.py", "x = 1\n");
    let seen = observe(&DEF, SENTRY, &[elixir, python, DECLARED]);
    assert_eq!(reason(&seen, "missing"), "not looked for in Elixir: 1 of 1 source files (started)");
    let pipeline = "of:\n- name: scanned\n  ways:\n  - { glob: '**/*.yml', pattern: 'gitleaks' }\n";
    let other = observe(&DEF, pipeline, &[elixir, ("ci.yml", "run: make\n")]);
    assert_eq!((count(&other, "seen"), percent(&other, "share")), (Some(0), Some(0)), "no code would show it");
}
