//! `kube-score score -o json`: grade 1 is critical, 5 a warning, 7 almost well, 10 well (kube-score, scorecard).

use crate::probe::ingest::content::{Content, has, items, line, list, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    has(content.first(), &["object_name", "checks"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let objects = items(content.root());
    let mut findings = Vec::new();
    for object in objects {
        for score in list(object, "checks").iter().filter(|score| score["skipped"] != true) {
            let level = match score["grade"].as_u64() {
                Some(10) => continue,
                Some(7) => Some(Level::Low),
                Some(5) => Some(Level::Medium),
                Some(1) => Some(Level::Critical),
                _ => None,
            };
            let finding = Finding::new(text(&score["check"], "id"), level).of(text(object, "object_name"));
            let finding = finding.says(text(&score["comments"][0], "summary"));
            findings.push(finding.at(text(object, "file_name"), line(object, "file_row")));
        }
    }
    Ok(Report::of("kube-score").found(findings).scanned(objects.len(), "objects"))
}
