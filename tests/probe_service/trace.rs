//! Probe `trace`, against answers of Jaeger and Tempo as their documentation gives them.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use shipworthy::model::{Observation, Unknown, Value};

use crate::probing::server::Server;
use crate::probing::{Bench, absent, number, texts, value};

const SERVICES: &str = r#"{"data": ["shop", "billing"], "total": 2, "limit": 0, "offset": 0, "errors": null}"#;
const TRACE: &str = r#"{"data": [{"traceID": "x", "spans": [{"spanID": "1"}, {"spanID": "2"}],
    "processes": {"p1": {"serviceName": "shop"}}}], "total": 0}"#;
const NONE: &str = r#"{"data": null, "errors": [{"code": 404, "msg": "trace not found"}]}"#;

fn answer(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

/// A Jaeger that knows a trace from the second look on.
fn jaeger() -> Server {
    let looks = Arc::new(AtomicUsize::new(0));
    Server::new(move |head, stream| {
        let body = match head.split(' ').nth(1).unwrap_or_default() {
            "/api/services" => answer(200, SERVICES),
            path if path.starts_with("/api/traces/") && looks.fetch_add(1, Ordering::SeqCst) > 0 => answer(200, TRACE),
            _ => answer(404, NONE),
        };
        let _ = stream.write_all(body.as_bytes());
    })
}

fn ask(store: &Server, service: &Server, params: &str) -> Result<Observation, Unknown> {
    let bench = Bench::new().target("store", &store.url(), |_| ()).target("api", &service.url(), |_| ());
    bench.observe("trace", &format!("target: store\n{params}"))
}

#[test]
fn the_trace_of_a_request_is_found_by_its_id() {
    let (store, service) = (jaeger(), Server::saying(answer(200, "ok")));
    let seen = ask(&store, &service, "request: { target: api, path: /health }\nwithin: 20 s\n").unwrap();
    assert_eq!(texts(&seen, "services"), ["billing", "shop"]);
    assert!(value(&seen, "found") == Value::Bool(true) && number(&seen, "request.status") == "200");
    assert_eq!((number(&seen, "spans").as_str(), texts(&seen, "trace.services")), ("2", vec!["shop".to_owned()]));
    let sent = service.asked().remove(0);
    let id = sent.split("traceparent: 00-").nth(1).unwrap().split('-').next().unwrap().to_owned();
    assert!(id.len() == 32 && store.asked().iter().any(|head| head.contains(&format!("/api/traces/{id} "))), "{id}");
    assert_eq!(seen.requests, 4);
}

#[test]
fn a_trace_that_does_not_come_is_told_from_one_that_could_not_be_looked_for() {
    let nothing = Server::new(|head, stream| {
        let body = if head.contains("/api/services") { answer(200, SERVICES) } else { answer(404, "trace not found") };
        let _ = stream.write_all(body.as_bytes());
    });
    let service = Server::saying(answer(200, "ok"));
    let seen = ask(&nothing, &service, "request: { target: api }\nwithin: 1 s\n").unwrap();
    assert!(value(&seen, "found") == Value::Bool(false) && absent(&seen, "spans"));
    let broken = Server::saying(answer(500, "no"));
    assert!(ask(&broken, &service, "").unwrap_err().0.contains("not JSON"));
    let mute = Server::new(|_, _| ());
    let lost = ask(&jaeger(), &mute, "request: { target: api }\n").unwrap_err();
    assert!(lost.0.contains("the request to be traced was not answered"), "{}", lost.0);
}

#[test]
fn tempo_is_asked_in_its_own_words() {
    let store = Server::new(|head, stream| {
        let body = if head.contains("/api/search/tag/service.name/values") {
            answer(200, r#"{"tagValues": ["shop"]}"#)
        } else {
            let batch = r#"{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
                "scopeSpans": [{"spans": [{"name": "GET /"}]}]}"#;
            answer(200, &format!(r#"{{"batches": [{batch}]}}"#))
        };
        let _ = stream.write_all(body.as_bytes());
    });
    let service = Server::saying(answer(200, "ok"));
    let seen = ask(&store, &service, "api: tempo\nrequest: { target: api }\n").unwrap();
    assert!(value(&seen, "found") == Value::Bool(true) && number(&seen, "spans") == "1");
    assert!(store.asked().iter().all(|head| head.contains("accept: application/json")));
    let only = ask(&store, &service, "api: tempo\n").unwrap();
    assert!(texts(&only, "services") == ["shop"] && only.requests == 1);
}
