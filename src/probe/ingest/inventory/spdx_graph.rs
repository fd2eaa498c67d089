//! SPDX 3.0 as JSON-LD: a graph of elements, in which licences are elements of their own that relationships lead to.
//! Documents that do not use the compact names of the standard's context are not read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::Inventory;
use super::spdx::says_a_licence;
use crate::probe::ingest::content::{Content, items, list, text, texts};
use crate::probe::ingest::report::Report;

/// Whether a document is of this form.
pub(super) fn is_it(content: &Content) -> bool {
    let context = &content.root()["@context"];
    let mut named = items(context).iter().chain([context]).filter_map(Json::as_str);
    named.any(|address| address.contains("spdx.org/rdf/3."))
}

/// Its packages.
pub(super) fn parse(root: &Json) -> Result<Report, String> {
    let graph = Graph::of(list(root, "@graph"));
    let mut inventory = Inventory::default();
    for package in graph.packages() {
        inventory.add(purl(package), &graph.licence(text(package, "spdxId")));
    }
    let created = graph.all("CreationInfo").next().map_or("", |creation| text(creation, "created"));
    let tool = graph.all("Tool").next().map_or("", |tool| text(tool, "name"));
    let tool = if tool.is_empty() { "an unnamed tool" } else { tool };
    let mut wholes = graph.wholes().map(|whole| text(whole, "software_packageVersion"));
    let version = wholes.find(|version| !version.is_empty()).unwrap_or_default();
    Ok(inventory.report(tool)?.written(created).describes(version))
}

fn purl(package: &Json) -> &str {
    let own = text(package, "software_packageUrl");
    let by_package_url = |identifier: &&Json| identifier["externalIdentifierType"] == "packageUrl";
    let other =
        || list(package, "externalIdentifier").iter().find(by_package_url).map(|found| text(found, "identifier"));
    if own.is_empty() { other().unwrap_or_default() } else { own }
}

struct Graph<'j> {
    elements: &'j [Json],
    expressions: BTreeMap<&'j str, &'j str>,
    /// Package and kind of relationship → licences.
    licences: BTreeMap<(&'j str, &'j str), Vec<&'j str>>,
}

impl<'j> Graph<'j> {
    fn of(elements: &'j [Json]) -> Graph<'j> {
        let mut graph = Graph { elements, expressions: BTreeMap::new(), licences: BTreeMap::new() };
        for element in elements {
            match text(element, "type").to_ascii_lowercase().as_str() {
                "simplelicensing_licenseexpression" => {
                    let expression = ["simplelicensing_licenseExpression", "simpleLicensing_licenseExpression"];
                    let expression = expression.into_iter().map(|key| text(element, key)).find(|text| !text.is_empty());
                    graph.expressions.extend(expression.map(|expression| (text(element, "spdxId"), expression)));
                }
                "relationship" => {
                    let key = (text(element, "from"), text(element, "relationshipType"));
                    graph.licences.entry(key).or_default().extend(texts(element, "to"));
                }
                _ => {}
            }
        }
        graph
    }

    fn all(&self, kind: &'static str) -> impl Iterator<Item = &'j Json> {
        self.elements.iter().filter(move |element| element["type"] == kind)
    }

    /// What the document, or the bill in it, is about.
    fn roots(&self) -> BTreeSet<&'j str> {
        let wholes = self.all("SpdxDocument").chain(self.all("software_Sbom"));
        wholes.flat_map(|whole| texts(whole, "rootElement")).collect()
    }

    fn wholes(&self) -> impl Iterator<Item = &'j Json> {
        let roots = self.roots();
        self.all("software_Package").filter(move |package| roots.contains(text(package, "spdxId")))
    }

    /// The others.
    fn packages(&self) -> impl Iterator<Item = &'j Json> {
        let roots = self.roots();
        self.all("software_Package").filter(move |package| !roots.contains(text(package, "spdxId")))
    }

    /// What was concluded, else what was declared. A licence of the standard's list is named by its address.
    fn licence(&self, package: &str) -> Vec<String> {
        let expression = |licence: &&'j str| {
            let name = licence.rsplit('/').next().unwrap_or(licence);
            let listed = licence.contains("spdx.org/licenses/").then_some(name);
            self.expressions.get(licence).copied().or(listed).filter(|text| says_a_licence(text)).map(str::to_owned)
        };
        let of = |kind| -> Vec<String> {
            self.licences.get(&(package, kind)).into_iter().flatten().filter_map(expression).collect()
        };
        let concluded = of("hasConcludedLicense");
        if concluded.is_empty() { of("hasDeclaredLicense") } else { concluded }
    }
}
