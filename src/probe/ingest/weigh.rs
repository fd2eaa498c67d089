//! What vulnerabilities weigh: those of what runs, known long enough that an update could be expected, and how much those for
//! development and those whose code is not called count beside them.

use std::time::Duration;

use jiff::Timestamp;

use super::finding::{Finding, Level};
use super::tally::Tally;
use crate::model::{Exact, Fact, Facts, Value};

/// Formats whose findings are vulnerabilities of packages; SARIF may be of any tool, and is taken as it is.
pub(super) const FORMATS: &[&str] = &[
    "sarif",
    "osv-scanner",
    "trivy",
    "grype",
    "npm-audit",
    "pip-audit",
    "cargo-audit",
    "composer-audit",
    "bundler-audit",
    "govulncheck",
    "cargo-deny",
    "cyclonedx",
];

/// Percent of one that is for development alone (catalogue, deps/known-vulnerabilities).
const DEVELOPMENT: u64 = 20;
/// Percent of one whose code is seen not to be called.
const UNREACHABLE: u64 = 10;
/// Weight, in whole findings, that leaves nothing.
const MOST: u64 = 5;

/// The day on which the report is judged, and how long an update may take.
pub(super) struct Scale {
    pub(super) now: Timestamp,
    pub(super) grace: Duration,
}

impl Scale {
    /// Whether it is known for longer than an update may take; without a date it counts.
    fn is_due(&self, finding: &Finding) -> bool {
        let grace = i64::try_from(self.grace.as_secs()).unwrap_or(i64::MAX);
        finding.since.is_none_or(|since| self.now.as_second().saturating_sub(since.as_second()) > grace)
    }

    /// Critical ones at once, high ones when they are due.
    fn counts(&self, finding: &Finding) -> bool {
        finding.level == Some(Level::Critical) || (finding.level == Some(Level::High) && self.is_due(finding))
    }

    /// Sets the facts; in words what they are made of, where anything weighs.
    pub(super) fn facts(&self, tally: &Tally, facts: &mut Facts) -> Option<String> {
        let running = |finding: &&Finding| !finding.development;
        let unrated = tally.open.iter().filter(running).filter(|finding| finding.level.is_none()).count();
        let of = |level: Level, fixable: bool| {
            let counted = tally.open.iter().filter(running).filter(|finding| finding.level == Some(level));
            counted.filter(|finding| self.counts(finding) && (finding.fixable || !fixable)).count()
        };
        for (level, name, fixable) in [
            (Level::Critical, "running.critical", "fixable.running.critical"),
            (Level::High, "running.high", "fixable.running.high"),
        ] {
            facts.set(name, tally.count(of(level, false), unrated));
            facts.set(fixable, tally.count(of(level, true), unrated));
        }
        let exploited = tally.open.iter().filter(|finding| finding.exploited).count();
        facts.present("exploited", Value::count(exploited));
        let development = tally.open.iter().filter(|finding| finding.development).count();
        facts.present("development", Value::count(development));
        let young =
            tally.open.iter().filter(|finding| finding.level == Some(Level::High) && !self.is_due(finding)).count();
        facts.present("young", Value::count(young));
        let weighed = self.weighed(tally);
        let weight = weighed.iter().map(|(count, percent, _)| count * percent).sum::<u64>();
        let hundredths = |of: u64| Exact::ratio(of, 100_u64).unwrap_or_else(Exact::zero);
        facts.present("weight", Value::Number(hundredths(weight)));
        let all_unrated = tally.open.iter().filter(|finding| finding.level.is_none()).count();
        let is_grave = of(Level::Critical, true) > 0 || exploited > 0 || all_unrated > 0;
        let left = if is_grave { 0 } else { (MOST * 100).saturating_sub(weight) };
        let credit = match tally.gap().filter(|_| !is_grave && weight == 0) {
            Some(gap) => Fact::Unobserved(gap.to_owned()),
            None => Fact::Present(Value::Number(Exact::ratio(left, MOST * 100).unwrap_or_else(Exact::zero))),
        };
        facts.set("vulnerability_credit", credit);
        (!weighed.is_empty()).then(|| {
            let parts = weighed.iter().map(|(count, percent, what)| {
                let each = if *percent == 100 { String::new() } else { format!(", {percent} % each") };
                format!("{count} {what}{each}")
            });
            format!("weight {} of {MOST}: {}", shown(weight), parts.collect::<Vec<_>>().join("; "))
        })
    }

