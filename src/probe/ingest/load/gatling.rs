//! Gatling's `js/stats.json` and `js/global_stats.json`: times in milliseconds. The four percentiles are those of its
//! default configuration: 50, 75, 95 and 99.

use serde_json::Value as Json;

use super::{Load, ms, number, share};
use crate::probe::ingest::content::{Content, count, has};
use crate::probe::ingest::report::Report;

fn stats(root: &Json) -> &Json {
    if has(root, &["stats"]) { &root["stats"] } else { root }
}

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    has(stats(content.root()), &["numberOfRequests", "percentiles1", "meanResponseTime"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let stats = stats(content.root());
    let requests = count(&stats["numberOfRequests"], "total")?.unwrap_or(0);
    let failed = count(&stats["numberOfRequests"], "ko")?.unwrap_or(0);
    let mut load = Load {
        requests,
        mean: ms(&stats["meanResponseTime"]["total"]),
        max: ms(&stats["maxResponseTime"]["total"]),
        throughput: number(&stats["meanNumberOfRequestsPerSecond"]["total"]),
        error_rate: share(failed, requests),
        ..Load::default()
    };
    for (key, name) in [("percentiles1", "50"), ("percentiles2", "75"), ("percentiles3", "95"), ("percentiles4", "99")]
    {
        load.percentile(name, ms(&stats[key]["total"]));
    }
    load.report("gatling")
}
