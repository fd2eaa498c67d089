//! The locks of npm, yarn, pnpm and bun: where packages were taken from, and whether what was taken can be recognised.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;
use serde_json::Value as Json;

use super::address;
use super::places::Places;
use super::told::{Told, numbered};

/// Whether an address is that of a commit of a repository, which needs no sum.
fn is_of_a_repository(url: &str) -> bool {
    url.starts_with("git") || address::host(url).is_some_and(|host| address::keeps_repositories(&host))
}

/// A package from a registry, or from elsewhere.
fn package(told: &mut Told, name: &str, url: &str, has_sum: bool, line: impl Fn() -> u32) {
    if is_of_a_repository(url) || url.starts_with("ssh") {
        told.locked += 1;
        told.encrypted_lock(name, url, &line);
        // A sum fixes what is taken as well as a commit does.
        if let (Some(key), true) = (address::repository(url), has_sum) {
            told.fixed.insert(key);
        }
        return told.fixed(url, None);
    }
    told.locked(name, url, &line);
    if !has_sum {
        let shown = address::masked(url);
        let note = format!("`{name}` from `{shown}` has no `integrity`: nothing tells whether it is what was locked");
        told.find("without_integrity", line(), name, note);
    }
}

/// A `package-lock.json` or `npm-shrinkwrap.json`.
pub(super) fn npm(text: &str) -> Result<Told, String> {
    let value: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let (mut told, places) = (Told::default(), Places::of(text));
    match value["packages"].as_object() {
        Some(packages) => {
            let members = packages.iter().filter(|(place, _)| !place.is_empty() && !place.contains("node_modules/"));
            let members: BTreeSet<&str> = members.filter_map(|(_, entry)| entry["name"].as_str()).collect();
            for (place, entry) in packages {
                if let Some((_, name)) = place.rsplit_once("node_modules/") {
                    if let (true, Some(url)) = (members.contains(name), entry["resolved"].as_str())
                        && url.starts_with("http")
                    {
                        told.retaken.push((name.to_owned(), address::masked(url), places.quoted(url)));
                    }
                    npm_entry(&mut told, name, entry, &places, place);
                }
            }
        }
        None if value["dependencies"].is_object() => nested(&mut told, &value["dependencies"], &places),
        None if value["lockfileVersion"].is_number() => {}
        None => return Err("it lists no packages".to_owned()),
    }
    Ok(told)
}

fn npm_entry(told: &mut Told, name: &str, entry: &Json, places: &Places<'_>, key: &str) {
    let is = |key: &str| entry[key] == true;
    if ["link", "inBundle", "bundled", "extraneous", "ideallyInert"].into_iter().any(is) {
        return;
    }
    let has_sum = entry["integrity"].is_string();
    match entry["resolved"].as_str() {
        Some(path) if path.starts_with("file:") => {}
        Some(url) => package(told, name, url, has_sum, || places.quoted(url)),
        None if has_sum => told.locked += 1,
        None if entry["version"].is_string() => {
            told.locked += 1;
            let note =
                format!("`{name}` has neither `resolved` nor `integrity`: nothing tells whether it is what was locked");
            told.find("without_integrity", places.opened(key), name, note);
        }
        None => {}
    }
}

/// Version 1 of the format, in which what is installed below a package stands below it.
fn nested(told: &mut Told, dependencies: &Json, places: &Places<'_>) {
    for (name, entry) in dependencies.as_object().into_iter().flatten() {
        let version = entry["version"].as_str().unwrap_or_default();
        if version.contains(':') {
            if !version.starts_with("file:") && !version.starts_with("npm:") {
                let has_sum = entry["integrity"].is_string();
                package(told, name, version, has_sum, || places.quoted(version));
            }
        } else {
            npm_entry(told, name, entry, places, name);
        }
        nested(told, &entry["dependencies"], places);
    }
}

/// An entry of a `yarn.lock`.
#[derive(Default)]
struct Entry {
    line: u32,
    name: String,
    resolved: Option<String>,
    has_sum: bool,
    /// It is not installed everywhere, lies here, or is made of another: it may have no sum.
    is_special: bool,
}

