//! Probe `malformed` against services that refuse, accept, break, hang and serve one at a time.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use shipworthy::model::{Observation, Value};

use crate::probing::server::{Server, head};
use crate::probing::{Bench, number, texts, unobserved, value};

fn answer(status: u16) -> Vec<u8> {
    format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").into_bytes()
}

/// Head and body of a request; `None` when the body does not come within two seconds.
fn received(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let head = head(stream);
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    stream.read_exact(&mut body).ok()?;
    Some((head, body))
}

/// Answers by the body; GET is always fine.
fn serve(answer_to: impl Fn(&[u8], &str) -> u16 + Send + Sync + 'static) -> Server {
    Server::on(move |mut stream, asked| {
        let status = match received(&mut stream) {
            None => 408,
            Some((head, _)) if head.starts_with("GET") => 200,
            Some((head, body)) => {
                asked.lock().unwrap().push(head.clone());
                answer_to(&body, &head.to_lowercase())
            }
        };
        let _ = stream.write_all(&answer(status));
    })
}

/// As a service with a schema does.
fn strict(body: &[u8], head: &str) -> u16 {
    let json = serde_json::from_slice::<serde_json::Value>(body);
    match json {
        _ if body.len() > 1 << 20 => 413,
        _ if !head.contains("content-type: application/json") => 415,
        Err(_) => 400,
        Ok(json) if json["name"].is_string() && json["age"].is_number() => 201,
        Ok(_) => 422,
    }
}

fn observe(server: &Server) -> Observation {
    let bench = Bench::new().limit(Duration::from_secs(60)).target("api", &server.url(), |target| {
        target.allow_active = true;
    });
    bench
        .observe(
            "malformed",
            "target: api\npath: /profiles\njson: { name: Ada, age: 36 }\noversize: 2 MiB\npatience: 4 s\n",
        )
        .unwrap()
}

#[test]
fn a_strict_service_handles_every_case() {
    let server = serve(strict);
    let seen = observe(&server);
    for fact in ["server_errors", "unanswered", "accepted"] {
        assert!(texts(&seen, fact).is_empty(), "{fact}: {:?}", seen.evidence);
    }
    assert_eq!((number(&seen, "handled"), number(&seen, "cases")), ("1".into(), "17".into()));
    assert_eq!((value(&seen, "healthy"), value(&seen, "serves_others")), (Value::Bool(true), Value::Bool(true)));
    assert!(matches!(value(&seen, "gives_up_after"), Value::Number(time) if time.to_f64() >= 1.9));
}

#[test]
fn what_breaks_and_what_is_taken_for_good_is_named() {
    let server = serve(|body, _| match serde_json::from_slice::<serde_json::Value>(body) {
        Err(_) => 500,
        Ok(_) => 200,
    });
    let seen = observe(&server);
    let broken = texts(&seen, "server_errors");
    for name in ["JSON that breaks off", "no JSON", "nested too deep", "numbers beyond all bounds"] {
        assert!(broken.contains(&name.to_owned()), "{broken:?}");
    }
    let accepted = ["wrong types", "a list instead of an object", "a body that is too long"];
    assert_eq!(texts(&seen, "accepted"), accepted);
    assert!(seen.evidence.iter().any(|place| place.note.as_deref() == Some("no JSON: answered 500")));
}

#[test]
fn a_service_that_refuses_everything_unread_proves_nothing() {
    for status in [401, 404, 405] {
        let seen = observe(&serve(move |_, _| status));
        let reason = format!("every body is answered {status}: none was read");
        assert_eq!(unobserved(&seen, "server_errors"), reason);
        assert_eq!(unobserved(&seen, "handled"), reason);
    }
}

#[test]
fn a_service_for_one_at_a_time_lets_others_wait() {
    let turn = std::sync::Mutex::new(());
    let server = Server::on(move |mut stream, _| {
        let _turn = turn.lock();
        let begun = std::time::Instant::now();
        let heard = received(&mut stream);
        // Whoever sends no body is waited for, long enough that nobody else is served in time.
        let status = if heard.is_none() { 408 } else { 400 };
        while heard.is_none() && begun.elapsed() < Duration::from_secs(13) {
            std::thread::sleep(Duration::from_millis(50));
        }
        let is_get = heard.is_some_and(|(head, _)| head.starts_with("GET"));
        let _ = stream.write_all(&answer(if is_get { 200 } else { status }));
    });
    let seen = observe(&server);
    assert_eq!(value(&seen, "serves_others"), Value::Bool(false));
    assert!(unobserved(&seen, "gives_up_after").contains("still waiting after 4 s"));
}

#[test]
fn an_address_alone_says_nothing_of_bodies() {
    let server = serve(strict);
    let bench = Bench::new().limit(Duration::from_secs(60)).target("api", &server.url(), |target| {
        target.allow_active = true;
    });
    let seen = bench.observe("malformed", "target: api\n").unwrap();
    assert_eq!(number(&seen, "cases"), "5");
    assert!(unobserved(&seen, "serves_others").contains("no `json`"));
    assert!(server.asked().is_empty());
}

#[test]
fn malformed_requests_need_a_target_that_allows_them() {
    let bench = Bench::new().target("api", "http://127.0.0.1:1", |_| {});
    assert!(bench.observe("malformed", "target: api\n").unwrap_err().0.contains("allow: [active]"));
    for (parameters, wrong) in
        [("method: GET\n", "`GET` sends no body"), ("oversize: 1 GB\n", "`oversize: 1 GB` is no size")]
    {
        let problems = Bench::new().decode_problems("malformed", &format!("target: api\n{parameters}"));
        assert!(problems.len() == 1 && problems[0].message.starts_with(wrong), "{parameters}: {problems:?}");
    }
}
