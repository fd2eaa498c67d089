//! The worked example of `docs/scoring.md`, and what `explain` says of other reports.

use super::reports::report_of;
use super::{Plan, exact};
use crate::model::Outcome::{Fail, NotApplicable, Pass, Unknown};
use crate::model::Severity::{Blocker, High, Low, Medium};
use crate::model::outline::Standing;
use crate::score::explain;

/// The example that the documentation works through.
fn example() -> Plan {
    Plan::new()
        .area("security", 4)
        .check("profiles-need-a-login", Blocker, Pass)
        .check("http/hsts", High, Fail)
        .check("http/csp", Medium, Unknown)
        .area("tests", 3)
        .check("suite@catalog", Blocker, Pass)
        .with(|check, _| check.share_of = 2)
        .check("suite@cart", Blocker, Fail)
        .with(|check, judged| {
            check.share_of = 2;
            judged.credit_ppm = 918_635;
            judged.waived = true;
        })
        .check("coverage", Medium, Fail)
        .with(|_, judged| judged.credit_ppm = 750_000)
        .check("mutation", Low, NotApplicable)
}

#[test]
fn the_documentation_shows_the_worked_example_as_it_is() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scoring.md");
    let doc = std::fs::read_to_string(path).unwrap();
    let scored = example().score();
    let line = format!("    {}\n", scored.verdict_line);
    let explained: String = explain(&report_of(&example())).lines().map(indented).collect();
    assert!(doc.contains(&explained), "docs/scoring.md should show:\n{explained}");
    assert!(doc.contains(&line), "docs/scoring.md should show:\n{line}");
    for (check, points) in example().outline.checks.iter().zip(&scored.checks) {
        let Some(points) = points.points.as_ref().map(crate::score::ExactPoints::to_report) else { continue };
        let row = format!("| `{}` | {} | {} | {} |", check.id, points.got, points.lost, points.possible);
        assert!(doc.contains(&row), "docs/scoring.md should show:\n{row}");
    }
    for action in scored.next_actions {
        let row = format!("- `{}`: {} points", action.check, action.gain.unwrap());
        assert!(doc.contains(&row), "docs/scoring.md should show:\n{row}");
    }
}

fn indented(line: &str) -> String {
    if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") }
}

#[test]
fn fractions_that_are_no_short_decimals_stay_fractions() {
    let plan = Plan::new().area("a", 1).check("x@1", Blocker, Fail).with(|check, judged| {
        check.share_of = 3;
        judged.credit_ppm = 333_333;
    });
    let text = explain(&report_of(&plan));
    assert!(text.contains("x@1  fail     8/3 × 0.333333 = 0.888888\n"), "{text}");
    assert!(text.contains("proven   = 0.888888 / (8/3) = 333333/1000000 = 33.3 %\n"), "{text}");
    assert!(text.contains("applicable 8/3\n") && text.contains("= 333333/1000000 = 33.3 %"), "{text}");
}

#[test]
fn what_is_not_counted_is_named_with_the_reason() {
    let plan = Plan::new()
        .area("a", 1)
        .check("new-rule", High, Fail)
        .with(|check, _| check.standing = Standing::Announced)
        .check("note", High, Fail)
        .with(|check, _| check.weight = 0)
        .check("elsewhere", High, NotApplicable);
    let text = explain(&report_of(&plan));
    assert!(text.contains("not counted: new-rule (announced), note (weight 0), elsewhere (n/a)\n"), "{text}");
    assert!(text.contains("no overall score: nothing applies"), "{text}");
}

#[test]
fn a_report_whose_numbers_do_not_follow_from_its_checks_is_told_so() {
    let mut report = report_of(&example());
    report.score.as_mut().unwrap().proven.exact = exact("0.99").to_string();
    let text = explain(&report);
    assert!(text.contains("the report itself says proven 99/100, which its checks do not give\n"), "{text}");
    assert!(!explain(&report_of(&example())).contains("the report itself says"));
}
