//! Measures of SonarQube (`api/measures/component`): each metric by its key, as a number where it is one.

use crate::model::{Exact, Value};
use crate::probe::ingest::content::{Content, list, text};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.root()["component"]["measures"].is_array()
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let mut report = Report::of("sonarqube");
    for measure in list(&content.root()["component"], "measures") {
        let told = [text(measure, "value"), text(&measure["period"], "value")];
        let told = told.into_iter().find(|text| !text.is_empty());
        let value =
            told.map(|text| Exact::parse_decimal(text).map_or_else(|| Value::Text(text.to_owned()), Value::Number));
        report = report.value(&format!("measure.{}", text(measure, "metric")), value);
    }
    if report.values.is_empty() { Err("has no measure".to_owned()) } else { Ok(report) }
}
