//! What was measured goes back into the document, and nothing else changes.

use std::fs;
use std::path::Path;

use super::{err, out, shipworthy};

const SPEC: &str = "version: 1
areas:
  base:
    checks:
      - { id: readme, title: Readme, claimed: { value: done, text: A readme, source: \"PLAN.md:3\" }, probe: { file: { path: README.md } }, expect: [exists = true] }
      - { id: backups, title: Backups, claimed: { value: done, text: Backups, source: \"PLAN.md:4\" }, probe: { file: { path: backup.sh } }, expect: [exists = true] }
      - { id: alerts, title: Alerts, claimed: { value: missing, text: Alerts, source: \"PLAN.md:5\" }, probe: { file: { path: README.md } }, expect: [exists = true] }
";

fn folder(plan: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("shipworthy.yaml"), SPEC).unwrap();
    fs::write(folder.path().join("README.md"), "x").unwrap();
    fs::write(folder.path().join("PLAN.md"), plan).unwrap();
    folder
}

fn written(folder: &Path) -> Vec<u8> {
    let output = shipworthy(folder, &["sync", "PLAN.md", "--write", "--as-of", "2026-03-02"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    fs::read(folder.join("PLAN.md")).unwrap()
}

/// The lines without our block at the end.
fn lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    text.split('\n').take_while(|line| !line.contains("shipworthy:begin")).map(str::to_owned).collect()
}

#[test]
fn boxes_follow_the_checks_and_carry_a_dated_mark() {
    let folder = folder(b"# Plan\n\n- [x] A readme\n- [x] Backups\n- [ ] Alerts\n- [x] Something else\n");
    let synced = lines(&written(folder.path()));
    assert_eq!(
        synced[2],
        "- [x] A readme <!-- measured -->*measured 2026-03-02: pass, exists = true (true)*<!-- /measured -->"
    );
    assert_eq!(
        synced[3],
        "- [ ] Backups <!-- measured -->*measured 2026-03-02: fail, false, expected exists = true*<!-- /measured -->"
    );
    assert!(synced[4].starts_with("- [x] Alerts <!-- measured -->"), "{}", synced[4]);
    assert_eq!(synced[5], "- [x] Something else");
}

#[test]
fn the_summary_stands_once_and_a_second_run_changes_nothing() {
    let folder = folder(b"# Plan\n\n- [x] A readme\n- [x] Backups\n- [ ] Alerts");
    let once = written(folder.path());
    let text = String::from_utf8(once.clone()).unwrap();
    assert!(text.contains("**Measured 2026-03-02:** ready\n\n- score: 66.6 % proven"), "{text}");
    assert!(text.contains("- claimed, but not so: backups\n- better than claimed: alerts\n"), "{text}");
    assert_eq!(text.matches("shipworthy:begin summary").count(), 1);
    assert_eq!(written(folder.path()), once);
}

#[test]
fn without_write_only_the_difference_is_shown() {
    let plan = b"# Plan\n\n- [x] A readme\n- [x] Backups\n- [ ] Alerts\n";
    let folder = folder(plan);
    let output = shipworthy(folder.path(), &["sync", "PLAN.md"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(out(&output).contains("\n-- [x] Backups\n"), "{}", out(&output));
    assert!(out(&output).contains("\n+- [ ] Backups <!-- measured -->"), "{}", out(&output));
    assert_eq!(fs::read(folder.path().join("PLAN.md")).unwrap(), plan);
}

#[test]
fn check_fails_where_the_document_says_more_than_was_measured() {
    let folder = folder(b"# Plan\n\n- [x] A readme\n- [x] Backups\n- [ ] Alerts\n");
    let output = shipworthy(folder.path(), &["sync", "PLAN.md", "--check"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        out(&output),
        "PLAN.md:4: `backups` is claimed as done, measured: fail, false, expected exists = true\n"
    );
    written(folder.path());
    assert_eq!(shipworthy(folder.path(), &["sync", "PLAN.md", "--check"]).status.code(), Some(0));
}

#[test]
fn line_ends_marks_and_bytes_of_other_encodings_stay() {
    let plan = b"\xef\xbb\xbf# Plan f\xfcr\r\n\r\n- [x] A readme  \r\n- [x] Backups\r\n- [ ] Alerts\r\nKl\xe4ren \x96 caf\xe9\r\n";
    let folder = folder(plan);
    let synced = written(folder.path());
    assert!(synced.starts_with(b"\xef\xbb\xbf# Plan f\xfcr\r\n\r\n- [x] A readme <!-- measured -->"));
    let find = |part: &[u8]| synced.windows(part.len()).any(|window| window == part);
    assert!(
        find(b"<!-- /measured -->  \r\n- [ ] Backups <!-- measured -->"),
        "two spaces at a line's end break the line"
    );
    assert!(find(b"\r\nKl\xe4ren \x96 caf\xe9\r\n"));
    let bare = synced.iter().enumerate().filter(|(at, byte)| **byte == b'\n' && (*at == 0 || synced[at - 1] != b'\r'));
    assert_eq!(bare.count(), 0);
}

#[test]
fn a_misread_document_keeps_its_misreading() {
    // A tick and a cross whose UTF-8 an editor read as Mac Roman.
    let plan = "# Plan\n\n- ‚úÖ A readme\n- ‚úÖ Backups\n- ‚ùå Alerts\n";
    let synced = lines(&written(folder(plan.as_bytes()).path()));
    assert!(synced[3].starts_with("- ‚ùå Backups <!-- measured -->"), "{}", synced[3]);
    assert!(synced[4].starts_with("- ‚úÖ Alerts <!-- measured -->"), "{}", synced[4]);
}

#[test]
fn a_comment_links_a_line_and_an_area_its_percentage() {
    let plan = "# Plan\n\n- [x] A readme\nBase: 95% <!-- shipworthy: area base -->\n- [x] Copies <!-- shipworthy: check backups -->\n\n- [ ] Alerts\n";
    let folder = folder(plan.as_bytes());
    let output = shipworthy(folder.path(), &["sync", "PLAN.md", "--check"]);
    assert!(out(&output).contains("PLAN.md:4: `base` is claimed as 95 %, measured: 66.6 % proven"), "{}", out(&output));
    let synced = lines(&written(folder.path()));
    assert!(synced[3].starts_with("Base: 66% <!-- shipworthy: area base -->"), "{}", synced[3]);
    assert!(synced[4].starts_with("- [ ] Copies <!-- shipworthy: check backups -->"), "{}", synced[4]);
    assert!(
        synced[6].starts_with("- [x] Alerts"),
        "a claim is found by its words when its line has moved: {}",
        synced[6]
    );
}

#[test]
fn what_cannot_be_done_is_said() {
    let wide = folder(b"\xff\xfe#\x00 \x00P\x00\n\x00");
    let output = shipworthy(wide.path(), &["sync", "PLAN.md"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("UTF-16"), "{}", err(&output));
    let gone = folder(b"# Plan\n");
    let output = shipworthy(gone.path(), &["sync", "PLAN.md"]);
    assert!(
        err(&output).contains("`backups` claims what stands at PLAN.md:4, but the line is not there"),
        "{}",
        err(&output)
    );
    assert!(err(&output).contains("nothing in `PLAN.md` is linked"), "{}", err(&output));
}

#[test]
fn a_claim_that_nothing_looks_at_gets_no_mark_and_says_still_too_much() {
    let folder = folder(b"# Plan\n\n- [x] Rehearsed\n");
    let claim = "version: 1\nareas:\n  base:\n    checks:\n      - { id: rehearsed, title: Rehearsed, claimed: { value: done, text: Rehearsed, source: \"PLAN.md:3\" } }\n";
    fs::write(folder.path().join("shipworthy.yaml"), claim).unwrap();
    let output = shipworthy(folder.path(), &["sync", "PLAN.md", "--check", "--as-of", "2026-03-02"]);
    assert_eq!(output.status.code(), Some(1), "{}", out(&output));
    assert_eq!(out(&output), "PLAN.md:3: `rehearsed` is claimed as done, measured: nothing is measured for it\n");
    assert_eq!(lines(&written(folder.path()))[2], "- [x] Rehearsed");
}

/// Real documents, three of them misread by an editor: the lines that no check is linked to stay byte for byte, on the lines
/// that are linked only the sign and our mark differ, and what was written once is not written again.
#[test]
fn in_real_documents_only_linked_lines_change_and_a_second_run_changes_nothing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/systems");
    for system in ["clo", "catalynx", "abc", "castiel", "clarion"] {
        let folder = tempfile::tempdir().unwrap();
        let original = fs::read(root.join(system).join("PRODUCTION_READINESS.md")).unwrap();
        fs::write(folder.path().join("PLAN.md"), &original).unwrap();
        let spec = shipworthy(folder.path(), &["import", "PLAN.md"]);
        fs::write(folder.path().join("shipworthy.yaml"), &spec.stdout).unwrap();
        let report = shipworthy(folder.path(), &["audit", "--format", "json"]);
        fs::write(folder.path().join("run.json"), &report.stdout).unwrap();
        let sync = |how: &str| shipworthy(folder.path(), &["sync", "PLAN.md", "--report", "run.json", how]);
        let said = sync("--check").status.code();
        assert_eq!(sync("--write").status.code(), Some(0), "{system}");
        let once = fs::read(folder.path().join("PLAN.md")).unwrap();
        let (before, after) = (cut(&original), cut(&once));
        assert_eq!(before.len(), after.len(), "{system}: lines came or went");
        for (number, (old, new)) in before.iter().zip(&after).enumerate() {
            let linked = String::from_utf8_lossy(&spec.stdout).contains(&format!("PLAN.md:{}\"", number + 1));
            assert!(old == new || linked, "{system}:{}: a line that nothing is linked to changed", number + 1);
            let words = |line: &[u8]| -> Vec<u8> { line.iter().copied().filter(u8::is_ascii_alphanumeric).collect() };
            let unmarked = String::from_utf8_lossy(new).split(" <!-- measured -->").next().unwrap_or("").to_owned();
            let kept = |text: Vec<u8>| -> Vec<u8> { text.into_iter().filter(|byte| *byte != b'x').collect() };
            assert_eq!(
                kept(words(String::from_utf8_lossy(old).as_bytes())),
                kept(words(unmarked.as_bytes())),
                "{system}:{}",
                number + 1
            );
        }
        sync("--write");
        assert_eq!(
            fs::read(folder.path().join("PLAN.md")).unwrap(),
            once,
            "{system}: the second run changed something"
        );
        assert!(matches!((said, sync("--check").status.code()), (Some(0 | 1), Some(0 | 1))), "{system}");
    }
}

/// The lines as bytes, without our block at the end and what stands before it.
fn cut(bytes: &[u8]) -> Vec<Vec<u8>> {
    let begin = b"<!-- shipworthy:begin summary -->";
    let end = bytes.windows(begin.len()).position(|window| window == begin).unwrap_or(bytes.len());
    let text = bytes[..end].trim_ascii_end();
    text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}
