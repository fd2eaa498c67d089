//! Probe `grpc_health` against servers of gRPC that serve, stop, or know nothing of health, and against none of gRPC.

use std::io::Write;
use std::time::{Duration, Instant};

use shipworthy::model::{Observation, Value};

use crate::probing::server::{Server, closed_port};
use crate::probing::{Bench, number, text, unobserved, value};
use crate::servers::grpc::{Manner, start};

fn ask(port: u16, params: &str) -> Observation {
    let bench =
        Bench::new().limit(Duration::from_secs(3)).target("orders", &format!("http://127.0.0.1:{port}"), |_| ());
    bench.observe("grpc_health", &format!("target: orders\n{params}")).unwrap()
}

fn is(seen: &Observation, fact: &str) -> bool {
    value(seen, fact) == Value::Bool(true)
}

#[test]
fn a_server_says_whether_it_and_its_services_serve() {
    let port = start(Manner::Serves);
    let whole = ask(port, "");
    assert!(is(&whole, "serving") && is(&whole, "implemented") && is(&whole, "reachable"));
    assert_eq!((text(&whole, "status"), number(&whole, "grpc_status")), ("serving".to_owned(), "0".to_owned()));
    let orders = ask(port, "service: shop.v1.Orders\n");
    assert_eq!((is(&orders, "serving"), text(&orders, "status").as_str()), (false, "not-serving"));
    let other = ask(port, "service: shop.v1.Nothing\n");
    assert_eq!((is(&other, "serving"), text(&other, "status").as_str()), (false, "service-unknown"));
    assert!(!is(&ask(start(Manner::Stopping), ""), "serving"));
}

#[test]
fn a_server_without_the_protocol_is_unknown_not_healthy() {
    let seen = ask(start(Manner::WithoutHealth), "");
    assert!(is(&seen, "reachable") && !is(&seen, "implemented"));
    assert!(unobserved(&seen, "serving").contains("has no `grpc.health.v1.Health`"));
}

#[test]
fn what_is_not_there_or_speaks_otherwise_is_no_grpc() {
    assert_eq!(text(&ask(closed_port(), ""), "error"), "refused");
    let http1 = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let seen = ask(http1.address.port(), "");
    assert!(["not-http", "closed", "reset"].contains(&text(&seen, "error").as_str()), "{:?}", seen.evidence);
    assert_eq!(value(&seen, "reachable"), Value::Bool(false));
    let silent = Server::on(|mut stream, _| {
        let _ = stream.write_all(&[]);
        std::thread::sleep(Duration::from_secs(6));
    });
    let begun = Instant::now();
    assert_eq!(text(&ask(silent.address.port(), "timeout: 1 s\n"), "error"), "timeout");
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}
