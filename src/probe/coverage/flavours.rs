//! Tests only: every writer's report gives the numbers that the writer itself prints, and what must not pass for one.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::DEF;
use crate::model::{Exact, Fact, Observation, Unknown, Value};
use crate::probe::sample;
use crate::probe::trial::count;

macro_rules! report {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/reports-of-tools/coverage/", $name))
    };
}

const SOURCES: [&str; 14] = [
    "shop/__init__.py",
    "shop/auth.py",
    "shop/cart.py",
    "src/cart.js",
    "cart/cart.go",
    "src/main/java/shop/Cart.java",
    "src/main/java/shop/Order.java",
    "src/Cart.php",
    "src/Price.php",
    "cart.js",
    "rich.js",
    "lib/never.js",
    "cart.c",
    "src/lib.rs",
];

fn observe(parameters: &str, files: &[(&str, &str)]) -> Result<Observation, Unknown> {
    let sources = SOURCES.iter().map(|path| (*path, "x"));
    let files: Vec<(&str, &str)> = sources.chain(files.iter().copied()).collect();
    sample::observe(DEF.name, parameters, &files)
}

fn one(report: &str) -> Result<Observation, Unknown> {
    observe("report: r", &[("r", report)])
}

/// A ratio as `covered/total`, reduced; the reason when it is not known.
fn ratio(seen: &Observation, fact: &str) -> String {
    match seen.facts.get(fact) {
        Fact::Present(Value::Number(number)) => number.to_string(),
        Fact::Unobserved(reason) => reason,
        other => panic!("{other:?}"),
    }
}