/// A `yarn.lock`, of yarn 1 and later ones.
pub(super) fn yarn(text: &str) -> Result<Told, String> {
    if text.contains("<<<<<<<") {
        return Err("it holds an unfinished merge".to_owned());
    }
    let mut told = Told::default();
    let mut entry = Entry::default();
    for (line, content) in numbered(text) {
        let field = content.trim();
        if !content.starts_with([' ', '\t', '#']) && field.ends_with(':') {
            finish(&mut told, std::mem::take(&mut entry));
            let key = field.trim_end_matches(':').trim_matches('"').split(", ").next().unwrap_or_default();
            let at = key.char_indices().find(|(at, c)| *at > 0 && *c == '@').map_or(key.len(), |(at, _)| at);
            entry = Entry { line, name: key[..at].to_owned(), ..Entry::default() };
        } else if let Some(url) = field.strip_prefix("resolved ") {
            entry.resolved = Some(url.trim_matches('"').to_owned());
            entry.line = line;
            // yarn before 1.10 wrote the sum behind the address.
            entry.has_sum |= url.trim_matches('"').rsplit_once('#').is_some_and(|(_, sum)| sum.len() >= 40);
        } else if let Some(of) = field.strip_prefix("resolution: ") {
            resolution(&mut entry, of.trim_matches('"'), line);
        } else if field.starts_with("integrity ") || field.starts_with("checksum: ") {
            entry.has_sum = true;
        } else if field.starts_with("conditions: ") || field == "linkType: soft" {
            entry.is_special = true;
        }
    }
    finish(&mut told, entry);
    Ok(told)
}

/// `x@npm:1.0.0`, with another address in `::__archiveUrl=`; `x@https://github.com/a/b.git#commit=…`; `x@workspace:.`.
fn resolution(entry: &mut Entry, of: &str, line: u32) {
    entry.line = line;
    let at = of.char_indices().find(|(at, c)| *at > 0 && *c == '@').map_or(of.len(), |(at, _)| at);
    let source = of[at..].trim_start_matches('@');
    if let Some((_, url)) = source.split_once("__archiveUrl=") {
        let url = url.split('&').next().unwrap_or(url);
        entry.resolved = Some(url.replace("%3A", ":").replace("%2F", "/").replace("%40", "@"));
    } else if source.starts_with("npm:") {
        entry.resolved = Some(String::new());
    } else if source.contains("://") || source.starts_with("git@") {
        entry.resolved = Some(source.to_owned());
    } else {
        entry.is_special = true;
    }
}

fn finish(told: &mut Told, entry: Entry) {
    let Entry { line, name, resolved, has_sum, is_special } = entry;
    let Some(url) = resolved.filter(|_| name != "__metadata") else { return };
    if url.is_empty() {
        told.locked += 1;
        if !has_sum && !is_special {
            let note = format!("`{name}` has no `checksum`: nothing tells whether it is what was locked");
            told.find("without_integrity", line, &name, note);
        }
        return;
    }
    if url.starts_with("file:") {
        return;
    }
    package(told, &name, &url, has_sum || is_special, || line);
}

#[derive(Deserialize)]
struct Pnpm {
    #[serde(default)]
    packages: Option<BTreeMap<String, PnpmPackage>>,
}

#[derive(Deserialize)]
struct PnpmPackage {
    #[serde(default)]
    resolution: Option<Resolution>,
}

#[derive(Deserialize)]
struct Resolution {
    integrity: Option<String>,
    tarball: Option<String>,
    repo: Option<String>,
    commit: Option<String>,
    directory: Option<String>,
}

/// A `pnpm-lock.yaml`; later ones have a document for pnpm's own tools before it.
pub(super) fn pnpm(text: &str) -> Result<Told, String> {
    let (mut told, places) = (Told::default(), Places::of(text));
    for document in text.split("\n---").filter(|document| !document.trim().is_empty()) {
        let lock: Pnpm = serde_yaml::from_str(document.trim_start_matches('-')).map_err(|error| error.to_string())?;
        for (key, found) in lock.packages.into_iter().flatten() {
            let name = key.trim_start_matches('/');
            let line = || places.opened(&key);
            let Some(found) = found.resolution.filter(|found| found.directory.is_none()) else { continue };
            match (found.repo, found.tarball) {
                (Some(repo), _) => {
                    told.locked += 1;
                    told.encrypted_lock(name, &repo, line);
                    told.fixed(&repo, found.commit.as_deref());
                }
                (None, Some(file)) if file.starts_with("file:") => {}
                (None, Some(url)) => package(&mut told, name, &url, found.integrity.is_some(), line),
                (None, None) => {
                    told.locked += 1;
                    if found.integrity.is_none() {
                        let note = format!("`{name}` has no `integrity`: nothing tells whether it is what was locked");
                        told.find("without_integrity", line(), name, note);
                    }
                }
            }
        }
    }
    Ok(told)
}

