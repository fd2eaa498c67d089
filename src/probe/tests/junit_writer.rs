//! What single writers of JUnit XML do differently from the rest: how they show that a test was run again, and what they
//! leave out. Leaves the elements to `junit`. Seen in reports of pytest 9 with rerunfailures 16, jest-junit 17, vitest 3,
//! gotestsum 1.8, node 20 and PHPUnit 9.

use std::collections::BTreeMap;

use super::case::{Case, Status, first_line};
use crate::model::Exact;

/// Types of PHPUnit (to version 9) for a remark about a test that held: it is no failure unless the runner was told so.
const REMARKS: &[&str] = &[
    "RiskyTestError",
    "OutputError",
    "UnintentionallyCoveredCodeError",
    "CoveredCodeNotExecutedException",
    "MissingCoversAnnotationException",
];
/// Class that jest-junit gives to a test file that could not be loaded, in two cases of the same name.
const NOT_LOADED: &str = "Test suite failed to run";

/// A suite as its attributes and its tests tell of it.
#[derive(Default)]
pub(super) struct Suite {
    pub(super) name: String,
    /// Where its cases begin.
    pub(super) first: usize,
    /// Class and name of each of its own cases, unshortened.
    pub(super) keys: Vec<String>,
    /// What its attributes count.
    pub(super) tests: Option<u64>,
    pub(super) failed: u64,
    pub(super) skipped: u64,
}

/// Who wrote a report, as far as it matters.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Other,
    Pytest,
    Jest,
    Vitest,
    Mocha,
    Gotestsum,
}

/// What is known of the writer of a report.
#[derive(Default)]
pub(super) struct Writer {
    kind: Kind,
    /// Failed tests that node's closing comments tell of.
    told: u64,
}

impl Writer {
    /// Knows some writers by the name of their root or of their suite.
    pub(super) fn take_suite(&mut self, name: &str, is_root: bool) {
        let kind = match name {
            "pytest tests" | "pytest" => Kind::Pytest,
            "jest tests" if is_root => Kind::Jest,
            "vitest tests" if is_root => Kind::Vitest,
            "Mocha Tests" if is_root => Kind::Mocha,
            _ => return,
        };
        self.kind = kind;
    }

    /// gotestsum says with which Go it ran.
    pub(super) fn take_property(&mut self, name: &str) {
        if name == "go.version" {
            self.kind = Kind::Gotestsum;
        }
    }

    /// `<!-- fail 4 -->` and `<!-- cancelled 2 -->` close a report of node, which leaves out tests that fail beside
    /// their subtests.
    pub(super) fn take_comment(&mut self, text: &str) {
        let words: Vec<&str> = text.split_whitespace().collect();
        if let ["fail" | "cancelled", number] = words[..] {
            self.told = self.told.saturating_add(number.parse().unwrap_or(0));
        }
    }

    /// Failed tests that it tells of beside its cases.
    pub(super) fn told(&self) -> u64 {
        self.told
    }

