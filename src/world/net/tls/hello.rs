//! The first message of a TLS client in any version, and what the first answer says of the version: record layer only,
//! no cryptography. TLS libraries of today cannot offer what has long been forbidden, so it is written here byte by byte.
//!
//! Formats: SSL 3.0 (RFC 6101), TLS 1.0 to 1.2 (RFC 5246), 1.3 (RFC 8446 §4.1).

use std::net::IpAddr;

use rustls::ProtocolVersion;

/// A protocol version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// SSL 3.0, forbidden by RFC 7568.
    Ssl3,
    /// TLS 1.0, forbidden by RFC 8996.
    Tls10,
    /// TLS 1.1, forbidden by RFC 8996.
    Tls11,
    /// TLS 1.2.
    Tls12,
    /// TLS 1.3.
    Tls13,
}

impl Version {
    /// Every version, oldest first.
    pub const ALL: [Version; 5] = [Version::Ssl3, Version::Tls10, Version::Tls11, Version::Tls12, Version::Tls13];

    /// `1.2`; SSL 3.0 has none.
    pub fn number(self) -> Option<&'static str> {
        match self {
            Version::Ssl3 => None,
            Version::Tls10 => Some("1.0"),
            Version::Tls11 => Some("1.1"),
            Version::Tls12 => Some("1.2"),
            Version::Tls13 => Some("1.3"),
        }
    }

    /// `TLS 1.2`.
    pub fn name(self) -> String {
        self.number().map_or_else(|| "SSL 3.0".to_owned(), |number| format!("TLS {number}"))
    }

    pub(super) fn of(version: ProtocolVersion) -> Option<Version> {
        match version {
            ProtocolVersion::TLSv1_2 => Some(Version::Tls12),
            ProtocolVersion::TLSv1_3 => Some(Version::Tls13),
            _ => None,
        }
    }

    fn wire(self) -> u16 {
        match self {
            Version::Ssl3 => 0x0300,
            Version::Tls10 => 0x0301,
            Version::Tls11 => 0x0302,
            Version::Tls12 => 0x0303,
            Version::Tls13 => 0x0304,
        }
    }
}

/// Content types of a record (RFC 8446 §5.1).
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
/// Handshake messages.
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
/// Extensions (IANA registry "TLS ExtensionType Values").
const SERVER_NAME: u16 = 0;
const SUPPORTED_GROUPS: u16 = 10;
const EC_POINT_FORMATS: u16 = 11;
const SIGNATURE_ALGORITHMS: u16 = 13;
const SUPPORTED_VERSIONS: u16 = 43;
const PSK_KEY_EXCHANGE_MODES: u16 = 45;
const KEY_SHARE: u16 = 51;
/// Suites of TLS 1.3.
const SUITES_13: &[u16] = &[0x1301, 0x1302, 0x1303];
/// Suites of everything before, good and bad: the question is the version, not the suite. ECDHE, DHE, RSA with AES-GCM,
/// ChaCha20, AES-CBC, Camellia, 3DES and RC4; the last one says that renegotiation is safe (RFC 5746).
const SUITES: &[u16] = &[
    0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca9, 0xcca8, 0xccaa, 0x009e, 0x009f, 0xc023, 0xc024, 0xc027, 0xc028, 0xc009,
    0xc00a, 0xc013, 0xc014, 0x0067, 0x006b, 0x0033, 0x0039, 0x0032, 0x0038, 0x009c, 0x009d, 0x003c, 0x003d, 0x002f,
    0x0035, 0x0041, 0x0084, 0xc008, 0xc012, 0x0016, 0x0013, 0x000a, 0xc007, 0xc011, 0x0005, 0x0004, 0x00ff,
];
/// x25519, P-256, P-384, P-521.
const GROUPS: &[u16] = &[29, 23, 24, 25];
/// ECDSA, RSA-PSS, RSA and EdDSA, with SHA-1 last, for servers that know no other.
const SCHEMES: &[u16] =
    &[0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0807, 0x0808, 0x0203, 0x0201, 0x0202];
/// Bytes of a record that are read: more than any first answer needs.
pub(super) const MOST_BYTES: usize = 16 << 10;

