//! How authors tell specialists to pass over something: the forms that several tools share, and the configuration files in
//! which rules are switched off for a whole repository. What each rule means for a finding is the business of each probe.

use crate::model::Suppression;
use crate::probe::yaml_file;
use crate::world::Swept;

/// Longest configuration file that is read.
const LONGEST: u64 = 256 * 1024;

/// A rule that a configuration file switches off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Configured {
    /// The tool.
    pub(crate) tool: &'static str,
    /// Its rule.
    pub(crate) rule: String,
    /// Where it is switched off, if not everywhere: the name of a file, and its line.
    pub(crate) only: Option<(String, Option<u32>)>,
    /// Why, if a comment beside or above says so.
    pub(crate) reason: Option<String>,
}

/// The suppression to name among those that speak of a finding: tool, rule, reason. One with a reason goes first.
pub(crate) fn best<'a>(
    candidates: impl Iterator<Item = (&'a str, &'a str, Option<String>)>,
    needs_reason: bool,
) -> Option<Suppression> {
    let (tool, rule, reason) = candidates.min_by_key(|(_, _, reason)| reason.is_none())?;
    let honoured = reason.is_some() || !needs_reason;
    Some(Suppression { by: format!("{tool} {rule}"), reason, honoured })
}

/// What stands behind a suppression, if it says anything: `# needs port 53`, `-- kept for the old client`.
pub(crate) fn reason(text: &str) -> Option<String> {
    let words =
        text.trim().trim_start_matches(['#', '-', ':', ',', '/', ' ', '\t']).trim().trim_end_matches("*/").trim_end();
    words.contains(char::is_alphabetic).then(|| words.to_owned())
}

/// `checkov:skip=CKV_DOCKER_8:reason`, also as `bridgecrew:skip=…`.
pub(crate) fn checkov_skip(comment: &str) -> Option<(String, Option<String>)> {
    let at = ["checkov:skip=", "bridgecrew:skip="].iter().find_map(|mark| Some(comment.find(mark)? + mark.len()))?;
    let (rule, why) = comment[at..].split_once(':').unwrap_or((&comment[at..], ""));
    Some((rule.trim().to_owned(), reason(why)))
}

/// `trivy:ignore:DS-0002`, also as `tfsec:ignore:…`, with what stands behind it.
pub(crate) fn trivy_ignore(comment: &str) -> Option<(String, Option<String>)> {
    let at = ["trivy:ignore:", "tfsec:ignore:"].iter().find_map(|mark| Some(comment.find(mark)? + mark.len()))?;
    let rest = &comment[at..];
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let rule = rest[..end].split(':').next().unwrap_or_default();
    Some((rule.to_owned(), reason(&rest[end..])))
}

/// Where tools keep the rules that they switch off: the files, the tool, the keys on the way to a list.
#[rustfmt::skip]
const LISTS: &[(&[&str], &str, &[&str])] = &[
    (&[".hadolint.yaml", ".hadolint.yml"], "hadolint", &["ignored"]),
    (&[".checkov.yaml", ".checkov.yml"], "checkov", &["skip-check"]),
    (&[".kube-linter.yaml", ".kube-linter.yml"], "kube-linter", &["checks", "exclude"]),
];

/// The rules that the configuration of this tool in this folder, or else in the root, switches off.
pub(crate) fn configured(swept: &Swept, folder: &str, tools: &[&str]) -> Vec<Configured> {
    let lists = LISTS.iter().filter(|(_, tool, _)| tools.contains(tool));
    let mut found: Vec<Configured> = lists
        .flat_map(|(files, tool, keys)| {
            let text = first_text(swept, folder, files).unwrap_or_default();
            listed(&text, tool, keys)
        })
        .collect();
    if tools.contains(&"trivy") {
        found.extend(first_text(swept, folder, &[".trivyignore"]).map(|text| trivyignore(&text)).unwrap_or_default());
    }
    if tools.contains(&"zizmor") {
        const FILES: &[&str] = &[".github/zizmor.yml", ".github/zizmor.yaml", "zizmor.yml", "zizmor.yaml"];
        found.extend(first_text(swept, folder, FILES).map(|text| zizmor(&text)).unwrap_or_default());
    }
    found
}

