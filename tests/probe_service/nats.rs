//! Probe `nats`.

use std::io::Write;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use shipworthy::model::{Fact, Observation, Unknown, Value};

use crate::probing::server::{Server, closed_port};
use crate::probing::{Bench, absent, number, text, unobserved, value};
use crate::servers::{Running, nats};

/// Keeps messages, and knows a password.
static SERVER: LazyLock<Running> = LazyLock::new(|| nats::start(&["-js", "--user", "app", "--pass", "correct-horse"]));

fn ask(url: &str, params: &str) -> Result<Observation, Unknown> {
    Bench::new().target("nats", url, |_| ()).observe("nats", &format!("target: nats\n{params}"))
}

fn is(seen: &Observation, fact: &str) -> bool {
    value(seen, fact) == Value::Bool(true)
}

fn at(user_info: &str) -> String {
    format!("nats://{user_info}127.0.0.1:{}", SERVER.port)
}

#[test]
fn a_password_lets_us_in_and_keeps_strangers_out() {
    let seen = ask(&at("app:correct-horse@"), "").unwrap();
    assert!(is(&seen, "admitted") && !is(&seen, "open") && absent(&seen, "error") && !is(&seen, "tls"));
    assert!(is(&seen, "jetstream") && number(&seen, "streams") == "0" && absent(&seen, "cluster"));
    assert_eq!(number(&seen, "max_payload"), (1 << 20).to_string());
    assert!(text(&seen, "version").starts_with(|c: char| c.is_ascii_digit()));
    assert!(matches!(value(&seen, "ping.p95"), Value::Number(_)));
    let none = ask(&at(""), "").unwrap();
    assert_eq!(text(&none, "error"), "auth-required");
    let wrong = ask(&at("app:hunter22@"), "").unwrap();
    assert_eq!(text(&wrong, "error"), "auth-failed");
    for seen in [&none, &wrong] {
        assert!(is(seen, "reachable") && !is(seen, "admitted") && !is(seen, "open"));
    }
    assert!(!format!("{wrong:?}").contains("hunter22"));
}

#[test]
fn a_stream_and_its_consumer_are_facts() {
    let server = nats::start(&["-js"]);
    let url = format!("nats://127.0.0.1:{}", server.port);
    let put = |subject: &str, body: &str| format!("PUB {subject} {}\r\n{body}\r\n", body.len());
    let stream = r#"{"name":"ORDERS","subjects":["orders"],"storage":"file","num_replicas":1,"retention":"limits"}"#;
    let consumer = r#"{"stream_name":"ORDERS","config":{"durable_name":"billing","ack_policy":"explicit"}}"#;
    nats::say(server.port, &put("$JS.API.STREAM.CREATE.ORDERS", stream));
    let begun = Instant::now();
    let made = |fact: &str, params: &str| loop {
        let seen = ask(&url, params).unwrap();
        if seen.facts.get(fact) == Fact::Present(Value::Bool(true)) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{fact}: {:?}", seen.facts);
    };
    made("stream.exists", "stream: ORDERS\n");
    nats::say(server.port, &put("$JS.API.CONSUMER.DURABLE.CREATE.ORDERS.billing", consumer));
    made("consumer.exists", "stream: ORDERS\nconsumer: billing\n");
    nats::say(server.port, &(put("orders", "one") + &put("orders", "two")));
    let seen = loop {
        let seen = ask(&url, "stream: ORDERS\nconsumer: billing\n").unwrap();
        if number(&seen, "stream.messages") == "2" {
            break seen;
        }
        assert!(begun.elapsed() < Duration::from_secs(30));
    };
    assert!(is(&seen, "open") && number(&seen, "streams") == "1" && number(&seen, "stream.replicas") == "1");
    assert_eq!((text(&seen, "stream.storage").as_str(), number(&seen, "consumer.pending").as_str()), ("file", "2"));
    assert_eq!(number(&seen, "consumer.unacknowledged"), "0");
    assert!(matches!(value(&seen, "stream.age"), Value::Number(_)));
    let none = ask(&url, "stream: NOTHING\n").unwrap();
    assert!(!is(&none, "stream.exists") && absent(&none, "stream.messages") && absent(&none, "stream.age"));
}

#[test]
fn a_server_without_jetstream_says_so() {
    let server = nats::start(&[]);
    let seen = ask(&format!("nats://127.0.0.1:{}", server.port), "stream: ORDERS\n").unwrap();
    assert!(is(&seen, "open") && !is(&seen, "jetstream") && !is(&seen, "stream.exists") && absent(&seen, "streams"));
    let tls = ask(&format!("tls://127.0.0.1:{}", server.port), "").unwrap();
    assert_eq!(text(&tls, "error"), "no-tls");
}

#[test]
fn what_is_not_there_or_speaks_otherwise_is_no_nats() {
    let nobody = ask(&format!("nats://127.0.0.1:{}", closed_port()), "").unwrap();
    assert!(!is(&nobody, "reachable") && text(&nobody, "error") == "refused");
    for (greeting, word) in [
        ("HTTP/1.1 400 Bad Request\r\n\r\n", "protocol"),
        ("INFO {broken\r\n", "protocol"),
        ("INFO {}\r\nMSG a 1 99999999999\r\n", "protocol"),
        ("INFO {}\r\n-ERR 'maximum connections exceeded'\r\n", "busy"),
        ("", "closed"),
    ] {
        let server = Server::on(move |mut stream, _| {
            if greeting.is_empty() {
                return;
            }
            let _ = stream.write_all(greeting.as_bytes());
            // what the client says is left unread until it has seen the greeting
            let _ = std::io::Read::read(&mut stream, &mut [0; 512]);
        });
        let seen = ask(&format!("nats://{}", server.address), "").unwrap();
        let error = text(&seen, "error");
        assert!(error == word || error == "reset", "{greeting:?}: {error}");
        assert_eq!(is(&seen, "reachable"), word == "busy" && error == word);
    }
    let endless = Server::on(|mut stream, _| while stream.write_all(&[b'x'; 65536]).is_ok() {});
    let seen = ask(&format!("nats://{}", endless.address), "").unwrap();
    assert_eq!(text(&seen, "error"), "protocol");
    assert!(unobserved(&seen, "open").contains("no end"));
}

#[test]
fn names_are_checked_where_they_are_written() {
    let bench = Bench::new();
    for (params, message) in [
        ("stream: a.b\n", "`a.b` is not the name of a stream"),
        ("stream: 'A >'\n", "`A >` is not the name of a stream"),
        ("consumer: billing\n", "a consumer is one of a stream"),
    ] {
        let problems = bench.decode_problems("nats", &format!("target: nats\n{params}"));
        assert_eq!(problems[0].message, message);
    }
}
