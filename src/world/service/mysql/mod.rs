//! MySQL and MariaDB: one connection, queries as text, a session that is read-only and has a time limit of its own.
//! Owns the crate `mysql_common`, which knows packets and logins; the bytes are ours to move, so that they go through the
//! one dialer. Getting in is in `mysql/entrance.rs`, packets are in `mysql/wire.rs`.

mod entrance;
mod wire;

use std::path::Path;
use std::time::{Duration, Instant};

use mysql_common::constants::{CapabilityFlags, ColumnType};
use mysql_common::io::ParseBuf;
use mysql_common::packets::{Column as Described, ErrPacket};
use mysql_common::proto::MyDeserialize;

use self::entrance::{Entrance, capabilities, greeting_in};
use self::wire::Wire;
use super::encryption::{Encryption, Wish};
use super::{Login, Reach, Trouble, TroubleKind, open};
use crate::model::Unknown;
use crate::world::net::{FailureKind, Phases, Trust};

/// Schemes of its URLs and the port they stand for.
pub const SCHEMES: &[(&str, u16)] = &[("mysql", 3306), ("mariadb", 3306)];

/// Columns of an answer that are read.
const MOST_COLUMNS: u64 = 4096;

/// What `ssl-mode` asks for (MySQL documentation, "Connecting to the Server Using URI-Like Strings"), by that name or
/// MariaDB's `sslMode`: without it `PREFERRED`. A certificate is verified for `VERIFY_CA` and `VERIFY_IDENTITY` only.
/// Unknown for a mode that is none, or an unreadable `ca_file`.
pub fn encryption(
    mode: Option<&str>,
    ca_file: Option<&Path>,
    strict: impl FnOnce() -> Result<Trust, Unknown>,
) -> Result<Encryption, Unknown> {
    let word = mode.map(|mode| mode.to_ascii_lowercase().replace(['-', '_'], ""));
    match word.as_deref() {
        Some("disabled" | "disable") => Encryption::lenient(Wish::Never, ca_file),
        None | Some("preferred" | "prefer") => Encryption::lenient(Wish::WhereOffered, ca_file),
        Some("required" | "require" | "trust") => Encryption::lenient(Wish::Always, ca_file),
        Some("verifyca" | "verifyidentity" | "verifyfull") => Ok(Encryption::strict(strict()?)),
        Some(_) => Err(Unknown::because(format!("`ssl-mode={}` is no mode", mode.unwrap_or_default()))),
    }
}

/// What kind of value a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Number,
    /// A day.
    Date,
    /// A moment; in UTC, because our session is.
    Moment,
    /// Anything else.
    Text,
}

/// Rows of an answer, every value as MySQL writes it; `None` is NULL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Names and kinds of its columns.
    pub columns: Vec<(String, Kind)>,
    /// Its rows.
    pub rows: Vec<Vec<Option<String>>>,
}

/// A conversation with a server that let us in.
pub struct Session {
    wire: Wire,
    /// How long connecting took, without TLS, which MySQL begins later.
    pub phases: Phases,
    /// Whether the connection is encrypted, and if so whether the certificate is trusted, and why not.
    pub tls: Option<Result<(), String>>,
    /// What the server says of its version: `10.11.6-MariaDB-1`, `8.4.2`.
    pub version: String,
}

impl Session {
    /// Connects and logs in; without a password only where the server asks for none.
    pub async fn open(reach: Reach<'_>, encryption: &Encryption, login: &Login) -> Result<Session, Trouble> {
        let (stream, phases) = open(reach, None).await?;
        let mut wire = Wire::new(stream, reach.until);
        let greeting = wire.packet().await?;
        let greeting = greeting_in(&greeting)?;
        let offered = greeting.capabilities().contains(CapabilityFlags::CLIENT_SSL);
        let encrypts = match encryption.wish() {
            Wish::Always if !offered => {
                return Err(Trouble::new(TroubleKind::NoTls, "the server offers no TLS"));
            }
            wish => offered && wish != Wish::Never,
        };
        if encrypts {
            wire = wire.encrypted(&reach.endpoint.host, encryption.trust(), capabilities(&greeting, true)).await?;
        }
        let tls = encrypts.then(|| encryption.seen()).flatten();
        let takes_key = reach.endpoint.parameters.get("get-server-public-key").is_some_and(|value| value == "true");
        let entrance = Entrance { login, name: &reach.endpoint.name, encrypted: encrypts, takes_key };
        entrance.pass(&mut wire, &greeting).await?;
        let version = greeting.server_version_str().into_owned();
        let mut session = Session { wire, phases, tls, version };
        session.bind().await?;
        Ok(session)
    }

    /// Nothing is written from here on, the server gives up when we do, and moments are in UTC.
    async fn bind(&mut self) -> Result<(), Trouble> {
        self.query("SET SESSION TRANSACTION READ ONLY").await?;
        let left = self.wire.left().max(Duration::from_millis(1));
        // MySQL counts milliseconds and heeds it for SELECT only, MariaDB seconds and for everything
        let limit = if self.is_mariadb() {
            format!("max_statement_time = {:.3}", left.as_secs_f64())
        } else {
            format!("max_execution_time = {}", left.as_millis())
        };
        let seconds = left.as_secs().max(1);
        self.query(&format!("SET SESSION {limit}, lock_wait_timeout = {seconds}, time_zone = '+00:00'")).await?;
        Ok(())
    }

