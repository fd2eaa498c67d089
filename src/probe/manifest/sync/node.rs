//! `package.json` and the locks of npm, pnpm and bun: what `npm ci`, `pnpm install --frozen-lockfile` and
//! `bun install --frozen-lockfile` refuse. The format of yarn is read in `yarn`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

use super::semantic::npm_allows;
use super::{Apart, Gap, Lock, Manifest, fault};

type Table = BTreeMap<String, String>;

/// What a `package.json` asks for, or the copy of it that a lock keeps.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Asked {
    dependencies: Table,
    dev_dependencies: Table,
    optional_dependencies: Table,
    peer_dependencies: Table,
    version: Option<String>,
}

impl Asked {
    /// Everything that is installed for it, with the range of each.
    fn all(&self) -> BTreeMap<&str, &str> {
        let tables = [&self.dev_dependencies, &self.dependencies, &self.optional_dependencies];
        tables.into_iter().flatten().map(|(name, range)| (name.as_str(), range.as_str())).collect()
    }
}

/// What a manifest declares to be installed.
pub(in crate::probe::manifest) fn declared(text: &str) -> Result<BTreeMap<String, String>, String> {
    let asked: Asked = serde_json::from_str(text).map_err(|error| fault("package.json", error))?;
    Ok(asked.all().into_iter().map(|(name, range)| (name.to_owned(), range.to_owned())).collect())
}

/// A `package-lock.json`.
#[derive(Debug, Deserialize)]
pub(super) struct Npm {
    #[serde(default)]
    packages: BTreeMap<String, Asked>,
    /// Version 1 of the format.
    #[serde(default)]
    dependencies: BTreeMap<String, Old>,
}

#[derive(Debug, Deserialize)]
struct Old {
    #[serde(default)]
    version: String,
}

impl Npm {
    pub(super) fn parse(text: &str) -> Result<Npm, String> {
        serde_json::from_str(text).map_err(|error| fault("package-lock.json", error))
    }

    /// The version that is installed for a package of this repository.
    fn installed(&self, member: &str, name: &str) -> Option<&str> {
        if self.packages.is_empty() {
            return self.dependencies.get(name).map(|old| old.version.as_str());
        }
        let own = format!("{member}/node_modules/{name}");
        let hoisted = format!("node_modules/{name}");
        let entry = self.packages.get(own.trim_start_matches('/')).or_else(|| self.packages.get(&hoisted))?;
        Some(entry.version.as_deref().unwrap_or(""))
    }
}

impl Lock for Npm {
    /// npm takes a lock whose versions fit, even where the ranges that it notes are older.
    fn gaps(&self, manifest: &Manifest<'_>) -> Result<Vec<Gap>, Apart> {
        if self.packages.is_empty() && self.dependencies.is_empty() {
            return Err(Apart::from("the lock lists nothing"));
        }
        if !manifest.member.is_empty() && !self.packages.contains_key(manifest.member) {
            return Err(Apart::NoMember);
        }
        let noted = self.packages.get(manifest.member).map(Asked::all).unwrap_or_default();
        let mut gaps = Vec::new();
        for (name, range) in declared(manifest.text)? {
            let is_noted = noted.get(name.as_str()) == Some(&range.as_str());
            match self.installed(manifest.member, &name) {
                None => gaps.push(Gap::missing(&name)),
                Some(_) if is_noted => {}
                Some(version) => match (npm_allows(&range, version), noted.get(name.as_str())) {
                    (Some(false), _) => gaps.push(Gap::changed(&name, &range, version)),
                    (None, Some(noted)) if range.contains(':') || range.contains('/') => {
                        gaps.push(Gap::changed(&name, &range, noted));
                    }
                    _ => {}
                },
            }
        }
        Ok(gaps)
    }
}

/// A lock that notes for each package of the repository what was asked for: those of pnpm and bun.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// Folder → name → range.
    packages: BTreeMap<String, Table>,
    /// Names whose range something else replaces.
    overridden: BTreeSet<String>,
}

