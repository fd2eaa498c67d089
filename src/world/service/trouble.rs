//! What can go wrong with a service that is not HTTP, in a short vocabulary that expectations can name.

use std::fmt;

use crate::world::net::{Failure, FailureKind};

/// The vocabulary of fact `error` of services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TroubleKind {
    /// The connection did not come about, or broke.
    Net(FailureKind),
    /// The service wants credentials, and none were given.
    AuthRequired,
    /// The service refused the credentials.
    AuthFailed,
    /// The user may not do that.
    Denied,
    /// What was asked for is not there: a database, a virtual host, a table.
    Missing,
    /// No connection is left for us.
    Busy,
    /// It is starting, loading, recovering or shutting down.
    NotReady,
    /// TLS was asked for, and the service offers none.
    NoTls,
    /// It answered that the command or query is wrong.
    Rejected,
    /// What answered does not speak the protocol, or breaks its limits.
    Protocol,
}

/// Every word of fact `error` of services, with its meaning, for documentation.
pub const WORDS: &[(&str, &str)] = &[
    ("unresolvable", "the host name has no address"),
    ("refused", "nothing listens there"),
    ("unreachable", "no way to that address"),
    ("reset", "the other side broke the connection off"),
    ("closed", "the connection ended before the answer was complete"),
    ("timeout", "the time limit came first"),
    ("tls-expired", "the certificate has expired"),
    ("tls-not-yet-valid", "the certificate is not valid yet"),
    ("tls-wrong-name", "the certificate is for another name"),
    ("tls-untrusted", "the certificate does not lead to a trusted authority"),
    ("tls-failed", "any other failure of the TLS handshake"),
    ("auth-required", "the service wants credentials, and none were given"),
    ("auth-failed", "the service refused the credentials"),
    ("denied", "the user may not do that"),
    ("missing", "there is no such database, virtual host or table"),
    ("busy", "no connection is left"),
    ("not-ready", "it is starting, loading, recovering or shutting down"),
    ("no-tls", "TLS was asked for, and the service offers none"),
    ("rejected", "it answered that the command or query is wrong"),
    ("protocol", "what answered does not speak the protocol, or breaks its limits"),
];

impl TroubleKind {
    /// The word for it in fact `error`.
    pub fn word(self) -> &'static str {
        match self {
            TroubleKind::Net(FailureKind::NotHttp) | TroubleKind::Protocol => "protocol",
            TroubleKind::Net(kind) => kind.word(),
            TroubleKind::AuthRequired => "auth-required",
            TroubleKind::AuthFailed => "auth-failed",
            TroubleKind::Denied => "denied",
            TroubleKind::Missing => "missing",
            TroubleKind::Busy => "busy",
            TroubleKind::NotReady => "not-ready",
            TroubleKind::NoTls => "no-tls",
            TroubleKind::Rejected => "rejected",
        }
    }

    /// Whether the service itself spoke, as opposed to the network or something else on its port.
    pub fn is_answer(self) -> bool {
        !matches!(self, TroubleKind::Net(_) | TroubleKind::Protocol)
    }
}

/// A conversation that failed: the word, and what exactly happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The word.
    pub kind: TroubleKind,
    /// The rest of the sentence.
    pub detail: String,
}

impl Trouble {
    /// A trouble of this kind.
    pub fn new(kind: TroubleKind, detail: impl Into<String>) -> Trouble {
        Trouble { kind, detail: detail.into() }
    }

    /// What an error of a connection that was open means.
    pub(super) fn of_io(error: &std::io::Error) -> Trouble {
        use std::io::ErrorKind as Io;
        let kind = match error.kind() {
            Io::ConnectionReset | Io::BrokenPipe | Io::ConnectionAborted => TroubleKind::Net(FailureKind::Reset),
            Io::UnexpectedEof => TroubleKind::Net(FailureKind::Closed),
            Io::TimedOut => TroubleKind::Net(FailureKind::Timeout),
            _ => TroubleKind::Protocol,
        };
        Trouble::new(kind, error.to_string())
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Trouble {
        Trouble { kind: TroubleKind::Net(failure.kind), detail: failure.detail }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.word(), self.detail)
    }
}
