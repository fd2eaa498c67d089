//! Probe `csrf` against services that ask for a token, look at the site that asks, take anything, or take tokens of a header.

use std::io::{Read, Write};

use shipworthy::model::target::{Credential, Login};
use shipworthy::model::{Observation, Value};

use crate::probing::server::Server;
use crate::probing::{Bench, absent, unobserved, value};

const PAGE: &str =
    "<form method=post action=/name><input type=hidden name=csrf_token value=t0k><input name=name></form>";

/// A change at `/name`, done if `takes` says so of its head and body.
fn service(flags: &'static str, takes: impl Fn(&str, &str) -> u16 + Send + Sync + 'static) -> Server {
    Server::new(move |head, stream| {
        let head = head.to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        let _ = stream.read_exact(&mut body);
        let body = String::from_utf8_lossy(&body);
        let is_user = head.contains("sid=abc");
        let (status, more, said) = match head.split(' ').nth(1).unwrap_or("/") {
            "/login" => (200, format!("set-cookie: sid=abc{flags}\r\n"), "{\"token\": \"t\"}"),
            "/account" if is_user => (200, "content-type: text/html\r\n".to_owned(), PAGE),
            "/name" if is_user => (takes(&head, &body), String::new(), ""),
            _ => (401, String::new(), ""),
        };
        let length = said.len();
        let answer =
            format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{more}\r\n{said}");
        let _ = stream.write_all(answer.as_bytes());
    })
}

fn login(token: Option<&str>) -> Credential {
    Credential::Login(Login {
        path: "/login".into(),
        page: None,
        fields: [].into(),
        json: true,
        token: token.map(str::to_owned),
    })
}

fn ask(server: &Server, credential: Credential, body: &str) -> Observation {
    let bench = Bench::new().target("shop", &server.url(), |target| {
        target.allow_active = true;
        target.credentials.insert("user".into(), Ok(credential));
    });
    bench.observe("csrf", &format!("target: shop\npath: /name\npage: /account\ncredentials: user\n{body}")).unwrap()
}

const FORM: &str = "form: { name: Ada }\n";
const JSON: &str = "json: { name: Ada }\n";

fn is(seen: &Observation, fact: &str) -> bool {
    value(seen, fact) == Value::Bool(true)
}

#[test]
fn a_token_that_is_asked_for_refuses_other_sites() {
    let server = service("; SameSite=Lax", |_, body| if body.contains("csrf_token=t0k") { 303 } else { 403 });
    let seen = ask(&server, login(None), FORM);
    assert!(is(&seen, "by_cookie") && is(&seen, "refused") && is(&seen, "token") && is(&seen, "same_site"));
    assert_eq!(seen.requests, 4, "login, forged, page, own");
    let asked = server.asked();
    assert!(asked[1].contains("origin: https://foreign.invalid") && asked[1].contains("sec-fetch-site: cross-site"));
}

#[test]
fn a_change_that_any_page_may_send_is_found_and_not_sent_twice() {
    let server = service("; SameSite=None; Secure", |_, _| 200);
    let seen = ask(&server, login(None), FORM);
    assert!(!is(&seen, "refused") && !is(&seen, "same_site") && absent(&seen, "token"));
    assert_eq!(server.asked().iter().filter(|head| head.starts_with("post /name")).count(), 1);
}

#[test]
fn json_is_forged_as_text_since_that_needs_no_preflight() {
    let strict = service("", |head, _| if head.contains("content-type: application/json") { 200 } else { 415 });
    assert!(is(&ask(&strict, login(None), JSON), "refused"));
    let lax = service("", |_, body| if body.contains("\"name\"") { 200 } else { 400 });
    assert!(!is(&ask(&lax, login(None), JSON), "refused"));
}

#[test]
fn a_refusal_of_everybody_proves_nothing() {
    let server = service("", |_, _| 422);
    let seen = ask(&server, login(None), FORM);
    assert!(unobserved(&seen, "refused").contains("that of the own page 422"));
    let gone = service("", |_, _| 404);
    assert!(unobserved(&ask(&gone, login(None), FORM), "refused").contains("404"));
}

#[test]
fn what_no_cookie_authorises_no_other_site_can_forge() {
    let server = service("", |_, _| 200);
    let seen = ask(&server, login(Some("token")), FORM);
    assert!(!is(&seen, "by_cookie"));
    assert!(unobserved(&seen, "refused").contains("no cookie authorises"));
    assert!(!server.asked().iter().any(|head| head.starts_with("post /name")), "nothing is forged");
    let cookie = ask(&server, Credential::Cookie("sid=abc".into()), FORM);
    assert!(!is(&cookie, "refused") && unobserved(&cookie, "same_site").contains("stands in the spec"));
}
