//! TLS looked at from outside: a handshake that accepts every certificate, so that what is wrong with one can be said;
//! a verification apart from it; and which protocol versions are accepted.
//!
//! `certificate` reads X.509, `verdict` verifies, `hello` is the bytes of a first message and its answer, `trial` sends
//! it. What a good certificate or version is, others decide.

mod certificate;
mod hello;
mod trial;
mod verdict;

pub use certificate::{Certificate, Key};
pub use hello::Version;
pub use trial::{Trial, try_version};

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;

use super::dial::{addresses, connect, within};
use super::failure::{Failure, FailureKind};
use super::{Line, Trust};
use crate::model::target::Route;
use crate::world::Deadline;

/// Where a TLS service is.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Host name or address (no brackets round IPv6): what the certificate must be for.
    pub host: &'a str,
    /// Port.
    pub port: u16,
    /// How hosts are reached.
    pub route: &'a Route,
}

/// All addresses of the place, in the order they were given.
pub async fn addresses_of(place: Place<'_>, until: Deadline) -> Result<Vec<SocketAddr>, Failure> {
    let line = Line { host: place.host, port: place.port, tls: None, route: place.route, only_public: false };
    addresses(line, until).await.map(|(addresses, _)| addresses)
}

/// What a handshake showed.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Certificates as they were presented, the service's own first; empty when the handshake did not get that far.
    pub chain: Vec<Certificate>,
    /// Why the chain is not to be trusted for this host at that moment; `None`: it is.
    pub doubt: Option<Failure>,
    /// Whether the last certificate was issued by an authority we trust or by itself: then none is missing behind it.
    pub ends_at_root: bool,
    /// Why the handshake was not completed, if so.
    pub failure: Option<Failure>,
    /// Protocol version, where it was completed.
    pub version: Option<Version>,
    /// Cipher suite, by its name in the IANA registry.
    pub suite: Option<String>,
    /// Protocol that was agreed on by ALPN.
    pub alpn: Option<String>,
    /// Whether the answer of an OCSP responder was stapled to it.
    pub stapled: bool,
    /// How long the handshake took.
    pub took: Duration,
}

/// Shakes hands at this address. `Err` when not even a TCP connection came about.
pub async fn inspect(
    place: Place<'_>,
    address: SocketAddr,
    trust: &Trust,
    now: Timestamp,
    until: Deadline,
) -> Result<Shown, Failure> {
    let (tcp, _) = connect(&[address], until).await?;
    let name = ServerName::try_from(place.host.to_owned())
        .map_err(|_| Failure::new(FailureKind::TlsFailed, format!("`{}` is not a name TLS can ask for", place.host)))?;
    let recorder = Arc::new(verdict::Recorder::new(trust, now));
    let begun = Instant::now();
    let handshake = TlsConnector::from(recorder.config(trust)).connect(name, tcp);
    let done = within(until, "the TLS handshake was not complete", handshake).await;
    let took = begun.elapsed();
    let (session, failure) = match done {
        Ok(Ok(stream)) => (Some(stream), None),
        Ok(Err(error)) => (None, Some(Failure::in_handshake(&error))),
        Err(late) => (None, Some(late)),
    };
    let session = session.as_ref().map(|stream| stream.get_ref().1);
    let seen = recorder.seen();
    Ok(Shown {
        ends_at_root: seen.chain.last().is_some_and(|last| trust.has_issuer_of(last)),
        chain: seen.chain,
        doubt: seen.doubt,
        failure,
        version: session.and_then(|session| Version::of(session.protocol_version()?)),
        suite: session.and_then(|session| session.negotiated_cipher_suite()).map(|suite| {
            let name = format!("{:?}", suite.suite());
            name.replacen("TLS13_", "TLS_", 1)
        }),
        alpn: session
            .and_then(|session| session.alpn_protocol())
            .map(|name| String::from_utf8_lossy(name).into_owned()),
        stapled: seen.stapled,
        took,
    })
}
