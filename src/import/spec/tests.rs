//! Tests of reading specs.

#![allow(clippy::unwrap_used, reason = "tests")]

use crate::import::{Propose, suggest};
use crate::model::statement::Meaning;

#[test]
fn a_spec_says_what_its_groups_say_once_and_no_prerequisite_that_is_met() {
    let named = suggest(b"# P\n\n## Launch\n\n### CI/CD\n\n- [ ] Roll out\n", "P.md", Propose::Active).spec;
    assert!(named.contains("group: CI-CD"), "a stroke would nest: {named}");
    let spec = "version: 1\nareas:\n  a:\n    title: Work\n    checks:\n      - { id: a1, title: Schema, group: Base / Data, claimed: done }\n      \
                - { id: a2, title: Pages, group: Front, requires: [a1], claimed: missing }\n      \
                - { id: a3, title: Index, group: Base / Data, requires: [a2], claimed: missing }\n";
    let statements = crate::import::read_spec("s.yaml", spec).unwrap().statements;
    let boxes: Vec<&str> = statements
        .iter()
        .filter(|statement| statement.meaning.kind() == "checkbox")
        .map(|statement| statement.text.as_str())
        .collect();
    assert_eq!(boxes, ["Schema", "Index", "Pages"], "each check once, each group under its own heading");
    let needed: Vec<u32> = statements
        .iter()
        .filter(|statement| matches!(statement.meaning, Meaning::Dependency { .. }))
        .map(|statement| statement.line)
        .collect();
    assert_eq!(needed, [8], "what requires a check that is done waits for nothing");
    let index = statements.iter().find(|statement| statement.text == "Index").unwrap();
    assert_eq!(index.section, ["Work", "Base", "Data"]);
}

#[test]
fn a_title_claims_nothing_and_a_claim_is_told_once_in_its_own_words() {
    let claim = "claimed: { value: done, text: Backups work, source: \"P.md:3\" }";
    let spec = format!(
        "version: 1\nareas:\n  ops:\n    title: Operations\n    checks:\n\
         \x20     - {{ id: a1, title: \"80 % are covered, and every migration is done\" }}\n\
         \x20     - {{ id: a2, title: The newest backup is of the last day, {claim} }}\n\
         \x20     - {{ id: a3, title: The backup can be restored, {claim} }}\n"
    );
    let said = crate::import::read_spec("s.yaml", &spec).unwrap();
    let marked: Vec<(u32, &str)> = said
        .statements
        .iter()
        .filter(|statement| statement.meaning.mark().is_some())
        .map(|statement| (statement.line, statement.text.as_str()))
        .collect();
    assert_eq!(marked, [(7, "Backups work")]);
    assert!(said.statements.iter().all(|statement| statement.meaning.kind() != "percentage"), "{said:?}");
    assert_eq!(said.unclaimed.into_iter().collect::<Vec<_>>(), [6, 8]);
}

#[test]
fn what_a_spec_includes_is_read_at_the_line_of_its_include() {
    let folder = tempfile::tempdir().unwrap();
    let (main, other) = (folder.path().join("shipworthy.yaml"), folder.path().join("base.yaml"));
    let area = "areas:\n  ops:\n    checks:\n      - { id: ID, title: TITLE, claimed: done }\n";
    let own = area.replace("ID", "own").replace("TITLE", "Own check");
    std::fs::write(&main, format!("version: 1\ninclude:\n  - {{ file: base.yaml }}\n{own}")).unwrap();
    std::fs::write(
        &other,
        format!("version: 1\n\n\n\n\n{}", area.replace("ID", "base").replace("TITLE", "Base check")),
    )
    .unwrap();
    let options = crate::spec::LoadOptions { root: folder.path().to_owned(), ..Default::default() };
    let loaded = crate::spec::load(&main, &options).unwrap();
    let text = std::fs::read_to_string(&main).unwrap();
    let statements = crate::import::read_laid_together(&loaded.sources[0].file, &text, &loaded.node).statements;
    let line =
        |title: &str| statements.iter().find(|statement| statement.text == title).map(|statement| statement.line);
    assert_eq!((line("Own check"), line("Base check")), (Some(7), Some(3)));
}
