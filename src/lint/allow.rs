//! Findings that somebody accepts: which rule, where, and why. Without a reason an acceptance is itself a mistake.

use super::{Finding, RULES};
use crate::model::{Problem, Statement};

/// An accepted finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// Id of the rule.
    pub rule: String,
    /// Why.
    pub reason: String,
    /// Line of the comment that says so; it holds for the statement on the same line or the next one. `None` for the
    /// whole document.
    pub line: Option<u32>,
}

impl Allow {
    /// From `L03 reason`, or the text of a comment: `allow L03 reason`.
    ///
    /// # Errors
    /// The rule is not known, or no reason is given.
    pub fn parse(text: &str, line: Option<u32>) -> Result<Allow, Box<Problem>> {
        let text = text.trim();
        let text = text.strip_prefix("allow ").unwrap_or(text).trim_start();
        let (rule, reason) = text.split_once([' ', ':']).unwrap_or((text, ""));
        let reason = reason.trim_start_matches([':', '-', '–', '—', ' ']).trim();
        if !RULES.iter().any(|known| known.id == rule) {
            let problem = Problem::new(format!("`{rule}` is no lint rule"));
            return Err(Box::new(problem.help("rules are `L01` to `L25`; `docs/lint.md` lists them")));
        }
        if !reason.chars().any(char::is_alphanumeric) {
            let problem = Problem::new(format!("`{rule}` is allowed without a reason"));
            let help = format!("say why: `allow {rule} the plan was agreed with overlapping weeks`");
            return Err(Box::new(problem.help(help)));
        }
        Ok(Allow { rule: rule.to_owned(), reason: reason.to_owned(), line })
    }

    fn covers(&self, finding: &Finding, statements: &[Statement]) -> bool {
        let next = |line: u32| statements.iter().map(|statement| statement.line).filter(|other| *other >= line).min();
        let here = self.line.is_none_or(|line| next(line).is_some_and(|line| finding.lines.contains(&line)));
        finding.rule == self.rule && here
    }
}

/// The findings that stand, how many were allowed, and the acceptances that cover nothing.
pub fn allow(findings: Vec<Finding>, allows: &[Allow], statements: &[Statement]) -> (Vec<Finding>, usize, Vec<Allow>) {
    let unused = |allow: &&Allow| !findings.iter().any(|finding| allow.covers(finding, statements));
    let unused: Vec<Allow> = allows.iter().filter(unused).cloned().collect();
    let count = findings.len();
    let kept: Vec<Finding> =
        findings.into_iter().filter(|finding| !allows.iter().any(|allow| allow.covers(finding, statements))).collect();
    let allowed = count - kept.len();
    (kept, allowed, unused)
}