fn first_text(swept: &Swept, folder: &str, names: &[&str]) -> Option<String> {
    let places = [folder, ""].into_iter().flat_map(|folder| names.iter().map(move |name| (folder, *name)));
    let bytes = places.into_iter().find_map(|(folder, name)| {
        let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        swept.read(&path, LONGEST).ok()
    })?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn listed(text: &str, tool: &'static str, keys: &[&str]) -> Vec<Configured> {
    let Ok(root) = yaml_file::read("configuration", text.as_bytes()) else { return Vec::new() };
    let Some(list) = yaml_file::at(&root, keys) else { return Vec::new() };
    let lines: Vec<&str> = text.lines().collect();
    yaml_file::texts(list)
        .into_iter()
        .map(|(rule, line)| Configured { tool, rule, only: None, reason: comment_at(&lines, line) })
        .collect()
}

/// `rules: { unpinned-uses: { disable: true, ignore: [ci.yml, "release.yml:12"] } }`
fn zizmor(text: &str) -> Vec<Configured> {
    let Ok(root) = yaml_file::read("zizmor.yml", text.as_bytes()) else { return Vec::new() };
    let lines: Vec<&str> = text.lines().collect();
    let rules = root.get("rules").map(crate::yaml::Node::entries).unwrap_or_default();
    let mut found = Vec::new();
    for (rule, settings) in rules {
        let one = |only, line| {
            let reason = comment_at(&lines, line).or_else(|| comment_at(&lines, rule.span.line));
            Configured { tool: "zizmor", rule: rule.text.clone(), only, reason }
        };
        if settings.get("disable").and_then(crate::yaml::Node::text) == Some("true") {
            found.push(one(None, rule.span.line));
        }
        for (place, line) in settings.get("ignore").map(yaml_file::texts).unwrap_or_default() {
            let mut parts = place.split(':');
            let file = parts.next().unwrap_or_default().to_owned();
            let at = parts.next().and_then(|number| number.parse().ok());
            found.push(one(Some((file, at)), line));
        }
    }
    found
}

/// A rule per line; those with a day of expiry are for findings that come and go, and no word about a rule.
fn trivyignore(text: &str) -> Vec<Configured> {
    let lines: Vec<&str> = text.lines().collect();
    let numbered =
        lines.iter().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.trim().starts_with('#'));
    numbered
        .filter(|(_, line)| !line.contains("exp:"))
        .map(|(index, line)| {
            let rule = line.split(['#', ' ', '\t']).next().unwrap_or_default().to_owned();
            let reason = comment_at(&lines, u32::try_from(index + 1).unwrap_or(0));
            Configured { tool: "trivy", rule, only: None, reason }
        })
        .collect()
}

/// The comment behind a line, or the one above it.
fn comment_at(lines: &[&str], line: u32) -> Option<String> {
    let at = usize::try_from(line).ok()?.checked_sub(1)?;
    let beside = lines.get(at)?.split_once(" #").and_then(|(_, comment)| reason(comment));
    let above = || lines.get(at.checked_sub(1)?)?.trim().strip_prefix('#').and_then(reason);
    beside.or_else(above)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule<'c>(found: &'c [Configured], rule: &str) -> &'c Configured {
        found.iter().find(|one| one.rule == rule).expect("it is there")
    }

    #[test]
    fn a_reason_is_words_behind_or_above() {
        let text = "ignored:\n  - DL3008\n  # the base has no other user\n  - DL3002\n  - DL3025 # npm start only\n";
        let found = listed(text, "hadolint", &["ignored"]);
        assert_eq!(rule(&found, "DL3008").reason, None);
        assert_eq!(rule(&found, "DL3002").reason.as_deref(), Some("the base has no other user"));
        assert_eq!(rule(&found, "DL3025").reason.as_deref(), Some("npm start only"));
        assert_eq!((reason(" -- "), reason("# 1")), (None, None));
    }

    #[test]
    fn zizmor_switches_rules_off_everywhere_or_in_a_file_or_on_a_line() {
        let text = "rules:\n  cache-poisoning:\n    disable: true\n  unpinned-uses:\n    ignore:\n      # our own action\n      - ci.yml:12\n      - release.yml\n";
        let found = zizmor(text);
        assert_eq!(rule(&found, "cache-poisoning").only, None);
        let pins: Vec<_> = found.iter().filter(|one| one.rule == "unpinned-uses").collect();
        assert_eq!(pins[0].only, Some(("ci.yml".to_owned(), Some(12))));
        assert_eq!(
            (pins[0].reason.as_deref(), &pins[1].only),
            (Some("our own action"), &Some(("release.yml".to_owned(), None)))
        );
        assert_eq!(pins[1].reason, None);
    }

    #[test]
    fn comments_of_several_tools_have_a_rule_and_may_have_a_reason() {
        assert_eq!(
            checkov_skip("checkov:skip=CKV_AWS_16: no customer data"),
            Some(("CKV_AWS_16".to_owned(), Some("no customer data".to_owned())))
        );
        assert_eq!(checkov_skip("checkov:skip=CKV_AWS_16"), Some(("CKV_AWS_16".to_owned(), None)));
        assert_eq!(
            trivy_ignore("tfsec:ignore:aws-rds-encrypt-instance-storage-data"),
            Some(("aws-rds-encrypt-instance-storage-data".to_owned(), None))
        );
        assert_eq!(trivyignore("# kept\nDS-0002\n\nCVE-2024-1 exp:2024-01-01\n").len(), 1);
    }
}
