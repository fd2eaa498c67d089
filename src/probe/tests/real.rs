//! Tests only: what real runners wrote is counted as they themselves counted it. Each report is of a small project with
//! tests that pass, fail, error, are skipped, are parametrised, fail the first time only, and cannot be set up.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::DEF;
use crate::model::{Fact, Observation, Unknown, Value};
use crate::probe::sample;
use crate::probe::trial::count;

macro_rules! real {
    ($name:literal) => {
        ($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/reports-of-runners/real/", $name)))
    };
}

/// Name and text, `[total, passed, failed, skipped]`, flaky where it is known, and the first failure as it is shown.
type Report = ((&'static str, &'static str), [i64; 4], Option<i64>, &'static str);

const REPORTS: &[Report] = &[
    // pytest 9.2.0 with rerunfailures 16.7: 5 failed, 8 passed, 1 skipped, 1 xfailed, 1 xpassed, 3 errors in 14 tests. It
    // counts a test once for itself and once for its teardown, and subtests with the passed ones.
    (real!("pytest-rerun.xml"), [14, 5, 7, 2], Some(1), "tests.test_cart.TestCart.test_removes: assert 2 == 1"),
    // 1 error: a test file that could not be loaded.
    (real!("pytest-broken.xml"), [1, 0, 1, 0], Some(0), "tests.test_broken: SyntaxError: invalid syntax"),
    // jest 29.7, jest-junit 17: 4 failed, 1 skipped, 1 todo, 5 passed, 11 total.
    (
        real!("jest.xml"),
        [11, 5, 4, 2],
        None,
        "cart removes: Error: expect(received).toBe(expected) // Object.is equality",
    ),
    // Two test files that could not be loaded have failed as well.
    (
        real!("jest-suite-errors.xml"),
        [12, 4, 6, 2],
        None,
        "cart removes: Error: expect(received).toBe(expected) // Object.is equality",
    ),
    // vitest 3.2.7: 2 failed, 6 passed, 3 skipped, 1 todo (12); besides two files that could not be loaded and a group that
    // could not be set up.
    (
        real!("vitest.tap"),
        [15, 6, 5, 4],
        None,
        "broken.test.js: Failed to parse source for import analysis because the content contains invalid JS syntax. If you are using JSX, make sure to name the file with the .jsx or .tsx extension.",
    ),
    (
        real!("vitest.xml"),
        [15, 6, 5, 4],
        None,
        "broken.test.js: Failed to parse source for import analysis because the content contains invalid JS syntax. If you are using JSX, make sure to name the file with the .jsx or .tsx extension.",
    ),
    // node 20.20.2: tests 13, pass 3, fail 4, cancelled 2, skipped 1, todo 3.
    (real!("node.tap"), [13, 3, 6, 4], Some(0), "/builds/shop/broken.test.mjs: test failed"),
    // gotestsum 1.8.2 with --rerun-fails=2.
    (
        real!("gotestsum-rerun.xml"),
        [10, 6, 3, 1],
        Some(1),
        "example.org/shop/cart.TestRemoves/two_words: cart_test.go:18: got 4, want 5",
    ),
    (
        real!("go-rerun.jsonl"),
        [10, 6, 3, 1],
        Some(1),
        "example.org/shop/cart.TestRemoves/two_words: cart_test.go:18: got 4, want 5",
    ),
    // go 1.19.8, which says of a package that does not build nothing but one line; gotestsum: 12 tests, 1 skipped, 5
    // failures, 1 error.
    (real!("go-1.19.jsonl"), [13, 6, 6, 1], Some(0), "example.org/shop/broken: build failed"),
    // PHPUnit 9.6.7: Tests: 13, Errors: 3, Failures: 2, Skipped: 3, Incomplete: 1, Risky: 1.
    (real!("phpunit.xml"), [13, 4, 5, 4], Some(0), "BeforeTest.testReads: RuntimeException: no store"),
    // RSpec 3.12 with rspec_junit_formatter 0.4.1: 11 examples, 6 failures, 3 pending.
    (real!("rspec.xml"), [11, 2, 6, 3], Some(0), "spec.cart_spec.Cart removes: expected: 1"),
    // cargo-nextest 0.9.143: 9 tests run: 4 passed (1 flaky), 4 failed, 1 timed out.
    (
        real!("nextest.xml"),
        [9, 4, 5, 0],
        Some(1),
        "shop.tests::does_not_panic: note: test did not panic as expected at src/lib.rs:43:8",
    ),
    // Test::More of Perl 5.36; prove counts a subtest with its parent.
    (real!("perl.tap"), [7, 2, 2, 3], Some(0), "removes # not a directive"),
    (
        real!("libtest.txt"),
        [7, 2, 4, 1],
        Some(0),
        "tests::does_not_panic: note: test did not panic as expected at src/lib.rs:43:8",
    ),
    (
        real!("libtest.jsonl"),
        [7, 3, 3, 1],
        Some(0),
        "tests::does_not_panic: test did not panic as expected at src/lib.rs:43:8",
    ),
];

fn observe(report: &str) -> Result<Observation, Unknown> {
    sample::observe(DEF.name, "report: r", &[("r", report)])
}

fn counts(seen: &Observation) -> [i64; 4] {
    ["total", "passed", "failed", "skipped"].map(|fact| count(seen, fact).unwrap())
}

#[test]
fn every_runner_is_counted_as_it_counts_itself() {
    for ((name, report), expected, flaky, first) in REPORTS {
        let seen = observe(report).unwrap();
        assert_eq!(counts(&seen), *expected, "{name}");
        assert_eq!(count(&seen, "flaky"), *flaky, "{name}");
        let failures = match seen.facts.get("failures") {
            Fact::Present(Value::List(names)) => names.len(),
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(i64::try_from(failures), Ok(expected[2]), "{name}");
        let shown = seen.evidence.iter().find_map(|piece| piece.fingerprint.as_ref().and(piece.note.as_deref()));
        assert_eq!(shown, Some(*first), "{name}");
    }
}

#[test]
fn surefire_counts_nine_tests_with_one_flake() {
    let files = [
        ("t/TEST-Cart.xml", real!("surefire-Cart.xml").1),
        ("t/TEST-Rounds.xml", real!("surefire-Rounds.xml").1),
        ("t/TEST-Store.xml", real!("surefire-Store.xml").1),
        ("src/test/java/shop/StoreTest.java", "x"),
    ];
    let seen = sample::observe(DEF.name, "report: t/*.xml", &files).unwrap();
    assert_eq!((counts(&seen), count(&seen, "flaky")), ([9, 3, 4, 2], Some(1)));
    let placed = seen.evidence.iter().filter_map(|piece| piece.place.as_ref()).find(|place| place.line > 0);
    assert_eq!(placed.map(|place| (place.file.as_str(), place.line)), Some(("src/test/java/shop/StoreTest.java", 6)));
}

/// node leaves out of its JUnit a test that fails beside its subtests, and tells of it in a comment.
#[test]
fn a_report_that_lists_fewer_failed_tests_than_it_tells_of_is_unknown() {
    let wrong = observe(real!("node.xml").1).unwrap_err();
    assert_eq!(wrong.0, "`r` contradicts itself: it tells of 6 failed tests and lists 5");
    let honest = real!("node.xml").1.replace("<!-- fail 4 -->", "<!-- fail 3 -->");
    assert_eq!(counts(&observe(&honest).unwrap()), [13, 4, 5, 4]);
}

#[test]
fn places_are_those_that_the_runner_names() {
    for ((_, report), file, line) in [
        (real!("pytest-broken.xml"), "tests/test_broken.py", 1),
        (real!("vitest.xml"), "cart.test.js", 5),
        (real!("vitest.tap"), "cart.test.js", 5),
        (real!("nextest.xml"), "src/lib.rs", 43),
        (real!("libtest.txt"), "src/lib.rs", 43),
        (real!("libtest.jsonl"), "src/lib.rs", 43),
    ] {
        let seen = sample::observe(DEF.name, "report: r", &[("r", report), (file, "x")]).unwrap();
        let placed = seen.evidence.iter().filter_map(|piece| piece.place.as_ref()).find(|place| place.line > 0);
        assert_eq!(placed.map(|place| (place.file.as_str(), place.line)), Some((file, line)));
    }
}

#[test]
fn what_jest_leaves_out_is_said_and_a_test_repeated_with_count_is_not_one_that_was_run_again() {
    let doubt = |report: &str| {
        let seen = observe(report).unwrap();
        seen.evidence
            .iter()
            .any(|piece| piece.note.as_deref().is_some_and(|note| note.contains("reportTestSuiteErrors")))
    };
    assert_eq!((doubt(real!("jest.xml").1), doubt(real!("jest-suite-errors.xml").1)), (true, false));
    let twice = "<testsuite><properties><property name='go.version' value='go1.24'/></properties>\
        <testcase classname='a' name='T'><failure/></testcase><testcase classname='a' name='U'/>\
        <testcase classname='a' name='U'/><testcase classname='a' name='T'/></testsuite>";
    let seen = observe(twice).unwrap();
    assert_eq!((counts(&seen), count(&seen, "flaky")), ([4, 3, 1, 0], Some(0)));
}
