//! `ruff check --output-format json`, rated by its `severity` since ruff names one. It does not say what it looked at, so
//! an empty list is no clean report; `--output-format sarif` neither names what was looked at.

use crate::probe::ingest::content::{Content, has, items, line, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    has(content.first(), &["code", "filename", "location", "message"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let found = items(content.root()).iter().map(|found| {
        Finding::new(found["code"].as_str().unwrap_or("syntax-error"), Level::of_lint(text(found, "severity")))
            .says(text(found, "message"))
            .fixable(found["fix"].is_object())
            .at(text(found, "filename"), line(&found["location"], "row"))
    });
    Ok(Report::of("ruff").found(found.collect()))
}
