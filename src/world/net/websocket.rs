//! WebSocket (RFC 6455): the handshake over the one dialer, and messages after it. Owns the crate `tokio-tungstenite`.

use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use hyper::header::{CONNECTION, HeaderName, HeaderValue, ORIGIN, UPGRADE};
use hyper::{Request, Uri};
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::capped::Capped;
use super::dial::{dial, within};
use super::exchange::{Ask, line_to, request};
use super::failure::{Failure, FailureKind};
use super::{Phases, Trust};
use crate::world::Deadline;

/// Bytes of one message.
const MESSAGE_CAP: usize = 1 << 20;
/// Bytes of one conversation.
const CONVERSATION_CAP: usize = 4 << 20;
/// Pings and empty frames before a message.
const MOST_FRAMES: usize = 1000;

/// What a client asks for beside the connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish<'a> {
    /// Header `Origin`: the page that a browser would be on.
    pub origin: Option<&'a str>,
    /// Header `Sec-WebSocket-Protocol`.
    pub protocol: Option<&'a str>,
}

/// How a handshake ended.
pub enum Handshake {
    /// Both sides speak WebSocket now.
    Open(Box<Socket>),
    /// The server answered with a status.
    Status(u16),
    /// It accepted in a way that the standard forbids; how.
    Wrong(String),
}

/// An open WebSocket.
pub struct Socket {
    stream: WebSocketStream<Capped>,
    /// How long connecting took, the handshake apart.
    pub phases: Phases,
    /// How long the handshake took.
    pub handshake: Duration,
    /// What the server chose of the protocols offered.
    pub protocol: Option<String>,
}

/// Connects and asks for a WebSocket. `Err` when no answer came.
pub async fn open_websocket(ask: &Ask<'_>, wish: Wish<'_>, until: Deadline) -> Result<Handshake, Failure> {
    if ask.route.proxy.is_some() && ask.url.scheme() == "http" {
        let why = "a WebSocket without TLS does not go through a proxy that forwards requests";
        return Err(Failure::new(FailureKind::Ours, why));
    }
    let trust: Trust = ask.trust.http1();
    let ask = Ask { trust: &trust, ..ask.clone() };
    let request = upgrade_request(&ask, wish)?;
    let dialed = dial(line_to(&ask)?, until).await?;
    let begun = Instant::now();
    let config = WebSocketConfig::default().max_message_size(Some(MESSAGE_CAP)).max_frame_size(Some(MESSAGE_CAP));
    let stream = Capped::new(dialed.stream, CONVERSATION_CAP);
    let shaking = client_async_with_config(request, stream, Some(config));
    match within(until, "the handshake was not answered", shaking).await? {
        Ok((stream, response)) => {
            let protocol = response.headers().get("sec-websocket-protocol").and_then(|value| value.to_str().ok());
            let protocol = protocol.map(str::to_owned);
            let socket = Socket { stream, phases: dialed.phases, handshake: begun.elapsed(), protocol };
            Ok(Handshake::Open(Box::new(socket)))
        }
        Err(Error::Http(response)) => Ok(Handshake::Status(response.status().as_u16())),
        Err(Error::Protocol(wrong)) if is_about_websocket(&wrong.to_string()) => {
            Ok(Handshake::Wrong(wrong.to_string()))
        }
        Err(error) => Err(failure(error)),
    }
}

/// Whether the head of the answer was HTTP, and only the upgrade in it is wrong.
fn is_about_websocket(text: &str) -> bool {
    ["Sec-WebSocket", "SubProtocol", "Upgrade", "Connection"].iter().any(|word| text.contains(word))
}

fn upgrade_request(ask: &Ask<'_>, wish: Wish<'_>) -> Result<Request<()>, Failure> {
    let ours = |what: String| Failure::new(FailureKind::Ours, what);
    let (mut parts, _) = request(ask, true)?.into_parts();
    let scheme = if ask.url.scheme() == "https" { "wss" } else { "ws" };
    let mut uri = parts.uri.clone().into_parts();
    let host = uri.authority.as_ref().map(|authority| authority.as_str().to_owned()).unwrap_or_default();
    uri.scheme = scheme.parse().ok();
    parts.uri = Uri::from_parts(uri).map_err(|error| ours(format!("the request cannot be built: {error}")))?;
    let key = generate_key();
    let mut fields = vec![
        (hyper::header::HOST, host.as_str()),
        (CONNECTION, "Upgrade"),
        (UPGRADE, "websocket"),
        (HeaderName::from_static("sec-websocket-version"), "13"),
        (HeaderName::from_static("sec-websocket-key"), key.as_str()),
    ];
    fields.extend(wish.origin.map(|origin| (ORIGIN, origin)));
    fields.extend(wish.protocol.map(|protocol| (HeaderName::from_static("sec-websocket-protocol"), protocol)));
    for (name, text) in fields {
        let value = HeaderValue::from_str(text).map_err(|_| ours(format!("header `{name}` cannot carry its value")))?;
        parts.headers.insert(name, value);
    }
    Ok(Request::from_parts(parts, ()))
}

impl Socket {
    /// Sends a text.
    pub async fn send(&mut self, text: &str, until: Deadline) -> Result<(), Failure> {
        let sending = self.stream.send(Message::text(text));
        within(until, "the message was not taken", sending).await?.map_err(failure)
    }

    /// The next message as a text; `None` when the server takes leave. Pings are answered on the way.
    pub async fn message(&mut self, until: Deadline) -> Result<Option<String>, Failure> {
        for _ in 0..MOST_FRAMES {
            match within(until, "no message came", self.stream.next()).await? {
                None | Some(Ok(Message::Close(_)) | Err(Error::ConnectionClosed | Error::AlreadyClosed)) => {
                    return Ok(None);
                }
                Some(Ok(Message::Text(text))) => return Ok(Some(text.as_str().to_owned())),
                Some(Ok(Message::Binary(bytes))) => return Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(failure(error)),
            }
        }
        Err(Failure::new(FailureKind::NotHttp, "no message among a thousand frames"))
    }

    /// Takes leave; whether the server does so, too, is its business.
    pub async fn close(mut self, until: Deadline) {
        let _ = within(until, "the farewell was not taken", self.stream.close(None)).await;
    }
}

fn failure(error: Error) -> Failure {
    use std::io::ErrorKind as Io;
    match error {
        Error::Io(io) => {
            let kind = match io.kind() {
                Io::UnexpectedEof => FailureKind::Closed,
                Io::ConnectionReset | Io::BrokenPipe | Io::ConnectionAborted => FailureKind::Reset,
                _ => FailureKind::NotHttp,
            };
            Failure::new(kind, io.to_string())
        }
        Error::ConnectionClosed | Error::AlreadyClosed => {
            Failure::new(FailureKind::Closed, "the server closed the connection")
        }
        Error::Protocol(wrong) if wrong.to_string().contains("closing handshake") => {
            Failure::new(FailureKind::Reset, wrong.to_string())
        }
        Error::Protocol(wrong) if wrong.to_string().contains("Handshake not finished") => {
            Failure::new(FailureKind::Closed, "the connection ended during the handshake")
        }
        Error::Capacity(_) => Failure::new(FailureKind::NotHttp, "a message or a head that is too long"),
        other => Failure::new(FailureKind::NotHttp, other.to_string()),
    }
}
