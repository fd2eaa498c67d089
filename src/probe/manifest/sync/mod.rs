//! Whether a lock file still says what the manifest beside it declares. Each ecosystem's comparison is in a file of its
//! own; which lock belongs to which manifest is decided by the probe.

pub(super) mod bundler;
pub(super) mod cargo;
mod cocoapods;
pub(super) mod compiled;
pub(super) mod composer;
mod dart;
pub(super) mod go;
mod gradle;
mod mix;
pub(super) mod node;
mod nuget;
mod poetry;
mod python;
mod semantic;
mod yarn;

use std::collections::{BTreeMap, BTreeSet};

use crate::world::Swept;

/// The largest lock file that is compared, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Something that a manifest declares and its lock does not say, or the other way round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    /// The dependency, or what else differs.
    pub(super) name: String,
    /// What is wrong, for the note.
    pub(super) what: String,
}

impl Gap {
    fn new(name: &str, what: impl Into<String>) -> Gap {
        Gap { name: name.to_owned(), what: what.into() }
    }

    fn missing(name: &str) -> Gap {
        Gap::new(name, format!("`{name}` is declared and not locked"))
    }

    fn surplus(name: &str) -> Gap {
        Gap::new(name, format!("`{name}` is locked and no longer declared"))
    }

    fn changed(name: &str, declared: &str, locked: &str) -> Gap {
        Gap::new(name, format!("`{name}` is declared as `{declared}` and was locked for `{locked}`"))
    }
}

/// Why a manifest is not compared with a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Apart {
    /// The lock is another project's: it does not fix what this manifest asks for.
    NoMember,
    /// For this reason.
    Unknown(String),
}

impl From<String> for Apart {
    fn from(reason: String) -> Apart {
        Apart::Unknown(reason)
    }
}

impl From<&str> for Apart {
    fn from(reason: &str) -> Apart {
        Apart::Unknown(reason.to_owned())
    }
}

/// A manifest to compare.
struct Manifest<'m> {
    text: &'m str,
    /// Its folder relative to that of the lock; empty beside it.
    member: &'m str,
    /// The manifest beside the lock, where that is another one.
    root: Option<&'m str>,
    /// Names of the packages of this repository.
    locals: &'m BTreeSet<String>,
}

/// A lock file that was read.
trait Lock {
    /// What it and a manifest do not agree on.
    fn gaps(&self, manifest: &Manifest<'_>) -> Result<Vec<Gap>, Apart>;
}

fn parse(base: &str, text: &str) -> Result<Box<dyn Lock>, String> {
    Ok(match base {
        "Cargo.lock" => Box::new(cargo::Locked::parse(text)?),
        "package-lock.json" | "npm-shrinkwrap.json" => Box::new(node::Npm::parse(text)?),
        "pnpm-lock.yaml" => Box::new(node::Listed::pnpm(text)),
        "bun.lock" => Box::new(node::Listed::bun(text)?),
        "yarn.lock" => Box::new(yarn::Locked::parse(text)),
        "uv.lock" => Box::new(python::Uv::parse(text)?),
        "pdm.lock" => Box::new(python::Named::pdm(text)?),
        "Pipfile.lock" => Box::new(python::Named::pipfile(text)?),
        "poetry.lock" => Box::new(poetry::Locked::parse(text)?),
        "go.sum" => Box::new(go::Sums::parse(text)),
        "Gemfile.lock" => Box::new(bundler::Locked::parse(text)),
        "composer.lock" => Box::new(composer::Locked::parse(text)?),
        "gradle.lockfile" => Box::new(gradle::Locked::parse(text)),
        "packages.lock.json" => Box::new(nuget::Locked::parse(text)?),
        "pubspec.lock" => Box::new(dart::Locked::parse(text)?),
        "Podfile.lock" => Box::new(cocoapods::Locked::parse(text)),
        "mix.lock" => Box::new(mix::Locked::parse(text)),
        _ => return Err(format!("what `{base}` locks is not compared")),
    })
}

/// Whether a lock can be compared, and is made from such a manifest.
pub(super) fn is_made_from(lock: &str, manifest: &str) -> bool {
    match lock {
        "uv.lock" | "poetry.lock" | "pdm.lock" => manifest == "pyproject.toml",
        "Pipfile.lock" => manifest == "Pipfile",
        "gradle.lockfile" => matches!(manifest, "build.gradle" | "build.gradle.kts"),
        "packages.lock.json" => manifest.ends_with("proj"),
        "Cargo.lock" => manifest == "Cargo.toml",
        "package-lock.json" | "npm-shrinkwrap.json" | "pnpm-lock.yaml" | "yarn.lock" | "bun.lock" => {
            manifest == "package.json"
        }
        "go.sum" => manifest == "go.mod",
        "Gemfile.lock" => manifest == "Gemfile",
        "composer.lock" => manifest == "composer.json",
        "pubspec.lock" => manifest == "pubspec.yaml",
        "Podfile.lock" => manifest == "Podfile",
        "mix.lock" => manifest == "mix.exs",
        _ => false,
    }
}

/// Lock files of a tree, each read once.
pub(super) struct Locks<'s> {
    swept: &'s Swept,
    read: BTreeMap<String, Result<Box<dyn Lock>, String>>,
    locals: BTreeSet<String>,
}