impl Listed {
    /// `pnpm-lock.yaml`, which a program writes: two spaces for each level, one entry on a line.
    pub(super) fn pnpm(text: &str) -> Listed {
        let mut found = Listed::default();
        // Keys above the line by their depth.
        let mut above: Vec<String> = Vec::new();
        for line in text.lines() {
            let trimmed = line.trim_start();
            let depth = (line.len() - trimmed.len()) / 2;
            let Some((key, value)) = split_entry(trimmed) else { continue };
            above.truncate(depth);
            above.resize(depth, String::new());
            above.push(key.clone());
            let names: Vec<&str> = above.iter().map(String::as_str).collect();
            let (folder, rest) = match names.as_slice() {
                ["importers", folder, rest @ ..] => (*folder, rest),
                rest => (".", rest),
            };
            let folder = if folder == "." { "" } else { folder };
            match rest {
                ["overrides", name] => {
                    let name = name.rsplit('>').next().unwrap_or(name);
                    let end = name.char_indices().find(|(at, c)| *at > 0 && *c == '@').map_or(name.len(), |(at, _)| at);
                    found.overridden.insert(name[..end].to_owned());
                }
                ["specifiers", name]
                | ["dependencies" | "devDependencies" | "optionalDependencies", name, "specifier"] => {
                    found.packages.entry(folder.to_owned()).or_default().insert((*name).to_owned(), value);
                }
                // A package without dependencies is listed as `.: {}`.
                [] => {
                    found.packages.entry(folder.to_owned()).or_default();
                }
                _ => {}
            }
        }
        found
    }

    /// `bun.lock`, JSON with commas before closing brackets.
    pub(super) fn bun(text: &str) -> Result<Listed, String> {
        static TRAILING: LazyLock<Regex> = LazyLock::new(|| Regex::new(r",(\s*[}\]])").expect("a fixed pattern"));
        let plain = TRAILING.replace_all(text, "$1");
        let value: Value = serde_json::from_str(&plain).map_err(|error| fault("bun.lock", error))?;
        let mut found = Listed::default();
        for (folder, asked) in value.get("workspaces").and_then(Value::as_object).into_iter().flatten() {
            let asked: Asked = serde_json::from_value(asked.clone()).map_err(|error| fault("bun.lock", error))?;
            let all = asked.all().into_iter().map(|(name, range)| (name.to_owned(), range.to_owned()));
            found.packages.insert(folder.clone(), all.collect());
        }
        let overrides = value.get("overrides").and_then(Value::as_object).into_iter().flatten();
        found.overridden.extend(overrides.map(|(name, _)| name.clone()));
        Ok(found)
    }
}

/// `key: value` or `'key': value`, without quotes.
fn split_entry(line: &str) -> Option<(String, String)> {
    let (key, value) = match line.strip_prefix('\'') {
        Some(rest) => rest.split_once("':")?,
        None => line.split_once(':').filter(|(_, value)| value.is_empty() || value.starts_with(' '))?,
    };
    Some((key.to_owned(), value.trim().trim_matches(['\'', '"']).to_owned()))
}

