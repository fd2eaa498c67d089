//! Trivy (`--format json`, schema version 2): vulnerabilities, misconfigurations, secrets and licences, rated by its
//! `Severity`; `UNKNOWN` is no rating. Without `Results` only a recognised system of an image shows that it looked.

use serde_json::Value as Json;

use crate::probe::ingest::content::{Content, items, line, list, text, texts};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::path::Graph;
use crate::probe::ingest::report::Report;
use crate::probe::report_file::Written;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.has(&["SchemaVersion", "ArtifactName"]) || content.has(&["SchemaVersion", "Results"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let root = content.root();
    if root["SchemaVersion"] != 2 {
        return Err(format!("has schema version {}; 2 is known", root["SchemaVersion"]));
    }
    let results = list(root, "Results");
    let findings = results.iter().flat_map(of_target).collect();
    let mut report = Report::of("trivy").version(text(&root["Trivy"], "Version")).found(findings);
    report.written = Written::parse(text(root, "CreatedAt"));
    // Only the client of a server says with which database it was (pull request 10075 of aquasecurity/trivy).
    report = report.database(text(&root["Trivy"]["Server"]["VulnerabilityDB"], "UpdatedAt"));
    report.commit = root["Metadata"]["Commit"].as_str().map(str::to_owned);
    let metadata = &root["Metadata"];
    let digest = texts(metadata, "RepoDigests").next().unwrap_or(text(metadata, "ImageID"));
    report.about = [text(root, "ArtifactName"), digest].join(" ").trim().to_owned();
    report.signs = u64::from(!text(&root["Metadata"]["OS"], "Family").is_empty());
    Ok(if results.is_empty() { report } else { report.scanned(results.len(), "targets") })
}

fn of_target(result: &Json) -> Vec<Finding> {
    let target = text(result, "Target");
    let packages = list(result, "Packages");
    let is_for_development = |found: &Json| {
        let is_it = |package: &&Json| match found["PkgID"].as_str() {
            Some(id) => package["ID"] == id,
            None => package["Name"] == found["PkgName"] && package["Version"] == found["InstalledVersion"],
        };
        packages.iter().find(is_it).is_some_and(|package| package["Dev"] == true)
    };
    let ways = graph(packages).ways();
    let known = list(result, "Vulnerabilities").iter();
    let mut all: Vec<Finding> = known
        .map(|found| {
            let way = ways.to(text(found, "PkgID"));
            vulnerability(found).development(is_for_development(found)).brought(way)
        })
        .collect();
    let failed = list(result, "Misconfigurations").iter().filter(|found| found["Status"] != "PASS");
    all.extend(failed.map(misconfiguration));
    all.extend(list(result, "Secrets").iter().map(|found| {
        Finding::new(text(found, "RuleID"), Level::of_word(text(found, "Severity")))
            .says(text(found, "Title"))
            .at(target, line(found, "StartLine"))
    }));
    all.extend(list(result, "Licenses").iter().map(|found| {
        Finding::new(text(found, "Name"), Level::of_word(text(found, "Severity")))
            .says(format!("licence of category {}", text(found, "Category")))
            .in_package(text(found, "PkgName"))
    }));
    let accepted = items(&result["ExperimentalModifiedFindings"]).iter().map(|modified| {
        vulnerability(&modified["Finding"]).accepted(text(modified, "Source"), text(modified, "Statement"))
    });
    let mut all: Vec<Finding> = all.into_iter().chain(accepted).collect();
    all.iter_mut().filter(|finding| finding.file.is_none()).for_each(|finding| finding.file = Some(target.to_owned()));
    all
}

/// What brings what, where packages are listed with it (`--list-all-pkgs`).
fn graph(packages: &[Json]) -> Graph<'_> {
    let mut graph = Graph::default();
    for package in packages {
        let id = text(package, "ID");
        match text(package, "Relationship") {
            // A project itself asks for what stands in its manifest.
            "root" | "workspace" => continue,
            "direct" => graph.is_direct(id),
            _ => {}
        }
        texts(package, "DependsOn").for_each(|asked| graph.asks(id, asked));
    }
    graph
}

fn vulnerability(found: &Json) -> Finding {
    let fixed = text(found, "FixedVersion");
    Finding::new(text(found, "VulnerabilityID"), Level::of_word(text(found, "Severity")))
        .in_package(format!("{} {}", text(found, "PkgName"), text(found, "InstalledVersion")))
        .says(text(found, "Title"))
        .fixed_in(fixed)
        .since(found["PublishedDate"].as_str())
}

fn misconfiguration(found: &Json) -> Finding {
    let cause = &found["CauseMetadata"];
    let mut finding = Finding::new(text(found, "ID"), Level::of_word(text(found, "Severity")))
        .alias([text(found, "AVDID")].into_iter().filter(|id| !id.is_empty()))
        .says(text(found, "Title"))
        .fixable(!text(found, "Resolution").is_empty());
    finding.line = line(cause, "StartLine");
    finding
}
