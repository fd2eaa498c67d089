//! `oha --json` (`--output-format json`): times in seconds. `successRate` speaks of connections only, so errors are
//! counted from the distributions: no answer, or a status from 400.

use super::{Load, number, share};
use crate::probe::ingest::content::{Content, count, entries};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.has(&["summary", "latencyPercentiles", "statusCodeDistribution"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let root = content.root();
    let summary = &root["summary"];
    let mut load = Load {
        mean: number(&summary["average"]),
        max: number(&summary["slowest"]),
        throughput: number(&summary["requestsPerSec"]),
        duration: number(&summary["total"]),
        ..Load::default()
    };
    for (name, time) in entries(&root["latencyPercentiles"]) {
        load.percentile(name.trim_start_matches('p'), number(time));
    }
    let mut failed = 0;
    for (status, _) in entries(&root["statusCodeDistribution"]) {
        let answers = count(&root["statusCodeDistribution"], status)?.unwrap_or(0);
        load.requests += answers;
        failed += if status.as_str() >= "400" { answers } else { 0 };
    }
    for (error, _) in entries(&root["errorDistribution"]) {
        let errors = count(&root["errorDistribution"], error)?.unwrap_or(0);
        load.requests += errors;
        failed += errors;
    }
    load.error_rate = share(failed, load.requests);
    load.report("oha")
}
