//! Tests only: real runners in a folder on disk, and reports beside a real git repository.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use crate::model::{Fact, Observation, Unknown, Value};
use crate::probe::sample::observe_folder;
use crate::probe::trial::count;

const PASSING: &str = "<testsuite><testcase name='a' time='1'/></testsuite>";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        fs::create_dir_all(dir.path().join(path).parent().unwrap()).unwrap();
        fs::write(dir.path().join(path), text).unwrap();
    }
    dir
}

fn sh(script: &str, root: &Path) -> Result<Observation, Unknown> {
    observe_folder("tests", &format!("run: [sh, -c, {script:?}]\nreport: out/*.xml"), root)
}

/// Exit code and why `failed` is not known.
fn refused(seen: &Observation) -> (Option<i64>, String) {
    match seen.facts.get("failed") {
        Fact::Unobserved(reason) => (count(seen, "exit_code"), reason),
        known => panic!("{known:?}"),
    }
}

#[test]
fn only_reports_that_the_run_wrote_count() {
    let dir = folder(&[("out/old.xml", PASSING), (".gitignore", "out/\n")]);
    let seen = sh("true", dir.path()).unwrap();
    assert_eq!(refused(&seen), (Some(0), "the run did not write `out/*.xml`: what is there is older".to_owned()));
    let seen = sh("sleep 0.02; cp out/old.xml out/new.xml", dir.path()).unwrap();
    assert_eq!((count(&seen, "total"), count(&seen, "exit_code")), (Some(1), Some(0)));
    assert!(seen.evidence.iter().any(|piece| piece.note.as_deref().is_some_and(|note| note.contains("left out"))));
    let seen = sh("sleep 0.02; touch out/old.xml out/new.xml", dir.path()).unwrap();
    assert_eq!(count(&seen, "total"), Some(2), "written again, with the same content");
}

#[test]
fn a_runner_that_fails_without_a_failed_test_is_not_believed() {
    let dir = folder(&[("r.xml", PASSING)]);
    let seen = sh("mkdir -p out; cp r.xml out/; echo no database >&2; exit 2", dir.path()).unwrap();
    assert_eq!(refused(&seen), (Some(2), "runner failed: exit 2; no test failed".to_owned()));
    assert_eq!(seen.evidence[0].note.as_deref(), Some("no database"));
    let failing =
        "mkdir -p out; echo '<testsuite><testcase name=\"b\"><failure/></testcase></testsuite>' > out/r.xml; exit 1";
    let seen = sh(failing, dir.path()).unwrap();
    assert_eq!((count(&seen, "failed"), count(&seen, "exit_code")), (Some(1), Some(1)));
    let seen = sh("kill -9 $$", dir.path()).unwrap();
    assert_eq!(seen.facts.get("exit_code"), Fact::Absent);
    assert!(
        matches!(seen.facts.get("failed"), Fact::Unobserved(why) if why.starts_with("runner failed: ended by signal 9"))
    );
}

fn git(root: &Path, arguments: &[&str]) {
    let mut command = std::process::Command::new("git");
    command.args(["-c", "user.name=x", "-c", "user.email=x@example.org"]).args(arguments).current_dir(root);
    command.env("GIT_COMMITTER_DATE", "2026-05-01T10:00:00Z");
    assert!(command.output().unwrap().status.success(), "git {arguments:?}");
}

#[test]
fn a_report_older_than_the_last_commit_is_unknown() {
    let suite = |time: &str| format!("<testsuite timestamp='{time}'><testcase name='a'/></testsuite>");
    let dir = folder(&[("old.xml", &suite("2026-05-01T09:59:59Z")), ("new.xml", &suite("2026-05-01T12:00:00+02:00"))]);
    git(dir.path(), &["init", "-q"]);
    let unborn = observe_folder("tests", "report: old.xml", dir.path()).unwrap();
    assert_eq!(count(&unborn, "total"), Some(1), "nothing is committed yet");
    git(dir.path(), &["add", "."]);
    git(dir.path(), &["commit", "-qm", "x"]);
    let stale = observe_folder("tests", "report: old.xml", dir.path()).unwrap_err();
    assert_eq!(stale.0, "`old.xml` is of 2026-05-01 09:59, older than the last commit of 2026-05-01 10:00 UTC");
    assert_eq!(count(&observe_folder("tests", "report: new.xml", dir.path()).unwrap(), "total"), Some(1));
    assert!(observe_folder("tests", "report: '*.xml'", dir.path()).is_err(), "one stale report spoils the sum");
}

