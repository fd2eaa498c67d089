//! From a host and a port to an open connection: look-up, connecting, TLS, each timed.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::failure::{Failure, FailureKind};
use super::{Phases, Trust};
use crate::model::target::{Family, Route};
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
    /// How hosts are reached.
    pub route: &'a Route,
    /// Refuse private addresses, unless the route names them: a stranger sent us here.
    pub only_public: bool,
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
    if let Some(proxy) = &line.route.proxy {
        return super::proxy::dial(line, proxy, until).await;
    }
    let (tcp, peer, phases) = connected(line, until).await?;
    let Some(trust) = line.tls else {
        return Ok(Dialed { stream: Box::new(tcp), peer, phases, http2: false });
    };
    secured(Box::new(tcp), (line.host, trust), (peer, phases), until).await
}

/// A connection without TLS, to where the line leads.
pub(super) async fn connected(line: Line<'_>, until: Deadline) -> Result<(TcpStream, SocketAddr, Phases), Failure> {
    let (addresses, dns) = addresses(line, until).await?;
    let begun = Instant::now();
    let (tcp, peer) = connect(&addresses, until).await?;
    let _ = tcp.set_nodelay(true);
    Ok((tcp, peer, Phases { dns, connect: begun.elapsed(), ..Phases::default() }))
}

/// TLS over a connection.
pub(super) async fn secured(
    stream: Box<dyn Duplex>,
    (host, trust): (&str, &Trust),
    (peer, phases): (SocketAddr, Phases),
    until: Deadline,
) -> Result<Dialed, Failure> {
    let begun = Instant::now();
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| Failure::new(FailureKind::TlsFailed, format!("`{host}` is not a name TLS can ask for")))?;
    let handshake = TlsConnector::from(trust.config()).connect(name, stream);
    let tls = within(until, "the TLS handshake was not complete", handshake)
        .await?
        .map_err(|error| Failure::in_handshake(&error))?;
    let http2 = tls.get_ref().1.alpn_protocol() == Some(b"h2");
    let phases = Phases { tls: Some(begun.elapsed()), ..phases };
    Ok(Dialed { stream: Box::new(tls), peer, phases, http2 })
}

/// Waits for a future until the deadline; `missing` says what had not happened by then.
pub(in crate::world) async fn within<T>(
    until: Deadline,
    missing: &str,
    future: impl Future<Output = T>,
) -> Result<T, Failure> {
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
pub(super) async fn addresses(line: Line<'_>, until: Deadline) -> Result<(Vec<SocketAddr>, Duration), Failure> {
    let (mut found, dns) = all_addresses(line, until).await?;
    if let Some(family) = line.route.family {
        found.retain(|address| family.has(address.ip()));
        let word = if family == Family::Four { "IPv4" } else { "IPv6" };
        if found.is_empty() {
            return Err(Failure::new(FailureKind::Unresolvable, format!("`{}` has no {word} address", line.host)));
        }
    }
    Ok((found, dns))
}

async fn all_addresses(line: Line<'_>, until: Deadline) -> Result<(Vec<SocketAddr>, Duration), Failure> {
    let fixed = line.route.address(line.host);
    let host = fixed.unwrap_or(line.host);
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        let found = vec![SocketAddr::new(address, line.port)];
        let found = if line.only_public && fixed.is_none() { public_ones(host, found)? } else { found };
        return Ok((found, Duration::ZERO));
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
    if line.only_public {
        found = public_ones(host, found)?;
    }
    if found.is_empty() { Err(unresolvable(String::new())) } else { Ok((found, begun.elapsed())) }
}

/// What a public service may send us to. The others are inside this network: what answers there is nobody's business.
fn public_ones(host: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Failure> {
    let (public, private): (Vec<_>, Vec<_>) = found.into_iter().partition(|address| is_public(address.ip()));
    match private.first() {
        Some(first) if public.is_empty() => {
            let detail = format!(
                "a public host redirects to `{host}`, which is the private address {}; name it under `resolve` of the \
                 target to allow that",
                first.ip()
            );
            Err(Failure::new(FailureKind::BadRedirect, detail))
        }
        _ => Ok(public),
    }
}

/// Whether an address is on the internet: not loopback, private (RFC 1918, RFC 4193), link-local, shared (RFC 6598),
/// multicast, unspecified or reserved.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            let shared = first == 100 && (64..128).contains(&second);
            let reserved = first == 0 || first >= 240 || address.is_multicast();
            let inside = address.is_private() || address.is_loopback() || address.is_link_local();
            !(inside || shared || reserved)
        }
        IpAddr::V6(address) => {
            let inside = address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local();
            !(inside || address.is_unspecified() || address.is_multicast())
        }
    }
}

/// The first address that answers; each gets an equal share of the time that is left.
pub(super) async fn connect(addresses: &[SocketAddr], until: Deadline) -> Result<(TcpStream, SocketAddr), Failure> {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn addresses_of_the_internet_are_told_from_those_of_this_network() {
        for public in ["1.1.1.1", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for private in
            ["127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1"]
        {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for private in ["fd00::1", "fe80::1", "::ffff:10.0.0.1", "::", "ff02::1", "255.255.255.255"] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
    }

    #[test]
    fn a_stranger_cannot_send_us_to_a_private_address_unless_the_route_names_it() {
        let address: SocketAddr = "10.0.0.7:80".parse().unwrap();
        let refused = public_ones("inner.test", vec![address]).unwrap_err();
        assert_eq!(refused.kind, FailureKind::BadRedirect);
        assert!(refused.detail.contains("10.0.0.7") && refused.detail.contains("`resolve`"), "{}", refused.detail);
        let route = Route { resolve: [("inner.test".into(), "10.0.0.7".into())].into(), ..Route::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let found = |host: &str| {
            let line = Line { host, port: 80, tls: None, route: &route, only_public: true };
            let until = Deadline::after(Duration::from_secs(5));
            runtime.block_on(addresses(line, until)).map(|(found, _)| found)
        };
        assert_eq!(found("inner.test").unwrap(), [address]);
        assert_eq!(found("10.0.0.7").unwrap_err().kind, FailureKind::BadRedirect);
        assert_eq!(found("localhost").unwrap_err().kind, FailureKind::BadRedirect);
    }
}
