//! Probe `alert`, against Alertmanager.

use std::sync::LazyLock;

use shipworthy::model::{Observation, Value};

use crate::probing::server::{Server, closed_port};
use crate::probing::{Bench, number, text, texts, unobserved, value};
use crate::servers::{Running, alertmanager};

static SERVER: LazyLock<Running> = LazyLock::new(alertmanager::start);

fn ask(url: &str, allow: bool, params: &str) -> Observation {
    let bench = Bench::new().now().target("am", url, |target| target.allow_active = allow);
    bench.observe("alert", &format!("target: am\n{params}")).unwrap()
}

fn url() -> String {
    format!("http://127.0.0.1:{}", SERVER.port)
}

fn is(seen: &Observation, fact: &str) -> bool {
    value(seen, fact) == Value::Bool(true)
}

#[test]
fn an_alertmanager_tells_about_itself() {
    let seen = ask(&url(), false, "");
    assert!(is(&seen, "reachable") && text(&seen, "cluster") == "disabled");
    assert!(text(&seen, "version").starts_with(|c: char| c.is_ascii_digit()));
    assert_eq!(texts(&seen, "receivers"), ["nobody", "team"]);
    assert_eq!(number(&seen, "receivers.integrations"), "1");
    assert_eq!((number(&seen, "silences").as_str(), seen.requests), ("0", 4));
}

#[test]
fn a_test_alert_is_delivered_only_where_that_is_allowed() {
    let refused = ask(&url(), false, "deliver: {}\n");
    assert!(unobserved(&refused, "delivered").contains("does not say `allow: [active]`"));
    assert!(is(&refused, "reachable") && refused.requests == 4);
    let seen = ask(&url(), true, "deliver: { labels: { team: shop } }\n");
    assert!(is(&seen, "delivered"), "{:?}", seen.facts);
    assert_eq!(texts(&seen, "routed"), ["team"]);
    assert!(matches!(value(&seen, "time.deliver"), Value::Number(_)));
}

#[test]
fn what_is_no_alertmanager_is_not_reached() {
    let nobody = ask(&format!("http://127.0.0.1:{}", closed_port()), true, "deliver: {}\n");
    assert!(!is(&nobody, "reachable") && unobserved(&nobody, "delivered").contains("refused"));
    let page = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>");
    let page = ask(&page.url(), true, "deliver: {}\n");
    assert!(!is(&page, "reachable") && unobserved(&page, "alerts").contains("not as an Alertmanager"));
}
