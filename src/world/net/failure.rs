//! Why an exchange did not come about, in a short vocabulary that expectations can name.

use std::error::Error;
use std::fmt;
use std::io;

use rustls::CertificateError;

/// The vocabulary of fact `error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The host name has no address.
    Unresolvable,
    /// Nothing listens there.
    Refused,
    /// No way to that address.
    Unreachable,
    /// The other side broke the connection off.
    Reset,
    /// The connection ended before the answer was complete.
    Closed,
    /// The time limit came first.
    Timeout,
    /// The certificate has expired.
    TlsExpired,
    /// The certificate is not valid yet.
    TlsNotYetValid,
    /// The certificate is for another name.
    TlsWrongName,
    /// The certificate does not lead to an authority we trust.
    TlsUntrusted,
    /// Any other failure of the TLS handshake.
    TlsFailed,
    /// What came back is not HTTP, or breaks its limits.
    NotHttp,
    /// Redirects did not come to an end.
    TooManyRedirects,
    /// A redirect led to something that is not an HTTP URL, or from the internet to a private address.
    BadRedirect,
    /// Our own machine could not: no file descriptors, no memory. Never an observation.
    Ours,
}

/// Every word of fact `error`, with its meaning, for documentation.
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
    ("not-http", "what came back is not HTTP, or breaks its limits"),
    ("too-many-redirects", "redirects did not come to an end"),
    ("bad-redirect", "a redirect led to something that is not an HTTP URL, or from the internet to a private address"),
];

impl FailureKind {
    /// The word for it in fact `error`.
    pub fn word(self) -> &'static str {
        match self {
            FailureKind::Unresolvable => "unresolvable",
            FailureKind::Refused => "refused",
            FailureKind::Unreachable => "unreachable",
            FailureKind::Reset => "reset",
            FailureKind::Closed => "closed",
            FailureKind::Timeout => "timeout",
            FailureKind::TlsExpired => "tls-expired",
            FailureKind::TlsNotYetValid => "tls-not-yet-valid",
            FailureKind::TlsWrongName => "tls-wrong-name",
            FailureKind::TlsUntrusted => "tls-untrusted",
            FailureKind::TlsFailed => "tls-failed",
            FailureKind::NotHttp => "not-http",
            FailureKind::TooManyRedirects => "too-many-redirects",
            FailureKind::BadRedirect => "bad-redirect",
            FailureKind::Ours => "ours",
        }
    }

    /// Whether trying again may help and does no harm: the transport failed, not the answer.
    pub fn is_transient(self) -> bool {
        matches!(
            self,
            FailureKind::Unresolvable
                | FailureKind::Refused
                | FailureKind::Unreachable
                | FailureKind::Reset
                | FailureKind::Closed
        )
    }
}

/// An exchange that failed: the word, and what exactly happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The word.
    pub kind: FailureKind,
    /// The rest of the sentence.
    pub detail: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.word(), self.detail)
    }
}

impl Failure {
    /// A failure of this kind.
    pub fn new(kind: FailureKind, detail: impl Into<String>) -> Failure {
        Failure { kind, detail: detail.into() }
    }

    /// What an error while connecting means.
    pub(in crate::world) fn connecting(error: &io::Error, to: impl fmt::Display) -> Failure {
        let kind = match error.kind() {
            io::ErrorKind::ConnectionRefused => FailureKind::Refused,
            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => FailureKind::Reset,
            io::ErrorKind::TimedOut => FailureKind::Timeout,
            _ if is_ours(error) => FailureKind::Ours,
            _ => FailureKind::Unreachable,
        };
        Failure::new(kind, format!("{to}: {}", plain(error)))
    }

