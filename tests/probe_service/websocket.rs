//! Probe `websocket`.

use std::io::Write;
use std::time::{Duration, Instant};

use shipworthy::model::{Observation, Value};

use crate::probing::server::{Server, closed_port};
use crate::probing::{Bench, absent, number, text, unobserved, value};
use crate::servers::websocket::{Manner, start};

fn ask(port: u16, params: &str) -> Observation {
    let url = format!("http://127.0.0.1:{port}");
    let bench = Bench::new().limit(Duration::from_secs(10)).target("api", &url, |_| ());
    bench.observe("websocket", &format!("target: api\n{params}")).unwrap()
}

fn is(seen: &Observation, fact: &str) -> bool {
    value(seen, fact) == Value::Bool(true)
}

#[test]
fn a_first_message_comes_and_strangers_stay_out() {
    let port = start(Manner { greeting: Some("hello".into()), checks_origin: true, ..Manner::default() });
    let seen = ask(port, "connections: 5\n");
    assert!(is(&seen, "reachable") && is(&seen, "accepted") && absent(&seen, "error"), "{:?}", seen.facts);
    assert_eq!((text(&seen, "message").as_str(), number(&seen, "status").as_str()), ("hello", "101"));
    assert!(!is(&seen, "foreign_origin"));
    assert_eq!((number(&seen, "connections").as_str(), seen.requests), ("5", 6));
    for fact in ["time.connect", "time.handshake", "time.message"] {
        assert!(matches!(value(&seen, fact), Value::Number(_)), "{fact}");
    }
}

#[test]
fn what_is_sent_may_be_what_is_answered() {
    let seen = ask(start(Manner::default()), "send: ping\n");
    assert!(text(&seen, "message") == "ping" && is(&seen, "foreign_origin"));
}

#[test]
fn a_silent_service_has_no_first_message_and_the_rest_is_seen() {
    let seen = ask(start(Manner::default()), "timeout: 1 s\n");
    assert!(absent(&seen, "message") && absent(&seen, "time.message") && is(&seen, "accepted"));
    assert!(is(&seen, "foreign_origin") && absent(&seen, "error"));
}

#[test]
fn a_full_service_is_counted() {
    let seen = ask(start(Manner { greeting: Some("hello".into()), most: 4, ..Manner::default() }), "connections: 5\n");
    // the first, a stranger who leaves again, and two more
    assert_eq!(number(&seen, "connections"), "3");
    assert!(seen.evidence[0].note.as_deref().unwrap().contains("a further connection got status 503"));
}

#[test]
fn a_plain_page_is_no_websocket() {
    let server = Server::saying("HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno");
    let seen = ask(server.address.port(), "");
    assert!(is(&seen, "reachable") && !is(&seen, "accepted"));
    assert_eq!((text(&seen, "error").as_str(), number(&seen, "status").as_str()), ("not-websocket", "404"));
    assert!(unobserved(&seen, "foreign_origin").contains("status 404"));
}

#[test]
fn an_acceptance_without_proof_is_none() {
    let answer = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
                  sec-websocket-accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n";
    let seen = ask(Server::saying(answer).address.port(), "");
    assert!(!is(&seen, "accepted") && text(&seen, "error") == "not-websocket", "{:?}", seen.facts);
}

#[test]
fn nobody_garbage_and_silence_are_told_apart() {
    let error = |port: u16| {
        let begun = Instant::now();
        let seen = ask(port, "timeout: 1 s\n");
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        assert!(!is(&seen, "reachable"));
        text(&seen, "error")
    };
    assert_eq!(error(closed_port()), "refused");
    assert_eq!(error(Server::saying("220 smtp.example.org ESMTP\r\n").address.port()), "not-http");
    assert_eq!(error(Server::new(|_, _| std::thread::sleep(Duration::from_secs(5))).address.port()), "timeout");
    assert_eq!(error(Server::new(|_, _| ()).address.port()), "closed");
}

#[test]
fn a_stream_of_events_is_timed_and_read() {
    let server = Server::new(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n\r\n: hi\n\n");
        std::thread::sleep(Duration::from_millis(120));
        let _ = stream.write_all(b"event: price\nid: 1\ndata: 42\n\nid: 2\ndata: 43\n\n");
        std::thread::sleep(Duration::from_secs(5));
    });
    let bench = Bench::new().target("api", &server.url(), |_| ());
    let begun = Instant::now();
    let seen = bench.observe("sse", "target: api\nevents: 2\n").unwrap();
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert!(is(&seen, "opened") && is(&seen, "resumable") && !is(&seen, "ended") && absent(&seen, "error"));
    assert_eq!((text(&seen, "first.event").as_str(), text(&seen, "first.data").as_str()), ("price", "42"));
    assert_eq!(number(&seen, "events"), "2");
    let Value::Number(first) = value(&seen, "time.first") else { panic!() };
    assert!(first.to_f64() >= 0.119, "{first}");
    assert!(server.asked()[0].contains("accept: text/event-stream"));
}

#[test]
fn a_stream_without_events_and_a_page_are_told_apart() {
    let sse = |answer: &'static str| {
        let server = Server::new(move |_, stream| {
            let _ = stream.write_all(answer.as_bytes());
            std::thread::sleep(Duration::from_secs(3));
        });
        Bench::new().target("api", &server.url(), |_| ()).observe("sse", "target: api\ntimeout: 1 s\n").unwrap()
    };
    let quiet = sse("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n");
    assert!(is(&quiet, "opened") && number(&quiet, "events") == "0" && absent(&quiet, "time.first"));
    let page = sse("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\nok");
    assert!(!is(&page, "opened") && is(&page, "reachable"));
    assert!(unobserved(&page, "events").contains("content-type text/html"));
    let nobody = Bench::new().target("api", &format!("http://127.0.0.1:{}", closed_port()), |_| ());
    let nobody = nobody.observe("sse", "target: api\n").unwrap();
    assert!(!is(&nobody, "reachable") && text(&nobody, "error") == "refused");
}

#[test]
fn an_endless_stream_is_capped() {
    let server = Server::new(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: ");
        while stream.write_all(&[b'x'; 65536]).is_ok() {}
    });
    let seen = Bench::new().target("api", &server.url(), |_| ()).observe("sse", "target: api\n").unwrap();
    assert!(is(&seen, "opened") && is(&seen, "ended") && number(&seen, "events") == "0");
}