    /// The runner whose reports do not say which tests were run again.
    pub(super) fn silent(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Jest => Some("jest"),
            Kind::Vitest => Some("vitest"),
            Kind::Mocha => Some("mocha"),
            Kind::Other | Kind::Pytest | Kind::Gotestsum => None,
        }
    }

    /// What its reports leave out without a word.
    pub(super) fn leaves_out(&self, cases: &[Case]) -> Option<&'static str> {
        let shown = cases.iter().any(|case| case.class == NOT_LOADED);
        (self.kind == Kind::Jest && !shown)
            .then_some("test files that jest could not load are not in it unless `reportTestSuiteErrors` is set")
    }

    /// Whether the type of an `<error>` makes it a remark about a test that held.
    pub(super) fn is_remark(kind: &str) -> bool {
        kind.strip_prefix("PHPUnit\\Framework\\").is_some_and(|class| REMARKS.contains(&class))
    }

    /// Whether a message says no more than that something failed, as gotestsum's do and pytest's of files that it could not
    /// load.
    pub(super) fn says_nothing(&self, message: &str) -> bool {
        match self.kind {
            Kind::Gotestsum => message == "Failed",
            Kind::Pytest => message == "collection failure",
            _ => false,
        }
    }

    /// The line of a failure's text that says why: not Go's headings, not the name with which PHPUnit begins.
    pub(super) fn message(&self, text: &str, case: &Case) -> String {
        let heading = |line: &&str| {
            let line = line.trim();
            let of_go = self.kind == Kind::Gotestsum && ["===", "---"].iter().any(|mark| line.starts_with(mark));
            let name = line.strip_prefix(case.class.as_str()).and_then(|rest| rest.strip_prefix("::"));
            of_go
                || name
                    .is_some_and(|name| !name.is_empty() && case.name.contains(name.split(' ').next().unwrap_or(name)))
        };
        let raised = text.lines().rev().find_map(|line| line.strip_prefix("E ")).filter(|_| self.kind == Kind::Pytest);
        let line = raised.or_else(|| text.lines().filter(|line| !line.trim().is_empty()).find(|line| !heading(line)));
        first_line(line.unwrap_or_default())
    }

    /// Once a suite is closed: tests that were run again are one test, and what the writer passes over is counted.
    pub(super) fn settle(&self, cases: &mut Vec<Case>, suite: &Suite) {
        if cases.len().saturating_sub(suite.first) != suite.keys.len() {
            return;
        }
        match self.kind {
            Kind::Pytest => join(cases, suite, |_| true, fails_again),
            Kind::Gotestsum if was_run_again(&cases[suite.first..], suite) => {
                join(cases, suite, |_| true, holds_at_last)
            }
            Kind::Jest => {
                join(cases, suite, |key| key.starts_with(NOT_LOADED), |_, _| {});
                set_aside(&mut cases[suite.first..], suite);
            }
            _ => {}
        }
    }
}

/// Cases of one name become one; the first takes what the later ones say.
fn join(cases: &mut Vec<Case>, suite: &Suite, joins: fn(&str) -> bool, takes: fn(&mut Case, Case)) {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for (case, key) in cases.split_off(suite.first).into_iter().zip(&suite.keys) {
        match known.get(key.as_str()).filter(|_| joins(key)) {
            Some(&at) => {
                let both = cases[at].seconds.as_ref().zip(case.seconds.as_ref()).map(|(before, now)| before + now);
                takes(&mut cases[at], case);
                cases[at].seconds = both;
            }
            None => {
                known.insert(key, cases.len());
                cases.push(case);
            }
        }
    }
}

/// pytest-rerunfailures writes a case without a child for each try but the last; a test that fails and whose teardown
/// fails as well is written twice. A failure is therefore final.
fn fails_again(known: &mut Case, again: Case) {
    if known.status != Status::Failed {
        let flaky = again.status == Status::Passed;
        *known = Case { flaky, ..again };
    }
}

/// gotestsum writes the tries that failed before the one that held.
fn holds_at_last(known: &mut Case, again: Case) {
    if known.status == Status::Failed && again.status == Status::Passed {
        *known = Case { flaky: true, ..again };
    }
}

/// Whether tests that stand there more than once were tried again (`--rerun-fails`): none held twice and some needed one
/// try only. With `-count` every test is repeated, and each of its failures counts.
fn was_run_again(cases: &[Case], suite: &Suite) -> bool {
    let mut tries: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (case, key) in cases.iter().zip(&suite.keys) {
        let (all, held) = tries.entry(key).or_default();
        *all += 1;
        *held += u64::from(case.status == Status::Passed);
    }
    let any = |meets: fn(&(u64, u64)) -> bool| tries.values().any(meets);
    any(|(all, _)| *all > 1) && any(|(all, _)| *all == 1) && !any(|(_, held)| *held > 1)
}

/// jest-junit writes a `todo` as a test that held, and does not count it in `tests`: as many as are too many, of those that
/// took no time, were not run.
fn set_aside(cases: &mut [Case], suite: &Suite) {
    let Some(tests) = suite.tests else { return };
    let ran = tests.saturating_sub(suite.failed).saturating_sub(suite.skipped);
    let held = cases.iter().filter(|case| case.status == Status::Passed).count() as u64;
    let timeless = |case: &&mut Case| {
        case.status == Status::Passed && case.seconds.as_ref().is_none_or(|time| *time == Exact::zero())
    };
    let todo = usize::try_from(held.saturating_sub(ran)).unwrap_or(0);
    cases.iter_mut().rev().filter(timeless).take(todo).for_each(|case| case.status = Status::Skipped);
}
