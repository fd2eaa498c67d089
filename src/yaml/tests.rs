//! What the reader of documents promises, on small documents.
#![allow(clippy::unwrap_used, reason = "tests")]

use indexmap::IndexMap;
use serde::Deserialize;

use super::*;
use crate::model::Problems;

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "decoded, not read")]
#[serde(deny_unknown_fields)]
struct Doc {
    name: Spanned<String>,
    #[serde(default)]
    weight: Option<Spanned<u8>>,
    #[serde(default)]
    level: Option<Level>,
    #[serde(default)]
    expect: Vec<Spanned<String>>,
    #[serde(default)]
    vars: IndexMap<String, Spanned<String>>,
    #[serde(default)]
    parts: IndexMap<String, Spanned<Part>>,
    #[serde(default)]
    raw: Option<Raw<Part>>,
    #[serde(default)]
    headers: IndexMap<String, String>,
    #[serde(default)]
    with: IndexMap<String, serde_json::Value>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Level {
    Low,
    High,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "decoded, not read")]
#[serde(deny_unknown_fields)]
struct Part {
    owner: String,
    reason: String,
    #[serde(default)]
    on: Option<bool>,
}

fn listed(problems: Problems) -> Vec<String> {
    problems
        .sorted()
        .into_iter()
        .map(|p| {
            let place = p.place.unwrap();
            format!("{}:{} {} | {}", place.line, place.column, p.message, p.help.unwrap())
        })
        .collect()
}

fn tree(text: &str) -> Result<Node, Vec<String>> {
    let source = source("s.yaml", text.as_bytes()).unwrap();
    parse(source).map(Option::unwrap).map_err(listed)
}

fn read(text: &str) -> Result<Doc, Vec<String>> {
    let node = tree(text)?;
    let mut problems = Problems::new();
    let doc = decode::<Doc>(&node, &mut problems);
    if problems.is_empty() { Ok(doc.unwrap()) } else { Err(listed(problems)) }
}

fn first_fault(text: &str) -> String {
    read(text).unwrap_err().remove(0)
}

#[test]
fn text_stays_as_written() {
    let doc = read("name: 1.10\nvars: { a: no, b: 7e3, c: NO, d: 017, e: 'x: y', f: true }").unwrap();
    assert_eq!(doc.name.value, "1.10");
    let texts: Vec<&str> = doc.vars.values().map(|v| v.value.as_str()).collect();
    assert_eq!(texts, ["no", "7e3", "NO", "017", "x: y", "true"]);
    assert_eq!((doc.vars["b"].span.line, doc.vars["b"].span.column, doc.vars["b"].span.length), (2, 19, 3));
}

