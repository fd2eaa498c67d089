//! `pubspec.yaml` and `pubspec.lock`: what `dart pub get --enforce-lockfile` refuses (Dart, "pub get"; the lock notes for each
//! package how it came in).

use std::collections::{BTreeMap, BTreeSet};

use semver::{Version, VersionReq};

use crate::probe::yaml_file;
use crate::yaml::Node;

use super::{Apart, Gap, Lock, Manifest};

/// Packages of a lock: whether the manifest asks for them itself, and their version.
#[derive(Debug)]
pub(super) struct Locked(BTreeMap<String, (bool, String)>);

fn read(file: &str, text: &str) -> Result<Node, String> {
    yaml_file::read(file, text.as_bytes()).map_err(|fault| format!("`{file}` cannot be read: {}", fault.reason))
}

impl Locked {
    pub(super) fn parse(text: &str) -> Result<Locked, String> {
        let root = read("pubspec.lock", text)?;
        let packages = root.get("packages").map(Node::entries).unwrap_or_default();
        let said = |package: &Node, key: &str| package.get(key).and_then(Node::text).unwrap_or_default().to_owned();
        let entries = packages.iter().map(|(name, package)| {
            let is_direct = matches!(said(package, "dependency").as_str(), "direct main" | "direct dev");
            (name.text.clone(), (is_direct, said(package, "version")))
        });
        Ok(Locked(entries.collect()))
    }
}

/// A constraint that can be judged: `^1.2.0`, `>=1.2.0 <2.0.0`, `1.2.3`; versions before a release are left alone.
fn constraint(text: &str) -> Option<VersionReq> {
    let text = text.trim();
    if text.is_empty() || text == "any" || text.contains('-') {
        return None;
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return VersionReq::parse(&format!("={text}")).ok();
    }
    VersionReq::parse(&text.split_whitespace().collect::<Vec<_>>().join(", ")).ok()
}

impl Lock for Locked {
    fn gaps(&self, manifest: &Manifest<'_>) -> Result<Vec<Gap>, Apart> {
        let own = read("pubspec.yaml", manifest.text)?;
        if own.get("workspace").is_some() || own.get("resolution").is_some() {
            return Err(Apart::from("it is of a workspace, whose packages share a lock"));
        }
        let lists = ["dependencies", "dev_dependencies", "dependency_overrides"].map(|key| own.get(key));
        let overridden: BTreeSet<&str> =
            lists[2].map(Node::entries).unwrap_or_default().iter().map(|(name, _)| name.text.as_str()).collect();
        let declared: BTreeMap<&str, &Node> = lists
            .into_iter()
            .flatten()
            .flat_map(Node::entries)
            .map(|(name, asked)| (name.text.as_str(), asked))
            .collect();
        let mut gaps = Vec::new();
        for (name, asked) in &declared {
            let Some((_, version)) = self.0.get(*name) else {
                gaps.push(Gap::missing(name));
                continue;
            };
            let asked = asked.text().filter(|_| !overridden.contains(name));
            let known = asked.and_then(|asked| Some((asked, constraint(asked)?, Version::parse(version).ok()?)));
            if let Some((asked, range, locked)) = known
                && locked.pre.is_empty()
                && !range.matches(&locked)
            {
                gaps.push(Gap::new(name, format!("`{name}` is declared as `{asked}` and locked at {version}")));
            }
        }
        let surplus = self.0.iter().filter(|(name, (direct, _))| *direct && !declared.contains_key(name.as_str()));
        gaps.extend(surplus.map(|(name, _)| Gap::surplus(name)));
        Ok(gaps)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::gaps;

    const LOCK: &str = "packages:\n  async:\n    dependency: transitive\n    version: \"2.11.0\"\n  flutter:\n    dependency: \"direct main\"\n    source: sdk\n    version: \"0.0.0\"\n  http:\n    dependency: \"direct main\"\n    version: \"1.2.1\"\n  lints:\n    dependency: \"direct dev\"\n    version: \"4.0.0+1\"\nsdks:\n  dart: \">=3.0.0 <4.0.0\"\n";

    #[test]
    fn the_lock_notes_what_the_manifest_asks_for() {
        let kept = "dependencies:\n  flutter:\n    sdk: flutter\n  http: ^1.1.0\ndev_dependencies:\n  lints: \">=4.0.0 <5.0.0\"\n";
        assert!(gaps("pubspec.lock", LOCK, kept).unwrap().is_empty());
        let changed = "dependencies:\n  flutter: {sdk: flutter}\n  http: ^2.0.0\n  new: any\n";
        assert_eq!(gaps("pubspec.lock", LOCK, changed).unwrap(), ["http", "new", "lints"]);
        let overridden = format!("{kept}dependency_overrides:\n  async: ^9.0.0\n");
        assert!(gaps("pubspec.lock", LOCK, &overridden).unwrap().is_empty());
        assert!(gaps("pubspec.lock", LOCK, "workspace: [a]\n").is_err());
        assert!(gaps("pubspec.lock", "packages: [", kept).is_err());
    }
}
