//! Probe `session` against logins that end, that go on, that keep the visitor's id, and that give tokens.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::sync::Mutex;

use shipworthy::model::target::{Credential, Login};
use shipworthy::model::{Observation, Unknown, Value};

use crate::probing::server::Server;
use crate::probing::{Bench, number, text, unobserved, value};

/// How a service keeps sessions.
#[derive(Clone, Copy)]
struct Keeps {
    /// Whether the logout ends it at the server.
    ends: bool,
    /// Whether the id that a visitor has becomes the user's.
    fixed: bool,
    /// Status of the logout.
    logout: u16,
    /// Flags of the cookie.
    flags: &'static str,
}

const WELL: Keeps = Keeps { ends: true, fixed: false, logout: 204, flags: "; Max-Age=3600; HttpOnly" };

fn cookie(head: &str) -> Option<&str> {
    head.lines().find_map(|line| line.strip_prefix("cookie: sid="))
}

/// A page for those who are logged in, by a cookie that every visitor gets.
fn service(keeps: Keeps) -> Server {
    let users = Mutex::new(BTreeMap::<String, bool>::new());
    Server::new(move |head, stream| {
        let head = head.to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
        let _ = stream.read_exact(&mut vec![0; length.unwrap_or(0)]);
        let mut users = users.lock().unwrap();
        let known = cookie(&head).map(str::to_owned);
        let is_user = known.as_ref().is_some_and(|id| users.get(id) == Some(&true));
        let (status, more) = match head.split(' ').nth(1).unwrap_or("/") {
            "/account" if is_user => (200, String::new()),
            "/account" => (401, "set-cookie: sid=visitor\r\n".to_owned()),
            "/login" => {
                let id = if keeps.fixed { known.unwrap_or_default() } else { "fresh-1".to_owned() };
                users.insert(id.clone(), true);
                (200, format!("set-cookie: sid={id}{}\r\n", keeps.flags))
            }
            "/logout" => {
                if keeps.ends {
                    users.insert(known.unwrap_or_default(), false);
                }
                (keeps.logout, "set-cookie: sid=; Max-Age=0\r\n".to_owned())
            }
            _ => (404, String::new()),
        };
        let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n{more}\r\n");
        let _ = stream.write_all(answer.as_bytes());
    })
}

fn login(token: Option<&str>) -> Credential {
    let fields = BTreeMap::from([("user".to_owned(), "ada".to_owned())]);
    Credential::Login(Login { path: "/login".into(), page: None, fields, json: true, token: token.map(str::to_owned) })
}

fn ask(server: &Server, token: Option<&str>, params: &str) -> Result<Observation, Unknown> {
    let bench = Bench::new().target("shop", &server.url(), |target| {
        target.allow_active = true;
        target.credentials.insert("user".into(), Ok(login(token)));
    });
    bench.observe("session", &format!("target: shop\npath: /account\ncredentials: user\n{params}"))
}

fn seen(keeps: Keeps) -> Observation {
    ask(&service(keeps), None, "logout: /logout\n").unwrap()
}

fn is(seen: &Observation, fact: &str) -> bool {
    value(seen, fact) == Value::Bool(true)
}

#[test]
fn a_logout_that_ends_the_session_is_told_from_one_that_only_clears_the_browser() {
    let well = seen(WELL);
    assert!(is(&well, "ended") && !is(&well, "fixed"));
    assert_eq!((text(&well, "kind").as_str(), number(&well, "lifetime").as_str()), ("cookie", "3600"));
    assert_eq!(well.requests, 6, "stranger, login, user, the visitor's id, logout, user again");
    let said = format!("{:?} {:?}", well.facts, well.evidence);
    assert!(!said.contains("fresh-1"), "{said}");
    let goes_on = seen(Keeps { ends: false, ..WELL });
    assert_eq!(value(&goes_on, "ended"), Value::Bool(false));
}

