//! `nuclei -jsonl`: one match a line, rated by `info.severity`. Nothing is written when nothing matches, so a clean report
//! cannot be told from none.

use crate::probe::ingest::content::{Content, has, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;
use crate::probe::report_file::Written;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.stream().first().is_some_and(|first| has(first, &["template-id", "info"]))
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let found = content.stream().iter().filter(|found| has(found, &["template-id"])).map(|found| {
        let place = [text(found, "matched-at"), text(found, "host")].into_iter().find(|text| !text.is_empty());
        Finding::new(text(found, "template-id"), Level::of_word(text(&found["info"], "severity")))
            .of(place.unwrap_or_default())
            .says(text(&found["info"], "name"))
            .since(found["timestamp"].as_str())
    });
    let newest = content.stream().iter().filter_map(|found| Written::parse(text(found, "timestamp")));
    let mut report = Report::of("nuclei").found(found.collect());
    report.written = newest.max_by_key(|written| written.second);
    Ok(report)
}
