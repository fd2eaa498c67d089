//! Joins findings of several reports and counts them.

use std::collections::BTreeMap;

use super::finding::{Finding, Level, State};
use crate::model::{Fact, Facts, Value};
use crate::probe::wildcard::like;

/// What a finding is about: its subject, and where it is no vulnerability of a package its place and words as well, since a
/// linter finds one rule in one resource more than once.
type About = (String, Option<(String, u32, String)>);

/// Findings counted so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Those that stand, in the order they came.
    pub(super) open: Vec<Finding>,
    /// Those that somebody accepted.
    pub(super) suppressed: Vec<Finding>,
    /// Those whose code is not reached.
    pub(super) unreachable: Vec<Finding>,
    excluded: u64,
    /// Where a finding stands in `open`, by each of its names and what it is about.
    known: BTreeMap<(String, About), usize>,
    /// Why finding nothing is not certain.
    gap: Option<String>,
}

impl Tally {
    /// Adds the findings of a report, without those of rules that are left out.
    pub(super) fn add(&mut self, findings: Vec<Finding>, gap: Option<String>, exclude: &[String]) {
        self.gap = self.gap.take().or(gap);
        for finding in findings {
            match finding.state {
                _ if exclude.iter().any(|pattern| finding.ids.iter().any(|id| like(pattern, id))) => self.excluded += 1,
                State::Suppressed => self.suppressed.push(finding),
                State::Unreachable => self.unreachable.push(finding),
                State::Open => self.open(finding),
            }
        }
    }

    /// One that is told of twice under any of its names counts once, as its worst account.
    fn open(&mut self, finding: Finding) {
        let names = names(&finding);
        let at = names.iter().find_map(|name| self.known.get(name).copied());
        let at = at.unwrap_or(self.open.len());
        match self.open.get_mut(at) {
            Some(known) => {
                known.level = known.level.max(finding.level);
                known.fixable |= finding.fixable;
                known.development &= finding.development;
                known.exploited |= finding.exploited;
                known.since = known.since.min(finding.since).or(known.since).or(finding.since);
                known.ids.extend(finding.ids);
                if known.way.is_empty() {
                    known.way = finding.way;
                }
            }
            None => self.open.push(finding),
        }
        self.known.extend(names.into_iter().map(|name| (name, at)));
    }

    /// The facts that count findings. What was found stands; none needs every finding to be rated and nothing left out.
    pub(super) fn facts(&self, facts: &mut Facts) {
        let of = |level: Level| move |finding: &&Finding| finding.level == Some(level);
        let fixable = |finding: &&Finding| finding.fixable;
        let unrated = |finding: &&Finding| finding.level.is_none();
        let all_unrated = self.open.iter().filter(unrated).count();
        let fixable_unrated = self.open.iter().filter(unrated).filter(fixable).count();
        for level in Level::ALL {
            facts.set(level.word(), self.count(self.open.iter().filter(of(level)).count(), all_unrated));
        }
        for level in [Level::Critical, Level::High] {
            let count = self.open.iter().filter(of(level)).filter(fixable).count();
            facts.set(format!("fixable.{}", level.word()), self.count(count, fixable_unrated));
        }
        facts.set("total", self.count(self.open.len(), 0));
        facts.set("fixable", self.count(self.open.iter().filter(fixable).count(), 0));
        facts.present("unrated", Value::count(all_unrated));
        facts.present("complete", Value::Bool(all_unrated == 0 && self.gap.is_none()));
        facts.present("suppressed", Value::count(self.suppressed.len()));
        facts.present("unreachable", Value::count(self.unreachable.len()));
        facts.present("excluded", Value::count(self.excluded));
        let newest = self.open.iter().filter_map(|finding| finding.since).max();
        facts.set("newest", newest.map_or(Fact::Absent, |time| Fact::Present(Value::Date(time))));
    }

    /// Why finding nothing is not certain.
    pub(super) fn gap(&self) -> Option<&str> {
        self.gap.as_deref()
    }

