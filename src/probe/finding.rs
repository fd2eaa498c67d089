//! A finding: one thing in a file that a fact counts. Owns how findings become counts and evidence; what is a finding
//! is the business of each probe.

use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Certainty, Fact, Facts, Place, Suppression, Suppressions, Value};

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
    /// What the file says to a specialist about it.
    pub(crate) suppression: Option<Suppression>,
}

impl Finding {
    /// A certain finding.
    pub(crate) fn new(fact: &'static str, line: u32, subject: impl Into<String>, note: impl Into<String>) -> Finding {
        let certainty = Certainty::Certain;
        Finding { fact, line, note: note.into(), certainty, subject: subject.into(), suppression: None }
    }

    /// The same, about which the file says this to a specialist.
    #[must_use]
    pub(crate) fn suppressed(mut self, suppression: Suppression) -> Finding {
        self.suppression = Some(suppression);
        self
    }

    /// Whether what the file says takes it out of the count.
    pub(crate) fn is_suppressed(&self) -> bool {
        self.suppression.as_ref().is_some_and(|suppression| suppression.honoured)
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
            suppression: self.suppression.clone(),
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
    /// What suppressions do here.
    suppressions: Suppressions,
    /// Findings that a suppression holds for, whether it is honoured here or not.
    suppressed: usize,
}

impl Findings {
    /// None yet, of which those that are suppressed are treated so.
    pub(crate) fn treating(suppressions: Suppressions) -> Findings {
        Findings { suppressions, ..Findings::default() }
    }

    /// Adds one.
    pub(crate) fn push(&mut self, file: &str, mut finding: Finding) {
        if finding.is_suppressed() {
            self.suppressed += 1;
            if let Some(suppression) = &mut finding.suppression {
                suppression.honoured = !self.suppressions.counts();
            }
        }
        self.found.push((file.to_owned(), finding));
    }

    /// Adds all of one file.
    pub(crate) fn extend(&mut self, file: &str, findings: impl IntoIterator<Item = Finding>) {
        findings.into_iter().for_each(|finding| self.push(file, finding));
    }

    /// Files and lines of the findings of one fact.
    pub(crate) fn places(&self, fact: &str) -> Vec<(String, u32)> {
        let own = self.found.iter().filter(|(_, finding)| finding.fact == fact);
        own.map(|(file, finding)| (file.clone(), finding.line)).collect()
    }

    /// How many a suppression holds for.
    pub(crate) fn suppressed(&self) -> usize {
        self.suppressed
    }

    /// Whether this finding is left out of what is judged here.
    pub(crate) fn leaves_out(&self, finding: &Finding) -> bool {
        finding.is_suppressed() && !self.suppressions.counts()
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

    /// How many a fact has; hints and what is suppressed are shown, not counted.
    pub(crate) fn count(&self, fact: &str) -> usize {
        self.count_of(fact, Certainty::Likely)
    }

    /// How many a fact has that are at least so sure.
    pub(crate) fn count_of(&self, fact: &str, least: Certainty) -> usize {
        let counts = |finding: &Finding| finding.fact == fact && finding.certainty >= least && !finding.is_suppressed();
        self.found.iter().filter(|(_, finding)| counts(finding)).count()
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

    /// All as evidence: certain ones first, those that are suppressed last, then by path and line, at most twenty of each
    /// fact, and of each that are suppressed.
    pub(crate) fn evidence(mut self) -> Vec<Evidence> {
        self.found.sort_by(|(a, x), (b, y)| {
            x.is_suppressed()
                .cmp(&y.is_suppressed())
                .then_with(|| y.certainty.cmp(&x.certainty))
                .then_with(|| a.cmp(b))
                .then_with(|| x.line.cmp(&y.line))
                .then_with(|| x.cmp(y))
        });
        let mut kept: Vec<Evidence> = Vec::new();
        let mut per_fact = std::collections::BTreeMap::new();
        for (file, finding) in &self.found {
            let seen: &mut usize = per_fact.entry((finding.fact, finding.is_suppressed())).or_default();
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
    fn what_is_suppressed_is_shown_and_counted_only_where_suppressions_are_reported() {
        let by = |honoured| Suppression { by: "hadolint DL3002".to_owned(), reason: None, honoured };
        for (suppressions, counted) in [(Suppressions::Honour, 1), (Suppressions::Report, 2), (Suppressions::Forbid, 2)]
        {
            let mut findings = Findings::treating(suppressions);
            findings.push("a", Finding::new("root_users", 1, "x", "x").suppressed(by(true)));
            findings.push("b", Finding::new("root_users", 1, "x", "x").suppressed(by(false)));
            assert_eq!((findings.count("root_users"), findings.suppressed()), (counted, 1));
            let evidence = findings.evidence();
            assert_eq!(evidence.len(), 2);
            assert_eq!(evidence[1].is_suppressed(), counted == 1, "those that are left out come last");
        }
    }

    #[test]
    fn hints_are_shown_but_not_counted() {
        let mut findings = Findings::default();
        findings.push("a", Finding::new("tokens", 1, "x", "x").with(Certainty::Hint));
        assert_eq!(findings.count("tokens"), 0);
        assert_eq!(findings.evidence().len(), 1);
    }
}
