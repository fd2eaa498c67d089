//! The systems of five real readiness documents, each audited as its document describes it and repaired; and the table
//! of what became of every statement.
#![allow(clippy::unwrap_used, reason = "tests")]

mod audit;
mod capabilities;
mod indifferent;
mod instead;
mod rows;
#[path = "../probing/server.rs"]
mod server;
#[path = "../servers/mod.rs"]
mod servers;
mod table;

mod abc;
mod castiel;
mod catalynx;
mod clarion;
mod clo;
mod findings;
mod stated;

use std::path::{Path, PathBuf};
use std::process::Command;

/// Every system.
const SYSTEMS: &[&str] = &["abc", "castiel", "catalynx", "clarion", "clo"];

fn folder(system: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/systems").join(system)
}

/// `UPDATE=1 cargo test --test systems` writes them.
#[test]
fn the_imported_specs_are_what_import_makes() {
    let mut stale = Vec::new();
    for system in SYSTEMS {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shipworthy"));
        command.env_clear().current_dir(folder(system)).args(["import", "PRODUCTION_READINESS.md"]);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{system}: {}", String::from_utf8_lossy(&output.stderr));
        let (file, text) = (folder(system).join("imported.yaml"), String::from_utf8(output.stdout).unwrap());
        if std::fs::read_to_string(&file).is_ok_and(|old| without_proposals(&old) == without_proposals(&text)) {
            continue;
        }
        if current(&file, &text) {
            stale.push(*system);
        }
    }
    assert!(stale.is_empty(), "stale: {stale:?}\nrun `UPDATE=1 cargo test --test systems`");
}

/// What is proposed changes with every new rule of the catalog.
fn without_proposals(spec: &str) -> Vec<&str> {
    spec.lines().filter(|line| !line.contains("# proposed: use: ") && !line.contains("# the text says ")).collect()
}

#[test]
fn every_statement_is_expressed_and_nothing_else_is_claimed() {
    for system in SYSTEMS {
        let mapping = rows::mapping(system);
        let known: Vec<u32> = rows::inventory(system).iter().map(|row| row.number).collect();
        let missing: Vec<u32> = known.iter().copied().filter(|row| !mapping.contains_key(row)).collect();
        assert!(missing.is_empty(), "{system}: nothing expresses {missing:?}");
        let invented: Vec<u32> = mapping.keys().copied().filter(|row| !known.contains(row)).collect();
        assert!(invented.is_empty(), "{system}: there are no rows {invented:?}");
    }
}

/// Compares a generated file, or writes it with `UPDATE=1`; true when it is stale.
fn current(file: &Path, text: &str) -> bool {
    if std::fs::read_to_string(file).is_ok_and(|old| old == text) {
        return false;
    }
    let update = std::env::var_os("UPDATE").is_some();
    if update {
        std::fs::write(file, text).unwrap();
    }
    !update
}