/// A ClientHello that offers this version and no other, for this host.
pub(super) fn client_hello(version: Version, host: &str) -> Vec<u8> {
    let mut body = Vec::new();
    // what follows the version's introduction keeps the number of 1.2 and says the rest in an extension
    push16(&mut body, version.wire().min(0x0303));
    // nothing is ever encrypted with it, so it need not be random
    body.extend([0x5a; 32]);
    let session: &[u8] = if version == Version::Tls13 { &[0x5b; 32] } else { &[] };
    sized8(&mut body, session);
    let suites = if version == Version::Tls13 { SUITES_13 } else { SUITES };
    sized16(&mut body, &all16(suites));
    sized8(&mut body, &[0]);
    if version > Version::Ssl3 {
        sized16(&mut body, &extensions(version, host));
    }
    let mut message = vec![CLIENT_HELLO, 0];
    sized16(&mut message, &body);
    let mut record = vec![HANDSHAKE];
    push16(&mut record, version.wire().min(0x0301));
    sized16(&mut record, &message);
    record
}

fn extensions(version: Version, host: &str) -> Vec<u8> {
    let mut all = Vec::new();
    if host.parse::<IpAddr>().is_err() && !host.is_empty() {
        let mut entry = vec![0];
        sized16(&mut entry, host.trim_end_matches('.').as_bytes());
        extension(&mut all, SERVER_NAME, &list16(&entry));
    }
    extension(&mut all, SUPPORTED_GROUPS, &list16(&all16(GROUPS)));
    extension(&mut all, EC_POINT_FORMATS, &[1, 0]);
    if version >= Version::Tls12 {
        extension(&mut all, SIGNATURE_ALGORITHMS, &list16(&all16(SCHEMES)));
    }
    if version == Version::Tls13 {
        extension(&mut all, SUPPORTED_VERSIONS, &[2, 3, 4]);
        extension(&mut all, PSK_KEY_EXCHANGE_MODES, &[1, 1]);
        let mut share = Vec::new();
        push16(&mut share, GROUPS[0]);
        sized16(&mut share, &[9; 32]);
        extension(&mut all, KEY_SHARE, &list16(&share));
    }
    all
}

fn push16(to: &mut Vec<u8>, number: u16) {
    to.extend(number.to_be_bytes());
}

fn sized8(to: &mut Vec<u8>, bytes: &[u8]) {
    to.push(u8::try_from(bytes.len()).unwrap_or(u8::MAX));
    to.extend(bytes);
}

fn sized16(to: &mut Vec<u8>, bytes: &[u8]) {
    push16(to, u16::try_from(bytes.len()).unwrap_or(u16::MAX));
    to.extend(bytes);
}

fn list16(bytes: &[u8]) -> Vec<u8> {
    let mut list = Vec::new();
    sized16(&mut list, bytes);
    list
}

fn all16(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

fn extension(to: &mut Vec<u8>, kind: u16, data: &[u8]) {
    push16(to, kind);
    sized16(to, data);
}

/// What the beginning of an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answered {
    /// The server chose this version, by its number on the wire.
    Version(u16),
    /// The server refused, with this alert (RFC 8446 §6.2).
    Alert(u8),
    /// More bytes are needed.
    More,
    /// It is not TLS.
    NotTls,
}

impl Answered {
    /// Whether the server speaks the version that was offered.
    pub(super) fn accepts(&self, version: Version) -> bool {
        matches!(self, Answered::Version(chosen) if *chosen == version.wire())
    }
}

/// Reads as much of an answer as there is.
pub(super) fn answered(bytes: &[u8]) -> Answered {
    let Some((header, rest)) = bytes.split_at_checked(5) else {
        let plausible = bytes.first().is_none_or(|kind| matches!(*kind, ALERT | HANDSHAKE));
        return if plausible { Answered::More } else { Answered::NotTls };
    };
    let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
    if header[1] != 3 || length > MOST_BYTES {
        return Answered::NotTls;
    }
    match header[0] {
        ALERT => rest.get(1).map_or(Answered::More, |alert| Answered::Alert(*alert)),
        HANDSHAKE => server_hello(rest, length),
        _ => Answered::NotTls,
    }
}

fn server_hello(fragment: &[u8], length: usize) -> Answered {
    let whole = fragment.len() >= length;
    let fragment = &fragment[..fragment.len().min(length)];
    if fragment.first().is_some_and(|kind| *kind != SERVER_HELLO) {
        return Answered::NotTls;
    }
    match chosen_version(fragment) {
        Some(version) => Answered::Version(version),
        None if whole => Answered::NotTls,
        None => Answered::More,
    }
}

