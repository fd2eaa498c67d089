//! `Cargo.toml` and `Cargo.lock`: what `cargo --locked` refuses (Cargo book, "Cargo.toml vs Cargo.lock").

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::{Table, Value};

use super::semantic::cargo_allows;
use super::{Apart, Gap, Lock, Manifest, fault};

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

/// A `Cargo.lock`.
#[derive(Debug, Deserialize)]
pub(super) struct Locked {
    #[serde(default)]
    package: Vec<Package>,
}

impl Locked {
    pub(super) fn parse(text: &str) -> Result<Locked, String> {
        toml::from_str(text).map_err(|error| fault("Cargo.lock", error))
    }

    /// Versions of a dependency that this package uses.
    fn versions<'l>(&'l self, package: &'l Package, name: &'l str) -> Vec<&'l str> {
        let lines = package.dependencies.iter().map(|line| line.split(' ').collect::<Vec<_>>());
        let own = lines.filter(|words| words.first() == Some(&name));
        own.flat_map(|words| match words.get(1) {
            Some(version) => vec![*version],
            None => self.package.iter().filter(|p| p.name == name).map(|p| p.version.as_str()).collect(),
        })
        .collect()
    }
}

impl Lock for Locked {
    fn gaps(&self, manifest: &Manifest<'_>) -> Result<Vec<Gap>, Apart> {
        let own = table(manifest.text)?;
        if own.contains_key("workspace") && !manifest.member.is_empty() {
            return Err(Apart::NoMember);
        }
        let root = manifest.root.map(table).transpose()?;
        let workspace = root.as_ref().unwrap_or(&own).get("workspace");
        let Some(described) = own.get("package").and_then(Value::as_table) else { return Ok(Vec::new()) };
        let name = described.get("name").and_then(Value::as_str).ok_or("the package has no name")?;
        let Some(package) = self.package.iter().find(|p| p.name == name && p.source.is_none()) else {
            if is_excluded(workspace, manifest.member) {
                return Err(Apart::NoMember);
            }
            return Ok(vec![Gap::new(name, format!("the package `{name}` itself is not in the lock"))]);
        };
        let mut gaps = Vec::new();
        let version = inherited(described.get("version"), workspace, &["package", "version"]).and_then(Value::as_str);
        if let Some(version) = version.filter(|version| *version != package.version) {
            gaps.push(Gap::changed(name, version, &package.version));
        }
        let declared = declared(&own, workspace);
        for (dependency, requirements) in &declared {
            let versions = self.versions(package, dependency);
            if versions.is_empty() {
                gaps.push(Gap::missing(dependency));
                continue;
            }
            let is_refused = |r: &&String| versions.iter().all(|version| cargo_allows(r, version) == Some(false));
            if let Some(requirement) = requirements.iter().find(is_refused) {
                gaps.push(Gap::changed(dependency, requirement, versions[0]));
            }
        }
        let locked: BTreeSet<&str> = package.dependencies.iter().filter_map(|line| line.split(' ').next()).collect();
        let surplus = locked.into_iter().filter(|dependency| !declared.contains_key(*dependency));
        gaps.extend(surplus.map(Gap::surplus));
        Ok(gaps)
    }
}

/// Dependencies of a package, and of a workspace for its members, with the version, `path`, or `git` and what fixes it.
pub(in crate::probe::manifest) fn requirements(text: &str) -> Result<Vec<(String, String)>, String> {
    let own = table(text)?;
    let targets = own.get("target").and_then(Value::as_table).into_iter().flat_map(|targets| targets.values());
    let workspace = own.get("workspace").and_then(Value::as_table);
    let places = std::iter::once(&own).chain(targets.filter_map(Value::as_table)).chain(workspace);
    let tables = places.flat_map(|place| KINDS.iter().filter_map(|kind| place.get(*kind)?.as_table()));
    Ok(tables.flatten().filter_map(|(name, value)| Some((name.clone(), written(value)?))).collect())
}

/// `None` for what the workspace decides.
fn written(value: &Value) -> Option<String> {
    let has = |key: &str| value.get(key).is_some();
    if has("workspace") {
        return None;
    }
    if let Some(version) = value.as_str().or_else(|| value.get("version").and_then(Value::as_str)) {
        return Some(version.to_owned());
    }
    if has("path") {
        return Some("path".to_owned());
    }
    let fixed = ["rev", "tag"].into_iter().find(|key| has(key));
    Some(if has("git") { format!("git {}", fixed.unwrap_or("branch")) } else { "*".to_owned() })
}

