//! From handshakes and trials to facts and evidence.

use std::net::SocketAddr;

use jiff::Timestamp;

use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Exact, Fact, FactDecl, FactType, Facts, Observation, Unknown, Value};
use crate::world::net::tls::{Certificate, Shown, Trial, Version};
use crate::world::net::{Failure, FailureKind};

/// Seconds in a day.
const DAY: i64 = 86_400;
/// A certificate is due for renewal when this much is left, or a third of its lifetime if that is less: short-lived ones
/// are renewed later.
const RENEWAL: i64 = 30 * DAY;
/// Least size of an RSA key in bits (NIST SP 800-57 part 1, table 2; Mozilla Server Side TLS).
const LEAST_RSA: u32 = 2048;
/// Least size of a key on an elliptic curve in bits (the same).
const LEAST_EC: u32 = 256;
/// Names that the evidence shows.
const SHOWN_NAMES: usize = 5;

/// Facts about versions: SSL 3.0 first.
const VERSIONS: &[(&str, Version, &str)] = &[
    ("ssl3", Version::Ssl3, "Whether SSL 3.0 is accepted."),
    ("tls1_0", Version::Tls10, "Whether TLS 1.0 is accepted."),
    ("tls1_1", Version::Tls11, "Whether TLS 1.1 is accepted."),
    ("tls1_2", Version::Tls12, "Whether TLS 1.2 is accepted."),
    ("tls1_3", Version::Tls13, "Whether TLS 1.3 is accepted."),
];

/// Every fact of probe `tls`.
pub(super) fn declared() -> Vec<FactDecl> {
    let text = FactType::Text;
    let mut decls = vec![
        FactDecl::new("reachable", FactType::Bool, "Whether a connection came about at all."),
        FactDecl::new(
            "error",
            text.clone(),
            "Why no handshake was completed; absent when one was. The words are those of probe `http`.",
        ),
        FactDecl::new(
            "trusted",
            FactType::Bool,
            "Whether the chain leads to a trusted authority, is for this host and valid now, on every address (at most 4).",
        ),
        FactDecl::new(
            "trust_error",
            text.clone(),
            "Why it is not trusted: `tls-expired`, `tls-not-yet-valid`, `tls-wrong-name`, `tls-untrusted`, `tls-failed`; \
             absent when it is.",
        ),
        FactDecl::new(
            "chain_complete",
            FactType::Bool,
            "Whether the last presented certificate was issued by a trusted authority or by itself: none is missing.",
        ),
        FactDecl::new("self_signed", FactType::Bool, "Whether the service's certificate names itself as its issuer."),
        FactDecl::new("subject", text.clone(), "For whom the certificate is, as a distinguished name."),
        FactDecl::new("issuer", text.clone(), "Who issued it."),
        FactDecl::new("names", FactType::List(Box::new(text.clone())), "DNS names and addresses it is for."),
        FactDecl::new("not_before", FactType::Date, "Valid from."),
        FactDecl::new("not_after", FactType::Date, "Valid until."),
        FactDecl::new("expires_in", FactType::Duration, "Time until it expires; negative afterwards."),
        FactDecl::new(
            "chain_expires_in",
            FactType::Duration,
            "Time until the first of all presented certificates expires.",
        ),
        FactDecl::new("lifetime", FactType::Duration, "From its first to its last moment."),
        FactDecl::new(
            "renewal_margin",
            FactType::Ratio,
            "Time left as a share of when renewal is due, 30 days or a third of the lifetime, whichever is less: under \
             100 % it is overdue.",
        ),
        FactDecl::new("key", text.clone(), "Its key, such as `RSA 2048` or `EC 256`."),
        FactDecl::new("signature", text.clone(), "How it is signed, such as `RSA with SHA-256`."),
        FactDecl::new(
            "weaknesses",
            FactType::List(Box::new(text.clone())),
            "Keys and signatures of the presented certificates that are too weak: RSA under 2048 bits, curves under 256, \
             SHA-1 or MD5 (but in a root).",
        ),
        FactDecl::new("version", FactType::Version, "Protocol version that both sides agreed on."),
        FactDecl::new("suite", text.clone(), "Cipher suite that both sides agreed on."),
        FactDecl::new("alpn", text, "Application protocol that was agreed on, such as `h2`; absent without one."),
        FactDecl::new("ocsp_stapled", FactType::Bool, "Whether an OCSP answer was stapled to the certificate."),
        FactDecl::new("time", FactType::Duration, "How long the handshake took."),
        FactDecl::new("addresses", FactType::Count, "Addresses of the host that were looked at."),
    ];
    decls.extend(VERSIONS.iter().map(|(name, _, doc)| FactDecl::new(name, FactType::Bool, doc)));
    decls
}

/// Nothing could be connected to.
pub(super) fn unreachable(place: &str, failure: &Failure, requests: u64) -> Result<Observation, Unknown> {
    if failure.kind == FailureKind::Ours {
        return Err(Unknown::because(failure.detail.clone()));
    }
    let mut facts = Facts::unobserved(format!("no connection: {failure}"));
    facts.present("reachable", Value::Bool(false));
    facts.present("error", Value::Text(failure.kind.word().to_owned()));
    Ok(Observation { facts, evidence: vec![evidence(place, failure.to_string())], requests })
}

