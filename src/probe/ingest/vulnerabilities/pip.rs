//! `pip-audit -f json`. The advisories have no rating. A dependency that was skipped was not audited: then finding nothing
//! is not certain, and a report of skipped ones only shows no look at anything.

use crate::probe::ingest::content::{Content, has, list, text, texts};
use crate::probe::ingest::finding::Finding;
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    let first = &content.root()["dependencies"][0];
    has(first, &["name", "vulns"]) || has(first, &["name", "skip_reason"]) || content.has(&["dependencies", "fixes"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let all = list(content.root(), "dependencies");
    let mut findings = Vec::new();
    let (audited, skipped): (Vec<_>, Vec<_>) = all.iter().partition(|dependency| has(dependency, &["vulns"]));
    for dependency in &audited {
        let subject = format!("{} {}", text(dependency, "name"), text(dependency, "version"));
        findings.extend(list(dependency, "vulns").iter().map(|known| {
            Finding::new(text(known, "id"), None)
                .in_package(subject.clone())
                .alias(texts(known, "aliases"))
                .says(text(known, "description"))
                .fixed_in(texts(known, "fix_versions").next().unwrap_or_default())
        }));
    }
    let mut report = Report::of("pip-audit").found(findings).scanned(audited.len(), "dependencies");
    if let Some(first) = skipped.first() {
        let (count, why) = (skipped.len(), text(first, "skip_reason"));
        report.gap = Some(format!("{count} of {} dependencies were not audited: {why}", all.len()));
    }
    Ok(report)
}
