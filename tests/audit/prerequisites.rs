//! A live rule that is used by itself brings what it requires along, asked where the rule asks.

use super::bench::{Bench, check, outcome};

const TWO_TARGETS: &str = "version: 1
targets: { shop: { url: \"http://127.0.0.1:1\" }, admin: { url: \"http://127.0.0.1:2\" } }
areas:
  security:
    checks:
      - use: http/csp
        with: { target: shop }
      - use: http/csp
        id: csp-of-admin
        with: { target: admin }
";

#[test]
fn a_rule_is_blocked_by_the_system_it_asks_and_not_by_another() {
    let (code, report) = Bench::new(TWO_TARGETS).audit(&[]);
    assert_eq!(code, 3);
    assert_eq!(check(&report, "http/csp")["blocked_by"], "http/reachable");
    assert_eq!(check(&report, "csp-of-admin")["blocked_by"], "http/reachable@admin");
    for (id, target) in [("http/reachable", "shop"), ("http/reachable@admin", "admin")] {
        assert_eq!(check(&report, id)["target"], target);
        assert_eq!(check(&report, id)["state"], "prerequisite");
        assert_eq!(outcome(&report, id), "fail");
    }
}

#[test]
fn what_the_spec_brings_for_the_same_system_is_not_brought_again() {
    let own = "      - use: http/reachable\n        with: { target: admin }\n";
    let (_, report) = Bench::new(&format!("{TWO_TARGETS}{own}")).audit(&[]);
    assert_eq!(check(&report, "http/reachable")["state"], "enforced");
    assert_eq!(check(&report, "csp-of-admin")["blocked_by"], "http/reachable");
    assert_eq!(check(&report, "http/csp")["blocked_by"], "http/reachable@shop");
    assert_eq!(report["checks"].as_array().unwrap().len(), 4);
}
