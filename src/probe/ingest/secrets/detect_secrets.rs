//! The baseline of detect-secrets (`detect-secrets scan`). What an audit marked as no secret is suppressed; a verified
//! secret is critical, any other not rated. The plugins it had loaded show that it looked.

use serde_json::Value as Json;

use crate::probe::ingest::content::{Content, entries, items, line, list, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.has(&["plugins_used", "results"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let root = content.root();
    let mut findings = Vec::new();
    for (file, all) in entries(&root["results"]) {
        findings.extend(items(all).iter().map(|found| {
            let verified = found["is_verified"] == Json::Bool(true);
            Finding::new(text(found, "type"), verified.then_some(Level::Critical))
                .suppressed(found["is_secret"] == Json::Bool(false))
                .at(file, line(found, "line_number"))
        }));
    }
    let mut report = Report::of("detect-secrets").version(text(root, "version")).written(text(root, "generated_at"));
    report.signs = list(root, "plugins_used").len() as u64;
    Ok(report.found(findings))
}
