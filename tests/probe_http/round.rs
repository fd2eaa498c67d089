//! Probes `auth_required`, `cors` and `exposed_paths` against services that answer by path, credentials and origin.

use shipworthy::model::target::Credential;
use shipworthy::model::{Observation, Value};

use crate::probing::server::Server;
use crate::probing::{Bench, absent, number, texts, unobserved, value};

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(": ")?;
        key.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

fn answer(status: u16, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}", body.len())
}

fn serve(answer: impl Fn(&str, &str) -> String + Send + Sync + 'static) -> Server {
    use std::io::Write;
    Server::new(move |head, stream| {
        let path = head.split(' ').nth(1).unwrap_or("/").to_owned();
        let _ = stream.write_all(answer(head, &path).as_bytes());
    })
}

fn observe(server: &Server, probe: &str, parameters: &str) -> Observation {
    let bench = Bench::new().limit(std::time::Duration::from_secs(60)).target("api", &server.url(), |target| {
        target.allow_active = true;
        target.credentials.insert("default".into(), Ok(Credential::Bearer("right".into())));
    });
    bench.observe(probe, &format!("target: api\n{parameters}")).unwrap()
}

fn guarded(head: &str, path: &str) -> String {
    let bearer = header(head, "authorization").unwrap_or_default();
    match path {
        "/open" => answer(200, "content-type: application/json\r\n", "{\"a\": 1}"),
        "/lax" if bearer.is_empty() => answer(401, "www-authenticate: Bearer\r\n", ""),
        "/lax" => answer(200, "", "data"),
        "/page" => answer(302, "location: /login?next=/page\r\n", ""),
        "/form" => answer(200, "content-type: text/html\r\n", "<form><input type=\"password\"></form>"),
        "/post" => answer(405, "", ""),
        "/strict" if bearer == "Bearer right" => answer(200, "", "data"),
        "/strict" => answer(401, "", ""),
        _ => answer(404, "", ""),
    }
}

#[test]
fn paths_are_sorted_by_how_they_receive_strangers() {
    let server = serve(guarded);
    let seen = observe(&server, "auth_required", "paths: [/open, /lax, /page, /strict, /post]\n");
    assert_eq!(texts(&seen, "open"), ["/open"]);
    assert_eq!(texts(&seen, "takes_invalid"), ["/lax"]);
    assert_eq!(texts(&seen, "unchallenged"), ["/strict"]);
    assert_eq!(texts(&seen, "unclear"), ["/post"]);
    assert_eq!(texts(&seen, "shut"), ["/page", "/post"]);
    assert_eq!(number(&seen, "enforced"), "2/5");
}

#[test]
fn what_says_nothing_about_access_leaves_it_unknown() {
    let server = serve(guarded);
    for (path, reason) in [("/form", "says nothing"), ("/post", "says nothing"), ("/none", "does not exist")] {
        let seen = observe(&server, "auth_required", &format!("paths: [/strict, {path}]\n"));
        assert!(unobserved(&seen, "enforced").contains(reason), "{path}");
    }
    let seen = observe(&server, "auth_required", "paths: [/strict, /none]\nhidden_ok: true\n");
    assert_eq!(number(&seen, "enforced"), "1");
}

#[test]
fn a_page_for_every_path_is_no_data() {
    let server = serve(|_, _| answer(200, "content-type: text/html\r\n", "<p>app</p>"));
    let seen = observe(&server, "auth_required", "paths: [/admin]\n");
    assert_eq!(value(&seen, "catch_all"), Value::Bool(true));
    assert_eq!(texts(&seen, "unclear"), ["/admin"]);
}

#[test]
fn a_reflected_origin_is_told_from_a_list_and_from_a_wildcard() {
    let reflecting = serve(|head, _| {
        let origin = header(head, "origin").unwrap_or("x");
        let headers = format!("access-control-allow-origin: {origin}\r\naccess-control-allow-credentials: true\r\n");
        answer(200, &headers, "")
    });
    let seen = observe(&reflecting, "cors", "");
    assert_eq!(texts(&seen, "with_credentials"), ["https://shipworthy.invalid", "null"]);
    assert_eq!((value(&seen, "foreign"), value(&seen, "varies")), (Value::Bool(true), Value::Bool(false)));

    let open = serve(|_, _| answer(200, "access-control-allow-origin: *\r\n", ""));
    let seen = observe(&open, "cors", "");
    assert_eq!(value(&seen, "wildcard"), Value::Bool(true));
    assert!(texts(&seen, "allowed").is_empty() && absent(&seen, "varies"));

    let strict = serve(|_, _| answer(403, "", ""));
    let seen = observe(&strict, "cors", "");
    assert!(texts(&seen, "allowed").is_empty() && absent(&seen, "prefix"));
}

#[test]
fn hosts_that_only_look_like_the_own_one_are_found() {
    let server = serve(|head, _| {
        let origin = header(head, "origin").unwrap_or_default();
        let known = origin.contains("shop.test").then(|| format!("access-control-allow-origin: {origin}\r\n"));
        answer(200, &format!("{}vary: Origin\r\n", known.unwrap_or_default()), "")
    });
    let bench = Bench::new().limit(std::time::Duration::from_secs(60)).target("api", "http://shop.test", |target| {
        target.route.resolve.insert("shop.test".into(), "127.0.0.1".into());
        target.route.http_port = Some(server.address.port());
    });
    let seen = bench.observe("cors", "target: api\n").unwrap();
    assert_eq!(texts(&seen, "allowed"), ["https://shop.test.shipworthy.invalid", "https://shipworthyshop.test"]);
    assert_eq!((value(&seen, "foreign"), value(&seen, "varies")), (Value::Bool(false), Value::Bool(true)));
}

#[test]
fn exposed_files_are_proven_by_content_and_never_shown() {
    let server = serve(|_, path| match path {
        "/.env" => answer(200, "", "DB_PASSWORD=hunter2\nAPI_KEY=abc\n"),
        "/.git/HEAD" => answer(200, "content-type: text/html\r\n", "<p>a page</p>"),
        "/metrics" => answer(200, "", "# HELP up Whether it is.\n"),
        _ => answer(404, "", ""),
    });
    let seen = observe(&server, "exposed_paths", "");
    assert_eq!(texts(&seen, "secrets"), ["/.env"]);
    assert_eq!(texts(&seen, "internals"), ["/metrics"]);
    assert!(seen.evidence.iter().all(|place| !format!("{place:?}").contains("hunter2")));
    assert!(seen.requests <= 30, "{} requests", seen.requests);
    let seen = observe(&server, "exposed_paths", "intended: [/metrics]\n");
    assert!(texts(&seen, "internals").is_empty());
}

#[test]
fn unlinked_paths_need_a_target_that_allows_it() {
    let server = serve(guarded);
    let bench = Bench::new().target("api", &server.url(), |_| {});
    let refused = bench.observe("exposed_paths", "target: api\n").unwrap_err();
    assert!(refused.0.contains("allow: [active]"), "{}", refused.0);
    assert!(server.asked().is_empty());
}
