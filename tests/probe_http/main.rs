//! Probe `http` against real sockets on loopback, most of them ill-mannered.

#![allow(clippy::unwrap_used, reason = "tests")]

mod active;
mod authz;
mod brute_force;
mod conformance;
mod csrf;
mod disclosure;
mod drill;
mod faults;
mod faults_of_all;
mod forged_token;
mod injection;
mod logout;
mod malformed;
mod metrics;
mod origin;
mod pages;
#[path = "../probing/mod.rs"]
mod probing;
mod promql;
mod round;
mod route;
mod session;
mod slow_dns;
mod tcp;
mod tls;

use std::io::Write;
use std::thread::sleep;
use std::time::{Duration, Instant};

use probing::server::{Server, closed_port, reset};
use probing::{Bench, absent, member, number, text, texts, unobserved, value};
use shipworthy::model::{Observation, Value};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const LIMIT: Duration = Duration::from_secs(1);

/// Observes within a second, and fails when that took more than another one.
fn look(url: &str, rest: &str) -> Observation {
    let begun = Instant::now();
    let seen = Bench::new().limit(LIMIT).observe("http", &format!("url: {url}\n{rest}")).unwrap();
    assert!(begun.elapsed() < LIMIT + Duration::from_secs(1), "{:?}", begun.elapsed());
    seen
}

fn reachable(seen: &Observation) -> bool {
    value(seen, "reachable") == Value::Bool(true)
}

/// No answer at all: `error` says why, everything else is unobserved with that reason.
fn nothing_but(seen: &Observation, word: &str) {
    assert!(!reachable(seen));
    assert_eq!(text(seen, "error"), word);
    for fact in ["status", "header.", "body", "body.", "time", "time.wait", "size", "http_version", "redirects"] {
        assert!(unobserved(seen, fact).contains(word), "{fact}: {}", unobserved(seen, fact));
    }
    assert!(seen.evidence[0].note.as_ref().unwrap().contains(word));
}

/// A head came, but not the whole body.
fn head_but(seen: &Observation, word: &str) {
    assert!(reachable(seen));
    assert_eq!((text(seen, "error").as_str(), number(seen, "status").as_str()), (word, "200"));
    for fact in ["body", "body.", "size"] {
        assert!(unobserved(seen, fact).contains(word), "{fact}: {}", unobserved(seen, fact));
    }
    assert!(unobserved(seen, "time").contains("not read to its end"));
}

#[test]
fn an_answer_becomes_facts() {
    let body = r#"{"checks": [{"ok": true}], "uptime": 12.5}"#;
    let server = Server::saying(format!(
        "HTTP/1.1 503 No\r\nContent-Type: application/json\r\nX-Two: a\r\nx-two: b\r\nset-cookie: c=1\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    ));
    let seen = look(&format!("{}/health?x=1", server.url()), "");
    assert!(reachable(&seen) && absent(&seen, "error"));
    assert_eq!(number(&seen, "status"), "503");
    assert_eq!(text(&seen, "body"), body);
    assert_eq!(number(&seen, "size"), body.len().to_string());
    assert_eq!(text(&seen, "http_version"), "1.1");
    assert_eq!(member(&seen, "header.", "x-two"), Some(Value::Text("a, b".into())));
    assert_eq!(member(&seen, "header.", "set-cookie"), Some(Value::List(vec![Value::Text("c=1".into())])));
    assert!(matches!(member(&seen, "body.", "checks"), Some(Value::List(items)) if items.len() == 1));
    assert!(absent(&seen, "time.tls") && texts(&seen, "redirects").is_empty());
    let evidence = &seen.evidence[0];
    assert_eq!((evidence.status, seen.requests), (Some(503), 1));
    assert_eq!(evidence.url.as_deref(), Some(format!("{}/health?x=1", server.url()).as_str()));
    let asked = &server.asked()[0];
    assert!(asked.starts_with("get /health?x=1 http/1.1\r\n"), "{asked}");
    assert!(asked.contains(concat!("user-agent: shipworthy/", env!("CARGO_PKG_VERSION"))), "{asked}");
    assert!(asked.contains(&format!("host: {}\r\n", server.address)), "{asked}");
}

#[test]
fn the_phases_add_up_to_the_time() {
    let server = Server::new(|_, stream| {
        sleep(Duration::from_millis(60));
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n");
        sleep(Duration::from_millis(40));
        let _ = stream.write_all(b"ok");
    });
    let seen = look(&server.url(), "");
    let seconds = |fact: &str| match value(&seen, fact) {
        Value::Number(number) => number,
        other => panic!("{other:?}"),
    };
    assert!(seconds("time.dns").is_zero(), "an address needs no look-up");
    let parts = ["time.dns", "time.connect", "time.wait", "time.receive"].map(seconds);
    // A busy machine may read the head late; what it waited then counts less for the rest.
    assert!(parts[2].to_f64() >= 0.060 && parts[2].to_f64() + parts[3].to_f64() >= 0.099, "{parts:?}");
    assert_eq!(parts.into_iter().reduce(|a, b| a + b).unwrap(), seconds("time"));
}

#[test]
fn a_closed_port_is_an_observation() {
    nothing_but(&look(&format!("http://127.0.0.1:{}/", closed_port()), ""), "refused");
}

#[test]
fn a_name_without_address_is_an_observation() {
    let seen = Bench::new().observe("http", "url: http://no-such-host.invalid/\ntimeout: 5 s\n").unwrap();
    nothing_but(&seen, "unresolvable");
}

#[test]
fn a_server_that_says_nothing_times_out() {
    nothing_but(&look(&Server::new(|_, _| sleep(Duration::from_secs(5))).url(), ""), "timeout");
}

#[test]
fn a_server_that_hangs_up_without_a_word_is_closed() {
    nothing_but(&look(&Server::new(|_, _| ()).url(), ""), "closed");
}

#[test]
fn a_server_that_resets_is_told_apart() {
    nothing_but(&look(&Server::new(|_, stream| reset(stream)).url(), ""), "reset");
}

#[test]
fn garbage_is_not_http() {
    nothing_but(&look(&Server::saying("220 smtp.example.org ESMTP\r\n").url(), ""), "not-http");
    nothing_but(&look(&Server::saying(vec![0xff; 300]).url(), ""), "not-http");
}

#[test]
fn endless_headers_are_cut_off() {
    let server = Server::new(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        for number in 0..u64::MAX {
            if stream.write_all(format!("x-{number}: {}\r\n", "y".repeat(100)).as_bytes()).is_err() {
                return;
            }
        }
    });
    nothing_but(&look(&server.url(), ""), "not-http");
}

#[test]
fn an_endless_header_line_is_cut_off() {
    let server = Server::new(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nx: ");
        while stream.write_all(&[b'y'; 4096]).is_ok() {}
    });
    nothing_but(&look(&server.url(), ""), "not-http");
}

