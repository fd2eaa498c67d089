//! `pyproject.toml` and `poetry.lock`: what `poetry check --lock` says has changed. The hash is that of poetry's
//! `Locker._get_content_hash`: SHA-256 over the sections that decide what is installed, as JSON with sorted keys.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::{Table, Value};

use super::super::declared::{normal, read};
use super::{Apart, Gap, Lock, Manifest, fault};

/// A `poetry.lock`.
#[derive(Debug, Deserialize)]
pub(super) struct Locked {
    #[serde(default)]
    package: Vec<Package>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Metadata {
    content_hash: Option<String>,
}

impl Locked {
    pub(super) fn parse(text: &str) -> Result<Locked, String> {
        toml::from_str(text).map_err(|error| fault("poetry.lock", error))
    }
}

impl Lock for Locked {
    fn gaps(&self, manifest: &Manifest<'_>) -> Result<Vec<Gap>, Apart> {
        let own: Table = manifest.text.parse().map_err(|error| fault("pyproject.toml", error))?;
        let declared = read("pyproject.toml", "pyproject.toml", manifest.text.as_bytes());
        let names: BTreeSet<String> = self.package.iter().map(|package| normal(&package.name)).collect();
        let all = declared.running.iter().chain(&declared.development);
        let missing =
            all.filter(|name| *name != "python" && !names.contains(*name) && Some(*name) != declared.own.as_ref());
        let mut gaps: Vec<Gap> = missing.map(|name| Gap::missing(name)).collect();
        let hashes = [content_hash(&own, true), content_hash(&own, false)];
        let hash = self.metadata.content_hash.as_ref().filter(|_| gaps.is_empty());
        if hash.is_some_and(|hash| !hashes.contains(hash)) {
            gaps.push(Gap::new("content-hash", "`pyproject.toml` has changed since the lock was made"));
        }
        Ok(gaps)
    }
}

const PROJECT: &[&str] = &["requires-python", "dependencies", "optional-dependencies"];
/// Keys that poetry has always hashed, also where they are not there.
const LEGACY: &[&str] = &["dependencies", "source", "extras", "dev-dependencies"];

/// With groups of PEP 735, as poetry 2.2 hashes, or without.
fn content_hash(own: &Table, with_groups: bool) -> String {
    let section = |value: Option<&Value>, keys: &[&str]| -> Vec<(String, Option<Value>)> {
        let found = keys.iter().filter_map(|key| Some(((*key).to_owned(), Some(value?.get(key)?.clone()))));
        found.collect()
    };
    let project = section(own.get("project"), PROJECT);
    let groups =
        own.get("dependency-groups").filter(|groups| with_groups && groups.as_table().is_some_and(|t| !t.is_empty()));
    let poetry = own.get("tool").and_then(|tool| tool.get("poetry"));
    let mut tool = section(poetry, LEGACY);
    let is_old = project.is_empty() && groups.is_none();
    if is_old {
        let absent = LEGACY
            .iter()
            .filter(|key| !tool.iter().any(|(known, _)| known == *key))
            .map(|key| ((*key).to_owned(), None));
        let absent: Vec<_> = absent.collect();
        tool.extend(absent);
    }
    tool.extend(section(poetry, &["group"]));
    let mut text = String::new();
    if is_old {
        write_entries(tool, &mut text);
    } else {
        let parts = [
            groups.map(|groups| ("dependency-groups", written(groups))),
            (!project.is_empty()).then(|| ("project", object(project))),
            Some(("tool", format!("{{\"poetry\": {}}}", object(tool)))),
        ];
        let parts: Vec<String> =
            parts.into_iter().flatten().map(|(key, value)| format!("\"{key}\": {value}")).collect();
        let _ = write!(text, "{{{}}}", parts.join(", "));
    }
    let mut hex = String::new();
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

fn object(entries: Vec<(String, Option<Value>)>) -> String {
    let mut text = String::new();
    write_entries(entries, &mut text);
    text
}

fn written(value: &Value) -> String {
    let mut text = String::new();
    write_value(value, &mut text);
    text
}

fn write_entries(mut entries: Vec<(String, Option<Value>)>, out: &mut String) {
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    out.push('{');
    for (number, (key, value)) in entries.iter().enumerate() {
        if number > 0 {
            out.push_str(", ");
        }
        write_text(key, out);
        out.push_str(": ");
        match value {
            Some(value) => write_value(value, out),
            None => out.push_str("null"),
        }
    }
    out.push('}');
}

/// As `json.dumps` of Python writes it.
fn write_value(value: &Value, out: &mut String) {
    match value {
        Value::Table(table) => {
            write_entries(table.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect(), out);
        }
        Value::Array(items) => {
            out.push('[');
            for (number, item) in items.iter().enumerate() {
                if number > 0 {
                    out.push_str(", ");
                }
                write_value(item, out);
            }
            out.push(']');
        }
        Value::String(text) => write_text(text, out),
        other => out.push_str(&other.to_string()),
    }
}

fn write_text(text: &str, out: &mut String) {
    // JSON's own escapes, and beyond ASCII those of UTF-16.
    let plain = serde_json::Value::from(text).to_string();
    for c in plain.chars() {
        if c.is_ascii() {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::gaps;

    /// Made by poetry 2.5.
    const OLD: &str = "fdfc791905ecf5d6f1ef0ea0f302230805d0c8724efee002f6dee721445c40cf";
    const NEW: &str = "97c4bfccbdd9144871c18a118ff0f0e5f89e62264082f57f207fe9e419945fdd";

    const GROUPS: &str = "bde69659314f55d08aebb954b97b456f0f43a3f1e969f88b276525eb31b440f4";

    fn lock(hash: &str) -> String {
        format!("[[package]]\nname = \"idna\"\n[metadata]\ncontent-hash = \"{hash}\"\n")
    }

    #[test]
    fn a_manifest_that_has_changed_is_told_by_its_hash() {
        let old = "[tool.poetry]\nname = 'shop'\n[tool.poetry.dependencies]\npython = '^3.9'\nidna = { version = '^3.4', optional = false }\n";
        assert!(gaps("poetry.lock", &lock(OLD), old).unwrap().is_empty());
        assert_eq!(gaps("poetry.lock", &lock(OLD), &old.replace("3.4", "3.5")).unwrap(), ["content-hash"]);
        let new = "[project]\nname = 'shop'\nversion = '1'\nrequires-python = '>=3.9'\ndependencies = ['idna (>=3.4,<4)']\n[tool.poetry.group.dev.dependencies]\nidna = '*'\n";
        assert!(gaps("poetry.lock", &lock(NEW), new).unwrap().is_empty());
        assert_eq!(gaps("poetry.lock", &lock(NEW), &format!("{new}flask = '*'\n")).unwrap(), ["flask"]);
        let groups = "[project]\nname = 'shop'\ndependencies = ['idna']\n[dependency-groups]\ndev = ['idna é']\n";
        assert!(gaps("poetry.lock", &lock(GROUPS), groups).unwrap().is_empty());
    }
}
