//! Whether a service accepts a protocol version: the first message is sent, the first answer read.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::hello::{Answered, MOST_BYTES, Version, answered, client_hello};
use crate::world::Deadline;
use crate::world::net::dial::{connect, within};
use crate::world::net::failure::{Failure, FailureKind};

/// What became of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trial {
    /// The service chose this version.
    Accepted,
    /// It did not: by an alert, by another version, or by hanging up.
    Refused(String),
    /// It said nothing in time, or something that is not TLS.
    Unclear(Failure),
}

/// Offers one version.
pub async fn try_version(host: &str, address: SocketAddr, version: Version, until: Deadline) -> Trial {
    let mut tcp = match connect(&[address], until).await {
        Ok((tcp, _)) => tcp,
        Err(failure) => return Trial::Unclear(failure),
    };
    match within(until, "no answer came", offer(&mut tcp, version, host)).await {
        Err(late) => Trial::Unclear(late),
        Ok(Err(error)) => hung_up(&error),
        Ok(Ok(answer)) => meaning(&answer, version),
    }
}

async fn offer(tcp: &mut TcpStream, version: Version, host: &str) -> io::Result<Answered> {
    tcp.write_all(&client_hello(version, host)).await?;
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = tcp.read(&mut buffer).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&buffer[..read]);
        match answered(&bytes) {
            Answered::More if bytes.len() < MOST_BYTES => {}
            answer => return Ok(answer),
        }
    }
}

fn hung_up(error: &io::Error) -> Trial {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            Trial::Refused("it hung up".to_owned())
        }
        _ => Trial::Unclear(Failure::new(FailureKind::Reset, error.to_string())),
    }
}

fn meaning(answer: &Answered, version: Version) -> Trial {
    match answer {
        answer if answer.accepts(version) => Trial::Accepted,
        Answered::Version(other) => Trial::Refused(format!("it chose version {other:#06x} instead")),
        Answered::Alert(alert) => Trial::Refused(format!("alert {alert}")),
        Answered::More | Answered::NotTls => {
            Trial::Unclear(Failure::new(FailureKind::TlsFailed, "what came back is not TLS"))
        }
    }
}
