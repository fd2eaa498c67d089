//! Tests of probe `docs` over small trees.

#![allow(clippy::unwrap_used, reason = "tests")]
use super::DEF;
use crate::model::{Fact, Value};
use crate::probe::sample;
use crate::probe::trial::{count, observe, percent};

#[test]
fn a_readme_has_sections_or_links_to_them() {
    let text = "# Shop\n\nShop sells things to people who want to buy them and to nobody else, as every good shop should do.\n\n## Install\n\nmake\n\n## Usage\n\nrun\n\n[Contributing](CONTRIBUTING.md)\n\n## License\n\nMIT\n";
    let seen = observe(&DEF, "glob: README.md\nkind: readme\n", &[("README.md", text), ("CONTRIBUTING.md", "x")]);
    assert_eq!(percent(&seen, "section_ratio"), Some(85));
    assert_eq!(seen.facts.get("missing"), Fact::Present(Value::List(vec![Value::Text("configuration".into())])));
    assert_eq!((count(&seen, "links"), count(&seen, "dead_links")), (Some(1), Some(0)));
}

#[test]
fn a_section_without_substance_is_missing() {
    let page = |body: &str| {
        format!(
            "# High error rate\n\n## Symptom\n\nx\n\n## Impact\n\nx\n\n## Diagnosis\n\n{body}\n\n## Mitigation\n\n{body}\n\n## Escalation\n\nx\n"
        )
    };
    let ratio = |body: &str| {
        percent(&observe(&DEF, "glob: '*.md'\nkind: runbook\n", &[("a.md", &page(body))]), "section_ratio")
    };
    assert_eq!((ratio("```sh\nkubectl get pods\n```"), ratio("look around")), (Some(100), Some(60)));
}

#[test]
fn a_section_that_a_spec_asks_for_has_something_below_its_heading() {
    let ratio = |text: &str| {
        percent(&observe(&DEF, "glob: '*.md'\nsections: [Phases, Canary]\n", &[("a.md", text)]), "section_ratio")
    };
    assert_eq!(ratio("# Phases\n\nOne.\n\n# Canary\n\n```\nten\n```\n"), Some(100));
    assert_eq!(ratio("# Phases\n\n# Canary\n\n## Share\n\nTen percent.\n"), Some(50));
}

#[test]
fn dead_links_are_counted_with_their_line() {
    let files = [
        ("README.md", "# A\n\n[x](docs/gone.md)\n[y](docs/a.md#nope)\n[z](https://example.org)\n"),
        ("docs/a.md", "# B\n"),
    ];
    let seen = observe(&DEF, "glob: '**/*.md'\n", &files);
    assert_eq!((count(&seen, "links"), count(&seen, "dead_links")), (Some(2), Some(2)));
    let lines: Vec<_> = seen.evidence.iter().filter_map(|item| item.place.as_ref()).map(|place| place.line).collect();
    assert_eq!(lines[..2], [3, 4]);
}

#[test]
fn without_a_document_no_section_is_there() {
    let seen = observe(&DEF, "glob: docs/dr.md\nkind: disaster-recovery\n", &[("a.rs", "")]);
    assert_eq!((count(&seen, "documents"), percent(&seen, "section_ratio")), (Some(0), Some(0)));
}

#[test]
fn a_page_is_behind_what_it_links_to() {
    let folder = tempfile::tempdir().unwrap();
    let git = |day: &str, args: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.args(["-c", "user.name=x", "-c", "user.email=x@example.org"]).args(args).current_dir(folder.path());
        assert!(command.env("GIT_COMMITTER_DATE", format!("{day}T00:00:00Z")).output().unwrap().status.success());
    };
    std::fs::write(folder.path().join("guide.md"), "# Guide\n\n[tool](tool.sh)\n").unwrap();
    std::fs::write(folder.path().join("tool.sh"), "a\n").unwrap();
    git("2025-01-01", &["init", "-q"]);
    git("2025-01-01", &["add", "."]);
    git("2025-01-01", &["commit", "-qm", "x"]);
    std::fs::write(folder.path().join("tool.sh"), "b\n").unwrap();
    git("2026-05-01", &["commit", "-qam", "y"]);
    let seen = sample::observe_folder("docs", "glob: '*.md'\nages: true\n", folder.path()).unwrap();
    assert_eq!(seen.facts.get("behind"), Fact::Present(Value::count(1)));
    assert_eq!(seen.facts.get("oldest_age"), Fact::Present(Value::count(516 * 86_400)));
}
