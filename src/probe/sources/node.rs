//! `package.json` and the settings of npm, yarn, pnpm and bun.

use serde_json::Value as Json;

use super::address;
use super::revision::{Fixing, Revision};
use super::told::{Told, line_with, numbered};

/// Tables of dependencies that are installed, and those that replace what others ask for.
const TABLES: &[&str] = &["dependencies", "devDependencies", "optionalDependencies", "resolutions", "overrides"];

/// A `package.json`.
pub(super) fn manifest(text: &str) -> Result<Told, String> {
    let value: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut told = Told::default();
    if value["private"] == true {
        told.private = value["name"].as_str().map(str::to_owned);
    }
    let tables = TABLES.iter().map(|name| &value[*name]).chain([&value["pnpm"]["overrides"]]);
    for (name, asked) in tables.filter_map(Json::as_object).flatten() {
        if let Some(asked) = asked.as_str() {
            requirement(&mut told, name, asked, || line_with(text, &format!("\"{name}\""), &format!("\"{asked}\"")));
        }
    }
    Ok(told)
}

/// What a range is when it is none: a repository, an archive, a folder (npm, package.json, dependencies).
pub(super) fn requirement(told: &mut Told, name: &str, asked: &str, line: impl Fn() -> u32) {
    let asked = asked.trim();
    if let Some(path) = ["file:", "link:", "portal:"].iter().find_map(|start| asked.strip_prefix(start)) {
        return told.local(line(), name, path);
    }
    if asked.starts_with("../") || asked.starts_with("/") {
        return told.local(line(), name, asked);
    }
    let (address, reference) = asked.split_once('#').map_or((asked, None), |(front, back)| (front, Some(back)));
    // yarn: `#commit=…`, `#branch=…`; pnpm adds `&path:…`.
    let reference = reference.and_then(|text| text.split('&').find(|part| !part.starts_with("path:")));
    let fixing = match reference.and_then(|text| text.split_once('=')) {
        Some(("commit", commit)) => Fixing::of(Some(commit)),
        Some(("branch" | "head", branch)) => Fixing::Branch(branch.to_owned()),
        Some(("tag", tag)) => Fixing::Tag(tag.to_owned()),
        _ => Fixing::of(reference),
    };
    if let Some(address) = repository(address) {
        return told.revision(Revision::at(line(), name, &address, fixing));
    }
    if asked.starts_with("http://") || asked.starts_with("https://") {
        told.archive(line(), name, asked);
    }
}

/// The address of a repository, written out; none where it is no repository.
fn repository(address: &str) -> Option<String> {
    const KEPT: &[(&str, &str)] = &[
        ("github:", "github.com"),
        ("gitlab:", "gitlab.com"),
        ("bitbucket:", "bitbucket.org"),
        ("gist:", "gist.github.com"),
    ];
    if let Some((path, host)) = KEPT.iter().find_map(|(start, host)| Some((address.strip_prefix(start)?, host))) {
        return Some(format!("https://{host}/{path}"));
    }
    let git = ["git+", "git://", "git@", "ssh://"].iter().any(|start| address.starts_with(start));
    if git || (address.starts_with("http") && address.ends_with(".git")) {
        return Some(address.to_owned());
    }
    let (owner, name) = address.split_once('/')?;
    let is_name = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            && text.bytes().any(|b| b.is_ascii_alphanumeric())
    };
    (is_name(owner) && is_name(name) && !owner.starts_with('.')).then(|| format!("https://github.com/{address}"))
}

/// An `.npmrc`, or an `.yarnrc` of yarn 1.
pub(super) fn settings(text: &str) -> Told {
    let mut told = Told::default();
    for (line, content) in numbered(text) {
        let content = content.trim();
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        let Some((key, value)) = content.split_once(['=', ' ']) else { continue };
        let (key, value) = (key.trim().trim_matches('"'), value.trim().trim_matches(['"', '\'']));
        if key == "registry" || key.ends_with(":registry") {
            match key.strip_suffix(":registry") {
                Some(scope) => drop(told.mapped.insert(scope.to_owned())),
                None => told.defaults.extend(address::host(value)),
            }
            told.registry(line, "the registry", value);
        } else if key == "strict-ssl" && value == "false" {
            told.find("unverified", line, key, "`strict-ssl=false`: certificates of the registry are not checked");
        }
    }
    told
}