/// A checkout makes every file new; a report that says no time is as old as its last commit.
#[test]
fn a_report_that_was_committed_is_as_old_as_its_commit_until_it_is_written_again() {
    let dir = folder(&[("r.xml", PASSING)]);
    git(dir.path(), &["init", "-q"]);
    git(dir.path(), &["add", "."]);
    git(dir.path(), &["commit", "-qm", "x"]);
    let doubts = |seen: &Observation| seen.evidence.last().and_then(|piece| piece.note.clone());
    let seen = observe_folder("tests", "report: r.xml", dir.path()).unwrap();
    assert_eq!(doubts(&seen).as_deref(), Some("JUnit report; as old as its last commit"));
    fs::write(dir.path().join("a"), "x").unwrap();
    git(dir.path(), &["add", "."]);
    let mut later = std::process::Command::new("git");
    later.args(["-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm", "y"]).current_dir(dir.path());
    assert!(later.env("GIT_COMMITTER_DATE", "2026-05-02T10:00:00Z").output().unwrap().status.success());
    let stale = observe_folder("tests", "report: r.xml", dir.path()).unwrap_err();
    assert_eq!(stale.0, "`r.xml` is of 2026-05-01 10:00, older than the last commit of 2026-05-02 10:00 UTC");
    fs::write(dir.path().join("r.xml"), format!("{PASSING}\n")).unwrap();
    let again = observe_folder("tests", "report: r.xml", dir.path()).unwrap();
    assert_eq!(doubts(&again).as_deref(), Some("JUnit report; age by the file system"));
}

const RUST: &str = "pub fn one() -> u32 { 1 }
#[cfg(test)]
mod tests {
    #[test] fn adds() { assert_eq!(super::one(), 1); }
    #[test] fn removes() { assert_eq!(super::one(), 2); }
    #[test] #[ignore = \"later\"] fn waits() {}
}
";

#[test]
fn the_output_of_cargo_test_is_counted() {
    let manifest = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n";
    let dir = folder(&[("Cargo.toml", manifest), ("src/lib.rs", RUST)]);
    let parameters = "run: [cargo, test, --offline, --no-fail-fast]\n";
    let seen = observe_folder("tests", parameters, dir.path()).unwrap();
    let counts = ["total", "passed", "failed", "skipped", "exit_code"].map(|fact| count(&seen, fact).unwrap());
    assert_eq!(counts, [3, 1, 1, 1, 101]);
    let first = &seen.evidence[0];
    assert_eq!(first.place.as_ref().map(|place| (place.file.as_str(), place.line)), Some(("src/lib.rs", 5)));
}

/// Total, passed, failed, skipped, exit code.
fn counted(parameters: &str, root: &Path) -> ([i64; 5], Observation) {
    let seen = observe_folder("tests", parameters, root).unwrap();
    let counts = ["total", "passed", "failed", "skipped", "exit_code"].map(|fact| count(&seen, fact).unwrap_or(-1));
    assert!(counts[0] > 0, "{:?}", seen.facts.get("total"));
    (counts, seen)
}

fn first_failure(seen: &Observation) -> (String, u32, String) {
    let first = &seen.evidence[0];
    let place = first.place.clone().unwrap_or_default();
    (place.file, place.line, first.note.clone().unwrap_or_default())
}

const PYTEST: &str = "import pytest


@pytest.mark.parametrize('order', range(381))
def test_order(order):
    assert order % 12 != 9
";

#[test]
fn pytest_is_run_and_its_31_failures_of_381_are_named_and_placed() {
    let slow = "def test_refund(record_property):\n    record_property('tag', 'slow')\n";
    let dir = folder(&[("tests/test_orders.py", PYTEST), ("tests/test_refunds.py", slow)]);
    let run = "run: [pytest, -q, -p, no:cacheprovider, --junitxml=report.xml]\nreport: report.xml\npath: tests/test_orders.py\n";
    let (counts, seen) = counted(run, dir.path());
    assert_eq!(counts, [381, 350, 31, 0, 1]);
    let Fact::Present(Value::List(failures)) = seen.facts.get("failures") else { panic!("no failures") };
    assert_eq!((failures.len(), &failures[0]), (31, &Value::Text("tests.test_orders.test_order[9]".to_owned())));
    let (file, line, note) = first_failure(&seen);
    assert_eq!((file.as_str(), line), ("tests/test_orders.py", 6));
    assert!(note.starts_with("tests.test_orders.test_order[9]: "), "{note}");
    let (slow, _) = counted("report: report.xml\ntag: slo?\n", dir.path());
    assert_eq!(slow, [1, 1, 0, 0, -1]);
    let missing = observe_folder("tests", "report: report.xml\npath: tests/test_carts.py", dir.path()).unwrap_err();
    assert_eq!(missing.0, "none of 382 tests is in `tests/test_carts.py`");
}

