//! The beginning of a plain connection: who answers, how fast, and what it says without being asked.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use super::dial::{Line, dial};
use super::failure::Failure;
use crate::world::Deadline;

/// Bytes of a first word that are kept.
const MOST: usize = 1024;

/// A service that was connected to.
#[derive(Clone, Debug)]
pub struct Greeted {
    /// Whom we reached.
    pub peer: SocketAddr,
    /// How long connecting took, without the look-up.
    pub connect: Duration,
    /// What it said first, up to the end of the line or 1 KiB; empty when it waits for us.
    pub banner: Vec<u8>,
}

/// Connects, and listens for a while; nothing is sent.
pub async fn greet(line: Line<'_>, listen: Duration, until: Deadline) -> Result<Greeted, Failure> {
    let mut dialed = dial(line, until).await?;
    let mut banner = Vec::new();
    let mut byte = [0];
    let listening = async {
        while banner.len() < MOST && dialed.stream.read(&mut byte).await.is_ok_and(|read| read == 1) && byte[0] != b'\n'
        {
            banner.push(byte[0]);
        }
    };
    // what came until then counts
    let _ = timeout(listen.min(until.left()), listening).await;
    while banner.last() == Some(&b'\r') {
        banner.pop();
    }
    Ok(Greeted { peer: dialed.peer, connect: dialed.phases.connect, banner })
}
