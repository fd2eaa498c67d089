//! `shipworthy lint` and `shipworthy sync` through the binary, with a scrubbed environment.
#![allow(clippy::unwrap_used, reason = "tests")]

mod contradictions;
mod lint;
mod sync;

use std::path::Path;
use std::process::{Command, Output};

/// Runs the binary in a folder.
fn shipworthy(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shipworthy"));
    command.env_clear().current_dir(folder).args(arguments).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
