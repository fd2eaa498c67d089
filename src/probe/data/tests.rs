//! What the `data` probe reads out of files of every format, and what it refuses.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::super::sample::{decode as decode_data, observe, observe_folder};
use super::*;
use crate::model::Exact;

const FILES: &[(&str, &str)] = &[
    ("compose.yml", "services:\n  web: { image: 'nginx:1', mem_limit: 512 MiB }\n  db: { image: pg }\n"),
    (
        "package.json",
        r#"{"version": "1.10", "engines": {"node": "v20.1"}, "limit": 250, "when": "2026-01-02", "none": null}"#,
    ),
    ("v.yaml", "python: 1.10\nflag: no\n"),
    ("v.toml", "python = 1.10\n"),
    ("a.properties", "server.port=8080\n"),
    ("bad.json", "{\n\"a\": }"),
    ("notes", "x"),
];

fn value(yaml: &str) -> Fact {
    observe("data", yaml, FILES).unwrap().facts.get("value")
}

#[test]
fn values_are_found_in_every_format_and_read_as_asked() {
    let text = |text: &str| Fact::Present(Value::Text(text.into()));
    assert_eq!(value("path: compose.yml\nat: services.web.image"), text("nginx:1"));
    assert_eq!(value("path: a.properties\nat: server.port"), text("8080"));
    assert_eq!(value("path: a.properties\nat: server.port\nas: number"), Fact::Present(Value::count(8080)));
    assert_eq!(value("path: package.json\nat: version\nas: version"), text("1.10"));
    assert_eq!(value("path: package.json\nat: engines.node\nas: version"), text("20.1"));
    assert_eq!(
        value("path: package.json\nat: limit\nunit: ms"),
        Fact::Present(Value::Number(Exact::ratio(1, 4).unwrap()))
    );
    let bytes = Fact::Present(Value::count(512 * 1024 * 1024));
    assert_eq!(value("path: compose.yml\nat: services.web.mem_limit\nas: bytes"), bytes);
    assert_eq!(
        value("path: package.json\nat: when\nas: date"),
        Fact::Present(Value::Date("2026-01-02T00:00:00Z".parse().unwrap()))
    );
}

#[test]
fn stars_give_lists_and_counts() {
    let seen = observe("data", "path: compose.yml\nat: services.*.image", FILES).unwrap();
    assert_eq!(seen.facts.get("count"), Fact::Present(Value::count(2)));
    let list = Value::List(vec![Value::Text("nginx:1".into()), Value::Text("pg".into())]);
    assert_eq!(seen.facts.get("value"), Fact::Present(list));
    let services = observe("data", "path: compose.yml\nat: services", FILES).unwrap();
    assert_eq!(services.facts.get("count"), Fact::Present(Value::count(2)));
}

#[test]
fn a_missing_file_or_place_is_an_observation_and_a_broken_file_is_not() {
    for yaml in ["path: nope.json\nat: a", "path: package.json\nat: a.b"] {
        let seen = observe("data", yaml, FILES).unwrap();
        assert_eq!(seen.facts.get("exists"), Fact::Present(Value::Bool(false)), "{yaml}");
        assert_eq!(seen.facts.get("value"), Fact::Absent, "{yaml}");
        assert_eq!(seen.facts.get("count"), Fact::Present(Value::count(0)), "{yaml}");
    }
    assert_eq!(value("path: package.json\nat: none"), Fact::Absent);
    let unknown = observe("data", "path: bad.json\nat: a", FILES).unwrap_err();
    assert_eq!(unknown.0, "bad.json:2: `}` is not JSON");
}

#[test]
fn a_text_is_never_silently_a_number() {
    let Fact::Unobserved(reason) = value("path: package.json\nat: version\nunit: ms") else { panic!() };
    assert_eq!(reason, "text `1.10` is not a number; `as: number` reads it as one");
    assert!(matches!(value("path: compose.yml\nat: services.db.image\nas: number"), Fact::Unobserved(_)));
}

#[test]
fn ignored_files_are_read_and_files_outside_are_not() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(".gitignore"), "*.toml\n").unwrap();
    std::fs::write(dir.path().join("a.toml"), "[x]\ny = 1.5\n").unwrap();
    let seen = observe_folder("data", "path: a.toml\nat: x.y", dir.path()).unwrap();
    assert_eq!(seen.facts.get("value"), Fact::Present(Value::Number(Exact::ratio(3, 2).unwrap())));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc/hostname", dir.path().join("out.ini")).unwrap();
        let unknown = observe_folder("data", "path: out.ini", dir.path()).unwrap_err();
        assert_eq!(unknown.0, "`out.ini` leads out of the repository");
    }
}

#[test]
fn wrong_parameters_are_problems_at_their_place() {
    for (yaml, message) in [
        ("path: notes", "the format of `notes` is not known by its name"),
        ("path: ../a.json", "`../a.json` leads out of the repository"),
        ("path: a.json\nat: a..b", "a name is missing before `.b`"),
        ("path: a.json\nunit: parsec", "`parsec`"),
        ("path: a.json\nunit: ms\nas: date", "`unit` is for numbers"),
    ] {
        let problems = decode_data("data", yaml).err().unwrap();
        assert!(problems.iter().next().unwrap().message.contains(message), "{yaml}: {problems:?}");
    }
}
