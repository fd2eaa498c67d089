//! `shipworthy audit` through the binary, with a scrubbed environment and no outside network.

#![allow(clippy::unwrap_used, reason = "tests")]

mod bench;
mod determinism;
mod exits;
mod hints;
mod init;
mod interrupt;
mod outcomes;
mod plan;
mod prerequisites;
mod properties;
mod replay;
mod requests;
mod secrets;
#[path = "../probing/server.rs"]
mod server;
mod suppressions;
mod timings;
mod waivers;
