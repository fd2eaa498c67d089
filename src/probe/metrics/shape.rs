//! What a scrape shows about how a service is instrumented: the four golden signals (SRE book ch. 6) and the hygiene of
//! names and labels (Prometheus documentation, "Metric and label naming").

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::parse::{Sample, Scrape};

/// Words in the names of metrics that count work: OpenTelemetry semantic conventions and the client libraries' own.
const WORK: &str = r"(^|_)(requests?|rpcs?|handled|http|grpc|jobs?|tasks?|messages?|events?|commands?|queries)(_|$)";
/// Words in the names of metrics that measure how long work takes.
const TIME: &str = r"(^|_)(duration|latency|time|seconds|milliseconds|ms)(_|$)";
/// Words in the names of metrics that tell how full something is.
const FULLNESS: &str =
    r"(^|_)(in_?flight|active|pool|queue|queued|backlog|pending|connections|utilization|limit|threads|workers)(_|$)";
/// Metrics of a runtime say nothing about its work.
const RUNTIME: &str = r"^(go|jvm|python|process|nodejs|dotnet|ruby|php|promhttp|scrape|tokio)_";
/// Labels that tell whether work succeeded.
const RESULTS: [&str; 9] = [
    "code",
    "status",
    "status_code",
    "http_status",
    "http_response_status_code",
    "grpc_code",
    "result",
    "outcome",
    "error",
];
/// Values that no label may have: they are as many as there are users, orders or requests.
const IDENTITY: &str = r"(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$|^[^@\s]+@[^@\s]+\.[a-z]{2,}$|/[0-9]{2,}(/|$)|/[0-9a-f]{8}-[0-9a-f]{4}-";

fn pattern(text: &'static str) -> Regex {
    Regex::new(text).expect("a fixed pattern; the tests use each")
}

static IS_WORK: LazyLock<Regex> = LazyLock::new(|| pattern(WORK));
static IS_TIME: LazyLock<Regex> = LazyLock::new(|| pattern(TIME));
static IS_FULLNESS: LazyLock<Regex> = LazyLock::new(|| pattern(FULLNESS));
static IS_RUNTIME: LazyLock<Regex> = LazyLock::new(|| pattern(RUNTIME));
static IS_IDENTITY: LazyLock<Regex> = LazyLock::new(|| pattern(IDENTITY));

/// What a scrape shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// A counter of work.
    pub(super) traffic: Option<String>,
    /// A counter of work that tells success from failure.
    pub(super) errors: Option<String>,
    /// A histogram or summary of how long work takes.
    pub(super) latency: Option<String>,
    /// A gauge of memory or processor time, or of how full something is.
    pub(super) saturation: Option<String>,
    /// Counters whose name does not end in `_total`.
    pub(super) misnamed: Vec<String>,
    /// The label with the most values, and how many.
    pub(super) widest: Option<(String, usize)>,
    /// Labels whose values are identities: `metric{label}`.
    pub(super) identities: Vec<String>,
    /// Names of all families.
    pub(super) families: BTreeSet<String>,
}

/// Looks at a scrape.
pub(super) fn shape(scrape: &Scrape) -> Shape {
    let mut shape = Shape::default();
    let mut values: BTreeMap<(String, &str), BTreeSet<&str>> = BTreeMap::new();
    for sample in &scrape.samples {
        let family = family(sample, &scrape.types);
        let kind = scrape.types.get(&family).map_or("untyped", String::as_str);
        shape.signal(&family, kind, sample);
        for (label, value) in sample.labels.iter().filter(|(label, _)| !matches!(label.as_str(), "le" | "quantile")) {
            values.entry((family.clone(), label)).or_default().insert(value);
        }
        if !shape.families.contains(&family) {
            if kind == "counter" && !sample.name.ends_with("_total") && !sample.name.ends_with("_created") {
                shape.misnamed.push(family.clone());
            }
            shape.families.insert(family);
        }
    }
    shape.widest = values
        .iter()
        .map(|((family, label), values)| (format!("{family}{{{label}}}"), values.len()))
        .max_by(|(a, m), (b, n)| m.cmp(n).then(b.cmp(a)));
    let identities = values.iter().filter(|(_, values)| values.iter().any(|value| IS_IDENTITY.is_match(value)));
    shape.identities = identities.map(|((family, label), _)| format!("{family}{{{label}}}")).collect();
    shape
}

