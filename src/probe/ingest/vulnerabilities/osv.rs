//! OSV-Scanner (`--format json`, output schema of its documentation). A group of aliases is one finding, rated by
//! `max_severity` (a CVSS score) or the database's own word. Packages without vulnerabilities are listed only with
//! `--all-packages`: without them an empty report shows no look at anything.

use serde_json::Value as Json;

use crate::probe::ingest::content::{Content, entries, has, items, list, text, texts};
use crate::probe::ingest::finding::{Finding, Level, State};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    let first = &content.root()["results"][0];
    has(first, &["source", "packages"]) || content.has(&["results", "experimental_config"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let mut findings = Vec::new();
    let mut packages = 0_u64;
    for result in list(content.root(), "results") {
        let file = text(&result["source"], "path");
        for package in list(result, "packages") {
            packages += 1;
            findings.extend(list(package, "groups").iter().map(|group| finding(package, group).at(file, 0)));
        }
    }
    Ok(Report::of("osv-scanner").found(findings).scanned(packages, "packages"))
}

fn finding(package: &Json, group: &Json) -> Finding {
    let ids: Vec<&str> = texts(group, "ids").collect();
    let members: Vec<&Json> =
        list(package, "vulnerabilities").iter().filter(|known| ids.contains(&text(known, "id"))).collect();
    let word =
        || members.iter().filter_map(|known| Level::of_word(text(&known["database_specific"], "severity"))).max();
    let level = Level::of_score(text(group, "max_severity")).or_else(word);
    let first = ids.first().copied().unwrap_or("(no id)");
    let about = members.iter().map(|known| text(known, "summary")).find(|summary| !summary.is_empty());
    let since = members.iter().filter_map(|known| known["published"].as_str()).min();
    let subject = &package["package"];
    let mut finding = Finding::new(first, level)
        .in_package(format!("{} {}", text(subject, "name"), text(subject, "version")))
        .alias(ids.iter().copied().chain(texts(group, "aliases")))
        .says(about.unwrap_or_default())
        .fixable(members.iter().any(|known| is_fixed(known)))
        .fixed_in(members.iter().find_map(|known| fixed_version(known, text(subject, "name"))).unwrap_or_default())
        .since(since)
        .development(is_for_development(package));
    if !members.is_empty() && members.iter().all(|known| has(known, &["withdrawn"])) {
        return finding.accepted("the advisory's database", "it was withdrawn");
    }
    if is_unreachable(group) {
        finding.state = State::Unreachable;
    }
    finding
}

/// Every group of dependencies that it belongs to is one for development (`dependency_groups`).
fn is_for_development(package: &Json) -> bool {
    const GROUPS: &[&str] = &["dev", "development", "test", "tests", "testing", "lint", "typing", "docs"];
    let groups: Vec<&str> = texts(package, "dependency_groups").collect();
    !groups.is_empty() && groups.iter().all(|group| GROUPS.contains(&group.to_ascii_lowercase().as_str()))
}

/// Any range of it ends with a fixed version.
fn is_fixed(known: &Json) -> bool {
    let ranges = list(known, "affected").iter().flat_map(|affected| list(affected, "ranges"));
    ranges.flat_map(|range| list(range, "events")).any(|event| has(event, &["fixed"]))
}

/// The version of a package in which it is mended, where there is one only: which of several is meant depends on the installed
/// one. A commit is none.
fn fixed_version<'a>(known: &'a Json, name: &str) -> Option<&'a str> {
    let affected = list(known, "affected").iter().filter(|affected| {
        let of = &affected["package"]["name"];
        of.is_null() || of == name
    });
    let ranges = affected.flat_map(|affected| list(affected, "ranges")).filter(|range| range["type"] != "GIT");
    let mut fixed = ranges.flat_map(|range| list(range, "events")).filter_map(|event| event["fixed"].as_str());
    let first = fixed.next()?;
    fixed.all(|other| other == first).then_some(first)
}

/// Call analysis looked at every member of the group and saw none called.
fn is_unreachable(group: &Json) -> bool {
    let analysis = [&group["experimental_analysis"], &group["experimentalAnalysis"]];
    let Some(analysis) = analysis.into_iter().find(|analysis| analysis.is_object()) else { return false };
    let ids = items(&group["ids"]).len();
    let uncalled = entries(analysis).filter(|(_, seen)| seen["called"] == false).count();
    ids > 0 && uncalled == entries(analysis).count() && uncalled >= ids
}
