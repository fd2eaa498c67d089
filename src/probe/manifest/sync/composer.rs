//! `composer.json` and `composer.lock`: what `composer validate` and `composer install` say is out of date. The hash of
//! the lock is that of Composer's `Locker::getContentHash`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use md5::{Digest, Md5};
use serde::Deserialize;
use serde_json::Value;

use super::{Apart, Gap, Lock, Manifest, fault};

/// A `composer.lock`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Locked {
    #[serde(default)]
    content_hash: Option<String>,
    #[serde(default)]
    packages: Vec<Package>,
    #[serde(default)]
    packages_dev: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    #[serde(default)]
    replace: Value,
    #[serde(default)]
    provide: Value,
}

/// Keys of `composer.json` that the hash is made of.
const HASHED: &[&str] = &[
    "name",
    "version",
    "require",
    "require-dev",
    "conflict",
    "replace",
    "provide",
    "minimum-stability",
    "prefer-stable",
    "repositories",
    "extra",
];

impl Locked {
    pub(super) fn parse(text: &str) -> Result<Locked, String> {
        serde_json::from_str(text).map_err(|error| fault("composer.lock", error))
    }
}

/// Whether a requirement is about PHP and its parts, which nobody locks.
fn is_platform(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !name.contains('/')
        && (name.starts_with("php")
            || name == "hhvm"
            || name.starts_with("ext-")
            || name.starts_with("lib-")
            || name.starts_with("composer"))
}

/// Packages that a manifest asks for, with the version of each.
pub(in crate::probe::manifest) fn declared(value: &Value) -> BTreeMap<String, String> {
    let tables = ["require-dev", "require"].iter().filter_map(|key| value.get(key)?.as_object());
    let entries = tables.flatten().filter(|(name, _)| !is_platform(name));
    entries.map(|(name, version)| (name.to_ascii_lowercase(), version.as_str().unwrap_or("").to_owned())).collect()
}

impl Lock for Locked {
    fn gaps(&self, manifest: &Manifest<'_>) -> Result<Vec<Gap>, Apart> {
        let value: Value = serde_json::from_str(manifest.text).map_err(|error| fault("composer.json", error))?;
        let packages = || self.packages.iter().chain(&self.packages_dev);
        let mut known: BTreeSet<String> = packages().map(|package| package.name.to_ascii_lowercase()).collect();
        for table in packages().flat_map(|package| [&package.replace, &package.provide]).filter_map(Value::as_object) {
            known.extend(table.keys().map(|name| name.to_ascii_lowercase()));
        }
        let missing = declared(&value).into_keys().filter(|name| !known.contains(name));
        let mut gaps: Vec<Gap> = missing.map(|name| Gap::missing(&name)).collect();
        let hash = self.content_hash.as_deref().filter(|_| gaps.is_empty());
        if hash.is_some_and(|hash| hash != content_hash(&value)) {
            gaps.push(Gap::new("content-hash", "`composer.json` has changed since the lock was made"));
        }
        Ok(gaps)
    }
}

fn content_hash(value: &Value) -> String {
    let mut kept: BTreeMap<&str, Value> = BTreeMap::new();
    for key in HASHED {
        if let Some(part) = value.get(key) {
            kept.insert(key, part.clone());
        }
    }
    if let Some(platform) = value.get("config").and_then(|config| config.get("platform")).filter(|p| !p.is_null()) {
        kept.insert("config", serde_json::json!({ "platform": platform }));
    }
    let mut text = String::new();
    let parts = kept.iter().map(|(key, value)| (*key, value));
    write_object(parts, &mut text);
    let mut hex = String::new();
    for byte in Md5::digest(text.as_bytes()) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

fn write_object<'v>(entries: impl Iterator<Item = (&'v str, &'v Value)>, out: &mut String) {
    out.push('{');
    for (number, (key, value)) in entries.enumerate() {
        if number > 0 {
            out.push(',');
        }
        write_text(key, out);
        out.push(':');
        write_value(value, out);
    }
    out.push('}');
}

/// As `json_encode` of PHP writes what `json_decode` gave as arrays: an empty object is an empty list, and slashes and
/// letters beyond ASCII are escaped.
fn write_value(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) if map.is_empty() => out.push_str("[]"),
        Value::Object(map) => write_object(map.iter().map(|(key, value)| (key.as_str(), value)), out),
        Value::Array(items) => {
            out.push('[');
            for (number, item) in items.iter().enumerate() {
                if number > 0 {
                    out.push(',');
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
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' => out.push_str("\\/"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::gaps;

    #[test]
    fn a_package_that_is_not_locked_is_found_and_so_is_a_changed_manifest() {
        let lock =
            r#"{"packages": [{"name": "a/x", "replace": {"a/y": "self.version"}}], "packages-dev": [{"name": "t/u"}]}"#;
        let manifest = r#"{"require": {"php": "^8.2", "ext-json": "*", "A/x": "^1", "a/y": "^1", "b/z": "1"}, "require-dev": {"t/u": "1"}}"#;
        assert_eq!(gaps("composer.lock", lock, manifest).unwrap(), ["b/z"]);
        let manifest = r#"{"name": "a/shop", "extra": {}, "require": {"php": ">=8"}, "description": "not hashed é"}"#;
        let written = r#"{"extra":[],"name":"a\/shop","require":{"php":">=8"}}"#;
        let hash: String = md5::Digest::finalize(<md5::Md5 as md5::Digest>::new_with_prefix(written))
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        let lock = |hash: &str| format!(r#"{{"content-hash": "{hash}", "packages": []}}"#);
        assert!(gaps("composer.lock", &lock(&hash), manifest).unwrap().is_empty());
        assert_eq!(gaps("composer.lock", &lock("0"), manifest).unwrap(), ["content-hash"]);
    }
}
