//! What is sent is what the plan said at most and the report counts: a service that counts says the same.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::bench::{Bench, check, spec};
use super::server::{Identity, Server, answer_tls};

/// A service on loopback that writes down each request line.
struct Counting {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Counting {
    fn new() -> Counting {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let log = Arc::clone(&log);
                std::thread::spawn(move || serve(stream, &log));
            }
        });
        Counting { url, seen }
    }

    fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    fn lines(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<String>>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let Some(line) = head.lines().next() else { return };
    log.lock().unwrap().push(line.to_owned());
    let answer = match line.split(' ').nth(1).unwrap_or_default() {
        "/moved" => "HTTP/1.1 302 Found\r\nlocation: /there\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "/login" => "HTTP/1.1 200 OK\r\nset-cookie: session=abcdef\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok",
        "/refuses" => "HTTP/1.1 401 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "/breaks" => "HTTP/1.1 200 OK\r\ncontent-length: 99\r\nconnection: close\r\n\r\nno more",
        _ => "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok",
    };
    let _ = stream.write_all(answer.as_bytes());
}

fn one(id: &str, probe: &str, expect: &str) -> String {
    format!("      - id: {id}\n        probe: {probe}\n        expect:\n          - {expect}\n")
}

fn at_most(text: &str) -> usize {
    let line = text.lines().find(|line| line.contains("target api   at most")).unwrap_or_else(|| panic!("{text}"));
    line.split_whitespace().find_map(|word| word.parse().ok()).unwrap()
}

#[test]
fn the_report_counts_what_the_service_counts_and_the_plan_has_listed_it() {
    let service = Counting::new();
    let checks = [
        one("moved", "{ http: { target: api, path: /moved, follow_redirects: true } }", "status = 200"),
        one("samples", "{ http: { target: api, path: /, samples: 3 } }", "status = 200"),
        one("me", "{ http: { target: api, path: /me, credentials: user } }", "status = 200"),
        one("shut-out", "{ http: { target: api, path: /me, credentials: stranger } }", "status = 200"),
        one("breaks", "{ http: { target: api, path: /breaks } }", "status = 200"),
        one("headers", "{ security_headers: { target: api } }", "grade >= F"),
        one("cors", "{ cors: { target: api } }", "wildcard = false"),
        one("delivery", "{ delivery: { target: api } }", "status = 200"),
    ];
    let target = format!(
        "targets:\n  api:\n    url: {}\n    credentials:\n      user: {{ login: {{ path: /login, json: {{ name: probe, password: word-of-probe }} }} }}\n      stranger: {{ login: {{ path: /refuses, json: {{ name: nobody, password: word-of-nobody }} }} }}\n",
        service.url
    );
    let bench = Bench::new(&format!("{}{target}", spec(&checks.concat())));
    let plan = bench.run(&["plan"]);
    let plan = String::from_utf8_lossy(&plan.stdout).into_owned();
    assert_eq!(service.count(), 0, "a plan sends nothing");
    let (_, report) = bench.audit(&["--record", "seen.json"]);
    let counted = report["run"]["requests"].as_u64().unwrap_or_else(|| panic!("{}", report["run"]));
    assert_eq!(counted, service.count() as u64, "{:#?}", service.lines());
    assert_eq!(check(&report, "shut-out")["outcome"], "unknown", "its login counts all the same");
    assert!(service.count() <= at_most(&plan), "{} of {plan}", service.count());
    for line in service.lines() {
        let mut words = line.split(' ');
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let known = plan.contains(&format!("{method} {}{path}", service.url)) || path == "/there";
        assert!(known, "{line} is not in:\n{plan}");
    }
    let (_, again) = bench.audit(&["--replay", "seen.json"]);
    assert_eq!(again["run"]["requests"], report["run"]["requests"]);
}

