//! Servers that behave as no server should, behind each protocol with a client of our own: every one is an observation or
//! a reason within the limit and a second, and costs no memory.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::probing::server::{Server, closed_port, reset};
use crate::probing::{Bench, text};

const LIMIT: Duration = Duration::from_secs(2);
/// Memory of one look at most, whatever is sent.
const MOST_KIB: u64 = 100 << 10;

/// Probe and scheme of each protocol.
const PROTOCOLS: &[(&str, &str)] =
    &[("redis", "redis"), ("postgres", "postgres"), ("mysql", "mysql"), ("nats", "nats"), ("amqp", "amqp")];

type Fault = fn(&mut TcpStream);

const FAULTS: &[(&str, Fault)] = &[
    ("says nothing", |stream| {
        let _ = stream.read(&mut [0; 1]);
        std::thread::sleep(LIMIT * 2);
    }),
    ("drips a byte a second", |stream| {
        while stream.write_all(b"a").is_ok() {
            std::thread::sleep(Duration::from_secs(1));
        }
    }),
    ("stalls in the middle", |stream| {
        let _ = stream.write_all(b"+PO");
        std::thread::sleep(LIMIT * 2);
    }),
    ("closes without a word", |_| ()),
    ("resets", |stream| reset(stream)),
    ("answers garbage", |stream| {
        let _ = stream.write_all(b"\x00\xff\x01\xfe SSH-2.0-OpenSSH_9.2\r\n\r\n");
    }),
    ("speaks HTTP", |stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    }),
    ("sends without end", |stream| while stream.write_all(&[b'x'; 65_536]).is_ok() {}),
    ("announces two gigabytes", |stream| {
        // as a bulk string, as a message of PostgreSQL, as a packet of MySQL, as a message of NATS
        let _ = stream.write_all(b"$2000000000\r\nR\x7f\xff\xff\xff\xff\xff\xff\x00MSG a 1 2000000000\r\n");
        while stream.write_all(&[0; 65_536]).is_ok() {}
    }),
];

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The word for what was seen, or the reason why nothing was.
fn seen(probe: &str, url: &str) -> String {
    let begun = Instant::now();
    let bench = Bench::new().limit(LIMIT).target("it", url, |_| ());
    let seen = bench.observe(probe, "target: it\n");
    let took = begun.elapsed();
    assert!(took < LIMIT + Duration::from_secs(1), "{probe} at {url}: {took:?}");
    match seen {
        Ok(seen) => text(&seen, "error"),
        Err(unknown) => unknown.0,
    }
}

#[test]
fn each_fault_ends_in_time_in_every_protocol_and_has_a_word() {
    let mut words = Vec::new();
    for (fault, misbehave) in FAULTS {
        for (probe, scheme) in PROTOCOLS {
            let misbehave = *misbehave;
            let server = Server::on(move |mut stream, _| misbehave(&mut stream));
            let before = resident_kib();
            let word = seen(probe, &format!("{scheme}://{}", server.address));
            let grown = resident_kib().saturating_sub(before);
            assert!(grown < MOST_KIB, "{probe}: a server that {fault} costs {grown} KiB");
            words.push((*fault, *probe, word));
        }
    }
    let of = |fault: &str| -> Vec<(&str, &str)> {
        words.iter().filter(|(is, _, _)| *is == fault).map(|(_, probe, word)| (*probe, word.as_str())).collect()
    };
    assert!(of("says nothing").iter().all(|(_, word)| *word == "timeout"), "{:?}", of("says nothing"));
    for fault in ["closes without a word", "resets"] {
        assert!(of(fault).iter().all(|(_, word)| ["closed", "reset"].contains(word)), "{fault}: {:?}", of(fault));
    }
    for fault in ["answers garbage", "speaks HTTP"] {
        let words = of(fault);
        let known = ["protocol", "closed", "reset", "timeout"];
        assert!(words.iter().all(|(_, word)| known.contains(word)), "{fault}: {words:?}");
    }
}

#[test]
fn nobody_there_is_refused_in_every_protocol() {
    for (probe, scheme) in PROTOCOLS {
        assert_eq!(seen(probe, &format!("{scheme}://127.0.0.1:{}", closed_port())), "refused", "{probe}");
    }
}
