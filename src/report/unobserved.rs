//! What is not known, and what would make it known. Says nothing that the report does not.

use crate::model::Outcome;
use crate::model::report::{Check, NextAction, Report};

/// Checks that share a reason.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// Why they are not known.
    pub reason: String,
    /// What would make them known, where the reason tells.
    pub way_out: Option<String>,
    pub checks: Vec<&'a Check>,
}

/// Unknown checks by reason, then blocked ones by the check at the root; the largest groups first.
pub(super) fn groups(report: &Report) -> Vec<Group<'_>> {
    let mut unknown: Vec<Group<'_>> = Vec::new();
    let mut blocked: Vec<Group<'_>> = Vec::new();
    for check in &report.checks {
        match check.outcome {
            Outcome::Unknown => place(&mut unknown, reason_of(check), way_out(&reason_of(check)), check),
            Outcome::Blocked => {
                let root = check.blocked_by.as_deref().unwrap_or("a check it requires");
                place(&mut blocked, format!("blocked by {root}"), Some(format!("mend {root} first")), check);
            }
            Outcome::Pass | Outcome::Fail | Outcome::NotApplicable => {}
        }
    }
    for groups in [&mut unknown, &mut blocked] {
        groups.sort_by_key(|group| std::cmp::Reverse(group.checks.len()));
    }
    unknown.extend(blocked);
    unknown
}

fn place<'a>(groups: &mut Vec<Group<'a>>, reason: String, way_out: Option<String>, check: &'a Check) {
    match groups.iter_mut().find(|group| group.reason == reason) {
        Some(group) => group.checks.push(check),
        None => groups.push(Group { reason, way_out, checks: vec![check] }),
    }
}

fn reason_of(check: &Check) -> String {
    check.reason.clone().unwrap_or_else(|| "no reason was given".to_owned())
}

/// What the wording of a reason says outright about the way out; never a guess.
fn way_out(reason: &str) -> Option<String> {
    if let Some(name) = reason.strip_suffix(" is not set") {
        return Some(format!("set {}", name.trim_matches('`')));
    }
    if reason.starts_with("not looked for in ") {
        return Some("read a report of that language's own tool with `ingest`, or state it with `attest`".to_owned());
    }
    let flag = ["--no-exec", "--offline", "--no-active"].into_iter().find(|flag| reason.contains(flag));
    flag.map(|flag| format!("run again without {flag}"))
}

/// What to do about an open check: mend it where it failed; find out where nothing is known, for its remedy would be a guess.
pub(super) fn to_do(action: &NextAction, report: &Report) -> String {
    if action.outcome != Outcome::Unknown {
        return action.remedy.as_ref().unwrap_or(&action.title).clone();
    }
    let check = report.checks.iter().find(|check| check.id == action.check);
    let reason = check.map_or_else(|| "no reason was given".to_owned(), reason_of);
    format!("Find out: {} ({})", action.title, way_out(&reason).unwrap_or(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_out_is_told_only_where_the_reason_tells_it() {
        assert_eq!(way_out("API_URL is not set"), Some("set API_URL".to_owned()));
        assert_eq!(way_out("commands are not run with --no-exec"), Some("run again without --no-exec".to_owned()));
        assert_eq!(way_out("connection refused"), None);
    }
}
