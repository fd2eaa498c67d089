//! `checkov -o json`: one object, or a list with one for each framework. Checkov rates only with a platform key, so most
//! findings are unrated. Skipped checks are suppressed, files that it could not parse make a gap.

use serde_json::Value as Json;

use crate::probe::ingest::content::{Content, count, has, items, list, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

fn parts(content: &Content) -> Vec<&Json> {
    let root = content.root();
    if root.is_array() { items(root).iter().collect() } else { vec![root] }
}

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    parts(content).first().is_some_and(|part| has(part, &["check_type", "summary"]) || has(part, &["checkov_version"]))
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let mut findings = Vec::new();
    let (mut resources, mut unparsed) = (0, 0);
    let mut report = Report::of("checkov");
    for part in parts(content) {
        let (results, summary) = (&part["results"], &part["summary"]);
        findings.extend(list(results, "failed_checks").iter().map(finding));
        findings.extend(list(results, "skipped_checks").iter().map(|found| finding(found).suppressed(true)));
        resources += count(summary, "resource_count")?.unwrap_or(0);
        unparsed += count(summary, "parsing_errors")?.unwrap_or(0);
        report = report.version(text(summary, "checkov_version"));
    }
    if unparsed > 0 {
        report.gap = Some(format!("{unparsed} files could not be parsed"));
    }
    Ok(report.found(findings).scanned(resources, "resources"))
}

fn finding(found: &Json) -> Finding {
    let line = found["file_line_range"][0].as_u64().and_then(|line| u32::try_from(line).ok()).unwrap_or(0);
    Finding::new(text(found, "check_id"), Level::of_word(text(found, "severity")))
        .of(text(found, "resource"))
        .says(text(found, "check_name"))
        .at(text(found, "file_path"), line)
}