    /// What an error during the TLS handshake means.
    pub(in crate::world) fn in_handshake(error: &io::Error) -> Failure {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match inner {
            Some(error) => Failure::of_verification(error),
            None if error.kind() == io::ErrorKind::ConnectionReset => {
                Failure::new(FailureKind::Reset, "connection reset during the TLS handshake")
            }
            None if error.kind() == io::ErrorKind::UnexpectedEof => {
                Failure::new(FailureKind::TlsFailed, "the connection was closed during the TLS handshake")
            }
            None => Failure::new(FailureKind::TlsFailed, plain(error)),
        }
    }

    /// What an error of TLS itself means.
    pub(super) fn of_verification(error: &rustls::Error) -> Failure {
        match error {
            rustls::Error::InvalidCertificate(certificate) => of_certificate(certificate),
            other => Failure::new(FailureKind::TlsFailed, other.to_string()),
        }
    }

    /// What an error of the HTTP layer means; `during` says in which part.
    pub(super) fn in_http(error: &hyper::Error, during: &str) -> Failure {
        let io = causes(error).find_map(|cause| cause.downcast_ref::<io::Error>());
        let kind = match io.map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted) => {
                FailureKind::Reset
            }
            Some(io::ErrorKind::UnexpectedEof) => FailureKind::Closed,
            _ if error.is_parse() || error.is_parse_too_large() => FailureKind::NotHttp,
            _ if error.is_incomplete_message() || error.is_closed() || error.is_canceled() => FailureKind::Closed,
            _ => FailureKind::NotHttp,
        };
        let deepest = causes(error).last().map_or_else(String::new, |cause| cause.to_string());
        let text = if deepest.is_empty() || deepest == error.to_string() {
            error.to_string()
        } else {
            format!("{error}: {deepest}")
        };
        Failure::new(kind, format!("{during}: {text}"))
    }
}

fn of_certificate(error: &CertificateError) -> Failure {
    let kind = match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => FailureKind::TlsExpired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => FailureKind::TlsNotYetValid,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            FailureKind::TlsWrongName
        }
        CertificateError::BadEncoding => FailureKind::TlsFailed,
        // unknown issuer, bad signature, an authority's own certificate, revoked, another purpose: not to be trusted
        _ => FailureKind::TlsUntrusted,
    };
    Failure::new(kind, in_words(error))
}

/// What rustls shows as code, in words.
fn in_words(error: &CertificateError) -> String {
    match error {
        _ if is_authority(error) => "an authority's own certificate stands where that of the server belongs".to_owned(),
        CertificateError::UnknownIssuer => "nobody who is trusted has issued it".to_owned(),
        other => other.to_string(),
    }
}

/// An authority's own certificate shown by a server; rustls hands on what the chain builder says.
pub(super) fn is_authority(error: &CertificateError) -> bool {
    matches!(error, CertificateError::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity"))
}

fn causes(error: &dyn Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let mut next = error.source();
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}

/// `EMFILE` and `ENFILE`: file descriptors have run out on this machine.
fn is_ours(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(23 | 24)) || error.kind() == io::ErrorKind::OutOfMemory
}

/// The error's text without Rust's `(os error 111)`.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_vocabulary_is_documented() {
        let kinds = [
            FailureKind::Unresolvable,
            FailureKind::Refused,
            FailureKind::Unreachable,
            FailureKind::Reset,
            FailureKind::Closed,
            FailureKind::Timeout,
            FailureKind::TlsExpired,
            FailureKind::TlsNotYetValid,
            FailureKind::TlsWrongName,
            FailureKind::TlsUntrusted,
            FailureKind::TlsFailed,
            FailureKind::NotHttp,
            FailureKind::TooManyRedirects,
            FailureKind::BadRedirect,
        ];
        let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
        assert_eq!(words, WORDS.iter().map(|(word, _)| *word).collect::<Vec<_>>());
    }

    #[test]
    fn running_out_of_descriptors_is_never_blamed_on_the_target() {
        let failure = Failure::connecting(&io::Error::from_raw_os_error(24), "127.0.0.1:1");
        assert_eq!(failure.kind, FailureKind::Ours);
    }
}
