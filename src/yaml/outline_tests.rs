//! Plain YAML, held against the parser.

use std::sync::Arc;

use proptest::prelude::*;

use super::super::{Source, parse_documents};
use super::*;
use crate::model::Problems;

/// What the parser says: how many documents hold something, or what is wrong.
fn parsed(text: &str) -> Result<usize, String> {
    let source = Arc::new(Source::new("a.yaml", text));
    let mut problems = Problems::new();
    let documents = parse_documents(&source, &mut problems);
    match problems.sorted().first() {
        Some(problem) => Err(problem.message.clone()),
        None => Ok(documents.unwrap_or_default().len()),
    }
}

#[test]
fn plain_files_are_recognised() {
    for text in [
        "",
        "a: 1\n",
        "# x\n---\na: b c\n  d\n  e (f), *g\nh: [a, b]\ni: {}\n---\nj:\n- k: l\n  m: |-\n    n: [\n\n    o\n- p\nq: \"r \\\" s\" # t\n",
        "a:\n  - - b\n    - c: 'it''s'\n      d:\n  - \"e\": f:g\n",
        "a: 'b\n\n  c: ''d'' #\n  e' # f\n",
        "a: >\n\n  b\n c: d\n".trim_end_matches(" c: d\n"),
    ] {
        assert!(outline(text).is_some(), "{text}");
        assert!(parsed(text).is_ok(), "{text}: {:?}", parsed(text));
    }
}

#[test]
fn what_is_broken_or_not_plain_is_left_to_the_parser() {
    for text in [
        "a: 1\na: 2\n",
        "a: b: c\n",
        "a: b\n - c\n",
        "a:\n  b: 1\n c: 2\n",
        "a: \"b\n",
        "a: [b\n",
        "a: &b c\n",
        "a: b\n# c\n  d\n",
        "a: |\n   b\n  c\n",
        "a\n",
        "- a\nb: c\n",
        "a: !b c\n",
        "a:\tb\n",
        "a: é\n",
        "--- a\n",
    ] {
        assert_eq!(outline(text), None, "{text}");
    }
}

#[test]
fn top_keys_know_their_lines() {
    let text = "a: 1\nb:\n  c: 2\n# d\n---\nb: e\n";
    let seen = outline(text).unwrap_or_default();
    let seen: Vec<_> = seen.iter().map(|top| (top.document, top.key, top.value, &text[top.block.clone()])).collect();
    assert_eq!(seen, [(0, "a", "1", ""), (0, "b", "", "  c: 2\n# d\n"), (1, "b", "e", "")]);
}

/// Lines that files are made of, and such as break them.
const LINES: &[&str] = &[
    "a: 1",
    "b:",
    "c: d e",
    "- f",
    "- g: h",
    "-",
    "- - i",
    "j: |",
    "k: >-",
    "l: \"m\"",
    "'n': o",
    "\"p\": q",
    "# r",
    "s t",
    "---",
    "",
    "   ",
    "u: [v, w]",
    "x: {}",
    "- {y: z}",
    "*a",
    "- \"b\" c",
    "d: 'e",
    "f: g: h",
    "i:j",
    "k: - l",
    "- |",
    "m: # n",
    "- # o",
    "p: q # r",
    "s: -t",
    "- --u",
    "v:w: x",
    "? y",
    "...",
    "%z",
    "<<: a",
    "\"b\\\"\": c",
    "- - d: e",
    "f: .",
    "g: ~",
    "h: @i",
    "j: (k",
    "-l",
    ": m",
    "n :",
    "o: p:",
    "[q]",
    "r: []",
    "s: \"t\"u",
    "- v: |-",
    "- w:",
    "x: 'y''z'",
    "g: \"h",
    "i\"",
    "j \\n k\\",
    "\\ l\\\"",
    "e'",
    "f ''g",
    "'",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_recognised_parses(lines in proptest::collection::vec((0_usize..4, 0..LINES.len()), 1..9)) {
        let text: String = lines.iter().map(|(indent, line)| format!("{}{}\n", " ".repeat(*indent), LINES[*line])).collect();
        if let Some(top) = outline(&text) {
            let documents = parsed(&text);
            prop_assert!(documents.is_ok(), "{text}: {documents:?}");
            let mut with_keys: Vec<usize> = top.iter().map(|top| top.document).collect();
            with_keys.dedup();
            prop_assert!(with_keys.len() <= documents.unwrap_or_default(), "{text}");
        }
    }
}
