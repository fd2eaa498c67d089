//! `trufflehog --json`: one object a line. A secret that it saw to be live (`Verified`) is critical, any other not rated.
//! Nothing is written when nothing is found, so a clean report cannot be told from none.

use serde_json::Value as Json;

use crate::probe::ingest::content::{Content, entries, has, line, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.stream().iter().any(|found| has(found, &["SourceMetadata", "DetectorName", "Verified"]))
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let found = content.stream().iter().filter(|found| has(found, &["DetectorName"])).map(|found| {
        let level = (found["Verified"] == Json::Bool(true)).then_some(Level::Critical);
        // `Git`, `Filesystem`, `Github`, …: whichever it came from.
        let place = entries(&found["SourceMetadata"]["Data"]).map(|(_, place)| place).next().unwrap_or(&Json::Null);
        let says = if level.is_some() { "verified: it works" } else { "not verified" };
        Finding::new(text(found, "DetectorName"), level).says(says).at(text(place, "file"), line(place, "line"))
    });
    Ok(Report::of("trufflehog").found(found.collect()))
}
