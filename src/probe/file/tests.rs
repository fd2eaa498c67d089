//! What the probe sees of files that a test lays down.

#![allow(clippy::unwrap_used, reason = "tests")]
use super::super::sample::{decode as decode_file, look, observe, observe_folder};
use super::*;

fn present(facts: &Facts, name: &str) -> Value {
    match facts.get(name) {
        Fact::Present(value) => value,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn a_path_that_does_not_exist_is_an_observation() {
    let seen = observe("file", "path: nope", &[("a", "")]).unwrap();
    assert_eq!(present(&seen.facts, "exists"), Value::Bool(false));
    assert_eq!(present(&seen.facts, "count"), Value::count(0));
    assert_eq!(seen.facts.get("size"), Fact::Absent);
    assert_eq!(seen.evidence[0].note.as_deref(), Some("`nope` does not exist"));
}

#[test]
fn a_glob_counts_and_sums_and_stays_in_its_component() {
    let files = [("a/x.md", "12"), ("a/b/y.md", "345"), ("b/z.md", "6")];
    let seen = observe("file", "glob: '**/*.md'\nexclude: [b/**]", &files).unwrap();
    assert_eq!(present(&seen.facts, "count"), Value::count(2));
    assert_eq!(present(&seen.facts, "size"), Value::count(5));
    assert!(matches!(seen.facts.get("sha256"), Fact::Unobserved(reason) if reason.contains("2 files match")));
    assert_eq!(present(&seen.facts, "empty"), Value::count(0));
    let hollow = observe("file", "glob: '*.md'", &[("a.md", ""), ("b.md", "x"), ("c.md", "")]).unwrap();
    assert_eq!((present(&hollow.facts, "count"), present(&hollow.facts, "empty")), (Value::count(3), Value::count(2)));
    let below = look("file", "glob: '*.md'", Tree::from_memory(files), "a").unwrap();
    assert_eq!(present(&below.facts, "count"), Value::count(1));
}

#[cfg(unix)]
#[test]
fn an_ignored_file_is_found_by_its_path_with_mode_and_hash() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(".gitignore"), "out\n").unwrap();
    fs::write(dir.path().join("out"), "abc").unwrap();
    fs::set_permissions(dir.path().join("out"), fs::Permissions::from_mode(0o640)).unwrap();
    let seen = observe_folder("file", "path: ./out", dir.path()).unwrap();
    assert_eq!(present(&seen.facts, "mode"), Value::Text("0640".into()));
    let sha = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(present(&seen.facts, "sha256"), Value::Text(sha.into()));
    assert!(seen.evidence[0].note.as_deref().unwrap().contains("not tracked by git"));
    let by_glob = observe_folder("file", "glob: out", dir.path()).unwrap();
    assert_eq!(present(&by_glob.facts, "exists"), Value::Bool(false), "globs look at the source set");
}

#[test]
fn a_tracked_file_is_as_old_as_its_commit() {
    let dir = tempfile::tempdir().unwrap();
    let git = |args: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.args(["-c", "user.name=x", "-c", "user.email=x@example.org"]).args(args).current_dir(dir.path());
        command.env("GIT_COMMITTER_DATE", "2026-05-31T00:00:00Z");
        assert!(command.output().unwrap().status.success(), "git {args:?}");
    };
    fs::write(dir.path().join("a.md"), "x").unwrap();
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "x"]);
    let seen = observe_folder("file", "path: a.md", dir.path()).unwrap();
    assert_eq!(present(&seen.facts, "age"), Value::count(86_400));
    assert_eq!(seen.evidence[0].age_s, Some(86_400));
    assert_eq!(seen.evidence[0].note.as_deref(), Some("changed 2026-05-31 (its last commit)"));
}

#[test]
fn wrong_parameters_are_problems() {
    for (yaml, message) in [
        ("path: ../x", "`../x` leads out of the repository"),
        ("path: ''", "`path` is empty"),
        ("path: a\nglob: b", "both `path` and `glob`"),
        ("timeout: 1 s", "neither `path` nor `glob`"),
        ("path: a\nexclude: [b]", "`exclude` needs `glob`"),
    ] {
        let problems = decode_file("file", yaml).err().unwrap();
        assert_eq!(problems.iter().next().unwrap().message, message, "{yaml}");
    }
}

#[test]
fn nothing_there_is_unobserved_where_absence_tells_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let unknown = observe_folder("file", "glob: 'cliff.toml'\nabsence: unknown", folder.path()).err().unwrap();
    assert_eq!(unknown.0, "no file matches `cliff.toml`; it may be kept elsewhere");
    fs::write(folder.path().join("cliff.toml"), "x").unwrap();
    let seen = observe_folder("file", "glob: 'cliff.toml'\nabsence: unknown", folder.path()).unwrap();
    assert_eq!(present(&seen.facts, "count"), Value::count(1));
}
