//! A finding: one thing in a file that a fact counts. Owns how findings become counts and evidence; what is a finding
//! is the business of each probe.

use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Certainty, Fact, Facts, Place, Value};

/// Evidence kept per fact; counts stay exact.
const MOST_EVIDENCE: usize = 20;

/// One thing that a fact counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// The fact that counts it.
    pub(crate) fact: &'static str,
    /// Line, from 1; 0 for the whole file.
    pub(crate) line: u32,
    /// What was seen, one line for a person.
    pub(crate) note: String,
    /// How sure it is.
    pub(crate) certainty: Certainty,
    /// What makes it this finding and no other, without line numbers and secrets: an image, an action, a rule.
    pub(crate) subject: String,
}

impl Finding {
    /// A certain finding.
    pub(crate) fn new(fact: &'static str, line: u32, subject: impl Into<String>, note: impl Into<String>) -> Finding {
        Finding { fact, line, note: note.into(), certainty: Certainty::Certain, subject: subject.into() }
    }

    /// The same with another certainty.
    #[must_use]
    pub(crate) fn with(mut self, certainty: Certainty) -> Finding {
        self.certainty = certainty;
        self
    }

    /// It as evidence in this file.
    pub(crate) fn evidence(&self, file: &str) -> Evidence {
        Evidence {
            kind: EvidenceKind::File,
            place: Some(Place::line(file, self.line)),
            note: Some(self.note.clone()),
            fingerprint: Some(format!("{}:{file}:{}", self.fact, self.subject)),
            fact: Some(self.fact.to_owned()),
            certainty: self.certainty,
            ..Evidence::default()
        }
    }
}

/// Findings of several files, in order of path and line.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    found: Vec<(String, Finding)>,
    /// Files that could not be judged, with the reason.
    unread: Vec<(String, String)>,
}

impl Findings {
    /// Adds one.
    pub(crate) fn push(&mut self, file: &str, finding: Finding) {
        self.found.push((file.to_owned(), finding));
    }

    /// Adds all of one file.
    pub(crate) fn extend(&mut self, file: &str, findings: impl IntoIterator<Item = Finding>) {
        self.found.extend(findings.into_iter().map(|finding| (file.to_owned(), finding)));
    }

    /// Shows the findings of some facts as those of another as well, which sums them up.
    pub(crate) fn sum_up(&mut self, facts: &[&str], sum: &'static str) {
        let summed = self.found.iter().filter(|(_, finding)| facts.contains(&finding.fact));
        let copies: Vec<(String, Finding)> =
            summed.map(|(file, finding)| (file.clone(), Finding { fact: sum, ..finding.clone() })).collect();
        self.found.extend(copies);
    }

    /// Notes a file that could not be judged: a zero is then no longer an observation.
    pub(crate) fn unread(&mut self, file: &str, reason: impl Into<String>) {
        self.unread.push((file.to_owned(), reason.into()));
    }

    /// Whether every file could be judged: only then is what is missing missing.
    pub(crate) fn is_whole(&self) -> bool {
        self.unread.is_empty()
    }

    /// How many a fact has; hints are shown, not counted.
    pub(crate) fn count(&self, fact: &str) -> usize {
        self.found.iter().filter(|(_, f)| f.fact == fact && f.certainty > Certainty::Hint).count()
    }

    /// How many a fact has that are at least so sure.
    pub(crate) fn count_of(&self, fact: &str, least: Certainty) -> usize {
        self.found.iter().filter(|(_, f)| f.fact == fact && f.certainty >= least).count()
    }

    /// The count as a fact: what was found stands, but zero needs every file to have been read.
    pub(crate) fn set_count(&self, facts: &mut Facts, fact: &'static str) {
        self.set_number(facts, fact, self.count(fact));
    }

    /// The same for a number that was counted elsewhere.
    pub(crate) fn set_number(&self, facts: &mut Facts, fact: &'static str, count: usize) {
        match self.unread_reason() {
            Some(reason) if count == 0 => facts.set(fact, Fact::Unobserved(reason)),
            _ => facts.present(fact, Value::count(count)),
        }
    }

    /// Which file could not be judged, and how many others, if any.
    pub(crate) fn unread_reason(&self) -> Option<String> {
        let (file, reason) = self.unread.first()?;
        let others = self.unread.len() - 1;
        let named = if reason.contains(file) { String::new() } else { format!(" (`{file}`)") };
        let more = if others > 0 { format!(", and {others} more") } else { String::new() };
        Some(format!("not judged: {reason}{named}{more}"))
    }

    /// All as evidence: certain ones first, then by path and line, at most twenty of each fact.
    pub(crate) fn evidence(mut self) -> Vec<Evidence> {
        self.found.sort_by(|(a, x), (b, y)| {
            y.certainty
                .cmp(&x.certainty)
                .then_with(|| a.cmp(b))
                .then_with(|| x.line.cmp(&y.line))
                .then_with(|| x.cmp(y))
        });
        let mut kept: Vec<Evidence> = Vec::new();
        let mut per_fact = std::collections::BTreeMap::new();
        for (file, finding) in &self.found {
            let seen: &mut usize = per_fact.entry(finding.fact).or_default();
            *seen += 1;
            if *seen <= MOST_EVIDENCE {
                kept.push(finding.evidence(file));
            }
        }
        kept.extend(self.unread.iter().map(|(file, reason)| Evidence {
            place: Some(Place::file(file.as_str())),
            note: Some(format!("could not be judged: {reason}")),
            certainty: Certainty::Hint,
            ..Evidence::default()
        }));
        kept
    }
}

/// Takes zeros back where there was nothing of their subject to look at.
pub(crate) fn unobserve_zeros(facts: &mut Facts, names: impl IntoIterator<Item = &'static str>, reason: &str) {
    for name in names {
        if facts.get(name) == Fact::Present(Value::count(0)) {
            facts.set(name, Fact::Unobserved(reason.to_owned()));
        }
    }
}

/// A piece of source on one line, cut to what a report has room for.
pub(crate) fn shortened(text: &str) -> String {
    const ROOM: usize = 120;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(ROOM) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_is_unobserved_while_a_file_could_not_be_judged() {
        let mut findings = Findings::default();
        findings.unread("Dockerfile.j2", "a template that was not rendered");
        let mut facts = Facts::new();
        findings.set_count(&mut facts, "root_users");
        assert!(matches!(facts.get("root_users"), Fact::Unobserved(_)));
    }

    #[test]
    fn a_sum_has_the_findings_of_its_parts() {
        let mut findings = Findings::default();
        findings.push("a", Finding::new("drops", 1, "x", "x"));
        findings.push("a", Finding::new("other", 2, "x", "x"));
        findings.sum_up(&["drops", "renames"], "hazards");
        assert_eq!((findings.count("hazards"), findings.count("drops"), findings.evidence().len()), (1, 1, 3));
    }

    #[test]
    fn hints_are_shown_but_not_counted() {
        let mut findings = Findings::default();
        findings.push("a", Finding::new("tokens", 1, "x", "x").with(Certainty::Hint));
        assert_eq!(findings.count("tokens"), 0);
        assert_eq!(findings.evidence().len(), 1);
    }
}
