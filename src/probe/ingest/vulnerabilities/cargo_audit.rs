//! `cargo audit --json` (RustSec). Rated by the CVSS vector of the advisory, where it has one; warnings (unmaintained,
//! unsound, yanked) do not fail the audit and are low.

use serde_json::Value as Json;

use crate::probe::ingest::content::{Content, count, entries, items, list, text, texts};
use crate::probe::ingest::cvss;
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.has(&["database", "lockfile", "vulnerabilities"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let root = content.root();
    let known = list(&root["vulnerabilities"], "list").iter();
    let vulnerabilities = known.map(|found| {
        let level = found["advisory"]["cvss"].as_str().and_then(cvss::base_score).map(Level::of_cvss);
        finding(found, level)
    });
    let warnings = entries(&root["warnings"]).flat_map(|(kind, all)| {
        items(all).iter().map(move |found| {
            let mut finding = finding(found, Some(Level::Low)).alias([kind.as_str()]);
            if finding.rule.is_empty() {
                finding.rule.clone_from(kind);
            }
            finding
        })
    });
    let findings = vulnerabilities.chain(warnings).collect();
    let report = Report::of("cargo audit").found(findings).database(text(&root["database"], "last-updated"));
    let total = count(&root["lockfile"], "dependency-count")?;
    Ok(total.map_or(report.clone(), |total| report.scanned(total, "dependencies")))
}

fn finding(found: &Json, level: Option<Level>) -> Finding {
    let (advisory, package) = (&found["advisory"], &found["package"]);
    Finding::new(text(advisory, "id"), level)
        .in_package(format!("{} {}", text(package, "name"), text(package, "version")))
        .alias(texts(advisory, "aliases"))
        .says(text(advisory, "title"))
        .fixable(!list(&found["versions"], "patched").is_empty())
        .since(advisory["date"].as_str().map(|day| format!("{day}T00:00:00Z")).as_deref())
        .at("Cargo.lock", 0)
}
