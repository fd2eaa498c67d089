//! Probe `tls` against real TLS servers: rustls for what is good, openssl for what is old, plain sockets for what is
//! neither.

#![allow(clippy::unwrap_used, reason = "tests")]

mod faults;
#[path = "../probing/mod.rs"]
mod probing;
mod versions;

use shipworthy::model::{Observation, Value};

use probing::server::{Identity, Server, closed_port};
use probing::{Bench, absent, number, text, texts, unobserved, value};

/// A bench whose target `api` is at this host and port; the bench's own authority is trusted if there is one.
fn bench(host: &str, port: u16, authority: Option<&str>) -> Bench {
    let bench = Bench::new().target("api", &format!("https://{host}:{port}"), |target| {
        target.route.resolve.insert(host.to_owned(), "127.0.0.1".into());
        target.ca_file = authority.map(|_| "ca.pem".to_owned());
    });
    bench.file("ca.pem", authority.unwrap_or_default())
}

fn look(identity: &Identity, host: &str, trusted: bool) -> Observation {
    let server = Server::tls(identity);
    let authority = trusted.then_some(identity.authority_pem.as_str());
    bench(host, server.address.port(), authority).observe("tls", "target: api\n").unwrap()
}

fn is(seen: &Observation, fact: &str) -> bool {
    match value(seen, fact) {
        Value::Bool(value) => value,
        other => panic!("{fact} is {other:?}"),
    }
}

fn float(seen: &Observation, fact: &str) -> f64 {
    match value(seen, fact) {
        Value::Number(number) => number.to_f64(),
        other => panic!("{fact} is {other:?}"),
    }
}

fn day(seen: &Observation, fact: &str) -> String {
    match value(seen, fact) {
        Value::Date(day) => day.to_string(),
        other => panic!("{fact} is {other:?}"),
    }
}

#[test]
fn a_good_certificate_is_trusted_and_described() {
    let mut identity = Identity::new("shop.test", 2026, 2027);
    identity.alpn = vec![b"h2".to_vec()];
    let seen = look(&identity, "shop.test", true);
    assert!(is(&seen, "reachable") && absent(&seen, "error"));
    assert!(is(&seen, "trusted") && absent(&seen, "trust_error") && is(&seen, "chain_complete"));
    assert!(!is(&seen, "self_signed"));
    assert_eq!(texts(&seen, "names"), ["shop.test"]);
    assert_eq!(day(&seen, "not_before"), "2026-01-01T00:00:00Z");
    assert_eq!(day(&seen, "not_after"), "2027-01-01T00:00:00Z");
    // the bench lives at noon of 2026-11-20
    assert_eq!(float(&seen, "expires_in"), 41.5 * 86_400.0);
    assert_eq!(number(&seen, "lifetime"), (365 * 86_400).to_string());
    assert!((float(&seen, "renewal_margin") - 41.5 / 30.0).abs() < 1e-9);
    assert_eq!((text(&seen, "key").as_str(), text(&seen, "signature").as_str()), ("EC 256", "ECDSA with SHA-256"));
    assert!(texts(&seen, "weaknesses").is_empty());
    assert_eq!((text(&seen, "version").as_str(), text(&seen, "alpn").as_str()), ("1.3", "h2"));
    assert!(text(&seen, "suite").starts_with("TLS_"), "{}", text(&seen, "suite"));
    assert!(!is(&seen, "ocsp_stapled"));
    assert_eq!((number(&seen, "addresses").as_str(), seen.requests), ("1", 6));
    let note = seen.evidence[0].note.as_ref().unwrap();
    assert!(note.contains("for shop.test") && note.contains("expires on 2027-01-01, in 41 d"), "{note}");
}

