//! A WebSocket service on loopback.

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpListener;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

/// How it behaves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manner {
    /// Its first message; without it, it repeats what it is told.
    pub(crate) greeting: Option<String>,
    /// Whether it looks at where its caller comes from.
    pub(crate) checks_origin: bool,
    /// The status with which it refuses everybody; zero for nobody.
    pub(crate) refuses: u16,
    /// Connections it takes in all; zero for any number.
    pub(crate) most: usize,
}

/// Starts a service; its thread ends with the test. Returns its port.
pub(crate) fn start(manner: Manner) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            for taken in 1.. {
                let (stream, _) = listener.accept().await.unwrap();
                let full = manner.most > 0 && taken > manner.most;
                tokio::spawn(serve(stream, manner.clone(), port, full));
            }
        });
    });
    port
}

async fn serve(stream: tokio::net::TcpStream, manner: Manner, port: u16, full: bool) {
    #[allow(clippy::result_large_err, reason = "the crate's own type")]
    let judge = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        let refuse = |status: u16| {
            let mut answer = ErrorResponse::new(None);
            *answer.status_mut() = status.try_into().unwrap();
            Err(answer)
        };
        let origin = request.headers().get("origin").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if manner.checks_origin && origin != format!("http://127.0.0.1:{port}") {
            return refuse(403);
        }
        match (manner.refuses, full) {
            (0, false) => Ok(response),
            (0, true) => refuse(503),
            (status, _) => refuse(status),
        }
    };
    let Ok(mut socket) = accept_hdr_async(stream, judge).await else { return };
    if let Some(greeting) = manner.greeting {
        let _ = socket.send(Message::Ping("are you there".into())).await;
        let _ = socket.send(Message::text(greeting)).await;
    }
    while let Some(Ok(message)) = socket.next().await {
        if message.is_text() {
            let _ = socket.send(message).await;
        }
    }
}