#[test]
fn an_audit_sends_a_target_no_more_than_it_may_and_says_so() {
    let service = Counting::new();
    let checks: Vec<String> = (0..6)
        .map(|number| {
            one(&format!("page-{number}"), &format!("{{ http: {{ target: api, path: /{number} }} }}"), "status = 200")
        })
        .collect();
    let target = format!("targets:\n  api: {{ url: \"{}\", max_requests: 4 }}\n", service.url);
    let bench = Bench::new(&format!("{}{target}", spec(&checks.concat())));
    let (_, report) = bench.audit(&[]);
    assert_eq!(service.count(), 4, "{:#?}", service.lines());
    let unknown: Vec<String> = (0..6)
        .map(|number| check(&report, &format!("page-{number}")))
        .filter(|check| check["outcome"] == "unknown")
        .map(|check| check["reason"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(unknown.len(), 2);
    assert!(unknown.iter().all(|reason| reason.contains("the 4 requests it may")), "{unknown:?}");
    assert_eq!(report["run"]["requests"], 4);
}

/// Ids of checks that were not sent for want of requests.
fn short(report: &serde_json::Value) -> Vec<&str> {
    let checks = report["checks"].as_array().unwrap().iter();
    let short =
        checks.filter(|check| check["reason"].as_str().is_some_and(|reason| reason.contains("requests it may")));
    short.filter_map(|check| check["id"].as_str()).collect()
}

fn http_live(target: &str) -> Bench {
    let include = "include:\n  - { pack: http-live, with: { target: api } }\n";
    Bench::new(&format!("version: 1\nsystem: {{ name: Shop }}\ntargets:\n  api: {target}\n{include}"))
}

#[test]
fn the_passive_packs_fit_into_what_a_stranger_may_be_sent() {
    let service = Counting::new();
    let bench = http_live(&format!("{{ url: \"{}\", max_requests: 30 }}", service.url));
    let (_, report) = bench.audit(&[]);
    assert!(service.count() > 10 && service.count() <= 30, "{:#?}", service.lines());
    assert!(short(&report).is_empty(), "{:?}: {:#?}", short(&report), service.lines());
}

/// A page over https with all that leads to more requests, save a service worker.
fn careful(head: &str) -> Vec<u8> {
    let body = "<!doctype html><title>Shop</title><link rel=manifest href=/app.webmanifest><script nonce=n0>1</script>";
    let found = ["/ ", "/healthz ", "/app.webmanifest "].iter().any(|path| head.contains(&format!(" {path}")));
    let status = if found { "200 OK" } else { "404 X" };
    let headers = "strict-transport-security: max-age=63072000; includeSubDomains\r\n\
                   content-security-policy: script-src 'nonce-n0'; object-src 'none'; base-uri 'none'\r\n";
    let kind = "content-type: text/html\r\nconnection: close\r\n";
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{kind}{headers}\r\n{body}", body.len()).into_bytes()
}

#[test]
fn over_https_the_report_counts_what_the_service_counts_too() {
    let identity = Identity::new("shop.test", 2020, 2040);
    let config = Arc::new(identity.config());
    let secure = Server::on(move |stream, asked| {
        answer_tls(stream, &config, |head| {
            asked.lock().unwrap().push(head.to_owned());
            careful(head)
        });
    });
    let plain = Server::saying("HTTP/1.1 301 X\r\nlocation: https://shop.test/\r\ncontent-length: 0\r\n\r\n");
    let bench = http_live(&format!(
        "{{ url: \"https://shop.test\", resolve: {{ shop.test: 127.0.0.1 }}, http_port: {}, https_port: {}, ca_file: ca.pem, max_requests: 30 }}",
        plain.address.port(),
        secure.address.port()
    ));
    let bench = bench.write("ca.pem", &identity.authority_pem);
    let plan = String::from_utf8_lossy(&bench.run(&["plan"]).stdout).into_owned();
    let (_, report) = bench.audit(&[]);
    let counted = secure.asked().len() + plain.asked().len();
    assert_eq!(report["run"]["requests"].as_u64().unwrap(), counted as u64, "{:#?}", secure.asked());
    assert!(counted > 20 && counted <= 30 && counted <= at_most(&plan), "{counted} of {plan}");
    assert!(short(&report).is_empty(), "{:?}: {:#?}", short(&report), secure.asked());
    assert_eq!(check(&report, "http/hsts")["outcome"], "pass", "{}", check(&report, "http/hsts"));
    assert_eq!(check(&report, "http/https-redirect")["outcome"], "pass", "{}", check(&report, "http/https-redirect"));
}
