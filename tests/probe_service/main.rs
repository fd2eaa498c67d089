//! Probes of services against the real servers, and against servers that misbehave.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../probing/mod.rs"]
mod probing;
#[path = "../servers/mod.rs"]
mod servers;

mod amqp;
mod dns;
mod mysql;
mod nats;
mod postgres;
mod prometheus;
mod redis;
mod websocket;

use probing::server;
