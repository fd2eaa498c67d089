//! The result of Lighthouse (`--output=json`): scores of its categories from 0 to 1 and the vitals of the page. A category
//! or an audit whose score is null was not measured and is left out.

use serde_json::Value as Json;

use crate::model::{Exact, Value};
use crate::probe::ingest::content::{Content, entries, text};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.has(&["lighthouseVersion", "categories"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let root = content.root();
    if let Some(error) = root["runtimeError"]["message"].as_str().filter(|_| root["runtimeError"]["code"] != "NO_ERROR")
    {
        return Err(format!("says that the page was not measured: {error}"));
    }
    let mut report = Report::of("lighthouse").version(text(root, "lighthouseVersion")).written(text(root, "fetchTime"));
    for (name, category) in entries(&root["categories"]) {
        let score = number(&category["score"]).filter(|score| !score.is_negative() && *score <= Exact::one());
        report = report.value(&format!("category.{name}"), score.map(Value::Number));
    }
    if report.values.is_empty() {
        return Err("has no score".to_owned());
    }
    let audit = |name: &str| number(&root["audits"][name]["numericValue"]);
    let ms = |name: &str| audit(name)?.checked_div(&Exact::whole(1_000)).map(Value::Number);
    Ok(report
        .value("lcp", ms("largest-contentful-paint"))
        .value("tbt", ms("total-blocking-time"))
        .value("script_bytes", transferred(root, "Script"))
        .value("style_bytes", transferred(root, "Stylesheet"))
        .value("cls", audit("cumulative-layout-shift").map(Value::Number)))
}

/// Bytes that came over the network for requests of one kind; none where the requests were not written down.
fn transferred(root: &Json, kind: &str) -> Option<Value> {
    let requests = root["audits"]["network-requests"]["details"]["items"].as_array().filter(|all| !all.is_empty())?;
    let of_kind = requests.iter().filter(|request| request["resourceType"] == kind);
    let sizes: Option<Vec<u64>> = of_kind.map(|request| request["transferSize"].as_u64()).collect();
    let sum = sizes?.into_iter().fold(0_u64, u64::saturating_add);
    Some(Value::Number(Exact::ratio(sum, 1)?))
}

fn number(value: &Json) -> Option<Exact> {
    if value.is_number() { Exact::parse_decimal(&value.to_string().replace("e+", "e")) } else { None }
}
