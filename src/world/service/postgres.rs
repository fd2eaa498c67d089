//! PostgreSQL and what speaks its protocol: one connection, read-only transactions with a time limit of their own.
//! Owns the crates `tokio-postgres` and `tokio-postgres-rustls`.

use std::error::Error as _;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use tokio_postgres::config::SslMode;
use tokio_postgres::error::{Error, SqlState};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::encryption::{Encryption, Wish};
use super::{Driver, Login, Reach, Trouble, TroubleKind, answered, open};
use crate::model::Unknown;
use crate::world::Deadline;
use crate::world::net::{Capped, Failure, FailureKind, Phases, Trust};

/// Schemes of its URLs and the port they stand for (PostgreSQL documentation, "Connection URIs").
pub const SCHEMES: &[(&str, u16)] = &[("postgres", 5432), ("postgresql", 5432)];

/// What `sslmode` asks for (PostgreSQL documentation, "SSL Mode Descriptions"): without it `prefer`. A certificate is
/// verified for `verify-ca` and `verify-full` only. Unknown for a mode that is none, or an unreadable `ca_file`.
pub fn encryption(
    sslmode: Option<&str>,
    ca_file: Option<&Path>,
    strict: impl FnOnce() -> Result<Trust, Unknown>,
) -> Result<Encryption, Unknown> {
    match sslmode {
        Some("disable") => Encryption::lenient(Wish::Never, ca_file),
        None | Some("allow" | "prefer") => Encryption::lenient(Wish::WhereOffered, ca_file),
        Some("require") => Encryption::lenient(Wish::Always, ca_file),
        Some("verify-ca" | "verify-full") => Ok(Encryption::strict(strict()?)),
        Some(other) => Err(Unknown::because(format!("`sslmode={other}` is no mode"))),
    }
}

/// Rows of an answer, every value as PostgreSQL writes it; `None` is NULL.
pub type Rows = Vec<Vec<Option<String>>>;

/// A column of a query's result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Name of its type: `int8`, `text`, …
    pub kind: String,
}

/// A conversation with a server that let us in.
pub struct Session {
    client: Client,
    /// How long connecting took, without TLS, which PostgreSQL begins later.
    pub phases: Phases,
    /// Whether the connection is encrypted, and if so whether the certificate is trusted, and why not.
    pub tls: Option<Result<(), String>>,
    /// The server's version, such as `15.8`.
    pub version: Option<String>,
    until: Deadline,
    _driver: Driver,
}

impl Session {
    /// Connects and logs in; without a password only where the server asks for none.
    pub async fn open(reach: Reach<'_>, encryption: &Encryption, login: Login) -> Result<Session, Trouble> {
        let (wire, phases) = open(reach, None).await?;
        let mut tls = MakeRustlsConnect::new(encryption.trust().config().as_ref().clone());
        let host = &reach.endpoint.host;
        let tls = <MakeRustlsConnect as MakeTlsConnect<Capped>>::make_tls_connect(&mut tls, host)
            .map_err(|error| Trouble::new(TroubleKind::Net(FailureKind::TlsFailed), error.to_string()))?;
        let config = config(reach, encryption, &login);
        let (client, connection) = answered(reach.until, config.connect_raw(wire, tls), trouble).await?;
        let version = connection.parameter("server_version").map(first_word);
        let driver = Driver::spawn(async {
            // an error reaches whoever waits for an answer
            let _ = connection.await;
        });
        let tls = encryption.seen();
        Ok(Session { client, phases, tls, version, until: reach.until, _driver: driver })
    }

    /// Rows of a query of our own, in a read-only transaction.
    pub async fn rows(&self, query: &str) -> Result<Rows, Trouble> {
        self.begin().await?;
        let rows = self.run(query).await;
        self.end(rows).await
    }

    /// Rows of somebody's query and how long they took, without the transaction round it.
    pub async fn timed_rows(&self, query: &str) -> Result<(Rows, Duration), Trouble> {
        self.begin().await?;
        let begun = Instant::now();
        let rows = self.run(query).await;
        let time = begun.elapsed();
        Ok((self.end(rows).await?, time))
    }

