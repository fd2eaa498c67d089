//! NATS: its text protocol of a few verbs (NATS documentation, "Client Protocol"), over one connection. There is no
//! crate to own: the clients for it reconnect by themselves, which is not what an observer wants.

use serde_json::{Value as Json, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use super::{ANSWER_CAP, Login, Reach, Trouble, TroubleKind, answered, open};
use crate::world::Deadline;
use crate::world::net::{Capped, FailureKind, Phases, Trust, upgrade};

/// Schemes of its URLs and the port they stand for; the second asks for TLS.
pub const SCHEMES: &[(&str, u16)] = &[("nats", 4222), ("tls", 4222)];

/// Bytes of one line, and of one message.
const LINE_CAP: u64 = 256 << 10;
const MESSAGE_CAP: usize = 4 << 20;
/// Lines that may come before the one that is waited for.
const MOST_LINES: usize = 1000;
/// Where answers go; there is one question at a time.
const INBOX: &str = "_INBOX.shipworthy";

/// A conversation. Nobody has logged in at its beginning.
pub struct Session {
    wire: BufReader<Capped>,
    /// What the server says of itself on connecting: `version`, `auth_required`, `jetstream`, …
    pub info: Json,
    /// How long connecting took.
    pub phases: Phases,
    /// Whether the connection is encrypted.
    pub tls: bool,
    until: Deadline,
}

impl Session {
    /// Connects and reads the greeting. TLS where `trust` asks for it, or the server does.
    pub async fn open(reach: Reach<'_>, trust: &Trust, wanted: bool) -> Result<Session, Trouble> {
        let (wire, phases) = open(reach, None).await?;
        let mut session =
            Session { wire: BufReader::new(wire), info: Json::Null, phases, tls: false, until: reach.until };
        let greeting = session.line().await?;
        let info = greeting.strip_prefix("INFO ").and_then(|info| serde_json::from_str(info).ok());
        session.info = info.ok_or_else(|| broken("the greeting is not `INFO {…}`"))?;
        let offered = ["tls_required", "tls_available"].iter().any(|key| session.info[*key] == true);
        if wanted && !offered {
            return Err(Trouble::new(TroubleKind::NoTls, "the server offers no TLS"));
        }
        if wanted || session.info["tls_required"] == true {
            let plain = session.wire.into_inner();
            let secured = upgrade(plain, &reach.endpoint.host, trust, reach.until).await?;
            session.wire = BufReader::new(Capped::new(secured, ANSWER_CAP));
            session.tls = true;
        }
        Ok(session)
    }

    /// Presents ourselves, as nobody without a login, and waits until the server has taken note.
    pub async fn log_in(&mut self, login: Option<&Login>) -> Result<(), Trouble> {
        let mut hello = json!({
            "verbose": false, "pedantic": false, "tls_required": self.tls, "name": "shipworthy", "lang": "rust",
            "version": env!("CARGO_PKG_VERSION"), "protocol": 1, "headers": true, "no_responders": true,
        });
        match login {
            Some(Login { user, password }) if user.is_empty() => hello["auth_token"] = json!(password),
            Some(Login { user, password }) => {
                hello["user"] = json!(user);
                hello["pass"] = json!(password);
            }
            None => {}
        }
        self.send(&format!("CONNECT {hello}\r\n")).await?;
        self.ping().await.map_err(|trouble| match (trouble.kind, login) {
            (TroubleKind::AuthFailed, None) => Trouble::new(TroubleKind::AuthRequired, trouble.detail),
            _ => trouble,
        })
    }

    /// `PING` and its `PONG`.
    pub async fn ping(&mut self) -> Result<(), Trouble> {
        self.send("PING\r\n").await?;
        for _ in 0..MOST_LINES {
            let line = self.line().await?;
            if line == "PONG" {
                return Ok(());
            }
            self.aside(&line).await?;
        }
        Err(broken("no `PONG` among a thousand lines"))
    }

    /// Sends a request and waits for its answer, which is JSON. `None` when nobody answers for that subject.
    pub async fn ask(&mut self, subject: &str) -> Result<Option<Json>, Trouble> {
        self.send(&format!("SUB {INBOX} 1\r\nUNSUB 1 1\r\nPUB {subject} {INBOX} 0\r\n\r\n")).await?;
        for _ in 0..MOST_LINES {
            let line = self.line().await?;
            if line.starts_with("MSG ") {
                let bytes = self.message(&line).await?;
                return serde_json::from_slice(&bytes).map(Some).map_err(|_| broken("an answer is not JSON"));
            }
            if line.starts_with("HMSG ") {
                // only the server itself answers with headers here: nobody listens to the subject
                self.message(&line).await?;
                return Ok(None);
            }
            self.aside(&line).await?;
        }
        Err(broken("no answer among a thousand lines"))
    }

    /// A line that is none of our business, or says what is wrong.
    async fn aside(&mut self, line: &str) -> Result<(), Trouble> {
        match line.split_once(' ').map_or(line, |(verb, _)| verb) {
            "PING" => self.send("PONG\r\n").await,
            "+OK" | "INFO" | "PONG" => Ok(()),
            "-ERR" => Err(said(line)),
            _ => Err(broken("a line that is not of the protocol")),
        }
    }

    /// The bytes that a `MSG` or `HMSG` line announces at its end.
    async fn message(&mut self, line: &str) -> Result<Vec<u8>, Trouble> {
        let announced = line.rsplit(' ').next().and_then(|length| length.parse::<usize>().ok());
        let length = announced.filter(|length| *length <= MESSAGE_CAP).ok_or_else(|| broken("a message too long"))?;
        let mut bytes = vec![0; length + 2];
        answered(self.until, self.wire.read_exact(&mut bytes), Trouble::of_io).await?;
        bytes.truncate(length);
        Ok(bytes)
    }

    async fn line(&mut self) -> Result<String, Trouble> {
        let mut bytes = Vec::new();
        let mut part = (&mut self.wire).take(LINE_CAP);
        let read = answered(self.until, part.read_until(b'\n', &mut bytes), Trouble::of_io).await?;
        if read == 0 {
            return Err(Trouble::new(TroubleKind::Net(FailureKind::Closed), "the server closed the connection"));
        }
        if bytes.last() != Some(&b'\n') {
            return Err(broken("a line has no end"));
        }
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    async fn send(&mut self, text: &str) -> Result<(), Trouble> {
        answered(self.until, self.wire.write_all(text.as_bytes()), Trouble::of_io).await?;
        answered(self.until, self.wire.flush(), Trouble::of_io).await
    }
}

fn broken(what: &str) -> Trouble {
    Trouble::new(TroubleKind::Protocol, what)
}

/// `-ERR 'Authorization Violation'` (NATS documentation, "Client Protocol: +OK/ERR").
fn said(line: &str) -> Trouble {
    let text = line.trim_start_matches("-ERR").trim().trim_matches('\'');
    let lower = text.to_ascii_lowercase();
    let kind = match lower.as_str() {
        it if it.contains("authorization violation") || it.contains("authentication") => TroubleKind::AuthFailed,
        it if it.contains("permissions violation") => TroubleKind::Denied,
        it if it.contains("maximum connections") => TroubleKind::Busy,
        it if it.contains("secure connection") => TroubleKind::NoTls,
        it if it.contains("shutdown") => TroubleKind::NotReady,
        _ => TroubleKind::Rejected,
    };
    Trouble::new(kind, text)
}
