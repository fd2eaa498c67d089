//! From a host and a port to an open connection: look-up, connecting, TLS, each timed.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::failure::{Failure, FailureKind};
use super::{Phases, Trust};
use crate::world::Deadline;

/// Where to, and how.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Host name or address (no brackets round IPv6).
    pub host: &'a str,
    /// Port.
    pub port: u16,
    /// TLS with this trust; plain without.
    pub tls: Option<&'a Trust>,
    /// `host → address`, instead of DNS.
    pub resolve: &'a BTreeMap<String, String>,
}

/// Both directions of a connection.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// An open connection.
pub struct Dialed {
    /// The connection.
    pub stream: Box<dyn Duplex>,
    /// Whom we reached.
    pub peer: SocketAddr,
    /// How long it took so far.
    pub phases: Phases,
    /// Whether both sides agreed on HTTP/2.
    pub http2: bool,
}

/// Opens a connection, trying the addresses of the host one after the other.
pub async fn dial(line: Line<'_>, until: Deadline) -> Result<Dialed, Failure> {
    let (addresses, dns) = addresses(line, until).await?;
    let begun = Instant::now();
    let (tcp, peer) = connect(&addresses, until).await?;
    let _ = tcp.set_nodelay(true);
    let phases = Phases { dns, connect: begun.elapsed(), ..Phases::default() };
    let Some(trust) = line.tls else {
        return Ok(Dialed { stream: Box::new(tcp), peer, phases, http2: false });
    };
    let begun = Instant::now();
    let name = ServerName::try_from(line.host.to_owned())
        .map_err(|_| Failure::new(FailureKind::TlsFailed, format!("`{}` is not a name TLS can ask for", line.host)))?;
    let handshake = TlsConnector::from(trust.config()).connect(name, tcp);
    let tls = within(until, "the TLS handshake was not complete", handshake)
        .await?
        .map_err(|error| Failure::in_handshake(&error))?;
    let http2 = tls.get_ref().1.alpn_protocol() == Some(b"h2");
    let phases = Phases { tls: Some(begun.elapsed()), ..phases };
    Ok(Dialed { stream: Box::new(tls), peer, phases, http2 })
}

/// Waits for a future until the deadline; `missing` says what had not happened by then.
pub(super) async fn within<T>(until: Deadline, missing: &str, future: impl Future<Output = T>) -> Result<T, Failure> {
    timeout(until.left(), future).await.map_err(|_| too_late(until, missing))
}

fn too_late(until: Deadline, missing: &str) -> Failure {
    Failure::new(FailureKind::Timeout, format!("{missing} within {}", in_seconds(until.limit())))
}

/// `10 s`, `0.3 s`.
fn in_seconds(limit: Duration) -> String {
    format!("{} s", limit.as_millis() as f64 / 1000.0)
}

/// Where the host is, and how long it took to find out.
async fn addresses(line: Line<'_>, until: Deadline) -> Result<(Vec<SocketAddr>, Duration), Failure> {
    let fixed = line.resolve.get(line.host).map(String::as_str);
    let host = fixed.unwrap_or(line.host);
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Ok((vec![SocketAddr::new(address, line.port)], Duration::ZERO));
    }
    if let Ok(address) = host.parse::<SocketAddr>() {
        return Ok((vec![address], Duration::ZERO));
    }
    if fixed.is_some() {
        let detail = format!("`resolve` gives `{host}` for `{}`, which is not an address", line.host);
        return Err(Failure::new(FailureKind::Unresolvable, detail));
    }
    let begun = Instant::now();
    // the system's look-up cannot be interrupted; on a timeout its thread is left behind
    let missing = format!("`{host}` was not resolved");
    let found = within(until, &missing, tokio::net::lookup_host((host.to_owned(), line.port))).await?;
    let unresolvable = |why: String| Failure::new(FailureKind::Unresolvable, format!("`{host}` has no address{why}"));
    let mut found: Vec<SocketAddr> = found.map_err(|error| unresolvable(format!(" ({error})")))?.collect();
    found.dedup();
    if found.is_empty() { Err(unresolvable(String::new())) } else { Ok((found, begun.elapsed())) }
}

/// The first address that answers; each gets an equal share of the time that is left.
async fn connect(addresses: &[SocketAddr], until: Deadline) -> Result<(TcpStream, SocketAddr), Failure> {
    let mut failures: Vec<Failure> = Vec::new();
    for (tried, address) in addresses.iter().enumerate() {
        let share = until.left() / u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX).max(1);
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok((stream, *address)),
            Ok(Err(error)) => failures.push(Failure::connecting(&error, address)),
            Err(_) => failures.push(too_late(until, &format!("{address} did not answer"))),
        }
    }
    let detail: Vec<&str> = failures.iter().map(|failure| failure.detail.as_str()).collect();
    let detail = detail.join("; ");
    // an address family without a route says nothing about the target when another address told more
    let telling = failures.iter().rev().find(|failure| failure.kind != FailureKind::Unreachable);
    let kind = telling.map_or(FailureKind::Unreachable, |failure| failure.kind);
    Err(Failure::new(kind, detail))
}
