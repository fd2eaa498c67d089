//! Services that are not HTTP, such as databases, caches and brokers: reached through the one dialer, spoken to by
//! clients made for them. One file per service owns its client.
//!
//! Owns how a target becomes an address, the words for what went wrong, and that every wait ends at the deadline, no
//! answer exhausts memory, and nothing is written. What an answer means is the probes' business.

pub mod amqp;
pub mod dns;
mod encryption;
mod endpoint;
pub mod mysql;
pub mod nats;
pub mod postgres;
pub mod redis;
mod trouble;

pub use encryption::{Encryption, Wish};
pub use endpoint::{Endpoint, Login};
pub use trouble::{Trouble, TroubleKind, WORDS};

use tokio::task::JoinHandle;

use super::Deadline;
use super::net::{Capped, Line, Phases, Trust, dial, within};
use crate::model::target::Route;

/// Bytes that one conversation may send us.
const ANSWER_CAP: usize = 16 << 20;

/// How to reach an endpoint.
#[derive(Clone, Copy, Debug)]
pub struct Reach<'a> {
    /// Where.
    pub endpoint: &'a Endpoint,
    /// How hosts are reached.
    pub route: &'a Route,
    /// When every wait ends.
    pub until: Deadline,
}

/// Opens a connection, with TLS from its first byte when there is a trust.
async fn open(reach: Reach<'_>, trust: Option<&Trust>) -> Result<(Capped, Phases), Trouble> {
    let endpoint = reach.endpoint;
    let line = Line { host: &endpoint.host, port: endpoint.port, tls: trust, route: reach.route, only_public: false };
    let dialed = dial(line, reach.until).await?;
    Ok((Capped::new(dialed.stream, ANSWER_CAP), dialed.phases))
}

/// Waits for a client's answer until the deadline.
async fn answered<T, E>(
    until: Deadline,
    future: impl Future<Output = Result<T, E>>,
    trouble: impl FnOnce(&E) -> Trouble,
) -> Result<T, Trouble> {
    within(until, "there was no answer", future).await?.map_err(|error| trouble(&error))
}

/// The task that moves a client's bytes; it ends with its owner.
struct Driver(JoinHandle<()>);

impl Driver {
    fn spawn(future: impl Future<Output = ()> + Send + 'static) -> Driver {
        Driver(tokio::spawn(future))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}