/// The version in a ServerHello: that of the extension if there is one, else the old field. `None` when it is cut short.
fn chosen_version(message: &[u8]) -> Option<u16> {
    let length = usize::from(*message.get(1)?) << 16 | usize::from(read16(message, 2)?);
    let body = message.get(4..4 + length)?;
    let old = read16(body, 0)?;
    let session = usize::from(*body.get(34)?);
    // behind the session: suite (2 bytes), compression (1), extensions
    let Some(extensions) = body.get(35 + session + 3..).filter(|rest| rest.len() >= 2) else { return Some(old) };
    let mut rest = extensions.get(2..)?;
    while rest.len() >= 4 {
        let (kind, length) = (read16(rest, 0)?, usize::from(read16(rest, 2)?));
        let Some(data) = rest.get(4..4 + length) else { break };
        if kind == SUPPORTED_VERSIONS {
            return read16(data, 0);
        }
        rest = &rest[4 + length..];
    }
    Some(old)
}

fn read16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_hello_is_a_record_of_the_length_it_says() {
        for version in Version::ALL {
            let record = client_hello(version, "shop.test");
            assert_eq!((record[0], record[5]), (HANDSHAKE, CLIENT_HELLO), "{version:?}");
            assert_eq!(read16(&record, 3).map(usize::from), Some(record.len() - 5), "{version:?}");
            assert_eq!(read16(&record, 7).map(usize::from), Some(record.len() - 9), "{version:?}");
            assert_eq!(read16(&record, 9), Some(version.wire().min(0x0303)), "{version:?}");
            let named = record.windows(9).any(|window| window == b"shop.test");
            assert_eq!(named, version != Version::Ssl3, "{version:?}: SSL 3.0 knows no names");
        }
        let by_address = client_hello(Version::Tls12, "127.0.0.1");
        assert!(!by_address.windows(9).any(|window| window == b"127.0.0.1"), "RFC 6066: no literal addresses");
    }

    /// A ServerHello with this old version, and with the extension that says another one.
    fn hello(old: u16, new: Option<u16>) -> Vec<u8> {
        let mut body = Vec::new();
        push16(&mut body, old);
        body.extend([7; 32]);
        sized8(&mut body, &[1, 2, 3]);
        push16(&mut body, 0xc02f);
        body.push(0);
        if let Some(new) = new {
            let mut all = Vec::new();
            extension(&mut all, 23, &[]);
            extension(&mut all, SUPPORTED_VERSIONS, &new.to_be_bytes());
            sized16(&mut body, &all);
        }
        let mut message = vec![SERVER_HELLO, 0];
        sized16(&mut message, &body);
        let mut record = vec![HANDSHAKE, 3, 3];
        sized16(&mut record, &message);
        record
    }

    #[test]
    fn the_version_of_an_answer_is_that_of_its_extension_if_it_has_one() {
        assert_eq!(answered(&hello(0x0301, None)), Answered::Version(0x0301));
        assert_eq!(answered(&hello(0x0303, Some(0x0304))), Answered::Version(0x0304));
        assert!(answered(&hello(0x0303, None)).accepts(Version::Tls12));
        assert!(!answered(&hello(0x0302, None)).accepts(Version::Tls12), "it chose an older one");
    }

    #[test]
    fn an_alert_a_beginning_and_something_else_are_told_apart() {
        assert_eq!(answered(&[21, 3, 1, 0, 2, 2, 70]), Answered::Alert(70));
        for length in 0..hello(0x0303, Some(0x0304)).len() {
            assert_eq!(answered(&hello(0x0303, Some(0x0304))[..length]), Answered::More, "{length}");
        }
        for other in
            [&b"HTTP/1.1 400 Bad Request"[..], b"220 smtp", b"\x16\x09\x01\x00\x05hello", b"\x17\x03\x03\x00\x01x"]
        {
            assert_eq!(answered(other), Answered::NotTls);
        }
        assert_eq!(answered(&[22, 3, 3, 0, 4, SERVER_HELLO, 0, 0, 0]), Answered::NotTls, "a hello of nothing");
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_crash(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            answered(&bytes);
            let mut record = vec![HANDSHAKE, 3, 3];
            sized16(&mut record, &bytes);
            answered(&record);
            let mut message = vec![SERVER_HELLO, 0];
            sized16(&mut message, &bytes);
            let mut record = vec![HANDSHAKE, 3, 3];
            sized16(&mut record, &message);
            answered(&record);
        }
    }
}
