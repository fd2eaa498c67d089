//! Tests of scripted services over their real socket.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::{Read, Write};
use std::net::TcpStream;

use super::*;
use crate::demo::serve::{Running, Service, start};

fn service(script: &str) -> Running {
    start(Service::Scripted(Box::new(Scripted::new(Script::parse(script).unwrap())))).unwrap()
}

fn ask(service: &Running, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(service.base_url.trim_start_matches("http://")).unwrap();
    let (first, headers) = head.split_once('\n').unwrap_or((head, ""));
    let length = body.len();
    write!(
        stream,
        "{first} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap()
}

#[test]
fn strangers_and_the_wrong_role_are_refused() {
    let service = service("tokens: { user: u-token, admin: a-token }\nroutes: [{ path: /admin, roles: [admin] }]");
    assert_eq!(status(&ask(&service, "GET /admin", "")), "401");
    assert_eq!(status(&ask(&service, "GET /admin\nauthorization: Bearer nonsense\r\n", "")), "401");
    assert_eq!(status(&ask(&service, "GET /admin\nauthorization: Bearer u-token\r\n", "")), "403");
    assert_eq!(status(&ask(&service, "GET /admin\nauthorization: Bearer a-token\r\n", "")), "200");
}

#[test]
fn text_is_reflected_raw_or_escaped_as_the_script_says() {
    let script = "routes: [{ path: /raw, body: '<<query.q>>' }, { path: /safe, body: '<<text.query.q>>' }]";
    let service = service(script);
    assert!(ask(&service, "GET /raw?q=%3Cb%3E", "").ends_with("<b>"));
    assert!(ask(&service, "GET /safe?q=%3Cb%3E", "").ends_with("&lt;b&gt;"));
}

#[test]
fn what_is_posted_is_remembered_until_it_is_deleted() {
    let script = "routes:
      - { path: /p, method: POST, status: 201, keeps: name, malformed: 422, refuses: '<' }
      - { path: /p, body: '<<kept.name>>' }
      - { path: /p, method: DELETE, status: 204, forgets: true }";
    let service = service(script);
    assert_eq!(status(&ask(&service, "POST /p", "nonsense")), "422");
    assert_eq!(status(&ask(&service, "POST /p", r#"{"name":"<b>"}"#)), "422");
    assert_eq!(status(&ask(&service, "POST /p", r#"{"name":"ada"}"#)), "201");
    assert!(ask(&service, "GET /p", "").ends_with("ada"));
    assert_eq!(status(&ask(&service, "PUT /p", "")), "405");
    assert_eq!(status(&ask(&service, "DELETE /p", "")), "204");
    assert_eq!(status(&ask(&service, "GET /p", "")), "404");
}

#[test]
fn the_cache_is_counted_and_the_limit_holds() {
    let script = "routes:
      - { path: /p, cached: true, work_ms: 1, per_minute: 4 }
      - { path: /metrics, type: text/plain, body: '<<metrics>>' }";
    let service = service(script);
    let answers: Vec<String> = (0..5).map(|_| status(&ask(&service, "GET /p", "")).to_owned()).collect();
    assert_eq!(answers, ["200", "200", "200", "200", "429"]);
    let refused = ask(&service, "GET /p", "");
    assert!(refused.contains("ratelimit-limit: 4\r\n") && refused.contains("ratelimit-remaining: 0\r\n"), "{refused}");
    let metrics = ask(&service, "GET /metrics", "");
    assert!(metrics.contains("{result=\"hit\"} 3\n") && metrics.contains("{result=\"miss\"} 1\n"), "{metrics}");
    assert!(metrics.contains("http_requests_total{code=\"429\"} 2\n"), "{metrics}");
}

#[test]
fn a_login_wants_the_right_words_and_long_bodies_are_refused() {
    let service = service("routes: [{ path: /login, method: POST, wants: { password: right }, largest: 30 }]");
    assert_eq!(status(&ask(&service, "POST /login", r#"{"password":"wrong"}"#)), "401");
    assert_eq!(status(&ask(&service, "POST /login", r#"{"password":"right"}"#)), "200");
    assert_eq!(status(&ask(&service, "POST /login", &"x".repeat(31))), "413");
}

#[test]
fn longer_bodies_are_compressed_for_those_who_accept_it() {
    let script = format!("compresses: true\nroutes: [{{ path: /, body: {} }}]", "x".repeat(300));
    let service = service(&script);
    assert!(ask(&service, "GET /\naccept-encoding: gzip\r\n", "").contains("content-encoding: gzip"));
    assert!(!ask(&service, "GET /", "").contains("content-encoding"));
}

#[test]
fn a_token_is_worth_nothing_after_the_logout() {
    let script = "tokens: { user: u }
routes: [{ path: /logout, method: POST, roles: [user], revokes: true }, { path: /me, roles: [user] }]";
    let service = service(script);
    assert_eq!(status(&ask(&service, "GET /me\nauthorization: Bearer u\r\n", "")), "200");
    assert_eq!(status(&ask(&service, "POST /logout\nauthorization: Bearer u\r\n", "")), "200");
    assert_eq!(status(&ask(&service, "GET /me\nauthorization: Bearer u\r\n", "")), "401");
}

#[test]
fn a_range_has_a_value_at_each_step() {
    let service = service("routes: [{ path: /q, query: { query: up }, body: '[<<series 0.5>>]' }]");
    let answer = ask(&service, "GET /q?query=up&start=10&end=30&step=10", "");
    assert!(answer.ends_with("[[10,\"0.5\"],[20,\"0.5\"],[30,\"0.5\"]]"), "{answer}");
    assert_eq!(status(&ask(&service, "GET /q?query=down&start=10&end=30&step=10", "")), "404");
}

/// Asks for a WebSocket as a page of `origin` does, says one thing, and gives back what is heard then.
fn talk(service: &Running, origin: &str, said: &str, messages: usize) -> Result<Vec<String>, u16> {
    use futures_util::{SinkExt, StreamExt};
    use tokio_tungstenite::tungstenite::client::IntoClientRequest;
    use tokio_tungstenite::tungstenite::{Error, Message};
    let address = service.base_url.trim_start_matches("http://").to_owned();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(&address).await.unwrap();
        let mut request = format!("ws://{address}/ws").into_client_request().unwrap();
        request.headers_mut().insert("origin", origin.replace("OWN", &service.base_url).parse().unwrap());
        let mut socket = match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, _)) => socket,
            Err(Error::Http(answer)) => return Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        };
        socket.send(Message::text(said)).await.unwrap();
        let heard = socket.take(messages).map(|message| message.unwrap().into_text().unwrap().to_string());
        Ok(heard.collect().await)
    })
}

#[test]
fn a_websocket_greets_answers_and_tells_its_subscribers_again_and_again() {
    let service = service(
        "routes: [{ path: /ws, socket: { greets: hello, own_pages_only: true, answers: [{ to: '^sub', with: news, every_ms: 5 }] } }]",
    );
    let heard = talk(&service, "OWN", "subscribe", 4).unwrap();
    assert_eq!(heard, ["hello", "news", "news", "news"]);
    assert_eq!(talk(&service, "https://foreign.invalid", "subscribe", 1), Err(403));
    assert_eq!(status(&ask(&service, "GET /ws", "")), "426");
}

#[test]
fn a_path_that_is_no_websocket_answers_as_if_nobody_had_asked_for_one() {
    let service = service("routes: [{ path: /other }, { path: /ws, roles: [nobody], socket: {} }]");
    assert_eq!(talk(&service, "OWN", "x", 1), Err(401));
}

#[test]
fn a_service_that_starts_anew_serves_nobody_meanwhile_and_then_what_it_was_given() {
    let script = "kept: { version: '2' }
routes: [{ path: /version, body: '<<kept.version>>' }, { path: /release, method: POST, keeps: version, stops_ms: 1500 }]";
    let service = service(script);
    assert!(ask(&service, "GET /version", "").ends_with('2'));
    assert_eq!(status(&ask(&service, "POST /release", r#"{"version":"1"}"#)), "200");
    assert_eq!(status(&ask(&service, "GET /version", "")), "503");
    std::thread::sleep(Duration::from_millis(1600));
    assert!(ask(&service, "GET /version", "").ends_with('1'));
}

#[test]
fn members_that_must_be_text_are_refused_when_they_are_not() {
    let service = service("routes: [{ path: /p, method: POST, texts: [name] }]");
    for wrong in ["{}", r#"{"name":{"a":[1]}}"#, "[1]"] {
        assert_eq!(status(&ask(&service, "POST /p", wrong)), "422", "{wrong}");
    }
    assert_eq!(status(&ask(&service, "POST /p", r#"{"name":"ada"}"#)), "200");
}
