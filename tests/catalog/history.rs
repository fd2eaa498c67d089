//! Lays a fixture out as a repository of its own: a copy, so that this project's own history is not its history, or two
//! commits, the first of which is what `origin/HEAD` names, or one commit of today, in whose files `@TODAY@` is that day.

use std::fs;
use std::path::Path;
use std::process::Command;

/// A day long past.
const PAST: &str = "2020-05-01T10:00:00Z";

/// Copies a fixture's tree; one of `before/` and `after/` becomes a git repository with both as commits of the past, one of
/// `today/` a repository with a commit of today.
pub(crate) fn lay_out(fixture: &Path, root: &Path) {
    let today = fixture.join("today");
    if today.is_dir() {
        git(root, &["init", "-q", "-b", "main"]);
        copy(&today, root);
        write_day(root);
        return commit_all(root, None);
    }
    let (before, after) = (fixture.join("before"), fixture.join("after"));
    if !(before.is_dir() && after.is_dir()) {
        return copy(fixture, root);
    }
    git(root, &["init", "-q", "-b", "main"]);
    commit(&before, root, Some(PAST));
    git(root, &["update-ref", "refs/remotes/origin/HEAD", "HEAD"]);
    commit(&after, root, Some(PAST));
}

fn commit(tree: &Path, root: &Path, day: Option<&str>) {
    copy(tree, root);
    commit_all(root, day);
}

fn commit_all(root: &Path, day: Option<&str>) {
    git(root, &["add", "-A"]);
    run_git(root, &["commit", "-qm", "fixture"], day);
}

fn git(root: &Path, arguments: &[&str]) {
    run_git(root, arguments, None);
}

fn run_git(root: &Path, arguments: &[&str], day: Option<&str>) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=x", "-c", "user.email=x@example.org"]).args(arguments).current_dir(root);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").envs(day.map(|day| ("GIT_COMMITTER_DATE", day)));
    assert!(command.output().unwrap().status.success(), "git {arguments:?}");
}

/// A day that is written in a document grows old; the fixtures' do not.
fn write_day(folder: &Path) {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.file_name() != ".git") {
        if entry.file_type().unwrap().is_dir() {
            write_day(&entry.path());
        } else if let Ok(text) = fs::read_to_string(entry.path())
            && text.contains("@TODAY@")
        {
            fs::write(entry.path(), text.replace("@TODAY@", &today)).unwrap();
        }
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
