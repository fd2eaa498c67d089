//! Probes `promql` and `metrics` against a real Prometheus.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use shipworthy::model::{Fact, Observation, Unknown, Value};

use crate::probing::{Bench, number, texts, unobserved, value};
use crate::servers::{Running, prometheus};

static SERVER: LazyLock<Running> = LazyLock::new(prometheus::start);

fn ask(probe: &str, params: &str) -> Result<Observation, Unknown> {
    let url = format!("http://127.0.0.1:{}", SERVER.port);
    let mut bench = Bench::new().target("prometheus", &url, |_| ());
    bench.world.now = jiff::Timestamp::now();
    bench.observe(probe, &format!("target: prometheus\n{params}"))
}

/// Asks until the fact is there: the first scrape takes a second.
fn ask_until(fact: &str, params: &str) -> Observation {
    let begun = Instant::now();
    loop {
        let seen = ask("promql", params).unwrap();
        if matches!(seen.facts.get(fact), Fact::Present(_)) {
            return seen;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", seen.facts.get(fact));
        std::thread::sleep(Duration::from_millis(300));
    }
}

#[test]
fn an_expression_has_its_value_now_and_over_a_time() {
    assert_eq!(number(&ask_until("value", "query: up\n"), "value"), "1");
    let over = ask_until("share", "query: up\nover: 3 s\n");
    assert_eq!((number(&over, "share").as_str(), number(&over, "min").as_str()), ("1", "1"));
    let month = ask("promql", "query: up\nover: 30 d\n").unwrap();
    let reason = unobserved(&month, "share");
    assert!(reason.starts_with("data reach back ") && reason.ends_with(", 30 d are due"), "{reason}");
}

#[test]
fn what_prometheus_refuses_is_unknown_with_its_own_words() {
    let reason = ask("promql", "query: sum(\n").unwrap_err().0;
    assert!(reason.contains("parse error"), "{reason}");
    assert!(ask("promql", "query: sum(\nover: 1 h\n").unwrap_err().0.contains("parse error"));
}

#[test]
fn its_own_metrics_are_read_without_a_fault() {
    let seen =
        ask("metrics", "series: 'prometheus_http_request_duration_seconds{handler=\"/metrics\"}'\nquantile: 0.9\n")
            .unwrap();
    assert_eq!(number(&seen, "faults"), "0");
    assert!(texts(&seen, "families").contains(&"go_goroutines".to_owned()));
    for signal in ["traffic", "errors", "latency", "saturation"] {
        assert_eq!(value(&seen, signal), Value::Bool(true), "{signal}: {:?}", seen.evidence);
    }
}
