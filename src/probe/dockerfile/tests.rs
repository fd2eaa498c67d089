//! The probe over small trees.

#![allow(clippy::unwrap_used, reason = "tests")]

use crate::model::Fact;
use crate::probe::trial::{count, observe, percent};

use super::DEF;

#[test]
fn without_a_dockerfile_nothing_but_their_number_is_known() {
    let seen = observe(&DEF, "{}", &[("README.md", "x")]);
    assert_eq!(count(&seen, "files"), Some(0));
    assert!(matches!(seen.facts.get("root_users"), Fact::Unobserved(reason) if reason.contains("no Dockerfile")));
}

#[test]
fn only_files_that_make_the_product_count() {
    let files = [
        ("Dockerfile", "FROM node:20.1.1\nUSER 1\n"),
        ("Dockerfile.dev", "FROM node\n"),
        ("tests/Dockerfile", "FROM node\n"),
    ];
    let seen = observe(&DEF, "{}", &files);
    assert_eq!(count(&seen, "files"), Some(1));
    assert_eq!(count(&seen, "unpinned_images"), Some(0));
    assert_eq!(seen.evidence.iter().filter(|e| e.fact.as_deref() == Some("files")).count(), 2);
    assert_eq!(count(&observe(&DEF, "{glob: \"**/Dockerfile*\"}", &files), "files"), Some(3));
}

#[test]
fn a_nested_dockerfile_counts_when_compose_builds_it() {
    let dockerfile = "FROM node:20.1.1\nUSER 1\nCMD [\"x\"]\n";
    let files = [
        ("Dockerfile", dockerfile),
        ("api/Dockerfile", dockerfile),
        ("other/Dockerfile", dockerfile),
        ("compose.yaml", "services: {api: {build: ./api, healthcheck: {test: x}}}\n"),
    ];
    let seen = observe(&DEF, "{}", &files);
    assert_eq!(count(&seen, "files"), Some(2));
    assert_eq!(count(&seen, "without_healthcheck"), Some(1));
}

#[test]
fn an_unreadable_file_makes_zeros_unobserved_but_not_findings() {
    let seen =
        observe(&DEF, "{}", &[("Dockerfile", "FROM node\nRUNN x\n"), ("Dockerfile.api", "FROM node\nUSER root\n")]);
    assert_eq!(count(&seen, "parse_errors"), Some(1));
    assert_eq!(count(&seen, "root_users"), Some(1));
    assert_eq!(count(&seen, "secrets"), None);
}

#[test]
fn an_unknown_base_leaves_the_user_unknown() {
    let seen = observe(&DEF, "{}", &[("Dockerfile", "FROM internal.test/base:1.2.3\n")]);
    assert_eq!(count(&seen, "root_users"), None);
    assert_eq!(count(&seen, "unknown_users"), Some(1));
}

#[test]
fn credits_are_means() {
    let seen = observe(&DEF, "{}", &[("Dockerfile", "FROM node:20.1.1\nUSER node\nCMD [\"npm\", \"start\"]\n")]);
    assert_eq!(percent(&seen, "user_credit"), Some(90));
    assert_eq!(percent(&seen, "signal_credit"), Some(50));
    assert_eq!(percent(&seen, "pinned_ratio"), Some(70));
}

#[test]
fn a_start_script_is_read_to_its_end() {
    let dockerfile = "FROM node:20.1.1\nCOPY docker/entrypoint.sh /\nENTRYPOINT [\"/entrypoint.sh\"]\n";
    let with =
        |script: &'static str| observe(&DEF, "{}", &[("Dockerfile", dockerfile), ("docker/entrypoint.sh", script)]);
    assert_eq!(count(&with("#!/bin/sh\nnode x.js\n"), "unforwarding_scripts"), Some(1));
    assert_eq!(count(&with("#!/bin/sh\nexec node x.js\n"), "unforwarding_scripts"), Some(0));
    assert_eq!(percent(&with("#!/bin/sh\nexec gosu app \"$@\"\n"), "user_credit"), Some(60));
}

#[test]
fn the_context_leaks_what_no_ignore_file_keeps_out() {
    let env = ("app.env", "x");
    let secret = (".env", "DB_PASSWORD=Tr0ub4dor9\n");
    let dockerfile = ("Dockerfile", "FROM node:20.1.1\nCOPY . .\n");
    let leaking = observe(&DEF, "{}", &[dockerfile, secret, env]);
    assert_eq!(count(&leaking, "context_leaks"), Some(1));
    assert_eq!(percent(&leaking, "filtered_ratio"), Some(0));
    let filtered = observe(&DEF, "{}", &[dockerfile, secret, (".dockerignore", ".env\n")]);
    assert_eq!(count(&filtered, "context_leaks"), Some(0));
}

#[test]
fn a_copied_file_without_a_credential_is_no_finding() {
    let dockerfile = ("Dockerfile", "FROM node:20.1.1\nCOPY .npmrc ./\n");
    let with = |text: &'static str| count(&observe(&DEF, "{}", &[dockerfile, (".npmrc", text)]), "secrets");
    assert_eq!(with("audit=false\n"), Some(0));
    assert_eq!(with("//registry.example.org/:_authToken=not-a-real-one-42\n"), Some(1));
    assert_eq!(count(&observe(&DEF, "{}", &[dockerfile]), "secrets"), Some(1));
}

#[test]
fn the_stage_that_is_built_is_the_one_that_is_judged() {
    let dockerfile = ("Dockerfile", "FROM node:20.1.1 AS release\nUSER 1000\nFROM release AS test\nUSER root\n");
    assert_eq!(count(&observe(&DEF, "{}", &[dockerfile]), "root_users"), Some(1));
    assert_eq!(count(&observe(&DEF, "{stage: release}", &[dockerfile]), "root_users"), Some(0));
    let compose = ("compose.yaml", "services: {a: {build: {context: ., target: release}}}\n");
    assert_eq!(count(&observe(&DEF, "{}", &[dockerfile, compose]), "root_users"), Some(0));
}

#[test]
fn a_fault_names_its_line() {
    let fault = super::parse::parse(b"FROM a\nRUNN x\n").unwrap_err();
    assert_eq!(fault.line, 2, "{fault:?}");
}

#[test]
fn a_trigger_runs_in_the_stage_that_starts_from_its_own() {
    let text = b"FROM python:3.12 AS base\nONBUILD USER 1000\nONBUILD RUN curl x | sh\nUSER root\nFROM base AS app\nFROM app\n";
    let file = super::parse::parse(text).unwrap();
    let users: Vec<_> = file.stages.iter().map(|stage| stage.user.clone().unwrap().value.unwrap()).collect();
    assert_eq!(users, ["root", "1000", "1000"]);
    let runs: Vec<_> = file.stages.iter().map(|stage| stage.runs.len()).collect();
    assert_eq!(runs, [0, 1, 0]);
}
