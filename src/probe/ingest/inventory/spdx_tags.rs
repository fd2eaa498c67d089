//! SPDX 2.x as tags with values, turned into what the same document is as JSON, so that both are read alike.

use serde_json::{Map, Value as Json, json};

use crate::probe::ingest::content::Content;

/// Whether a document is of this form.
pub(super) fn is_it(content: &Content) -> bool {
    content.text.lines().take(40).any(|line| line.starts_with("SPDXVersion: SPDX-2"))
}

/// The document as JSON has it, with the parts that are asked of it.
pub(super) fn document(text: &str) -> Json {
    let mut document = Document::default();
    let mut is_within = false;
    for line in text.lines() {
        // `<text>` may go over many lines, which look like tags and are none.
        let was_within = is_within;
        let (opens, closes) = (line.rfind("<text>"), line.rfind("</text>"));
        is_within = match (opens, closes) {
            (Some(opens), Some(closes)) => opens > closes,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => was_within,
        };
        if let Some((tag, value)) = line.split_once(':').filter(|_| !was_within) {
            document.take(tag.trim(), value.trim());
        }
    }
    document.into_json()
}

#[derive(Default)]
struct Document {
    packages: Vec<Map<String, Json>>,
    relationships: Vec<Json>,
    creators: Vec<Json>,
    created: String,
    /// Tags are about the package that was named last, until a file or a snippet is.
    is_of_package: bool,
}

impl Document {
    fn take(&mut self, tag: &str, value: &str) {
        match tag {
            "PackageName" => {
                self.is_of_package = true;
                self.packages.push(Map::new());
            }
            "FileName" | "SnippetSPDXID" | "LicenseID" | "Relationship" | "Annotator" => self.is_of_package = false,
            "Created" => value.clone_into(&mut self.created),
            "Creator" => self.creators.push(value.into()),
            _ => {}
        }
        if tag == "Relationship" {
            self.relationship(value);
        }
        let Some(package) = self.packages.last_mut().filter(|_| self.is_of_package) else { return };
        match tag {
            "SPDXID" => drop(package.insert("SPDXID".to_owned(), value.into())),
            "PackageVersion" => drop(package.insert("versionInfo".to_owned(), value.into())),
            "PackageLicenseConcluded" => drop(package.insert("licenseConcluded".to_owned(), value.into())),
            "PackageLicenseDeclared" => drop(package.insert("licenseDeclared".to_owned(), value.into())),
            "ExternalRef" if value.split_whitespace().nth(1) == Some("purl") => {
                drop(package.insert(
                    "externalRefs".to_owned(),
                    json!([{ "referenceType": "purl", "referenceLocator": value.split_whitespace().nth(2) }]),
                ));
            }
            _ => {}
        }
    }

    /// `SPDXRef-DOCUMENT DESCRIBES SPDXRef-a`
    fn relationship(&mut self, value: &str) {
        let mut parts = value.split_whitespace();
        if let (Some(_), Some(kind), Some(related)) = (parts.next(), parts.next(), parts.next()) {
            self.relationships.push(json!({ "relationshipType": kind, "relatedSpdxElement": related }));
        }
    }

    fn into_json(self) -> Json {
        json!({
            "packages": self.packages,
            "relationships": self.relationships,
            "creationInfo": { "created": self.created, "creators": self.creators },
        })
    }
}
