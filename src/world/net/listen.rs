//! A response whose body does not end: its head, and what comes until somebody has heard enough.

use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use tokio::time::timeout;

use super::dial::{dial, within};
use super::exchange::{Ask, HEAD_CAP, HEADERS_CAP, alongside, line_to, request};
use super::failure::{Failure, FailureKind};
use crate::world::Deadline;

/// What was heard.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Status code.
    pub status: u16,
    /// Header lines in the order they came, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Pieces of the body as they came, each with the time since the request was sent.
    pub pieces: Vec<(Duration, Vec<u8>)>,
    /// Whether the server ended the body, and how.
    pub ended: Option<Result<(), Failure>>,
}

/// Sends a request by HTTP/1.1 and keeps what comes until `enough` says so of the pieces, the body ends, `ask.body_cap`
/// bytes came, or the time is over. `Err` when not even a whole head came back.
pub async fn listen(
    ask: &Ask<'_>,
    until: Deadline,
    enough: impl Fn(&[(Duration, Vec<u8>)]) -> bool,
) -> Result<Heard, Failure> {
    let trust = ask.trust.http1();
    let ask = Ask { trust: &trust, ..ask.clone() };
    let dialed = dial(line_to(&ask)?, until).await?;
    let mut builder = hyper::client::conn::http1::Builder::new();
    builder.max_buf_size(HEAD_CAP).max_headers(HEADERS_CAP);
    let handshake = builder.handshake(TokioIo::new(dialed.stream)).await;
    let (mut sender, connection) = handshake.map_err(|error| Failure::in_http(&error, "starting HTTP/1.1"))?;
    let request = request(&ask, false)?;
    let conversation = async {
        let begun = Instant::now();
        let response = within(until, "no answer came", sender.send_request(request)).await?;
        let response = response.map_err(|error| Failure::in_http(&error, "waiting for the answer"))?;
        let (head, mut body) = response.into_parts();
        let headers = head.headers.iter();
        let mut heard = Heard {
            status: head.status.as_u16(),
            headers: headers
                .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
                .collect(),
            pieces: Vec::new(),
            ended: None,
        };
        let mut kept = 0;
        while !enough(&heard.pieces) {
            match timeout(until.left(), body.frame()).await {
                Err(_) => break,
                Ok(None) => heard.ended = Some(Ok(())),
                Ok(Some(Err(error))) => heard.ended = Some(Err(Failure::in_http(&error, "receiving the body"))),
                Ok(Some(Ok(frame))) => {
                    let Ok(data) = frame.into_data() else { continue };
                    kept += data.len();
                    heard.pieces.push((begun.elapsed(), data.to_vec()));
                    if kept > ask.body_cap {
                        let why = format!("more than {} bytes came", ask.body_cap);
                        heard.ended = Some(Err(Failure::new(FailureKind::NotHttp, why)));
                    }
                }
            }
            if heard.ended.is_some() {
                break;
            }
        }
        Ok(heard)
    };
    alongside(Box::pin(async { drop(connection.await) }), conversation).await
}
