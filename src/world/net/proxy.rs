//! Reaching a host through an HTTP proxy: a tunnel for TLS (RFC 9110 §9.3.6), the proxy itself for the rest.

use bytes::Bytes;
use http_body_util::Empty;
use hyper::header::{HOST, HeaderValue, PROXY_AUTHORIZATION};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;

use super::dial::{Dialed, Line, connected, secured, within};
use super::failure::{Failure, FailureKind};
use super::{Phases, Url};
use crate::model::target::{Credential, Route};
use crate::world::Deadline;

/// A connection through the proxy. Its name is looked up, not the host's: that is the proxy's part.
pub(super) async fn dial(line: Line<'_>, proxy: &str, until: Deadline) -> Result<Dialed, Failure> {
    let no = |why: String| Failure::new(FailureKind::Unreachable, format!("the proxy {why}"));
    let url = Url::parse(proxy).map_err(|error| no(format!("has no URL: {error}")))?;
    let host = url.host_str().ok_or_else(|| no("has no host".to_owned()))?.trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or(80);
    let direct = Route::default();
    let to_proxy = Line { host, port, tls: None, route: &direct, only_public: false };
    let (tcp, peer, phases) = connected(to_proxy, until)
        .await
        .map_err(|failure| Failure::new(failure.kind, format!("the proxy: {}", failure.detail)))?;
    let Some(trust) = line.tls else {
        return Ok(Dialed { stream: Box::new(tcp), peer, phases, http2: false });
    };
    let begun = std::time::Instant::now();
    let tunnel = tunnel(TokioIo::new(tcp), (line.host, line.port), &url, until).await?;
    let phases = Phases { connect: phases.connect + begun.elapsed(), ..phases };
    secured(Box::new(tunnel), (line.host, trust), (peer, phases), until).await
}

/// Asks the proxy for a way to a host.
async fn tunnel(
    stream: TokioIo<tokio::net::TcpStream>,
    (host, port): (&str, u16),
    proxy: &Url,
    until: Deadline,
) -> Result<TokioIo<hyper::upgrade::Upgraded>, Failure> {
    let broken = |error: hyper::Error| Failure::in_http(&error, "asking the proxy for a way");
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.map_err(broken)?;
    // ends with the tunnel
    tokio::spawn(connection.with_upgrades());
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let request = request(&format!("{host}:{port}"), proxy)?;
    let answer = within(until, "the proxy did not answer", sender.send_request(request)).await?.map_err(broken)?;
    if !answer.status().is_success() {
        let detail = format!("the proxy gives no way to {host}:{port}: it answered {}", answer.status().as_u16());
        return Err(Failure::new(FailureKind::Unreachable, detail));
    }
    let upgraded = within(until, "the proxy gave no way", hyper::upgrade::on(answer)).await?.map_err(broken)?;
    Ok(TokioIo::new(upgraded))
}

fn request(to: &str, proxy: &Url) -> Result<Request<Empty<Bytes>>, Failure> {
    let ours = |what: String| Failure::new(FailureKind::Ours, what);
    let mut request = Request::builder()
        .method(Method::CONNECT)
        .uri(to)
        .body(Empty::new())
        .map_err(|error| ours(format!("the request to the proxy cannot be built: {error}")))?;
    let value = |text: &str| HeaderValue::from_str(text).map_err(|_| ours(format!("`{to}` is not a host")));
    request.headers_mut().insert(HOST, value(to)?);
    if let Some(secret) = authorization(proxy) {
        request.headers_mut().insert(PROXY_AUTHORIZATION, value(&secret)?);
    }
    Ok(request)
}

/// How to present oneself to a proxy whose URL names a user.
pub(super) fn authorization(proxy: &Url) -> Option<String> {
    let user = proxy.username();
    let password = proxy.password().unwrap_or_default();
    let basic = Credential::Basic { user: user.to_owned(), password: password.to_owned() };
    basic.header().filter(|_| !user.is_empty()).map(|(_, value)| value)
}
