//! Locust's `*_stats.csv`: the row `Aggregated`, times in milliseconds, percentiles rounded by Locust itself.

use std::collections::BTreeMap;

use super::{Load, decimal, per, share};
use crate::probe::ingest::content::Content;
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    let first = content.text.lines().next().unwrap_or_default();
    first.contains("Request Count") && first.contains("Failure Count") && first.contains("95%")
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(content.text.as_bytes());
    let wrong = |fault: csv::Error| format!("is broken CSV: {fault}");
    let header = reader.headers().map_err(wrong)?.clone();
    for row in reader.records() {
        let row = row.map_err(wrong)?;
        let columns: BTreeMap<&str, &str> = header.iter().zip(row.iter()).collect();
        if columns.get("Name") == Some(&"Aggregated") {
            return of_row(&columns);
        }
    }
    Err("has no row `Aggregated`".to_owned())
}

fn of_row(columns: &BTreeMap<&str, &str>) -> Result<Report, String> {
    let of = |name: &str| columns.get(name).copied().unwrap_or_default();
    let count = |name: &str| {
        of(name).trim().parse::<u64>().map_err(|_| format!("says that `{name}` is `{}`, which is no count", of(name)))
    };
    let (requests, failed) = (count("Request Count")?, count("Failure Count")?);
    let mut load = Load {
        requests,
        mean: per(decimal(of("Average Response Time")), 1_000),
        max: per(decimal(of("Max Response Time")), 1_000),
        throughput: decimal(of("Requests/s")),
        error_rate: share(failed, requests),
        ..Load::default()
    };
    for (name, value) in columns {
        // `N/A` is no number, so there is no such percentile.
        load.percentile(name.trim_end_matches('%'), per(decimal(value), 1_000).filter(|_| name.ends_with('%')));
    }
    load.report("locust")
}
