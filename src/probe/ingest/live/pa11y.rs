//! Pa11y (`--reporter json`, a list of issues) and pa11y-ci (`--json`, issues by URL). An error fails the standard and is
//! high; a warning may, and is medium; a notice is for a person to look at.

use serde_json::Value as Json;

use crate::probe::ingest::content::{Content, entries, has, items, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    has(content.first(), &["code", "type", "selector"]) || content.has(&["total", "passes", "errors", "results"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let root = content.root();
    let report = Report::of("pa11y");
    if root.is_array() {
        return Ok(report.found(items(root).iter().map(|issue| finding(issue, "")).collect()));
    }
    let pages = &root["results"];
    let found = entries(pages).flat_map(|(url, issues)| items(issues).iter().map(move |issue| finding(issue, url)));
    Ok(report.found(found.collect()).scanned(entries(pages).count(), "pages"))
}

fn finding(issue: &Json, url: &str) -> Finding {
    // pa11y-ci puts the message of a page that could not be loaded in place of an issue.
    if text(issue, "code").is_empty() {
        return Finding::new("page-not-checked", Some(Level::High)).of(url).says(text(issue, "message"));
    }
    let subject = format!("{url} {}", text(issue, "selector"));
    let level = Level::of_lint(text(issue, "type"));
    Finding::new(text(issue, "code"), level).of(subject.trim()).says(text(issue, "message"))
}
