//! Tests only: real runners in a folder on disk, and reports beside a real git repository.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use crate::model::{Fact, Observation, Unknown};
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

const UNITTEST: &str = r#"
import sys, time, unittest
from xml.sax.saxutils import quoteattr

class Cart(unittest.TestCase):
    def test_add(self): self.assertEqual(1 + 1, 2)
    def test_remove(self): self.assertEqual(2 - 1, 2)
    @unittest.skip("no database")
    def test_later(self): pass

class Result(unittest.TestResult):
    cases = []
    def addSuccess(self, test): self.cases.append((test, ""))
    def addSkip(self, test, reason): self.cases.append((test, "<skipped message=%s/>" % quoteattr(reason)))
    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.cases.append((test, "<failure message=%s/>" % quoteattr(str(error[1]))))

result = Result()
unittest.defaultTestLoader.loadTestsFromTestCase(Cart).run(result)
with open("report.xml", "w") as out:
    out.write("<testsuite>")
    for test, inner in result.cases:
        out.write("<testcase classname='Cart' name='%s'>%s</testcase>" % (test._testMethodName, inner))
    out.write("</testsuite>")
sys.exit(not result.wasSuccessful())
"#;

#[test]
fn a_python_suite_is_run_and_counted() {
    let dir = folder(&[("suite.py", UNITTEST)]);
    let seen = observe_folder("tests", "run: [python3, suite.py]\nreport: report.xml", dir.path()).unwrap();
    let counts = ["total", "passed", "failed", "skipped", "exit_code"].map(|fact| count(&seen, fact).unwrap());
    assert_eq!(counts, [3, 1, 1, 1, 1]);
    assert_eq!(seen.evidence[0].note.as_deref(), Some("Cart.test_remove: 1 != 2"));
    assert!(matches!(seen.facts.get("duration"), Fact::Present(_)));
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
