//! Probe `forged_token` against services that verify, that believe `alg: none`, that only look at the claims, and that give
//! other tokens.

use std::io::Write;

use shipworthy::model::target::Credential;
use shipworthy::model::{Observation, Unknown, Value};

use crate::probing::server::Server;
use crate::probing::{Bench, texts, unobserved, value};

/// `{"alg":"HS256"}`, `{"sub":"ada"}`, and a signature that only the service knows to be right.
const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmVk";

/// Opens `/me` to whom `takes` lets in by their token.
fn service(takes: impl Fn(&str) -> bool + Send + Sync + 'static) -> Server {
    Server::new(move |head, stream| {
        let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("authorization: bearer "));
        let token = line.and_then(|line| line.rsplit(' ').next()).unwrap_or_default();
        let status = if takes(token) { 200 } else { 401 };
        let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}");
        let _ = stream.write_all(answer.as_bytes());
    })
}

fn ask(server: &Server, token: &str) -> Result<Observation, Unknown> {
    let bench = Bench::new().target("api", &server.url(), |target| {
        target.allow_active = true;
        target.credentials.insert("user".into(), Ok(Credential::Bearer(token.into())));
    });
    bench.observe("forged_token", "target: api\npath: /me\ncredentials: user\n")
}

fn taken(takes: impl Fn(&str) -> bool + Send + Sync + 'static) -> Vec<String> {
    texts(&ask(&service(takes), TOKEN).unwrap(), "taken")
}

#[test]
fn a_service_that_verifies_takes_no_forgery() {
    let server = service(|token| token == TOKEN);
    let seen = ask(&server, TOKEN).unwrap();
    assert!(texts(&seen, "taken").is_empty());
    assert_eq!((value(&seen, "jwt"), seen.requests), (Value::Bool(true), 5));
}

#[test]
fn what_is_not_verified_is_found_by_what_it_takes() {
    assert_eq!(taken(|token| token.split('.').count() == 3), ["alg none", "changed claims", "no signature"]);
    // `{"alg":"none","typ":"JWT"}`
    assert_eq!(taken(|token| token == TOKEN || token.starts_with("eyJhbGciOiJub25lI")), ["alg none"]);
    assert_eq!(taken(|token| token.ends_with(".c2lnbmVk")), ["changed claims"]);
}

#[test]
fn a_forgery_that_breaks_the_service_is_not_called_refused() {
    let server = Server::new(|head, stream| {
        let status = match () {
            () if head.contains(TOKEN) => 200,
            () if head.to_ascii_lowercase().contains("authorization: ") => 500,
            () => 401,
        };
        let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}");
        let _ = stream.write_all(answer.as_bytes());
    });
    assert!(unobserved(&ask(&server, TOKEN).unwrap(), "taken").contains("says nothing"));
}

#[test]
fn without_a_token_that_works_nothing_is_said_of_forgeries() {
    let opaque = ask(&service(|_| true), "opaque").unwrap();
    assert_eq!(value(&opaque, "jwt"), Value::Bool(false));
    assert!(unobserved(&opaque, "taken").contains("no JWT"));
    assert!(ask(&service(|_| true), TOKEN).unwrap_err().0.contains("open to strangers"));
    assert!(ask(&service(|_| false), TOKEN).unwrap_err().0.contains("own token, either"));
    let passive = Bench::new().target("api", &service(|_| true).url(), |_| {});
    assert!(passive.observe("forged_token", "target: api\n").unwrap_err().0.contains("allow: [active]"));
}
