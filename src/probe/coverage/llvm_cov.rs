//! The JSON of `llvm-cov export` (versions 2 and 3), which `cargo llvm-cov --json` writes. The sums are those of each
//! file's summary; which lines were executed follows from its segments, as `LineCoverageStats` of LLVM has it.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::measured::{Measured, Share, SourceFile};
use crate::probe::report_json;

#[derive(Deserialize)]
struct Document {
    data: Vec<Export>,
}

#[derive(Deserialize)]
struct Export {
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    filename: String,
    #[serde(default)]
    segments: Vec<Segment>,
    summary: Summary,
}

#[derive(Deserialize)]
struct Summary {
    lines: Told,
    branches: Option<Told>,
}

#[derive(Deserialize)]
struct Told {
    count: u64,
    covered: u64,
}

/// Line, column, count, whether it has a count, whether a region begins, whether it is a gap (not before version 2.0.1).
#[derive(Clone, Copy, Deserialize)]
#[serde(from = "Fields")]
struct Segment {
    line: u32,
    count: u64,
    has_count: bool,
    begins: bool,
    gap: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Fields {
    Six(u32, IgnoredAny, u64, bool, bool, bool),
    Five(u32, IgnoredAny, u64, bool, bool),
}

impl From<Fields> for Segment {
    fn from(fields: Fields) -> Segment {
        let (line, count, has_count, begins, gap) = match fields {
            Fields::Six(line, _, count, has_count, begins, gap) => (line, count, has_count, begins, gap),
            Fields::Five(line, _, count, has_count, begins) => (line, count, has_count, begins, false),
        };
        Segment { line, count, has_count, begins, gap }
    }
}

/// Reads an export; the error says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Measured, String> {
    let document: Document = report_json::read(text)?;
    let mut measured = Measured::default();
    for told in document.data.into_iter().flat_map(|export| export.files) {
        let mut file = SourceFile::default();
        lines(&told.segments, &mut file)?;
        let share = |told: Told| Share::new(told.covered, told.count);
        file.told_lines = Some(share(told.summary.lines)?);
        file.told_branches = told.summary.branches.map(share).transpose()?;
        measured.file(&told.filename, file)?;
    }
    Ok(measured)
}

/// A line has the greatest count of the regions that begin on it and of the one that reaches into it.
fn lines(segments: &[Segment], file: &mut SourceFile) -> Result<(), String> {
    let mut wrapped: Option<Segment> = None;
    let mut rest = segments;
    while let Some(first) = rest.first() {
        let length = rest.iter().take_while(|segment| segment.line == first.line).count();
        let (here, after) = rest.split_at(length);
        if let Some(count) = of_line(wrapped, here) {
            file.line(first.line, count > 0);
        }
        wrapped = here.last().copied();
        if let (Some(reaching), Some(next)) = (wrapped, after.first())
            && reaching.has_count
            && next.line > first.line + 1
        {
            file.span(first.line + 1, next.line - 1, reaching.count > 0)?;
        }
        if after.first().is_some_and(|next| next.line < first.line) {
            return Err("has segments out of order".to_owned());
        }
        rest = after;
    }
    Ok(())
}

fn of_line(wrapped: Option<Segment>, here: &[Segment]) -> Option<u64> {
    let begins = |segment: &&Segment| !segment.gap && segment.has_count && segment.begins;
    let skipped = here.first().is_some_and(|first| !first.has_count && first.begins);
    let reaching = wrapped.filter(|segment| segment.has_count).map(|segment| segment.count);
    let greatest = here.iter().filter(begins).map(|segment| segment.count).max();
    if skipped { None } else { reaching.max(greatest) }
}
