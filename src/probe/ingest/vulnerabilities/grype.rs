//! Grype (`-o json`): matches, rated by its `severity`; `fix.state` `fixed` can be mended. It does not list what it looked
//! at: only the layers of an image show that.

use serde_json::Value as Json;

use crate::probe::ingest::content::{Content, list, text, texts};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.has(&["matches", "descriptor"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let root = content.root();
    let ignored = list(root, "ignoredMatches").iter().map(|found| {
        let rule = &found["appliedIgnoreRules"][0];
        let reasons = [text(rule, "reason"), text(rule, "vex-justification")];
        let by = if text(rule, "namespace") == "vex" || !text(rule, "vex-status").is_empty() {
            "VEX"
        } else {
            ".grype.yaml"
        };
        finding(found).accepted(by, reasons.into_iter().find(|reason| !reason.is_empty()).unwrap_or_default())
    });
    let findings = list(root, "matches").iter().map(finding).chain(ignored).collect();
    let descriptor = &root["descriptor"];
    let mut report = Report::of("grype").version(text(descriptor, "version")).written(text(descriptor, "timestamp"));
    // `db.built` until version 0.87, then `db.status.built`.
    let built = [text(&descriptor["db"]["status"], "built"), text(&descriptor["db"], "built")];
    report = report.database(built.into_iter().find(|built| !built.is_empty()).unwrap_or_default());
    let target = &root["source"]["target"];
    let digest = texts(target, "repoDigests").next().unwrap_or(text(target, "manifestDigest"));
    report.about = [text(target, "userInput"), digest].join(" ").trim().to_owned();
    let layers = list(&root["source"]["target"], "layers");
    report.signs = if text(&root["distro"], "name").is_empty() { 0 } else { layers.len() as u64 };
    Ok(report.found(findings))
}

fn finding(found: &Json) -> Finding {
    let (known, artifact) = (&found["vulnerability"], &found["artifact"]);
    let related = list(found, "relatedVulnerabilities").iter().map(|related| text(related, "id"));
    Finding::new(text(known, "id"), Level::of_word(text(known, "severity")))
        .in_package(format!("{} {}", text(artifact, "name"), text(artifact, "version")))
        .alias(related)
        .says(text(known, "description"))
        .fixable(known["fix"]["state"] == "fixed")
        .fixed_in(list(&known["fix"], "versions").first().and_then(Json::as_str).unwrap_or_default())
        .exploited(!list(known, "knownExploited").is_empty())
        .at(text(&artifact["locations"][0], "path"), 0)
}
