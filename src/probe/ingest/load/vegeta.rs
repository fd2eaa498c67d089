//! `vegeta report -type=json`: times in nanoseconds; `throughput` counts successful requests only, `success` is their
//! share.

use super::{Load, number, per};
use crate::model::Exact;
use crate::probe::ingest::content::{Content, count, entries, text};
use crate::probe::ingest::report::Report;

const NS: u64 = 1_000_000_000;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.has(&["latencies", "success", "status_codes"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let root = content.root();
    let latencies = &root["latencies"];
    let mut load = Load {
        mean: per(number(&latencies["mean"]), NS),
        max: per(number(&latencies["max"]), NS),
        throughput: number(&root["throughput"]),
        error_rate: number(&root["success"]).map(|success| &Exact::one() - &success),
        requests: count(root, "requests")?.unwrap_or(0),
        duration: per(number(&root["duration"]), NS),
        ..Load::default()
    };
    for (name, time) in entries(latencies) {
        load.percentile(name.trim_end_matches("th"), per(number(time), NS).filter(|_| name.ends_with("th")));
    }
    Ok(load.report("vegeta")?.written(text(root, "end")))
}
