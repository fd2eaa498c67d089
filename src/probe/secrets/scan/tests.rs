//! Tests of the scan of one file.

use super::*;
use crate::world::Tree;

const KEY: &str = "dGhpcyBpcyBub3QgYSBrZXkgYXQgYWxsLCBpdCBvbmx5IGhhcyB0aGUgc2hhcGUgb2Ygb25lIDEyMzQ1Njc4OTA=";

fn look(path: &str, class: Class, text: &str) -> Scanned {
    let tree = Tree::from_memory([(path, text)]);
    let mut entry = tree.entries()[0].clone();
    entry.class = class;
    scan(&FileBytes::new(&entry, text.as_bytes())).unwrap_or_default()
}

fn found(path: &str, class: Class, text: &str) -> Vec<(&'static str, Certainty)> {
    look(path, class, text).iter().map(|one| (one.finding.fact, one.finding.certainty)).collect()
}

fn key() -> String {
    format!("-----BEGIN PRIVATE KEY-----\n{KEY}\n-----END PRIVATE KEY-----\n")
}

#[test]
fn the_same_key_is_certain_in_source_and_a_hint_in_a_fixture() {
    assert_eq!(found("deploy/id_rsa", Class::Src, &key()), vec![("key_files", Certainty::Certain)]);
    assert_eq!(found("tests/key.pem", Class::Test, &key()), vec![("key_files", Certainty::Hint)]);
    for settings in ["config/dev.exs", "config/test.exs", "api/appsettings.Development.json"] {
        assert_eq!(found(settings, Class::Src, &key()), vec![("key_files", Certainty::Hint)], "{settings}");
    }
    assert_eq!(found("config/runtime.exs", Class::Src, &key()), vec![("key_files", Certainty::Certain)]);
    let login = "machine shop.test\nlogin shop\npassword Tr0ub4dor9\n";
    assert_eq!(found("home/.netrc", Class::Src, login), vec![("key_files", Certainty::Certain)]);
    assert_eq!(found("tests/fixtures/.netrc", Class::Fixture, login), vec![("key_files", Certainty::Hint)]);
}

#[test]
fn an_env_file_counts_its_real_values_only() {
    let text = "DB_PASSWORD=Tr0ub4dor9\nSECRET_KEY=changethis\nAPI_TOKEN=\nDEBUG=1\nSMTP_PASSWORD=${X}\nKAFKA_PASSWORD=CLUSTER_API_SECRET\n";
    assert_eq!(found(".env", Class::Src, text), vec![("env_files", Certainty::Certain)]);
    assert!(found(".env.example", Class::Src, text).is_empty());
    assert!(found(".env.tpl", Class::Src, text).is_empty() && found(".env.tmpl", Class::Src, text).is_empty());
    let template = "<% if (session_token = `op signin --account Zx81Spectrum9`) %>\nAPI_TOKEN=<%= `op read x` %>\n";
    assert!(found(".env.erb", Class::Src, template).is_empty());
    assert!(found("tests/.env.ci.mysql", Class::Test, text).is_empty());
}

#[test]
fn an_address_needs_a_real_host_and_a_real_password() {
    assert_eq!(
        found("a.py", Class::Src, "u = 'postgres://app:Zx81Spectrum9@db.prod.shop.io/x'"),
        vec![("tokens", Certainty::Likely)]
    );
    assert_eq!(found("a.py", Class::Src, "redis://:Zx81Spectrum9@cache.prod.shop.io:6379").len(), 1, "without a user");
    for text in
        ["postgres://postgres:postgres@db:5432", "redis://a:secret123@localhost", "https://user:password1@example.com"]
    {
        assert!(found("a.py", Class::Src, text).is_empty(), "{text}");
    }
}

#[test]
fn logins_that_tools_keep_are_found() {
    let docker = "{\"auths\": {\"r.test\": {\"auth\": \"dXNlcjpaeDgxU3BlY3RydW05\"}}}";
    let pgpass = "# host:port:database:user:password\ndb.test:5432:*:app:Zx81Spectrum9\n";
    for (path, text) in [("a/.docker/config.json", docker), (".dockercfg", docker), (".pgpass", pgpass)] {
        assert_eq!(found(path, Class::Src, text).len(), 1, "{path}");
    }
    assert!(found("app/config.json", Class::Src, docker).is_empty());
}

#[test]
fn an_inline_comment_with_a_reason_makes_a_finding_less_sure_and_each_is_listed() {
    for (reason, certainty) in [("", Certainty::Certain), (" opens nothing", Certainty::Likely)] {
        let text = key().replacen('\n', &format!(" gitleaks:allow{reason}\n"), 1);
        let scanned = look("k.pem", Class::Src, &text);
        assert_eq!((scanned.len(), scanned[0].finding.certainty), (1, certainty));
        let suppression = scanned[0].finding.suppression.as_ref().expect("it is told");
        assert!(!suppression.honoured && suppression.by == "gitleaks `gitleaks:allow`");
    }
}

#[test]
fn a_note_never_shows_the_value() {
    let scanned = look(".env", Class::Src, "DB_PASSWORD=Tr0ub4dor9zzzz\n");
    assert!(!scanned[0].finding.note.contains("Tr0ub4dor") && !format!("{scanned:?}").contains("Tr0ub4dor"));
}
