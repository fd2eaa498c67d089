//! DNS: one question to one server, over UDP, and over TCP when the answer does not fit. Owns the crate `hickory-proto`.
//!
//! Whom to ask is given, or what `/etc/resolv.conf` names first. What the records mean is the probe's business.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use hickory_proto::op::{Message, Query};
use hickory_proto::rr::{Name, RData, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use super::{Trouble, TroubleKind, answered};
use crate::world::Deadline;
use crate::world::net::FailureKind;

/// The port of DNS.
pub const PORT: u16 = 53;
/// How long one datagram is waited for before it is sent again.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often a question is sent by UDP.
const TRIES: usize = 3;
/// The largest datagram that is read; we ask for no more than 512 bytes (RFC 1035 §4.2.1).
const DATAGRAM: usize = 4096;
/// Where the system names its servers.
const SYSTEM: &str = "/etc/resolv.conf";

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// Who takes mail.
    Mx,
    /// Texts.
    Txt,
    /// Who may issue certificates (RFC 8659).
    Caa,
    /// Name servers.
    Ns,
}

/// A record of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// An address.
    Address(IpAddr),
    /// Another name for the one asked for.
    Alias(String),
    /// A host that takes mail.
    Mail(String),
    /// A text, its parts joined.
    Text(String),
    /// A property and its value: `issue`, `letsencrypt.org`.
    Authority(String, String),
    /// A name server.
    Server(String),
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// `NOERROR`, `NXDOMAIN`, `SERVFAIL`, `REFUSED`, or the number.
    pub code: String,
    /// Its records, in the order they came.
    pub records: Vec<Record>,
    /// The shortest time that a record may be kept, in seconds.
    pub ttl: Option<u32>,
    /// Whether the server says that it verified the signatures (RFC 4035).
    pub authentic: bool,
    /// How long it took.
    pub time: Duration,
    /// Datagrams and connections it took.
    pub requests: u64,
}

/// The first server that the system asks.
pub fn system_server() -> Option<SocketAddr> {
    let text = std::fs::read_to_string(SYSTEM).ok()?;
    let named = text.lines().filter_map(|line| line.trim().strip_prefix("nameserver"));
    let address = named.filter_map(|rest| rest.trim().parse().ok()).next()?;
    Some(SocketAddr::new(address, PORT))
}

/// Asks a server; it may ask others.
pub async fn ask(server: SocketAddr, name: &str, kind: Kind, until: Deadline) -> Result<Answer, Trouble> {
    let begun = Instant::now();
    let wrong = |_| Trouble::new(TroubleKind::Rejected, format!("`{name}` is no name"));
    let mut full = Name::from_utf8(name).map_err(wrong)?;
    full.set_fqdn(true);
    let mut question = Message::query();
    question.metadata.recursion_desired = true;
    question.add_query(Query::query(full, kind.record_type()));
    let bytes = question.to_vec().map_err(|error| broken(&format!("the question cannot be written: {error}")))?;
    let (mut answer, mut requests) = by_datagram(server, &question, &bytes, until).await?;
    if answer.metadata.truncation {
        answer = by_stream(server, &question, &bytes, until).await?;
        requests += 1;
    }
    Ok(Answer {
        code: code(answer.metadata.response_code.into()),
        ttl: answer.answers.iter().map(|record| record.ttl).min(),
        records: answer.answers.iter().filter_map(|record| read(&record.data)).collect(),
        authentic: answer.metadata.authentic_data,
        time: begun.elapsed(),
        requests,
    })
}

async fn by_datagram(
    server: SocketAddr,
    question: &Message,
    bytes: &[u8],
    until: Deadline,
) -> Result<(Message, u64), Trouble> {
    let any = if server.is_ipv4() { IpAddr::V4(Ipv4Addr::UNSPECIFIED) } else { IpAddr::V6(Ipv6Addr::UNSPECIFIED) };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0)).await.map_err(|error| ours(&error))?;
    socket.connect(server).await.map_err(|error| ours(&error))?;
    for tried in 1..=TRIES {
        answered(until, socket.send(bytes), trouble).await?;
        let wait = if tried == TRIES { until.left() } else { PATIENCE.min(until.left()) };
        match timeout(wait, matching(&socket, question)).await {
            Ok(answer) => return answer.map(|answer| (answer, tried as u64)),
            Err(_) if until.is_over() => break,
            Err(_) => {}
        }
    }
    let limit = (until.limit().as_secs_f64() * 1000.0).round() / 1000.0;
    Err(Trouble::new(TroubleKind::Net(FailureKind::Timeout), format!("{server} did not answer within {limit} s")))
}

