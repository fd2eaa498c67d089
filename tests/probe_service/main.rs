//! Probes of services against the real servers, and against servers that misbehave.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../probing/mod.rs"]
mod probing;
#[path = "../servers/mod.rs"]
mod servers;

mod alert;
mod amqp;
mod dns;
mod faults;
mod fresh;
mod grpc;
mod mysql;
mod nats;
mod postgres;
mod prometheus;
mod redis;
mod trace;
mod websocket;

use probing::server;
