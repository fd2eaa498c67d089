//! Packets of MySQL over a connection, and its change to TLS.

use std::time::Duration;

use mysql_common::constants::CapabilityFlags;
use mysql_common::packets::SslRequest;
use mysql_common::proto::MySerialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::broken;
use crate::world::Deadline;
use crate::world::net::{Capped, FailureKind, Trust, upgrade};
use crate::world::service::{ANSWER_CAP, Trouble, TroubleKind, answered};

/// The largest packet: its length has three bytes, and this one says that another follows.
const PACKET_CAP: usize = 0xff_ffff;
/// What we say we can take, in bytes.
pub(super) const MAX_PACKET: u32 = 1 << 24;

/// Packets over a connection: a length of three bytes, a number, and what it is about.
pub(super) struct Wire {
    stream: Capped,
    next: u8,
    until: Deadline,
}

impl Wire {
    /// Over a connection that nobody has spoken on.
    pub(super) fn new(stream: Capped, until: Deadline) -> Wire {
        Wire { stream, next: 0, until }
    }

    /// What is left of the time.
    pub(super) fn left(&self) -> Duration {
        self.until.left()
    }

    /// Sends the first packet of a command.
    pub(super) async fn begin(&mut self, payload: &[u8]) -> Result<(), Trouble> {
        self.next = 0;
        self.send(payload).await
    }

    /// The next packet.
    pub(super) async fn packet(&mut self) -> Result<Vec<u8>, Trouble> {
        let mut head = [0; 4];
        answered(self.until, self.stream.read_exact(&mut head), Trouble::of_io).await?;
        let length = usize::from(head[0]) | usize::from(head[1]) << 8 | usize::from(head[2]) << 16;
        if length == PACKET_CAP {
            return Err(broken("a packet too long"));
        }
        self.next = head[3].wrapping_add(1);
        let mut packet = Vec::new();
        let mut part = (&mut self.stream).take(length as u64);
        answered(self.until, part.read_to_end(&mut packet), Trouble::of_io).await?;
        if packet.len() < length {
            return Err(Trouble::new(TroubleKind::Net(FailureKind::Closed), "the server closed the connection"));
        }
        Ok(packet)
    }

    /// Sends one of its crate's packets.
    pub(super) async fn send_packet(&mut self, packet: &impl MySerialize) -> Result<(), Trouble> {
        let mut bytes = Vec::new();
        packet.serialize(&mut bytes);
        self.send(&bytes).await
    }

    /// Sends a packet.
    pub(super) async fn send(&mut self, payload: &[u8]) -> Result<(), Trouble> {
        let length = u32::try_from(payload.len()).ok().filter(|length| *length < PACKET_CAP as u32);
        let [a, b, c, _] = length.ok_or_else(|| broken("a statement too long"))?.to_le_bytes();
        let packet = [&[a, b, c, self.next], payload].concat();
        self.next = self.next.wrapping_add(1);
        answered(self.until, self.stream.write_all(&packet), Trouble::of_io).await?;
        answered(self.until, self.stream.flush(), Trouble::of_io).await
    }

    /// Asks for TLS and begins it.
    pub(super) async fn encrypted(
        mut self,
        host: &str,
        trust: &Trust,
        capabilities: CapabilityFlags,
    ) -> Result<Wire, Trouble> {
        /// `utf8mb4_general_ci`.
        const COLLATION: u8 = 45;
        self.send_packet(&SslRequest::new(capabilities, MAX_PACKET, COLLATION)).await?;
        let secured = upgrade(self.stream, host, &trust.without_protocols(), self.until).await?;
        Ok(Wire { stream: Capped::new(secured, ANSWER_CAP), ..self })
    }
}
