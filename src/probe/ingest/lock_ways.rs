//! The way to a vulnerable package where the report tells none: through the lock that the report is about, `Cargo.lock` or
//! npm's.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use toml::{Table, Value};

use super::finding::Finding;
use super::path::Graph;
use crate::probe::Look;
use crate::probe::report_paths::Paths;

/// The largest lock that is read, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Packages of one lock, each with the way to it.
type Ways = BTreeMap<String, Vec<String>>;

/// Reads a lock for the packages that are wanted.
type Reader = fn(&str, &BTreeSet<String>) -> Option<Ways>;

/// Adds ways to findings that have none.
pub(super) fn add(look: &Look<'_>, findings: &mut [Finding]) {
    let paths = Paths::new(look.swept.tree(), look.folder);
    let wanted: BTreeSet<String> = findings.iter().map(|finding| finding.subject.clone()).collect();
    let mut known: BTreeMap<String, Ways> = BTreeMap::new();
    for finding in findings.iter_mut().filter(|finding| finding.in_package && finding.way.is_empty()) {
        let lock = finding.file.as_deref().and_then(|file| paths.find(file, &[], ""));
        let Some(lock) = lock.filter(|lock| reader(lock).is_some()) else { continue };
        let ways = known.entry(lock.to_owned()).or_insert_with(|| {
            let bytes = look.swept.read(lock, LARGEST).ok();
            let text = bytes.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
            reader(lock).zip(text).and_then(|(read, text)| read(text, &wanted)).unwrap_or_default()
        });
        if let Some(way) = ways.get(&finding.subject) {
            *finding = std::mem::take(finding).brought(Some(way.iter().map(String::as_str)));
        }
    }
}

fn reader(lock: &str) -> Option<Reader> {
    match lock.rsplit('/').next() {
        Some("Cargo.lock") => Some(cargo),
        Some("package-lock.json" | "npm-shrinkwrap.json") => Some(npm),
        _ => None,
    }
}

/// `name 1.0.0` of each package that is wanted, with the names on the shortest way to it.
fn ways<'g>(graph: &Graph<'g>, packages: &BTreeMap<&'g str, (&'g str, &'g str)>, wanted: &BTreeSet<String>) -> Ways {
    let name = |id: &&'g str| packages.get(id).map_or((*id).to_owned(), |(name, _)| (*name).to_owned());
    let mut found = Ways::new();
    let told = graph.ways();
    for (id, (title, version)) in packages {
        let subject = format!("{title} {version}");
        let Some(way) = Some(id).filter(|_| wanted.contains(&subject)).and_then(|id| told.to(id)) else { continue };
        let way: Vec<String> = way.iter().map(name).collect();
        match found.get(&subject) {
            Some(known) if known.len() <= way.len() => {}
            _ => drop(found.insert(subject, way)),
        }
    }
    found
}

/// Dependencies are `name`, or `name version` where there are several; packages without a source lie here.
fn cargo(text: &str, wanted: &BTreeSet<String>) -> Option<Ways> {
    let value: Table = text.parse().ok()?;
    let all = value.get("package")?.as_array()?;
    let get = |entry: &'_ Value, key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    let titles: Vec<(String, String, String)> = all
        .iter()
        .filter_map(|entry| {
            let (name, version) = (get(entry, "name")?, get(entry, "version")?);
            Some((format!("{name} {version}"), name, version))
        })
        .collect();
    let mut packages = BTreeMap::new();
    let mut by_name: BTreeMap<&str, &str> = BTreeMap::new();
    for (title, name, version) in &titles {
        packages.insert(title.as_str(), (name.as_str(), version.as_str()));
        by_name.insert(name, title);
    }
    let mut graph = Graph::default();
    for (entry, (title, ..)) in all.iter().zip(&titles) {
        for asked in entry.get("dependencies").and_then(Value::as_array).into_iter().flatten() {
            let words: Vec<&str> = asked.as_str()?.split(' ').take(2).collect();
            let title_of = words.join(" ");
            let found = match words.as_slice() {
                [name] => by_name.get(name).copied(),
                _ => packages.get_key_value(title_of.as_str()).map(|(title, _)| *title),
            };
            let Some(asked) = found else { continue };
            match entry.get("source") {
                Some(_) => graph.asks(title, asked),
                None => graph.is_direct(asked),
            }
        }
    }
    Some(ways(&graph, &packages, wanted))
}