    /// What the columns of somebody's query are. It must be one statement: the server refuses any other here.
    pub async fn columns(&self, query: &str) -> Result<Vec<Column>, Trouble> {
        self.begin().await?;
        let statement = answered(self.until, self.client.prepare(query), trouble).await;
        let statement = self.end(statement).await?;
        let columns = statement.columns().iter();
        Ok(columns.map(|it| Column { name: it.name().to_owned(), kind: it.type_().name().to_owned() }).collect())
    }

    /// Nothing is written, and the server gives up when we do.
    async fn begin(&self) -> Result<(), Trouble> {
        let limit = self.until.left().as_millis().max(1);
        let begin = format!(
            "BEGIN READ ONLY; SET LOCAL statement_timeout = {limit}; SET LOCAL lock_timeout = {limit}; \
             SET LOCAL datestyle = 'ISO'; SET LOCAL timezone = 'UTC'; SET LOCAL intervalstyle = 'iso_8601'; \
             SET LOCAL extra_float_digits = 3"
        );
        self.run(&begin).await.map(drop)
    }

    async fn end<T>(&self, done: Result<T, Trouble>) -> Result<T, Trouble> {
        let ended = self.run("ROLLBACK").await;
        done.and_then(|value| ended.map(|_| value))
    }

    async fn run(&self, query: &str) -> Result<Rows, Trouble> {
        let messages = answered(self.until, self.client.simple_query(query), trouble).await?;
        let row = |message: SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|at| row.try_get(at).ok().flatten().map(str::to_owned)).collect())
            }
            _ => None,
        };
        Ok(messages.into_iter().filter_map(row).collect())
    }
}

fn config(reach: Reach<'_>, encryption: &Encryption, login: &Login) -> Config {
    let mut config = Config::new();
    config.user(&login.user).application_name("shipworthy").ssl_mode(mode(encryption.wish()));
    if !login.password.is_empty() {
        config.password(&login.password);
    }
    if !reach.endpoint.name.is_empty() {
        config.dbname(&reach.endpoint.name);
    }
    config
}

fn mode(wish: Wish) -> SslMode {
    match wish {
        Wish::Never => SslMode::Disable,
        Wish::WhereOffered => SslMode::Prefer,
        Wish::Always => SslMode::Require,
    }
}

/// `15.18 (Debian 15.18-0+deb12u1)` → `15.18`
fn first_word(text: &str) -> String {
    text.split_ascii_whitespace().next().unwrap_or_default().to_owned()
}

fn trouble(error: &Error) -> Trouble {
    if let Some(said) = error.as_db_error() {
        return Trouble::new(kind_of(said.code()), said.message());
    }
    let source = error.source();
    let io = source.and_then(|source| source.downcast_ref::<io::Error>());
    // the client's own texts are the only sign of these three
    match (error.to_string().as_str(), source.map(ToString::to_string).as_deref(), io) {
        ("error performing TLS handshake", _, Some(io)) => Failure::in_handshake(io).into(),
        ("error performing TLS handshake", Some("server does not support TLS"), _) => {
            Trouble::new(TroubleKind::NoTls, "the server offers no TLS")
        }
        (_, Some("password missing"), _) => Trouble::new(TroubleKind::AuthRequired, "the server wants a password"),
        (_, _, Some(io)) if io.kind() != io::ErrorKind::InvalidData => Trouble::of_io(io),
        _ if error.is_closed() => {
            Trouble::new(TroubleKind::Net(FailureKind::Closed), "the server closed the connection")
        }
        (text, source, _) => {
            let cause = source.map(|source| format!(": {source}")).unwrap_or_default();
            Trouble::new(TroubleKind::Protocol, format!("{text}{cause}"))
        }
    }
}

/// PostgreSQL documentation, "Appendix A: error codes".
fn kind_of(code: &SqlState) -> TroubleKind {
    match code.code() {
        "28000" | "28P01" => TroubleKind::AuthFailed,
        "3D000" | "42P01" | "3F000" | "42704" | "42883" => TroubleKind::Missing,
        "53300" => TroubleKind::Busy,
        "57P01" | "57P02" | "57P03" => TroubleKind::NotReady,
        "57014" | "55P03" => TroubleKind::Net(FailureKind::Timeout),
        "42501" | "25006" => TroubleKind::Denied,
        _ => TroubleKind::Rejected,
    }
}
