//! `oasdiff changelog -f json` and `oasdiff breaking -f json`: what changed in an API's description between two versions.
//! Level 3 breaks clients, 2 may, 1 does not. It lists changes only, so an empty list is no clean report; a changelog whose
//! changes are all of level 1 is one.

use crate::probe::ingest::content::{Content, has, items, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    let first = content.first();
    has(first, &["id", "text", "level", "section"]) && first["level"].is_u64()
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let found = items(content.root()).iter().map(|change| {
        let place = [text(change, "operation"), text(change, "path")].join(" ");
        Finding::new(text(change, "id"), level(change["level"].as_u64())).says(text(change, "text")).of(place.trim())
    });
    Ok(Report::of("oasdiff").found(found.collect()))
}

fn level(number: Option<u64>) -> Option<Level> {
    match number? {
        3 => Some(Level::High),
        2 => Some(Level::Medium),
        1 => Some(Level::Info),
        _ => None,
    }
}
