//! An X.509 certificate (RFC 5280) as facts need it. Owns `x509-parser`; knows nothing of trust.

use std::net::IpAddr;

use jiff::Timestamp;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

/// Names that are read of one certificate.
const MOST_NAMES: usize = 1000;

/// Curves by their object identifier, with their size in bits (RFC 5480 §2.1.1.1).
const CURVES: &[(&str, u32)] = &[
    ("1.2.840.10045.3.1.1", 192),
    ("1.3.132.0.33", 224),
    ("1.2.840.10045.3.1.7", 256),
    ("1.3.132.0.34", 384),
    ("1.3.132.0.35", 521),
];
/// Keys whose algorithm says all (RFC 8410).
const EDWARDS: &[(&str, &str, u32)] = &[("1.3.101.112", "Ed25519", 256), ("1.3.101.113", "Ed448", 456)];
/// Signature algorithms by their object identifier (RFC 3279, RFC 4055, RFC 5758, RFC 8410), with whether their hash is
/// broken.
const SIGNATURES: &[(&str, &str, bool)] = &[
    ("1.2.840.113549.1.1.2", "RSA with MD2", true),
    ("1.2.840.113549.1.1.4", "RSA with MD5", true),
    ("1.2.840.113549.1.1.5", "RSA with SHA-1", true),
    ("1.2.840.113549.1.1.10", "RSA-PSS", false),
    ("1.2.840.113549.1.1.11", "RSA with SHA-256", false),
    ("1.2.840.113549.1.1.12", "RSA with SHA-384", false),
    ("1.2.840.113549.1.1.13", "RSA with SHA-512", false),
    ("1.2.840.10040.4.3", "DSA with SHA-1", true),
    ("1.2.840.10045.4.1", "ECDSA with SHA-1", true),
    ("1.2.840.10045.4.3.2", "ECDSA with SHA-256", false),
    ("1.2.840.10045.4.3.3", "ECDSA with SHA-384", false),
    ("1.2.840.10045.4.3.4", "ECDSA with SHA-512", false),
    ("1.3.101.112", "Ed25519", false),
    ("1.3.101.113", "Ed448", false),
];

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// `RSA`, `EC`, `Ed25519`, … or the algorithm's object identifier.
    pub kind: String,
    /// Its size; `None` when it is not known.
    pub bits: Option<u32>,
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// For whom, as a distinguished name.
    pub subject: String,
    /// By whom.
    pub issuer: String,
    /// DNS names and addresses it is for.
    pub names: Vec<String>,
    /// Valid from.
    pub not_before: Timestamp,
    /// Valid until.
    pub not_after: Timestamp,
    /// The key it certifies.
    pub key: Key,
    /// How it is signed.
    pub signature: String,
    /// Whether that signature rests on a broken hash.
    pub broken_signature: bool,
    /// The distinguished name of who issued it, as bytes.
    pub(in crate::world::net) issuer_der: Vec<u8>,
    /// That of itself.
    pub(super) subject_der: Vec<u8>,
}

impl Certificate {
    /// Reads one; the error says what is wrong with it.
    pub(super) fn read(der: &[u8]) -> Result<Certificate, String> {
        let unreadable = |error: &dyn std::fmt::Display| format!("the certificate cannot be read: {error}");
        let (_, parsed) = X509Certificate::from_der(der).map_err(|error| unreadable(&error))?;
        let moment = |seconds: i64| Timestamp::from_second(seconds).map_err(|error| unreadable(&error));
        let algorithm = parsed.signature_algorithm.algorithm.to_id_string();
        let known = SIGNATURES.iter().find(|(oid, ..)| *oid == algorithm);
        Ok(Certificate {
            subject: parsed.subject().to_string(),
            issuer: parsed.issuer().to_string(),
            names: names(&parsed),
            not_before: moment(parsed.validity().not_before.timestamp())?,
            not_after: moment(parsed.validity().not_after.timestamp())?,
            key: key(&parsed),
            signature: known.map_or(algorithm.clone(), |(_, name, _)| (*name).to_owned()),
            broken_signature: known.is_some_and(|(_, _, broken)| *broken),
            issuer_der: parsed.issuer().as_raw().to_vec(),
            subject_der: parsed.subject().as_raw().to_vec(),
        })
    }

