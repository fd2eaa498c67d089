//! CycloneDX 1.x as XML, turned into what the same document is as JSON, so that both are read alike.

use serde_json::{Value as Json, json};

use crate::probe::ingest::content::Content;
use crate::probe::xml_walk::{Step, beginning, walk};

/// Elements a document may have.
const MOST_ELEMENTS: usize = 5_000_000;

/// An element with what is in it.
#[derive(Default)]
struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

/// Whether a document is a bill of materials in XML.
pub(super) fn is_it(content: &Content) -> bool {
    let start: String = content.text.trim_start().chars().take(4_000).collect();
    let root = start.starts_with('<').then(|| beginning(&start, 1)).flatten();
    root.is_some_and(|(root, _)| root.name == "bom") && start.contains("cyclonedx.org/schema/bom")
}

/// The document as JSON has it, with the parts that are asked of it.
pub(super) fn document(content: &Content) -> Result<Json, String> {
    let root = tree(&content.text)?;
    let metadata = root.child("metadata");
    let mut document = json!({
        "components": components(&root),
        "metadata": {
            "timestamp": metadata.map(|one| one.text_at(&["timestamp"])),
            "tools": metadata.map(tools),
            "component": { "version": metadata.map(|one| one.text_at(&["component", "version"])) },
        },
    });
    if let Some(vulnerabilities) = root.child("vulnerabilities") {
        let found = vulnerabilities.all("vulnerability").map(vulnerability).collect();
        document["vulnerabilities"] = Json::Array(found);
    }
    Ok(document)
}

impl Element {
    fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    fn text_at(&self, path: &[&str]) -> &str {
        let found = path.iter().try_fold(self, |element, name| element.child(name));
        found.map_or("", |element| element.text.trim())
    }
}

/// All elements; those that are open stand one in another on a stack of our own.
fn tree(text: &str) -> Result<Element, String> {
    let mut open = vec![Element::default()];
    let mut count = 0_usize;
    walk(text, |step| {
        match step {
            Step::Open(element) => {
                count += 1;
                if count > MOST_ELEMENTS {
                    return Err(format!("has more than {MOST_ELEMENTS} elements"));
                }
                open.push(Element { name: element.name, ..Element::default() });
            }
            Step::Text(text) => open.last_mut().into_iter().for_each(|element| element.text.push_str(&text)),
            Step::Close => {
                if let (Some(done), Some(parent)) = (open.pop(), open.last_mut()) {
                    parent.children.push(done);
                }
            }
        }
        Ok(())
    })?;
    open.pop().and_then(|mut document| document.children.pop()).ok_or_else(|| "has no element".to_owned())
}

/// Nested components stand beside the others: nothing is asked of their order.
fn components(root: &Element) -> Vec<Json> {
    let mut found = Vec::new();
    let mut open: Vec<&Element> = vec![root];
    while let Some(element) = open.pop() {
        let inner = element.child("components").into_iter().flat_map(|list| list.all("component"));
        for component in inner {
            found.push(json!({ "purl": component.text_at(&["purl"]), "licenses": licences(component) }));
            open.push(component);
        }
    }
    found
}

fn licences(component: &Element) -> Vec<Json> {
    let entries = component.child("licenses").map(|list| list.children.as_slice()).unwrap_or_default();
    let of = |entry: &Element| match entry.name.as_str() {
        "expression" => json!({ "expression": entry.text.trim() }),
        _ => json!({ "license": { "id": entry.text_at(&["id"]), "name": entry.text_at(&["name"]) } }),
    };
    entries.iter().map(of).collect()
}

/// Tools in a row, or since 1.5 as components.
fn tools(metadata: &Element) -> Json {
    let Some(tools) = metadata.child("tools") else { return Json::Null };
    let components = tools.child("components").into_iter().flat_map(|list| list.all("component"));
    Json::Array(tools.all("tool").chain(components).map(|tool| json!({ "name": tool.text_at(&["name"]) })).collect())
}

fn vulnerability(found: &Element) -> Json {
    let ratings = found.child("ratings").into_iter().flat_map(|list| list.all("rating"));
    let published = Some(found.text_at(&["published"])).filter(|text| !text.is_empty());
    json!({
        "id": found.text_at(&["id"]),
        "ratings": ratings.map(|rating| json!({ "severity": rating.text_at(&["severity"]) })).collect::<Vec<_>>(),
        "description": found.text_at(&["description"]),
        "affects": [{ "ref": found.text_at(&["affects", "target", "ref"]) }],
        "analysis": { "state": found.text_at(&["analysis", "state"]) },
        "published": published,
    })
}
