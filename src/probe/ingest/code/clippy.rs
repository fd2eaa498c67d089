//! `cargo clippy --message-format=json` (and `cargo check`): compiler messages, one a line. A warning that a library and
//! its tests both show counts once. A build that did not finish makes a gap.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::probe::ingest::content::{Content, line, list, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    let known =
        |message: &Json| matches!(text(message, "reason"), "compiler-message" | "compiler-artifact" | "build-finished");
    content.stream().iter().any(known)
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let of_kind = |kind: &'static str| content.stream().iter().filter(move |message| text(message, "reason") == kind);
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for finding in of_kind("compiler-message").filter_map(|message| finding(&message["message"])) {
        if seen.insert((finding.rule.clone(), finding.file.clone(), finding.line, finding.message.clone())) {
            findings.push(finding);
        }
    }
    let finished = of_kind("build-finished").next_back().map(|message| message["success"] == true);
    let failed = findings.iter().any(|finding| finding.level == Some(Level::High));
    let mut report = Report::of("cargo").found(findings).scanned(of_kind("compiler-artifact").count(), "crates");
    match finished {
        Some(true) => {}
        Some(false) if failed => {}
        Some(false) => report.gap = Some("the build failed".to_owned()),
        None => report.gap = Some("the report does not tell how the build ended".to_owned()),
    }
    Ok(report)
}

fn finding(message: &Json) -> Option<Finding> {
    // Internal errors of the compiler are errors; a `failure-note` says where to read about one.
    let word = text(message, "level");
    let level = if word.starts_with("error") { Some(Level::High) } else { Level::of_lint(word) };
    let span = list(message, "spans").iter().find(|span| span["is_primary"] == true);
    let code = message["code"]["code"].as_str();
    // Without code and place it sums up what was said before: `2 warnings emitted`.
    let rule = code.or(span.map(|_| "rustc")).filter(|_| word != "failure-note")?;
    let (file, row) = span.map_or(("", 0), |span| (text(span, "file_name"), line(span, "line_start")));
    Some(Finding::new(rule, level).says(text(message, "message")).at(file, row))
}
