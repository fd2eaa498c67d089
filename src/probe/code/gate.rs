//! Code of Rust that is built only with a feature which the manifest does not switch on by default: by `#[cfg(feature = "x")]`
//! on an item around it, at the head of its file, or on the line that declares its module.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::rust_tests::end_of_item;
use crate::probe::pattern::constant;
use crate::world::Swept;

/// A larger file is not read.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Features by manifest, read when they are asked for.
pub(super) struct Gates<'s> {
    swept: &'s Swept,
    folder: &'s str,
    defaults: BTreeMap<String, BTreeSet<String>>,
}

impl<'s> Gates<'s> {
    pub(super) fn new(swept: &'s Swept, folder: &'s str) -> Gates<'s> {
        Gates { swept, folder, defaults: BTreeMap::new() }
    }

    /// The feature without which this place is not built, if one is needed that is not on by default.
    pub(super) fn of(&mut self, path: &str, bytes: &[u8], at: usize) -> Option<String> {
        if !path.ends_with(".rs") {
            return None;
        }
        let around = features(bytes).into_iter().filter(|(_, range)| range.contains(&at)).map(|(name, _)| name);
        let needed: Vec<String> = around.chain(self.declared(path)).collect();
        if needed.is_empty() {
            return None;
        }
        let defaults = self.defaults(path)?;
        needed.into_iter().find(|feature| !defaults.contains(feature))
    }

    /// The features on the line that declares the module of this file.
    fn declared(&self, path: &str) -> Vec<String> {
        let Some((folder, base)) = path.rsplit_once('/') else { return Vec::new() };
        let stem = base.trim_end_matches(".rs");
        let (parent, module) = match stem {
            "lib" | "main" => return Vec::new(),
            "mod" => match folder.rsplit_once('/') {
                Some((parent, module)) => (parent.to_owned(), module),
                None => return Vec::new(),
            },
            _ => (folder.to_owned(), stem),
        };
        let beside = format!("{parent}.rs");
        let candidates = ["lib.rs", "main.rs", "mod.rs"].map(|name| format!("{parent}/{name}"));
        let files = candidates.into_iter().chain([beside]);
        let Ok(line) = Regex::new(&format!(
            r#"#\[cfg\(feature\s*=\s*"([\w-]+)"\)\]\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?mod\s+{}\s*;"#,
            regex::escape(module)
        )) else {
            return Vec::new();
        };
        files
            .filter_map(|file| self.swept.read(&file, LARGEST).ok())
            .filter_map(|bytes| line.captures(&bytes).map(|found| String::from_utf8_lossy(&found[1]).into_owned()))
            .collect()
    }

    /// What the nearest manifest above switches on; `None` without one.
    fn defaults(&mut self, path: &str) -> Option<&BTreeSet<String>> {
        let mut folder = path;
        let manifest = loop {
            folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
            let manifest = if folder.is_empty() { "Cargo.toml".to_owned() } else { format!("{folder}/Cargo.toml") };
            if self.swept.tree().find(&manifest).is_some() {
                break manifest;
            }
            if folder.is_empty() || folder == self.folder {
                return None;
            }
        };
        let swept = self.swept;
        let known = self.defaults.entry(manifest.clone()).or_insert_with(|| {
            swept.read(&manifest, LARGEST).map_or_else(|_| BTreeSet::new(), |bytes| on_by_default(&bytes))
        });
        Some(known)
    }
}

/// The features with the ranges of the items that need one of them.
fn features(bytes: &[u8]) -> Vec<(String, Range<usize>)> {
    static GATE: OnceLock<Regex> = OnceLock::new();
    let gate = GATE.get_or_init(|| constant(r#"#!?\[cfg\(\s*feature\s*=\s*"([\w-]+)"\s*\)\]"#));
    let found = gate.captures_iter(bytes).filter_map(|found| {
        let (whole, name) = (found.get(0)?, found.get(1)?);
        let inner = whole.as_bytes().starts_with(b"#!");
        let end = if inner { bytes.len() } else { end_of_item(bytes, whole.end() - 1) };
        Some((String::from_utf8_lossy(name.as_bytes()).into_owned(), whole.start()..end))
    });
    found.collect()
}

/// The features of a manifest that `default` names, directly or through others.
fn on_by_default(bytes: &[u8]) -> BTreeSet<String> {
    let document = String::from_utf8_lossy(bytes).parse::<toml::Table>().unwrap_or_default();
    let table = document.get("features").and_then(toml::Value::as_table);
    let of = |feature: &str| {
        let list = table.and_then(|table| table.get(feature)).and_then(toml::Value::as_array);
        list.into_iter().flatten().filter_map(toml::Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut on = BTreeSet::from(["default".to_owned()]);
    let mut open = vec!["default".to_owned()];
    while let Some(feature) = open.pop() {
        for next in of(&feature) {
            if on.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    on
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_default_switches_on_is_followed() {
        let on = on_by_default(b"[features]\ndefault = [\"a\"]\na = [\"b\"]\nb = []\nc = []\n");
        assert_eq!(on.into_iter().collect::<Vec<_>>(), ["a", "b", "default"]);
    }

    #[test]
    fn an_attribute_gates_its_item_and_an_inner_one_its_file() {
        let text = b"#[cfg(feature = \"x\")]\nfn a() {\n    b();\n}\nfn c() {}\n";
        assert_eq!(features(text), [("x".to_owned(), 0..41)]);
        assert_eq!(features(b"#![cfg(feature = \"x\")]\nfn a() {}\n"), [("x".to_owned(), 0..33)]);
    }
}