    /// Whether it names itself as its issuer.
    pub fn is_self_issued(&self) -> bool {
        self.issuer_der == self.subject_der
    }
}

fn names(parsed: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = parsed.subject_alternative_name() else { return Vec::new() };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => address(bytes),
        _ => None,
    };
    extension.value.general_names.iter().filter_map(name).take(MOST_NAMES).collect()
}

fn address(bytes: &[u8]) -> Option<String> {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    let v6 = <[u8; 16]>::try_from(bytes).map(IpAddr::from);
    v4.or(v6).ok().map(|address| address.to_string())
}

fn key(parsed: &X509Certificate<'_>) -> Key {
    let info = parsed.public_key();
    let algorithm = info.algorithm.algorithm.to_id_string();
    if let Some((_, kind, bits)) = EDWARDS.iter().find(|(oid, ..)| *oid == algorithm) {
        return Key { kind: (*kind).to_owned(), bits: Some(*bits) };
    }
    match info.parsed() {
        Ok(PublicKey::RSA(rsa)) => Key { kind: "RSA".to_owned(), bits: Some(bits(rsa.modulus)) },
        Ok(PublicKey::EC(_)) => {
            let curve = info.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok());
            let curve = curve.map(|oid| oid.to_id_string()).unwrap_or_default();
            let bits = CURVES.iter().find(|(oid, _)| *oid == curve).map(|(_, bits)| *bits);
            Key { kind: "EC".to_owned(), bits }
        }
        Ok(PublicKey::DSA(_)) => Key { kind: "DSA".to_owned(), bits: None },
        _ => Key { kind: algorithm, bits: None },
    }
}

/// Length of a number without leading zeros.
fn bits(number: &[u8]) -> u32 {
    let mut digits = number.iter().skip_while(|byte| **byte == 0);
    let Some(first) = digits.next() else { return 0 };
    let rest = u32::try_from(digits.count()).unwrap_or(u32::MAX / 8);
    rest.saturating_mul(8).saturating_add(8 - first.leading_zeros())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

    use super::*;

    fn made(algorithm: &'static rcgen::SignatureAlgorithm) -> Certificate {
        let mut params = CertificateParams::new(vec!["shop.test".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, "shop");
        params.not_before = date_time_ymd(2026, 1, 2);
        params.not_after = date_time_ymd(2026, 4, 2);
        let key = KeyPair::generate_for(algorithm).unwrap();
        Certificate::read(params.self_signed(&key).unwrap().der()).unwrap()
    }

    #[test]
    fn a_certificate_says_for_whom_by_whom_and_until_when() {
        let seen = made(&rcgen::PKCS_ECDSA_P256_SHA256);
        assert_eq!(seen.names, ["shop.test", "127.0.0.1"]);
        assert!(seen.subject.contains("CN=shop") && seen.is_self_issued());
        assert_eq!(seen.not_before.to_string(), "2026-01-02T00:00:00Z");
        assert_eq!(seen.not_after.to_string(), "2026-04-02T00:00:00Z");
        assert_eq!(seen.key, Key { kind: "EC".into(), bits: Some(256) });
        assert_eq!((seen.signature.as_str(), seen.broken_signature), ("ECDSA with SHA-256", false));
    }

    #[test]
    fn keys_are_measured_by_their_algorithm() {
        assert_eq!(made(&rcgen::PKCS_ECDSA_P384_SHA384).key.bits, Some(384));
        assert_eq!(made(&rcgen::PKCS_ED25519).key, Key { kind: "Ed25519".into(), bits: Some(256) });
        assert_eq!([bits(&[0, 0x80, 0]), bits(&[0, 1]), bits(&[])], [16, 1, 0]);
    }

    #[test]
    fn what_is_no_certificate_is_an_error_not_a_crash() {
        for wrong in [&b""[..], b"\x30\x82\xff\xff", &[0x30; 4000], b"-----BEGIN CERTIFICATE-----"] {
            assert!(Certificate::read(wrong).unwrap_err().starts_with("the certificate cannot be read"));
        }
    }
}
