//! Counts tests of one or several reports, and which of them count at all.

use super::case::{Case, Parsed, Status};
use super::filter::{Counts, Filter};
use crate::model::{Exact, Fact, Facts, Unknown, Value};

/// Names of failed tests that the fact `failures` holds; with more it is not known as a whole.
const MOST_NAMES: usize = 10_000;

/// Tests counted so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    passed: u64,
    skipped: u64,
    flaky: u64,
    /// Failed ones that count.
    pub(super) failed: Vec<Case>,
    /// Tests that the filter left out, and how many of them failed.
    left_out: u64,
    failed_in_all: u64,
    /// Tests whose file no report says, though a filter asks for it.
    unplaced: u64,
    tagged: bool,
    seconds: Option<Exact>,
    untimed: u64,
    /// A runner whose reports do not say which tests were run again.
    silent: Option<&'static str>,
}

impl Tally {
    /// Adds the tests of a report that the filter lets through.
    pub(super) fn add(&mut self, report: Parsed, filter: &Filter<'_>) {
        self.silent = self.silent.or(report.silent);
        for case in report.cases {
            self.failed_in_all += u64::from(case.status == Status::Failed);
            self.tagged |= !case.tags.is_empty();
            match filter.lets(&case) {
                Counts::Yes => {}
                Counts::No => {
                    self.left_out += 1;
                    continue;
                }
                Counts::Unplaced => self.unplaced += 1,
            }
            self.flaky += u64::from(case.flaky);
            match &case.seconds {
                Some(seconds) => {
                    let known = self.seconds.take().unwrap_or_else(Exact::zero);
                    self.seconds = Some(&known + seconds);
                }
                None if case.status != Status::Skipped => self.untimed += 1,
                None => {}
            }
            match case.status {
                Status::Passed => self.passed += 1,
                Status::Skipped => self.skipped += 1,
                Status::Failed => self.failed.push(case),
            }
        }
    }

    /// Whether any test failed, also one that the filter left out.
    pub(super) fn any_failed(&self) -> bool {
        self.failed_in_all > 0
    }

    /// Unknown unless at least one test was executed.
    pub(super) fn executed(&self, filter: &Filter<'_>) -> Result<(), Unknown> {
        if self.unplaced > 0 {
            return Err(Unknown::because(format!(
                "the reports do not say in which file {} tests stand",
                self.unplaced
            )));
        }
        if let Some(tag) = filter.tag().filter(|_| !self.tagged) {
            return Err(Unknown::because(format!("the reports tag no test, so that `{tag}` cannot be chosen")));
        }
        if self.passed + self.failed.len() as u64 > 0 {
            return Ok(());
        }
        let filtered = filter.words().filter(|_| self.left_out > 0);
        Err(Unknown::because(match (self.skipped, filtered) {
            (0, Some(filter)) => format!("none of {} tests is {filter}", self.left_out),
            (0, None) => "no test was executed: the report lists none".to_owned(),
            (skipped, _) => format!("no test was executed: {skipped} skipped"),
        }))
    }

    /// The facts that are counts.
    pub(super) fn facts(&self, facts: &mut Facts) {
        let failed = self.failed.len() as u64;
        facts.present("total", Value::count(self.passed + failed + self.skipped));
        facts.present("passed", Value::count(self.passed));
        facts.present("failed", Value::count(failed));
        facts.present("skipped", Value::count(self.skipped));
        facts.set(
            "flaky",
            match self.silent {
                Some(runner) => Fact::Unobserved(format!("reports of {runner} do not say which tests were run again")),
                None => Fact::Present(Value::count(self.flaky)),
            },
        );
        let names = self.failed.iter().map(|case| Value::Text(case.name.clone()));
        facts.set(
            "failures",
            if self.failed.len() > MOST_NAMES {
                Fact::Unobserved(format!("{failed} tests failed; at most {MOST_NAMES} are named"))
            } else {
                Fact::Present(Value::List(names.collect()))
            },
        );
    }

    /// The times of all tests together.
    pub(super) fn duration(&self) -> Fact {
        match self.untimed {
            0 => Fact::Present(Value::Number(self.seconds.clone().unwrap_or_else(Exact::zero))),
            untimed => Fact::Unobserved(format!("the reports give no clear time for {untimed} tests")),
        }
    }

    /// `12 tests: 10 passed, 1 failed, 1 skipped`.
    pub(super) fn words(&self) -> String {
        let failed = self.failed.len() as u64;
        let mut words =
            format!("{} tests: {} passed, {failed} failed", self.passed + failed + self.skipped, self.passed);
        for (count, word) in
            [(self.skipped, "skipped"), (self.flaky, "flaky"), (self.left_out, "left out by the filter")]
        {
            if count > 0 {
                words.push_str(&format!(", {count} {word}"));
            }
        }
        words
    }
}
