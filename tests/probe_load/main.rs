//! Probe `load` against real servers on loopback whose behaviour is known.

#![allow(clippy::unwrap_used, reason = "tests")]

mod faults;
#[path = "../probing/mod.rs"]
mod probing;
mod rails;

use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use probing::server::{Identity, Server, head};
use probing::{Bench, absent, member, number, unobserved, value};
use shipworthy::model::{Fact, Observation, Value};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// A bench whose target allows load.
fn bench(url: &str) -> Bench {
    Bench::new().limit(Duration::from_secs(60)).target("api", url, |target| target.allow_load = true)
}

fn press(url: &str, params: &str) -> Observation {
    bench(url).observe("load", &format!("target: api\n{params}")).unwrap()
}

/// The same, once more when this machine had too much to do for the times to be the server's.
fn press_in_quiet(url: &str, params: &str) -> Observation {
    let all = (0..5).map(|_| press(url, params));
    let busy =
        |seen: &Observation| matches!(seen.facts.get("p50"), Fact::Unobserved(why) if why.contains("too much to do"));
    all.into_iter().find(|seen| !busy(seen)).expect("this machine has too much to do for any measurement")
}

fn float(seen: &Observation, fact: &str) -> f64 {
    match value(seen, fact) {
        Value::Number(number) => number.to_f64(),
        other => panic!("{fact} is {other:?}"),
    }
}

/// Answers every request of a connection as `answer` says, until it returns false.
fn keeping_alive(answer: impl Fn(&mut TcpStream) -> bool + Send + Sync + 'static) -> Server {
    Server::on(move |mut stream, _| {
        let _ = stream.set_nodelay(true);
        while !head(&mut stream).is_empty() && answer(&mut stream) {}
    })
}

fn delayed(delay: Duration) -> Server {
    keeping_alive(move |stream| {
        sleep(delay);
        stream.write_all(OK).is_ok()
    })
}

#[test]
fn a_known_delay_is_what_is_reported() {
    let seen =
        press_in_quiet(&delayed(Duration::from_millis(20)).url(), "rate: 100/s\nduration: 3 s\nwarmup: 500 ms\n");
    let p50 = float(&seen, "p50");
    // never less than the delay, and on a machine that does other things not much more
    assert!((0.020..0.100).contains(&p50), "{p50}: {:?}", seen.evidence);
    assert_eq!(number(&seen, "requests"), "300");
    assert_eq!((number(&seen, "error_rate").as_str(), number(&seen, "bytes").as_str()), ("0", "600"));
    assert_eq!(member(&seen, "by_status.", "200"), Some(Value::count(300)));
    assert!(float(&seen, "throughput") > 80.0 && float(&seen, "achieved") > 0.9);
    assert!(unobserved(&seen, "p99").contains("`p99` needs 1000 requests, there are 300"));
    assert!(absent(&seen, "stopped") && absent(&seen, "error"));
    assert_eq!(seen.requests, 1 + 350, "the first one and the warm-up count as sent");
    let connections = float(&seen, "connections");
    assert!(connections < 64.0, "{connections} connections for two requests at once");
}

/// One second of every five nothing is answered: of random arrivals p95 waits 0.75 s. What starts its stopwatch when it
/// sends sees a few milliseconds.
#[test]
fn a_stall_is_seen_as_users_see_it() {
    let start = Instant::now();
    let server = keeping_alive(move |stream| {
        let into = start.elapsed().as_millis() % 5000;
        if into < 1000 {
            sleep(Duration::from_millis(1000 - into as u64));
        }
        stream.write_all(OK).is_ok()
    });
    let seen = press_in_quiet(&server.url(), "rate: 110/s\nduration: 10 s\nwarmup: 0 s\nconnections: 8\n");
    for (fact, due) in [("p90", 0.5), ("p95", 0.75), ("p99", 0.95)] {
        let time = float(&seen, fact);
        assert!((due * 0.85..due * 1.25).contains(&time), "{fact}: {time}, not {due}: {:?}", seen.evidence);
    }
    assert!(float(&seen, "p50") < 0.1 && float(&seen, "max") > 0.85);
}

#[test]
fn users_are_connections_that_ask_in_their_time() {
    let most = std::sync::Arc::new(AtomicU64::new(0));
    let open = AtomicU64::new(0);
    let seen_most = most.clone();
    let server = Server::on(move |mut stream, _| {
        seen_most.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        while !head(&mut stream).is_empty() {
            sleep(Duration::from_millis(300));
            let _ = stream.write_all(OK);
        }
        open.fetch_sub(1, Ordering::SeqCst);
    });
    let seen = press(&server.url(), "users: 10\nevery: 200 ms\nduration: 2 s\nwarmup: 200 ms\n");
    assert_eq!(number(&seen, "requests"), "100");
    // each user needs 300 ms for what it wants to do every 200 ms: two thirds of it can be sent in time
    let achieved = float(&seen, "achieved");
    assert!((0.5..0.8).contains(&achieved), "{achieved}");
    assert!(most.load(Ordering::SeqCst) <= 11, "ten users and the first request: {most:?}");
}

