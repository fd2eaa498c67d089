//! `composer audit --format=json`. Rated by `severity` since Composer 2.7. It does not say what it looked at, so an empty
//! report is no clean one.

use crate::probe::ingest::content::{Content, entries, items, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.has(&["advisories", "abandoned"])
        || entries(&content.root()["advisories"]).any(|(_, all)| !text(&all[0], "advisoryId").is_empty())
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let mut findings = Vec::new();
    for (key, accepted) in [("advisories", false), ("ignored-advisories", true)] {
        for (package, all) in entries(&content.root()[key]) {
            findings.extend(items(all).iter().map(|advisory| {
                let cve = text(advisory, "cve");
                let finding = Finding::new(text(advisory, "advisoryId"), Level::of_word(text(advisory, "severity")))
                    .in_package(package.as_str())
                    .alias([cve].into_iter().filter(|cve| !cve.is_empty()))
                    .says(text(advisory, "title"))
                    .since(advisory["reportedAt"].as_str())
                    .suppressed(accepted);
                if accepted { finding.accepted("composer.json", text(advisory, "ignoreReason")) } else { finding }
            }));
        }
    }
    Ok(Report::of("composer audit").found(findings))
}