const NODE: &str = "import { describe, it } from 'node:test';
import assert from 'node:assert';
describe('cart', () => {
    it('adds', () => assert.equal(1 + 1, 2));
    it('removes', () => assert.equal(2 - 1, 2));
    it('waits', { skip: 'no database' }, () => {});
});
";

#[test]
fn node_is_run_and_its_failure_is_placed() {
    let dir = folder(&[("test/cart.test.mjs", NODE)]);
    let run = "run: [node, --test, --test-reporter=tap]\n";
    let (counts, seen) = counted(run, dir.path());
    assert_eq!(counts, [3, 1, 1, 1, 1]);
    let (_, _, note) = first_failure(&seen);
    assert!(note.starts_with("removes: "), "{note}");
}

/// Go wants a place for what it builds; the environment of the test has no home.
fn go(more: &str) -> String {
    let cache = std::env::temp_dir().join("shipworthy-go-cache");
    format!("run: [env, GOCACHE={}, GOFLAGS=-mod=mod, go, test, -json, ./...]\n{more}", cache.display())
}

#[test]
fn go_is_run_and_its_failure_is_placed() {
    let suite = "package cart\n\nimport \"testing\"\n\nfunc TestAdd(t *testing.T) {}\n\nfunc TestRemove(t *testing.T) {\n\tt.Errorf(\"got %d, want %d\", 2, 1)\n}\n\nfunc TestLater(t *testing.T) { t.Skip(\"no database\") }\n";
    let dir = folder(&[("go.mod", "module example.org/shop\n"), ("cart/cart_test.go", suite)]);
    let (counts, seen) = counted(&go(""), dir.path());
    assert_eq!(counts, [3, 1, 1, 1, 1]);
    let failed = "example.org/shop/cart.TestRemove: cart_test.go:8: got 2, want 1";
    assert_eq!(first_failure(&seen), ("cart/cart_test.go".to_owned(), 8, failed.to_owned()));
    let (chosen, _) = counted(&go("path: cart\nfilter: Add\n"), dir.path());
    assert_eq!(chosen[..4], [1, 1, 0, 0]);
}

const SUREFIRE: &str = "package shop;

import org.junit.*;

public class CartTest {
    @Test public void adds() { Assert.assertEquals(2, 1 + 1); }
    @Test public void removes() { Assert.assertEquals(1, 2); }
    @Ignore(\"no database\") @Test public void waits() {}
}
";

const POM: &str = "<project><modelVersion>4.0.0</modelVersion>
<groupId>org.example</groupId><artifactId>shop</artifactId><version>1</version>
<dependencies><dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.x</version></dependency></dependencies>
</project>";

/// Maven with Debian's plugins, so that nothing is downloaded; the compiler's plugin is not among them.
#[test]
fn maven_is_run_and_its_failure_is_placed() {
    let script = "mkdir -p target/test-classes && javac -cp /usr/share/java/junit4.jar -d target/test-classes src/test/java/shop/CartTest.java && exec mvn -o -q -B -Dmaven.repo.local=/usr/share/maven-repo org.apache.maven.plugins:maven-surefire-plugin:2.22.3:test";
    let dir = folder(&[("pom.xml", POM), ("src/test/java/shop/CartTest.java", SUREFIRE)]);
    let parameters = format!("run: [sh, -c, {script:?}]\nreport: target/surefire-reports/TEST-*.xml\ntimeout: 5 min");
    let (counts, seen) = counted(&parameters, dir.path());
    assert_eq!(counts, [3, 1, 1, 1, 1]);
    let failed = "shop.CartTest.removes: expected:<1> but was:<2>";
    assert_eq!(first_failure(&seen), ("src/test/java/shop/CartTest.java".to_owned(), 7, failed.to_owned()));
}
