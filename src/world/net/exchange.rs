//! One request, one response: HTTP/1.1 or HTTP/2 as the server chose, capped and bounded.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{HOST, HeaderName, HeaderValue, PROXY_AUTHORIZATION};
use hyper::{Method, Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::time::timeout;

use super::dial::{Line, dial, within};
use super::failure::{Failure, FailureKind};
use super::proxy::authorization;
use super::{Phases, Trust, Url};
use crate::model::target::Route;
use crate::world::Deadline;

/// Bytes of a response head that are read; common servers stop at a quarter of that.
pub(super) const HEAD_CAP: usize = 64 << 10;
/// Header lines that are read.
pub(super) const HEADERS_CAP: usize = 256;

/// A request header that is fit to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    name: HeaderName,
    value: HeaderValue,
}

impl Header {
    /// Checks name and value; the error says what is wrong with them and never shows the value.
    pub fn new(name: &str, value: &str) -> Result<Header, String> {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("`{name}` is not a header name"))?;
        let value = HeaderValue::from_str(value)
            .map_err(|_| format!("the value of header `{name}` has characters that a header cannot carry"))?;
        Ok(Header { name, value })
    }

    /// Its name in lower case.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Its value, which may be a credential.
    pub(in crate::world) fn value(&self) -> &HeaderValue {
        &self.value
    }
}

/// A request.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// `GET`, …
    pub method: &'a str,
    /// `http` or `https`; user and password in it are not sent.
    pub url: &'a Url,
    /// Headers; a later one replaces an earlier one of the same name.
    pub headers: &'a [Header],
    /// Body.
    pub body: Option<Bytes>,
    /// How hosts are reached.
    pub route: &'a Route,
    /// Whom we trust.
    pub trust: &'a Trust,
    /// Most bytes of the response body that are kept.
    pub body_cap: usize,
    /// Refuse private addresses that the route does not name.
    pub only_public: bool,
}

/// A response of which at least the head came whole.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// `1.0`, `1.1`, `2`.
    pub version: &'static str,
    /// Header lines in the order they came, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
    /// How long each part took.
    pub phases: Phases,
    /// Who answered.
    pub peer: SocketAddr,
}

impl Reply {
    /// The first header of this (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A response body as it came over the line.
#[derive(Clone, Debug)]
pub enum Body {
    /// All of it.
    Whole(Bytes),
    /// Longer than the cap; its beginning.
    TooLong(Bytes),
    /// It broke off.
    Broken(Failure),
}

/// Sends a request and reads the response. Redirects are not followed. `Err` when not even a whole head came back.
pub async fn exchange(ask: &Ask<'_>, until: Deadline) -> Result<Reply, Failure> {
    let line = line_to(ask)?;
    let dialed = dial(line, until).await?;
    let stream = TokioIo::new(dialed.stream);
    let parts = Conversation { body_cap: ask.body_cap, until, phases: dialed.phases, peer: dialed.peer };
    if dialed.http2 {
        let mut builder = hyper::client::conn::http2::Builder::new(TokioExecutor::new());
        builder.max_header_list_size(HEAD_CAP as u32);
        let (mut sender, connection) =
            builder.handshake(stream).await.map_err(|error| Failure::in_http(&error, "starting HTTP/2"))?;
        let request = request(ask, true)?;
        alongside(Box::pin(async { drop(connection.await) }), parts.talk(sender.send_request(request))).await
    } else {
        let mut builder = hyper::client::conn::http1::Builder::new();
        builder.max_buf_size(HEAD_CAP).max_headers(HEADERS_CAP);
        let (mut sender, connection) =
            builder.handshake(stream).await.map_err(|error| Failure::in_http(&error, "starting HTTP/1.1"))?;
        let request = request(ask, false)?;
        alongside(Box::pin(async { drop(connection.await) }), parts.talk(sender.send_request(request))).await
    }
}

pub(super) fn line_to<'a>(ask: &Ask<'a>) -> Result<Line<'a>, Failure> {
    let not_http = || Failure::new(FailureKind::NotHttp, format!("`{}` is not an http or https URL", ask.url.scheme()));
    let tls = match ask.url.scheme() {
        "https" => Some(ask.trust),
        "http" => None,
        _ => return Err(not_http()),
    };
    let host = ask.url.host_str().ok_or_else(not_http)?.trim_matches(['[', ']']);
    let usual = ask.route.port(ask.url.scheme()).or_else(|| ask.url.port_or_known_default());
    let port = ask.url.port().or(usual).ok_or_else(not_http)?;
    Ok(Line { host, port, tls, route: ask.route, only_public: ask.only_public })
}

