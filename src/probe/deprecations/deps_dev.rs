//! Answers of the API of deps.dev, saved one after the other: `GetVersion` names a version of a package and the project
//! that it is made from, `GetProject` has the Scorecard of that (docs.deps.dev/api/v3, messages `Version` and `Project`).
//! `Maintained: 0` alone may be a project that is finished, or new; of one that is archived its owners say so.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::notice::{Kind, Notice};
use super::reports::{Report, list, notice, text};

/// Whether documents are such answers.
pub(super) fn is_it(documents: &[Json]) -> bool {
    let is_one = |found: &Json| found["versionKey"]["name"].is_string() || found["projectKey"]["id"].is_string();
    documents.iter().all(is_one)
}

/// Which ecosystem, as probe `manifest` names it, for a system of deps.dev.
fn ecosystem(system: &str) -> Option<&'static str> {
    Some(match system {
        "GO" => "Go",
        "NPM" => "Node",
        "CARGO" => super::rust::RUST,
        "MAVEN" => "Maven",
        "PYPI" => "Python",
        "NUGET" => "NuGet",
        _ => return None,
    })
}

/// It answers for what was asked, so that it speaks for no ecosystem.
pub(super) fn read(documents: &[Json]) -> Report {
    let archived: BTreeMap<&str, &str> = documents.iter().filter_map(archived).collect();
    let notices = documents.iter().filter_map(|found| of_version(found, &archived)).collect();
    Report { tool: "deps.dev", notices, ..Report::default() }
}

/// The project that an answer is about, with what Scorecard says of it, where it is archived.
fn archived(found: &Json) -> Option<(&str, &str)> {
    let checks = list(&found["scorecard"]["checks"]);
    let maintained = checks.iter().find(|check| text(check, "name") == "Maintained" && check["score"] == 0)?;
    let reason = text(maintained, "reason");
    reason.contains("archived").then_some((text(&found["projectKey"], "id"), reason))
}

fn of_version(found: &Json, archived: &BTreeMap<&str, &str>) -> Option<Notice> {
    let key = &found["versionKey"];
    let ecosystem = ecosystem(text(key, "system"))?;
    let is_source = |project: &&Json| text(project, "relationType") == "SOURCE_REPO";
    let mut projects = list(&found["relatedProjects"]).iter().filter(is_source);
    let reason = projects.find_map(|project| archived.get(text(&project["projectKey"], "id")));
    let deprecated = found["isDeprecated"] == true;
    let (word, said) = match (deprecated, reason) {
        (true, _) => ("deprecated", text(found, "deprecatedReason").to_owned()),
        (false, Some(reason)) => ("unmaintained", format!("Scorecard Maintained: {reason}")),
        (false, None) => return None,
    };
    let mut notice = notice(ecosystem, Kind::Deprecated, word, text(key, "name"), text(key, "version"));
    notice.text = said;
    Some(notice)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn said(documents: &str) -> Vec<(String, String)> {
        let documents = crate::probe::report_json::documents(documents).unwrap();
        assert!(is_it(&documents));
        read(&documents).notices.into_iter().map(|notice| (notice.title(), notice.text)).collect()
    }

    #[test]
    fn a_package_of_an_archived_project_is_unmaintained_and_an_idle_one_is_not() {
        let version = r#"{"versionKey": {"system": "NPM", "name": "a", "version": "1.0.0"}, "relatedProjects": [{"projectKey": {"id": "github.com/x/a"}, "relationType": "SOURCE_REPO"}]}"#;
        let project = |reason: &str| {
            format!(
                r#"{{"projectKey": {{"id": "github.com/x/a"}}, "scorecard": {{"checks": [{{"name": "Maintained", "score": 0, "reason": "{reason}"}}]}}}}"#
            )
        };
        let archived = said(&format!("{version}\n{}", project("project is archived")));
        assert_eq!(archived, [("a@1.0.0".to_owned(), "Scorecard Maintained: project is archived".to_owned())]);
        for reason in [
            "0 commit(s) and 0 issue activity found in the last 90 days",
            "project was created within the last 90 days",
        ] {
            assert!(said(&format!("{version}\n{}", project(reason))).is_empty(), "{reason}");
        }
        assert!(said(version).is_empty());
    }

    #[test]
    fn what_its_publisher_deprecated_is_told_with_the_reason() {
        let version = r#"{"versionKey": {"system": "NPM", "name": "a", "version": "1.0.0"}, "isDeprecated": true, "deprecatedReason": "use b"}"#;
        assert_eq!(said(version), [("a@1.0.0".to_owned(), "use b".to_owned())]);
    }
}