#[test]
fn a_dripping_head_times_out() {
    let server = Server::new(|_, stream| {
        for byte in b"HTTP/1.1 200 OK\r\n".iter().cycle() {
            sleep(Duration::from_millis(30));
            if stream.write_all(&[*byte]).is_err() {
                return;
            }
        }
    });
    nothing_but(&look(&server.url(), ""), "timeout");
}

#[test]
fn a_dripping_body_leaves_the_head_observed() {
    let server = Server::new(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
        while stream.write_all(b".").is_ok() {
            sleep(Duration::from_millis(30));
        }
    });
    head_but(&look(&server.url(), ""), "timeout");
}

#[test]
fn a_body_that_is_cut_short_is_never_a_body() {
    head_but(&look(&Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok").url(), ""), "closed");
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel";
    head_but(&look(&Server::saying(chunked).url(), ""), "closed");
    let server = Server::new(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok");
        sleep(Duration::from_millis(50));
        reset(stream);
    });
    head_but(&look(&server.url(), ""), "reset");
}

#[test]
fn an_endless_body_is_capped_and_its_facts_are_unobserved() {
    let server = Server::new(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'x'; 65536]).is_ok() {}
    });
    let seen = look(&server.url(), "");
    assert!(reachable(&seen) && absent(&seen, "error"));
    for fact in ["size", "body", "body."] {
        assert_eq!(unobserved(&seen, fact), "the body is longer than 2 MiB");
    }
}

#[test]
fn a_gzip_bomb_is_not_unpacked_beyond_the_cap() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b' '; 50 << 20]).unwrap();
    let bomb = encoder.finish().unwrap();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", bomb.len());
    let length = bomb.len();
    let seen = look(&Server::saying([head.into_bytes(), bomb].concat()).url(), "");
    assert_eq!(number(&seen, "size"), length.to_string());
    assert_eq!(unobserved(&seen, "body"), "the body unpacks to more than 2 MiB");
}

#[test]
fn a_body_that_is_not_json_has_no_tree_and_a_false_type_is_noted() {
    let server = Server::saying("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 4\r\n\r\n<ok>");
    let seen = look(&server.url(), "");
    assert!(absent(&seen, "body.") && text(&seen, "body") == "<ok>");
    assert!(seen.evidence[0].note.as_ref().unwrap().contains("not JSON although its type says so"));
}

#[test]
fn nesting_without_end_in_json_is_no_tree() {
    let body = "[".repeat(200_000);
    let server = Server::saying(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()));
    assert!(absent(&look(&server.url(), ""), "body."));
}

