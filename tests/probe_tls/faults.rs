//! Probe `tls` against what is no TLS, or hangs in the middle of it.

use std::io::{Read, Write};
use std::thread::sleep;
use std::time::{Duration, Instant};

use shipworthy::model::{Observation, Value};

use crate::probing::server::{Server, reset};
use crate::probing::{Bench, text, unobserved, value};

const LIMIT: Duration = Duration::from_secs(2);

fn look(server: &Server) -> Observation {
    let begun = Instant::now();
    let seen = Bench::new().limit(LIMIT).observe("tls", &format!("host: {}\n", server.address)).unwrap();
    assert!(begun.elapsed() < LIMIT + Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(value(&seen, "reachable"), Value::Bool(true));
    seen
}

/// No handshake, no certificate, and no word about versions that could be taken for safety.
fn shows_nothing(seen: &Observation, word: &str) {
    assert_eq!(text(seen, "error"), word);
    for fact in ["trusted", "expires_in", "version", "time"] {
        assert!(unobserved(seen, fact).contains(word), "{fact}: {}", unobserved(seen, fact));
    }
}

#[test]
fn silence_and_dripping_end_at_the_limit_and_prove_nothing() {
    for server in [
        Server::on(|_, _| sleep(Duration::from_secs(10))),
        Server::on(|mut stream, _| {
            for byte in b"\x16\x03\x03\x40\x00\x02".iter().chain(std::iter::repeat(&0)) {
                if stream.write_all(&[*byte]).is_err() {
                    return;
                }
                sleep(Duration::from_millis(50));
            }
        }),
    ] {
        let seen = look(&server);
        shows_nothing(&seen, "timeout");
        for fact in ["tls1_0", "tls1_3"] {
            assert!(unobserved(&seen, fact).contains("offered in vain"), "{fact}");
        }
    }
}

#[test]
fn what_is_no_tls_is_said_to_be_none() {
    let greeting = Server::on(|mut stream, _| {
        let _ = stream.write_all(b"220 smtp.example.org ESMTP\r\n");
        sleep(Duration::from_secs(3));
    });
    let seen = look(&greeting);
    shows_nothing(&seen, "tls-failed");
    assert!(unobserved(&seen, "tls1_0").contains("what came back is not TLS"));
    let endless = Server::on(|mut stream, _| {
        let _ = stream.write_all(b"\x16\x03\x03\x3f\xff\x02\x00\x3f\x00");
        while stream.write_all(&[0; 4096]).is_ok() {}
    });
    let seen = look(&endless);
    assert!(matches!(text(&seen, "error").as_str(), "tls-failed" | "reset"), "{}", text(&seen, "error"));
}

#[test]
fn hanging_up_refuses_every_version() {
    for server in [
        Server::on(|_, _| ()),
        Server::on(|mut stream, _| {
            let _ = stream.read(&mut [0; 16]);
            reset(&stream);
        }),
    ] {
        let seen = look(&server);
        assert!(matches!(text(&seen, "error").as_str(), "tls-failed" | "reset"), "{}", text(&seen, "error"));
        assert_eq!(value(&seen, "tls1_0"), Value::Bool(false));
        assert_eq!(value(&seen, "tls1_3"), Value::Bool(false));
        assert!(matches!(seen.facts.get("trusted"), shipworthy::model::Fact::Unobserved(_)));
    }
}
