//! `--history`: earlier JSON reports, as files or in folders.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::audit_args::HistoryArgs;
use super::console::Console;
use super::exit::WrongQuestion;
use super::report;
use crate::model::report::Report;
use crate::score;

/// Files of one folder that are read; of more the last by name are.
const MOST_FILES: usize = 1000;

/// The earlier reports; `None` after saying which file is none.
pub(super) fn read(arguments: &HistoryArgs, console: &Console) -> Result<Option<Vec<Report>>> {
    let mut reports = Vec::new();
    for path in &arguments.history {
        for file in files(path)? {
            match report::read(&file, console)? {
                Some(earlier) => reports.push(earlier),
                None => return Ok(None),
            }
        }
    }
    Ok(Some(reports))
}

/// Puts earlier reports beside one, and tells which say nothing about it.
pub(super) fn add(report: &mut Report, earlier: &[Report], console: &Console) {
    if earlier.is_empty() {
        return;
    }
    let left_out = score::with_history(report, earlier);
    if left_out > 0 {
        let all = earlier.len();
        console.note(&format!(
            "note: {left_out} of {all} earlier reports are of another system or not earlier, and were left out"
        ));
    }
}

/// The file itself, or the `.json` files of a folder by name.
fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let shown = path.display();
    let listed = std::fs::read_dir(path).map_err(|error| WrongQuestion(format!("cannot read `{shown}`: {error}")))?;
    let json =
        |file: &PathBuf| file.is_file() && file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let mut found: Vec<PathBuf> = listed.filter_map(|entry| Some(entry.ok()?.path())).filter(json).collect();
    found.sort();
    Ok(found.split_off(found.len().saturating_sub(MOST_FILES)))
}