/// What was seen.
pub(super) struct Seen<'a> {
    pub(super) place: String,
    pub(super) now: Timestamp,
    /// Handshakes by address, at least one.
    pub(super) shown: &'a [(SocketAddr, Shown)],
    /// Addresses that could not be connected to.
    pub(super) unconnected: &'a [Failure],
}

/// Facts of handshakes and trials.
pub(super) fn observation(seen: &Seen<'_>, trials: &[(Version, Trial)]) -> Observation {
    let mut facts = Facts::new();
    facts.present("reachable", Value::Bool(true));
    facts.present("addresses", Value::count(seen.shown.len() + seen.unconnected.len()));
    let mut evidence = Vec::new();
    // the one that shows most: an address with a certificate before one without
    let best = seen.shown.iter().find(|(_, shown)| !shown.chain.is_empty()).or(seen.shown.first());
    if let Some((_, shown)) = best {
        handshake(&mut facts, shown);
        trust(&mut facts, seen);
        match shown.chain.first() {
            Some(own) => certificate(&mut facts, own, &shown.chain, seen.now),
            None => {
                let why = shown.failure.as_ref().map_or_else(String::new, Failure::to_string);
                facts.set_reason(format!("no certificate was presented: {why}"));
            }
        }
        evidence.push(self::evidence(&seen.place, about(shown, seen.now)));
    }
    versions(&mut facts, trials);
    evidence.extend(doubts(seen));
    evidence.push(versions_seen(&seen.place, trials));
    Observation { facts, evidence, requests: 0 }
}

fn handshake(facts: &mut Facts, shown: &Shown) {
    let text = |text: &str| Fact::Present(Value::Text(text.to_owned()));
    let Some(failure) = &shown.failure else {
        facts.set("error", Fact::Absent);
        let number = shown.version.and_then(Version::number).unwrap_or_default();
        facts.set("version", text(number));
        facts.set("suite", shown.suite.as_deref().map_or(Fact::Absent, text));
        facts.set("alpn", shown.alpn.as_deref().map_or(Fact::Absent, text));
        facts.present("ocsp_stapled", Value::Bool(shown.stapled));
        facts.present("time", Value::seconds(shown.took));
        return;
    };
    facts.set("error", text(failure.kind.word()));
    for name in ["version", "suite", "alpn", "ocsp_stapled", "time"] {
        facts.set(name, Fact::Unobserved(format!("the handshake was not completed: {failure}")));
    }
}

/// Trusted only if it is on every address; where one shows no certificate it is not known.
fn trust(facts: &mut Facts, seen: &Seen<'_>) {
    let doubt = seen.shown.iter().find_map(|(_, shown)| shown.doubt.as_ref());
    let blind = seen.shown.iter().find(|(_, shown)| shown.chain.is_empty() && shown.doubt.is_none());
    match (doubt, blind) {
        (Some(doubt), _) => {
            facts.present("trusted", Value::Bool(false));
            facts.present("trust_error", Value::Text(doubt.kind.word().to_owned()));
        }
        (None, Some((address, shown))) => {
            let why = shown.failure.as_ref().map_or_else(String::new, Failure::to_string);
            for name in ["trusted", "trust_error"] {
                facts.set(name, Fact::Unobserved(format!("{address} presented no certificate: {why}")));
            }
        }
        (None, None) => {
            facts.present("trusted", Value::Bool(true));
            facts.set("trust_error", Fact::Absent);
        }
    }
    let complete = seen.shown.iter().filter(|(_, shown)| !shown.chain.is_empty()).all(|(_, shown)| shown.ends_at_root);
    if seen.shown.iter().any(|(_, shown)| !shown.chain.is_empty()) {
        facts.present("chain_complete", Value::Bool(complete));
    }
}

fn certificate(facts: &mut Facts, own: &Certificate, chain: &[Certificate], now: Timestamp) {
    let text = |text: &str| Value::Text(text.to_owned());
    facts.present("self_signed", Value::Bool(own.is_self_issued()));
    facts.present("subject", text(&own.subject));
    facts.present("issuer", text(&own.issuer));
    facts.present("names", Value::List(own.names.iter().map(|name| text(name)).collect()));
    facts.present("not_before", Value::Date(own.not_before));
    facts.present("not_after", Value::Date(own.not_after));
    facts.present("expires_in", Value::Number(Exact::whole(left(own, now))));
    let first = chain.iter().map(|certificate| left(certificate, now)).min().unwrap_or(0);
    facts.present("chain_expires_in", Value::Number(Exact::whole(first)));
    facts.present("lifetime", Value::Number(Exact::whole(lifetime(own))));
    let margin = || Fact::Unobserved("the certificate has no lifetime".to_owned());
    facts.set("renewal_margin", renewal_margin(own, now).map_or_else(margin, |m| Fact::Present(Value::Number(m))));
    facts.present("key", text(&key(own)));
    facts.present("signature", text(&own.signature));
    facts.present("weaknesses", Value::List(chain.iter().flat_map(weaknesses).map(Value::Text).collect()));
}