impl Lock for Listed {
    fn gaps(&self, manifest: &Manifest<'_>) -> Result<Vec<Gap>, Apart> {
        let declared = declared(manifest.text)?;
        let Some(noted) = self.packages.get(manifest.member) else {
            if manifest.member.is_empty() && !declared.is_empty() {
                return Ok(declared.keys().map(|name| Gap::missing(name)).collect());
            }
            return Err(Apart::NoMember);
        };
        let asked: Asked = serde_json::from_str(manifest.text).map_err(|error| fault("package.json", error))?;
        let mut gaps = Vec::new();
        for (name, range) in declared.iter().filter(|(name, _)| !self.overridden.contains(*name)) {
            match noted.get(name) {
                None => gaps.push(Gap::missing(name)),
                Some(noted) if noted != range => gaps.push(Gap::changed(name, range, noted)),
                Some(_) => {}
            }
        }
        // Peers may be installed, too, and are then noted.
        let is_gone = |name: &&String| !declared.contains_key(*name) && !asked.peer_dependencies.contains_key(*name);
        gaps.extend(noted.keys().filter(is_gone).map(|name| Gap::surplus(name)));
        Ok(gaps)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::{gaps, member_gaps};

    #[test]
    fn npm_takes_what_fits_and_refuses_what_does_not() {
        let lock = r#"{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "^1.0.0", "b": "1.0.0", "t": "latest"}}, "node_modules/a": {"version": "1.2.0"}, "node_modules/b": {"version": "1.0.0"}, "node_modules/t": {"version": "2.0.0"}, "web": {}, "web/node_modules/a": {"version": "2.0.0"}}}"#;
        let found = |manifest: &str| gaps("package-lock.json", lock, manifest).unwrap();
        assert!(found(r#"{"dependencies": {"a": "^1.1.0", "b": "1.0.0", "t": "latest"}}"#).is_empty());
        assert_eq!(
            found(r#"{"dependencies": {"a": "^2.0.0", "b": "^1.1.0"}, "devDependencies": {"c": "1"}}"#),
            ["a", "b", "c"]
        );
        let web = r#"{"dependencies": {"a": "^2.0.0"}}"#;
        assert!(member_gaps("package-lock.json", lock, web, "web", None).unwrap().is_empty());
        assert!(member_gaps("package-lock.json", lock, web, "other", None).is_err());
        let old = r#"{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0"}}}"#;
        assert_eq!(gaps("package-lock.json", old, r#"{"dependencies": {"a": "^2", "b": "1"}}"#).unwrap(), ["a", "b"]);
        assert!(gaps("package-lock.json", "{}", web).is_err());
    }

    #[test]
    fn pnpm_notes_every_range() {
        let lock = "lockfileVersion: '9.0'\n\noverrides:\n  o@1: 2.0.0\n\nimporters:\n\n  .:\n    dependencies:\n      '@s/a':\n        specifier: ^1.0.0\n        version: 1.2.0\n    devDependencies:\n      b:\n        specifier: 'workspace:*'\n        version: link:b\n\n  web: {}\n\npackages:\n\n  '@s/a@1.2.0':\n    resolution: {integrity: x}\n";
        let found = |manifest: &str| gaps("pnpm-lock.yaml", lock, manifest).unwrap();
        assert!(
            found(r#"{"dependencies": {"@s/a": "^1.0.0", "o": "1"}, "devDependencies": {"b": "workspace:*"}}"#)
                .is_empty()
        );
        assert_eq!(found(r#"{"dependencies": {"@s/a": "^1.1.0", "c": "1"}}"#), ["@s/a", "c", "b"]);
        assert_eq!(member_gaps("pnpm-lock.yaml", lock, r#"{"dependencies": {"x": "1"}}"#, "web", None).unwrap(), ["x"]);
        let old = "lockfileVersion: 5.4\nspecifiers:\n  a: ^1.0.0\ndependencies:\n  a: 1.2.0\n";
        assert!(gaps("pnpm-lock.yaml", old, r#"{"dependencies": {"a": "^1.0.0"}}"#).unwrap().is_empty());
    }

    #[test]
    fn bun_notes_every_range() {
        let lock = "{\n  \"lockfileVersion\": 1,\n  \"workspaces\": {\n    \"\": {\n      \"name\": \"x\",\n      \"dependencies\": {\n        \"a\": \"^1.0.0\",\n      },\n    },\n  },\n  \"packages\": {}\n}\n";
        assert!(gaps("bun.lock", lock, r#"{"dependencies": {"a": "^1.0.0"}}"#).unwrap().is_empty());
        assert_eq!(
            gaps("bun.lock", lock, r#"{"dependencies": {"a": "^2.0.0"}, "devDependencies": {"b": "1"}}"#).unwrap(),
            ["a", "b"]
        );
    }
}