/// An `.yarnrc.yml`.
pub(super) fn berry(text: &str) -> Result<Told, String> {
    let value: serde_yaml::Value = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    let mut told = Told::default();
    let named = value["npmScopes"].as_mapping().into_iter().flatten();
    let named = named.filter(|(_, scope)| scope["npmRegistryServer"].is_string());
    told.mapped.extend(named.filter_map(|(name, _)| Some(format!("@{}", name.as_str()?.trim_start_matches('@')))));
    told.defaults.extend(value["npmRegistryServer"].as_str().and_then(address::host));
    let scopes = value["npmScopes"].as_mapping().into_iter().flatten().map(|(_, scope)| &scope["npmRegistryServer"]);
    for server in scopes.chain([&value["npmRegistryServer"]]).filter_map(serde_yaml::Value::as_str) {
        told.registry(line_with(text, "npmRegistryServer", server), "the registry", server);
    }
    if value["enableStrictSsl"].as_bool() == Some(false) {
        let line = line_with(text, "enableStrictSsl", "false");
        told.find(
            "unverified",
            line,
            "enableStrictSsl",
            "`enableStrictSsl: false`: certificates of the registry are not checked",
        );
    }
    if value["checksumBehavior"].as_str() == Some("ignore") {
        let line = line_with(text, "checksumBehavior", "ignore");
        told.find(
            "unverified",
            line,
            "checksumBehavior",
            "`checksumBehavior: ignore`: packages that differ from the lock are installed",
        );
    }
    Ok(told)
}

/// A `bunfig.toml`.
pub(super) fn bunfig(text: &str) -> Result<Told, String> {
    let value: toml::Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let mut told = Told::default();
    let Some(install) = value.get("install") else { return Ok(told) };
    let named = install.get("scopes").and_then(|scopes| scopes.as_table()).into_iter().flatten();
    told.mapped.extend(named.map(|(name, _)| format!("@{}", name.trim_start_matches('@'))));
    let server = install.get("registry");
    let server = server.and_then(|server| server.as_str().or_else(|| server.get("url")?.as_str()));
    told.defaults.extend(server.and_then(address::host));
    let scopes =
        install.get("scopes").and_then(|scopes| scopes.as_table()).into_iter().flatten().map(|(_, scope)| scope);
    for registry in scopes.chain(install.get("registry")) {
        if let Some(url) = registry.as_str().or_else(|| registry.get("url").and_then(|url| url.as_str())) {
            told.registry(line_with(text, "=", url), "the registry", url);
        }
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn ranges_are_told_from_repositories_archives_and_folders() {
        let text = r#"{"dependencies": {
            "a": "^1.0.0", "b": "npm:x@1", "c": "workspace:*", "d": "latest", "e": "catalog:", "f": "1 - 2",
            "g": "shop/g", "h": "github:shop/h#v1.0.0", "i": "git+ssh://git@git.shop.test/i.git#main",
            "j": "https://github.com/shop/j.git#0123456789abcdef0123456789abcdef01234567",
            "k": "file:../k", "l": "https://cdn.shop.test/l-1.0.tgz", "m": "http://cdn.shop.test/m.tgz",
            "n": "shop/n#commit=0123456789abcdef0123456789abcdef01234567", "o": "patch:o@npm%3A1#./o.patch"}}"#;
        let told = manifest(text).unwrap();
        let seen: Vec<(&str, &Fixing)> =
            told.revisions.iter().map(|revision| (revision.name.as_str(), &revision.fixing)).collect();
        let (tag, main) = (Fixing::Tag("v1.0.0".to_owned()), Fixing::Branch("main".to_owned()));
        assert_eq!(
            seen,
            [("g", &Fixing::Nothing), ("h", &tag), ("i", &main), ("j", &Fixing::Commit), ("n", &Fixing::Commit)]
        );
        assert_eq!((told.locals.len(), told.findings.len(), told.findings[0].line), (1, 1, 5));
        assert!(manifest("{").is_err());
    }

    #[test]
    fn settings_name_registries() {
        let told =
            settings("# x\nregistry=http://npm.shop.test/\n@shop:registry = https://npm.shop.test\nstrict-ssl=false\n");
        assert_eq!((told.findings.len(), told.named.len()), (2, 1));
        let told = settings("registry \"http://npm.shop.test\"\n");
        assert_eq!(told.findings.len(), 1);
        let told = berry("npmRegistryServer: 'https://npm.shop.test'\nenableStrictSsl: false\n").unwrap();
        assert_eq!((told.findings.len(), told.findings[0].line), (1, 2));
        let told = bunfig("[install]\nregistry = 'http://npm.shop.test'\n").unwrap();
        assert_eq!(told.findings.len(), 1);
    }
}
