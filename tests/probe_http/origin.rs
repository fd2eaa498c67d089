//! Redirects, credentials and permissions: what belongs to an origin stays there.

use std::io::Write;

use shipworthy::model::Value;
use shipworthy::model::target::Credential;

use crate::probing::server::Server;
use crate::probing::{Bench, member, number, text, texts, unobserved};
use crate::{OK, look, reachable};

#[test]
fn redirects_are_reported_not_followed_unless_asked() {
    let end = Server::saying(OK);
    let to = format!("{}/end", end.url());
    let server = Server::saying(format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n"));
    let seen = look(&server.url(), "");
    assert_eq!(number(&seen, "status"), "302");
    assert_eq!(member(&seen, "header.", "location"), Some(Value::Text(to.clone())));
    let seen = look(&server.url(), "follow_redirects: true\n");
    assert_eq!((number(&seen, "status").as_str(), texts(&seen, "redirects")), ("200", vec![to.clone()]));
    assert_eq!((seen.evidence[0].url.as_deref(), seen.requests), (Some(to.as_str()), 2));
}

#[test]
fn a_redirect_loop_ends_after_five() {
    let server = Server::new(|head, stream| {
        let length = head.split(' ').nth(1).map_or(0, str::len);
        let to = "/".repeat(length + 1);
        let _ =
            stream.write_all(format!("HTTP/1.1 301 Moved\r\nlocation: .{to}\r\ncontent-length: 0\r\n\r\n").as_bytes());
    });
    let seen = look(&server.url(), "follow_redirects: true\n");
    assert!(reachable(&seen) && text(&seen, "error") == "too-many-redirects");
    assert_eq!((texts(&seen, "redirects").len(), seen.requests), (5, 6));
    assert!(unobserved(&seen, "status").contains("too-many-redirects"));
}

#[test]
fn a_redirect_to_another_scheme_is_not_followed() {
    let server = Server::saying("HTTP/1.1 302 Found\r\nlocation: file:///etc/passwd\r\ncontent-length: 0\r\n\r\n");
    let seen = look(&server.url(), "follow_redirects: true\n");
    assert_eq!((text(&seen, "error").as_str(), seen.requests), ("bad-redirect", 1));
}

#[test]
fn credentials_and_headers_stay_with_their_origin() {
    let other = Server::saying(OK);
    let to = other.url();
    let server = Server::new(move |head, stream| {
        let to = if head.starts_with("GET /start") { "/same".to_owned() } else { to.clone() };
        let _ =
            stream.write_all(format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n").as_bytes());
    });
    let bench = Bench::new().target("api", &server.url(), |target| {
        target.headers.insert("x-tenant".into(), "blue".into());
        target.credentials.insert("default".into(), Ok(Credential::Bearer("token-1".into())));
    });
    let params = "target: api\npath: /start\nfollow_redirects: true\nheaders: { x-mine: yes }\n";
    let seen = bench.observe("http", params).unwrap();
    assert_eq!((number(&seen, "status").as_str(), texts(&seen, "redirects").len()), ("200", 2));
    for asked in server.asked() {
        for part in ["authorization: bearer token-1", "x-tenant: blue", "x-mine: yes"] {
            assert!(asked.contains(part), "{asked}");
        }
    }
    for part in ["authorization", "x-tenant", "x-mine"] {
        assert!(!other.asked()[0].contains(part), "{:?}", other.asked());
    }
}

#[test]
fn credentials_are_chosen_by_name() {
    let server = Server::saying(OK);
    let bench = Bench::new().target("api", &server.url(), |target| {
        let basic = Credential::Basic { user: "u".into(), password: "p".into() };
        target.credentials.insert("default".into(), Ok(Credential::Bearer("abc".into())));
        target.credentials.insert("admin".into(), Ok(basic));
        target.credentials.insert("unset".into(), Err("ADMIN_TOKEN is not set".into()));
    });
    let ask = |which: &str| bench.observe("http", &format!("target: api\n{which}"));
    for choice in ["", "credentials: none\n", "credentials: invalid\n", "credentials: admin\n"] {
        ask(choice).unwrap();
    }
    let asked = server.asked();
    assert!(asked[0].contains("authorization: bearer abc\r\n"));
    assert!(!asked[1].contains("authorization"));
    assert!(asked[2].contains("authorization: bearer shipworthy-invalid\r\n"));
    assert!(asked[3].contains("authorization: basic dtpw\r\n"));
    assert_eq!(ask("credentials: unset\n").unwrap_err().0, "ADMIN_TOKEN is not set");
    assert_eq!(ask("credentials: nobody\n").unwrap_err().0, "there are no credentials `nobody`");
    assert_eq!(server.asked().len(), 4);
}

#[test]
fn a_user_in_the_url_of_a_target_is_sent_as_basic_and_never_shown() {
    let server = Server::saying(OK);
    let url = server.url().replace("//", "//me:s%40crets@");
    let seen = Bench::new().target("api", &url, |_| ()).observe("http", "target: api\n").unwrap();
    assert!(server.asked()[0].contains("authorization: basic bwu6c0bjcmv0cw==\r\n"), "{:?}", server.asked());
    assert_eq!(seen.evidence[0].url.as_deref(), Some(format!("{}/", server.url()).as_str()));
}

#[test]
fn a_credential_that_no_header_can_carry_is_unknown_and_not_shown() {
    let bench = Bench::new().target("api", "http://127.0.0.1:9", |target| {
        target.credentials.insert("default".into(), Ok(Credential::Bearer("secret-token\n".into())));
    });
    let unknown = bench.observe("http", "target: api\n").unwrap_err();
    assert_eq!(unknown.0, "the value of header `authorization` has characters that a header cannot carry");
}

#[test]
fn methods_that_change_things_need_permission() {
    let server = Server::saying(OK);
    let post = "target: api\nmethod: POST\nbody: '{}'\n";
    let reason = |bench: Bench| bench.observe("http", post).unwrap_err().0;
    let bench = || Bench::new().target("api", &server.url(), |_| ());
    assert_eq!(reason(bench()), "POST not sent: target `api` does not say `allow: [active]`");
    let allowed = || Bench::new().target("api", &server.url(), |target| target.allow_active = true);
    let mut forbidden = allowed();
    forbidden.world.permit.active = false;
    assert_eq!(reason(forbidden), "POST not sent: --no-active");
    let protected = allowed().target("api", &server.url(), |target| {
        target.allow_active = true;
        target.protected = true;
    });
    assert_eq!(reason(protected), "POST not sent: the environment is protected (`--allow-protected` lifts that)");
    let unknown = Bench::new().observe("http", &format!("url: {}\nmethod: DELETE\n", server.url())).unwrap_err();
    assert!(unknown.0.starts_with("DELETE not sent: only a target can allow it"), "{unknown}");
    assert!(server.asked().is_empty());
    allowed().observe("http", post).unwrap();
    assert!(server.asked()[0].starts_with("post / http/1.1") && server.asked()[0].contains("content-length: 2"));
}
