//! Probe `load` against servers that misbehave: every request ends, in its own kind, within the limit.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use shipworthy::model::Observation;

use crate::probing::number;
use crate::probing::server::{Server, head, reset};
use crate::{OK, float, press};

/// A server whose first request is answered well, so that the load begins, and every other one as `fault` says.
fn then(fault: impl Fn(&mut std::net::TcpStream) + Send + Sync + 'static) -> Server {
    let count = AtomicU64::new(0);
    Server::on(move |mut stream, _| {
        while !head(&mut stream).is_empty() {
            if count.fetch_add(1, Ordering::SeqCst) > 0 {
                return fault(&mut stream);
            }
            let _ = stream.write_all(OK);
        }
    })
}

/// A second of load with requests that may take another one; everything is over within the limit and a second.
fn second(server: &Server) -> Observation {
    let begun = Instant::now();
    let seen = press(&server.url(), "rate: 8/s\nduration: 1 s\nwarmup: 0 s\ntimeout: 1 s\n");
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert_eq!((number(&seen, "requests").as_str(), number(&seen, "error_rate").as_str()), ("8", "1"));
    seen
}

fn note(seen: &Observation) -> &str {
    seen.evidence[0].note.as_deref().unwrap_or_default()
}

#[test]
fn silence_and_dripping_are_timeouts_that_count_with_the_whole_limit() {
    for server in [
        then(|_| sleep(Duration::from_secs(5))),
        then(|stream| {
            for byte in b"HTTP/1.1 200 OK\r\n".iter().cycle() {
                if stream.write_all(&[*byte]).is_err() {
                    return;
                }
                sleep(Duration::from_millis(100));
            }
        }),
        then(|stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
            sleep(Duration::from_secs(5));
        }),
        then(|stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
            while stream.write_all(&[b'x'; 4096]).is_ok() {
                sleep(Duration::from_millis(5));
            }
        }),
    ] {
        let seen = second(&server);
        assert!(note(&seen).contains("8 timeout"), "{}", note(&seen));
        assert!((float(&seen, "max") - 1.0).abs() < 1e-9, "{}", float(&seen, "max"));
    }
}

#[test]
fn what_breaks_off_or_is_no_http_is_broken() {
    for server in [
        then(|_| ()),
        then(|stream| reset(stream)),
        then(|stream| {
            let _ = stream.write_all(b"220 smtp.example.org ESMTP\r\n");
        }),
        then(|stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok");
        }),
        then(|stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nok");
            sleep(Duration::from_millis(200));
        }),
        then(|stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
            while stream.write_all(format!("x: {}\r\n", "y".repeat(1000)).as_bytes()).is_ok() {}
        }),
    ] {
        let seen = second(&server);
        assert!(note(&seen).contains("8 broken off"), "{}", note(&seen));
    }
}