    /// What was counted; a zero only where every finding is rated and nothing was left out.
    pub(super) fn count(&self, count: usize, unrated: usize) -> Fact {
        match &self.gap {
            _ if count > 0 => Fact::Present(Value::count(count)),
            Some(gap) => Fact::Unobserved(gap.clone()),
            None if unrated > 0 => {
                Fact::Unobserved(format!("{unrated} of {} findings are not rated by the tool", self.open.len()))
            }
            None => Fact::Present(Value::count(0)),
        }
    }

    /// `12 findings: 1 critical, 3 high; 2 suppressed`.
    pub(super) fn words(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for level in Level::ALL {
            let count = self.open.iter().filter(|finding| finding.level == Some(level)).count();
            if count > 0 {
                parts.push(format!("{count} {}", level.word()));
            }
        }
        let unrated = self.open.iter().filter(|finding| finding.level.is_none()).count() as u64;
        let others = [
            (unrated, "not rated"),
            (self.suppressed.len() as u64, "suppressed"),
            (self.unreachable.len() as u64, "not reached"),
            (self.excluded, "left out by `exclude`"),
        ];
        parts.extend(others.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")));
        let details = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
        format!("{} findings{details}", self.open.len())
    }
}

fn names(finding: &Finding) -> Vec<(String, About)> {
    let place = || (finding.file.clone().unwrap_or_default(), finding.line, finding.message.clone());
    let about = (finding.subject.clone(), (!finding.in_package).then(place));
    let named = finding.ids.iter().filter(|_| !finding.subject.is_empty());
    named.map(|id| (id.to_ascii_uppercase(), about.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vulnerability(id: &str, alias: &str, level: Option<Level>) -> Finding {
        Finding::new(id, level).alias([alias]).in_package("pear 1.0")
    }

    fn facts(tally: &Tally) -> Facts {
        let mut facts = Facts::new();
        tally.facts(&mut facts);
        facts
    }

    #[test]
    fn a_vulnerability_with_several_names_counts_once_at_its_worst() {
        let mut tally = Tally::default();
        let first = vulnerability("GHSA-1", "CVE-1", Some(Level::Low));
        tally.add(vec![first, vulnerability("PYSEC-1", "cve-1", Some(Level::High)).fixable(true)], None, &[]);
        let seen = facts(&tally);
        assert_eq!(
            ["total", "high", "low", "fixable.high"].map(|fact| seen.get(fact)),
            [1, 1, 0, 1].map(|n| Fact::Present(Value::count(n)))
        );
    }

    #[test]
    fn one_rule_may_find_two_faults_in_one_resource() {
        let of = |says: &str| Finding::new("container-resources", Some(Level::High)).of("Deployment web").says(says);
        let mut tally = Tally::default();
        tally.add(vec![of("no CPU request"), of("no memory request"), of("no CPU request")], None, &[]);
        assert_eq!(facts(&tally).get("total"), Fact::Present(Value::count(2)), "the same words are told of twice");
    }

    #[test]
    fn zero_is_no_observation_while_something_is_not_rated_or_left_out() {
        let mut tally = Tally::default();
        tally.add(vec![vulnerability("A", "B", None)], None, &[]);
        assert!(matches!(facts(&tally).get("critical"), Fact::Unobserved(why) if why.starts_with("1 of 1 findings")));
        assert_eq!(facts(&tally).get("total"), Fact::Present(Value::count(1)));
        let mut tally = Tally::default();
        tally.add(Vec::new(), Some("2 packages were skipped".to_owned()), &[]);
        assert_eq!(facts(&tally).get("total"), Fact::Unobserved("2 packages were skipped".to_owned()));
    }

    #[test]
    fn what_is_accepted_not_reached_or_left_out_is_counted_apart() {
        let mut tally = Tally::default();
        let unreachable = Finding { state: State::Unreachable, ..Finding::new("U1", Some(Level::High)) };
        let findings = vec![Finding::new("S1", None).suppressed(true), unreachable, Finding::new("DL3008", None)];
        tally.add(findings, None, &["DL30*".to_owned()]);
        let seen = facts(&tally);
        let counts = ["total", "suppressed", "unreachable", "excluded"].map(|fact| seen.get(fact));
        assert_eq!(counts, [0, 1, 1, 1].map(|n| Fact::Present(Value::count(n))));
        assert_eq!(tally.words(), "0 findings: 1 suppressed, 1 not reached, 1 left out by `exclude`");
    }
}
