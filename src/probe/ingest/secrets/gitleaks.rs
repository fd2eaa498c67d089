//! `gitleaks -f json`: a list of leaks, not rated. An empty list is no clean report; its SARIF names the rules it had
//! loaded.

use crate::probe::ingest::content::{Content, has, items, line, text};
use crate::probe::ingest::finding::Finding;
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    has(content.first(), &["RuleID", "Fingerprint", "File"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let found = items(content.root()).iter().map(|found| {
        let commit: String = text(found, "Commit").chars().take(12).collect();
        let subject = if commit.is_empty() { String::new() } else { format!("commit {commit}") };
        Finding::new(text(found, "RuleID"), None)
            .of(subject)
            .alias([text(found, "Fingerprint")])
            .says(text(found, "Description"))
            .since(found["Date"].as_str())
            .at(text(found, "File"), line(found, "StartLine"))
    });
    Ok(Report::of("gitleaks").found(found.collect()))
}
