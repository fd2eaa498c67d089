//! A request whose body does not come: what a server does with somebody who is slow, or pretends to be.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::dial::{dial, within};
use super::exchange::{Ask, Driver, alongside, line_to, request};
use super::failure::Failure;
use crate::world::Deadline;

/// Promises so many bytes, sends the first one, and waits. `Ok` is the status of an answer that came all the same; the failure
/// is `timeout` when the server was still waiting at the end, and `closed` or `reset` when it gave up without a word.
pub async fn stall(ask: &Ask<'_>, promised: u64, until: Deadline) -> Result<u16, Failure> {
    let dialed = dial(line_to(ask)?, until).await?;
    let stream = TokioIo::new(dialed.stream);
    let body = Stalling { promised, sent: false };
    let request = request(ask, dialed.http2)?.map(|_| body);
    let (driver, answer): (Driver, Pin<Box<dyn Future<Output = _> + Send>>) = if dialed.http2 {
        let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), stream)
            .await
            .map_err(|error| Failure::in_http(&error, "starting HTTP/2"))?;
        (Box::pin(async { drop(connection.await) }), Box::pin(async move { sender.send_request(request).await }))
    } else {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream)
            .await
            .map_err(|error| Failure::in_http(&error, "starting HTTP/1.1"))?;
        (Box::pin(async { drop(connection.await) }), Box::pin(async move { sender.send_request(request).await }))
    };
    let answer = alongside(driver, within(until, "the server waits for the rest of the body", answer)).await?;
    let answer = answer.map_err(|error| Failure::in_http(&error, "waiting for the answer"))?;
    Ok(answer.status().as_u16())
}

/// The first byte of a body, and never another one.
struct Stalling {
    promised: u64,
    sent: bool,
}

impl Body for Stalling {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        if self.sent {
            // nobody is woken: the connection ends with the deadline
            return Poll::Pending;
        }
        self.sent = true;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"{")))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised - u64::from(self.sent))
    }
}
