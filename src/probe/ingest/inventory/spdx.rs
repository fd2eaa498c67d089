//! SPDX 2.2 and 2.3 as JSON or tags with values, and 3.0 as JSON-LD: packages, without those that the document describes.
//! `NOASSERTION` and `NONE` are no licence.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{Inventory, spdx_graph, spdx_tags};
use crate::probe::ingest::content::{Content, list, text, texts};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    text(content.root(), "spdxVersion").starts_with("SPDX-2") || spdx_tags::is_it(content) || spdx_graph::is_it(content)
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    match content.root() {
        root if spdx_graph::is_it(content) => spdx_graph::parse(root),
        root if root.is_object() => of_document(root),
        _ => of_document(&spdx_tags::document(&content.text)),
    }
}

fn of_document(root: &Json) -> Result<Report, String> {
    let related = list(root, "relationships").iter().filter(|relation| relation["relationshipType"] == "DESCRIBES");
    let described: BTreeSet<&str> =
        related.map(|relation| text(relation, "relatedSpdxElement")).chain(texts(root, "documentDescribes")).collect();
    let mut inventory = Inventory::default();
    for package in list(root, "packages").iter().filter(|package| !described.contains(text(package, "SPDXID"))) {
        let purl = list(package, "externalRefs").iter().find(|reference| reference["referenceType"] == "purl");
        inventory.add(purl.map_or("", |reference| text(reference, "referenceLocator")), &licence(package));
    }
    let whole = list(root, "packages").iter().filter(|package| described.contains(text(package, "SPDXID")));
    let version = whole.map(|package| text(package, "versionInfo")).find(|version| !version.is_empty());
    let creation = &root["creationInfo"];
    let tool = texts(creation, "creators").find_map(|creator| creator.strip_prefix("Tool: "));
    Ok(inventory
        .report(tool.unwrap_or("an unnamed tool"))?
        .written(text(creation, "created"))
        .describes(version.unwrap_or_default()))
}

fn licence(package: &Json) -> Vec<String> {
    let told = [text(package, "licenseConcluded"), text(package, "licenseDeclared")];
    told.into_iter().find(|text| says_a_licence(text)).map(str::to_owned).into_iter().collect()
}

/// Whether this is a licence, and not that nobody knows one.
pub(super) fn says_a_licence(text: &str) -> bool {
    !matches!(text, "" | "NOASSERTION" | "NONE")
}
