//! Locks of Node: npm writes `deprecated` into its lock since version 2 of the format, pnpm into its packages.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value as Json;

use super::notice::{Kind, Notice, Position, Told};
use crate::probe::manifest::pnpm_package;
use crate::probe::sources::Places;

const NODE: &str = "Node";
/// What manifests ask for, in the lock of npm.
const GROUPS: &[&str] = &["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

fn notice(name: &str, version: &str, text: String, line: u32) -> Notice {
    Notice {
        ecosystem: NODE,
        name: name.to_owned(),
        version: version.to_owned(),
        kind: Kind::Deprecated,
        position: Position::Transitive,
        development: false,
        word: "deprecated",
        text,
        instead: None,
        line,
    }
}

/// A `package-lock.json` or `npm-shrinkwrap.json`.
pub(super) fn npm(text: &str) -> Result<Told, String> {
    let value: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut told = Told { ecosystem: NODE, ..Told::default() };
    let Some(packages) = value["packages"].as_object() else {
        told.silent = Some("version 1 of npm's lock keeps no notices; npm from version 7 on writes one that does");
        return Ok(told);
    };
    let mut askers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (member, entry) in packages.iter().filter(|(place, _)| !place.contains("node_modules/")) {
        for name in GROUPS.iter().filter_map(|group| entry[*group].as_object()).flat_map(|group| group.keys()) {
            askers.entry(name).or_default().push(member);
        }
    }
    let places = Places::of(text);
    for (place, entry) in packages {
        let said = match &entry["deprecated"] {
            Json::String(said) if !said.trim().is_empty() => said.clone(),
            Json::Bool(true) => String::new(),
            _ => continue,
        };
        let Some((above, name)) = place.rsplit_once("node_modules/") else { continue };
        let above = above.trim_end_matches('/');
        // What lies in a member's own folder is the member's; what lies at the top is that of all who have none of their own.
        let mut asking = askers.get(name).into_iter().flatten();
        let is_direct = asking.any(|member| match above.is_empty() {
            true => member.is_empty() || !packages.contains_key(&format!("{member}/node_modules/{name}")),
            false => *member == above,
        });
        let version = entry["version"].as_str().unwrap_or_default();
        let mut found = notice(entry["name"].as_str().unwrap_or(name), version, said, places.opened(place));
        found.development = entry["dev"] == true || entry["devOptional"] == true;
        if is_direct {
            found.position = Position::Direct;
        }
        told.notices.push(found);
    }
    Ok(told)
}

#[derive(Deserialize)]
struct Pnpm {
    #[serde(default)]
    packages: Option<BTreeMap<String, Package>>,
    #[serde(default)]
    importers: Option<BTreeMap<String, Importer>>,
    #[serde(flatten)]
    top: Importer,
}

#[derive(Deserialize)]
struct Package {
    #[serde(default)]
    deprecated: Option<serde_yaml::Value>,
    #[serde(default)]
    dev: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Importer {
    #[serde(default)]
    dependencies: Option<BTreeMap<String, serde_yaml::Value>>,
    #[serde(default)]
    dev_dependencies: Option<BTreeMap<String, serde_yaml::Value>>,
    #[serde(default)]
    optional_dependencies: Option<BTreeMap<String, serde_yaml::Value>>,
}

/// Name and version of what is taken; an alias names another package: `real@1.0.0`, before version 9 `/real@1.0.0`.
fn title(name: &str, asked: &serde_yaml::Value) -> Option<String> {
    let version = asked.get("version").unwrap_or(asked).as_str()?;
    if version.starts_with(|c: char| c.is_ascii_digit()) {
        let version = version.split(['(', '_']).next().unwrap_or(version);
        return Some(format!("{name}@{version}"));
    }
    pnpm_package(version).map(|(name, version)| format!("{name}@{version}"))
}

/// A `pnpm-lock.yaml`; later ones have a document for pnpm's own tools before it.
pub(super) fn pnpm(text: &str) -> Result<Told, String> {
    let mut told = Told { ecosystem: NODE, ..Told::default() };
    if text.contains("<<<<<<<") {
        return Err("it holds an unfinished merge".to_owned());
    }
    if !text.contains("deprecated:") {
        return Ok(told);
    }
    let places = Places::of(text);
    for document in text.split("\n---").filter(|document| !document.trim().is_empty()) {
        let lock: Pnpm = serde_yaml::from_str(document.trim_start_matches('-')).map_err(|error| error.to_string())?;
        let (mut running, mut developing) = (BTreeSet::new(), BTreeSet::new());
        for importer in lock.importers.iter().flat_map(BTreeMap::values).chain([&lock.top]) {
            let titles = |group: &Option<BTreeMap<String, serde_yaml::Value>>| {
                group.iter().flatten().filter_map(|(name, asked)| title(name, asked)).collect::<Vec<_>>()
            };
            running.extend(titles(&importer.dependencies));
            running.extend(titles(&importer.optional_dependencies));
            developing.extend(titles(&importer.dev_dependencies));
        }
        for (key, package) in lock.packages.iter().flatten() {
            let said = match &package.deprecated {
                Some(serde_yaml::Value::String(said)) if !said.trim().is_empty() => said.clone(),
                Some(serde_yaml::Value::Bool(true)) => String::new(),
                _ => continue,
            };
            let Some((name, version)) = pnpm_package(key) else { continue };
            let mut found = notice(name, version, said, places.opened(key));
            let title = found.title();
            let (runs, develops) = (running.contains(&title), developing.contains(&title));
            found.development = package.dev == Some(true) || (develops && !runs);
            if runs || develops {
                found.position = Position::Direct;
            }
            told.notices.push(found);
        }
    }
    Ok(told)
}
