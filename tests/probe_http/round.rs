//! Probes `auth_required`, `cors` and `exposed_paths` against services that answer by path, credentials and origin.

use std::io::Write;

use shipworthy::model::target::Credential;
use shipworthy::model::{Observation, Value};

use crate::probing::server::Server;
use crate::probing::{Bench, absent, number, text, texts, unobserved, value};

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
    assert!(seen.requests <= 40, "{} requests", seen.requests);
    let seen = observe(&server, "exposed_paths", "intended: [/metrics]\n");
    assert!(texts(&seen, "internals").is_empty());
}

#[test]
fn a_dump_that_comes_packed_is_found_however_large_it_is() {
    // hardly packs, so that even the packed form is longer than what is read
    let line = |n: u32| {
        format!("INSERT INTO berths VALUES ({}, {});\n", n.wrapping_mul(2_654_435_761), n.wrapping_mul(40_503))
    };
    let rows: String =
        std::iter::once("CREATE TABLE berths (id INT);\n".to_owned()).chain((0..400_000).map(line)).collect();
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(rows.as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    assert!(packed.len() > 3 << 20, "{}", packed.len());
    let server = Server::new(move |head, stream| {
        let (status, body) =
            if head.starts_with("GET /dump.sql ") { ("200 OK", packed.as_slice()) } else { ("404 X", &[][..]) };
        let coding = if body.is_empty() { "" } else { "content-encoding: gzip\r\n" };
        let _ =
            stream.write_all(format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{coding}\r\n", body.len()).as_bytes());
        let _ = stream.write_all(body);
    });
    assert_eq!(texts(&observe(&server, "exposed_paths", ""), "secrets"), ["/dump.sql"]);
}

#[test]
fn unlinked_paths_need_a_target_that_allows_it() {
    let server = serve(guarded);
    let bench = Bench::new().target("api", &server.url(), |_| {});
    let refused = bench.observe("exposed_paths", "target: api\n").unwrap_err();
    assert!(refused.0.contains("allow: [active]"), "{}", refused.0);
    assert!(server.asked().is_empty());
}

#[test]
fn cookies_are_judged_line_by_line_without_their_values() {
    let server = serve(|_, _| {
        let cookies = "set-cookie: connect.sid=v4lue-of-it; Path=/\r\nset-cookie: XSRF-TOKEN=x; Secure; SameSite=Lax\r\n\
                       set-cookie: __Host-a=1; Secure; Domain=shop.test\r\nset-cookie: gone=1; Max-Age=0\r\n\
                       set-cookie: wide=1; Secure; SameSite=None; Domain=.test\r\nset-cookie: n=1; SameSite=None\r\n";
        answer(200, cookies, "")
    });
    let seen = observe(&server, "cookies", "");
    assert_eq!(number(&seen, "count"), "5");
    assert_eq!(texts(&seen, "sessions"), ["connect.sid"]);
    assert_eq!(texts(&seen, "sessions_insecure"), ["connect.sid"]);
    assert_eq!(texts(&seen, "sessions_readable"), ["connect.sid"]);
    assert_eq!(texts(&seen, "without_same_site"), ["connect.sid", "__Host-a"]);
    assert_eq!(texts(&seen, "same_site_none_insecure"), ["n"]);
    assert_eq!(texts(&seen, "wrong_prefix"), ["__Host-a"]);
    assert_eq!(texts(&seen, "wide_domain"), ["__Host-a", "wide"]);
    assert!(!format!("{:?}", seen.evidence).contains("v4lue"));
    let named = observe(&server, "cookies", "session: [n]\nreadable: [connect.sid]\n");
    assert_eq!(texts(&named, "sessions"), ["n"]);
    let none = serve(|_, _| answer(200, "", ""));
    assert!(unobserved(&observe(&none, "cookies", ""), "sessions_insecure").contains("no session cookie"));
}

#[test]
fn delivery_tells_caching_compression_and_methods() {
    let server = serve(|head, _| {
        if head.starts_with("OPTIONS") {
            return answer(204, "allow: POST, GET,HEAD\r\n", "");
        }
        if header(head, "accept-encoding").is_some_and(|coding| coding.contains("gzip")) {
            return answer(
                200,
                "content-encoding: gzip\r\nvary: Accept-Encoding\r\ncache-control: max-age=60\r\n",
                "zip",
            );
        }
        answer(200, "cache-control: max-age=60\r\n", "a long body")
    });
    let seen = observe(&server, "delivery", "");
    assert_eq!((text(&seen, "coding").as_str(), value(&seen, "varies")), ("gzip", Value::Bool(true)));
    assert_eq!((number(&seen, "size").as_str(), number(&seen, "plain_size").as_str()), ("3", "11"));
    assert_eq!((number(&seen, "max_age").as_str(), value(&seen, "shared")), ("60", Value::Bool(true)));
    assert_eq!(texts(&seen, "methods"), ["GET", "HEAD", "POST"]);
    assert_eq!(value(&seen, "guarded"), Value::Bool(false));
    let anonymous = observe(&server, "delivery", "credentials: none\n");
    assert!(unobserved(&anonymous, "guarded").contains("no credentials"));
}

#[test]
fn a_path_that_needs_credentials_shows_its_401_without_being_named() {
    let server = serve(|head, path| {
        let kind = "content-type: application/problem+json\r\n";
        let body = |status: u16| format!("{{\"title\": \"no\", \"status\": {status}, \"request_id\": \"r1\"}}");
        match (head.split(' ').next().unwrap_or_default(), path) {
            ("OPTIONS", _) => answer(405, &format!("{kind}allow: GET\r\n"), &body(405)),
            (_, "/") if header(head, "authorization").is_some() => {
                answer(200, "content-type: application/json\r\n", "{}")
            }
            (_, "/") => answer(401, kind, &body(401)),
            _ => answer(404, kind, &body(404)),
        }
    });
    let seen = observe(&server, "error_format", "");
    assert_eq!(texts(&seen, "seen"), ["404", "405", "401"]);
    assert_eq!(texts(&seen, "owed"), ["405: `Allow`", "401: `WWW-Authenticate`"]);
    assert_eq!(texts(&seen, "without_header"), ["401 without `WWW-Authenticate`"]);
    let stranger = observe(&server, "error_format", "credentials: none\n");
    assert_eq!(texts(&stranger, "seen"), ["404", "405"], "nothing says that anybody logs in");
}