#[test]
fn nothing_is_contacted_under_offline_or_without_an_address() {
    let server = Server::saying(OK);
    let mut bench = Bench::new();
    bench.world.permit.network = false;
    assert_eq!(bench.observe("http", &format!("url: {}\n", server.url())).unwrap_err().0, "not contacted: --offline");
    let bench = Bench::new().target("api", "", |target| target.url = Err("API_URL is not set".into()));
    assert_eq!(bench.observe("http", "target: api\n").unwrap_err().0, "API_URL is not set");
    let bench = Bench::new().target("db", "postgres://u:p@h/d", |_| ());
    assert_eq!(
        bench.observe("http", "target: db\n").unwrap_err().0,
        "target `db` is `postgres://…`, not http or https"
    );
    assert!(server.asked().is_empty());
}

#[test]
fn transport_errors_are_retried_answers_are_not() {
    let flaky = Server::on({
        let calls = std::sync::atomic::AtomicU32::new(0);
        move |mut stream, _| {
            if calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) > 0 {
                probing::server::head(&mut stream);
                let _ = stream.write_all(OK.as_bytes());
            }
        }
    });
    let seen = Bench::new().observe("http", &format!("url: {}\nretry: 2\n", flaky.url())).unwrap();
    assert_eq!((number(&seen, "status").as_str(), seen.requests), ("200", 2));
    assert!(seen.evidence[0].note.as_ref().unwrap().contains("attempt 2"));
    let failing = Server::saying("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n");
    Bench::new().observe("http", &format!("url: {}\nretry: 2\n", failing.url())).unwrap();
    assert_eq!(failing.asked().len(), 1);
}

#[test]
fn the_worst_of_several_samples_is_the_slowest() {
    let server = Server::on({
        let calls = std::sync::atomic::AtomicU64::new(0);
        move |mut stream, _| {
            let call = calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            probing::server::head(&mut stream);
            sleep(Duration::from_millis(if call == 1 { 150 } else { 1 }));
            let _ = stream.write_all(OK.as_bytes());
        }
    });
    let params = format!("url: {}\nsamples: 3\ntake: worst\n", server.url());
    let seen = Bench::new().observe("http", &params).unwrap();
    assert!(matches!(value(&seen, "time"), Value::Number(time) if time.to_f64() >= 0.15));
    assert!(seen.evidence[0].note.as_ref().unwrap().contains("worst of 3: "), "{:?}", seen.evidence);
    assert_eq!(seen.requests, 3);
}

#[test]
fn a_resolve_entry_takes_the_place_of_dns() {
    let server = Server::saying(OK);
    let url = format!("http://shop.test:{}", server.address.port());
    let bench = Bench::new().target("api", &url, |target| {
        target.route.resolve.insert("shop.test".into(), "127.0.0.1".into());
    });
    let seen = bench.observe("http", "target: api\n").unwrap();
    assert_eq!(number(&seen, "status"), "200");
    assert!(server.asked()[0].contains("host: shop.test:"));
}

#[test]
fn wrong_parameters_are_problems_with_help() {
    for (params, message) in [
        ("path: /\n", "neither `target` nor `url` says where to"),
        ("target: api\nurl: http://h/\n", "`target` and `url` both say where to"),
        ("target: api\npath: health\n", "path `health` does not start with `/`"),
        ("url: ftp://h/\n", "`ftp://h/` is not an http or https URL"),
        ("url: http://u:p@h/\n", "user and password in a URL"),
        ("target: api\nmethod: FETCH\n", "unknown method `FETCH`"),
        ("target: api\nbody: x\n", "GET has no body"),
        ("target: api\nheaders: { Authorization: x }\n", "`Authorization` carries credentials"),
        (
            "target: api\nheaders: { Content-Length: 1 }\n",
            "`Content-Length` belongs to the connection and is set by us",
        ),
        ("target: api\nheaders: { 'a b': x }\n", "`a b` is not a header name"),
        ("target: api\nmethod: POST\nfollow_redirects: true\n", "redirects of a POST are not followed"),
        ("url: http://h/\ncredentials: admin\n", "credentials `admin` belong to a target"),
        ("target: api\nsamples: 0\n", "`samples: 0` is not in 1..20"),
        ("target: api\nretry: 99\n", "`retry: 99` is more than 10"),
    ] {
        let problems = Bench::new().decode_problems("http", params);
        assert!(problems.len() == 1 && problems[0].message.starts_with(message), "{params}: {problems:?}");
        assert!(problems[0].help.is_some() && problems[0].place.is_some(), "{params}: {problems:?}");
    }
}
