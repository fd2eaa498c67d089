//! Tests only: every writer's report, and what must not pass for one.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::DEF;
use crate::model::{Fact, Observation, Unknown, Value};
use crate::probe::sample;
use crate::probe::trial::count;

fn observe(parameters: &str, files: &[(&str, &str)]) -> Result<Observation, Unknown> {
    sample::observe(DEF.name, parameters, files)
}

/// Where reports pass over tests that were run again, none is known to be flaky.
fn counts(seen: &Observation) -> [i64; 5] {
    ["total", "passed", "failed", "skipped", "flaky"].map(|fact| count(seen, fact).unwrap_or(0))
}

fn failures(seen: &Observation) -> Vec<String> {
    match seen.facts.get("failures") {
        Fact::Present(Value::List(names)) => names
            .into_iter()
            .map(|name| match name {
                Value::Text(name) => name,
                other => panic!("{other:?}"),
            })
            .collect(),
        other => panic!("{other:?}"),
    }
}

fn reason(parameters: &str, files: &[(&str, &str)]) -> String {
    observe(parameters, files).unwrap_err().0
}

macro_rules! report {
    ($path:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/reports-of-runners/", $path))
    };
}

/// Report, `[total, passed, failed, skipped, flaky]`, names of the failed, evidence of the first failed.
type Flavour = (&'static str, [i64; 5], &'static [&'static str], &'static str);

const JUNIT: &[Flavour] = &[
    (
        report!("junit/surefire.xml"),
        [5, 2, 2, 1, 1],
        &["com.example.CartTest.removesItem", "com.example.CartTest.opensConnection"],
        "com.example.CartTest.removesItem: expected: <1> but was: <2>",
    ),
    (
        report!("junit/pytest.xml"),
        [4, 1, 2, 1, 0],
        &["tests.test_cart.TestCart.test_remove", "tests.test_broken"],
        "tests.test_cart.TestCart.test_remove: assert 1 == 2",
    ),
    (report!("junit/jest.xml"), [3, 1, 1, 1, 0], &["cart removes"], "cart removes: Error: expect(received).toBe(2)"),
    (
        report!("junit/gotestsum.xml"),
        [3, 1, 1, 1, 0],
        &["example.org/shop/cart.TestRemove/last"],
        "example.org/shop/cart.TestRemove/last: cart_test.go:12: got 2, want 1",
    ),
    (
        report!("junit/nextest.xml"),
        [3, 2, 1, 0, 1],
        &["shop::cart.removes"],
        "shop::cart.removes: assertion `left == right` failed",
    ),
    (
        report!("junit/phpunit.xml"),
        [3, 1, 1, 1, 0],
        &["CartTest.testRemove with data set #0"],
        "CartTest.testRemove with data set #0: Failed asserting that 2 matches expected 1.",
    ),
    (
        report!("junit/rspec.xml"),
        [3, 1, 1, 1, 0],
        &["spec.cart_spec.Cart removes"],
        "spec.cart_spec.Cart removes: expected: 1",
    ),
    (report!("junit/node.xml"), [3, 1, 1, 1, 0], &["test.removes"], "test.removes: 2 == 1"),
];

#[test]
fn every_writer_of_junit_is_counted_by_its_test_cases() {
    for (report, expected, failed, shown) in JUNIT {
        let seen = observe("report: r.xml", &[("r.xml", report)]).unwrap();
        assert_eq!(counts(&seen), *expected, "{report}");
        assert_eq!(failures(&seen), *failed, "{report}");
        assert_eq!(seen.evidence[0].note.as_deref(), Some(*shown));
    }
}

#[test]
fn reports_that_git_does_not_know_are_summed() {
    let files = [("a/TEST-1.xml", report!("junit/surefire.xml")), ("a/TEST-2.xml", report!("junit/rspec.xml"))];
    let seen = observe("report: a/TEST-*.xml", &files).unwrap();
    assert_eq!(counts(&seen), [8, 3, 3, 2, 1]);
}

#[test]
fn times_are_added_and_not_guessed() {
    let seen = observe("report: r.xml", &[("r.xml", report!("junit/surefire.xml"))]).unwrap();
    assert_eq!(
        seen.facts.get("duration"),
        Fact::Present(Value::Number(crate::model::Exact::ratio(12_361, 10).unwrap()))
    );
    let untimed = "<testsuite><testcase name='a' time='1,234'/></testsuite>";
    let seen = observe("report: r.xml", &[("r.xml", untimed)]).unwrap();
    assert!(matches!(seen.facts.get("duration"), Fact::Unobserved(reason) if reason.contains("1 tests")));
    assert_eq!(seen.facts.get("exit_code"), Fact::Unobserved("nothing was run".to_owned()));
}

#[test]
fn a_failing_test_is_shown_where_it_failed_if_that_file_is_there() {
    let files = [("r.xml", report!("junit/pytest.xml")), ("tests/test_cart.py", "x")];
    let seen = observe("report: r.xml", &files).unwrap();
    let place = seen.evidence[0].place.clone().unwrap();
    assert_eq!((place.file.as_str(), place.line), ("tests/test_cart.py", 9));
    assert_eq!(seen.evidence[1].place, None);
}

#[test]
fn a_filter_counts_only_what_it_names() {
    let files = [("r.xml", report!("junit/pytest.xml"))];
    assert_eq!(counts(&observe("report: r.xml\nfilter: TestCart", &files).unwrap()), [2, 1, 1, 0, 0]);
    assert_eq!(counts(&observe("report: r.xml\nfilter: '*test_add*'", &files).unwrap()), [1, 1, 0, 0, 0]);
    assert_eq!(reason("report: r.xml\nfilter: orders", &files), "none of 4 tests is named like `orders`");
    assert_eq!(reason("report: r.xml\nfilter: test_later", &files), "no test was executed: 1 skipped");
}

#[test]
fn tags_and_files_are_asked_of_reports_that_have_them() {
    let files =
        [("r.trx", report!("trx/vstest.trx")), ("src/Shop.Tests/CartTests.cs", "x"), ("Shop/PriceTests.cs", "x")];
    let seen = observe("report: r.trx", &files).unwrap();
    assert_eq!(counts(&seen), [5, 2, 2, 1, 0]);
    assert_eq!(seen.evidence[0].place.as_ref().map(|place| place.line), Some(12));
    assert_eq!(counts(&observe("report: r.trx\ntag: data*", &files).unwrap()), [1, 0, 1, 0, 0]);
    assert_eq!(counts(&observe("report: r.trx\npath: Shop/", &files).unwrap()), [2, 1, 1, 0, 0]);
    assert_eq!(reason("report: r.trx\ntag: fast", &files), "none of 5 tests is tagged `fast`");
    let plain = [("r.xml", report!("junit/jest.xml"))];
    assert_eq!(reason("report: r.xml\ntag: slow", &plain), "the reports tag no test, so that `slow` cannot be chosen");
    let unplaced = "the reports do not say in which file 3 tests stand";
    assert_eq!(reason("report: r.xml\npath: src", &plain), unplaced);
}

#[test]
fn what_shows_no_executed_test_is_unknown() {
    for (report, expected) in [
        ("", "`r.xml` is empty"),
        (" \n", "`r.xml` is empty"),
        ("<testsuites/>", "no test was executed: the report lists none"),
        ("<testsuite tests='3'/>", "no test was executed: the report lists none"),
        ("<testsuite><testcase name='a'><skipped/></testcase></testsuite>", "no test was executed: 1 skipped"),
        ("<coverage/>", "`r.xml` is no JUnit report: its root is <coverage>"),
        ("<testsuite><testcase name='a'/>", "`r.xml` ends before every element is closed"),
        (
            "all is well",
            "`r.xml` is no test report of a known kind (JUnit XML, TRX, `go test -json`, TAP, `cargo test` output)",
        ),
        (
            "<testsuite failures='2'><testcase name='a'/></testsuite>",
            "`r.xml` contradicts itself: a suite tells of 2 failed, no test of it has failed",
        ),
    ] {
        assert_eq!(reason("report: r.xml", &[("r.xml", report)]), expected);
    }
    assert_eq!(reason("report: r.xml", &[("s.xml", "x")]), "no report: nothing is at `r.xml`");
    assert!(reason("report: r.xml", &[("r.xml", "<testsuite><testcase></testsuite>")]).contains("broken XML"));
}

#[test]
fn a_suite_that_could_not_be_set_up_has_failed() {
    let text =
        "<testsuites><testsuite name='db'><error message='no database'/><testcase name='a'/></testsuite></testsuites>";
    let seen = observe("report: r.xml", &[("r.xml", text)]).unwrap();
    assert_eq!((counts(&seen), failures(&seen)), ([2, 1, 1, 0, 0], vec!["db".to_owned()]));
}

#[test]
fn hostile_reports_end_in_a_reason() {
    let deep = "<testsuite>".repeat(200_000);
    assert_eq!(reason("report: r.xml", &[("r.xml", &deep)]), "`r.xml` is nested deeper than 1000 elements");
    let bomb = "<!DOCTYPE a [<!ENTITY b 'xxxx'><!ENTITY c '&b;&b;'>]><testsuite><testcase name='&c;'/></testsuite>";
    assert_eq!(counts(&observe("report: r.xml", &[("r.xml", bomb)]).unwrap()), [1, 1, 0, 0, 0]);
    let bare = "<testsuite><testcase name='caf\u{e9}\u{1}'><failure>\u{1b}[31mno\u{0}</failure></testcase></testsuite>";
    assert_eq!(failures(&observe("report: r.xml", &[("r.xml", bare)]).unwrap()), ["caf\u{e9}"]);
}

#[test]
fn wrong_parameters_are_problems() {
    for (yaml, message) in [
        ("filter: a", "neither `run` nor `report`"),
        ("report: ../r.xml", "`../r.xml` leads out of the repository"),
        ("run: []", "`run` names no program"),
        ("report: r.xml\nfilter: ''", "`filter` is empty"),
        ("report: r.xml\ntag: ' '", "`tag` is empty"),
        ("report: r.xml\npath: ../x", "`../x` leads out of the repository"),
    ] {
        let problems = sample::decode("tests", yaml).err().unwrap();
        assert_eq!(problems.iter().next().unwrap().message, message, "{yaml}");
    }
}