#[test]
fn untyped_values_follow_the_core_schema() {
    let doc =
        read("name: a\nwith: { a: 1, b: -2, c: 1.5, d: no, e: true, f: '1', g: null, h: 1.2.3, i: [x] }").unwrap();
    let json = serde_json::to_string(&doc.with).unwrap();
    assert_eq!(json, r#"{"a":1,"b":-2,"c":1.5,"d":"no","e":true,"f":"1","g":null,"h":"1.2.3","i":["x"]}"#);
}

#[test]
fn all_faults_are_found_in_one_go() {
    let faults = read(
        "nam: a\nweight: many\nlevel: hihg\nvars: { a: [1], b: }\nparts:\n  one: { ownr: x, on: yes }\n  two: 5\n  three: { owner: a, reason: b }\nexpect: status = 200\n",
    )
    .unwrap_err();
    assert_eq!(
        faults,
        [
            "1:1 unknown key `nam` | did you mean `name`?",
            "2:9 expected a whole number, found `many` | write digits only",
            "3:8 unknown value `hihg` for `level` | did you mean `high`? it is one of `low`, `high`",
            "4:12 expected text, found a list | write one value, in quotes if it has brackets",
            "4:18 `b` has no value | give it a value, or remove the line",
            "6:8 `one` needs the key `reason` | add `reason: …`",
            "6:10 unknown key `ownr` | did you mean `owner`?",
            "6:23 expected `true` or `false`, found `yes` | write `true` or `false`",
            "7:8 expected a mapping, found `5` | write `two: { owner: …, reason: …, on: … }`",
            "9:9 expected a list, found `status = 200` | write one item per line under `expect:`, each after `- `",
        ]
    );
}

#[test]
fn a_raw_node_decodes_later() {
    let doc = read("name: a\nraw: { owner: me, reason: 1 }").unwrap();
    let mut problems = Problems::new();
    assert_eq!(doc.raw.unwrap().decode(&mut problems).unwrap().reason, "1");
}

#[test]
fn a_part_lacks_nothing() {
    let node = tree("owner: me\non: 3").unwrap();
    let mut problems = Problems::new();
    decode_part::<Part>(&node, &mut problems);
    assert_eq!(listed(problems), ["2:5 expected `true` or `false`, found `3` | write `true` or `false`"]);
}

#[test]
fn an_unknown_key_leaves_the_value_whole() {
    let node = tree("owner: me\nreason: x\nothr: 3").unwrap();
    let mut problems = Problems::new();
    assert!(decode::<Part>(&node, &mut problems).is_some());
    assert!(problems.has_errors());
}

#[test]
fn numbers_out_of_range_say_the_range() {
    assert_eq!(
        first_fault("name: a\nweight: 300"),
        "2:9 expected a whole number from 0 to 255, found `300` | choose a number in that range"
    );
    assert!(first_fault("name: a\nweight: -1").contains("0 or more, found `-1`"));
    assert!(first_fault("name: a\nweight: 1.0").contains("whole number, found `1.0`"));
}

#[test]
fn x_keys_are_dropped_except_where_names_belong_to_the_outside() {
    let doc = read(
        "x-base: &b { owner: me, x-y: 1 }\nname: a\nparts: { x-p: 1, p: { <<: *b, reason: r } }\nheaders: { x-tenant: t }",
    );
    let doc = doc.unwrap();
    assert_eq!(doc.parts.keys().collect::<Vec<_>>(), ["p"]);
    assert_eq!((doc.parts["p"].owner.as_str(), doc.headers["x-tenant"].as_str()), ("me", "t"));
}

#[test]
fn merge_keys_put_entries_under_the_own_ones() {
    let node =
        tree("a: &a { one: 1, two: 1 }\nb: &b { two: 2, three: 2 }\nc: { zero: 0, <<: [*a, *b], one: 9 }").unwrap();
    let merged: Vec<(&str, &str)> =
        node.get("c").unwrap().entries().iter().map(|(k, v)| (k.text.as_str(), v.text().unwrap())).collect();
    assert_eq!(merged, [("zero", "0"), ("two", "1"), ("three", "2"), ("one", "9")]);
}

#[test]
fn merging_anything_but_mappings_is_an_error() {
    assert!(tree("a: &a 5\nb: { <<: *a }").unwrap_err()[0].starts_with("2:6 `<<` merges mappings, found a value"));
    assert!(tree("a: { <<: [1] }").unwrap_err()[0].contains("`<<` merges mappings"));
}

#[test]
fn duplicate_keys_name_both_places() {
    let source = source("s.yaml", b"a: 1\nb: 2\na: 3\n").unwrap();
    let problem = parse(source).unwrap_err().sorted().remove(0);
    assert_eq!((problem.place.unwrap().line, problem.related[0].place.line), (3, 1));
}

#[test]
fn bombs_are_refused_at_the_alias() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..12 {
        let alias = format!("*a{}", i - 1);
        text += &format!("a{i}: &a{i} [{}]\n", [alias.as_str(); 9].join(", "));
    }
    let faults = tree(&text).unwrap_err();
    assert!(faults[0].contains("values"), "{faults:?}");
    assert!(tree("a: &a [*a]").unwrap_err()[0].starts_with("1:8 an alias inside its own anchor never ends"));
    let big = format!("a: &a {}\nb: [{}]", "x".repeat(1_000_000), ["*a"; 20].join(", "));
    assert!(tree(&big).unwrap_err()[0].contains("aliases expand to more than"));
}

#[test]
fn deep_nesting_is_an_error_and_no_overflow() {
    for text in ["[".repeat(10_000), "- ".repeat(10_000), "{a: ".repeat(10_000), "? ".repeat(10_000)] {
        let faults = tree(&text).unwrap_err();
        assert!(faults[0].contains("nested deeper than 100") || faults[0].contains("key must be text"), "{faults:?}");
    }
    let block: String = (0..2_000).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
    assert!(tree(&block).unwrap_err()[0].contains("nested deeper"), "block");
    assert!(tree(&format!("{}{}", "[".repeat(99), "]".repeat(99))).is_ok());
}

#[test]
fn one_document_without_tags_or_directives() {
    assert!(tree("a: 1\n---\nb: 2").unwrap_err()[0].starts_with("2:1 a second document begins here"));
    assert!(tree("a: !Ref b").unwrap_err()[0].contains("YAML tags"));
    assert!(tree("%YAML 1.1\n---\na: 1").unwrap_err()[0].starts_with("1:1 YAML directives"));
    assert!(tree("---\na: 1\n...\n").is_ok());
    let empty = source("s.yaml", b"# nothing\n").unwrap();
    assert_eq!(parse(empty).unwrap(), None);
}

#[test]
fn keys_are_text() {
    assert!(tree("[a, b]: 1").unwrap_err()[0].contains("a key must be text"));
    assert!(tree("? {a: 1}\n: 1").unwrap_err()[0].contains("a key must be text"));
    assert!(tree(": 1").unwrap_err()[0].contains("a key is missing"));
}

