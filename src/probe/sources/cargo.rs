//! `Cargo.toml`, Cargo's settings and `Cargo.lock`.

use toml::{Table, Value};

use super::revision::{Fixing, Revision};
use super::told::{Told, line_of, line_with};

const KINDS: &[&str] =
    &["dependencies", "dev-dependencies", "build-dependencies", "dev_dependencies", "build_dependencies"];

fn table(text: &str) -> Result<Table, String> {
    text.parse().map_err(|error: toml::de::Error| error.message().to_owned())
}

/// A `Cargo.toml`: dependencies of the package, of its workspace, and what replaces those of others.
pub(super) fn manifest(text: &str) -> Result<Told, String> {
    let own = table(text)?;
    let mut told = Told::default();
    let targets = own.get("target").and_then(Value::as_table).into_iter().flat_map(|targets| targets.values());
    let workspace = own.get("workspace").and_then(Value::as_table);
    let places = std::iter::once(&own).chain(targets.filter_map(Value::as_table)).chain(workspace);
    let tables = places.flat_map(|place| KINDS.iter().filter_map(|kind| place.get(*kind)?.as_table()));
    let patches = own.get("patch").and_then(Value::as_table).into_iter().flat_map(|patches| patches.values());
    let replaced = own.get("replace").and_then(Value::as_table);
    for (name, asked) in tables.chain(patches.filter_map(Value::as_table)).chain(replaced).flatten() {
        let get = |key: &str| asked.get(key).and_then(Value::as_str);
        if let Some(url) = get("git") {
            told.revision(Revision::at(line_with(text, name, url), name, url, Fixing::of_keys(get)));
        } else if let Some(path) = get("path") {
            told.local(line_with(text, name, path), name, path);
        }
    }
    Ok(told)
}

/// A `.cargo/config.toml`.
pub(super) fn settings(text: &str) -> Result<Told, String> {
    let value = table(text)?;
    let mut told = Told::default();
    let of = |key: &str| value.get(key).and_then(Value::as_table).into_iter().flatten();
    let indexes = of("registries").filter_map(|(_, registry)| registry.get("index"));
    let sources = of("source").filter_map(|(_, source)| source.get("registry"));
    for url in indexes.chain(sources).filter_map(Value::as_str) {
        told.registry(line_of(text, url), "the registry", url);
    }
    Ok(told)
}

/// A `Cargo.lock`.
pub(super) fn lock(text: &str) -> Result<Told, String> {
    let value = table(text)?;
    let mut told = Told::default();
    for package in value.get("package").and_then(Value::as_array).into_iter().flatten() {
        let get = |key: &str| package.get(key).and_then(Value::as_str);
        let (Some(name), Some(source)) = (get("name"), get("source")) else { continue };
        if source.starts_with("git+") {
            told.locked += 1;
            told.encrypted_lock(name, source, || line_of(text, source));
            told.fixed(source, None);
        } else if source == INDEX {
            told.locked += 1;
        } else {
            let url = source.strip_prefix("registry+").or_else(|| source.strip_prefix("sparse+")).unwrap_or(source);
            // A registry that is a repository is not the repository of the package.
            told.locked(name, url, || line_of(text, source));
        }
    }
    Ok(told)
}

/// What a `Cargo.lock` calls the public registry.
const INDEX: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn dependencies_on_repositories_are_found_in_every_table() {
        let text = "[dependencies]\na = { git = 'https://git.shop.test/a' }\nb = { path = '../b' }\nc = '1'\n[target.'cfg(unix)'.dependencies]\nd = { git = 'https://git.shop.test/d', tag = 'v1' }\n[patch.crates-io]\ne = { git = 'https://git.shop.test/e', rev = '0123456789abcdef0123456789abcdef01234567' }\n[workspace.dependencies.f]\ngit = 'http://git.shop.test/f'\nbranch = 'main'\n";
        let told = manifest(text).unwrap();
        let seen: Vec<(&str, u32)> = told.revisions.iter().map(|r| (r.name.as_str(), r.line)).collect();
        assert_eq!(seen, [("a", 2), ("d", 6), ("f", 10), ("e", 8)]);
        assert_eq!((told.locals.len(), told.findings.len()), (1, 1));
        assert!(manifest("[").is_err());
    }

    #[test]
    fn a_lock_says_where_crates_were_taken_from() {
        let text = format!(
            "[[package]]\nname = \"own\"\nversion = \"1.0.0\"\n[[package]]\nname = \"a\"\nsource = \"{INDEX}\"\n[[package]]\nname = \"b\"\nsource = \"registry+https://cargo.shop.test/index\"\n[[package]]\nname = \"c\"\nsource = \"git+https://github.com/shop/c?branch=main#0123456789abcdef0123456789abcdef01234567\"\n"
        );
        let told = lock(&text).unwrap();
        assert_eq!((told.locked, told.hosts.len(), told.fixed.len()), (3, 1, 1));
        assert_eq!(
            settings("[registries.shop]\nindex = 'sparse+http://cargo.shop.test/'\n").unwrap().findings.len(),
            1
        );
    }
}