#[test]
fn an_id_that_the_visitor_had_before_is_found_where_it_becomes_the_users() {
    let fixed = seen(Keeps { fixed: true, ..WELL });
    assert!(is(&fixed, "fixed"));
}

#[test]
fn a_logout_that_is_refused_or_not_named_says_nothing() {
    let refused = seen(Keeps { ends: false, logout: 403, ..WELL });
    assert!(unobserved(&refused, "ended").contains("answered 403"));
    let unnamed = ask(&service(WELL), None, "").unwrap();
    assert!(unobserved(&unnamed, "ended").contains("no `logout`"));
}

/// After the logout everything breaks: that is no end of a session.
#[test]
fn a_path_that_breaks_after_the_logout_says_nothing_of_the_session() {
    let over = std::sync::atomic::AtomicBool::new(false);
    let server = Server::new(move |head, stream| {
        use std::sync::atomic::Ordering::SeqCst;
        let head = head.to_lowercase();
        let (status, more) = match head.split(' ').nth(1).unwrap_or("/") {
            _ if over.load(SeqCst) => (503, ""),
            "/account" if head.contains("sid=abc") => (200, ""),
            "/login" => (200, "set-cookie: sid=abc\r\n"),
            "/logout" => {
                over.store(true, SeqCst);
                (204, "")
            }
            _ => (401, ""),
        };
        let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n{more}\r\n");
        let _ = stream.write_all(answer.as_bytes());
    });
    let seen = ask(&server, None, "logout: /logout\n").unwrap();
    assert!(unobserved(&seen, "ended").contains("answered 503"), "{:?}", seen.facts);
}

#[test]
fn a_cookie_without_an_age_ends_with_the_browser() {
    assert_eq!(number(&seen(Keeps { flags: "; HttpOnly", ..WELL }), "lifetime"), "0");
}

/// Tokens of OAuth: good for as long as the answer says, whatever the logout says.
#[test]
fn a_token_that_outlives_its_logout_is_found() {
    let server = Server::new(|head, stream| {
        let head = head.to_lowercase();
        let (status, body) = match head.split(' ').nth(1).unwrap_or("/") {
            "/login" => (200, "{\"token\": \"opaque-token-1\", \"expires_in\": 900}"),
            "/account" if head.contains("bearer opaque-token-1") => (200, "{}"),
            "/account" => (401, "{}"),
            _ => (204, ""),
        };
        let length = body.len();
        let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
        let _ = stream.write_all(answer.as_bytes());
    });
    let seen = ask(&server, Some("token"), "logout: /logout\n").unwrap();
    assert_eq!((text(&seen, "kind").as_str(), number(&seen, "lifetime").as_str()), ("token", "900"));
    assert_eq!(value(&seen, "ended"), Value::Bool(false));
}

#[test]
fn what_shows_nothing_of_a_session_is_unknown_with_the_reason() {
    let open = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi");
    assert!(ask(&open, None, "").unwrap_err().0.contains("is open to strangers"));
    let bench = Bench::new().target("shop", &open.url(), |target| {
        target.allow_active = true;
        target.credentials.insert("user".into(), Ok(Credential::Bearer("t".into())));
    });
    let shut = Server::saying("HTTP/1.1 401 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let no_login = Bench::new().target("shop", &shut.url(), |target| {
        target.allow_active = true;
        target.credentials.insert("user".into(), Ok(Credential::Bearer("t".into())));
    });
    let why = no_login.observe("session", "target: shop\ncredentials: user\n").unwrap_err();
    assert!(why.0.contains("only a login begins a session"), "{}", why.0);
    let passive = Bench::new().target("shop", &shut.url(), |_| {});
    assert!(passive.observe("session", "target: shop\n").unwrap_err().0.contains("allow: [active]"));
    let problems = bench.decode_problems("session", "target: shop\nlogout: logout\nlogout_method: PUT\n");
    assert_eq!(problems.len(), 2, "{problems:?}");
}
