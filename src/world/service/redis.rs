//! Redis and what speaks its protocol (Valkey, KeyDB): single commands over one connection. Owns the crate `redis`.
//!
//! Commands are sent as given; that only reading ones are asked for is up to the probe.

use std::error::Error;
use std::sync::Arc;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, ErrorKind, RedisConnectionInfo, RedisError, Value};

use super::{Driver, Login, Reach, Trouble, TroubleKind, answered, open};
use crate::world::Deadline;
use crate::world::net::{Phases, Trust};

/// Schemes of its URLs and the ports they stand for; the second is TLS (IANA "uri-schemes").
pub const SCHEMES: &[(&str, u16)] = &[("redis", 6379), ("rediss", 6379)];

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing there.
    Nothing,
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
    /// Several answers.
    List(Vec<Answer>),
}

impl Answer {
    /// The text; `None` for anything else.
    pub fn text(&self) -> Option<&str> {
        match self {
            Answer::Text(text) => Some(text),
            Answer::Nothing | Answer::Number(_) | Answer::List(_) => None,
        }
    }
}

/// A conversation. Nobody has logged in at its beginning.
pub struct Session {
    connection: MultiplexedConnection,
    /// How long connecting took.
    pub phases: Phases,
    until: Deadline,
    _driver: Driver,
}

impl Session {
    /// Connects, without saying anything yet.
    pub async fn open(reach: Reach<'_>, trust: Option<&Trust>) -> Result<Session, Trouble> {
        let (wire, phases) = open(reach, trust).await?;
        let silent = RedisConnectionInfo::default().set_skip_set_lib_name();
        let opening = MultiplexedConnection::new_with_config(
            &silent,
            wire,
            AsyncConnectionConfig::new().set_response_timeout(None),
        );
        let (connection, driver) = answered(reach.until, opening, trouble).await?;
        Ok(Session { connection, phases, until: reach.until, _driver: Driver::spawn(driver) })
    }

    /// Logs in. A service that needs no password says so, which is no trouble.
    pub async fn log_in(&mut self, login: &Login) -> Result<(), Trouble> {
        let credentials = [login.user.as_str(), login.password.as_str()];
        let words = if login.user.is_empty() { &credentials[1..] } else { &credentials[..] };
        let command = [&["AUTH"], words].concat();
        match self.ask(&command).await {
            Err(trouble) if trouble.detail.contains("without any password configured") => Ok(()),
            Err(Trouble { kind: TroubleKind::Rejected, detail }) => Err(Trouble::new(TroubleKind::AuthFailed, detail)),
            other => other.map(drop),
        }
    }

    /// One command and its answer.
    pub async fn ask(&mut self, command: &[&str]) -> Result<Answer, Trouble> {
        let mut packed = redis::Cmd::new();
        for word in command {
            packed.arg(word);
        }
        let value = answered(self.until, self.connection.send_packed_command(&packed), trouble).await?;
        answer(value)
    }
}

fn answer(value: Value) -> Result<Answer, Trouble> {
    let text = |bytes: &[u8]| Ok(Answer::Text(String::from_utf8_lossy(bytes).into_owned()));
    match value {
        Value::Nil => Ok(Answer::Nothing),
        Value::Int(number) => Ok(Answer::Number(number)),
        Value::BulkString(bytes) => text(&bytes),
        Value::SimpleString(line) | Value::VerbatimString { text: line, .. } => Ok(Answer::Text(line)),
        Value::Okay => text(b"OK"),
        Value::Array(values) | Value::Set(values) => {
            values.into_iter().map(answer).collect::<Result<_, _>>().map(Answer::List)
        }
        Value::ServerError(error) => Err(said(error.code(), error.details().unwrap_or_default())),
        _ => Err(Trouble::new(TroubleKind::Protocol, "an answer of a kind that was not asked for")),
    }
}

fn trouble(error: &RedisError) -> Trouble {
    match (error.code(), error.kind()) {
        (Some(code), _) => said(code, error.detail().unwrap_or_default()),
        (None, ErrorKind::Io) => io_trouble(error),
        (None, _) => Trouble::new(TroubleKind::Protocol, error.to_string()),
    }
}

fn io_trouble(error: &RedisError) -> Trouble {
    // the crate shares its causes
    let shared = error.source().and_then(|source| source.downcast_ref::<Arc<dyn Error + Send + Sync>>());
    match shared.and_then(|shared| shared.downcast_ref::<std::io::Error>()) {
        Some(io) => Trouble::of_io(io),
        None if error.is_connection_dropped() => Trouble::of_io(&std::io::ErrorKind::UnexpectedEof.into()),
        None => Trouble::new(TroubleKind::Protocol, error.to_string()),
    }
}

/// What an error answer means, by its first word (Redis documentation, "RESP: simple errors"; `src/server.c`).
fn said(code: &str, detail: &str) -> Trouble {
    let kind = match code {
        "NOAUTH" => TroubleKind::AuthRequired,
        "WRONGPASS" => TroubleKind::AuthFailed,
        // protected mode refuses whoever is not local
        "DENIED" => TroubleKind::AuthRequired,
        "NOPERM" => TroubleKind::Denied,
        "LOADING" | "MASTERDOWN" | "BUSY" | "CLUSTERDOWN" => TroubleKind::NotReady,
        _ if detail.contains("max number of clients") => TroubleKind::Busy,
        _ if detail.contains("invalid password") => TroubleKind::AuthFailed,
        _ => TroubleKind::Rejected,
    };
    Trouble::new(kind, format!("{code} {detail}"))
}
