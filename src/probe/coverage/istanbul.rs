//! Istanbul's JSON, which nyc, c8, Jest and Vitest write: the full one (`coverage-final.json`) and the summary
//! (`coverage-summary.json`). A line counts by the statements that begin on it, as istanbul-lib-coverage has it.

use serde::Deserialize;

use super::measured::{Measured, Share, SourceFile};
use crate::probe::report_json::{self, Entries};

#[derive(Deserialize)]
struct File {
    path: Option<String>,
    #[serde(rename = "statementMap")]
    statements: Entries<Span>,
    s: Entries<u64>,
    #[serde(rename = "branchMap", default)]
    branches: Entries<Branch>,
    #[serde(default)]
    b: Entries<Vec<u64>>,
}

#[derive(Deserialize)]
struct Span {
    start: Point,
}

/// Writers leave out what they do not know.
#[derive(Deserialize)]
struct Point {
    line: Option<u32>,
}

#[derive(Deserialize)]
struct Branch {
    loc: Option<Span>,
    line: Option<u32>,
}

/// Reads the full form; the error says what is wrong with it.
pub(super) fn parse_full(text: &str) -> Result<Measured, String> {
    let document: Entries<File> = report_json::read(text)?;
    let mut measured = Measured::default();
    for (key, told) in document.0 {
        let mut file = SourceFile::default();
        for (id, span) in told.statements.0 {
            let hits = told.s.0.get(&id).ok_or_else(|| format!("does not count statement `{id}` of `{key}`"))?;
            file.line(span.start.line.unwrap_or(0), *hits > 0);
        }
        let mut all = Share::default();
        for (id, ways) in told.b.0 {
            let share =
                Share { covered: ways.iter().filter(|hits| **hits > 0).count() as u64, total: ways.len() as u64 };
            all.add(share);
            let at = told.branches.0.get(&id);
            let line = at.and_then(|branch| branch.loc.as_ref().and_then(|loc| loc.start.line).or(branch.line));
            file.branch(line.unwrap_or(0), share);
        }
        file.told_branches = Some(all);
        measured.file(told.path.as_deref().unwrap_or(&key), file)?;
    }
    Ok(measured)
}

#[derive(Deserialize)]
struct Summary {
    lines: Told,
    branches: Told,
}

#[derive(Deserialize)]
struct Told {
    total: u64,
    covered: u64,
}

/// Reads the summary; the error says what is wrong with it.
pub(super) fn parse_summary(text: &str) -> Result<Measured, String> {
    let document: Entries<Summary> = report_json::read(text)?;
    let mut measured = Measured::default();
    for (path, told) in document.0.into_iter().filter(|(path, _)| path != "total") {
        let share = |told: Told| Share::new(told.covered, told.total).map(Some);
        let (told_lines, told_branches) = (share(told.lines)?, share(told.branches)?);
        measured.file(&path, SourceFile::told(told_lines, told_branches))?;
    }
    Ok(measured)
}
