//! One API description: the digest that the sweep keeps.

use crate::probe::yaml_file::{self, YamlFault, at};
use crate::world::text_of;
use crate::yaml::Node;

use super::documents::{Documents, folder};
use super::operation::{Operation, operations};
use super::reference::{References, references};
use super::security::{Security, security};

/// What is known of one description.
#[derive(Clone, Debug)]
pub(super) struct Contract {
    /// `2.0`, `3.0.3`, `3.1.0`
    pub(super) version: String,
    /// `info.version`
    pub(super) api_version: Option<String>,
    pub(super) line: u32,
    pub(super) operations: Vec<Operation>,
    pub(super) references: References,
    pub(super) security: Security,
    /// Path items that stand elsewhere, so that their operations are not seen in this file.
    pub(super) outward_paths: usize,
}

/// Reads a file; `Ok(None)` is YAML or JSON that describes no API.
pub(super) fn read(path: &str, bytes: &[u8]) -> Result<Option<Contract>, YamlFault> {
    let text = text_of(bytes);
    let is_description = text.contains("openapi") || text.contains("swagger");
    let root = match yaml_file::read(path, bytes) {
        Ok(root) => root,
        Err(fault) if is_description && text.contains("paths") => return Err(fault),
        Err(_) => return Ok(None),
    };
    let stated = root.get("openapi").or_else(|| root.get("swagger"));
    let Some(version) = stated.and_then(Node::text).filter(|version| version.starts_with(|c: char| c.is_ascii_digit()))
    else {
        return Ok(None);
    };
    let version = version.to_owned();
    let (line, security) = (stated.map_or(1, |node| node.span.line), security(&root));
    let references = references(folder(path), &root);
    let api_version = at(&root, &["info", "version"]).and_then(Node::text).map(str::to_owned);
    let (operations, outward_paths) = operations(&Documents::alone(path, root), path);
    Ok(Some(Contract { version, api_version, line, operations, references, security, outward_paths }))
}
