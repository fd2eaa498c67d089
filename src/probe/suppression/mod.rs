//! How authors tell specialists to pass over something: the forms that several tools share; `configured` has the files in
//! which rules are switched off for a whole repository. What each rule means for a finding is the business of each probe.

mod configured;
mod excluded;

use jiff::civil::Date;

use crate::model::Suppression;
use crate::probe::finding::Finding;

pub(crate) use configured::{Configured, configured};

/// The suppression to name among those that speak of a finding: tool, rule, reason. One with a reason goes first.
pub(crate) fn best<'a>(
    candidates: impl Iterator<Item = (&'a str, &'a str, Option<String>)>,
    needs_reason: bool,
) -> Option<Suppression> {
    let (tool, rule, reason) = candidates.min_by_key(|(_, _, reason)| reason.is_none())?;
    let honoured = reason.is_some() || !needs_reason;
    Some(Suppression { by: format!("{tool} {rule}"), reason, honoured })
}

/// A finding of this file with what configuration says about it to the tools whose rules these are; what a comment takes out
/// stays as it is.
pub(crate) fn argued(
    finding: &Finding,
    path: &str,
    configured: &[Configured],
    rules: &[&str],
    needs_reason: bool,
) -> Finding {
    let covers = |one: &&Configured| one.covers(path, finding.line) && rules.contains(&one.rule.as_str());
    let named = configured.iter().filter(covers).map(|one| (one.tool, one.rule.as_str(), one.reason.clone()));
    match best(named, needs_reason) {
        Some(said) if !finding.is_suppressed() => finding.clone().suppressed(said),
        _ => finding.clone(),
    }
}

/// What stands behind a suppression, if it says anything: `# needs port 53`, `-- kept for the old client`.
pub(crate) fn reason(text: &str) -> Option<String> {
    let words =
        text.trim().trim_start_matches(['#', '-', ':', ',', '/', ' ', '\t']).trim().trim_end_matches("*/").trim_end();
    words.contains(char::is_alphabetic).then(|| words.to_owned())
}

/// Rules that a comment tells checkov to skip, and why: `checkov:skip=CKV_DOCKER_8,CKV_DOCKER_3:reason`, also as
/// `bridgecrew:skip=` and `cortex:skip=` (checkov, common/comment).
pub(crate) fn checkov_skip(comment: &str) -> Option<(Vec<String>, Option<String>)> {
    const MARKS: [&str; 3] = ["checkov:skip=", "bridgecrew:skip=", "cortex:skip="];
    let at = MARKS.iter().find_map(|mark| Some(comment.find(mark)? + mark.len()))?;
    let rest = comment[at..].trim_start();
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"_-,".contains(c)).unwrap_or(rest.len());
    let rules = rest[..end].split(',').filter(|rule| !rule.is_empty()).map(str::to_owned).collect();
    Some((rules, rest[end..].strip_prefix(':').and_then(reason).filter(|why| !is_title(why))))
}

/// Whether a reason is only the title of a rule of checkov's, all of which begin so: `"Ensure that …"`.
fn is_title(why: &str) -> bool {
    let bare = why.trim_start_matches('"');
    let behind = if why.starts_with('"') { bare.split_once('"').map_or("", |(_, behind)| behind) } else { "" };
    bare.starts_with("Ensure ") && reason(behind).is_none()
}

/// A rule that a comment tells Trivy or tfsec to pass over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TrivyIgnore {
    pub(crate) tool: &'static str,
    pub(crate) rule: String,
    /// The day from which it no longer counts.
    pub(crate) until: Option<Date>,
    pub(crate) reason: Option<String>,
}

/// `trivy:ignore:DS-0002`, `tfsec:ignore:aws-s3-no-public-buckets:exp:2027-01-31`, also several on a line, with what stands
/// behind the last. One that is bound to a workspace (`:ws:`) is not for every run, and none here.
pub(crate) fn trivy_ignores(comment: &str) -> Vec<TrivyIgnore> {
    let mut found: Vec<TrivyIgnore> = Vec::new();
    let mut behind = comment;
    for word in comment.split_whitespace() {
        let word = word.trim_start_matches(['#', '/', '*']);
        let form = [("trivy", "trivy:ignore:"), ("tfsec", "tfsec:ignore:")]
            .iter()
            .find_map(|(tool, mark)| Some((*tool, word.strip_prefix(mark)?)));
        let Some((tool, text)) = form else { continue };
        behind = &comment[comment.find(text).unwrap_or(0) + text.len()..];
        let mut parts = text.split(':');
        let rule = parts.next().unwrap_or_default().to_owned();
        let settings: Vec<&str> = parts.collect();
        if settings.contains(&"ws") {
            continue;
        }
        let until = settings.iter().skip_while(|part| **part != "exp").nth(1).map(|day| date(day));
        found.push(TrivyIgnore { tool, rule, until, reason: None });
    }
    let why = reason(behind);
    found.into_iter().map(|one| TrivyIgnore { reason: why.clone(), ..one }).collect()
}

/// A day; one that cannot be read has passed, so that nothing is left out for ever by a slip.
fn date(text: &str) -> Date {
    text.parse().unwrap_or(Date::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_words() {
        assert_eq!((reason(" -- "), reason("# 1")), (None, None));
        assert_eq!(reason(" -- kept for the old client */").as_deref(), Some("kept for the old client"));
    }

    #[test]
    fn checkov_takes_several_rules_and_a_reason_behind_a_colon() {
        let skip = |comment: &str| checkov_skip(comment).expect("it skips");
        let rules = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            skip("# checkov:skip=CKV_AWS_16: no customer data"),
            (rules(&["CKV_AWS_16"]), Some("no customer data".to_owned()))
        );
        assert_eq!(skip("checkov:skip=CKV_AWS_17: \"Ensure that it is private\"").1, None, "the rule's own title");
        assert!(skip("checkov:skip=CKV_AWS_17: \"Ensure that it is private\" - see above").1.is_some());
        assert_eq!(skip("cortex:skip=CKV_AWS_16,CKV_AWS_17"), (rules(&["CKV_AWS_16", "CKV_AWS_17"]), None));
        assert_eq!(skip("checkov:skip=CKV_AWS_1*:wild"), (rules(&["CKV_AWS_1"]), None), "as checkov reads it");
    }

    #[test]
    fn trivy_takes_several_rules_and_a_day_on_which_it_ends() {
        let found = trivy_ignores("# tfsec:ignore:aws-rds-a:exp:2027-01-31 #trivy:ignore:AWS-0080 replaced in May");
        let seen: Vec<_> = found.iter().map(|one| (one.tool, one.rule.as_str(), one.until.is_some())).collect();
        assert_eq!(seen, [("tfsec", "aws-rds-a", true), ("trivy", "AWS-0080", false)]);
        assert!(found.iter().all(|one| one.reason.as_deref() == Some("replaced in May")));
        assert!(trivy_ignores("trivy:ignore:AWS-0080:ws:dev").is_empty());
        assert_eq!(trivy_ignores("trivy:ignore:AWS-0080:exp:soon")[0].until, Some(Date::MIN));
    }
}
