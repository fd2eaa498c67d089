//! `hadolint -f json`: error, warning, info and style, from the worst (hadolint, rules). It lists findings only, so an
//! empty list is no clean report.

use crate::probe::ingest::content::{Content, has, items, line, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    has(content.first(), &["code", "file", "level", "line", "message"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let found = items(content.root()).iter().map(|found| {
        let level = match text(found, "level") {
            "error" => Some(Level::High),
            "warning" => Some(Level::Medium),
            "info" => Some(Level::Low),
            "style" => Some(Level::Info),
            _ => None,
        };
        Finding::new(text(found, "code"), level)
            .says(text(found, "message"))
            .at(text(found, "file"), line(found, "line"))
    });
    Ok(Report::of("hadolint").found(found.collect()))
}
