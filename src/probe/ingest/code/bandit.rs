//! `bandit -f json`, rated by `issue_severity`. Files that it could not read make a gap; what `# nosec` hides is counted.

use crate::probe::ingest::content::{Content, count, entries, line, list, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

/// Hidden lines that are counted one by one.
const MOST_HIDDEN: u64 = 100_000;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.has(&["metrics", "results", "errors"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let root = content.root();
    let found = list(root, "results").iter().map(|found| {
        Finding::new(text(found, "test_id"), Level::of_word(text(found, "issue_severity")))
            .says(text(found, "issue_text"))
            .at(text(found, "filename"), line(found, "line_number"))
    });
    let hidden = count(&root["metrics"]["_totals"], "nosec")?.unwrap_or(0).min(MOST_HIDDEN);
    let hidden = (0..hidden).map(|_| Finding::new("nosec", None).suppressed(true));
    let files = entries(&root["metrics"]).filter(|(name, _)| *name != "_totals").count();
    let mut report = Report::of("bandit").written(text(root, "generated_at")).scanned(files, "files");
    if let Some(error) = list(root, "errors").first() {
        let errors = list(root, "errors").len();
        report.gap = Some(format!("{errors} files were not read, such as `{}`", text(error, "filename")));
    }
    Ok(report.found(found.chain(hidden).collect()))
}