#[test]
fn syntax_errors_say_what_to_do() {
    let fault = |text: &str| tree(text).unwrap_err().remove(0);
    assert_eq!(fault("a:\n\tb: 1"), "2:1 a tab cannot indent YAML | indent with spaces, two per level");
    assert!(
        fault(
            "a: \"x
b: 1
"
        )
        .starts_with("1:4 this quote is not closed"),
        "{}",
        fault(
            "a: \"x
b: 1
"
        )
    );
    assert!(
        fault(
            "a: 'x
b: 'y'
"
        )
        .starts_with("1:4 this quote is not closed"),
        "{}",
        fault(
            "a: 'x
b: 'y'
"
        )
    );
    assert!(fault("a:\n   b: 1\n  c: 2").contains("does not fit the indentation"), "{}", fault("a:\n   b: 1\n  c: 2"));
    assert!(fault("e: \"x matches \\d\"").starts_with("1:15 `\\d` is no escape"), "{}", fault("e: \"x matches \\d\""));
    assert!(fault("expect: [status in [401, 403]]").contains("brackets inside a `[…]` list"));
    assert!(fault("expect: [ body.checks[*].ok = true ]").contains("brackets inside a `[…]` list"));
    assert!(
        fault("t: { url: ${X} }").ends_with("must be in quotes | write `\"${X}\"`"),
        "{}",
        fault("t: { url: ${X} }")
    );
    assert!(fault("a: b: c").contains("put the value in quotes: `a: 'b: c'`"));
    assert!(fault("a: *b").starts_with("1:4 the alias `*b` has no anchor"));
}

#[test]
fn expectation_traps_have_their_own_help() {
    let fault = |line: &str| first_fault(&format!("name: a\nexpect:\n  - {line}\n"));
    assert_eq!(
        fault("body contains #42"),
        "3:5 YAML takes `#42` as a comment | quote the line: `- 'body contains #42'`; a comment has a space after its `#`"
    );
    assert_eq!(
        fault("header.location = https://x: y"),
        "3:5 the colon makes this a mapping, expected text | put it in quotes: `'header.location = https://x: y'`"
    );
    assert!(read("name: a\nexpect:\n  - status = 200 # fine\n").is_ok());
    let split = first_fault("name: a\nexpect: [status in 401, 403]");
    assert!(split.starts_with("2:25 `403` is no expectation of its own"), "{split}");
    assert!(read("name: a\nexpect: [status = 200, body exists]").is_ok());
}

#[test]
fn a_part_of_a_text_has_its_own_place() {
    let node = tree("a: 'p95 < 5 MB'\nb: \"p95\\x20< 5\"").unwrap();
    let span = &node.get("a").unwrap().span;
    assert_eq!(span.part_of("p95 < 5 MB", 6, 4).column, 11);
    let escaped = &node.get("b").unwrap().span;
    assert_eq!(escaped.part_of("p95 < 5", 6, 1), *escaped);
}

#[test]
fn a_source_knows_its_lines() {
    let text = source("s.yaml", b"one\r\ntwo\n\nfour").unwrap();
    assert_eq!((1..=5).map(|number| text.line(number)).collect::<Vec<_>>(), ["one", "two", "", "four", ""]);
}

#[test]
fn a_foreign_file_may_hold_several_documents_and_empty_ones_are_left_out() {
    let source = source("k.yaml", b"%YAML 1.2\n---\na: 1\n---\n# nothing\n---\nb: &x {c: 2}\nx-d: *x\n...\n").unwrap();
    let mut problems = Problems::new();
    let documents = parse_documents(&source, &mut problems).unwrap();
    assert_eq!(documents.iter().map(|node| node.entries().len()).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(documents[1].span.line, 7);
    assert!(parse(source).is_err());
}

#[test]
fn a_foreign_file_may_have_tags_whose_text_stays_text() {
    let source = source("c.yaml", b"script:\n- !reference [a, b]\n- !Ref x\n").unwrap();
    let documents = parse_documents(&source, &mut Problems::new()).unwrap();
    let items = documents[0].get("script").unwrap().items();
    assert_eq!((items[0].items().len(), items[1].text()), (2, Some("x")));
}

#[test]
fn a_foreign_file_may_merge_by_several_keys() {
    let text = b"a: &a {x: 1}\nb: &b {y: 2}\nc:\n  <<: *a\n  <<: *b\n";
    let source = source("c.yaml", text).unwrap();
    let mut problems = Problems::new();
    let documents = parse_documents(&source, &mut problems).unwrap();
    let merged: Vec<&str> = documents[0].get("c").unwrap().entries().iter().map(|(key, _)| key.text.as_str()).collect();
    assert_eq!((merged, problems.len()), (vec!["x", "y"], 0));
    assert!(parse(source).is_err());
}
