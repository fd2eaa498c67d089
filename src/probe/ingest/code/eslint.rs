//! `eslint -f json`: severity 2 is an error, 1 a warning (ESLint, formatters). Every file it looked at is listed.

use serde_json::Value as Json;

use crate::probe::ingest::content::{Content, has, items, line, list, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    has(content.first(), &["filePath", "messages"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let files = items(content.root());
    let mut findings = Vec::new();
    for file in files {
        let path = text(file, "filePath");
        findings.extend(list(file, "messages").iter().map(|message| finding(path, message)));
        findings.extend(list(file, "suppressedMessages").iter().map(|message| finding(path, message).suppressed(true)));
    }
    Ok(Report::of("eslint").found(findings).scanned(files.len(), "files"))
}

fn finding(path: &str, message: &Json) -> Finding {
    let level = match message["severity"].as_u64() {
        Some(2) => Some(Level::High),
        Some(1) => Some(Level::Medium),
        _ => None,
    };
    Finding::new(message["ruleId"].as_str().unwrap_or("parse-error"), level)
        .says(text(message, "message"))
        .fixable(has(message, &["fix"]))
        .at(path, line(message, "line"))
}
