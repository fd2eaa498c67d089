//! What keeps a load from doing harm: permissions, caps, stopping by itself.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::probing::server::Server;
use crate::probing::{Bench, number, text, unobserved};
use crate::{OK, bench, float, keeping_alive, press};

fn refusal(bench: &Bench, params: &str) -> String {
    bench.observe("load", &format!("target: api\n{params}")).unwrap_err().0
}

#[test]
fn only_a_target_that_allows_it_is_pressed() {
    let server = Server::saying(OK);
    let params = "rate: 10/s\nduration: 1 s\n";
    let target = |change: fn(&mut shipworthy::model::Target)| Bench::new().target("api", &server.url(), change);
    assert_eq!(refusal(&target(|_| ()), params), "load not sent: target `api` does not say `allow: [load]`");
    let active_only = target(|target| target.allow_active = true);
    assert_eq!(refusal(&active_only, params), "load not sent: target `api` does not say `allow: [load]`");
    let protected = target(|target| {
        target.allow_load = true;
        target.protected = true;
    });
    assert!(refusal(&protected, params).contains("the environment is protected"));
    let doubtful =
        target(|target| target.allow_reason = Some("`http://evil` is not among the target's `origins`".into()));
    assert!(refusal(&doubtful, params).contains("origins"));
    let mut forbidden = bench(&server.url());
    forbidden.world.permit.active = false;
    assert_eq!(refusal(&forbidden, params), "load not sent: --no-active");
    forbidden.world.permit.network = false;
    assert_eq!(refusal(&forbidden, params), "not contacted: --offline");
    let post = "method: POST\nbody: x\nrate: 10/s\nduration: 1 s\n";
    assert_eq!(refusal(&bench(&server.url()), post), "POST not sent: target `api` does not say `allow: [active]`");
    assert!(server.asked().is_empty(), "{:?}", server.asked());
}

#[test]
fn more_than_the_caps_needs_the_word_of_the_owner() {
    let server = keeping_alive(|stream| stream.write_all(OK).is_ok());
    let caps = bench(&server.url());
    for (params, over) in [
        ("rate: 2001/s\n", "more than 2000 requests a second"),
        ("rate: 10/s\nduration: 61 s\n", "longer than 60 s"),
        ("rate: 10/s\nconnections: 257\n", "more than 256 connections"),
        ("users: 300\n", "more than 256 connections"),
        ("mode: saturate\nconnections: 300\n", "more than 256 connections"),
    ] {
        let due = format!("load not sent: {over}; who owns the target says `--i-own-this-target 127.0.0.1`");
        assert_eq!(refusal(&caps, params), due);
    }
    let mut owned = bench(&server.url());
    owned.world.owned = vec!["127.0.0.1".into()];
    let seen = owned.observe("load", "target: api\nusers: 300\nevery: 3 s\nduration: 1 s\nwarmup: 0 s\n").unwrap();
    assert_eq!(number(&seen, "requests"), "100");
}

#[test]
fn saturating_is_held_at_the_cap_and_says_so() {
    let server = keeping_alive(|stream| stream.write_all(OK).is_ok());
    let seen = press(&server.url(), "mode: saturate\nconnections: 8\nduration: 2 s\nwarmup: 200 ms\n");
    assert!(float(&seen, "throughput") <= 2_050.0, "{}", float(&seen, "throughput"));
}

#[test]
fn a_flood_of_failures_stops_the_load() {
    let count = AtomicU64::new(0);
    let server = keeping_alive(move |stream| {
        let answer = if count.fetch_add(1, Ordering::SeqCst) < 50 {
            OK
        } else {
            &b"HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n"[..]
        };
        stream.write_all(answer).is_ok()
    });
    let begun = Instant::now();
    let seen = press(&server.url(), "rate: 100/s\nduration: 30 s\nwarmup: 0 s\n");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!(text(&seen, "stopped"), "failures");
    assert!(float(&seen, "error_rate") > 0.5);
    for fact in ["p50", "throughput", "achieved", "mean"] {
        assert!(unobserved(&seen, fact).contains("more than half of the requests failed for 2 s"), "{fact}");
    }
}

#[test]
fn a_429_stops_it_at_once_and_nothing_is_said_of_speed_or_errors() {
    let count = AtomicU64::new(0);
    let server = keeping_alive(move |stream| {
        let limited = count.fetch_add(1, Ordering::SeqCst) >= 20;
        let answer = if limited { &b"HTTP/1.1 429 No\r\ncontent-length: 0\r\n\r\n"[..] } else { OK };
        stream.write_all(answer).is_ok()
    });
    let seen = press(&server.url(), "rate: 100/s\nduration: 30 s\nwarmup: 0 s\n");
    assert_eq!(text(&seen, "stopped"), "rate-limit");
    for fact in ["error_rate", "p50", "throughput"] {
        assert!(unobserved(&seen, fact).contains("the target answered 429"), "{fact}");
    }
    assert!(seen.requests < 200, "{}", seen.requests);
}

#[test]
fn a_target_that_is_down_or_wrong_is_asked_once() {
    let closed = format!("http://127.0.0.1:{}", crate::probing::server::closed_port());
    let seen = press(&closed, "rate: 100/s\n");
    assert_eq!((text(&seen, "error").as_str(), number(&seen, "error_rate").as_str()), ("refused", "1"));
    assert!(unobserved(&seen, "p95").contains("no load was sent, the target does not answer: refused"));
    let server = Server::saying("HTTP/1.1 302 Found\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n");
    let seen = press(&server.url(), "rate: 100/s\n");
    assert_eq!(unobserved(&seen, "p95"), "no load was sent, the first answer has status 302");
    assert_eq!((number(&seen, "error_rate").as_str(), server.asked().len()), ("1", 1));
}

#[test]
fn wrong_parameters_are_problems_with_help() {
    for (params, message) in [
        ("", "nothing says how much load"),
        ("rate: 60\n", "`60` has no unit"),
        ("rate: 0/s\n", "`rate: 0/s` is not between nothing and 100000 a second"),
        ("rate: 1000000/s\n", "`rate: 1000000/s` is not between nothing and"),
        ("rate: 10/s\nusers: 3\n", "more than one of `rate`, `users` and `mode`"),
        ("mode: fast\n", "unknown mode `fast`"),
        ("rate: 10/s\nevery: 1 s\n", "`every` belongs to `users`"),
        ("users: 0\n", "`users: 0` is not in 1..4096"),
        ("users: 10\nconnections: 5\n", "with `users` each user is a connection"),
        ("rate: 10/s\nconnections: 0\n", "`connections: 0` is not in 1..4096"),
        ("rate: 10/s\nduration: 0 s\n", "a `duration` of nothing"),
        ("rate: 10/s\nduration: 2 h\n", "`duration: 2 h` is longer than an hour"),
        ("rate: 1/min\nduration: 10 s\n", "not one request falls into the measured time"),
        ("rate: 10/s\npath: x\n", "path `x` does not start with `/`"),
        ("rate: 10/s\nbody: x\n", "GET has no body"),
        ("rate: 10/s\nmethod: FETCH\n", "unknown method `FETCH`"),
        ("rate: 10/s\nheaders: { cookie: x }\n", "`cookie` carries credentials"),
    ] {
        let problems = Bench::new().decode_problems("load", &format!("target: api\n{params}"));
        assert!(problems.len() == 1 && problems[0].message.starts_with(message), "{params}: {problems:?}");
        assert!(problems[0].help.is_some() && problems[0].place.is_some(), "{params}: {problems:?}");
    }
}
