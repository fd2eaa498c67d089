//! SARIF 2.1.0 (OASIS), whatever tool wrote it. A result counts when it fails and is neither fixed nor accepted; its level
//! is `security-severity` (a CVSS score, as GitHub reads it), else what the result or its rule says, else `warning`
//! (§3.27.10). A report that names no rule, no file and no result shows no look at anything.

use serde_json::Value as Json;

use super::content::{Content, has, line, list, text};
use super::finding::{Finding, Level};
use super::report::Report;
use crate::probe::report_file::Written;

pub(super) fn is_it(content: &Content) -> bool {
    let version = content.root()["version"].as_str().unwrap_or_default();
    content.has(&["runs"]) && (version.starts_with("2.") || text(content.root(), "$schema").contains("sarif"))
}

pub(super) fn parse(content: &Content) -> Result<Report, String> {
    let runs = list(content.root(), "runs");
    if runs.is_empty() {
        return Err("has no run of a tool".to_owned());
    }
    let mut names: Vec<&str> = runs.iter().map(|run| text(&run["tool"]["driver"], "name")).collect();
    names.dedup();
    let mut report = Report::of(&names.join(" and "));
    let mut findings = Vec::new();
    let mut files = 0;
    for run in runs {
        succeeded(run)?;
        let driver = &run["tool"]["driver"];
        let version = [text(driver, "semanticVersion"), text(driver, "version")];
        report.version = report.version.or(version.into_iter().find(|text| !text.is_empty()).map(str::to_owned));
        report.written = [written(run), report.written].into_iter().flatten().min_by_key(|written| written.second);
        let provenance = &run["versionControlProvenance"][0]["revisionId"];
        report.commit = report.commit.or(provenance.as_str().map(str::to_owned));
        report.signs += rules(run).count() as u64;
        files += list(run, "artifacts").len();
        findings.extend(list(run, "results").iter().filter_map(|result| finding(run, result)));
    }
    let report = report.found(findings);
    Ok(if files > 0 { report.scanned(files, "files") } else { report })
}

/// An invocation that failed looked at nothing in particular. kube-linter alone calls it a failure that it found something
/// (its `ChecksStatus`), so its failures count when there are findings.
fn succeeded(run: &Json) -> Result<(), String> {
    let failed = list(run, "invocations").iter().any(|invocation| invocation["executionSuccessful"] == false);
    let found = text(&run["tool"]["driver"], "name") == "kube-linter" && !list(run, "results").is_empty();
    if failed && !found { Err("says that the tool did not succeed".to_owned()) } else { Ok(()) }
}

fn written(run: &Json) -> Option<Written> {
    let invocation = &run["invocations"][0];
    ["endTimeUtc", "startTimeUtc"].iter().find_map(|key| Written::parse(text(invocation, key)))
}

/// The rules of the tool and of its extensions.
fn rules(run: &Json) -> impl Iterator<Item = &Json> {
    let extensions = list(&run["tool"], "extensions").iter().flat_map(|extension| list(extension, "rules"));
    list(&run["tool"]["driver"], "rules").iter().chain(extensions)
}

fn finding(run: &Json, result: &Json) -> Option<Finding> {
    let kind = result["kind"].as_str().unwrap_or("fail");
    if kind != "fail" || result["baselineState"] == "absent" {
        return None;
    }
    let rule = rule(run, result);
    let id = [text(result, "ruleId"), text(rule, "id"), text(&result["rule"], "id")];
    let id = id.into_iter().find(|id| !id.is_empty()).unwrap_or("(no rule)");
    let place = &result["locations"][0]["physicalLocation"];
    let accepted = |suppression: &Json| suppression["status"].as_str().is_none_or(|status| status == "accepted");
    let suppressed = list(result, "suppressions").iter().find(|suppression| accepted(suppression));
    let finding = Finding::new(id, level(rule, result)).says(text(&result["message"], "text"));
    let finding = finding.at(&decoded(text(&place["artifactLocation"], "uri")), line(&place["region"], "startLine"));
    let finding = finding.suppressed(suppressed.is_some()).fixable(!list(result, "fixes").is_empty());
    Some(match suppressed {
        Some(suppression) => finding.accepted(text(suppression, "kind"), text(suppression, "justification")),
        None => finding,
    })
}

