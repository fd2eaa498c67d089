//! `zizmor --format json` (version 1), rated by `determinations.severity`. It lists findings only, so an empty list is no
//! clean report.

use serde_json::Value as Json;

use crate::probe::ingest::content::{Content, has, items, line, list, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    has(content.first(), &["ident", "determinations", "locations"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let found = items(content.root()).iter().map(|found| {
        let primary = list(found, "locations").iter().find(|place| place["symbolic"]["kind"] == "Primary");
        let place = primary.unwrap_or(&found["locations"][0]);
        let file = &place["symbolic"]["key"]["Local"];
        let path = file["verbatim_path"].as_str().or(file["given_path"].as_str()).unwrap_or_default();
        // Rows count from 0.
        let row = line(&place["concrete"]["location"]["start_point"], "row") + 1;
        Finding::new(text(found, "ident"), Level::of_word(text(&found["determinations"], "severity")))
            .says(text(found, "desc"))
            .fixable(!list(found, "fixes").is_empty())
            .suppressed(found["ignored"] == Json::Bool(true))
            .at(path, row)
    });
    Ok(Report::of("zizmor").found(found.collect()))
}
