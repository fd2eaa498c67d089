//! `kube-score score -o json`: grade 1 is critical, 5 a warning, 7 almost well, 10 well (kube-score, scorecard). What a check
//! says of an object is one finding for each comment, as in the tool's SARIF.

use serde_json::Value as Json;

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
            findings.extend(said(object, score).map(|(subject, summary)| {
                let finding = Finding::new(text(&score["check"], "id"), level).of(subject).says(summary);
                finding.at(text(object, "file_name"), line(object, "file_row"))
            }));
        }
    }
    Ok(Report::of("kube-score").found(findings).scanned(objects.len(), "objects"))
}

/// Subject and words of each comment; of a check without one the object alone.
fn said<'a>(object: &'a Json, score: &'a Json) -> impl Iterator<Item = (String, &'a str)> {
    let name = text(object, "object_name");
    let comments = list(score, "comments");
    let bare = comments.is_empty().then(|| (name.to_owned(), ""));
    let of = move |comment: &'a Json| {
        let path = text(comment, "path");
        let subject = if path.is_empty() { name.to_owned() } else { format!("{name} {path}") };
        (subject, text(comment, "summary"))
    };
    comments.iter().map(of).chain(bare)
}