/// Report, lines covered, lines in all, branches, first file.
type Flavour = (&'static str, i64, i64, &'static str, &'static str);

/// As `coverage report`, `nyc report`, jest, `go tool cover -func`, `lcov --summary`, PHPUnit and JaCoCo's CSV had them.
const FLAVOURS: &[Flavour] = &[
    (report!("coverage-py.cobertura.xml"), 12, 18, "1/3", "shop/cart.py"),
    (report!("coverage-py.json"), 12, 18, "1/3", "shop/cart.py"),
    (report!("coverage-py.lcov"), 12, 18, "1/3", "shop/cart.py"),
    (report!("nyc.lcov"), 7, 8, "3/5", "src/cart.js"),
    (report!("nyc.clover.xml"), 7, 8, "3/5", "src/cart.js"),
    // Not every branch is listed there, but the root has their number.
    (report!("nyc.cobertura.xml"), 7, 8, "3/5", "src/cart.js"),
    (report!("jest.cobertura.xml"), 15, 20, "4/7", "rich.js"),
    (report!("nyc.final.json"), 7, 8, "3/5", "src/cart.js"),
    (report!("nyc.summary.json"), 7, 8, "3/5", "src/cart.js"),
    (report!("llvm-cov.json"), 11, 15, "the reports tell of no branch", "src/lib.rs"),
    (report!("llvm-cov.lcov"), 11, 15, "the reports tell of no branch", "src/lib.rs"),
    (report!("go.cover"), 5, 7, "the reports tell of no branch", "cart/cart.go"),
    // Two packages were tested, each with the counts of all.
    (report!("go.merged.cover"), 3, 4, "the reports tell of no branch", "cart/cart.go"),
    (report!("gcc.lcov"), 7, 10, "3/4", "cart.c"),
    (report!("jacoco.xml"), 9, 16, "4/11", "src/main/java/shop/Order.java"),
    // A method of one line stands in place of its statement, which only the sums count.
    (report!("phpunit.clover.xml"), 2, 5, "the reports tell of no branch", "src/Cart.php"),
    (report!("phpunit.cobertura.xml"), 2, 5, "the reports tell of no branch", "src/Cart.php"),
];

#[test]
fn every_writer_gives_the_numbers_that_it_prints_itself() {
    for (report, covered, total, branch, first) in FLAVOURS {
        let seen = one(report).unwrap();
        let counts = ["covered", "total"].map(|fact| count(&seen, fact).unwrap());
        assert_eq!(counts, [*covered, *total], "{report}");
        assert_eq!(ratio(&seen, "line"), Exact::ratio(*covered, *total).unwrap().to_string());
        assert_eq!(ratio(&seen, "branch"), *branch, "{report}");
        let named = seen.evidence.iter().filter_map(|piece| piece.place.as_ref()).find(|place| place.file != "r");
        assert_eq!(named.unwrap().file, *first);
    }
}

#[test]
fn lines_from_the_segments_of_llvm_are_those_of_its_own_tracefile() {
    let lines = |parsed: Result<(super::format::Format, super::measured::Measured), String>| {
        let measured = parsed.unwrap().1;
        let (_, file) = measured.files.into_iter().next().unwrap();
        file.lines
    };
    let of_json = lines(super::format::parse(None, report!("llvm-cov.json")));
    assert_eq!(of_json, lines(super::format::parse(None, report!("llvm-cov.lcov"))));
}

#[test]
fn reports_of_the_same_files_are_joined_and_not_added() {
    let files = [("a", report!("coverage-py.lcov")), ("b", report!("coverage-py.json")), ("c", report!("nyc.lcov"))];
    let seen = observe("report: '{a,b,c}'", &files).unwrap();
    assert_eq!(["covered", "total", "files"].map(|fact| count(&seen, fact).unwrap()), [19, 26, 4]);
}

#[test]
fn groups_have_shares_of_their_own_and_the_lowest_is_known() {
    let groups = "report: r\ngroups: { auth: 'shop/auth.py', cart: 'shop/cart*', all: 'shop/**' }";
    let seen = observe(groups, &[("r", report!("coverage-py.json"))]).unwrap();
    let lines = ["group.auth.line", "group.cart.line", "group.all.line", "lowest_group"].map(|fact| ratio(&seen, fact));
    assert_eq!(lines, ["3/4", "9/14", "2/3", "9/14"]);
    assert_eq!(ratio(&seen, "group.auth.branch"), "1/2");
    let about = |fact: &str| -> Vec<String> {
        let of_fact = seen.evidence.iter().filter(|piece| piece.fact.as_deref() == Some(fact));
        of_fact.map(|piece| piece.note.clone().unwrap_or_default()).collect()
    };
    assert_eq!(about("group.auth")[0], "auth: 3 of 4 lines in 1 file were executed");
    assert_eq!(about("lowest_group")[0], "cart: 9 of 14 lines in 1 file were executed");
    let empty = "report: r\ngroups: { auth: 'shop/auth.py', pay: 'shop/pay/**' }";
    let seen = observe(empty, &[("r", report!("coverage-py.json"))]).unwrap();
    assert_eq!(ratio(&seen, "group.pay.line"), "the reports list no line of `shop/pay/**`");
    assert_eq!(ratio(&seen, "lowest_group"), "the reports list no line of `shop/pay/**`");
}

#[test]
fn source_files_that_no_report_lists_are_known() {
    let seen = observe("report: r", &[("r", report!("coverage-py.json")), ("shop/pay.py", "x")]).unwrap();
    assert_eq!(ratio(&seen, "reported"), "3/4");
    assert_eq!(ratio(&seen, "changed.line"), "no `base` to compare with is named");
}

#[test]
fn a_format_that_is_named_wins_over_the_content() {
    let seen = observe("report: r\nformat: cobertura", &[("r", report!("nyc.clover.xml"))]).unwrap_err();
    assert_eq!(seen.0, "`r` lists no line that could be executed");
    let wrong = observe("report: r\nformat: go", &[("r", report!("nyc.lcov"))]).unwrap_err();
    assert!(wrong.0.contains("no block of statements"), "{}", wrong.0);
}

#[test]
fn what_shows_no_line_is_unknown_and_never_whole() {
    for (report, reason) in [
        ("", "`r` is empty"),
        ("SF:shop/cart.py\nend_of_record\n", "`r` lists no line that could be executed"),
        ("mode: set\n", "`r` lists no line that could be executed"),
        ("<coverage line-rate='1'><packages/></coverage>", "`r` lists no line that could be executed"),
        ("{\"meta\": {}, \"files\": {}}", "`r` lists no line that could be executed"),
        (
            "SF:/elsewhere/x.py\nDA:1,1\nend_of_record\n",
            "no file that the reports name is here, such as `/elsewhere/x.py`",
        ),
        ("<coverage><packages><class filename='a'>", "`r` ends before every element is closed"),
        (
            "<coverage line-rate='1'><class filename='a'><line number='1'/></class></coverage>",
            "`r` has a <line> without `hits`",
        ),
    ] {
        assert_eq!(one(report).unwrap_err().0, reason, "{report}");
    }
    for report in ["all is well", "{}", "[]", "<html/>", "{\"total\": 3}", "\u{0}\u{1}"] {
        assert!(one(report).unwrap_err().0.starts_with("`r` is no coverage report of a known kind"), "{report}");
    }
}

#[test]
fn hostile_reports_end_in_a_reason() {
    for (report, reason) in [
        ("{\"meta\": {}, \"files\": {\"a\": {\"executed_lines\": [NaN]}}}".to_owned(), "is no coverage report"),
        ("{\"meta\": {}, \"files\": {\"a\": {}, \"a\": {}}}".to_owned(), "missing field"),
        ("<coverage line-rate='1'>".repeat(100_000), "nested deeper"),
        ("{\"meta\": {}, \"files\": ".to_owned() + &"[".repeat(100_000), "is no coverage report"),
        ("mode: set\na.go:1.1,4000000000.1 1 1\n".to_owned(), "has a block from line 1 to line 4000000000"),
        ("{\"meta\":{},\"files\":{\"shop/cart.py\":{\"executed_lines\":[1],\"missing_lines\":[],\"summary\":{\"num_branches\":1,\"covered_branches\":2}}}}".to_owned(), "says that 2 of 1 are covered"),
    ] {
        let unknown = one(&report).unwrap_err().0;
        assert!(unknown.contains(reason), "{unknown}");
    }
}

#[test]
fn wrong_parameters_are_problems() {
    for (yaml, message) in [
        ("report: ../r.xml", "`../r.xml` leads out of the repository"),
        ("report: r\nbase: --output=x", "`--output=x` is no name of a commit"),
        ("report: r\nbase: a..b", "`a..b` is no name of a commit"),
    ] {
        let problems = sample::decode("coverage", yaml).err().unwrap();
        assert_eq!(problems.iter().next().unwrap().message, message, "{yaml}");
    }
}
