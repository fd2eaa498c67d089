//! A connection that gives up after so many bytes: whatever a server sends, a client that buffers cannot exhaust memory.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::dial::Duplex;

/// A connection that fails once more than a number of bytes came in.
pub struct Capped {
    stream: Box<dyn Duplex>,
    left: usize,
}

impl Capped {
    /// Fails after `cap` bytes, give or take one buffer.
    pub fn new(stream: Box<dyn Duplex>, cap: usize) -> Capped {
        Capped { stream, left: cap }
    }
}

impl AsyncRead for Capped {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.left == 0 {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::FileTooLarge, "the server sends too much")));
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.left = self.left.saturating_sub(buffer.filled().len() - before);
        polled
    }
}

impl AsyncWrite for Capped {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use tokio::io::AsyncReadExt;

    #[tokio::test]
    async fn an_endless_answer_ends_in_an_error() {
        let endless = tokio::io::join(tokio::io::repeat(b'x'), tokio::io::sink());
        let mut stream = Capped::new(Box::new(endless), 100_000);
        let mut all = Vec::new();
        let error = stream.read_to_end(&mut all).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        assert!(all.len() >= 100_000 && all.len() < 400_000, "{}", all.len());
    }
}
