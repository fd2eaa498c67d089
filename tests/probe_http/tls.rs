//! Probe `http` over TLS: trust, faults of certificates, HTTP/2.

use shipworthy::model::{Fact, Value};

use crate::probing::server::{Identity, Server};
use crate::probing::{Bench, bool_of, member, text};
use crate::{OK, look, nothing_but};
use std::io::Write;
use std::thread::sleep;
use std::time::Duration;

fn tls_bench(identity: &Identity, host: &str, trusted: bool) -> (Server, Bench) {
    let server = Server::tls(identity);
    let url = format!("https://{host}:{}", server.address.port());
    let bench = Bench::new().file("ca.pem", &identity.authority_pem).target("api", &url, |target| {
        target.route.resolve.insert(host.to_owned(), "127.0.0.1".into());
        target.ca_file = trusted.then(|| "ca.pem".to_owned());
    });
    (server, bench)
}

#[test]
fn tls_is_verified_against_the_given_authority_and_timed() {
    let (_server, bench) = tls_bench(&Identity::new("shop.test", 2020, 2040), "shop.test", true);
    let seen = bench.observe("http", "target: api\n").unwrap();
    assert_eq!(text(&seen, "body"), "ok");
    assert!(matches!(seen.facts.get("time.tls"), Fact::Present(_)));
}

#[test]
fn each_fault_of_a_certificate_has_its_word() {
    for (identity, trusted, word) in [
        (Identity::new("shop.test", 2020, 2040), false, "tls-untrusted"),
        (Identity::new("shop.test", 2020, 2021), true, "tls-expired"),
        (Identity::new("shop.test", 2039, 2040), true, "tls-not-yet-valid"),
        (Identity::new("other.test", 2020, 2040), true, "tls-wrong-name"),
    ] {
        let (_server, bench) = tls_bench(&identity, "shop.test", trusted);
        nothing_but(&bench.observe("http", "target: api\n").unwrap(), word);
    }
}

#[test]
fn a_self_signed_certificate_is_trusted_where_the_spec_names_it_for_its_name_and_time() {
    let observe = |identity: Identity, trusted: bool| {
        let (_server, bench) = tls_bench(&identity, "shop.test", trusted);
        bench.observe("http", "target: api\n").unwrap()
    };
    assert_eq!(text(&observe(Identity::self_signed("shop.test", 2020, 2040), true), "body"), "ok");
    nothing_but(&observe(Identity::self_signed("shop.test", 2020, 2040), false), "tls-untrusted");
    nothing_but(&observe(Identity::self_signed("other.test", 2020, 2040), true), "tls-wrong-name");
    nothing_but(&observe(Identity::self_signed("shop.test", 2020, 2021), true), "tls-expired");
}

#[test]
fn a_plain_server_behind_https_fails_in_tls() {
    let server = Server::on(|mut stream, _| {
        let _ = stream.write_all(OK.as_bytes());
        sleep(Duration::from_secs(3));
    });
    nothing_but(&look(&format!("https://{}/", server.address), ""), "tls-failed");
}

#[test]
fn a_missing_authority_file_is_our_trouble_not_the_targets() {
    let (_server, bench) = tls_bench(&Identity::new("shop.test", 2020, 2040), "shop.test", true);
    std::fs::remove_file(bench.root().join("ca.pem")).unwrap();
    assert!(bench.observe("http", "target: api\n").unwrap_err().0.contains("ca.pem"));
}

#[test]
fn http2_is_spoken_where_the_server_chooses_it() {
    let mut identity = Identity::new("shop.test", 2020, 2040);
    identity.alpn = vec![b"h2".to_vec()];
    let config = identity.config();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let port = listener.local_addr().unwrap().port();
    runtime.spawn(async move {
        let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
        let (stream, _) = listener.accept().await.unwrap();
        let stream = hyper_util::rt::TokioIo::new(acceptor.accept(stream).await.unwrap());
        let answer = hyper::service::service_fn(|request: hyper::Request<hyper::body::Incoming>| async move {
            let text = format!("{{\"host\": \"{}\", \"ok\": true}}", request.uri().authority().unwrap());
            Ok::<_, std::convert::Infallible>(hyper::Response::new(http_body_util::Full::new(bytes::Bytes::from(text))))
        });
        let executor = hyper_util::rt::TokioExecutor::new();
        let _ = hyper::server::conn::http2::Builder::new(executor).serve_connection(stream, answer).await;
    });
    let bench = Bench::new().file("ca.pem", &identity.authority_pem).target(
        "api",
        &format!("https://shop.test:{port}"),
        |target| {
            target.route.resolve.insert("shop.test".into(), "127.0.0.1".into());
            target.ca_file = Some("ca.pem".into());
        },
    );
    let seen = bench.observe("http", "target: api\n").unwrap();
    assert_eq!(text(&seen, "http_version"), "2");
    assert!(bool_of(&seen, "body.", "ok"));
    assert_eq!(member(&seen, "body.", "host"), Some(Value::Text(format!("shop.test:{port}"))));
}