/// `http_seconds_bucket` of a histogram belongs to `http_seconds`.
fn family(sample: &Sample, types: &BTreeMap<String, String>) -> String {
    if types.contains_key(&sample.name) {
        return sample.name.clone();
    }
    let suffixes = ["_bucket", "_sum", "_count", "_total", "_created", "_info"];
    let stems = suffixes.iter().filter_map(|suffix| sample.name.strip_suffix(suffix));
    stems.into_iter().find(|stem| types.contains_key(*stem)).unwrap_or(&sample.name).to_owned()
}

impl Shape {
    fn signal(&mut self, family: &str, kind: &str, sample: &Sample) {
        let first = |slot: &mut Option<String>| {
            slot.get_or_insert_with(|| family.to_owned());
        };
        let timed = matches!(kind, "histogram" | "summary");
        let of_the_runtime = IS_RUNTIME.is_match(family);
        if !of_the_runtime && IS_WORK.is_match(family) && (kind == "counter" || timed) {
            first(&mut self.traffic);
            if RESULTS.iter().any(|label| sample.labels.contains_key(*label)) {
                first(&mut self.errors);
            }
        }
        if !of_the_runtime && timed && IS_TIME.is_match(family) {
            first(&mut self.latency);
        }
        let resource = family.contains("memory") || family.contains("cpu");
        if resource || (kind == "gauge" && !of_the_runtime && IS_FULLNESS.is_match(family)) {
            first(&mut self.saturation);
        }
        if !of_the_runtime && kind == "counter" && (family.contains("error") || family.contains("fail")) {
            first(&mut self.errors);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const SERVICE: &str = "# TYPE http_requests_total counter\nhttp_requests_total{code=\"200\",path=\"/a\"} 5\n\
        # TYPE http_request_duration_seconds histogram\nhttp_request_duration_seconds_bucket{le=\"+Inf\"} 5\n\
        http_request_duration_seconds_sum 1\nhttp_request_duration_seconds_count 5\n\
        # TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes 1e8\n";

    #[test]
    fn the_four_signals_are_found_by_name_type_and_label() {
        let shape = shape(&Scrape::of(SERVICE));
        assert_eq!(shape.traffic.as_deref(), Some("http_requests_total"));
        assert_eq!(shape.errors.as_deref(), Some("http_requests_total"));
        assert_eq!(shape.latency.as_deref(), Some("http_request_duration_seconds"));
        assert_eq!(shape.saturation.as_deref(), Some("process_resident_memory_bytes"));
        assert_eq!(shape.families.len(), 3);
        assert!(shape.misnamed.is_empty() && shape.identities.is_empty());
    }

    #[test]
    fn a_runtime_s_own_metrics_are_no_signals_of_work() {
        let text = "# TYPE go_gc_duration_seconds summary\ngo_gc_duration_seconds{quantile=\"0\"} 1\n\
            # TYPE promhttp_metric_handler_requests_total counter\npromhttp_metric_handler_requests_total{code=\"200\"} 1\n";
        let shape = shape(&Scrape::of(text));
        assert_eq!((shape.traffic, shape.errors, shape.latency), (None, None, None));
    }

    #[test]
    fn identities_wide_labels_and_misnamed_counters_are_named() {
        let text = "# TYPE hits counter\nhits{user=\"a@b.example\",path=\"/orders/1234\",kind=\"x\"} 1\n\
            hits{user=\"c@d.example\",path=\"/orders/1235\",kind=\"x\"} 1\n";
        let shape = shape(&Scrape::of(text));
        assert_eq!(shape.identities, ["hits{path}", "hits{user}"]);
        assert_eq!((shape.misnamed, shape.widest), (vec!["hits".to_owned()], Some(("hits{path}".to_owned(), 2))));
    }

    #[test]
    fn openmetrics_families_are_named_without_their_suffix() {
        let text = "# TYPE http_requests counter\nhttp_requests_total{status=\"200\"} 1\n# EOF\n";
        let shape = shape(&Scrape::of(text));
        assert_eq!(shape.traffic.as_deref(), Some("http_requests"));
        assert!(shape.misnamed.is_empty());
    }
}
