//! Probe `rate_limit` against services that refuse, count, slow down and break.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use shipworthy::model::target::{Credential, Login};
use shipworthy::model::{Observation, Value};

use crate::probing::server::Server;
use crate::probing::{Bench, absent, number, texts, unobserved, value};

/// Answers the n-th request, counted from 1.
fn counting(answer: impl Fn(u64) -> String + Send + Sync + 'static) -> Server {
    let count = AtomicU64::new(0);
    Server::new(move |_, stream| {
        let text = answer(count.fetch_add(1, Ordering::SeqCst) + 1);
        let _ = stream.write_all(text.as_bytes());
    })
}

fn answer(status: u16, headers: &str) -> String {
    format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n{headers}\r\n")
}

fn observe(server: &Server, parameters: &str) -> Observation {
    let bench = Bench::new().limit(Duration::from_secs(60)).target("api", &server.url(), |target| {
        target.allow_active = true;
    });
    bench.observe("rate_limit", &format!("target: api\n{parameters}")).unwrap()
}

fn is_limited(seen: &Observation) -> bool {
    value(seen, "limited") == Value::Bool(true)
}

#[test]
fn it_stops_at_the_first_refusal_and_reads_what_it_says() {
    let server = counting(|n| if n <= 12 { answer(200, "") } else { answer(429, "retry-after: 300\r\n") });
    let seen = observe(&server, "");
    assert!(is_limited(&seen));
    assert_eq!(number(&seen, "limited_after"), "12");
    assert_eq!((number(&seen, "retry_after"), number(&seen, "status")), ("300".into(), "429".into()));
    assert_eq!(value(&seen, "tells_when"), Value::Bool(true));
    assert!(unobserved(&seen, "resets").contains("not waited for"));
    assert!(server.asked().len() <= 16, "{} requests", server.asked().len());
    assert_eq!(seen.requests, server.asked().len() as u64);
}

#[test]
fn that_no_limit_was_met_is_not_that_there_is_none() {
    let server = counting(|_| answer(200, ""));
    let seen = observe(&server, "");
    assert!(unobserved(&seen, "limited").contains("no limit seen in 30 requests"));
    assert!(unobserved(&seen, "limited_after").contains("no limit seen"));
    assert_eq!((number(&seen, "served").as_str(), server.asked().len()), ("30", 30));
    assert!(absent(&seen, "limit") && texts(&seen, "headers").is_empty());
}

#[test]
fn a_counter_that_falls_is_a_limit_after_two_requests() {
    let counts = |n: u64| answer(200, &format!("ratelimit-limit: 1000\r\nratelimit-remaining: {}\r\n", 1000 - n));
    let server = counting(counts);
    let seen = observe(&server, "");
    assert!(is_limited(&seen) && value(&seen, "tells_when") == Value::Bool(true));
    assert_eq!((number(&seen, "limit"), number(&seen, "remaining")), ("1000".into(), "999".into()));
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn an_announced_limit_that_does_not_hold_is_none() {
    let server = counting(|_| answer(200, "ratelimit-policy: \"d\";q=10;w=3600\r\n"));
    let seen = observe(&server, "");
    assert_eq!(value(&seen, "limited"), Value::Bool(false));
    assert_eq!((number(&seen, "limit"), number(&seen, "window")), ("10".into(), "3600".into()));
    let note = seen.evidence.last().unwrap().note.clone().unwrap();
    assert!(note.contains("although it announces 10"), "{note}");
}

#[test]
fn a_limit_is_lifted_again_after_the_wait_it_asks_for() {
    let server = counting(|n| if n == 3 { answer(429, "retry-after: 0\r\n") } else { answer(200, "") });
    assert_eq!(value(&observe(&server, ""), "resets"), Value::Bool(true));
    let server = counting(|n| if n >= 3 { answer(429, "retry-after: 0\r\n") } else { answer(200, "") });
    assert_eq!(value(&observe(&server, ""), "resets"), Value::Bool(false));
}

#[test]
fn a_service_that_breaks_did_not_limit() {
    let server = counting(|n| if n <= 7 { answer(200, "") } else { answer(500, "") });
    let seen = observe(&server, "");
    assert_eq!((value(&seen, "limited"), value(&seen, "broke")), (Value::Bool(false), Value::Bool(true)));
    assert!(server.asked().len() <= 11);
}

#[test]
fn other_ends_say_nothing_of_a_limit() {
    for (status, headers, reason) in
        [(503, "retry-after: 9\r\n", "sheds load"), (403, "", "firewall"), (404, "", "changed to 404")]
    {
        let server = counting(move |n| if n <= 3 { answer(200, "") } else { answer(status, headers) });
        let seen = observe(&server, "");
        assert!(unobserved(&seen, "limited").contains(reason), "{status}");
        assert!(server.asked().len() <= 11, "{status}");
    }
    let missing = counting(|_| answer(404, ""));
    assert!(unobserved(&observe(&missing, ""), "limited").contains("the first answer is 404"));
    assert_eq!(missing.asked().len(), 1);
}

#[test]
fn a_burst_needs_a_target_that_allows_it() {
    let server = counting(|_| answer(200, ""));
    let bench = Bench::new().target("api", &server.url(), |_| {});
    let refused = bench.observe("rate_limit", "target: api\n").unwrap_err();
    assert!(refused.0.contains("allow: [active]"), "{}", refused.0);
    assert!(server.asked().is_empty());
    let problems = Bench::new().decode_problems("rate_limit", "target: api\nrequests: 1000\n");
    assert!(problems[0].message.contains("is not in 2..200"), "{problems:?}");
}

#[test]
fn one_login_serves_all_requests_of_a_round() {
    let server = Server::new(|head, stream| {
        let token = "content-type: application/json\r\ncontent-length: 24\r\nconnection: close\r\n\r\n{\"token\":\"t0ken-of-ada\"}";
        let text = if head.starts_with("POST") { format!("HTTP/1.1 200 OK\r\n{token}") } else { answer(200, "") };
        let _ = stream.write_all(text.as_bytes());
    });
    let login = Login { path: "/login".into(), page: None, fields: [].into(), json: true, token: Some("token".into()) };
    let bench = Bench::new().limit(Duration::from_secs(60)).target("api", &server.url(), |target| {
        target.allow_active = true;
        target.credentials.insert("ada".into(), Ok(Credential::Login(login)));
    });
    let seen = bench.observe("rate_limit", "target: api\ncredentials: ada\nrequests: 10\n").unwrap();
    let asked = server.asked();
    assert_eq!(asked.iter().filter(|head| head.starts_with("post /login")).count(), 1);
    assert_eq!(asked.iter().filter(|head| head.contains("bearer t0ken-of-ada")).count(), 10);
    assert_eq!(seen.requests, 11);
}
