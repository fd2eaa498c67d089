//! Comments by which authors switch off rules of hadolint, checkov and Trivy: which rules, for which instruction, and why;
//! and which of our findings each of these rules speaks of.

use jiff::civil::Date;

use crate::model::Suppression;
use crate::probe::suppression::{self, Configured};

/// A comment that switches rules off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ignore {
    /// The tool it speaks to.
    pub(super) tool: &'static str,
    /// Line of the instruction it is about; 0 for the whole file.
    pub(super) line: u32,
    /// `DL3002`, …
    pub(super) rules: Vec<String>,
    /// Why, if the comment or the one above says so.
    pub(super) reason: Option<String>,
    /// The day from which it no longer counts.
    pub(super) until: Option<Date>,
}

/// Where a finding is: its file, the line, and the day on which it is looked at.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    pub(super) path: &'a str,
    pub(super) line: u32,
    pub(super) today: Date,
}

/// Fact, whether only a reason takes its findings out, and the rules of the specialists that speak of it. Secrets are a
/// blocker's matter and stay counted whatever a comment says.
#[rustfmt::skip]
const RULES: &[(&str, bool, &[&str])] = &[
    ("root_users", true, &["DL3002", "CKV_DOCKER_8", "CKV_DOCKER_3", "DS-0002", "DS002", "AVD-DS-0002"]),
    ("unpinned_images", false, &["DL3006", "DL3007", "CKV_DOCKER_7", "DS-0001", "DS001", "AVD-DS-0001"]),
    ("shell_form_entrypoints", false, &["DL3025"]),
    ("without_healthcheck", false, &["DL3057", "CKV_DOCKER_2", "DS-0026", "DS026", "AVD-DS-0026"]),
    ("remote_adds", false, &["DL3020", "CKV_DOCKER_4", "DS-0005", "DS005", "AVD-DS-0005"]),
];

/// What the comments of a file and the configuration of the tools say about a finding.
pub(super) fn suppression(
    ignores: &[Ignore],
    configured: &[Configured],
    fact: &str,
    spot: Spot<'_>,
) -> Option<Suppression> {
    let (_, needs_reason, rules) = RULES.iter().find(|(name, _, _)| *name == fact)?;
    let inline = ignores
        .iter()
        .filter(|ignore| ignore.line == 0 || ignore.line == spot.line)
        .filter(|ignore| ignore.until.is_none_or(|day| spot.today < day))
        .flat_map(|ignore| ignore.rules.iter().map(move |rule| (ignore.tool, rule.as_str(), ignore.reason.clone())));
    let named = configured.iter().filter(|one| one.covers(spot.path, spot.line));
    let named = named.map(|one| (one.tool, one.rule.as_str(), one.reason.clone()));
    suppression::best(inline.chain(named).filter(|(_, rule, _)| rules.contains(rule)), *needs_reason)
}

/// `# hadolint ignore=DL3002,DL3025 reason` before an instruction; `# hadolint global ignore=…`,
/// `# checkov:skip=CKV_DOCKER_8:reason` and `# trivy:ignore:DS-0002` anywhere.
pub(super) fn ignores(text: &str) -> Vec<Ignore> {
    let mut found: Vec<Ignore> = Vec::new();
    let mut waiting: Option<(Vec<String>, Option<String>)> = None;
    let mut above = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        let Some(comment) = line.strip_prefix('#').map(str::trim) else {
            if let (false, Some((rules, reason))) = (line.is_empty(), waiting.take()) {
                let line = u32::try_from(index + 1).unwrap_or(0);
                found.push(Ignore { tool: "hadolint", line, rules, reason, until: None });
            }
            above = None;
            continue;
        };
        match pragma(comment) {
            Some(Pragma::Next(rules, reason)) => waiting = Some((rules, reason.or_else(|| above.take()))),
            Some(Pragma::File(ignores)) => {
                let why = above.take();
                found.extend(
                    ignores.into_iter().map(|one| Ignore { reason: one.reason.or_else(|| why.clone()), ..one }),
                );
            }
            None => above = Some(comment.to_owned()).filter(|text| !text.is_empty()),
        }
    }
    found
}

enum Pragma {
    /// About the next instruction.
    Next(Vec<String>, Option<String>),
    /// About the whole file.
    File(Vec<Ignore>),
}

