//! Which kind of symptom an alert speaks of, by the metrics and functions in its expression and its name.

use std::sync::LazyLock;

use regex::Regex;

/// Kinds of symptom (catalogue: error ratio, latency, absence, saturation, certificate or backup age), by name. Processor
/// load is a cause and none of them.
pub(super) const KINDS: [&str; 5] = ["absence", "errors", "expiry", "latency", "saturation"];

static PATTERNS: LazyLock<[Regex; 5]> = LazyLock::new(|| {
    [
        r"\babsent(_over_time)?\s*\(|\bup\b[^|]*(==\s*0|<\s*1)|probe_success|(?i:\bdown\b)",
        r#"(?i)error|fail|5\.\.|5xx|"5|exception|unsuccessful"#,
        r"(?i)cert[a-z_]*(expir|not_?after)|x509|ssl_earliest|backup|snapshot_age",
        r"(?i)histogram_quantile|latency|duration|response_time|_seconds_(bucket|sum)|slow",
        r"(?i)filesystem|disk|memory|queue|pool|backlog|\blag\b|_lag|heap|inflight|in_flight|saturat|connections|quota",
    ]
    .map(|pattern| Regex::new(pattern).expect("a fixed pattern"))
});

/// The kinds that a text of name and expression speaks of, as positions in [`KINDS`].
pub(super) fn symptoms(text: &str) -> impl Iterator<Item = usize> {
    PATTERNS.iter().enumerate().filter(move |(_, pattern)| pattern.is_match(text)).map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(expression: &str) -> Vec<&'static str> {
        symptoms(expression).map(|at| KINDS[at]).collect()
    }

    #[test]
    fn expressions_are_sorted_by_what_users_notice() {
        assert_eq!(kinds("up{job=\"shop\"} == 0"), ["absence"]);
        assert_eq!(kinds("absent(http_requests_total)"), ["absence"]);
        assert_eq!(kinds("sum(rate(http_requests_total{code=~\"5..\"}[5m])) > 0.01"), ["errors"]);
        assert_eq!(kinds("histogram_quantile(0.99, rate(x_seconds_bucket[5m])) > 1"), ["latency"]);
        assert_eq!(kinds("node_filesystem_avail_bytes < 10"), ["saturation"]);
        assert_eq!(kinds("probe_ssl_earliest_cert_expiry - time() < 86400"), ["expiry"]);
        assert!(kinds("rate(process_cpu_seconds_total[5m]) > 0.8").is_empty(), "a cause");
    }
}
