//! The network: one dialer for every probe that speaks HTTP or TLS. Phases are timed apart, every wait ends at the
//! deadline, redirects are left to the caller, and proxies named in the environment are not used.
//!
//! Owns `hyper`, `rustls`, `tokio-rustls` and `url`; `hdrhistogram` is `load`'s, `x509-parser` is `tls`'s,
//! `tokio-tungstenite` is `websocket`'s. Leaves to others what a status or a header means.

mod capped;
mod dial;
mod exchange;
mod failure;
mod greet;
mod grpc;
mod inflate;
mod lenient;
mod listen;
pub mod load;
mod proxy;
mod stall;
pub mod tls;
mod trust;
mod upgrade;
mod verifier;
mod websocket;

pub use capped::Capped;
pub(in crate::world) use dial::within;
pub use dial::{Dialed, Line, dial, is_public};
pub use exchange::{Ask, Body, Header, Reply, exchange};
pub use failure::{Failure, FailureKind, WORDS};
pub use greet::{Greeted, greet};
pub use grpc::{Called, call};
pub use inflate::{Inflated, beginning, inflate};
pub use lenient::Verdict;
pub use listen::{Heard, listen};
pub use stall::stall;
pub use trust::Trust;
pub(in crate::world) use upgrade::upgrade;
pub use url::Url;
pub use websocket::{Handshake, Socket, Wish, open_websocket};

use std::time::Duration;

/// The most of a response body that is kept, in bytes.
pub const BODY_CAP: usize = 2 << 20;

/// How long each part of an exchange took. A phase that did not take place has no time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phases {
    /// Looking the name up; zero for an address or a `resolve` entry.
    pub dns: Duration,
    /// Connecting, with addresses that were tried in vain.
    pub connect: Duration,
    /// TLS handshake; `None` without TLS.
    pub tls: Option<Duration>,
    /// From the first byte sent to the end of the response head.
    pub wait: Duration,
    /// From the response head to the end of the body; `None` when the body did not end.
    pub receive: Option<Duration>,
    /// From the response head to the last byte that was read, whether the body ended there or not.
    pub reading: Duration,
}

impl Phases {
    /// All phases together; `None` when the body did not end.
    pub fn total(&self) -> Option<Duration> {
        Some(self.dns + self.connect + self.tls.unwrap_or_default() + self.wait + self.receive?)
    }
}
