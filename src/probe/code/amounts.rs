//! Sums over all source files, and what they are in so many lines of code. Owns the facts of amounts.

use super::Sums;
use crate::model::{Exact, Fact, Value};

impl Sums<'_> {
    pub(super) fn amounts(&mut self, lines: u64, tests: u64, todos: u64) {
        let per_thousand = |count: u64| number(count.saturating_mul(1000), lines, "there is no line of code");
        let unowned = self.findings.count("unowned_todos") as u64;
        let skipped = self.findings.count("skipped_tests") as u64;
        let unexplained = self.findings.count("unexplained_skips") as u64;
        self.facts.present("lines", Value::count(lines));
        self.facts.present("todos", Value::count(todos));
        self.facts.set("unowned_todo_density", per_thousand(unowned));
        let (amount, density) = match self.uncounted.take() {
            Some(reason) if tests == 0 => (Fact::Unobserved(reason.clone()), Fact::Unobserved(reason)),
            Some(reason) => (Fact::Present(Value::count(tests)), Fact::Unobserved(reason)),
            None => (Fact::Present(Value::count(tests)), per_thousand(tests)),
        };
        self.facts.set("tests", amount);
        self.facts.set("test_density", density);
        let ratio = match tests {
            0 => Fact::Absent,
            // one without a reason counts twice as much as one with a reason
            _ => number(skipped + unexplained, 2 * tests.max(skipped), "there is no test"),
        };
        self.facts.set("skipped_ratio", ratio);
    }

    /// Half of well-run services have a few dropped errors; a heap of them is what counts (catalogue §9.2).
    pub(super) fn densities(&mut self, lines: u64) {
        const FEW: u64 = 4;
        let per =
            |lines_each: u64, count: u64| number(count.saturating_mul(lines_each), lines, "there is no line of code");
        let swallowed = self.findings.count("swallowed_errors") as u64;
        let open = self.findings.count("calls_without_deadline") as u64;
        self.facts.set("swallowed_error_density", per(5000, if swallowed < FEW { 0 } else { swallowed }));
        self.facts.set("deadline_gap_density", per(10_000, open));
    }
}

fn number(part: u64, whole: u64, reason: &str) -> Fact {
    let ratio = Exact::ratio(part, whole).map(Value::Number);
    ratio.map_or_else(|| Fact::Unobserved(reason.to_owned()), Fact::Present)
}
