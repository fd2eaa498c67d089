//! The JSON of coverage.py (`coverage json`, formats 1 to 3): executed and missing lines of files. Its own percentages
//! mix lines and branches, so they are not used.

use serde::Deserialize;

use super::measured::{Measured, Share, SourceFile};
use crate::probe::report_file::Written;
use crate::probe::report_json::{self, Entries};

#[derive(Deserialize)]
struct Document {
    meta: Meta,
    files: Entries<File>,
}

#[derive(Deserialize)]
struct Meta {
    timestamp: Option<String>,
}

#[derive(Deserialize)]
struct File {
    executed_lines: Vec<u32>,
    missing_lines: Vec<u32>,
    summary: Summary,
}

#[derive(Deserialize)]
struct Summary {
    #[serde(default)]
    num_branches: u64,
    #[serde(default)]
    covered_branches: u64,
}

/// Reads a report; the error says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Measured, String> {
    let document: Document = report_json::read(text)?;
    let mut measured = Measured::default();
    measured.written = document.meta.timestamp.as_deref().and_then(Written::parse);
    for (path, told) in document.files.0 {
        let mut file = SourceFile::default();
        told.missing_lines.into_iter().for_each(|line| file.line(line, false));
        told.executed_lines.into_iter().for_each(|line| file.line(line, true));
        file.told_branches = Some(Share::new(told.summary.covered_branches, told.summary.num_branches)?);
        measured.file(&path, file)?;
    }
    Ok(measured)
}