    /// How many weigh how many percent.
    fn weighed(&self, tally: &Tally) -> Vec<(u64, u64, &'static str)> {
        let count = |list: &[Finding], development: bool| {
            list.iter().filter(|finding| self.counts(finding) && finding.development == development).count() as u64
        };
        let (open, unreached) = (&tally.open, &tally.unreachable);
        let all = [
            (count(open, false), 100, "critical or high and due"),
            (count(open, true), DEVELOPMENT, "for development"),
            (count(unreached, false), UNREACHABLE, "not called"),
            (count(unreached, true), DEVELOPMENT * UNREACHABLE / 100, "for development and not called"),
        ];
        all.into_iter().filter(|(count, ..)| *count > 0).collect()
    }
}

/// `2.2`.
fn shown(hundredths: u64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::ingest::finding::State;

    fn vulnerability(id: &str, level: Level, day: &str) -> Finding {
        Finding::new(id, Some(level)).in_package("pear 1.0").since(Some(&format!("{day}T00:00:00Z")))
    }

    fn seen(findings: Vec<Finding>) -> (Facts, Option<String>) {
        let mut tally = Tally::default();
        tally.add(findings, None, &[]);
        let scale = Scale {
            now: "2026-06-01T00:00:00Z".parse().unwrap_or_default(),
            grace: Duration::from_secs(14 * 24 * 60 * 60),
        };
        let mut facts = Facts::new();
        let words = scale.facts(&tally, &mut facts);
        (facts, words)
    }

    fn counts(facts: &Facts, names: &[&str]) -> Vec<Fact> {
        names.iter().map(|name| facts.get(name)).collect()
    }

    fn whole(count: usize) -> Fact {
        Fact::Present(Value::count(count))
    }

    #[test]
    fn high_ones_count_when_an_update_could_be_expected_and_critical_ones_at_once() {
        let (facts, words) = seen(vec![
            vulnerability("A", Level::High, "2026-05-30"),
            vulnerability("B", Level::High, "2026-01-01"),
            vulnerability("C", Level::Critical, "2026-05-30"),
            Finding::new("D", Some(Level::High)).in_package("plum 1.0"),
        ]);
        assert_eq!(
            counts(&facts, &["running.critical", "running.high", "young", "fixable.running.critical"]),
            [whole(1), whole(2), whole(1), whole(0)]
        );
        assert_eq!(words.as_deref(), Some("weight 3 of 5: 3 critical or high and due"));
        let two_fifths = Exact::ratio(2_u64, 5_u64).map(Value::Number).map(Fact::Present);
        assert_eq!(Some(facts.get("vulnerability_credit")), two_fifths);
    }

    #[test]
    fn what_is_for_development_or_not_called_weighs_less() {
        let unreached = Finding { state: State::Unreachable, ..vulnerability("B", Level::High, "2026-01-01") };
        let (facts, words) =
            seen(vec![vulnerability("A", Level::Critical, "2026-01-01").fixable(true).development(true), unreached]);
        assert_eq!(
            counts(&facts, &["running.critical", "running.high", "development"]),
            [whole(0), whole(0), whole(1)]
        );
        assert_eq!(words.as_deref(), Some("weight 0.3 of 5: 1 for development, 20 % each; 1 not called, 10 % each"));
        assert_eq!(
            facts.get("weight"),
            Exact::ratio(3_u64, 10_u64).map_or(Fact::Absent, |weight| Fact::Present(Value::Number(weight)))
        );
    }

    #[test]
    fn a_critical_one_that_an_update_mends_or_one_that_is_exploited_leaves_nothing() {
        let none = Fact::Present(Value::Number(Exact::zero()));
        let (facts, _) = seen(vec![vulnerability("A", Level::Critical, "2026-05-30").fixable(true)]);
        assert_eq!(facts.get("vulnerability_credit"), none);
        let (facts, _) = seen(vec![vulnerability("A", Level::Medium, "2026-05-30").exploited(true)]);
        assert_eq!((facts.get("exploited"), facts.get("vulnerability_credit")), (whole(1), none));
    }
}
