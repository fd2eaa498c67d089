//! JUnit XML: a suite per area, a test case per check. The only file that names `quick_junit`.
//!
//! A failure that counts is a failure. What could not be observed is an *error*, so that a pipeline does not turn green
//! on something nobody saw. What does not count (waived, announced, a prerequisite, not applicable) is *skipped* with
//! the reason. The property `outcome` of each case carries the outcome itself.

use std::time::Duration;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::digest::{self, Section};
use super::text::one_line;
use super::{FormatDef, Style, figures};
use crate::model::Outcome;
use crate::model::report::{Check, CheckState, Report};

/// `junit`
pub(super) static FORMAT: FormatDef =
    FormatDef { name: "junit", doc: "JUnit XML: a suite per area, a test case per check", extension: "xml", render };

fn render(report: &Report, _: &Style) -> Vec<u8> {
    let mut document = quick_junit::Report::new(one_line(&format!("shipworthy: {}", report.system.name)));
    document.set_time(Duration::from_millis(report.run.duration_ms));
    for section in digest::sections(report) {
        document.add_test_suite(suite(report, &section));
    }
    let mut bytes = Vec::new();
    document.serialize(&mut bytes).expect("writing to memory cannot fail");
    bytes
}

fn suite(report: &Report, section: &Section<'_>) -> TestSuite {
    let mut suite = TestSuite::new(one_line(section.id));
    if let Some(area) = section.area {
        suite.add_property(("title", one_line(&area.title).as_str()));
        suite.add_property(("priority", area.priority.word()));
    }
    if let Some(score) = section.area.and_then(|area| area.score.as_ref()) {
        suite.add_property(("proven", figures::percent(score.proven.value).as_str()));
        suite.add_property(("possible", figures::percent(score.possible.value).as_str()));
        suite.add_property(("measured", figures::percent(score.measured.value).as_str()));
    }
    suite.add_test_cases(section.checks.iter().map(|check| case(report, check)));
    suite
}

fn case(report: &Report, check: &Check) -> TestCase {
    let mut case = TestCase::new(one_line(&check.id), status(report, check));
    case.set_classname(one_line(&check.area));
    case.set_time(Duration::from_millis(check.duration_ms));
    case.set_assertions(check.expectations.len());
    case.add_property(("outcome", check.outcome.word()));
    case.add_property(("severity", check.severity.word()));
    case.add_property(("title", one_line(&check.title).as_str()));
    if let Some(said) = digest::said_otherwise(report, check) {
        case.add_property(("claim", one_line(&said).as_str()));
    }
    let mut counted = check.evidence.iter().filter(|evidence| evidence.is_counted());
    if let Some(place) = counted.find_map(|evidence| evidence.place.as_ref()) {
        case.add_property(("place", one_line(&place.to_string()).as_str()));
    }
    case
}

fn status(report: &Report, check: &Check) -> TestCaseStatus {
    if check.outcome == Outcome::Pass {
        return TestCaseStatus::success();
    }
    let standing = digest::standing(check, report);
    let skipped = check.outcome == Outcome::NotApplicable || !digest::counts(check);
    let mut status = match (skipped, check.outcome) {
        (true, _) => TestCaseStatus::skipped(),
        (false, Outcome::Fail) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        (false, _) => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    status.set_type(if skipped { standing_word(check) } else { check.outcome.word() });
    status.set_message(one_line(&message(check, standing.as_deref())));
    status.set_description(description(check));
    status
}

fn standing_word(check: &Check) -> &'static str {
    match check.state {
        CheckState::Announced => "announced",
        CheckState::Prerequisite => "prerequisite",
        CheckState::Disabled => "disabled",
        CheckState::Enforced if check.outcome == Outcome::NotApplicable => "n/a",
        CheckState::Enforced => "waived",
    }
}

fn message(check: &Check, standing: Option<&str>) -> String {
    let mut parts: Vec<String> = standing.map(str::to_owned).into_iter().collect();
    parts.extend(check.reason.clone());
    parts.extend(digest::broken(check).iter().map(|line| format!("expected {}, actual {}", line.text, line.actual)));
    if parts.is_empty() { check.title.clone() } else { parts.join("; ") }
}

fn description(check: &Check) -> String {
    let mut lines = vec![one_line(&check.title)];
    lines.extend(check.evidence.iter().map(|evidence| format!("seen: {}", one_line(&digest::evidence_line(evidence)))));
    lines.extend(check.remedy.as_ref().map(|remedy| format!("fix: {}", one_line(remedy))));
    lines.extend(check.reference.as_ref().map(|reference| format!("see: {}", one_line(reference))));
    lines.join("\n")
}
