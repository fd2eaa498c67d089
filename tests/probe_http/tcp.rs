//! Probe `tcp`: open, closed, silent.

use std::io::Write;
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use shipworthy::model::{Observation, Value};

use crate::probing::server::{Server, closed_port};
use crate::probing::{Bench, absent, text, unobserved, value};

fn look(host: impl std::fmt::Display) -> Observation {
    Bench::new().limit(Duration::from_secs(2)).observe("tcp", &format!("host: {host}\n")).unwrap()
}

fn open(seen: &Observation) -> bool {
    value(seen, "open") == Value::Bool(true)
}

#[test]
fn an_open_port_says_who_is_there_if_it_does() {
    let greeting = Server::on(|mut stream, _| {
        let _ = stream.write_all(b"220 mail.shop.test ESMTP\r\nmore");
        sleep(Duration::from_secs(2));
    });
    let seen = look(greeting.address);
    assert!(open(&seen) && absent(&seen, "error"));
    assert_eq!((text(&seen, "state").as_str(), text(&seen, "banner").as_str()), ("open", "220 mail.shop.test ESMTP"));
    assert!(matches!(value(&seen, "time"), Value::Number(_)));
    let waiting = Server::on(|_, _| sleep(Duration::from_secs(4)));
    assert!(absent(&look(waiting.address), "banner"));
}

#[test]
fn an_endless_first_word_is_cut_off() {
    let endless = Server::on(|mut stream, _| while stream.write_all(&[b'x'; 4096]).is_ok() {});
    assert_eq!(text(&look(endless.address), "banner").len(), 1024);
}

#[test]
fn a_closed_port_is_told_from_one_that_says_nothing() {
    let seen = look(format!("127.0.0.1:{}", closed_port()));
    assert!(!open(&seen) && text(&seen, "state") == "closed" && text(&seen, "error") == "refused");
    assert!(unobserved(&seen, "time").contains("refused") && unobserved(&seen, "banner").contains("refused"));
    // a queue of connections that nobody takes, and that is full: what comes then is dropped
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _inside = runtime.enter();
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let queued: Vec<_> =
        (0..4).map_while(|_| TcpStream::connect_timeout(&address, Duration::from_millis(300)).ok()).collect();
    assert!(queued.len() < 4, "the queue takes {}", queued.len());
    let begun = Instant::now();
    let seen = look(address);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert_eq!((text(&seen, "state").as_str(), text(&seen, "error").as_str()), ("filtered", "timeout"));
}

#[test]
fn a_target_of_any_scheme_has_a_port() {
    let server = Server::on(|_, _| ());
    let with_port = format!("postgres://user:secret@127.0.0.1:{}/shop", server.address.port());
    let seen = Bench::new().target("db", &with_port, |_| ()).observe("tcp", "target: db\n").unwrap();
    assert!(open(&seen));
    let shown = format!("{:?}", seen.evidence);
    assert!(
        !shown.contains("secret") && shown.contains(&format!("tcp://127.0.0.1:{}", server.address.port())),
        "{shown}"
    );
    let unknown = Bench::new().target("db", "zzz://127.0.0.1/", |_| ()).observe("tcp", "target: db\n").unwrap_err();
    assert_eq!(unknown.0, "the URL of target `db` has no host and port");
    let mut offline = Bench::new();
    offline.world.permit.network = false;
    assert_eq!(offline.observe("tcp", "host: h:1\n").unwrap_err().0, "not contacted: --offline");
    let problems = Bench::new().decode_problems("tcp", "host: example.org\n");
    assert!(problems[0].message.starts_with("`example.org` is not a host with its port"), "{problems:?}");
}