/// Packages by place; what one asks for lies in the nearest `node_modules` above.
fn npm(text: &str, wanted: &BTreeSet<String>) -> Option<Ways> {
    const GROUPS: &[&str] = &["dependencies", "optionalDependencies", "peerDependencies"];
    let value: Json = serde_json::from_str(text).ok()?;
    let places = value["packages"].as_object()?;
    let mut packages = BTreeMap::new();
    for (place, entry) in places.iter().filter(|(_, entry)| entry["link"] != true) {
        if let Some((_, name)) = place.rsplit_once("node_modules/") {
            let name = entry["name"].as_str().unwrap_or(name);
            packages.insert(place.as_str(), (name, entry["version"].as_str().unwrap_or_default()));
        }
    }
    let mut graph = Graph::default();
    for (place, entry) in places {
        let is_member = !place.contains("node_modules/");
        let groups = GROUPS.iter().chain(is_member.then_some(&"devDependencies"));
        let asked = groups.filter_map(|group| entry[*group].as_object()).flat_map(|group| group.keys());
        for found in asked.filter_map(|name| nearest(places, place, name)) {
            if is_member {
                graph.is_direct(found);
            } else {
                graph.asks(place, found);
            }
        }
    }
    Some(ways(&graph, &packages, wanted))
}

fn nearest<'p>(places: &'p serde_json::Map<String, Json>, from: &str, name: &str) -> Option<&'p str> {
    let mut at = from;
    loop {
        let place = if at.is_empty() { format!("node_modules/{name}") } else { format!("{at}/node_modules/{name}") };
        if let Some((found, _)) = places.get_key_value(&place) {
            return Some(found);
        }
        if at.is_empty() {
            return None;
        }
        at = at.rsplit_once("node_modules/").map_or("", |(above, _)| above).trim_end_matches('/');
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn wanted() -> BTreeSet<String> {
        ["a 1.0.0", "c 1.0.0", "c 2.0.0"].map(str::to_owned).into()
    }

    fn way(ways: &Ways, subject: &str) -> String {
        ways.get(subject).map(|way| way.join(" ")).unwrap_or_default()
    }

    #[test]
    fn a_lock_tells_what_brings_a_package() {
        let package = |name: &str, version: &str, source: &str, asks: &str| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{source}dependencies = [{asks}]\n")
        };
        let away = "source = \"registry+x\"\n";
        let lock = [
            package("shop", "0.1.0", "", "\"a\", \"c 2.0.0\""),
            package("a", "1.0.0", away, "\"b\""),
            package("b", "1.0.0", away, "\"c 1.0.0 (registry+x)\""),
            package("c", "1.0.0", away, ""),
            package("c", "2.0.0", away, ""),
        ];
        let ways = cargo(&lock.concat(), &wanted()).unwrap();
        assert_eq!((way(&ways, "c 1.0.0"), way(&ways, "c 2.0.0")), ("a b c".to_owned(), String::new()));
    }

    #[test]
    fn a_package_of_npm_takes_what_lies_nearest() {
        let lock = r#"{"packages": {"": {"devDependencies": {"a": "1"}}, "web": {"dependencies": {"d": "1"}},
            "node_modules/a": {"version": "1.0.0", "dependencies": {"@s/b": "1"}}, "node_modules/@s/b": {"version": "1.0.0", "dependencies": {"c": "1"}},
            "node_modules/@s/b/node_modules/c": {"version": "1.0.0"}, "node_modules/c": {"version": "2.0.0"}, "node_modules/d": {"version": "1.0.0", "dependencies": {"c": "2"}}}}"#;
        let ways = npm(lock, &wanted()).unwrap();
        assert_eq!((way(&ways, "c 1.0.0"), way(&ways, "c 2.0.0")), ("a @s/b c".to_owned(), "d c".to_owned()));
        assert_eq!(way(&ways, "a 1.0.0"), "");
    }
}
