//! OpenSSF Scorecard (`--format json`): a score from 0 to 10, in all and by check; −1 means that a check could not tell.

use serde_json::Value as Json;

use crate::model::{Exact, Value};
use crate::probe::ingest::content::{Content, list, text};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.has(&["scorecard", "score", "checks"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let root = content.root();
    let mut report = Report::of("scorecard").version(text(&root["scorecard"], "version")).written(text(root, "date"));
    report.commit = root["repo"]["commit"].as_str().filter(|commit| !commit.is_empty()).map(str::to_owned);
    report = report.value("score", score(&root["score"]));
    for check in list(root, "checks") {
        report = report.value(&format!("check.{}", text(check, "name")), score(&check["score"]));
    }
    if report.values.is_empty() { Err("has no score".to_owned()) } else { Ok(report) }
}

fn score(value: &Json) -> Option<Value> {
    let number = Exact::parse_decimal(&value.as_number()?.to_string())?;
    (!number.is_negative() && number <= Exact::whole(10)).then_some(Value::Number(number))
}
