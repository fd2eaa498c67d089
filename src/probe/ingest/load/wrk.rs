//! What wrk and wrk2 print: `--latency` gives the percentiles. Errors are the answers outside 2xx and 3xx and the socket
//! errors, which wrk prints only when there are some.

use super::{Load, decimal, per, share};
use crate::model::Exact;
use crate::probe::ingest::content::Content;
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.text.trim_start().starts_with("Running ") && content.text.contains("Requests/sec:")
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let mut load = Load::default();
    let (mut errors, mut unanswered) = (0_u64, 0_u64);
    for line in content.text.lines().map(str::trim) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["Latency", mean, _, max, _] => (load.mean, load.max) = (time(mean), time(max)),
            [percent, value] if percent.ends_with('%') => {
                let percent = percent.trim_end_matches('%');
                let name =
                    if percent.contains('.') { percent.trim_end_matches('0').trim_end_matches('.') } else { percent };
                load.percentile(name, time(value));
            }
            [requests, "requests", "in", duration, ..] => {
                load.requests = count(requests)?;
                load.duration = time(duration.trim_end_matches(','));
            }
            ["Requests/sec:", rate] => load.throughput = decimal(rate),
            ["Non-2xx", "or", "3xx", "responses:", bad] => errors += count(bad)?,
            ["Socket", "errors:", rest @ ..] => unanswered += socket_errors(rest)?,
            [_, "threads", "and", connections, "connections"] => load.users = Some(count(connections)?),
            _ => {}
        }
    }
    // Requests that were not answered are not among those counted.
    let sent = load.requests.saturating_add(unanswered);
    load.error_rate = share(errors.saturating_add(unanswered), sent);
    load.report("wrk")
}

fn count(word: &str) -> Result<u64, String> {
    word.trim_end_matches(',').parse().map_err(|_| format!("says `{word}`, which is no count"))
}

/// `connect 0, read 12, write 0, timeout 3`
fn socket_errors(words: &[&str]) -> Result<u64, String> {
    let counts = words.chunks(2).filter_map(|pair| pair.get(1));
    counts.map(|word| count(word)).sum()
}

/// `635.91us`, `1.02ms`, `2.00s`, `1.50m`
fn time(word: &str) -> Option<Exact> {
    let units = [("us", 1_000_000), ("ms", 1_000), ("s", 1)];
    if let Some(minutes) = word.strip_suffix('m') {
        return decimal(minutes).map(|minutes| &minutes * &Exact::whole(60));
    }
    units.iter().find_map(|(unit, in_a_second)| per(decimal(word.strip_suffix(unit)?), *in_a_second))
}
