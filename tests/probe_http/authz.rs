//! Probe `authz` against services that keep roles and tenants apart, and such that do not.

use std::io::Write;
use std::time::Duration;

use shipworthy::model::Observation;
use shipworthy::model::target::Credential;

use crate::probing::server::Server;
use crate::probing::{Bench, number, texts, unobserved};

/// Answers by who asks (`ada`, `bob`, `root`, or nobody) and for what.
fn serve(answer: impl Fn(&str, &str) -> (u16, &'static str) + Send + Sync + 'static) -> Server {
    Server::new(move |head, stream| {
        let path = head.split(' ').nth(1).unwrap_or("/");
        let lines = head.lines().filter_map(|line| line.split_once(": Bearer "));
        let who = lines.into_iter().next().map_or("", |(_, token)| token.trim());
        let (status, body) = answer(who, path);
        let text = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        let _ = stream.write_all(text.as_bytes());
    })
}

fn observe(server: &Server, matrix: &str) -> Observation {
    let bench = Bench::new().limit(Duration::from_secs(60)).target("api", &server.url(), |target| {
        target.allow_active = true;
        for who in ["ada", "bob", "root"] {
            target.credentials.insert(who.into(), Ok(Credential::Bearer(who.into())));
        }
    });
    bench.observe("authz", &format!("target: api\nmatrix:\n{matrix}")).unwrap()
}

const TENANTS: &str = "  - { path: /orders/7, allow: [ada], marker: ada@example.org, at: body.mail }\n  - { path: /orders/9, allow: [bob], marker: bob@example.org }\n";

#[test]
fn a_matrix_that_holds_is_enforced() {
    let server = serve(|who, path| match (who, path) {
        ("ada", "/orders/7") => (200, "{\"mail\": \"ada@example.org\"}"),
        ("bob", "/orders/9") => (200, "{\"mail\": \"bob@example.org\"}"),
        ("", _) => (401, ""),
        (_, "/orders/7" | "/orders/9") => (404, ""),
        _ => (404, ""),
    });
    let seen = observe(&server, TENANTS);
    assert_eq!((number(&seen, "enforced"), number(&seen, "cells")), ("1".into(), "6".into()));
    assert!(texts(&seen, "leaks").is_empty());
    assert_eq!(seen.requests, 7);
}

#[test]
fn data_of_another_tenant_are_proven_by_their_marker() {
    let server = serve(|who, path| match (who, path) {
        ("", _) => (401, ""),
        (_, "/orders/7") => (200, "{\"mail\": \"ada@example.org\"}"),
        ("bob", "/orders/9") => (200, "{\"mail\": \"bob@example.org\"}"),
        // success without her data gives nothing away
        (_, "/orders/9") => (200, "{\"mail\": null, \"note\": \"not yours\"}"),
        _ => (404, ""),
    });
    let seen = observe(&server, TENANTS);
    assert_eq!(texts(&seen, "leaks"), ["bob → /orders/7"]);
    assert_eq!(number(&seen, "enforced"), "5/6");
    let place = &seen.evidence[0];
    assert!(place.url.as_ref().unwrap().ends_with("/orders/7") && place.status == Some(200), "{place:?}");
    assert!(!format!("{:?}", seen.evidence).contains("ada@example.org"), "the data are not repeated");
}

#[test]
fn without_a_marker_the_answer_to_who_may_is_the_measure() {
    let roles =
        "  - { path: /users, allow: [root] }\n  - { path: /stats, allow: [root, ada] }\nroles: [root, ada, none]\n";
    let server = serve(|who, path| match (who, path) {
        ("root", "/users") => (200, "[{\"id\": 1, \"mail\": \"a\"}]"),
        ("ada", "/users") => (200, "[{\"id\": 5, \"mail\": \"b\"}]"),
        ("root" | "ada", "/stats") => (200, "{\"sold\": 5}"),
        ("", "/stats") => (200, "{\"sold\": null}"),
        _ => (403, ""),
    });
    let seen = observe(&server, roles);
    assert_eq!(texts(&seen, "leaks"), ["ada → /users"]);
    let other = serve(|who, path| match (who, path) {
        ("root", "/users") => (200, "[{\"id\": 1}]"),
        ("ada", "/users") => (200, "{\"hint\": \"ask an administrator\"}"),
        ("root" | "ada", "/stats") => (200, "{\"sold\": 5}"),
        _ => (403, ""),
    });
    let seen = observe(&other, roles);
    assert_eq!(texts(&seen, "unclear"), ["ada → /users"]);
    assert!(unobserved(&seen, "leaks").contains("a `marker` would tell"));
}

#[test]
fn refusals_prove_nothing_where_nobody_gets_the_data() {
    let server = serve(|_, _| (403, ""));
    let seen = observe(&server, "  - { path: /users, allow: [root] }\n");
    assert_eq!(
        (texts(&seen, "shut"), texts(&seen, "unclear")),
        (vec!["root → /users".into()], vec!["none → /users".to_owned()])
    );
    assert!(unobserved(&seen, "enforced").contains("nobody was seen to get the data"));
}

#[test]
fn a_matrix_is_checked_before_anything_is_asked() {
    let bench = Bench::new().target("api", "http://127.0.0.1:1", |_| {});
    assert!(bench.observe("authz", "target: api\n").unwrap_err().0.contains("allow: [active]"));
    let bench = Bench::new().target("api", "http://127.0.0.1:1", |target| target.allow_active = true);
    assert_eq!(bench.observe("authz", "target: api\n").unwrap_err().0, "no `matrix` says who may have what");
    for (parameters, wrong) in [
        ("matrix: [{ path: users, allow: [a] }]\n", "path `users` does not start with `/`"),
        ("matrix: [{ path: /u, allow: [a] }]\nroles: [b]\n", "`a` may have something"),
        ("matrix: [{ path: /u, allow: [a], at: body.x }]\n", "`at: body.x` is not the place of a marker"),
        ("matrix: [{ path: /u, allow: [a], marker: ' ' }]\n", "an empty marker"),
    ] {
        let problems = Bench::new().decode_problems("authz", &format!("target: api\n{parameters}"));
        assert!(problems.len() == 1 && problems[0].message.starts_with(wrong), "{parameters}: {problems:?}");
    }
}
