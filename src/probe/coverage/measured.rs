//! What reports say about executed code, in one shape for every format. Leaves reading to the format files and the
//! meaning of paths to `report_paths`.

use std::collections::BTreeMap;

use crate::model::Exact;
use crate::probe::report_file::Written;

/// Lines, branches and statements that reports may have together.
const MOST_ENTRIES: usize = 10_000_000;
/// Lines that one block or region may span.
const LONGEST_SPAN: u32 = 100_000;

/// Some of all: lines, statements or branches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    /// Executed at least once.
    pub(super) covered: u64,
    /// That can be executed.
    pub(super) total: u64,
}

impl Share {
    /// What a report says; an error when it is impossible.
    pub(super) fn new(covered: u64, total: u64) -> Result<Share, String> {
        if covered > total {
            return Err(format!("says that {covered} of {total} are covered"));
        }
        Ok(Share { covered, total })
    }

    /// Both together.
    pub(super) fn add(&mut self, other: Share) {
        self.covered = self.covered.saturating_add(other.covered);
        self.total = self.total.saturating_add(other.total);
    }

    /// As a number from 0 to 1; `None` of nothing.
    pub(super) fn ratio(self) -> Option<Exact> {
        Exact::ratio(self.covered, self.total)
    }

    /// Not executed.
    pub(super) fn missed(self) -> u64 {
        self.total - self.covered
    }
}

/// Where a block of statements begins and ends: line, column, line, column.
type Block = (u32, u32, u32, u32);

/// One source file of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SourceFile {
    /// Lines that can be executed, and whether they were.
    pub(super) lines: BTreeMap<u32, bool>,
    /// Branches by line.
    branches: BTreeMap<u32, Share>,
    /// Statements by block, where a format counts those instead of lines.
    statements: BTreeMap<Block, (u64, bool)>,
    /// What the report sums up itself, where it does not tell lines, or counts them in a way of its own.
    pub(super) told_lines: Option<Share>,
    /// The same for branches.
    pub(super) told_branches: Option<Share>,
}

impl SourceFile {
    /// One of which only sums are told.
    pub(super) fn told(told_lines: Option<Share>, told_branches: Option<Share>) -> SourceFile {
        SourceFile { told_lines, told_branches, ..SourceFile::default() }
    }

    /// A line that can be executed; told of again it is covered if it ever was.
    pub(super) fn line(&mut self, line: u32, covered: bool) {
        *self.lines.entry(line).or_insert(false) |= covered;
    }

    /// Lines from one to another, both included.
    pub(super) fn span(&mut self, first: u32, last: u32, covered: bool) -> Result<(), String> {
        if last < first || last - first > LONGEST_SPAN {
            return Err(format!("has a block from line {first} to line {last}"));
        }
        (first..=last).for_each(|line| self.line(line, covered));
        Ok(())
    }

    /// Branches of a line; told of again the better account stands, since shards cannot be told apart.
    pub(super) fn branch(&mut self, line: u32, share: Share) {
        let known = self.branches.entry(line).or_default();
        known.total = known.total.max(share.total);
        known.covered = known.covered.max(share.covered);
    }

    /// A block of statements.
    pub(super) fn block(&mut self, block: Block, statements: u64, covered: bool) {
        let known = self.statements.entry(block).or_insert((statements, false));
        known.1 |= covered;
    }

    /// Lines, or statements where the format counts those.
    pub(super) fn share(&self) -> Share {
        if !self.statements.is_empty() {
            return self.statements.values().fold(Share::default(), |mut share, (count, covered)| {
                share.add(Share { covered: if *covered { *count } else { 0 }, total: *count });
                share
            });
        }
        let covered = self.lines.values().filter(|covered| **covered).count() as u64;
        self.told_lines.unwrap_or(Share { covered, total: self.lines.len() as u64 })
    }

    /// Branches.
    pub(super) fn branch_share(&self) -> Share {
        self.told_branches.unwrap_or_else(|| {
            self.branches.values().fold(Share::default(), |mut sum, share| {
                sum.add(*share);
                sum
            })
        })
    }

    fn entries(&self) -> usize {
        self.lines.len() + self.branches.len() + self.statements.len() + 1
    }

    /// Another account of the same file. What a report only sums up cannot be joined: the account with lines stands.
    fn join(&mut self, other: SourceFile) {
        if other.lines.is_empty() {
            return;
        }
        if self.lines.is_empty() {
            *self = other;
            return;
        }
        (self.told_lines, self.told_branches) = (None, self.told_branches.or(other.told_branches));
        other.lines.into_iter().for_each(|(line, covered)| self.line(line, covered));
        other.branches.into_iter().for_each(|(line, share)| self.branch(line, share));
        other.statements.into_iter().for_each(|(block, (count, covered))| self.block(block, count, covered));
    }
}

/// What one or several reports say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Measured {
    /// By path.
    pub(super) files: BTreeMap<String, SourceFile>,
    /// Folders that paths may start from.
    pub(super) roots: Vec<String>,
    /// When it says it was written.
    pub(super) written: Option<Written>,
    /// Branches of the whole, where a report sums them up and does not list them all.
    pub(super) told_branches: Option<Share>,
    entries: usize,
}

impl Measured {
    /// Adds a file, or what else is said about it; an error when there is too much.
    pub(super) fn file(&mut self, path: &str, file: SourceFile) -> Result<(), String> {
        self.entries += file.entries();
        if self.entries > MOST_ENTRIES {
            return Err(format!("has more than {MOST_ENTRIES} lines and branches"));
        }
        match self.files.get_mut(path) {
            Some(known) => known.join(file),
            None => drop(self.files.insert(path.to_owned(), file)),
        }
        Ok(())
    }

    /// Whether it says of any file what lines were executed.
    pub(super) fn is_empty(&self) -> bool {
        self.files.values().all(|file| file.share().total == 0)
    }
}

/// Sums over files.
pub(super) fn sum<'a>(files: impl Iterator<Item = &'a SourceFile>) -> (Share, Share) {
    let (mut lines, mut branches) = (Share::default(), Share::default());
    for file in files {
        lines.add(file.share());
        branches.add(file.branch_share());
    }
    (lines, branches)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_line_told_of_twice_counts_once_and_is_covered_if_it_ever_was() {
        let mut measured = Measured::default();
        for covered in [false, true] {
            let mut file = SourceFile::default();
            file.line(1, covered);
            file.line(2, false);
            measured.file("a", file).unwrap();
        }
        assert_eq!(sum(measured.files.values()).0, Share { covered: 1, total: 2 });
    }

    #[test]
    fn what_is_only_summed_up_gives_way_to_lines() {
        let told = SourceFile { told_lines: Some(Share { covered: 9, total: 9 }), ..SourceFile::default() };
        let mut lines = SourceFile::default();
        lines.line(1, false);
        for order in [[told.clone(), lines.clone()], [lines, told]] {
            let mut measured = Measured::default();
            order.into_iter().for_each(|file| measured.file("a", file).unwrap());
            assert_eq!(measured.files["a"].share(), Share { covered: 0, total: 1 });
        }
    }

    #[test]
    fn absurd_spans_and_shares_are_refused() {
        assert!(SourceFile::default().span(1, u32::MAX, true).is_err());
        assert!(SourceFile::default().span(5, 4, true).is_err());
        assert!(Share::new(2, 1).is_err());
    }
}
