//! How hosts are reached: ports and addresses of the spec, proxies, families.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use shipworthy::model::Value;

use crate::probing::server::{Identity, Server, answer_tls, closed_port, head};
use crate::probing::{Bench, text, texts, unobserved, value};
use crate::{OK, look};

/// A service over TLS that tells what it was asked.
fn tls_service(name: &str) -> (Server, String) {
    let identity = Identity::new(name, 2020, 2040);
    let config = Arc::new(identity.config());
    let server = Server::on(move |stream, asked| {
        answer_tls(stream, &config, |head| {
            asked.lock().unwrap().push(head.to_owned());
            OK.as_bytes().to_vec()
        });
    });
    (server, identity.authority_pem)
}

/// Passes bytes on in both directions.
fn pipe(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..length]).is_err() {
            return;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Write);
}

/// A proxy that leads everything to one port and remembers what it was asked.
fn proxy(port: u16) -> Server {
    Server::on(move |mut stream, asked| {
        let head = head(&mut stream);
        asked.lock().unwrap().push(head.clone());
        let mut upstream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        if head.starts_with("CONNECT ") {
            let _ = stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n");
        } else {
            let _ = upstream.write_all(head.as_bytes());
        }
        let (there, back) = (stream.try_clone().unwrap(), upstream.try_clone().unwrap());
        std::thread::spawn(move || pipe(there, upstream));
        pipe(back, stream);
    })
}

#[test]
fn a_redirect_to_https_of_the_same_host_keeps_ports_addresses_and_authority() {
    let (https, authority) = tls_service("shop.test");
    let http = Server::saying("HTTP/1.1 301 X\r\nlocation: https://shop.test/in\r\ncontent-length: 0\r\n\r\n");
    let bench = Bench::new().file("ca.pem", &authority).target("shop", "http://shop.test", |target| {
        target.route.resolve.insert("*".into(), "127.0.0.1".into());
        target.route.http_port = Some(http.address.port());
        target.route.https_port = Some(https.address.port());
        target.ca_file = Some("ca.pem".into());
    });
    let seen = bench.observe("http", "target: shop\nfollow_redirects: true\n").unwrap();
    assert_eq!((text(&seen, "body").as_str(), texts(&seen, "redirects")), ("ok", vec!["https://shop.test/in".into()]));
    assert!(https.asked()[0].contains("host: shop.test\r\n"), "{:?}", https.asked());
}

#[test]
fn a_proxy_is_given_the_name_for_http_and_a_tunnel_for_https() {
    let plain = Server::saying(OK);
    let through = proxy(plain.address.port());
    let bench = Bench::new().target("shop", "http://shop.test/a", |target| {
        target.route.proxy = Some(format!("http://user:pa55word@{}", through.address));
    });
    assert_eq!(text(&bench.observe("http", "target: shop\n").unwrap(), "body"), "ok");
    let asked = through.asked().remove(0);
    assert!(asked.starts_with("get http://shop.test/a/ http/1.1\r\n"), "{asked}");
    assert!(asked.contains("proxy-authorization: basic "), "{asked}");

    let (secure, authority) = tls_service("shop.test");
    let through = proxy(secure.address.port());
    let bench = Bench::new().file("ca.pem", &authority).target("shop", "https://shop.test", |target| {
        target.route.proxy = Some(through.url());
        target.ca_file = Some("ca.pem".into());
    });
    assert_eq!(text(&bench.observe("http", "target: shop\n").unwrap(), "body"), "ok");
    assert!(through.asked()[0].starts_with("connect shop.test:443 http/1.1\r\n"), "{:?}", through.asked());
    assert!(!secure.asked()[0].contains("proxy-authorization"));
}

#[test]
fn a_proxy_that_refuses_is_an_observation_with_its_reason() {
    let refusing = Server::saying("HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n");
    let bench = Bench::new().target("shop", "https://shop.test", |target| {
        target.route.proxy = Some(refusing.url());
    });
    let seen = bench.observe("http", "target: shop\n").unwrap();
    assert_eq!(text(&seen, "error"), "unreachable");
    assert!(unobserved(&seen, "status").contains("it answered 403"));
}

#[test]
fn a_proxy_that_is_not_there_is_named_as_the_reason_by_every_probe() {
    let nobody = format!("127.0.0.1:{}", closed_port());
    for (url, probes) in [
        ("http://shop.test:81", ["http", "security_headers", "cors", "cookies", "delivery", "health", "error_format"]),
        ("https://shop.test:81", ["http", "security_headers", "cors", "sse", "metrics", "disclosure", "resources"]),
    ] {
        let bench = Bench::new().target("shop", url, |target| target.route.proxy = Some(format!("http://{nobody}")));
        for probe in probes {
            let why = match bench.observe(probe, "target: shop\n") {
                Err(unknown) => unknown.to_string(),
                Ok(seen) => unobserved(&seen, "status"),
            };
            assert!(why.contains(&format!("the proxy: {nobody}: connection refused")), "{probe} of {url}: {why}");
        }
    }
}

#[test]
fn a_service_that_the_proxy_does_not_reach_is_unreachable() {
    let lost = Server::saying("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
    let bench = |url: &str| Bench::new().target("shop", url, |target| target.route.proxy = Some(lost.url()));
    let tunnel = bench("https://shop.test").observe("http", "target: shop\n").unwrap();
    assert!(unobserved(&tunnel, "status").contains("the proxy gives no way to shop.test:443: it answered 502"));
    let port = bench("https://shop.test").observe("tls", "target: shop\n");
    assert!(port.unwrap_err().to_string().contains("reached through a proxy"));
}

#[test]
fn only_addresses_of_the_family_are_tried() {
    let server = Server::saying(OK);
    assert_eq!(value(&look(&server.url(), "family: 4\n"), "reachable"), Value::Bool(true));
    let seen = look(&server.url(), "family: 6\n");
    assert_eq!(text(&seen, "error"), "unresolvable");
    assert!(unobserved(&seen, "status").contains("no IPv6 address"));
}