/// What moves the bytes of a connection.
pub(super) type Driver = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Drives the connection while the conversation goes on; both end when the conversation does.
pub(super) async fn alongside<T>(mut connection: Driver, conversation: impl Future<Output = T>) -> T {
    tokio::pin!(conversation);
    let mut open = true;
    loop {
        tokio::select! {
            biased;
            said = &mut conversation => return said,
            _ = &mut connection, if open => open = false,
        }
    }
}

pub(super) fn request(ask: &Ask<'_>, http2: bool) -> Result<Request<Full<Bytes>>, Failure> {
    let ours = |what: String| Failure::new(FailureKind::Ours, what);
    let method = Method::from_bytes(ask.method.as_bytes())
        .map_err(|_| ours(format!("`{}` is not an HTTP method", ask.method)))?;
    let authority = authority(ask.url);
    let path = &ask.url[url::Position::BeforePath..url::Position::AfterQuery];
    let proxy = ask.route.proxy.as_deref().filter(|_| ask.url.scheme() == "http");
    let uri =
        if http2 || proxy.is_some() { format!("{}://{authority}{path}", ask.url.scheme()) } else { path.to_owned() };
    let mut request = Request::builder()
        .method(method)
        .uri(uri)
        .body(Full::new(ask.body.clone().unwrap_or_default()))
        .map_err(|error| ours(format!("the request cannot be built: {error}")))?;
    let headers = request.headers_mut();
    if !http2 {
        let host = HeaderValue::from_str(&authority).map_err(|_| ours(format!("`{authority}` is not a host")))?;
        headers.insert(HOST, host);
    }
    if let Some(secret) = proxy.and_then(|proxy| authorization(&Url::parse(proxy).ok()?)) {
        let value = HeaderValue::from_str(&secret).map_err(|_| ours("the proxy's user cannot be sent".to_owned()))?;
        headers.insert(PROXY_AUTHORIZATION, value);
    }
    for header in ask.headers {
        headers.insert(header.name.clone(), header.value.clone());
    }
    Ok(request)
}

/// `host` or `host:port`, without user and password.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

struct Conversation {
    body_cap: usize,
    until: Deadline,
    phases: Phases,
    peer: SocketAddr,
}

impl Conversation {
    async fn talk(self, answer: impl Future<Output = hyper::Result<Response<Incoming>>>) -> Result<Reply, Failure> {
        let begun = Instant::now();
        let response = within(self.until, "no answer came", answer)
            .await?
            .map_err(|error| Failure::in_http(&error, "waiting for the answer"))?;
        let wait = begun.elapsed();
        let begun = Instant::now();
        let (head, incoming) = response.into_parts();
        let body = receive(incoming, self.body_cap, self.until).await;
        let reading = begun.elapsed();
        let receive = matches!(body, Body::Whole(_)).then_some(reading);
        let headers = head.headers.iter();
        Ok(Reply {
            status: head.status.as_u16(),
            version: version_word(head.version),
            headers: headers
                .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
                .collect(),
            body,
            phases: Phases { wait, receive, reading, ..self.phases },
            peer: self.peer,
        })
    }
}

fn version_word(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "0.9",
        Version::HTTP_10 => "1.0",
        Version::HTTP_2 => "2",
        Version::HTTP_3 => "3",
        _ => "1.1",
    }
}

async fn receive(mut incoming: Incoming, cap: usize, until: Deadline) -> Body {
    let mut kept = Vec::new();
    loop {
        match timeout(until.left(), incoming.frame()).await {
            Err(_) => {
                let received = kept.len();
                let detail =
                    format!("the body did not end within {} s ({received} bytes came)", until.limit().as_secs_f64());
                return Body::Broken(Failure::new(FailureKind::Timeout, detail));
            }
            Ok(None) => return Body::Whole(kept.into()),
            Ok(Some(Err(error))) => return Body::Broken(Failure::in_http(&error, "receiving the body")),
            Ok(Some(Ok(frame))) => {
                let Ok(data) = frame.into_data() else { continue };
                let fits = cap.saturating_sub(kept.len()).min(data.len());
                kept.extend_from_slice(&data[..fits]);
                if fits < data.len() {
                    return Body::TooLong(kept.into());
                }
            }
        }
    }
}