/// The rule of a result, by its place in the tool or in an extension, or by its name.
fn rule<'a>(run: &'a Json, result: &'a Json) -> &'a Json {
    let tool = &run["tool"];
    let reference = &result["rule"];
    let component = match reference["toolComponent"]["index"].as_u64().and_then(|index| usize::try_from(index).ok()) {
        Some(index) => &tool["extensions"][index],
        None => &tool["driver"],
    };
    let index = result["ruleIndex"].as_u64().or(reference["index"].as_u64());
    let by_index = index.and_then(|index| usize::try_from(index).ok()).map(|index| &component["rules"][index]);
    let id = result["ruleId"].as_str().or(reference["id"].as_str());
    let by_id = || id.and_then(|id| rules(run).find(|rule| rule["id"] == id));
    by_index.filter(|rule| has(rule, &["id"])).or_else(by_id).unwrap_or(&Json::Null)
}

fn level(rule: &Json, result: &Json) -> Option<Level> {
    let score = [&result["properties"], &rule["properties"]].into_iter().find_map(|properties| {
        let score = &properties["security-severity"];
        score.as_str().map(str::to_owned).or_else(|| score.as_f64().map(|number| number.to_string()))
    });
    let own = text(&result["properties"], "zizmor/severity");
    let word = result["level"].as_str().or(rule["defaultConfiguration"]["level"].as_str()).unwrap_or("warning");
    score.and_then(|score| Level::of_score(&score)).or_else(|| Level::of_word(own)).or_else(|| Level::of_lint(word))
}

/// A URI as a path: `%20` is a space.
fn decoded(uri: &str) -> String {
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = if *first == b'%' { uri_byte(tail) } else { None };
        bytes.push(hex.unwrap_or(*first));
        rest = if hex.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn uri_byte(tail: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
    u8::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::finding::State;
    use super::*;

    fn findings(run: &str) -> Result<Vec<Finding>, String> {
        let content = Content::new(format!(r#"{{"version": "2.1.0", "runs": [{run}]}}"#));
        assert!(is_it(&content));
        parse(&content).map(|report| report.findings.unwrap())
    }

    #[test]
    fn levels_come_from_the_score_the_result_the_rule_or_the_default() {
        let run = r#"{"tool": {"driver": {"name": "t", "rules": [{"id": "A", "properties": {"security-severity": "9.1"}}, {"id": "B", "defaultConfiguration": {"level": "error"}}]}, "extensions": [{"rules": [{"id": "E", "properties": {"security-severity": 4.5}}]}]},
            "results": [{"ruleId": "A", "level": "note"}, {"ruleIndex": 1}, {"ruleId": "C"}, {"rule": {"index": 0, "toolComponent": {"index": 0}}}, {"ruleId": "B", "level": "none"}]}"#;
        let seen: Vec<_> =
            findings(run).unwrap().into_iter().map(|finding| (finding.rule, finding.level.unwrap().word())).collect();
        let expected = [("A", "critical"), ("B", "high"), ("C", "medium"), ("E", "medium"), ("B", "info")];
        assert_eq!(seen, expected.map(|(rule, level)| (rule.to_owned(), level)));
    }

    #[test]
    fn only_what_fails_and_is_not_fixed_counts_and_what_is_accepted_is_apart() {
        let run = r#"{"tool": {"driver": {"name": "t"}}, "results": [{"ruleId": "A", "kind": "pass"}, {"ruleId": "B", "baselineState": "absent"}, {"ruleId": "C", "suppressions": [{"kind": "inSource"}]}, {"ruleId": "D", "suppressions": [{"kind": "external", "status": "rejected"}]}]}"#;
        let seen: Vec<_> = findings(run).unwrap().into_iter().map(|finding| (finding.rule, finding.state)).collect();
        assert_eq!(seen, [("C".to_owned(), State::Suppressed), ("D".to_owned(), State::Open)]);
    }

    #[test]
    fn a_tool_that_did_not_succeed_is_not_believed() {
        let run =
            r#"{"tool": {"driver": {"name": "t"}}, "invocations": [{"executionSuccessful": false}], "results": []}"#;
        assert_eq!(findings(run).unwrap_err(), "says that the tool did not succeed");
        let found = run.replace("[]", r#"[{"ruleId": "A"}]"#);
        assert!(findings(&found).is_err());
        assert_eq!(
            findings(&found.replace(r#""t""#, r#""kube-linter""#)).unwrap().len(),
            1,
            "it calls findings a failure"
        );
        assert!(findings(&run.replace(r#""t""#, r#""kube-linter""#)).is_err());
        assert_eq!(decoded("a%20b%zz%"), "a b%zz%");
    }
}
