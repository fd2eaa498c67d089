//! A folder to audit in, and the binary to audit it with.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A folder of its own with the files of one audit.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    /// With this spec.
    pub(crate) fn new(spec: &str) -> Bench {
        let bench = Bench { folder: tempfile::tempdir().unwrap() };
        bench.write("shipworthy.yaml", spec)
    }

    /// With one more file.
    pub(crate) fn write(self, path: &str, text: &str) -> Bench {
        let file = self.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
        self
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    /// The command with a scrubbed environment, in the folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        command_in(&self.path(), arguments)
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Exit code and JSON report of an audit.
    pub(crate) fn audit(&self, arguments: &[&str]) -> (i32, Value) {
        let mut all = vec!["audit", "--format", "json"];
        all.extend(arguments);
        let output = self.run(&all);
        let report = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("no report: {}", String::from_utf8_lossy(&output.stderr)));
        (output.status.code().unwrap(), report)
    }
}

/// The binary with a scrubbed environment, in a folder.
pub(crate) fn command_in(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shipworthy"));
    command.args(arguments).current_dir(folder).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", folder);
    command
}

/// The row of a check.
pub(crate) fn check<'a>(report: &'a Value, id: &str) -> &'a Value {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no check {id}"))
}

/// The outcome of a check.
pub(crate) fn outcome<'a>(report: &'a Value, id: &str) -> &'a str {
    check(report, id)["outcome"].as_str().unwrap()
}

/// A spec whose one area has these checks.
pub(crate) fn spec(checks: &str) -> String {
    format!("version: 1\nsystem: {{ name: Shop }}\nareas:\n  all:\n    checks:\n{checks}")
}

/// A check that a file exists, as YAML.
pub(crate) fn file_check(id: &str, path: &str, more: &str) -> String {
    format!(
        "      - id: {id}\n{more}        probe: {{ file: {{ path: {path} }} }}\n        expect:\n          - exists = true\n"
    )
}