/// Seconds until it expires.
fn left(certificate: &Certificate, now: Timestamp) -> i64 {
    certificate.not_after.as_second() - now.as_second()
}

fn lifetime(certificate: &Certificate) -> i64 {
    certificate.not_after.as_second() - certificate.not_before.as_second()
}

fn renewal_margin(certificate: &Certificate, now: Timestamp) -> Option<Exact> {
    let third = Exact::ratio(lifetime(certificate), 3)?;
    let due = third.min(Exact::whole(RENEWAL));
    Exact::whole(left(certificate, now).max(0)).checked_div(&due).filter(|_| !due.is_negative())
}

fn key(certificate: &Certificate) -> String {
    let key = &certificate.key;
    match key.bits {
        Some(bits) if !key.kind.starts_with("Ed") => format!("{} {bits}", key.kind),
        _ => key.kind.clone(),
    }
}

fn weaknesses(certificate: &Certificate) -> Vec<String> {
    let mut weak = Vec::new();
    let least = match certificate.key.kind.as_str() {
        "RSA" => Some(LEAST_RSA),
        "EC" => Some(LEAST_EC),
        _ => None,
    };
    if certificate.key.bits.zip(least).is_some_and(|(bits, least)| bits < least) {
        weak.push(format!("key {} of {}", key(certificate), certificate.subject));
    }
    if certificate.broken_signature && !certificate.is_self_issued() {
        weak.push(format!("signature {} of {}", certificate.signature, certificate.subject));
    }
    weak
}

/// A version counts as refused when it was not answered, but only where another one was: then the service is there.
fn versions(facts: &mut Facts, trials: &[(Version, Trial)]) {
    let speaks = trials.iter().any(|(_, trial)| *trial == Trial::Accepted);
    for (name, version, _) in VERSIONS {
        let trial = trials.iter().find(|(tried, _)| tried == version).map(|(_, trial)| trial);
        let fact = match trial {
            Some(Trial::Accepted) => Fact::Present(Value::Bool(true)),
            Some(Trial::Refused(_)) => Fact::Present(Value::Bool(false)),
            Some(Trial::Unclear(failure)) if speaks && failure.kind == FailureKind::Timeout => {
                Fact::Present(Value::Bool(false))
            }
            Some(Trial::Unclear(failure)) => {
                Fact::Unobserved(format!("{} was offered in vain: {failure}", version.name()))
            }
            None => Fact::Unobserved("not offered".to_owned()),
        };
        facts.set(*name, fact);
    }
}

fn about(shown: &Shown, now: Timestamp) -> String {
    let mut parts = Vec::new();
    if let Some(own) = shown.chain.first() {
        let mut names: Vec<&str> = own.names.iter().take(SHOWN_NAMES).map(String::as_str).collect();
        if own.names.len() > SHOWN_NAMES {
            names.push("…");
        }
        parts.push(format!("{} for {}", own.subject, names.join(", ")));
        parts.push(format!("issued by {}", own.issuer));
        let days = left(own, now).div_euclid(DAY);
        let day = own.not_after.strftime("%Y-%m-%d");
        parts.push(if days < 0 { format!("expired on {day}") } else { format!("expires on {day}, in {days} d") });
        parts.push(format!("{}, {}", key(own), own.signature));
        parts.push(format!("{} presented", shown.chain.len()));
    }
    match &shown.failure {
        Some(failure) => parts.push(format!("handshake: {failure}")),
        None => parts.extend(
            shown.version.map(|version| format!("{}, {}", version.name(), shown.suite.as_deref().unwrap_or_default())),
        ),
    }
    parts.join("; ")
}

fn doubts(seen: &Seen<'_>) -> Vec<Evidence> {
    let doubts = seen.shown.iter().filter_map(|(address, shown)| {
        let doubt = shown.doubt.as_ref()?;
        let missing =
            if shown.ends_at_root { "" } else { "; who issued the last certificate is neither presented nor trusted" };
        Some(evidence(&seen.place, format!("{address}: {doubt}{missing}")))
    });
    let lost = seen.unconnected.iter().map(|failure| evidence(&seen.place, failure.to_string()));
    doubts.chain(lost).collect()
}

fn versions_seen(place: &str, trials: &[(Version, Trial)]) -> Evidence {
    let lines = trials.iter().map(|(version, trial)| match trial {
        Trial::Accepted => format!("{} accepted", version.name()),
        Trial::Refused(how) => format!("{} refused ({how})", version.name()),
        Trial::Unclear(failure) => format!("{} not answered ({failure})", version.name()),
    });
    evidence(place, lines.collect::<Vec<_>>().join(", "))
}

fn evidence(place: &str, note: String) -> Evidence {
    Evidence { kind: EvidenceKind::Http, url: Some(format!("tls://{place}")), note: Some(note), ..Evidence::default() }
}
