//! Ports for programs that cannot be handed a socket that listens already.

#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    dead_code,
    reason = "tests; each test binary uses a part"
)]

use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::TcpListener;
use std::sync::Mutex;

/// Ports below it are those of well-known services.
const LOWEST: u16 = 15_000;

/// Ports that this process has given away: who got one may take a while until it listens.
static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// A port that was free a moment ago, and that neither this nor the system gives to anybody else: a connection that somebody
/// opens before the server is up does not take it away.
pub(crate) fn free_port() -> u16 {
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let given_from = range.split_whitespace().next().and_then(|port| port.parse().ok()).unwrap_or(32_768);
    let below = LOWEST..given_from.max(LOWEST + 1_000);
    let drawn = || below.start + (RandomState::new().hash_one(()) % below.len() as u64) as u16;
    // Erlang listens on every address.
    let is_free = |port: &u16| TcpListener::bind(("0.0.0.0", *port)).is_ok() && GIVEN.lock().unwrap().insert(*port);
    std::iter::repeat_with(drawn).take(1_000).find(is_free).unwrap()
}
