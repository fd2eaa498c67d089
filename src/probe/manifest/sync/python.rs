//! `pyproject.toml` and `Pipfile` with the locks of uv, pdm and pipenv. The lock of poetry is read in `poetry`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::{Table, Value};

use super::super::declared::{normal, read};
use super::super::ranges::named;
use super::{Apart, Gap, Lock, Manifest, fault};

/// A `uv.lock`.
#[derive(Debug, Deserialize)]
pub(super) struct Uv {
    #[serde(default)]
    package: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    #[serde(default)]
    source: BTreeMap<String, Value>,
    #[serde(default)]
    dependencies: Vec<Required>,
    #[serde(default)]
    metadata: Option<Metadata>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Metadata {
    requires_dist: Vec<Required>,
    requires_dev: BTreeMap<String, Vec<Required>>,
}

#[derive(Debug, Deserialize)]
struct Required {
    name: String,
    #[serde(default)]
    specifier: Option<String>,
}

impl Uv {
    pub(super) fn parse(text: &str) -> Result<Uv, String> {
        toml::from_str(text).map_err(|error| fault("uv.lock", error))
    }
}

fn pyproject(text: &str) -> Result<Table, String> {
    text.parse().map_err(|error| fault("pyproject.toml", error))
}

fn at<'t>(table: &'t Table, path: &[&str]) -> Option<&'t Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, key| value.get(key))
}

/// A requirement (PEP 508) as its name and the clauses of its version, in one order.
fn requirement(line: &str) -> Option<(String, String)> {
    let (name, version) = named(line)?;
    // What stands at an address has no version.
    let version = if version.trim_start().starts_with('@') { "" } else { version };
    Some((normal(name), clauses(version)))
}

/// `>=2, <3` without spaces and brackets, sorted.
fn clauses(version: &str) -> String {
    let plain: String = version.chars().filter(|c| !c.is_whitespace() && !"()".contains(*c)).collect();
    let mut all: Vec<&str> = plain.split(',').filter(|clause| !clause.is_empty()).collect();
    all.sort_unstable();
    all.join(",")
}

impl Lock for Uv {
    fn gaps(&self, manifest: &Manifest<'_>) -> Result<Vec<Gap>, Apart> {
        let own = pyproject(manifest.text)?;
        let dynamic = at(&own, &["project", "dynamic"]).and_then(Value::as_array).into_iter().flatten();
        if dynamic.filter_map(Value::as_str).any(|key| key.ends_with("dependencies")) {
            return Err(Apart::from("its dependencies are computed when it is built"));
        }
        if !own.contains_key("project") && groups(&own).is_empty() {
            // The root of a workspace, which needs nothing itself.
            return Ok(Vec::new());
        }
        let name =
            at(&own, &["project", "name"]).and_then(Value::as_str).map(normal).ok_or("the project has no name")?;
        let is_local = |package: &&Package| {
            package.source.keys().any(|kind| ["editable", "virtual", "directory"].contains(&kind.as_str()))
        };
        let package = self.package.iter().filter(is_local).find(|package| package.name == name);
        let Some(package) = package else {
            if !manifest.member.is_empty() {
                return Err(Apart::NoMember);
            }
            return Ok(vec![Gap::new(&name, format!("the project `{name}` itself is not in the lock"))]);
        };
        let Some(metadata) = &package.metadata else {
            let locked = package.dependencies.iter().map(|required| required.name.clone()).collect();
            return Ok(by_name(&runtime(&own).into_iter().map(|(name, _)| name).collect(), &locked));
        };
        let mut gaps = by_range(&own, &metadata.requires_dist);
        let noted = metadata.requires_dev.values().flatten().map(|required| required.name.clone()).collect();
        gaps.extend(by_name(&groups(&own), &noted));
        Ok(gaps)
    }
}

/// What the project and its extras need.
fn runtime(own: &Table) -> Vec<(String, String)> {
    let extras = at(own, &["project", "optional-dependencies"]).and_then(Value::as_table);
    let lists =
        at(own, &["project", "dependencies"]).into_iter().chain(extras.into_iter().flat_map(|extras| extras.values()));
    let lines = lists.filter_map(Value::as_array).flatten().filter_map(Value::as_str);
    let own_name = at(own, &["project", "name"]).and_then(Value::as_str).map(normal);
    // `shop[pdf]` in an extra of `shop` refers to the project itself.
    lines.filter_map(requirement).filter(|(name, _)| Some(name) != own_name.as_ref()).collect()
}

/// What groups for development need.
fn groups(own: &Table) -> BTreeSet<String> {
    let groups = at(own, &["dependency-groups"]).and_then(Value::as_table);
    let lists =
        groups.into_iter().flat_map(|groups| groups.values()).chain(at(own, &["tool", "uv", "dev-dependencies"]));
    let lines = lists.filter_map(Value::as_array).flatten().filter_map(Value::as_str);
    lines.filter_map(requirement).map(|(name, _)| name).collect()
}

fn by_name(declared: &BTreeSet<String>, locked: &BTreeSet<String>) -> Vec<Gap> {
    let missing = declared.difference(locked).map(|name| Gap::missing(name));
    missing.chain(locked.difference(declared).map(|name| Gap::surplus(name))).collect()
}