/// The first datagram that answers the question; others are somebody's mistake or forgery.
async fn matching(socket: &UdpSocket, question: &Message) -> Result<Message, Trouble> {
    let mut buffer = [0; DATAGRAM];
    loop {
        let length = socket.recv(&mut buffer).await.map_err(|error| trouble(&error))?;
        let answer = Message::from_vec(&buffer[..length]);
        match answer {
            Ok(answer) if answers(&answer, question) => return Ok(answer),
            Ok(_) => {}
            Err(_) if has_id(&buffer[..length], question) => return Err(broken("an answer that cannot be read")),
            Err(_) => {}
        }
    }
}

async fn by_stream(server: SocketAddr, question: &Message, bytes: &[u8], until: Deadline) -> Result<Message, Trouble> {
    let mut stream = answered(until, TcpStream::connect(server), trouble).await?;
    let length = u16::try_from(bytes.len()).map_err(|_| broken("a question too long"))?;
    answered(until, stream.write_all(&[&length.to_be_bytes(), bytes].concat()), trouble).await?;
    let length = answered(until, stream.read_u16(), trouble).await?;
    let mut buffer = vec![0; length.into()];
    answered(until, stream.read_exact(&mut buffer), trouble).await?;
    let answer = Message::from_vec(&buffer).map_err(|_| broken("an answer that cannot be read"))?;
    if answers(&answer, question) { Ok(answer) } else { Err(broken("an answer to another question")) }
}

fn answers(answer: &Message, question: &Message) -> bool {
    answer.metadata.id == question.metadata.id && answer.queries == question.queries
}

fn has_id(bytes: &[u8], question: &Message) -> bool {
    bytes.starts_with(&question.metadata.id.to_be_bytes())
}

fn ours(error: &std::io::Error) -> Trouble {
    Trouble::new(TroubleKind::Net(FailureKind::Ours), format!("no socket: {error}"))
}

fn trouble(error: &std::io::Error) -> Trouble {
    match error.kind() {
        std::io::ErrorKind::ConnectionRefused => {
            Trouble::new(TroubleKind::Net(FailureKind::Refused), "nothing listens there")
        }
        std::io::ErrorKind::NetworkUnreachable | std::io::ErrorKind::HostUnreachable => {
            Trouble::new(TroubleKind::Net(FailureKind::Unreachable), error.to_string())
        }
        _ => Trouble::of_io(error),
    }
}

fn broken(what: &str) -> Trouble {
    Trouble::new(TroubleKind::Protocol, what)
}

impl Kind {
    fn record_type(self) -> RecordType {
        match self {
            Kind::A => RecordType::A,
            Kind::Aaaa => RecordType::AAAA,
            Kind::Mx => RecordType::MX,
            Kind::Txt => RecordType::TXT,
            Kind::Caa => RecordType::CAA,
            Kind::Ns => RecordType::NS,
        }
    }
}

/// The word for a response code (IANA "DNS RCODEs").
fn code(number: u16) -> String {
    let words = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];
    words.get(usize::from(number)).map_or_else(|| number.to_string(), |word| (*word).to_owned())
}

fn read(data: &RData) -> Option<Record> {
    match data {
        RData::A(address) => Some(Record::Address(address.0.into())),
        RData::AAAA(address) => Some(Record::Address(address.0.into())),
        RData::CNAME(name) => Some(Record::Alias(plain(&name.0))),
        RData::NS(name) => Some(Record::Server(plain(&name.0))),
        RData::MX(mail) => Some(Record::Mail(plain(&mail.exchange))),
        RData::TXT(text) => {
            let bytes: Vec<u8> = text.txt_data.iter().flat_map(|part| part.iter().copied()).collect();
            Some(Record::Text(String::from_utf8_lossy(&bytes).into_owned()))
        }
        RData::CAA(authority) => {
            let value = String::from_utf8_lossy(&authority.value).trim().to_owned();
            Some(Record::Authority(authority.tag.to_ascii_lowercase(), value))
        }
        _ => None,
    }
}

/// A name without its last dot.
fn plain(name: &Name) -> String {
    name.to_ascii().trim_end_matches('.').to_ascii_lowercase()
}
