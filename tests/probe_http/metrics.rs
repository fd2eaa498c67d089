//! Probe `metrics` against servers that export as the formats say, or otherwise.

use std::sync::atomic::{AtomicU64, Ordering};

use shipworthy::model::{Exact, Observation, Unknown, Value};

use crate::probing::server::{Server, closed_port};
use crate::probing::{Bench, absent, number, text, texts, unobserved, value};

const SERVICE: &str = "# HELP http_requests_total Requests.\n# TYPE http_requests_total counter\n\
    http_requests_total{code=\"200\"} 980\nhttp_requests_total{code=\"500\"} 20\n\
    # TYPE http_request_duration_seconds histogram\n\
    http_request_duration_seconds_bucket{le=\"0.1\"} 900\nhttp_request_duration_seconds_bucket{le=\"0.5\"} 995\n\
    http_request_duration_seconds_bucket{le=\"+Inf\"} 1000\nhttp_request_duration_seconds_sum 55\n\
    http_request_duration_seconds_count 1000\n# TYPE cache_hits gauge\ncache_hits 90\ncache_lookups 100\n\
    process_resident_memory_bytes 2.5e+08\n";

fn exporting(text: &str) -> Server {
    let kind = "text/plain; version=0.0.4";
    Server::saying(format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{text}", text.len()))
}

fn ask(server: &Server, params: &str) -> Result<Observation, Unknown> {
    Bench::new().target("api", &server.url(), |_| ()).observe("metrics", &format!("target: api\n{params}"))
}

fn is(seen: &Observation, fact: &str) -> bool {
    value(seen, fact) == Value::Bool(true)
}

#[test]
fn a_ratio_of_two_selections_is_a_share() {
    let server = exporting(SERVICE);
    let seen = ask(&server, "series: 'http_requests_total{code=~\"5..\"}'\nof: http_requests_total\n").unwrap();
    assert_eq!((number(&seen, "ratio").as_str(), number(&seen, "matched").as_str()), ("1/50", "1"));
    let hits = ask(&server, "series: cache_hits\nof: cache_lookups\n").unwrap();
    assert_eq!(number(&hits, "ratio"), "9/10");
    assert!(server.asked()[0].contains("get /metrics http/1.1"));
}

#[test]
fn values_sums_and_quantiles_are_facts() {
    let server = exporting(SERVICE);
    let seen = ask(&server, "series: http_requests_total\n").unwrap();
    assert_eq!(
        (number(&seen, "sum"), number(&seen, "max"), number(&seen, "min")),
        ("1000".into(), "980".into(), "20".into())
    );
    assert!(unobserved(&seen, "value").contains("2 series"));
    assert_eq!(number(&ask(&server, "series: process_resident_memory_bytes\n").unwrap(), "value"), "250000000");
    let p99 = ask(&server, "series: http_request_duration_seconds\nquantile: 0.99\n").unwrap();
    let Value::Number(p99) = value(&p99, "quantile") else { panic!() };
    assert_eq!(p99, Exact::ratio(91u32, 190u32).unwrap());
    let none = ask(&server, "series: nothing_total\n").unwrap();
    assert!(absent(&none, "value") && absent(&none, "sum") && number(&none, "matched") == "0");
}

#[test]
fn the_golden_signals_are_told_by_name_type_and_label() {
    let seen = ask(&exporting(SERVICE), "").unwrap();
    for signal in ["traffic", "errors", "latency", "saturation"] {
        assert!(is(&seen, signal), "{signal}");
    }
    assert_eq!((text(&seen, "format").as_str(), number(&seen, "faults").as_str()), ("prometheus", "0"));
    assert!(texts(&seen, "families").contains(&"http_request_duration_seconds".to_owned()));
    let note = seen.evidence[0].note.as_deref().unwrap();
    assert!(note.contains("latency: http_request_duration_seconds"), "{note}");
}

#[test]
fn growth_is_what_happens_between_two_scrapes() {
    let calls = AtomicU64::new(0);
    let server = Server::new(move |_, stream| {
        let call = calls.fetch_add(1, Ordering::Relaxed);
        let body = format!("jobs_total{{ok=\"yes\"}} {}\njobs_total{{ok=\"no\"}} {}\n", 100 + 30 * call, 5 + 10 * call);
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        let _ = std::io::Write::write_all(stream, answer.as_bytes());
    });
    let seen = ask(&server, "series: 'jobs_total{ok=\"no\"}'\nof: jobs_total\nbetween: 200 ms\n").unwrap();
    assert_eq!((number(&seen, "growth").as_str(), number(&seen, "ratio").as_str()), ("10", "1/4"));
    let Value::Number(rate) = value(&seen, "rate") else { panic!() };
    assert!(rate > Exact::zero() && rate <= Exact::whole(50), "{rate}");
    assert_eq!(seen.requests, 2);
}

#[test]
fn what_is_no_scrape_has_no_figures() {
    let page = Server::saying(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 20\r\n\r\n<html>\n<body> hello\n",
    );
    let seen = ask(&page, "series: up\n").unwrap();
    assert!(absent(&seen, "format") && number(&seen, "faults") == "2" && !is(&seen, "traffic"));
    let missing = Server::saying("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    let seen = ask(&missing, "series: up\nbetween: 1 s\n").unwrap();
    assert_eq!((number(&seen, "status").as_str(), unobserved(&seen, "sum").as_str()), ("404", "status 404"));
    let bench = Bench::new().target("api", &format!("http://127.0.0.1:{}", closed_port()), |_| ());
    let seen = bench.observe("metrics", "target: api\n").unwrap();
    assert_eq!((is(&seen, "reachable"), text(&seen, "error").as_str()), (false, "refused"));
}

#[test]
fn wrong_parameters_are_said_where_they_stand() {
    let bench = Bench::new();
    for (params, message) in [
        ("series: rate(x[5m])\n", "`rate(x[5m])` is not the name of a metric"),
        ("series: a\nquantile: 99\n", "`99` is not a quantile"),
        ("quantile: 0.5\n", "`quantile` needs `series`"),
        ("series: a\nbetween: 2 h\n", "`between: 2 h` is too short or too long"),
        ("path: metrics\n", "path `metrics` does not start with `/`"),
    ] {
        let problems = bench.decode_problems("metrics", &format!("target: api\n{params}"));
        assert_eq!(problems[0].message, message);
    }
}

#[test]
fn a_process_that_has_just_started_is_given_something_to_count() {
    let served = AtomicU64::new(0);
    let server = Server::new(move |head, stream| {
        let text = match head.starts_with("GET /metrics") {
            true if served.load(Ordering::SeqCst) > 0 => SERVICE,
            true => "process_resident_memory_bytes 2.5e+08\n",
            false => {
                served.fetch_add(1, Ordering::SeqCst);
                "Harbour"
            }
        };
        let kind = "text/plain; version=0.0.4";
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", text.len());
        let _ = std::io::Write::write_all(stream, format!("{head}{text}").as_bytes());
    });
    assert!(!is(&ask(&server, "").unwrap(), "traffic"));
    let seen = ask(&server, "traffic: /berths\n").unwrap();
    assert!(is(&seen, "traffic") && is(&seen, "saturation"), "{:?} {:?}", seen.facts, server.asked());
    assert_eq!(seen.requests, 5, "{:?}", server.asked());
    let again = ask(&server, "traffic: /berths\n").unwrap();
    assert_eq!(again.requests, 1, "work is counted already");
}
