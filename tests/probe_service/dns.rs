//! Probe `dns`, against a server of our own.

use std::time::{Duration, Instant};

use shipworthy::model::{Observation, Value};

use crate::probing::{Bench, absent, number, text, texts, unobserved, value};
use crate::servers::dns::{Manner, start};

const ZONE: &str = "shop.test A 192.0.2.7\n\
    shop.test A 192.0.2.1\n\
    shop.test AAAA 2001:db8::1\n\
    shop.test MX mail.shop.test\n\
    shop.test NS ns1.shop.test\n\
    shop.test TXT v=spf1 mx -all\n\
    shop.test CAA ca.test\n\
    _dmarc.shop.test TXT v=DMARC1; p=reject\n\
    www.shop.test CNAME shop.test\n\
    broken.test - SERVFAIL";

fn ask(manner: Manner, name: &str) -> Observation {
    ask_within(manner, name, Duration::from_secs(20))
}

fn ask_within(manner: Manner, name: &str, limit: Duration) -> Observation {
    let port = start(manner);
    Bench::new().limit(limit).observe("dns", &format!("name: {name}\nserver: 127.0.0.1:{port}\n")).unwrap()
}

fn zone() -> Manner {
    Manner { zone: ZONE.to_owned(), ..Manner::default() }
}

fn is(seen: &Observation, fact: &str) -> bool {
    value(seen, fact) == Value::Bool(true)
}

#[test]
fn a_name_is_told_by_its_records() {
    let seen = ask(zone(), "shop.test");
    assert!(is(&seen, "answered") && is(&seen, "exists") && absent(&seen, "error") && absent(&seen, "cname"));
    assert_eq!(texts(&seen, "a"), ["192.0.2.1", "192.0.2.7"]);
    assert_eq!(texts(&seen, "aaaa"), ["2001:db8::1"]);
    assert_eq!(number(&seen, "addresses"), "3");
    assert_eq!((texts(&seen, "mx"), texts(&seen, "ns")), (vec!["mail.shop.test".into()], vec!["ns1.shop.test".into()]));
    assert_eq!((text(&seen, "spf").as_str(), text(&seen, "dmarc").as_str()), ("v=spf1 mx -all", "reject"));
    assert_eq!((texts(&seen, "caa.issue"), text(&seen, "caa.at").as_str()), (vec!["ca.test".into()], "shop.test"));
    assert_eq!((text(&seen, "code").as_str(), number(&seen, "ttl").as_str()), ("NOERROR", "300"));
    assert!(matches!(value(&seen, "time"), Value::Number(_)) && seen.requests == 7);
}

#[test]
fn a_name_inside_a_zone_takes_its_authorities_from_above() {
    let seen = ask(zone(), "www.shop.test");
    assert_eq!(text(&seen, "cname"), "shop.test");
    assert_eq!((texts(&seen, "caa.issue"), text(&seen, "caa.at").as_str()), (vec!["ca.test".into()], "shop.test"));
    assert!(absent(&seen, "spf") && absent(&seen, "dmarc"));
}

#[test]
fn a_name_that_does_not_exist_is_an_observation_and_a_failing_server_is_not() {
    let none = ask(zone(), "nowhere.test");
    assert!(is(&none, "answered") && !is(&none, "exists") && text(&none, "code") == "NXDOMAIN");
    assert_eq!(number(&none, "addresses"), "0");
    assert!(absent(&none, "caa.issue") && absent(&none, "ttl"));
    let broken = ask(zone(), "broken.test");
    assert_eq!(text(&broken, "code"), "SERVFAIL");
    for fact in ["exists", "addresses"] {
        unobserved(&broken, fact);
    }
    assert_eq!(unobserved(&broken, "a"), "the server says SERVFAIL");
}

#[test]
fn an_answer_that_does_not_fit_is_asked_for_again() {
    let seen = ask(Manner { truncates: true, ..zone() }, "shop.test");
    assert_eq!((number(&seen, "addresses").as_str(), seen.requests), ("3", 14));
}

#[test]
fn a_lost_datagram_is_sent_again_and_a_forged_one_passed_over() {
    let seen = ask(Manner { deaf: 1, forges: true, ..zone() }, "shop.test");
    assert_eq!((number(&seen, "addresses").as_str(), seen.requests), ("3", 8));
}

#[test]
fn a_slow_server_ends_at_the_limit() {
    let begun = Instant::now();
    let seen = ask_within(Manner { delay: Duration::from_secs(30), ..zone() }, "shop.test", Duration::from_secs(1));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(!is(&seen, "answered") && text(&seen, "error") == "timeout");
    assert!(unobserved(&seen, "addresses").contains("did not answer within 1 s"), "{}", unobserved(&seen, "addresses"));
}

#[test]
fn a_server_that_is_not_there_refuses() {
    let port = crate::probing::server::closed_port();
    let seen = Bench::new().observe("dns", &format!("name: shop.test\nserver: 127.0.0.1:{port}\n")).unwrap();
    assert!(!is(&seen, "answered") && text(&seen, "error") == "refused");
}

#[test]
fn garbage_is_no_answer() {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut buffer = [0; 512];
        while let Ok((_, from)) = socket.recv_from(&mut buffer) {
            // its number, and then nothing that could be read
            let _ = socket.send_to(&[&buffer[..2], &[0xff; 9]].concat(), from);
        }
    });
    let seen = Bench::new().observe("dns", &format!("name: shop.test\nserver: 127.0.0.1:{port}\n")).unwrap();
    assert!(!is(&seen, "answered") && text(&seen, "error") == "protocol");
}

#[test]
fn a_target_names_server_and_name() {
    let port = start(zone());
    let url = format!("dns://127.0.0.1:{port}/shop.test");
    let seen = Bench::new().target("names", &url, |_| ()).observe("dns", "target: names\n").unwrap();
    assert_eq!(number(&seen, "addresses"), "3");
    let web = Bench::new().target("web", "https://shop.test", |_| ());
    let seen = web.observe("dns", &format!("target: web\nserver: 127.0.0.1:{port}\n")).unwrap();
    assert_eq!(number(&seen, "addresses"), "3");
    let bare = Bench::new().target("web", "https://192.0.2.1", |_| ()).observe("dns", "target: web\n");
    assert!(bare.unwrap_err().0.contains("has no name that DNS could know"));
}
