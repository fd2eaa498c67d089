//! One unary call of gRPC: a message there, a message and a status back (gRPC over HTTP/2).
//!
//! Over https HTTP/2 is agreed on in the handshake, over http it is spoken from the first byte. What messages mean is left
//! to others.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::HeaderMap;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::dial::{dial, within};
use super::exchange::{Ask, HEAD_CAP, alongside, line_to, request};
use super::failure::{Failure, FailureKind};
use crate::world::Deadline;

/// Bytes in front of a message: whether it is compressed, and its length.
const PREFIX: usize = 5;

/// What came of a call.
#[derive(Clone, Debug)]
pub struct Called {
    /// Status of HTTP; gRPC fails with 200.
    pub http_status: u16,
    /// Status of gRPC, 0 for success; `None` when the answer is none of gRPC.
    pub grpc_status: Option<u32>,
    /// What the server says of it.
    pub said: Option<String>,
    /// The first message, if one came.
    pub message: Option<Vec<u8>>,
    /// From the request to the end of the answer.
    pub time: Duration,
}

/// Sends `ask.body` as one message. `Err` when not even a whole head came back.
pub async fn call(ask: &Ask<'_>, until: Deadline) -> Result<Called, Failure> {
    let dialed = dial(line_to(ask)?, until).await?;
    if ask.url.scheme() == "https" && !dialed.http2 {
        return Err(Failure::new(FailureKind::NotHttp, "the server does not speak HTTP/2, which gRPC needs"));
    }
    let mut builder = hyper::client::conn::http2::Builder::new(TokioExecutor::new());
    builder.max_header_list_size(HEAD_CAP as u32);
    let handshake = builder.handshake(TokioIo::new(dialed.stream)).await;
    let (mut sender, connection) = handshake.map_err(|error| Failure::in_http(&error, "starting HTTP/2"))?;
    let message = framed(ask.body.as_deref().unwrap_or_default());
    let request = request(&Ask { body: Some(message), ..ask.clone() }, true)?;
    let conversation = async {
        let begun = Instant::now();
        let response = within(until, "no answer came", sender.send_request(request)).await?;
        let response = response.map_err(|error| Failure::in_http(&error, "waiting for the answer"))?;
        let (head, body) = response.into_parts();
        let received = within(until, "the answer did not end", receive(body, ask.body_cap)).await?;
        let (bytes, trailers) = received?;
        // who fails at once sends the status with the head
        let at =
            |name: &str| trailers.get(name).or_else(|| head.headers.get(name)).and_then(|value| value.to_str().ok());
        Ok(Called {
            http_status: head.status.as_u16(),
            grpc_status: at("grpc-status").and_then(|status| status.parse().ok()),
            said: at("grpc-message").filter(|said| !said.is_empty()).map(str::to_owned),
            message: unframed(&bytes),
            time: begun.elapsed(),
        })
    };
    alongside(Box::pin(async { drop(connection.await) }), conversation).await
}

fn framed(message: &[u8]) -> Bytes {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&[0], length.as_slice(), message].concat().into()
}

/// The first message; none that is compressed, since we do not say that we take such.
fn unframed(bytes: &[u8]) -> Option<Vec<u8>> {
    let (prefix, rest) = bytes.split_at_checked(PREFIX)?;
    let length = u32::from_be_bytes(prefix.get(1..)?.try_into().ok()?);
    (prefix.first() == Some(&0)).then(|| rest.get(..usize::try_from(length).ok()?).map(<[u8]>::to_vec))?
}

/// The body up to the cap, and the trailers.
async fn receive(mut body: Incoming, cap: usize) -> Result<(Vec<u8>, HeaderMap), Failure> {
    let (mut bytes, mut trailers) = (Vec::new(), HeaderMap::new());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Failure::in_http(&error, "receiving the answer"))?;
        match frame.into_data() {
            Ok(data) => bytes.extend_from_slice(&data),
            Err(frame) => trailers.extend(frame.into_trailers().unwrap_or_default()),
        }
        if bytes.len() > cap {
            return Err(Failure::new(FailureKind::NotHttp, format!("more than {cap} bytes came")));
        }
    }
    Ok((bytes, trailers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_framed_by_its_length_and_a_broken_one_is_none() {
        assert_eq!(framed(b"ab").as_ref(), [0, 0, 0, 0, 2, b'a', b'b']);
        assert_eq!(unframed(&[0, 0, 0, 0, 2, 8, 1, 99]), Some(vec![8, 1]));
        assert_eq!(unframed(&[0, 0, 0, 0, 0]), Some(Vec::new()));
        for broken in [&[][..], &[0, 0, 0, 0], &[0, 0, 0, 0, 3, 8, 1], &[1, 0, 0, 0, 1, 8], &[0, 255, 255, 255, 255, 1]]
        {
            assert_eq!(unframed(broken), None, "{broken:?}");
        }
    }
}
