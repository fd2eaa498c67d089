//! Probe `amqp`, against RabbitMQ.

use std::io::{Read, Write};
use std::sync::LazyLock;
use std::time::Duration;

use shipworthy::model::{Observation, Unknown, Value};

use crate::probing::server::{Server, closed_port};
use crate::probing::{Bench, absent, number, text, texts, unobserved, value};
use crate::servers::{Running, rabbitmq};

static SERVER: LazyLock<Running> = LazyLock::new(|| rabbitmq::start(Some(&rabbitmq::definitions("orders"))));

fn ask(url: &str, params: &str) -> Result<Observation, Unknown> {
    Bench::new().target("broker", url, |_| ()).observe("amqp", &format!("target: broker\n{params}"))
}

fn at(user_info: &str, host: &str) -> String {
    format!("amqp://{user_info}127.0.0.1:{}/{host}", SERVER.port)
}

fn is(seen: &Observation, fact: &str) -> bool {
    value(seen, fact) == Value::Bool(true)
}

#[test]
fn a_broker_tells_about_itself_and_a_queue() {
    let seen = ask(&at("app:app-secret-1@", "shop"), "queue: orders\n").unwrap();
    assert!(is(&seen, "reachable") && is(&seen, "admitted") && absent(&seen, "error"), "{:?}", seen.facts);
    assert!(!is(&seen, "guest") && !is(&seen, "tls"));
    assert_eq!(text(&seen, "product"), "RabbitMQ");
    assert!(text(&seen, "version").starts_with(|c: char| c.is_ascii_digit()));
    assert!(texts(&seen, "mechanisms").contains(&"PLAIN".to_owned()));
    assert_eq!(number(&seen, "heartbeat"), "60");
    assert!(is(&seen, "queue.exists"));
    assert_eq!((number(&seen, "queue.messages").as_str(), number(&seen, "queue.consumers").as_str()), ("0", "0"));
    for fact in ["ping.p50", "ping.p95", "ping.max", "time.connect"] {
        assert!(matches!(value(&seen, fact), Value::Number(_)), "{fact}");
    }
    let other = ask(&at("app:app-secret-1@", "shop"), "queue: nowhere\n").unwrap();
    assert!(!is(&other, "queue.exists") && absent(&other, "queue.messages") && is(&other, "admitted"));
}

#[test]
fn who_is_kept_out_is_told_why() {
    let wrong = ask(&at("app:hunter22@", "shop"), "").unwrap();
    assert_eq!(text(&wrong, "error"), "auth-failed");
    assert!(!format!("{wrong:?}").contains("hunter22"));
    let stranger = ask(&at("", "shop"), "").unwrap();
    assert_eq!(text(&stranger, "error"), "auth-failed");
    let missing = ask(&at("app:app-secret-1@", "nowhere"), "").unwrap();
    assert_eq!(text(&missing, "error"), "missing");
    let denied = ask(&at("blind:blind-secret-1@", "shop"), "").unwrap();
    assert_eq!(text(&denied, "error"), "denied");
    for seen in [&wrong, &stranger, &missing, &denied] {
        assert!(is(seen, "reachable") && !is(seen, "admitted") && !is(seen, "guest"));
        assert_eq!(text(seen, "product"), "RabbitMQ");
    }
}

#[test]
fn a_queue_that_may_not_be_seen_is_not_observed() {
    let seen = ask(&at("app:app-secret-1@", ""), "queue: orders\n").unwrap();
    let fact = seen.facts.get("queue.exists");
    // a passive look needs no right, only the queue
    assert!(is(&seen, "admitted") && format!("{fact:?}").contains("false"), "{fact:?}");
}

#[test]
fn the_account_of_a_fresh_broker_is_seen() {
    let server = rabbitmq::start(None);
    let seen = ask(&format!("amqp://127.0.0.1:{}", server.port), "").unwrap();
    assert!(is(&seen, "guest") && is(&seen, "admitted"));
}

#[test]
fn what_is_not_there_or_speaks_otherwise_is_no_broker() {
    let nobody = ask(&format!("amqp://127.0.0.1:{}", closed_port()), "").unwrap();
    assert!(!is(&nobody, "reachable") && text(&nobody, "error") == "refused");
    for (answer, word, why) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], "protocol", "no frame of AMQP"),
        (b"", "closed", ""),
        (b"AMQP\x00\x01\x00\x00", "protocol", "it wants AMQP 1-0"),
        (b"\x01\x00\x00\xff\xff\xff\xff", "protocol", "no frame of AMQP"),
        (b"\x01\x00\x00\x00\x00\x00\x04\x00\x0a\x00\x0a\x00", "protocol", "a frame has no end"),
        (b"\x01\x00\x00\x00\x00\x00\x0c\x00\x0a\x00\x0a\x00\x09\xff\xff\xff\xff\x00\x00\xce", "protocol", "cut short"),
    ] {
        let server = Server::on(move |mut stream, _| {
            let _ = stream.read(&mut [0; 8]);
            let _ = stream.write_all(answer);
        });
        let seen = ask(&format!("amqp://{}", server.address), "").unwrap();
        assert!(!is(&seen, "reachable"), "{answer:?}");
        assert_eq!(text(&seen, "error"), word, "{answer:?}");
        assert!(unobserved(&seen, "guest").contains(why), "{}", unobserved(&seen, "guest"));
    }
    let silent = Server::on(|mut stream, _| {
        let _ = stream.read(&mut [0; 8]);
        std::thread::sleep(Duration::from_secs(20));
    });
    let url = format!("amqp://{}", silent.address);
    let bench = Bench::new().limit(Duration::from_millis(500)).target("broker", &url, |_| ());
    assert_eq!(text(&bench.observe("amqp", "target: broker\n").unwrap(), "error"), "timeout");
}