/// A `bun.lock`: JSON with commas before closing brackets. A package of a registry is listed with its address (empty for
/// the usual one), what it asks for, and its sum.
pub(super) fn bun(text: &str) -> Result<Told, String> {
    static TRAILING: LazyLock<Regex> = LazyLock::new(|| Regex::new(r",(\s*[}\]])").expect("a fixed pattern"));
    let value: Json = serde_json::from_str(&TRAILING.replace_all(text, "$1")).map_err(|error| error.to_string())?;
    let (mut told, places) = (Told::default(), Places::of(text));
    for (name, entry) in value["packages"].as_object().into_iter().flatten() {
        let ident = entry[0].as_str().unwrap_or_default();
        let at = ident.char_indices().find(|(at, c)| *at > 0 && *c == '@').map_or(ident.len(), |(at, _)| at + 1);
        let (source, line) = (&ident[at..], || places.quoted(ident));
        let git = ["github:", "git+", "git:", "gitlab:", "bitbucket:"].iter().find(|start| source.starts_with(**start));
        if let Some(start) = git {
            told.locked += 1;
            let kept = source.strip_prefix("github:").map(|path| format!("https://github.com/{path}"));
            let url = kept.unwrap_or_else(|| source.to_owned());
            told.encrypted_lock(name, &url, line);
            // bun shortens the commit in the name of a package from GitHub, and takes that one all the same.
            if *start == "github:"
                && let (Some(key), true) = (address::repository(&url), source.contains('#'))
            {
                told.fixed.insert(key);
            } else {
                told.fixed(&url, None);
            }
        } else if source.starts_with(|c: char| c.is_ascii_digit()) {
            let has_sum =
                entry.as_array().is_some_and(|parts| parts.iter().any(|part| part.as_str().is_some_and(is_sum)));
            match entry[1].as_str().filter(|url| url.contains("://")) {
                Some(url) => package(&mut told, name, url, has_sum, line),
                None => {
                    told.locked += 1;
                    if !has_sum {
                        let note = format!("`{name}` has no sum: nothing tells whether it is what was locked");
                        told.find("without_integrity", line(), name, note);
                    }
                }
            }
        } else if source.contains("://") {
            told.locked(name, source, line);
        }
    }
    Ok(told)
}

