//! actionlint with `-format '{{json .}}'` (a list) or one object a line; everything it says is an error. It lists errors
//! only, so an empty list is no clean report.

use crate::probe::ingest::content::{Content, has, items, line, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

const KEYS: &[&str] = &["message", "filepath", "line", "kind"];

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    has(content.first(), KEYS) || content.stream().first().is_some_and(|first| has(first, KEYS))
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let of_list = items(content.root()).iter();
    let found = of_list.chain(content.stream().iter().filter(|each| each.is_object())).map(|found| {
        Finding::new(text(found, "kind"), Some(Level::High))
            .says(text(found, "message"))
            .at(text(found, "filepath"), line(found, "line"))
    });
    Ok(Report::of("actionlint").found(found.collect()))
}