#[test]
fn what_is_wrong_with_a_certificate_is_said_and_its_facts_are_seen_all_the_same() {
    for (identity, trusted, word) in [
        (Identity::new("shop.test", 2020, 2040), false, "tls-untrusted"),
        (Identity::new("shop.test", 2020, 2021), true, "tls-expired"),
        (Identity::new("shop.test", 2039, 2040), true, "tls-not-yet-valid"),
        (Identity::new("other.test", 2020, 2040), true, "tls-wrong-name"),
    ] {
        let seen = look(&identity, "shop.test", trusted);
        assert!(!is(&seen, "trusted") && absent(&seen, "error"), "{word}: the handshake itself was fine");
        assert_eq!(text(&seen, "trust_error"), word);
        assert_eq!(texts(&seen, "names").len(), 1);
        assert!(is(&seen, "tls1_3") && is(&seen, "tls1_2"));
        let doubt = seen.evidence.iter().filter_map(|item| item.note.as_deref()).find(|note| note.contains(word));
        assert!(doubt.is_some(), "{:?}", seen.evidence);
    }
    let seen = look(&Identity::new("shop.test", 2020, 2021), "shop.test", true);
    assert!(float(&seen, "expires_in") < 0.0 && float(&seen, "renewal_margin") == 0.0);
}

#[test]
fn a_missing_intermediate_is_told_from_an_unknown_authority() {
    let identity = Identity::below_an_intermediate("shop.test", 2020, 2040);
    let whole = look(&identity, "shop.test", true);
    assert!(is(&whole, "trusted") && is(&whole, "chain_complete"));
    let mut alone = Identity::below_an_intermediate("shop.test", 2020, 2040);
    alone.present_only_the_leaf();
    let seen = look(&alone, "shop.test", true);
    assert!(!is(&seen, "trusted") && !is(&seen, "chain_complete") && !is(&seen, "self_signed"));
    assert_eq!(text(&seen, "trust_error"), "tls-untrusted");
}

#[test]
fn a_service_that_is_down_is_an_observation_and_a_plain_target_is_none() {
    let down = Bench::new().observe("tls", &format!("host: 127.0.0.1:{}\n", closed_port())).unwrap();
    assert!(!is(&down, "reachable") && text(&down, "error") == "refused");
    for fact in ["trusted", "expires_in", "tls1_0", "tls1_3"] {
        assert!(unobserved(&down, fact).contains("refused"), "{fact}");
    }
    let plain = Bench::new().target("api", "http://127.0.0.1:1", |_| ());
    let why = plain.observe("tls", "target: api\n").unwrap_err().0;
    assert_eq!(why, "target `api` is `http://…`: there is no TLS to look at");
    let mut offline = bench("shop.test", 1, Some(&Identity::new("shop.test", 2020, 2040).authority_pem));
    offline.world.permit.network = false;
    assert_eq!(offline.observe("tls", "target: api\n").unwrap_err().0, "not contacted: --offline");
}

#[test]
fn any_service_is_looked_at_by_host_and_port() {
    let server = Server::tls(&Identity::new("localhost", 2020, 2040));
    let seen = Bench::new().observe("tls", &format!("host: localhost:{}\n", server.address.port())).unwrap();
    assert_eq!(text(&seen, "trust_error"), "tls-untrusted");
    assert_eq!(texts(&seen, "names"), ["localhost"]);
}

#[test]
fn wrong_parameters_are_problems_with_help() {
    for (params, message) in [
        ("{}\n", "neither `target` nor `host` says where to"),
        ("target: api\nhost: h\n", "`target` and `host` both say where to"),
        ("host: 'https://example.org/'\n", "`https://example.org/` is not a host with its port"),
        ("host: 'example.org:0'\n", "`example.org:0` is not a host"),
        ("host: 'example.org:99999'\n", "`example.org:99999` is not a host"),
        ("host: 'a b:1'\n", "`a b:1` is not a host"),
    ] {
        let problems = Bench::new().decode_problems("tls", params);
        assert!(problems.len() == 1 && problems[0].message.starts_with(message), "{params}: {problems:?}");
        assert!(problems[0].help.is_some() && problems[0].place.is_some(), "{params}: {problems:?}");
    }
    for good in ["host: example.org\n", "host: '[::1]:8443'\n", "host: '::1'\n"] {
        assert!(Bench::new().decode_problems("tls", good).is_empty(), "{good}");
    }
}