    /// Whether it is MariaDB, which shares MySQL's protocol and not all of its settings.
    pub fn is_mariadb(&self) -> bool {
        self.version.contains("MariaDB")
    }

    /// The answer to one statement.
    pub async fn query(&mut self, query: &str) -> Result<Table, Trouble> {
        /// `COM_QUERY` (MySQL documentation, "Client/Server Protocol").
        const QUERY: u8 = 3;
        self.wire.begin(&[&[QUERY], query.as_bytes()].concat()).await?;
        let first = self.wire.packet().await?;
        let columns = match first.first() {
            Some(0) => return Ok(Table::default()),
            Some(0xff) => return Err(said(&first)),
            Some(0xfb) => return Err(broken("it asks for a file of this machine")),
            _ => ParseBuf(&first).checked_eat_lenenc_int(),
        };
        let columns = columns.filter(|columns| *columns <= MOST_COLUMNS).ok_or_else(|| broken("too many columns"))?;
        let mut table = Table::default();
        for _ in 0..columns {
            let packet = self.wire.packet().await?;
            let column = Described::deserialize((), &mut ParseBuf(&packet)).map_err(|_| broken("not a column"))?;
            table.columns.push((column.name_str().into_owned(), kind(column.column_type())));
        }
        if !is_end(&self.wire.packet().await?) {
            return Err(broken("the columns do not end"));
        }
        loop {
            let packet = self.wire.packet().await?;
            match packet.first() {
                Some(0xff) => return Err(said(&packet)),
                _ if is_end(&packet) => return Ok(table),
                _ => table.rows.push(row(&packet, table.columns.len())?),
            }
        }
    }

    /// The same, and how long it took.
    pub async fn timed_query(&mut self, query: &str) -> Result<(Table, Duration), Trouble> {
        let begun = Instant::now();
        let table = self.query(query).await?;
        Ok((table, begun.elapsed()))
    }

    /// Takes leave, so that the server counts no aborted connection.
    pub async fn close(mut self) {
        /// `COM_QUIT`.
        const QUIT: u8 = 1;
        // whatever happens now, we have seen what we came for
        let _ = self.wire.begin(&[QUIT]).await;
    }
}

/// The end of columns or rows (`EOF_Packet`).
fn is_end(packet: &[u8]) -> bool {
    packet.first() == Some(&0xfe) && packet.len() < 9
}

fn row(packet: &[u8], columns: usize) -> Result<Vec<Option<String>>, Trouble> {
    const NULL: u8 = 0xfb;
    let mut rest = ParseBuf(packet);
    let mut row = Vec::with_capacity(columns);
    for _ in 0..columns {
        if rest.0.first() == Some(&NULL) {
            rest.skip(1);
            row.push(None);
        } else {
            let text = rest.checked_eat_lenenc_str().ok_or_else(|| broken("a row that is cut short"))?;
            row.push(Some(String::from_utf8_lossy(text).into_owned()));
        }
    }
    Ok(row)
}

fn kind(column: ColumnType) -> Kind {
    use ColumnType as C;
    match column {
        C::MYSQL_TYPE_DECIMAL | C::MYSQL_TYPE_NEWDECIMAL | C::MYSQL_TYPE_TINY | C::MYSQL_TYPE_SHORT => Kind::Number,
        C::MYSQL_TYPE_LONG | C::MYSQL_TYPE_LONGLONG | C::MYSQL_TYPE_INT24 | C::MYSQL_TYPE_YEAR => Kind::Number,
        C::MYSQL_TYPE_FLOAT | C::MYSQL_TYPE_DOUBLE => Kind::Number,
        C::MYSQL_TYPE_DATE | C::MYSQL_TYPE_NEWDATE => Kind::Date,
        C::MYSQL_TYPE_DATETIME | C::MYSQL_TYPE_DATETIME2 => Kind::Moment,
        C::MYSQL_TYPE_TIMESTAMP | C::MYSQL_TYPE_TIMESTAMP2 => Kind::Moment,
        _ => Kind::Text,
    }
}

fn broken(what: &str) -> Trouble {
    Trouble::new(TroubleKind::Protocol, what)
}

fn said(packet: &[u8]) -> Trouble {
    // a server that refuses the host says so before it knows the protocol's version
    let states = packet.get(3) == Some(&b'#');
    let capabilities = if states { CapabilityFlags::CLIENT_PROTOCOL_41 } else { CapabilityFlags::empty() };
    match ErrPacket::deserialize(capabilities, &mut ParseBuf(packet)) {
        Ok(ErrPacket::Error(error)) => Trouble::new(kind_of(error.error_code()), error.message_str()),
        Ok(ErrPacket::Progress(_)) | Err(_) => broken("an error that cannot be read"),
    }
}

/// MySQL documentation, "Server Error Message Reference"; MariaDB documentation, "MariaDB Error Code Reference".
fn kind_of(code: u16) -> TroubleKind {
    match code {
        1045 | 1698 | 1862 | 3118 => TroubleKind::AuthFailed,
        1040 | 1203 | 1226 => TroubleKind::Busy,
        1053 | 1927 => TroubleKind::NotReady,
        1205 | 1969 | 3024 => TroubleKind::Net(FailureKind::Timeout),
        1049 | 1054 | 1109 | 1146 | 1193 | 1305 => TroubleKind::Missing,
        1044 | 1129 | 1130 | 1142 | 1143 | 1227 | 1290 | 1370 | 1792 | 1836 | 3159 => TroubleKind::Denied,
        _ => TroubleKind::Rejected,
    }
}
