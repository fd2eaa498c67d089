//! `docs/expectations.md` is true: every example line in it is read, fitted and judged, and says what comes of it.
//! `UPDATE=1 cargo test --test expectations_doc` writes the results into the page.
#![allow(clippy::unwrap_used, reason = "tests")]

use shipworthy::expect::{Fault, judge, parse, type_check};
use shipworthy::model::{Fact, FactDecl, FactName, FactSchema, FactType, Facts, Value};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/expectations.md");

/// The facts that the page says its examples use.
fn schema() -> FactSchema {
    let decl = |name, ftype| FactDecl::new(name, ftype, "");
    let decls = vec![
        decl("status", FactType::Count),
        decl("failed", FactType::Count),
        decl("load", FactType::Number),
        decl("error_rate", FactType::Ratio),
        decl("time", FactType::Duration),
        FactDecl { name: FactName::Family("p"), ftype: FactType::Duration, doc: "", all_from: None },
        decl("size", FactType::Size),
        decl("throughput", FactType::Rate),
        decl("bandwidth", FactType::Throughput),
        decl("exists", FactType::Bool),
        decl("mode", FactType::Text),
        decl("grade", FactType::Ordered(&["F", "D", "C", "B", "A", "A+"])),
        decl("version", FactType::Version),
        decl("modified", FactType::Date),
        decl("tags", FactType::List(Box::new(FactType::Text))),
        decl("value", FactType::Any),
        FactDecl::tree("header.", FactType::Text, ""),
        FactDecl::tree("body.", FactType::Any, ""),
    ];
    FactSchema { decls, units: Default::default() }
}

/// What comes of a line: `ok`, or the error with its help.
fn read(line: &str) -> String {
    let show = |fault: Fault| format!("error: {}; help: {}", fault.message, fault.help.unwrap_or_default());
    match parse(line).and_then(|expectation| type_check(&expectation, &schema())) {
        Ok(_) => "ok".to_owned(),
        Err(fault) => show(fault),
    }
}

/// What is judged of a line on the fact that stands before the colon.
fn judged(line: &str, said: &str) -> String {
    let (seen, _) = said.rsplit_once(": ").or_else(|| said.rsplit_once(':')).unwrap();
    let seen = said.strip_suffix(':').unwrap_or(seen);
    let fact = match seen {
        "absent" => Fact::Absent,
        "unobserved" => Fact::Unobserved("connection refused".to_owned()),
        json => Fact::Present(Value::from_json(&serde_json::from_str(json).unwrap())),
    };
    let typed = type_check(&parse(line).unwrap(), &schema()).unwrap();
    let mut facts = Facts::new();
    facts.set(typed.path().split(['[', '.']).next().unwrap(), fact);
    let judgement = judge(&typed, &facts);
    format!("{seen}: {}, {}", judgement.outcome, judgement.actual)
}

/// The page with the results of its examples as they are now.
fn rewritten(page: &str) -> String {
    let mut block = "";
    let mut lines = Vec::new();
    for line in page.lines() {
        block = match (line.strip_prefix("```"), block) {
            (Some(_), "") => line,
            (Some(_), _) => "",
            (None, block) => block,
        };
        let example = line.rsplit_once(" #").filter(|_| !line.starts_with("```"));
        lines.push(match (block, example) {
            ("```expectations", Some((text, _))) => format!("{text} # {}", read(text.trim_end())),
            ("```judged", Some((text, said))) => format!("{text} # {}", judged(text.trim_end(), said.trim())),
            _ => line.to_owned(),
        });
    }
    lines.join("\n") + "\n"
}

#[test]
fn every_example_on_the_page_does_what_it_says() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let now = rewritten(&page);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(PAGE, &now).unwrap();
    }
    for (line, now) in page.lines().zip(now.lines()) {
        assert!(line == now || std::env::var_os("UPDATE").is_some(), "page: {line}\nnow:  {now}\nrun with UPDATE=1");
    }
}

#[test]
fn every_corrected_line_that_a_help_shows_is_right() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let mut corrected = 0;
    for line in page.lines().filter(|line| line.contains(" # error: ")) {
        let (text, said) = line.rsplit_once(" # ").unwrap();
        let first = text.split_whitespace().next().unwrap().trim_end_matches(':');
        let help = said.split_once("; help: ").unwrap().1;
        let shown = help.split('`').skip(1).step_by(2).filter(|part| part.starts_with(&format!("{first} ")));
        for shown in shown.filter(|part| !part.contains('…')) {
            assert_eq!(read(shown), "ok", "{text}: {help}");
            corrected += 1;
        }
    }
    assert!(corrected >= 15, "only {corrected} corrected lines were found");
}

#[test]
fn the_page_shows_enough_of_each_kind() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let count = |part: &str| page.lines().filter(|line| line.contains(part)).count();
    assert!(count(" # ok") >= 30 && count(" # error: ") >= 45, "examples were lost");
    assert!(
        count(": fail, ") >= 10 && count(": pass, ") >= 6 && count(": unknown, ") >= 1,
        "judged examples were lost"
    );
}