fn pragma(comment: &str) -> Option<Pragma> {
    let of_file = |tool, rules, reason, until| Ignore { tool, line: 0, rules, reason, until };
    if let Some((rules, reason)) = suppression::checkov_skip(comment) {
        return Some(Pragma::File(vec![of_file("checkov", rules, reason, None)]));
    }
    let ignores = suppression::trivy_ignores(comment).into_iter();
    let ignores: Vec<Ignore> = ignores.map(|one| of_file(one.tool, vec![one.rule], one.reason, one.until)).collect();
    if !ignores.is_empty() {
        return Some(Pragma::File(ignores));
    }
    let rest = comment.strip_prefix("hadolint")?.trim_start();
    let global = rest.strip_prefix("global");
    let list = global.unwrap_or(rest).trim_start().strip_prefix("ignore")?.trim_start().strip_prefix('=')?;
    let (rules, reason) = rules_and_reason(list);
    Some(match global {
        Some(_) => Pragma::File(vec![of_file("hadolint", rules, reason, None)]),
        None => Pragma::Next(rules, reason),
    })
}

/// `DL3002, DL3025 # reason`: hadolint takes blanks around the commas.
fn rules_and_reason(list: &str) -> (Vec<String>, Option<String>) {
    let mut rules = Vec::new();
    let mut rest = list.trim();
    loop {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        rules.push(rest[..end].to_owned());
        rest = rest[end..].trim_start();
        match rest.strip_prefix(',') {
            Some(more) => rest = more.trim_start(),
            None => break,
        }
    }
    rules.retain(|rule| !rule.is_empty());
    (rules, suppression::reason(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u32, today: &str) -> Spot<'static> {
        Spot { path: "Dockerfile", line, today: today.parse().expect("a day") }
    }

    #[test]
    fn hadolint_comments_are_tied_to_their_instruction() {
        let found = ignores("FROM a\n# needs port 53\n# hadolint ignore=DL3002\nUSER root\n");
        assert_eq!(found[0].line, 4);
        assert_eq!(found[0].rules, vec!["DL3002"]);
        assert_eq!(found[0].reason.as_deref(), Some("needs port 53"));
    }

    #[test]
    fn blanks_between_rules_are_no_reason() {
        let found = ignores("FROM a\n# hadolint ignore=DL3025, DL3002\nUSER root\n");
        assert_eq!((found[0].rules.len(), &found[0].reason), (2, &None));
        let found = ignores("FROM a\n# hadolint ignore=DL3025 , DL3002 # binds port 53\nUSER root\n");
        assert_eq!((found[0].rules.len(), found[0].reason.as_deref()), (2, Some("binds port 53")));
    }

    #[test]
    fn skips_of_checkov_and_trivy_are_about_the_whole_file() {
        let found = ignores(
            "FROM a\n# checkov:skip=CKV_DOCKER_8:needs root\n#trivy:ignore:DS-0026:exp:2027-01-01\nUSER root\n",
        );
        let seen: Vec<_> = found.iter().map(|one| (one.tool, one.line, one.rules[0].as_str())).collect();
        assert_eq!(seen, vec![("checkov", 0, "CKV_DOCKER_8"), ("trivy", 0, "DS-0026")]);
        let holds = |fact| suppression(&found, &[], fact, at(4, "2026-06-01")).map(|one| (one.by, one.honoured));
        assert_eq!(holds("root_users"), Some(("checkov CKV_DOCKER_8".to_owned(), true)));
        assert_eq!(holds("without_healthcheck"), Some(("trivy DS-0026".to_owned(), true)));
        assert_eq!(holds("shell_form_entrypoints"), None, "it is another rule's");
        assert_eq!(holds("secrets"), None, "a blocker stays counted");
        assert_eq!(suppression(&found, &[], "without_healthcheck", at(4, "2027-01-01")), None, "its day has come");
    }

    #[test]
    fn the_comment_with_a_reason_is_the_one_that_holds() {
        let found = ignores("# hadolint global ignore=DL3002\n# checkov:skip=CKV_DOCKER_8:needs root\nFROM a\n");
        let suppression = suppression(&found, &[], "root_users", at(3, "2026-06-01"));
        assert!(suppression.is_some_and(|one| one.honoured && one.reason.as_deref() == Some("needs root")));
    }
}
