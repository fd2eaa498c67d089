//! CycloneDX 1.x as JSON or XML: components, nested ones too; the one that it describes is none of them. Vulnerabilities with an
//! analysis that clears them (VEX) are suppressed.

use serde_json::Value as Json;

use super::{Inventory, cyclonedx_xml};
use crate::probe::ingest::content::{Content, has, list, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.root()["bomFormat"] == "CycloneDX" || cyclonedx_xml::is_it(content)
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    if content.root().is_object() {
        return of_document(content.root());
    }
    of_document(&cyclonedx_xml::document(content)?)
}

fn of_document(root: &Json) -> Result<Report, String> {
    let mut inventory = Inventory::default();
    let mut open: Vec<&Json> = list(root, "components").iter().collect();
    while let Some(component) = open.pop() {
        inventory.add(text(component, "purl"), &licences(component));
        open.extend(list(component, "components"));
    }
    let mut report = inventory.report(&tool(&root["metadata"]))?.written(text(&root["metadata"], "timestamp"));
    report = report.describes(text(&root["metadata"]["component"], "version"));
    if has(root, &["vulnerabilities"]) {
        report = report.found(list(root, "vulnerabilities").iter().map(finding).collect());
    }
    Ok(report)
}

fn licences(component: &Json) -> Vec<String> {
    let of = |entry: &Json| {
        let licence = &entry["license"];
        let texts = [text(entry, "expression"), text(licence, "id"), text(licence, "name")];
        texts.into_iter().find(|text| !text.is_empty()).map(str::to_owned)
    };
    list(component, "licenses").iter().filter_map(of).collect()
}

/// `tools` is a list, or since 1.5 an object with components.
fn tool(metadata: &Json) -> String {
    let tools = &metadata["tools"];
    let first = if tools.is_array() { &tools[0] } else { &tools["components"][0] };
    let name = text(first, "name");
    if name.is_empty() { "an unnamed tool".to_owned() } else { name.to_owned() }
}

fn finding(found: &Json) -> Finding {
    let level = list(found, "ratings").iter().filter_map(|rating| Level::of_word(text(rating, "severity"))).max();
    let cleared = ["not_affected", "false_positive", "resolved", "resolved_with_pedigree"];
    let analysis = &found["analysis"];
    let reasons = [text(analysis, "detail"), text(analysis, "justification")];
    let reason = reasons.into_iter().find(|reason| !reason.is_empty()).unwrap_or_default();
    let is_cleared = cleared.contains(&text(analysis, "state"));
    let finding = Finding::new(text(found, "id"), level)
        .in_package(text(&found["affects"][0], "ref"))
        .says(text(found, "description"))
        .since(found["published"].as_str());
    if is_cleared { finding.accepted("VEX", reason) } else { finding }
}