fn is_sum(text: &str) -> bool {
    ["sha512-", "sha384-", "sha256-", "sha1-"].iter().any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn seen(told: &Told) -> (usize, Vec<&str>, Vec<&str>, Vec<&str>) {
        let without = told.findings.iter().filter(|found| found.fact == "without_integrity");
        (
            told.locked,
            told.hosts.keys().map(String::as_str).collect(),
            told.fixed.iter().map(String::as_str).collect(),
            without.map(|found| found.subject.as_str()).collect(),
        )
    }

    #[test]
    fn npm_says_where_each_package_was_taken_from() {
        let text = format!(
            r#"{{"lockfileVersion": 3, "packages": {{"": {{}}, "web": {{"version": "1.0.0"}},
            "node_modules/web": {{"resolved": "web", "link": true}},
            "node_modules/a": {{"version": "1.0.0", "resolved": "https://npm.shop.test/a.tgz", "integrity": "sha512-x"}},
            "node_modules/b": {{"version": "1.0.0", "resolved": "http://npm.shop.test/b.tgz"}},
            "node_modules/c": {{"version": "1.0.0", "resolved": "git+ssh://git@github.com/shop/c.git#{COMMIT}"}},
            "node_modules/b/node_modules/d": {{"version": "1.0.0", "inBundle": true}},
            "node_modules/e": {{"version": "1.0.0"}}}}}}"#
        );
        let told = npm(&text).unwrap();
        assert_eq!(
            seen(&told),
            (4, vec!["http npm.shop.test", "npm.shop.test"], vec!["github.com/shop/c"], vec!["b", "e"])
        );
        assert_eq!(told.findings[0].line, 4);
        let old = r#"{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0", "resolved": "https://npm.shop.test/a.tgz", "dependencies": {"b": {"version": "github:shop/b#0123456789abcdef0123456789abcdef01234567"}}}}}"#;
        assert_eq!(seen(&npm(old).unwrap()).0, 2);
        assert!(npm("{}").is_err() && npm("{").is_err());
    }

    #[test]
    fn yarn_says_it_in_both_formats() {
        let old = format!(
            "# yarn lockfile v1\n\n\"@s/a@^1.0.0\":\n  version \"1.2.0\"\n  resolved \"https://npm.shop.test/a.tgz#{COMMIT}\"\n\nb@1:\n  version \"1.0.0\"\n  resolved \"https://npm.shop.test/b.tgz\"\n\nc@shop/c:\n  version \"0.1.0\"\n  resolved \"https://codeload.github.com/shop/c/tar.gz/{COMMIT}\"\n"
        );
        assert_eq!(seen(&yarn(&old).unwrap()), (3, vec!["npm.shop.test"], vec!["github.com/shop/c"], vec!["b"]));
        let new = format!(
            "__metadata:\n  version: 8\n\n\"a@npm:^1\":\n  version: 1.2.0\n  resolution: \"a@npm:1.2.0\"\n  checksum: 10/x\n\n\"b@npm:1\":\n  resolution: \"b@npm:1.0.0::__archiveUrl=https%3A%2F%2Fnpm.shop.test%2Fb.tgz\"\n  checksum: x\n\n\"c@shop/c\":\n  resolution: \"c@https://github.com/shop/c.git#commit={COMMIT}\"\n  checksum: x\n\n\"d@npm:1\":\n  resolution: \"d@npm:1.0.0\"\n\n\"e@npm:1\":\n  resolution: \"e@npm:1.0.0\"\n  conditions: os=darwin\n\n\"w@workspace:.\":\n  resolution: \"w@workspace:.\"\n  linkType: soft\n"
        );
        assert_eq!(seen(&yarn(&new).unwrap()), (5, vec!["npm.shop.test"], vec!["github.com/shop/c"], vec!["d"]));
    }

    #[test]
    fn pnpm_and_bun_say_it_where_it_is_not_the_usual_registry() {
        let text = format!(
            "lockfileVersion: '9.0'\n\npackages:\n\n  a@1.0.0:\n    resolution: {{integrity: sha512-x}}\n\n  b@1.0.0:\n    resolution: {{integrity: sha512-x, tarball: https://npm.shop.test/b.tgz}}\n\n  c@https://codeload.github.com/shop/c/tar.gz/{COMMIT}:\n    resolution: {{tarball: https://codeload.github.com/shop/c/tar.gz/{COMMIT}}}\n\n  d@1.0.0:\n    resolution: {{tarball: https://npm.shop.test/d.tgz}}\n\n  e@file:e:\n    resolution: {{directory: e, type: directory}}\n"
        );
        let told = pnpm(&text).unwrap();
        assert_eq!(seen(&told), (4, vec!["npm.shop.test"], vec!["github.com/shop/c"], vec!["d@1.0.0"]));
        let text = "{\n  \"packages\": {\n    \"a\": [\"a@1.0.0\", \"\", {}, \"sha512-x\"],\n    \"b\": [\"b@1.0.0\", \"https://npm.shop.test/b.tgz\", {}, \"sha512-x\"],\n    \"c\": [\"c@github:shop/c#0123456\", {}, \"shop-c-0123456\"],\n    \"d\": [\"d@1.0.0\", \"\", {}],\n    \"w\": [\"w@workspace:w\"],\n  },\n}\n";
        assert_eq!(seen(&bun(text).unwrap()), (4, vec!["npm.shop.test"], vec!["github.com/shop/c"], vec!["d"]));
    }
}
