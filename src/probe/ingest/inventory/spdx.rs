//! SPDX 2.2 and 2.3 as JSON: packages, without those that the document describes. `NOASSERTION` and `NONE` are no licence.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::Inventory;
use crate::probe::ingest::content::{Content, list, text, texts};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    text(content.root(), "spdxVersion").starts_with("SPDX-2")
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let root = content.root();
    let related = list(root, "relationships").iter().filter(|relation| relation["relationshipType"] == "DESCRIBES");
    let described: BTreeSet<&str> =
        related.map(|relation| text(relation, "relatedSpdxElement")).chain(texts(root, "documentDescribes")).collect();
    let mut inventory = Inventory::default();
    for package in list(root, "packages").iter().filter(|package| !described.contains(text(package, "SPDXID"))) {
        let identified = list(package, "externalRefs").iter().any(|reference| reference["referenceType"] == "purl");
        inventory.add(identified, &licence(package));
    }
    let creation = &root["creationInfo"];
    let tool = texts(creation, "creators").find_map(|creator| creator.strip_prefix("Tool: "));
    Ok(inventory.report(tool.unwrap_or("an unnamed tool"))?.written(text(creation, "created")))
}

fn licence(package: &Json) -> Vec<String> {
    let told = [text(package, "licenseConcluded"), text(package, "licenseDeclared")];
    let known = told.into_iter().find(|text| !matches!(*text, "" | "NOASSERTION" | "NONE"));
    known.map(str::to_owned).into_iter().collect()
}
