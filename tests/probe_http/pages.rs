//! Probes `resources` and `health` against pages and endpoints as services really have them.

use std::io::Write;

use shipworthy::model::{Observation, Value};

use crate::probing::server::Server;
use crate::probing::{Bench, absent, text, texts, unobserved, value};

/// Answers by path: media type, more headers, body; 404 elsewhere.
fn site(pages: &'static [(&'static str, &'static str, &'static str)]) -> Server {
    Server::new(move |head, stream| {
        let path = head.split(' ').nth(1).unwrap_or("/").to_owned();
        let found = pages.iter().find(|(at, ..)| *at == path);
        let (status, headers, body) = found.map_or((404, "content-type: text/plain", "no"), |(_, h, b)| (200, *h, *b));
        let length = body.len();
        let answer =
            format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n\r\n{body}");
        let _ = stream.write_all(answer.as_bytes());
    })
}

fn ask(server: &Server, probe: &str, more: &str) -> Observation {
    let bench = Bench::new().target("site", &server.url(), |_| {});
    bench.observe(probe, &format!("target: site\n{more}")).unwrap()
}

fn is(seen: &Observation, fact: &str) -> bool {
    value(seen, fact) == Value::Bool(true)
}

#[test]
fn a_page_is_read_and_nothing_of_others_is_asked_for() {
    let server = site(&[
        (
            "/",
            "content-type: text/html",
            "<link rel=manifest href=m.json><script src=https://cdn.invalid/vue@latest.js></script>\
             <img src=http://other.invalid/a.png><script>navigator.serviceWorker.register('/sw.js')</script>",
        ),
        ("/m.json", "content-type: application/json", "{\"name\": \"Shop\"}"),
        ("/sw.js", "content-type: text/plain\r\ncache-control: max-age=9999999", "self"),
    ]);
    let seen = ask(&server, "resources", "");
    assert_eq!(texts(&seen, "floating"), ["https://cdn.invalid/vue@latest.js"]);
    assert_eq!(texts(&seen, "insecure"), ["http://other.invalid/a.png"]);
    assert!(is(&seen, "manifest") && texts(&seen, "manifest_problems").contains(&"start_url".to_owned()));
    assert_eq!(texts(&seen, "worker_problems"), ["no script", "kept longer than a day"]);
    assert_eq!((seen.requests, server.asked().len()), (3, 3));
}

#[test]
fn what_is_no_page_or_names_no_manifest_says_nothing_of_it() {
    let server = site(&[("/", "content-type: text/html", "<p>"), ("/api", "content-type: application/json", "{}")]);
    let plain = ask(&server, "resources", "");
    assert!(!is(&plain, "manifest") && absent(&plain, "manifest_problems") && !is(&plain, "worker"));
    let data = ask(&server, "resources", "path: /api\n");
    assert!(!is(&data, "html") && unobserved(&data, "insecure").contains("is no page"));
    let gone = site(&[("/", "content-type: text/html", "<link rel=manifest href=/m.json>")]);
    assert_eq!(texts(&ask(&gone, "resources", ""), "manifest_problems"), ["status 404"]);
}

#[test]
fn liveness_and_readiness_are_found_where_they_usually_are() {
    let two = site(&[
        ("/livez", "cache-control: no-store", "ok"),
        ("/readyz", "cache-control: no-store", "{\"status\": \"UP\"}"),
    ]);
    let seen = ask(&two, "health", "");
    assert!(is(&seen, "found") && is(&seen, "distinct") && !is(&seen, "cached") && !is(&seen, "contradicts"));
    assert_eq!((text(&seen, "liveness").as_str(), text(&seen, "readiness").as_str()), ("/livez", "/readyz"));
    assert_eq!(seen.requests, 7);
    let one = ask(&site(&[("/up", "age: 9", "green")]), "health", "");
    assert!(is(&one, "found") && !is(&one, "distinct") && is(&one, "cached"));
    assert!(matches!(value(&one, "time"), Value::Number(time) if time.to_f64() > 0.0));
    let half = ask(&site(&[("/ready", "", "ok")]), "health", "liveness: /live\nreadiness: /ready\n");
    assert!(is(&half, "found") && absent(&half, "liveness"), "the other endpoint does not stand in");
    assert_eq!(text(&half, "readiness"), "/ready");
}

#[test]
fn a_page_for_every_path_is_no_health() {
    let app = Server::saying(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 3\r\nconnection: close\r\n\r\n<p>",
    );
    let seen = ask(&app, "health", "");
    assert!(!is(&seen, "found") && absent(&seen, "liveness") && absent(&seen, "time"));
    assert!(absent(&seen, "cached") && absent(&seen, "contradicts"), "nothing was seen that could be so");
    let text = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
    assert!(!is(&ask(&text, "health", ""), "found"), "what every path gets proves nothing");
}

#[test]
fn a_service_that_says_it_is_down_has_an_endpoint_that_says_so() {
    let down = Server::new(|head, stream| {
        let body = "{\"status\": \"DOWN\"}";
        let status = if head.starts_with("GET /ready ") { 503 } else { 404 };
        let length = body.len();
        let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
        let _ = stream.write_all(answer.as_bytes());
    });
    let seen = ask(&down, "health", "readiness: /ready\n");
    assert!(is(&seen, "found") && !is(&seen, "contradicts"));
}
