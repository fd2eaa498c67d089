//! AMQP 0-9-1 (RabbitMQ, LavinMQ): a connection, one channel, questions that change nothing. There is no crate to own:
//! the clients for it dial by themselves, reconnect, and read tables without a bound, which is not what an observer wants.

mod frame;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use self::frame::{Arguments, Method, Reader};
use super::{Login, Reach, Trouble, TroubleKind, answered, open};
use crate::world::Deadline;
use crate::world::net::{Capped, FailureKind, Phases, Trust};

/// Schemes of its URLs and the ports they stand for (RabbitMQ documentation, "RabbitMQ URI Specification").
pub const SCHEMES: &[(&str, u16)] = &[("amqp", 5672), ("amqps", 5671)];

/// The virtual host of a URL that names none.
const USUAL_HOST: &str = "/";
/// The largest frame we take: RabbitMQ's own default.
const FRAME_CAP: u32 = 128 << 10;
/// Frames that may come before the one that is waited for.
const MOST_FRAMES: usize = 1000;
/// The end of every frame.
const FRAME_END: u8 = 0xce;
/// Types of frames.
const METHOD: u8 = 1;

const START: Method = (10, 10);
const START_OK: Method = (10, 11);
const TUNE: Method = (10, 30);
const TUNE_OK: Method = (10, 31);
const OPEN: Method = (10, 40);
const OPEN_OK: Method = (10, 41);
const CLOSE: Method = (10, 50);
const CLOSE_OK: Method = (10, 51);
const CHANNEL_OPEN: Method = (20, 10);
const CHANNEL_OPEN_OK: Method = (20, 11);
const CHANNEL_CLOSE: Method = (20, 40);
const DECLARE: Method = (50, 10);
const DECLARE_OK: Method = (50, 11);
const QOS: Method = (60, 10);
const QOS_OK: Method = (60, 11);

/// What a server says of itself before anybody logs in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Server {
    /// `RabbitMQ`.
    pub product: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Ways to log in: `PLAIN`, `AMQPLAIN`, …
    pub mechanisms: Vec<String>,
}

/// How a queue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Messages that wait in it.
    pub messages: u32,
    /// Those who take them.
    pub consumers: u32,
}

/// A conversation with a server that let us in.
pub struct Session {
    wire: Wire,
    /// How long connecting took.
    pub phases: Phases,
    /// How often the server wants to hear of a client, in seconds; zero for never.
    pub heartbeat: u16,
}

impl Session {
    /// Connects, with TLS where there is a trust; `server` learns what it says of itself even if it does not let us in.
    pub async fn open(
        reach: Reach<'_>,
        trust: Option<&Trust>,
        login: &Login,
        server: &mut Server,
    ) -> Result<Session, Trouble> {
        let (stream, phases) = open(reach, trust).await?;
        let mut wire = Wire { stream, until: reach.until };
        wire.write(b"AMQP\x00\x00\x09\x01").await?;
        *server = introduced(&wire.method(0, START).await?)?;
        wire.send(0, hello(login)).await?;
        let tune = wire.method(0, TUNE).await?;
        let mut reader = Reader::new(&tune);
        let (channels, frame, heartbeat) = (reader.short()?, reader.long()?, reader.short()?);
        let frame = if frame == 0 { FRAME_CAP } else { frame.min(FRAME_CAP) };
        // without heartbeats: we stay for moments only
        wire.send(0, Arguments::of(TUNE_OK).short(channels).long(frame).short(0)).await?;
        let name = if reach.endpoint.name.is_empty() { USUAL_HOST } else { &reach.endpoint.name };
        wire.send(0, Arguments::of(OPEN).short_text(name).short_text("").octet(0)).await?;
        wire.method(0, OPEN_OK).await?;
        wire.send(1, Arguments::of(CHANNEL_OPEN).short_text("")).await?;
        wire.method(1, CHANNEL_OPEN_OK).await?;
        Ok(Session { wire, phases, heartbeat })
    }

    /// A question whose answer says nothing (`basic.qos`).
    pub async fn ping(&mut self) -> Result<(), Trouble> {
        self.wire.send(1, Arguments::of(QOS).long(0).short(1).octet(0)).await?;
        self.wire.method(1, QOS_OK).await.map(drop)
    }

    /// How a queue is, by a passive declaration, which makes nothing. When there is none the channel ends with the answer:
    /// ask this last.
    pub async fn queue(&mut self, name: &str) -> Result<Queue, Trouble> {
        /// Passive, and nothing else.
        const PASSIVE: u8 = 1;
        let declare = Arguments::of(DECLARE).short(0).short_text(name).octet(PASSIVE).table(Arguments::default());
        self.wire.send(1, declare).await?;
        let answer = self.wire.method(1, DECLARE_OK).await?;
        let mut reader = Reader::new(&answer);
        reader.short_text()?;
        Ok(Queue { messages: reader.long()?, consumers: reader.long()? })
    }

