//! The WebSockets of a scripted service (RFC 6455): it greets, answers what it is told, and keeps telling what somebody
//! subscribed to. Leaves to `scripted` who may come.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::time::{Interval, interval, sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::script::{Answer, Talk};

/// The longest conversation.
const LONGEST: Duration = Duration::from_secs(120);
/// Bytes of one message.
const MOST: usize = 64 * 1024;

/// A handshake that is as the standard wants it, and not answered yet.
pub(super) struct Handshake {
    response: Response<Full<Bytes>>,
    upgrade: OnUpgrade,
    /// Whether the page that asks is of this service, or nobody's: browsers alone name one.
    own_page: bool,
}

impl Handshake {
    /// That of the request, if it is one.
    pub(super) fn of(request: &mut Request<Incoming>) -> Option<Handshake> {
        let response = create_response_with_body(request, Full::default).ok()?;
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let own = |origin: &str| origin.split_once("://").map(|(_, host)| host) == header("host");
        let own_page = header("origin").is_none_or(own);
        Some(Handshake { response, upgrade: hyper::upgrade::on(request), own_page })
    }

    /// Whether a page of another site asks.
    pub(super) fn is_foreign(&self) -> bool {
        !self.own_page
    }

    /// Accepts it, and talks from then on.
    pub(super) fn accept(self, talk: Talk) -> Response<Full<Bytes>> {
        let upgrade = self.upgrade;
        tokio::spawn(async move {
            if let Ok(stream) = upgrade.await {
                let config = WebSocketConfig::default().max_message_size(Some(MOST)).max_frame_size(Some(MOST));
                let socket = WebSocketStream::from_raw_socket(TokioIo::new(stream), Role::Server, Some(config)).await;
                // A caller that hangs up early is the caller's business.
                let _ = timeout(LONGEST, converse(socket, talk)).await;
            }
        });
        self.response
    }
}

/// Talks until the other side has said goodbye or is gone.
async fn converse(mut socket: WebSocketStream<TokioIo<Upgraded>>, talk: Talk) -> Option<()> {
    if let Some(greeting) = &talk.greets {
        socket.send(Message::text(greeting)).await.ok()?;
    }
    let mut subscribed: Option<(Interval, &str)> = None;
    loop {
        tokio::select! {
            heard = socket.next() => {
                let Message::Text(text) = heard?.ok()? else { continue };
                let Some(answer) = talk.answers.iter().find(|answer| answer.to.is_match(&text)) else { continue };
                sleep(Duration::from_millis(answer.after_ms)).await;
                socket.send(Message::text(&answer.with)).await.ok()?;
                subscribed = subscription(answer).or(subscribed);
            }
            text = due(&mut subscribed) => socket.send(Message::text(text)).await.ok()?,
        }
    }
}

/// What is told again and again from now on, the first time an interval from now.
fn subscription(answer: &Answer) -> Option<(Interval, &str)> {
    let mut interval = interval(Duration::from_millis(answer.every_ms?.max(1)));
    interval.reset();
    Some((interval, &answer.with))
}

/// The next thing to tell; never, when nobody subscribed.
async fn due<'a>(subscribed: &mut Option<(Interval, &'a str)>) -> &'a str {
    match subscribed {
        Some((interval, text)) => {
            interval.tick().await;
            text
        }
        None => std::future::pending().await,
    }
}
