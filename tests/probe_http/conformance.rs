//! Probe `openapi_conformance` against services that keep to their description, and such that do not.

use std::io::Write;
use std::time::Duration;

use serde_json::{Value as Json, json};
use shipworthy::model::target::Credential;
use shipworthy::model::{Observation, Unknown};

use crate::probing::server::Server;
use crate::probing::{Bench, number, texts, unobserved};

fn description() -> Json {
    let answer =
        |schema: Json| json!({"200": {"description": "", "content": {"application/json": {"schema": schema}}}});
    json!({
        "openapi": "3.1.0", "info": {"title": "Shop", "version": "1"}, "servers": [{"url": "https://shop.test/v1"}],
        "components": {"schemas": {"Order": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}}},
        "paths": {
            "/orders/{id}": {"get": {
                "security": [{"bearer": []}],
                "parameters": [{"in": "path", "name": "id", "required": true, "schema": {"type": "integer", "example": 7}}],
                "responses": answer(json!({"$ref": "#/components/schemas/Order"}))}},
            "/health": {"get": {"responses": {"204": {"description": ""}}}},
            "/find": {"get": {"parameters": [{"in": "query", "name": "q", "required": true}], "responses": answer(json!({}))}},
            "/made": {"post": {"responses": {}}},
        },
    })
}

fn serve(answer: impl Fn(&str, &str, bool) -> (u16, &'static str, String) + Send + Sync + 'static) -> Server {
    Server::new(move |head, stream| {
        let mut words = head.split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or("/"));
        let (status, kind, body) = match path {
            "/openapi.json" => (200, "application/json", description().to_string()),
            _ => answer(method, path, head.contains("Bearer right")),
        };
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
        );
        let _ = stream.write_all(format!("{head}{body}").as_bytes());
    })
}

fn try_observe(server: &Server, parameters: &str) -> Result<Observation, Unknown> {
    let bench = Bench::new().limit(Duration::from_secs(60)).target("api", &server.url(), |target| {
        target.allow_active = true;
        target.credentials.insert("default".into(), Ok(Credential::Bearer("right".into())));
    });
    bench.observe("openapi_conformance", &format!("target: api\n{parameters}"))
}

fn good(method: &str, path: &str, known: bool) -> (u16, &'static str, String) {
    match (method, path) {
        ("GET", "/v1/orders/7") if known => (200, "application/json; charset=utf-8", "{\"id\": 7}".to_owned()),
        ("GET", "/v1/orders/7") => (401, "application/json", "{}".to_owned()),
        ("GET", "/v1/health") => (204, "", String::new()),
        ("TRACE", _) => (405, "", String::new()),
        _ => (404, "", String::new()),
    }
}

const FAULTS: [&str; 7] = [
    "server_errors",
    "unanswered",
    "undocumented_status",
    "undocumented_type",
    "wrong_body",
    "unguarded",
    "undocumented_methods",
];

#[test]
fn a_service_that_keeps_to_its_description_conforms() {
    let server = serve(good);
    let seen = try_observe(&server, "").unwrap();
    for fact in FAULTS {
        assert!(texts(&seen, fact).is_empty(), "{fact}: {:?}", seen.evidence);
    }
    assert_eq!((number(&seen, "conformance"), number(&seen, "proven")), ("1".into(), "2".into()));
    assert_eq!((number(&seen, "operations"), number(&seen, "asked")), ("3".into(), "2".into()));
    assert!(texts(&seen, "open")[0].contains("nothing says a value for parameter `q`"));
    assert!(server.asked().iter().all(|head| !head.starts_with("post")));
    assert_eq!(seen.requests, server.asked().len() as u64);
}

#[test]
fn each_way_to_differ_is_told() {
    type Answer = fn(&str, &str, bool) -> (u16, &'static str, String);
    let cases: [(&str, Answer); 6] = [
        ("undocumented_status", |m, p, k| if p == "/v1/health" { (202, "", String::new()) } else { good(m, p, k) }),
        (
            "server_errors",
            |m, p, k| if m == "GET" && p == "/v1/health" { (500, "", String::new()) } else { good(m, p, k) },
        ),
        ("undocumented_type", |m, p, k| match good(m, p, k) {
            (200, _, body) => (200, "text/html", body),
            other => other,
        }),
        ("wrong_body", |m, p, k| match good(m, p, k) {
            (200, kind, _) => (200, kind, "{\"id\": \"s3cret\"}".to_owned()),
            other => other,
        }),
        ("unguarded", |m, p, _| good(m, p, true)),
        (
            "undocumented_methods",
            |m, p, k| if m == "TRACE" { (200, "message/http", String::new()) } else { good(m, p, k) },
        ),
    ];
    for (fact, answer) in cases {
        let seen = try_observe(&serve(answer), "").unwrap();
        assert!(!texts(&seen, fact).is_empty(), "{fact}: {:?}", seen.facts);
        assert_ne!(number(&seen, "conformance"), "1", "{fact}");
        assert!(!format!("{:?}", seen.evidence).contains("s3cret"));
    }
}

#[test]
fn nothing_is_proven_where_nothing_is_answered_with_success() {
    let seen = try_observe(&serve(|_, _, _| (404, "", String::new())), "").unwrap();
    assert!(!texts(&seen, "undocumented_status").is_empty());
    assert!(unobserved(&seen, "wrong_body").contains("nothing says a value"));
    let missing = Server::saying("HTTP/1.1 404 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    assert!(try_observe(&missing, "").unwrap_err().0.contains("the description at `/openapi.json` is answered 404"));
    let other = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");
    assert!(try_observe(&other, "").unwrap_err().0.contains("describes no API"));
}

#[test]
fn a_description_is_asked_for_only_with_leave() {
    let bench = Bench::new().target("api", "http://127.0.0.1:1", |_| {});
    assert!(bench.observe("openapi_conformance", "target: api\n").unwrap_err().0.contains("allow: [active]"));
    for (parameters, wrong) in [
        ("file: a.yaml\npath: /a\n", "`file` and `path` both say"),
        ("operations: 0\n", "`operations: 0` is not in 1..50"),
        ("base: api\n", "`api` does not start with `/`"),
    ] {
        let problems = Bench::new().decode_problems("openapi_conformance", &format!("target: api\n{parameters}"));
        assert!(problems.len() == 1 && problems[0].message.starts_with(wrong), "{parameters}: {problems:?}");
    }
}