fn by_range(own: &Table, noted: &[Required]) -> Vec<Gap> {
    let sources = at(own, &["tool", "uv", "sources"]).and_then(Value::as_table);
    let from_elsewhere = |name: &str| sources.is_some_and(|sources| sources.keys().any(|key| normal(key) == name));
    let mut ranges: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for required in noted {
        let specifier = required.specifier.as_deref().map(clauses).unwrap_or_default();
        ranges.entry(&required.name).or_default().insert(specifier);
    }
    let declared = runtime(own);
    let mut gaps = Vec::new();
    for (name, range) in &declared {
        match ranges.get(name.as_str()) {
            None => gaps.push(Gap::missing(name)),
            Some(known) if !known.contains(range) && !from_elsewhere(name) => {
                let known = known.iter().next().map_or("", String::as_str);
                gaps.push(Gap::changed(name, range, known));
            }
            Some(_) => {}
        }
    }
    let own_name = at(own, &["project", "name"]).and_then(Value::as_str).map(normal);
    let gone = ranges.keys().filter(|name| !declared.iter().any(|(own, _)| own == *name));
    gaps.extend(gone.filter(|name| Some(**name) != own_name.as_deref()).map(|name| Gap::surplus(name)));
    gaps
}

/// Names that a lock fixes: those of pdm and pipenv.
#[derive(Debug)]
pub(super) struct Named {
    manifest: &'static str,
    names: BTreeSet<String>,
}

impl Named {
    pub(super) fn pdm(text: &str) -> Result<Named, String> {
        let lock: Table = text.parse().map_err(|error| fault("pdm.lock", error))?;
        let packages = lock.get("package").and_then(Value::as_array).into_iter().flatten();
        let names = packages.filter_map(|package| package.get("name")?.as_str()).map(normal).collect();
        Ok(Named { manifest: "pyproject.toml", names })
    }

    pub(super) fn pipfile(text: &str) -> Result<Named, String> {
        let lock: serde_json::Value = serde_json::from_str(text).map_err(|error| fault("Pipfile.lock", error))?;
        let tables = lock.as_object().into_iter().flatten().filter(|(key, _)| *key != "_meta");
        let names = tables.filter_map(|(_, table)| table.as_object()).flatten().map(|(name, _)| normal(name)).collect();
        Ok(Named { manifest: "Pipfile", names })
    }
}

impl Lock for Named {
    fn gaps(&self, manifest: &Manifest<'_>) -> Result<Vec<Gap>, Apart> {
        let declared = read(self.manifest, self.manifest, manifest.text.as_bytes());
        if let Some(fault) = declared.fault {
            return Err(Apart::Unknown(fault));
        }
        let all = declared.running.iter().chain(&declared.development);
        let missing = all.filter(|name| !self.names.contains(*name) && Some(*name) != declared.own.as_ref());
        Ok(missing.map(|name| Gap::missing(name)).collect())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::gaps;

    const UV: &str = "version = 1\n[[package]]\nname = 'my-shop'\nversion = '1.0'\nsource = { editable = '.' }\n[package.metadata]\nrequires-dist = [{ name = 'flask', extras = ['async'], specifier = '>=3,<4' }, { name = 'lib', git = 'x' }, { name = 'pdf', marker = \"extra == 'p'\" }]\n[package.metadata.requires-dev]\ndev = [{ name = 'pytest', specifier = '>=8' }]\n[[package]]\nname = 'flask'\nversion = '3.0'\nsource = { registry = 'x' }\n";

    fn uv(dependencies: &str, rest: &str) -> Vec<String> {
        let text = format!("[project]\nname = 'My_Shop'\ndependencies = [{dependencies}]\n{rest}");
        gaps("uv.lock", UV, &text).unwrap()
    }

    #[test]
    fn uv_notes_every_range() {
        let rest = "optional-dependencies = { p = ['pdf'], all = ['my-shop[p]'] }\n[tool.uv.sources]\nlib = { git = 'x' }\n[dependency-groups]\ndev = ['pytest>=8', { include-group = 'x' }]\n";
        assert!(uv("'Flask[async] >= 3, < 4 ; python_version > \"3\"', 'lib>=1'", rest).is_empty());
        assert_eq!(uv("'flask>=3.1,<4', 'lib', 'new'", rest), ["flask", "new"]);
        assert_eq!(uv("'flask>=3,<4'", "[dependency-groups]\ndev = ['ruff']\n"), ["lib", "pdf", "ruff", "pytest"]);
    }

    #[test]
    fn the_root_of_a_workspace_may_need_nothing() {
        assert!(gaps("uv.lock", UV, "[tool.uv.workspace]\nmembers = ['a']\n").unwrap().is_empty());
        assert!(gaps("uv.lock", UV, "[dependency-groups]\ndev = ['ruff']\n").is_err());
    }

    #[test]
    fn names_that_pdm_and_pipenv_do_not_lock_are_found() {
        let project = "[project]\nname = 'x'\ndependencies = ['flask>=3', 'new']\n[tool.pdm.dev-dependencies]\ntest = ['pytest']\n";
        assert_eq!(gaps("pdm.lock", "[[package]]\nname = 'flask'\n", project).unwrap(), ["new", "pytest"]);
        let lock = r#"{"_meta": {"x": {}}, "default": {"flask": {}}, "develop": {"pytest": {}}}"#;
        assert_eq!(
            gaps("Pipfile.lock", lock, "[packages]\nFlask = '*'\nnew = '*'\n[dev-packages]\npytest = '*'\n").unwrap(),
            ["new"]
        );
    }
}
