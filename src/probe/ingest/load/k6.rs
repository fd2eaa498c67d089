//! k6 in all shapes of its summary: `--summary-export` (flat metrics), the data of `handleSummary` (metrics with `values`),
//! the new machine-readable summary (`results.metrics`), and single points (`--out json`). Times are milliseconds. In the
//! export a threshold that is `true` was *breached*; elsewhere `ok` says that it held.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Load, ms, number, of_samples, per, share};
use crate::model::Exact;
use crate::probe::ingest::content::{Content, entries, has, list, text};
use crate::probe::ingest::report::Report;
use crate::probe::report_file::Written;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    let root = content.root();
    has(&root["metrics"], &["iterations"])
        || has(&root["metrics"], &["http_reqs"])
        || has(&root["metadata"], &["k6Version"])
        || content.stream().iter().any(|point| has(point, &["metric", "type", "data"]))
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let root = content.root();
    if content.stream().iter().any(|point| has(point, &["metric", "type", "data"])) {
        return of_points(content.stream());
    }
    let summary = has(&root["results"], &["metrics"]);
    let metrics: BTreeMap<&str, &Json> = match summary {
        true => list(&root["results"], "metrics").iter().map(|metric| (text(metric, "name"), metric)).collect(),
        false => entries(&root["metrics"]).map(|(name, metric)| (name.as_str(), metric)).collect(),
    };
    let version = text(&root["metadata"], "k6Version");
    let mut load = of_metrics(&metrics)?;
    load.breached = if summary { None } else { Some(breached(&metrics)) };
    let duration = [&root["state"]["testRunDurationMs"], &root["config"]["testRunDurationMs"]];
    load.duration = duration.into_iter().find_map(ms).or(load.duration);
    Ok(load.report("k6")?.version(version).written(text(&root["metadata"], "generatedAt")))
}

/// The numbers of a metric, which only the export has at its top.
fn values<'a>(metrics: &BTreeMap<&str, &'a Json>, name: &str) -> &'a Json {
    let Some(metric) = metrics.get(name).copied() else { return &Json::Null };
    if has(metric, &["values"]) { &metric["values"] } else { metric }
}

fn of_metrics(metrics: &BTreeMap<&str, &Json>) -> Result<Load, String> {
    let (requests, times) = (values(metrics, "http_reqs"), values(metrics, "http_req_duration"));
    let mut load = Load { mean: ms(&times["avg"]), max: ms(&times["max"]), ..Load::default() };
    load.requests = number(&requests["count"])
        .and_then(|count| count.to_i64())
        .and_then(|count| u64::try_from(count).ok())
        .ok_or("has no count of `http_reqs`")?;
    load.throughput = number(&requests["rate"]);
    load.percentile("50", ms(&times["med"]));
    for (name, value) in entries(times) {
        if let Some(percentile) = name.strip_prefix("p(").and_then(|name| name.strip_suffix(')')) {
            load.percentile(percentile, ms(value));
        }
    }
    let failed = values(metrics, "http_req_failed");
    load.error_rate = number(&failed["rate"]).or_else(|| number(&failed["value"]));
    let users = values(metrics, "vus_max");
    load.users = users["max"].as_u64().or_else(|| users["value"].as_u64());
    load.duration = load.throughput.as_ref().and_then(|rate| Exact::whole(load.requests).checked_div(rate));
    Ok(load)
}

fn breached(metrics: &BTreeMap<&str, &Json>) -> u64 {
    let all = metrics.values().flat_map(|metric| entries(&metric["thresholds"]));
    all.filter(|(_, threshold)| **threshold == Json::Bool(true) || threshold["ok"] == false).count() as u64
}

fn of_points(stream: &[Json]) -> Result<Report, String> {
    let of = |metric: &'static str| {
        stream
            .iter()
            .filter(move |point| point["type"] == "Point" && point["metric"] == metric)
            .map(|point| &point["data"])
    };
    let value = |data: &Json| data["value"].as_f64().unwrap_or(0.0);
    let mut load = Load { requests: of("http_reqs").count() as u64, ..Load::default() };
    let times: Vec<u64> = of("http_req_duration").filter_map(|data| microseconds(value(data))).collect();
    of_samples(&mut load, times);
    for time in load.percentiles.values_mut().chain(&mut load.mean).chain(&mut load.max) {
        *time = per(Some(time.clone()), 1_000).unwrap_or_else(Exact::zero);
    }
    let checked = of("http_req_failed").count() as u64;
    load.error_rate = share(of("http_req_failed").filter(|data| value(data) > 0.0).count() as u64, checked);
    let times = of("http_reqs").filter_map(|data| Written::parse(text(data, "time")));
    let mut report = load.report("k6")?;
    report.written = times.max_by_key(|written| written.second);
    Ok(report)
}

/// Milliseconds as whole microseconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to lie in range")]
fn microseconds(ms: f64) -> Option<u64> {
    (0.0..1e12).contains(&ms).then(|| (ms * 1_000.0).round() as u64)
}