    /// Takes leave, so that the server logs no broken connection.
    pub async fn close(mut self) {
        let close = Arguments::of(CLOSE).short(200).short_text("done").short(0).short(0);
        // whatever happens now, we have seen what we came for
        if self.wire.send(0, close).await.is_ok() {
            let _ = self.wire.method(0, CLOSE_OK).await;
        }
    }
}

/// `connection.start-ok`: who we are. The capability makes a server say that a login failed before it hangs up.
fn hello(login: &Login) -> Arguments {
    let capabilities = Arguments::default().flag("authentication_failure_close");
    let client = Arguments::default()
        .entry("product", "shipworthy")
        .entry("version", env!("CARGO_PKG_VERSION"))
        .nested("capabilities", capabilities);
    let plain = format!("\0{}\0{}", login.user, login.password);
    Arguments::of(START_OK).table(client).short_text("PLAIN").long_text(plain.as_bytes()).short_text("en_US")
}

fn introduced(start: &[u8]) -> Result<Server, Trouble> {
    let mut reader = Reader::new(start);
    let _version = (reader.octet()?, reader.octet()?);
    let mut properties = reader.table()?;
    let mechanisms = reader.long_text()?.split_ascii_whitespace().map(str::to_owned).collect();
    Ok(Server { product: properties.remove("product"), version: properties.remove("version"), mechanisms })
}

/// Frames over a connection.
struct Wire {
    stream: Capped,
    until: Deadline,
}

impl Wire {
    /// The arguments of a method that is waited for; an error when the server closes the channel or connection instead.
    async fn method(&mut self, channel: u16, wanted: Method) -> Result<Vec<u8>, Trouble> {
        for _ in 0..MOST_FRAMES {
            let (kind, on, payload) = self.frame().await?;
            if kind != METHOD {
                continue;
            }
            let mut reader = Reader::new(&payload);
            match (reader.short()?, reader.short()?) {
                method if method == wanted && on == channel => return Ok(payload[4..].to_vec()),
                CLOSE | CHANNEL_CLOSE => return Err(closed(&mut reader)?),
                _ => {}
            }
        }
        Err(broken("no answer among a thousand frames"))
    }

    async fn frame(&mut self) -> Result<(u8, u16, Vec<u8>), Trouble> {
        let mut head = [0; 7];
        answered(self.until, self.stream.read_exact(&mut head), Trouble::of_io).await?;
        let [kind, a, b, size @ ..] = head;
        if head.starts_with(b"AMQP") {
            // it answers with the version it wants (§4.2.2)
            let version = format!("it wants AMQP {}-{}", head[5], head[6]);
            return Err(Trouble::new(TroubleKind::Protocol, version));
        }
        let size = u32::from_be_bytes(size);
        if size > FRAME_CAP {
            return Err(broken("what came is no frame of AMQP 0-9-1"));
        }
        let mut payload = Vec::new();
        let mut part = (&mut self.stream).take(u64::from(size) + 1);
        answered(self.until, part.read_to_end(&mut payload), Trouble::of_io).await?;
        match payload.pop() {
            Some(FRAME_END) if payload.len() as u64 == u64::from(size) => {
                Ok((kind, u16::from_be_bytes([a, b]), payload))
            }
            None => Err(Trouble::new(TroubleKind::Net(FailureKind::Closed), "the server closed the connection")),
            Some(_) => Err(broken("a frame has no end")),
        }
    }

    async fn send(&mut self, channel: u16, method: Arguments) -> Result<(), Trouble> {
        let payload = method.bytes();
        let size = u32::try_from(payload.len()).map_err(|_| broken("a frame too long"))?;
        let head = Arguments::default().octet(METHOD).short(channel).long(size).bytes();
        self.write(&[&head[..], &payload, &[FRAME_END]].concat()).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        answered(self.until, self.stream.write_all(bytes), Trouble::of_io).await?;
        answered(self.until, self.stream.flush(), Trouble::of_io).await
    }
}

fn broken(what: &str) -> Trouble {
    Trouble::new(TroubleKind::Protocol, what)
}

/// Why the server closes (§1.2 "Constants", and RabbitMQ's texts, which tell a missing virtual host from a forbidden one).
fn closed(reader: &mut Reader<'_>) -> Result<Trouble, Trouble> {
    let (code, text) = (reader.short()?, reader.short_text()?);
    let kind = match code {
        403 if text.contains("Login was refused") => TroubleKind::AuthFailed,
        403 | 405 => TroubleKind::Denied,
        404 => TroubleKind::Missing,
        530 if text.contains("not found") => TroubleKind::Missing,
        530 if text.contains("limit") => TroubleKind::Busy,
        530 => TroubleKind::Denied,
        320 | 541 => TroubleKind::NotReady,
        _ => TroubleKind::Rejected,
    };
    Ok(Trouble::new(kind, format!("{code} {text}")))
}
