//! What the probes of services have in common: which target, as whom, and the facts about getting in.
//!
//! Owns the parameters `target`, `credentials` and `timeout` of such a probe and the facts `reachable`, `admitted`,
//! `error`, `tls` and `time.connect`. What a service tells once we are in belongs to its probe.

mod aim;
mod entry;
mod latency;
pub(super) mod question;

pub(super) use aim::{Access, Aim};
pub(super) use entry::{Entry, declared, trusted};
pub(super) use latency::{Latency, most_runs};
