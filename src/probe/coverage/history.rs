//! Tests only: reports beside a real git repository.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use crate::model::{Fact, Value};
use crate::probe::sample::observe_folder;
use crate::probe::trial::{count, percent};

fn git(root: &Path, arguments: &[&str]) {
    let mut command = std::process::Command::new("git");
    command.args(["-c", "user.name=x", "-c", "user.email=x@example.org"]).args(arguments).current_dir(root);
    command.env("GIT_COMMITTER_DATE", "2020-05-01T10:00:00Z");
    assert!(command.output().unwrap().status.success(), "git {arguments:?}");
}

fn repository() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    fs::create_dir(root.join("src")).unwrap();
    fs::write(root.join("src/a.py"), "one\ntwo\nthree\n").unwrap();
    git(root, &["init", "-q", "-b", "main"]);
    git(root, &["add", "."]);
    git(root, &["commit", "-qm", "first"]);
    git(root, &["checkout", "-qb", "topic"]);
    fs::write(root.join("src/a.py"), "one\nTWO\nthree\nfour\n# five\n").unwrap();
    fs::write(root.join("src/b.py"), "+++ c.py\n@@ -1 +1,9 @@\n").unwrap();
    git(root, &["add", "."]);
    git(root, &["commit", "-qm", "second"]);
    fs::write(
        root.join("lcov.info"),
        "SF:src/a.py\nDA:1,0\nDA:2,1\nDA:3,0\nDA:4,0\nend_of_record\nSF:src/b.py\nDA:1,1\nend_of_record\n",
    )
    .unwrap();
    dir
}

#[test]
fn only_lines_that_changed_since_the_base_count_as_changed() {
    let dir = repository();
    let seen = observe_folder("coverage", "report: lcov.info\nbase: main", dir.path()).unwrap();
    assert_eq!(["changed.covered", "changed.total"].map(|fact| count(&seen, fact)), [Some(2), Some(3)]);
    assert!(
        matches!(seen.facts.get("changed.line"), Fact::Present(Value::Number(share)) if share.to_string() == "2/3")
    );
    assert_eq!(count(&seen, "total"), Some(5));
}

#[test]
fn nothing_changed_and_an_unknown_base_are_not_observations() {
    let dir = repository();
    let reason = |base: &str| {
        let seen = observe_folder("coverage", &format!("report: lcov.info\nbase: {base}"), dir.path()).unwrap();
        match seen.facts.get("changed.line") {
            Fact::Unobserved(reason) => reason,
            known => panic!("{known:?}"),
        }
    };
    assert_eq!(reason("HEAD"), "no line that could be executed was changed since `HEAD`");
    assert_eq!(reason("origin/main"), "git knows no commit `origin/main` here");
}

#[test]
fn sums_without_lines_cannot_tell_of_changes() {
    let dir = repository();
    fs::write(dir.path().join("lcov.info"), "SF:src/a.py\nLF:4\nLH:1\nend_of_record\n").unwrap();
    let seen = observe_folder("coverage", "report: lcov.info\nbase: main", dir.path()).unwrap();
    let why = "the report sums up `src/a.py` and does not tell its lines";
    assert_eq!(seen.facts.get("changed.line"), Fact::Unobserved(why.to_owned()));
    assert_eq!(count(&seen, "covered"), Some(1));
}

fn said(seen: &crate::model::Observation, fact: &str) -> Vec<String> {
    let about = seen.evidence.iter().filter(|piece| piece.fact.as_deref() == Some(fact));
    about
        .map(|piece| {
            let place = piece.place.as_ref().map(|place| format!("{}:{} ", place.file, place.line));
            place.unwrap_or_default() + piece.note.as_deref().unwrap_or_default()
        })
        .collect()
}

#[test]
fn changed_lines_that_were_not_executed_are_shown_and_files_that_no_report_lists_are_counted() {
    let dir = repository();
    fs::write(dir.path().join("src/new.py"), "def f():\n    return 1\n").unwrap();
    fs::write(dir.path().join("notes.md"), "x\n").unwrap();
    git(dir.path(), &["add", "."]);
    git(dir.path(), &["commit", "-qm", "third"]);
    let seen = observe_folder("coverage", "report: lcov.info\nbase: main", dir.path()).unwrap();
    assert_eq!(count(&seen, "changed.unreported"), Some(1));
    assert_eq!(
        said(&seen, "changed.line"),
        [
            "2 of 3 changed lines since `main` were executed; 1 changed files are in no report, such as `src/new.py`",
            "src/a.py:4 was not executed",
        ]
    );
}

#[test]
fn a_file_that_only_moved_was_not_changed() {
    let dir = repository();
    git(dir.path(), &["checkout", "-qb", "moved"]);
    git(dir.path(), &["mv", "src/a.py", "src/moved.py"]);
    git(dir.path(), &["commit", "-qm", "moved"]);
    let report = "SF:src/moved.py\nDA:1,0\nDA:2,1\nend_of_record\nSF:src/b.py\nDA:1,1\nend_of_record\n";
    fs::write(dir.path().join("lcov.info"), report).unwrap();
    let seen = observe_folder("coverage", "report: lcov.info\nbase: topic", dir.path()).unwrap();
    assert_eq!(["changed.covered", "changed.total"].map(|fact| count(&seen, fact)), [Some(0), Some(0)]);
    assert_eq!(count(&seen, "changed.unreported"), Some(0));
}

#[test]
fn a_base_that_git_does_not_know_and_few_changed_lines_ask_for_nothing() {
    let dir = repository();
    for base in ["origin/HEAD", "main"] {
        let seen = observe_folder("coverage", &format!("report: lcov.info\nbase: {base}"), dir.path()).unwrap();
        assert_eq!(count(&seen, "changed.short"), Some(0), "{base}");
        // Nothing of two fifths of the lines.
        assert_eq!(said(&seen, "changed.short").len(), 1, "{base}");
        assert_eq!(percent(&seen, "coverage_credit"), Some(0), "{base}");
    }
    fs::write(dir.path().join("src/b.py"), "x\n".repeat(30)).unwrap();
    git(dir.path(), &["commit", "-qam", "third"]);
    let lines: String = (1..=30).map(|line| format!("DA:{line},{}\n", u8::from(line <= 12))).collect();
    let report = format!("SF:src/a.py\nDA:1,1\nend_of_record\nSF:src/b.py\n{lines}end_of_record\n");
    fs::write(dir.path().join("lcov.info"), report).unwrap();
    let seen = observe_folder("coverage", "report: lcov.info\nbase: main\nfloor: 0\nline_min: 40", dir.path()).unwrap();
    assert_eq!((count(&seen, "changed.short"), percent(&seen, "coverage_credit")), (Some(12), Some(50)));
}

#[test]
fn files_that_a_program_wrote_or_that_are_gone_do_not_count() {
    let dir = repository();
    fs::create_dir(dir.path().join("vendor")).unwrap();
    fs::write(dir.path().join("vendor/x.py"), "x = 1\n").unwrap();
    let file = |path: &str, hit: u8| format!("SF:{path}\nDA:1,{hit}\nend_of_record\n");
    let report = [file("src/a.py", 1), file("vendor/x.py", 0), file("src/gone.py", 0)].concat();
    fs::write(dir.path().join("lcov.info"), report).unwrap();
    let seen = observe_folder("coverage", "report: lcov.info", dir.path()).unwrap();
    assert_eq!(["left_out", "files", "covered", "total"].map(|fact| count(&seen, fact)), [2, 1, 1, 1].map(Some));
}
