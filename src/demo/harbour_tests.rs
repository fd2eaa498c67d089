//! Tests of the service over its real socket.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use crate::demo::start;

fn get(base_url: &str, path: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(base_url.trim_start_matches("http://")).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: harbour\r\nconnection: close\r\n{headers}\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_flawed_service_gives_data_to_anybody_and_the_fixed_one_asks_for_a_login() {
    let (flawed, fixed) = (start(false).unwrap(), start(true).unwrap());
    let open = get(&flawed.base_url, "/api/profiles", "");
    assert!(open.starts_with("HTTP/1.1 200") && open.contains("ada@harbour.test"), "{open}");
    let closed = get(&fixed.base_url, "/api/profiles", "");
    assert!(closed.starts_with("HTTP/1.1 401") && !closed.contains("ada@"), "{closed}");
    let wrong = get(&fixed.base_url, "/api/profiles", "authorization: Bearer wrong\r\n");
    assert!(wrong.starts_with("HTTP/1.1 401"), "{wrong}");
    let master = get(&fixed.base_url, "/api/profiles", "authorization: Bearer harbour-master-demo-token\r\n");
    assert!(master.contains("ada@harbour.test"), "{master}");
}

#[test]
fn stored_markup_is_shown_raw_by_the_flawed_service_only() {
    let (flawed, fixed) = (start(false).unwrap(), start(true).unwrap());
    assert!(get(&flawed.base_url, "/skippers/3", "").contains("<script>alert"));
    let safe = get(&fixed.base_url, "/skippers/3", "");
    assert!(!safe.contains("<script>") && safe.contains("&lt;script&gt;"), "{safe}");
}

#[test]
fn the_flawed_berth_list_really_is_slow() {
    let flawed = start(false).unwrap();
    let before = Instant::now();
    assert!(get(&flawed.base_url, "/api/berths", "").contains("B24"));
    assert!(before.elapsed().as_millis() >= 200);
}

#[test]
fn health_and_readiness_contradict_each_other_in_the_flawed_service() {
    let flawed = start(false).unwrap();
    assert!(get(&flawed.base_url, "/health", "").starts_with("HTTP/1.1 200"));
    assert!(get(&flawed.base_url, "/health/ready", "").starts_with("HTTP/1.1 503"));
}

#[test]
fn an_error_of_the_flawed_service_shows_its_source() {
    let (flawed, fixed) = (start(false).unwrap(), start(true).unwrap());
    assert!(get(&flawed.base_url, "/api/bookings/x", "").contains("Traceback"));
    let polite = get(&fixed.base_url, "/api/bookings/x", "");
    assert!(polite.starts_with("HTTP/1.1 400") && polite.contains("application/problem+json"), "{polite}");
}

#[test]
fn the_fixed_berth_list_is_cached_by_its_tag() {
    let fixed = start(true).unwrap();
    let first = get(&fixed.base_url, "/api/berths", "");
    let tag = first.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    let second = get(&fixed.base_url, "/api/berths", &format!("if-none-match: {tag}\r\n"));
    assert!(second.starts_with("HTTP/1.1 304"), "{second}");
}

#[test]
fn a_stopped_service_refuses_connections() {
    let running = start(true).unwrap();
    let address = running.base_url.trim_start_matches("http://").to_owned();
    running.stop();
    assert!(TcpStream::connect(address).is_err());
}
