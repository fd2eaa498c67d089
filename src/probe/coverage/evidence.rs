//! What a reader is shown of coverage: the sums, of each group its own, and the files with the most lines that were not
//! executed. Leaves measuring to `observe`.

use std::collections::BTreeSet;

use super::measured::{Share, SourceFile};
use super::observe::{Changes, Group};
use crate::model::Place;
use crate::model::report::{Evidence, EvidenceKind};
use crate::probe::evidence::fingerprint;

/// Files with the most lines that were not executed.
const MOST_FILES: usize = 10;
/// Runs of changed lines that were not executed.
const MOST_RUNS: usize = 20;

/// The sum over all files.
pub(super) fn of_all(lines: Share, files: usize, strange: &BTreeSet<String>, foreign: &BTreeSet<String>) -> Evidence {
    let mut words = executed(lines, files);
    if let Some(first) = strange.first() {
        words.push_str(&format!("; left out: {} that are not in the repository, such as `{first}`", strange.len()));
    }
    if let Some(first) = foreign.first() {
        words.push_str(&format!("; left out: {} that nobody here wrote, such as `{first}`", foreign.len()));
    }
    remark(words)
}

/// How much of the code the reports speak of, where that is not all.
pub(super) fn of_reported(reported: Share) -> Option<Evidence> {
    let note = format!(
        "the reports list {} of {} source files in which something can be executed",
        reported.covered, reported.total
    );
    (reported.missed() > 0).then(|| remark(note))
}

/// Each group's own sum and files, and all sums for who asks for the lowest, that one first.
pub(super) fn of_groups(groups: &[Group<'_>]) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    for group in groups {
        let fact = format!("group.{}", group.name);
        evidence.push(about(&fact, sum_of(group)));
        evidence.extend(least_covered(group.files.iter().map(|(path, file)| (*path, *file)), &fact));
    }
    let mut lowest_first: Vec<&Group<'_>> = groups.iter().collect();
    lowest_first.sort_by_key(|group| group.lines.ratio());
    evidence.extend(lowest_first.into_iter().map(|group| about("lowest_group", sum_of(group))));
    evidence
}

/// How many of the changed lines were executed, which were not, and which changed files nobody measured.
pub(super) fn of_changes(base: &str, changes: &Changes, unreported: &[String]) -> Vec<Evidence> {
    const FACT: &str = "changed.line";
    let share = changes.share;
    let mut note = format!("{} of {} changed lines since `{base}` were executed", share.covered, share.total);
    if let Some(first) = unreported.first() {
        note.push_str(&format!("; {} changed files are in no report, such as `{first}`", unreported.len()));
    }
    let mut evidence = vec![about(FACT, note)];
    for (path, first, last) in runs(&changes.missed).into_iter().take(MOST_RUNS) {
        let note = if first == last { "was not executed".to_owned() } else { format!("to line {last}: not executed") };
        evidence.push(Evidence {
            place: Some(Place::line(path, first)),
            fingerprint: Some(fingerprint(&["coverage", path, "changed"])),
            ..about(FACT, note)
        });
    }
    evidence
}

/// Lines that follow each other in one file are a run.
fn runs(missed: &[(String, u32)]) -> Vec<(&str, u32, u32)> {
    let mut runs: Vec<(&str, u32, u32)> = Vec::new();
    for (path, line) in missed {
        match runs.last_mut() {
            Some((known, _, last)) if known == path && last.saturating_add(1) == *line => *last = *line,
            _ => runs.push((path, *line, *line)),
        }
    }
    runs
}

/// A remark for who asks for this fact.
pub(super) fn about(fact: &str, note: String) -> Evidence {
    Evidence { fact: Some(fact.to_owned()), ..remark(note) }
}

/// Files with the most lines that were not executed, for who asks for this fact.
pub(super) fn least_covered<'f>(
    files: impl Iterator<Item = (&'f String, &'f SourceFile)>,
    fact: &str,
) -> Vec<Evidence> {
    let mut missed: Vec<(Share, &String)> = files.map(|(path, file)| (file.share(), path)).collect();
    missed.retain(|(share, _)| share.missed() > 0);
    missed.sort_by(|(a, x), (b, y)| b.missed().cmp(&a.missed()).then_with(|| x.cmp(y)));
    let shown = missed.into_iter().take(MOST_FILES);
    shown
        .map(|(share, path)| Evidence {
            place: Some(Place::file(path.as_str())),
            fingerprint: Some(fingerprint(&["coverage", path])),
            ..about(fact, format!("{} of {} lines were not executed", share.missed(), share.total))
        })
        .collect()
}

fn sum_of(group: &Group<'_>) -> String {
    format!("{}: {}", group.name, executed(group.lines, group.files.len()))
}

fn executed(lines: Share, files: usize) -> String {
    let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
    format!("{} of {} lines in {files} were executed", lines.covered, lines.total)
}

fn remark(note: String) -> Evidence {
    Evidence { kind: EvidenceKind::Report, note: Some(note), ..Evidence::default() }
}
