//! Load on an HTTP service: requests on an open schedule, or as many as a number of connections can carry. Sent from
//! threads of its own, over HTTP/1.1, to one pinned address; redirects are not followed.
//!
//! `schedule` says when a request is due, `desk` who sends it, `tally` what became of it, `guard` when to stop: all
//! four are pure. `wire` is one connection, `press` the threads. Who may press whom, and how hard, is decided by others.

mod alarm;
mod desk;
mod guard;
mod press;
mod schedule;
#[cfg(test)]
mod simulated;
mod tally;
mod wire;

pub use guard::Stopped;
pub use press::{Pressed, press};
pub use schedule::Schedule;
pub use tally::{Ending, Tally, Times, needed};

use std::net::SocketAddr;
use std::time::Duration;

use super::{Header, Trust, Url};
use crate::model::target::Route;

/// A load to put on a service.
#[derive(Clone, Debug)]
pub struct Load {
    /// What to ask.
    pub url: Url,
    /// `GET`, …
    pub method: String,
    /// Headers, credentials among them.
    pub headers: Vec<Header>,
    /// Body of each request.
    pub body: Option<bytes::Bytes>,
    /// Whom we trust.
    pub trust: Trust,
    /// How hosts are reached.
    pub route: Route,
    /// The address that all connections go to, whatever the name resolves to meanwhile.
    pub peer: SocketAddr,
    /// How fast.
    pub pace: Pace,
    /// Connections at most.
    pub connections: usize,
    /// When an answer counts as not coming: from when its request was due.
    pub timeout: Duration,
    /// Statuses that count as good; any of 200..299 when there is none.
    pub good: Vec<u16>,
}

impl Load {
    fn is_good(&self, status: u16) -> bool {
        if self.good.is_empty() { (200..300).contains(&status) } else { self.good.contains(&status) }
    }
}

/// How fast requests are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// At a fixed rate, whatever the target does.
    Open(Schedule),
    /// Each connection sends its next request when it has its answer.
    Saturate {
        /// Before what is measured.
        warmup: Duration,
        /// What is measured.
        duration: Duration,
        /// Requests a second at most.
        most_per_second: Option<u32>,
    },
}

impl Pace {
    /// The measured time: from, to.
    fn window(&self) -> (Duration, Duration) {
        match *self {
            Pace::Open(schedule) => (schedule.warmup, schedule.end()),
            Pace::Saturate { warmup, duration, .. } => (warmup, warmup + duration),
        }
    }
}