const KINDS: &[&str] =
    &["dependencies", "dev-dependencies", "build-dependencies", "dev_dependencies", "build_dependencies"];

fn table(text: &str) -> Result<Table, String> {
    text.parse().map_err(|error| fault("Cargo.toml", error))
}

fn is_excluded(workspace: Option<&Value>, member: &str) -> bool {
    let Some(workspace) = workspace else { return !member.is_empty() };
    let listed = |key: &str| -> Vec<&str> {
        workspace.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
    };
    let below = |folder: &str| member == folder || member.starts_with(&format!("{folder}/"));
    let included = |pattern: &str| pattern.split(['*', '?', '[']).next().is_some_and(|start| member.starts_with(start));
    listed("exclude").iter().any(|folder| below(folder.trim_end_matches('/')))
        || (!member.is_empty() && !listed("members").iter().any(|pattern| included(pattern)))
}

/// A value, or that of the workspace where it says `workspace = true`.
fn inherited<'v>(value: Option<&'v Value>, workspace: Option<&'v Value>, path: &[&str]) -> Option<&'v Value> {
    let value = value?;
    match value.get("workspace").and_then(Value::as_bool) {
        Some(true) => path.iter().try_fold(workspace?, |value, key| value.get(*key)),
        _ => Some(value),
    }
}

/// Names of packages that are needed for whatever, with the versions that are asked for.
fn declared(own: &Table, workspace: Option<&Value>) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let targets = own.get("target").and_then(Value::as_table).into_iter().flat_map(|targets| targets.values());
    let places = std::iter::once(own).chain(targets.filter_map(Value::as_table));
    for place in places {
        for kind in KINDS {
            for (key, value) in place.get(*kind).and_then(Value::as_table).into_iter().flatten() {
                let value = inherited(Some(value), workspace, &["dependencies", key]).unwrap_or(value);
                let name = value.get("package").and_then(Value::as_str).unwrap_or(key);
                let version = value.as_str().or_else(|| value.get("version").and_then(Value::as_str));
                found.entry(name.to_owned()).or_default().extend(version.map(str::to_owned));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::{gaps, member_gaps};

    const LOCK: &str = "version = 4\n[[package]]\nname = 'shop'\nversion = '0.2.0'\ndependencies = ['rand 0.8.5', 'rand 0.9.1', 'serde']\n[[package]]\nname = 'serde'\nversion = '1.0.200'\nsource = 'registry+x'\n[[package]]\nname = 'part'\nversion = '1.0.0'\ndependencies = ['serde']\n";

    fn found(dependencies: &str) -> Vec<String> {
        gaps("Cargo.lock", LOCK, &format!("[package]\nname = 'shop'\nversion = '0.2.0'\n{dependencies}")).unwrap()
    }

    #[test]
    fn what_locked_would_refuse_is_found() {
        let kept = "[dependencies]\nserde = '1'\nold = { package = 'rand', version = '0.8' }\n[target.'cfg(unix)'.dev-dependencies]\nrand = '0.9'\n";
        assert!(found(kept).is_empty());
        assert_eq!(found("[dependencies]\nserde = '2'\nrand = '0.8'\nnew = '1'\n"), ["new", "serde"]);
        assert_eq!(found("[dependencies]\nrand = '0.9'\n"), ["serde"], "locked and gone");
        assert_eq!(
            gaps(
                "Cargo.lock",
                LOCK,
                "[package]\nname = 'shop'\nversion = '0.3.0'\n[dependencies]\nserde = '1'\nrand = '0.8'\n"
            )
            .unwrap(),
            ["shop"]
        );
    }

    #[test]
    fn members_take_versions_from_their_workspace() {
        let root = "[workspace]\nmembers = ['parts/*']\nexclude = ['fuzz']\n[workspace.package]\nversion = '1.0.0'\n[workspace.dependencies]\nserde = '1'\n";
        let part = "[package]\nname = 'part'\nversion.workspace = true\n[dependencies]\nserde.workspace = true\n";
        assert!(member_gaps("Cargo.lock", LOCK, part, "parts/part", Some(root)).unwrap().is_empty());
        assert!(member_gaps("Cargo.lock", LOCK, "[package]\nname = 'fuzz'\n", "fuzz", Some(root)).is_err());
        let lost = member_gaps("Cargo.lock", LOCK, "[package]\nname = 'new'\n", "parts/new", Some(root));
        assert_eq!(lost.unwrap(), ["new"]);
    }
}
