//! Probe `brute_force` against logins that limit, lock, hold back, or take anything, and against what is no login.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use shipworthy::model::{Observation, Value};

use crate::probing::server::Server;
use crate::probing::{Bench, absent, number, text, unobserved, value};

/// A login; `answer` gets the account and how many attempts it has had.
fn login(answer: impl Fn(&str, u32) -> (u16, String) + Send + Sync + 'static) -> (Server, Arc<Mutex<Vec<String>>>) {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let (log, tries) = (Arc::clone(&bodies), Mutex::new(BTreeMap::<String, u32>::new()));
    let server = Server::new(move |head, stream| {
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        let _ = stream.read_exact(&mut body);
        let body = String::from_utf8_lossy(&body).into_owned();
        log.lock().unwrap().push(body.clone());
        let json: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        let account = json["user"].as_str().unwrap_or("form").to_owned();
        let count = {
            let mut tries = tries.lock().unwrap();
            let count = tries.entry(account.clone()).or_default();
            *count += 1;
            *count
        };
        let (status, said) = answer(&account, count);
        let length = said.len();
        let more = if status == 429 { "retry-after: 60\r\n" } else { "" };
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{more}connection: close\r\n\r\n");
        let _ = stream.write_all(format!("{head}{said}").as_bytes());
    });
    (server, bodies)
}

fn ask(server: &Server, params: &str) -> Observation {
    let bench = Bench::new().limit(Duration::from_secs(60)).target("app", &server.url(), |target| {
        target.allow_active = true;
    });
    bench.observe("brute_force", &format!("target: app\n{params}")).unwrap()
}

const NAMED: &str = "json: { user: for-tests, password: never-sent }\n";
const NOBODY: &str = "json: { user: '', password: never-sent }\n";

fn is(seen: &Observation, fact: &str) -> bool {
    value(seen, fact) == Value::Bool(true)
}

#[test]
fn a_limit_ends_the_attempts_and_the_password_of_the_spec_is_never_sent() {
    let (server, bodies) = login(|_, tries| if tries > 5 { (429, "slow down".into()) } else { (401, "wrong".into()) });
    let seen = ask(&server, NAMED);
    assert!(is(&seen, "throttled") && !is(&seen, "enumerates"));
    assert_eq!((text(&seen, "by").as_str(), number(&seen, "throttled_after").as_str()), ("status 429", "5"));
    assert_eq!(number(&seen, "retry_after"), "60");
    let bodies = bodies.lock().unwrap();
    assert_eq!(bodies.len(), 7, "one as nobody, six for the account: {bodies:?}");
    assert!(bodies.iter().all(|body| !body.contains("never-sent")), "{bodies:?}");
    assert_eq!(seen.requests, 7);
}

#[test]
fn a_login_without_a_limit_is_found_only_where_the_account_is_known() {
    let (server, bodies) = login(|_, _| (401, "wrong".into()));
    let seen = ask(&server, NAMED);
    assert!(!is(&seen, "throttled") && absent(&seen, "by"));
    assert_eq!((number(&seen, "attempts").as_str(), bodies.lock().unwrap().len()), ("12", 13));
    let nobody = ask(&server, NOBODY);
    assert!(unobserved(&nobody, "throttled").contains("does not exist was not limited"));
    assert!(unobserved(&nobody, "enumerates").contains("name one"));
    let (limited, _) = login(|_, tries| if tries > 3 { (423, "locked".into()) } else { (401, "wrong".into()) });
    assert!(is(&ask(&limited, NOBODY), "throttled"), "a limit that is met is one");
}

#[test]
fn words_that_tell_who_has_an_account_are_found() {
    let (server, _) = login(|account, tries| match (account, tries) {
        ("for-tests", 5..) => (403, "this account is locked".into()),
        ("for-tests", _) => (401, "wrong password".into()),
        _ => (401, "no such user".into()),
    });
    let seen = ask(&server, NAMED);
    assert!(is(&seen, "enumerates") && is(&seen, "throttled"));
    let (by_status, _) = login(|account, _| if account == "for-tests" { (401, "x".into()) } else { (404, "x".into()) });
    assert!(is(&ask(&by_status, NAMED), "enumerates"));
}

#[test]
fn what_is_no_login_or_breaks_says_nothing_of_limits() {
    for (status, why) in [(404, "no login"), (422, "fields"), (500, "breaks")] {
        let (server, bodies) = login(move |_, _| (status, String::new()));
        let seen = ask(&server, NAMED);
        assert!(unobserved(&seen, "throttled").contains(why), "{status}: {}", unobserved(&seen, "throttled"));
        assert_eq!(bodies.lock().unwrap().len(), 2, "it is not asked again");
    }
    let (breaking, _) = login(|_, tries| if tries > 2 { (503, String::new()) } else { (401, String::new()) });
    assert!(unobserved(&ask(&breaking, NAMED), "throttled").contains("503"));
}

#[test]
fn without_permission_no_password_is_tried() {
    let (server, bodies) = login(|_, _| (401, String::new()));
    let bench = Bench::new().target("app", &server.url(), |_| {});
    let refused = bench.observe("brute_force", &format!("target: app\n{NAMED}")).unwrap_err();
    assert!(refused.0.contains("allow: [active]"), "{refused:?}");
    assert!(bodies.lock().unwrap().is_empty());
    let problems = bench.decode_problems("brute_force", "target: app\njson: { pin: '1' }\nattempts: 500\n");
    assert_eq!(problems.len(), 2, "{problems:?}");
}

/// `ada` has the password `right`; after three wrong ones the account is locked for as many attempts as `locked` says.
fn locking(locked: u32) -> Server {
    let tries = Mutex::new((0, 0));
    Server::new(move |head, stream| {
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        let _ = stream.read_exact(&mut body);
        let json: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        let (wrong, refused) = &mut *tries.lock().unwrap();
        let status = match (json["user"].as_str(), json["password"].as_str()) {
            (Some("ada"), _) if *wrong >= 3 && *refused < locked => {
                *refused += 1;
                423
            }
            (Some("ada"), Some("right")) => 200,
            (Some("ada"), _) => {
                *wrong += 1;
                401
            }
            _ => 401,
        };
        let _ = stream
            .write_all(format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").as_bytes());
    })
}

fn of_owner(server: &Server, more: &str) -> Observation {
    let account = "json: { user: ada, password: never-sent }\npatience: 2 s\n";
    ask(server, &format!("{account}{more}"))
}

#[test]
fn the_owner_gets_in_again_after_a_while_or_does_not() {
    let open = of_owner(&locking(1), "right_password: right\n");
    assert!(is(&open, "throttled") && !is(&open, "locks_owner") && is(&open, "recovers"));
    let for_a_while = of_owner(&locking(3), "right_password: right\n");
    assert!(is(&for_a_while, "locks_owner") && is(&for_a_while, "recovers"));
    let for_ever = of_owner(&locking(u32::MAX), "right_password: right\n");
    assert!(is(&for_ever, "locks_owner") && !is(&for_ever, "recovers"));
    assert!(unobserved(&for_ever, "recovery_time").contains("not within"));
}

#[test]
fn of_the_owner_nothing_is_known_without_the_right_password() {
    let unasked = of_owner(&locking(9), "");
    assert!(unobserved(&unasked, "recovers").contains("right_password"));
    let wrong = of_owner(&locking(9), "right_password: mistaken\n");
    assert!(unobserved(&wrong, "recovers").contains("before the wrong ones, either"));
}
