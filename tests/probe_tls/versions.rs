//! Which versions a service accepts, old ones among them: openssl speaks them all.

use std::path::PathBuf;

use crate::bench;
use crate::is;
use crate::probing::{Bench, text, texts, value};
use shipworthy::model::{Observation, Value};

#[path = "../probing/openssl.rs"]
mod openssl;

use openssl::OpenSsl;

/// A key and a self-signed certificate for `shop.test` in a folder; `kind` as `openssl req -newkey` has it.
fn identity(folder: &std::path::Path, kind: &str, digest: &str) -> (PathBuf, PathBuf) {
    let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    let mut command = std::process::Command::new("openssl");
    command.args(["req", "-x509", "-nodes", "-days", "30", "-subj", "/CN=shop.test", "-newkey", kind, digest]);
    command.args(["-addext", "subjectAltName=DNS:shop.test", "-out"]).arg(&cert).arg("-keyout").arg(&key);
    let output = command.output().expect("`openssl` is needed by this test: install the package `openssl`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (cert, key)
}

/// What a server with these options shows.
fn look(kind: &str, digest: &str, options: &[&str]) -> Observation {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = identity(folder.path(), kind, digest);
    let server = OpenSsl::start(&cert, &key, options);
    let bench: Bench = bench("shop.test", server.port, None);
    bench.observe("tls", "target: api\n").unwrap()
}

fn accepted(seen: &Observation) -> Vec<&'static str> {
    ["ssl3", "tls1_0", "tls1_1", "tls1_2", "tls1_3"].into_iter().filter(|fact| is(seen, fact)).collect()
}

#[test]
fn every_version_is_tried_by_itself() {
    const LAX: [&str; 2] = ["-cipher", "ALL:@SECLEVEL=0"];
    for (options, due) in [
        (&[][..], &["tls1_0", "tls1_1", "tls1_2", "tls1_3"][..]),
        (&["-no_tls1", "-no_tls1_1"], &["tls1_2", "tls1_3"]),
        (&["-no_tls1", "-no_tls1_1", "-no_tls1_2"], &["tls1_3"]),
        (&["-no_tls1_2", "-no_tls1_3"], &["tls1_0", "tls1_1"]),
        (&["-no_tls1_1", "-no_tls1_2", "-no_tls1_3"], &["tls1_0"]),
        (&["-no_tls1", "-no_tls1_2", "-no_tls1_3"], &["tls1_1"]),
    ] {
        let seen = look("rsa:2048", "-sha256", &[&LAX[..], options].concat());
        assert_eq!(accepted(&seen), due, "{options:?}: {:?}", seen.evidence);
    }
}

#[test]
fn a_service_that_knows_only_what_is_forbidden_still_shows_its_versions() {
    let seen = look("rsa:2048", "-sha256", &["-cipher", "ALL:@SECLEVEL=0", "-no_tls1_2", "-no_tls1_3"]);
    assert_eq!(value(&seen, "reachable"), Value::Bool(true));
    assert_eq!(text(&seen, "error"), "tls-failed");
    assert!(crate::probing::unobserved(&seen, "trusted").contains("presented no certificate"));
}

#[test]
fn a_suite_that_we_do_not_speak_does_not_hide_the_version() {
    let options = ["-cipher", "AES128-SHA:@SECLEVEL=0", "-no_tls1_3", "-no_tls1", "-no_tls1_1"];
    assert_eq!(accepted(&look("rsa:2048", "-sha256", &options)), ["tls1_2"]);
}

#[test]
fn weak_keys_and_signatures_are_named() {
    let seen = look("rsa:1024", "-sha256", &["-cipher", "ALL:@SECLEVEL=0"]);
    assert_eq!(text(&seen, "key"), "RSA 1024");
    assert_eq!(texts(&seen, "weaknesses"), ["key RSA 1024 of CN=shop.test"]);
    assert!(is(&seen, "self_signed") && !is(&seen, "trusted") && is(&seen, "chain_complete"));
    let seen = look("rsa:2048", "-sha1", &["-cipher", "ALL:@SECLEVEL=0"]);
    assert_eq!(text(&seen, "signature"), "RSA with SHA-1");
    assert!(texts(&seen, "weaknesses").is_empty(), "nobody relies on the signature of a root");
}