#[test]
fn saturating_measures_how_much_and_says_nothing_of_how_fast() {
    let server = delayed(Duration::from_millis(10));
    let seen = press(&server.url(), "mode: saturate\nconnections: 4\nduration: 2 s\nwarmup: 300 ms\n");
    let throughput = float(&seen, "throughput");
    // four connections of 10 ms carry at most 400 a second
    assert!((200.0..=400.0).contains(&throughput), "{throughput}");
    assert!(unobserved(&seen, "p50").contains("measures how much, not how fast"));
    assert_eq!(number(&seen, "error_rate"), "0");
    assert_eq!(number(&seen, "connections"), "4");
}

#[test]
fn errors_are_counted_by_kind_and_do_not_look_quick() {
    let count = AtomicU64::new(0);
    let server = keeping_alive(move |stream| {
        if count.fetch_add(1, Ordering::SeqCst) % 4 == 3 {
            return stream.write_all(b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n").is_ok();
        }
        sleep(Duration::from_millis(20));
        stream.write_all(OK).is_ok()
    });
    let seen = press_in_quiet(&server.url(), "rate: 100/s\nduration: 2 s\nwarmup: 0 s\n");
    let error_rate = float(&seen, "error_rate");
    assert!((0.2..0.3).contains(&error_rate), "{error_rate}");
    assert!(
        matches!(member(&seen, "by_status.", "500"), Some(Value::Number(n)) if (45.0..=55.0).contains(&n.to_f64()))
    );
    assert_eq!(member(&seen, "by_status.", "404"), None);
    assert!(float(&seen, "p50") >= 0.020, "failures of no time are not among the times");
    assert!((60.0..=80.0).contains(&float(&seen, "throughput")), "only good answers are throughput");
}

#[test]
fn a_status_that_is_asked_for_is_good() {
    let server = keeping_alive(|stream| stream.write_all(b"HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n").is_ok());
    let seen = press(&server.url(), "rate: 50/s\nduration: 1 s\nwarmup: 0 s\nstatus: [404]\n");
    assert_eq!((number(&seen, "error_rate").as_str(), number(&seen, "requests").as_str()), ("0", "50"));
}

#[test]
fn a_server_that_closes_after_each_answer_costs_connections_not_errors() {
    let server = Server::new(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok");
    });
    let seen = press(&server.url(), "rate: 50/s\nduration: 2 s\nwarmup: 0 s\n");
    assert_eq!((number(&seen, "error_rate").as_str(), number(&seen, "requests").as_str()), ("0", "100"));
    assert!(float(&seen, "connections") >= 100.0);
}

#[test]
fn load_goes_over_tls_with_the_targets_trust() {
    let identity = Identity::new("shop.test", 2020, 2040);
    let server = Server::tls(&identity);
    let url = format!("https://shop.test:{}", server.address.port());
    let bench = Bench::new().limit(Duration::from_secs(30)).file("ca.pem", &identity.authority_pem).target(
        "api",
        &url,
        |target| {
            target.allow_load = true;
            target.route.resolve.insert("shop.test".into(), "127.0.0.1".into());
            target.ca_file = Some("ca.pem".into());
        },
    );
    let seen = bench.observe("load", "target: api\nrate: 20/s\nduration: 2 s\nwarmup: 0 s\n").unwrap();
    assert_eq!((number(&seen, "error_rate").as_str(), number(&seen, "requests").as_str()), ("0", "40"));
}

#[test]
fn a_load_that_nobody_waits_for_ends_at_once() {
    let asked = std::sync::Arc::new(AtomicU64::new(0));
    let counter = asked.clone();
    let server = keeping_alive(move |stream| {
        counter.fetch_add(1, Ordering::SeqCst);
        stream.write_all(OK).is_ok()
    });
    let bench = bench(&server.url());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let pressed = runtime.block_on(async {
        let observed = bench.observe_async("load", "target: api\nrate: 200/s\nduration: 30 s\n");
        tokio::time::timeout(Duration::from_millis(700), observed).await
    });
    assert!(pressed.is_err(), "it goes on for 30 s");
    sleep(Duration::from_millis(300));
    let after = asked.load(Ordering::SeqCst);
    sleep(Duration::from_millis(500));
    assert_eq!(asked.load(Ordering::SeqCst), after);
}

#[test]
fn a_body_is_read_to_its_end_and_counted() {
    let body = vec![b'x'; 100_000];
    let server = keeping_alive(move |stream| {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).is_ok() && stream.write_all(&body).is_ok()
    });
    let seen = press(&server.url(), "rate: 20/s\nduration: 1 s\nwarmup: 0 s\n");
    assert_eq!(number(&seen, "bytes"), "2000000");
    assert!(matches!(seen.facts.get("p50"), Fact::Present(_)));
}
