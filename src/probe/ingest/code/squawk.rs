//! `squawk --reporter json`: errors and warnings about migrations; lines count from 0. It lists findings only, so an empty
//! list is no clean report.

use crate::probe::ingest::content::{Content, has, items, line, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    has(content.first(), &["file", "level", "message", "rule_name"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let found = items(content.root()).iter().map(|found| {
        Finding::new(text(found, "rule_name"), Level::of_lint(text(found, "level")))
            .says(text(found, "message"))
            .at(text(found, "file"), line(found, "line") + 1)
    });
    Ok(Report::of("squawk").found(found.collect()))
}
