//! Each probe that speaks HTTP against each server that behaves as none should: it ends in time, says what happened, and
//! nothing that it says could pass a check.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use shipworthy::model::{Fact, Observation, Unknown};

use crate::probing::Bench;
use crate::probing::server::{Server, head, reset};

const LIMIT: Duration = Duration::from_secs(2);
/// Beside the limit; a second would do on a machine with nothing else to do.
const GRACE: Duration = Duration::from_secs(6);

/// Probes and what they have to be told.
const PROBES: &[(&str, &str)] = &[
    ("http", ""),
    ("security_headers", ""),
    ("exposed_paths", ""),
    ("cors", ""),
    ("cookies", ""),
    ("delivery", ""),
    ("disclosure", ""),
    ("error_format", ""),
    ("health", ""),
    ("resources", ""),
    ("security_txt", ""),
    ("auth_required", "paths: [/a]\n"),
    ("websocket", ""),
    ("sse", ""),
    ("metrics", ""),
    ("promql", "query: up\n"),
    ("trace", "request: { target: it, path: / }\n"),
    ("alert", ""),
];

/// Facts that tell of the look itself.
const OF_THE_LOOK: [&str; 4] = ["reachable", "error", "algorithm", "opened"];

type Misbehave = fn(&mut TcpStream);

/// What a server does, and words of which each reason holds one.
const FAULTS: &[(&str, Misbehave, &[&str])] = &[
    ("says nothing", |_| std::thread::sleep(LIMIT * 2), &["timeout", "time limit"]),
    (
        "drips a byte a second",
        |stream| {
            let _ = head(stream);
            for byte in b"HTTP/1.1 200 OK\r\ncontent-type: text/html" {
                if stream.write_all(&[*byte]).is_err() {
                    return;
                }
                std::thread::sleep(Duration::from_secs(1));
            }
        },
        &["timeout", "time limit"],
    ),
    ("resets", |stream| reset(stream), &["reset", "closed"]),
    (
        "answers garbage",
        |stream| {
            let _ = head(stream);
            let _ = stream.write_all(b"\x00\xff\x01\xfe SSH-2.0-OpenSSH_9.2\r\n\r\n");
        },
        &["not-http", "closed", "invalid HTTP version", "unexpected message"],
    ),
    (
        "sends headers without end",
        |stream| {
            let _ = head(stream);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
            while stream.write_all(&b"x-more: and more\r\n".repeat(1000)).is_ok() {}
        },
        &["head is too large", "too many headers", "internal error", "not-http", "closed", "reset"],
    ),
];

/// Why nothing was seen, and the names of facts that say something.
fn told(seen: Result<Observation, Unknown>) -> (String, Vec<String>) {
    let seen = match seen {
        Err(unknown) => return (unknown.0, Vec::new()),
        Ok(seen) => seen,
    };
    let reasons = seen.facts.iter().filter_map(|(_, fact)| match fact {
        Fact::Unobserved(reason) => Some(reason.as_str()),
        _ => None,
    });
    let notes = seen.evidence.iter().filter_map(|place| place.note.as_deref());
    let error = match seen.facts.get("error") {
        Fact::Present(word) => format!("{word:?}"),
        _ => String::new(),
    };
    let reason: Vec<&str> = reasons.chain(notes).chain([error.as_str()]).collect();
    let present = |(name, fact): (&str, &Fact)| {
        let says = matches!(fact, Fact::Present(_)) && !OF_THE_LOOK.contains(&name);
        says.then(|| name.to_owned())
    };
    (reason.join("; "), seen.facts.iter().filter_map(present).collect())
}

/// What is wrong with how a probe takes a fault.
fn wrong(probe: &str, parameters: &str, (fault, misbehave, words): &(&str, Misbehave, &[&str])) -> Option<String> {
    let misbehave = *misbehave;
    let server = Server::on(move |mut stream, _| misbehave(&mut stream));
    let bench = Bench::new().limit(LIMIT).target("it", &server.url(), |target| target.allow_active = true);
    let begun = Instant::now();
    let (reason, says) = told(bench.observe(probe, &format!("target: it\n{parameters}")));
    let took = begun.elapsed();
    let late = took > LIMIT + GRACE;
    let known = words.iter().any(|word| reason.contains(word));
    (late || !known || !says.is_empty())
        .then(|| format!("{probe}, server {fault}: {took:?}, `{reason}`, says {says:?}"))
}

#[test]
fn each_fault_ends_in_time_with_its_reason_and_proves_nothing() {
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let looks: Vec<_> = PROBES
            .iter()
            .map(|(probe, parameters)| {
                scope.spawn(move || {
                    FAULTS.iter().filter_map(|fault| wrong(probe, parameters, fault)).collect::<Vec<_>>()
                })
            })
            .collect();
        looks.into_iter().flat_map(|look| look.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
