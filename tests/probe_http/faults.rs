//! Probe `http` against what is left of the ways to misbehave: TLS that hangs, HTTP/2 that goes away, names that are not
//! looked up, lengths that lie; and that all of it leaves nothing behind.

use std::io::Write;
use std::thread::sleep;
use std::time::{Duration, Instant};

use shipworthy::model::Observation;

use crate::probing::server::{Identity, Server};
use crate::probing::{Bench, text, value};
use crate::{LIMIT, head_but, look, nothing_but};
use shipworthy::model::Value;

#[test]
fn tls_that_hangs_times_out() {
    let silent = Server::on(|_, _| sleep(Duration::from_secs(5)));
    nothing_but(&look(&format!("https://{}/", silent.address), ""), "timeout");
    let half = Server::on(|mut stream, _| {
        let _ = stream.write_all(b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03");
        sleep(Duration::from_secs(5));
    });
    nothing_but(&look(&format!("https://{}/", half.address), ""), "timeout");
}

#[test]
fn bad_chunks_and_lying_lengths_are_never_a_body() {
    for (body, words) in [
        ("transfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n", &["not-http"][..]),
        ("transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\nhello", &["not-http"]),
        ("transfer-encoding: chunked\r\n\r\n5\r\nhelloXX", &["not-http", "closed"]),
        ("content-length: 5\r\ncontent-length: 7\r\n\r\nhello", &["not-http"]),
        ("content-length: -5\r\n\r\nhello", &["not-http"]),
        ("content-length: 99999999999999999999\r\n\r\nhello", &["not-http"]),
    ] {
        let seen = look(&Server::saying(format!("HTTP/1.1 200 OK\r\n{body}")).url(), "");
        assert!(words.contains(&text(&seen, "error").as_str()), "{body}: {}", text(&seen, "error"));
        assert!(!matches!(seen.facts.get("body"), shipworthy::model::Fact::Present(_)), "{body}");
    }
}

/// It sends a part, keeps the connection, and says nothing more.
#[test]
fn a_stall_in_the_middle_times_out() {
    let stalling = |part: &'static str| {
        Server::new(move |_, stream| {
            let _ = stream.write_all(part.as_bytes());
            sleep(Duration::from_secs(5));
        })
    };
    for head in ["HTT", "HTTP/1.1 200 OK\r\ncontent-le"] {
        nothing_but(&look(&stalling(head).url(), ""), "timeout");
    }
    for body in ["content-length: 9\r\n\r\nok", "transfer-encoding: chunked\r\n\r\n5\r\nhel"] {
        let server = Server::new(move |_, stream| {
            let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\n{body}").as_bytes());
            sleep(Duration::from_secs(5));
        });
        head_but(&look(&server.url(), ""), "timeout");
    }
}

/// HTTP/2 frames (RFC 9113 §4.1): length, type, flags, stream, payload.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

#[test]
fn an_http2_connection_that_goes_away_is_no_answer() {
    let mut identity = Identity::new("shop.test", 2020, 2040);
    identity.alpn = vec![b"h2".to_vec()];
    let settings = frame(4, 0, 0, &[]);
    let refused_stream = frame(3, 0, 1, &7_u32.to_be_bytes());
    let goaway = |code: u32| frame(7, 0, 0, &[0_u32.to_be_bytes(), code.to_be_bytes()].concat());
    for (bytes, words) in [
        ([settings.clone(), goaway(0)].concat(), &["closed", "not-http"][..]),
        ([settings.clone(), goaway(11)].concat(), &["closed", "not-http"]),
        ([settings.clone(), refused_stream].concat(), &["closed", "reset", "not-http"]),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), &["not-http", "closed"]),
    ] {
        let server = Server::tls_saying(&identity, bytes);
        let bench = Bench::new().limit(LIMIT).file("ca.pem", &identity.authority_pem).target(
            "api",
            &format!("https://shop.test:{}", server.address.port()),
            |target| {
                target.route.resolve.insert("shop.test".into(), "127.0.0.1".into());
                target.ca_file = Some("ca.pem".into());
            },
        );
        let begun = Instant::now();
        let seen = bench.observe("http", "target: api\n").unwrap();
        assert!(begun.elapsed() < LIMIT + Duration::from_secs(1), "{:?}", begun.elapsed());
        assert!(words.contains(&text(&seen, "error").as_str()), "{:?}", seen.evidence);
        assert_eq!(value(&seen, "reachable"), Value::Bool(false));
    }
}

#[test]
fn a_gzip_bomb_in_an_endless_body_costs_no_more_than_the_cap() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b' '; 50 << 20]).unwrap();
    let bomb = encoder.finish().unwrap();
    let before = resident_kib();
    let server = Server::new(move |_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n");
        while stream.write_all(&bomb).is_ok() {}
    });
    for _ in 0..3 {
        look(&server.url(), "");
    }
    let grown = resident_kib().saturating_sub(before);
    assert!(grown < 100 << 10, "{grown} KiB for three bombs of 50 MiB each, again and again");
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Sockets of this process that are connected to this port.
fn connections_to(port: u16) -> usize {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let remote = format!("0100007F:{port:04X}");
    let established = |line: &&str| {
        let mut words = line.split_ascii_whitespace().skip(2);
        words.next() == Some(&remote) && words.next() == Some("01")
    };
    table.lines().filter(established).count()
}

#[test]
fn a_probe_that_gave_up_leaves_no_connection_behind() {
    let server = Server::on(|_, _| sleep(Duration::from_secs(30)));
    let seen: Observation = look(&server.url(), "");
    nothing_but(&seen, "timeout");
    assert_eq!(connections_to(server.address.port()), 0);
    head_but(&look(&Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok").url(), ""), "closed");
}
