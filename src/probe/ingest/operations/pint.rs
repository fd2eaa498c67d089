//! `pint lint --json`: problems with Prometheus rules; `Fatal` and `Bug` are high, `Warning` medium, `Information` informs
//! (pint, severity). It lists problems only, so an empty list is no clean report.

use crate::probe::ingest::content::{Content, has, items, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    has(content.first(), &["path", "reporter", "problem", "severity"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let found = items(content.root()).iter().map(|found| {
        let line = found["lines"][0].as_u64().and_then(|line| u32::try_from(line).ok()).unwrap_or(0);
        Finding::new(text(found, "reporter"), Level::of_lint(text(found, "severity")))
            .says(text(found, "problem"))
            .at(text(found, "path"), line)
    });
    Ok(Report::of("pint").found(found.collect()))
}