impl<'s> Locks<'s> {
    /// None yet; `locals` are the names of the packages of this repository.
    pub(super) fn new(swept: &'s Swept, locals: BTreeSet<String>) -> Locks<'s> {
        Locks { swept, read: BTreeMap::new(), locals }
    }

    /// What a manifest and its lock do not agree on.
    pub(super) fn gaps(&mut self, manifest: &str, lock: &str) -> Result<Vec<Gap>, Apart> {
        let (folder, base) = lock.rsplit_once('/').unwrap_or(("", lock));
        let (place, name) = manifest.rsplit_once('/').unwrap_or(("", manifest));
        let member = place.strip_prefix(folder).unwrap_or(place).trim_start_matches('/');
        if !member.is_empty() && !LOCKS_OF_WORKSPACES.contains(&base) {
            return Err(Apart::NoMember);
        }
        // Sums of a workspace may stand in `go.work.sum`.
        if base == "go.sum" && self.swept.tree().find("go.work.sum").is_some() {
            return Err(Apart::from("sums may stand in `go.work.sum`"));
        }
        let text = text(self.swept, manifest)?;
        let root = if place == folder { None } else { text_beside(self.swept, folder, name) };
        let swept = self.swept;
        let read = self.read.entry(lock.to_owned()).or_insert_with(|| parse(base, &self::text(swept, lock)?));
        let manifest = Manifest { text: &text, member, root: root.as_deref(), locals: &self.locals };
        read.as_ref().map_err(|reason| Apart::Unknown(reason.clone()))?.gaps(&manifest)
    }
}

/// Whether a lock is compared with the manifest beside it only: in folders below, whose packages may share it, it stands as
/// their lock and is not compared.
pub(super) fn is_of_its_folder(lock: &str) -> bool {
    matches!(lock, "pubspec.lock" | "Podfile.lock" | "mix.lock")
}

/// Locks that fix what several packages ask for; any other is about the manifest beside it.
const LOCKS_OF_WORKSPACES: &[&str] =
    &["Cargo.lock", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "uv.lock"];

fn text_beside(swept: &Swept, folder: &str, name: &str) -> Option<String> {
    let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    text(swept, &path).ok()
}

fn text(swept: &Swept, path: &str) -> Result<String, String> {
    let bytes = swept.read(path, LARGEST).map_err(|unknown| unknown.to_string())?;
    let text = std::str::from_utf8(&bytes).map_err(|_| format!("`{path}` is not UTF-8"))?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// The name that a `package.json` gives its package.
pub(super) fn local_name(bytes: &[u8]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    value.get("name")?.as_str().map(str::to_owned)
}

/// An error of a parser on one line.
fn fault(file: &str, error: impl std::fmt::Display) -> String {
    format!("`{file}` cannot be read: {}", error.to_string().lines().next().unwrap_or_default())
}

#[cfg(test)]
fn gaps(base: &str, lock: &str, manifest: &str) -> Result<Vec<String>, Apart> {
    member_gaps(base, lock, manifest, "", None)
}

#[cfg(test)]
fn member_gaps(base: &str, lock: &str, text: &str, member: &str, root: Option<&str>) -> Result<Vec<String>, Apart> {
    let locals = BTreeSet::from(["@shop/own".to_owned()]);
    let found = parse(base, lock)?.gaps(&Manifest { text, member, root, locals: &locals })?;
    Ok(found.into_iter().map(|gap| gap.name).collect())
}
