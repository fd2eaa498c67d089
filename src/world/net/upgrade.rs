//! TLS on a connection that began without it: protocols that greet in clear text and then encrypt (NATS).

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;

use super::Trust;
use super::dial::{Duplex, within};
use super::failure::{Failure, FailureKind};
use crate::world::Deadline;

/// The same connection, encrypted, with the certificate verified for the host.
pub(in crate::world) async fn upgrade(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    host: &str,
    trust: &Trust,
    until: Deadline,
) -> Result<Box<dyn Duplex>, Failure> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| Failure::new(FailureKind::TlsFailed, format!("`{host}` is not a name TLS can ask for")))?;
    let handshake = TlsConnector::from(trust.config()).connect(name, stream);
    let tls = within(until, "the TLS handshake was not complete", handshake).await?;
    Ok(Box::new(tls.map_err(|error| Failure::in_handshake(&error))?))
}
