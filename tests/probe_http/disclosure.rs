//! Probe `disclosure` against what frameworks really answer: `fixtures/disclosure` has the answers of Django 5.2, Flask 3,
//! FastAPI, Express 4, PHP 8.2, Sinatra 3 and Go 1.19 to a handler that fails and to a page that is not there, shortened.

use std::path::Path;

use shipworthy::model::Observation;

use crate::probing::server::Server;
use crate::probing::{Bench, number, texts, unobserved};

fn answer(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/disclosure").join(format!("{name}.http"));
    let text = std::fs::read_to_string(file).unwrap();
    let (head, body) = text.split_once("\n\n").unwrap();
    format!("{}\r\nconnection: close\r\n\r\n{body}", head.replace('\n', "\r\n"))
}

fn seen(server: &Server, params: &str) -> Observation {
    let bench = Bench::new().target("app", &server.url(), |target| target.allow_active = true);
    bench.observe("disclosure", &format!("target: app\n{params}")).unwrap()
}

/// What the probe says of a framework whose pages are all this one.
fn of(name: &str) -> Observation {
    seen(&Server::saying(answer(name)), "")
}

#[test]
fn a_handler_that_fails_shows_its_trace_in_each_framework() {
    for (name, traces) in [
        ("django-500", &["Python traceback"][..]),
        ("flask-debug", &["Python traceback"]),
        ("fastapi-debug", &["Python traceback"]),
        ("express-500", &["Node.js stack trace"]),
        ("php-fatal", &["PHP error"]),
        ("php-warn", &["PHP error"]),
        ("sinatra", &["Ruby backtrace"]),
        ("go", &["Go panic"]),
    ] {
        // PHP goes on with 200, so there may be no error to look at
        assert_eq!(texts(&of(name), "traces"), traces, "{name}");
    }
}

#[test]
fn a_page_for_developers_is_told_from_a_page_of_the_framework() {
    for (name, debug, default) in [
        ("django-500", &["Django debug page"][..], &[][..]),
        ("django-404", &["Django debug page"], &[]),
        ("flask-debug", &["Werkzeug debugger"], &[]),
        ("flask-404", &[], &["Werkzeug"]),
        ("flask-prod", &[], &[]),
        ("express-404", &[], &["Express"]),
        ("fastapi-404", &[], &[]),
    ] {
        let seen = of(name);
        assert_eq!(texts(&seen, "debug_pages"), debug, "{name}");
        assert_eq!(texts(&seen, "default_pages"), default, "{name}");
    }
}

#[test]
fn source_files_and_versions_are_named_as_they_are_shown() {
    let django = of("django-500");
    assert_eq!(texts(&django, "source_paths"), ["/srv/shop/dj.py"]);
    assert_eq!(texts(&django, "versions"), ["server: WSGIServer/0.2 CPython/3.11.7"]);
    assert_eq!(texts(&of("php-warn"), "versions"), ["x-powered-by: PHP/8.2.36"]);
    let clean = of("fastapi-404");
    for fact in ["traces", "debug_pages", "database_errors", "source_paths", "default_pages", "versions"] {
        assert!(texts(&clean, fact).is_empty(), "{fact}");
    }
}

#[test]
fn without_an_error_nothing_is_known_but_the_headers() {
    let server =
        Server::saying("HTTP/1.1 200 OK\r\nserver: nginx/1.22.1\r\nconnection: close\r\n\r\n<p>one page for all</p>");
    let seen = seen(&server, "");
    assert!(unobserved(&seen, "traces").contains("nothing was answered with an error"));
    assert_eq!(texts(&seen, "versions"), ["server: nginx/1.22.1"]);
    assert_eq!(number(&seen, "errors"), "0");
}

#[test]
fn what_only_a_malformed_request_brings_out_is_provoked_only_on_request() {
    let server = Server::new(|head, stream| {
        use std::io::{Read, Write};
        if head.starts_with("POST") {
            // a body that nobody reads would end the connection before the answer
            let _ = stream.read(&mut [0; 64]);
        }
        let answer = if head.starts_with("POST /orders ") {
            "HTTP/1.1 500 X\r\nconnection: close\r\n\r\nsqlite3.OperationalError: near \"x\": syntax error".to_owned()
        } else {
            "HTTP/1.1 404 X\r\nconnection: close\r\n\r\n{}".to_owned()
        };
        let _ = stream.write_all(answer.as_bytes());
    });
    let quiet = seen(&server, "paths: [/orders]\n");
    assert!(texts(&quiet, "database_errors").is_empty() && number(&quiet, "asked") == "2");
    assert!(server.asked().iter().all(|head| head.starts_with("get ")), "{:?}", server.asked());
    let provoked = seen(&server, "paths: [/orders]\nprovoke: true\n");
    assert_eq!(texts(&provoked, "database_errors").len(), 1);
    assert_eq!(number(&provoked, "asked"), "6");
    let bench = Bench::new().target("app", &server.url(), |_| {});
    let refused = bench.observe("disclosure", "target: app\nprovoke: true\n").unwrap_err();
    assert!(refused.0.contains("allow: [active]"), "{refused:?}");
}
