//! The locks of uv, Poetry, PDM and Pipenv, and `pylock.toml` (PEP 751): where packages were taken from.

use serde_json::Value as Json;
use toml::{Table, Value};

use super::told::{Told, line_of, line_with};

fn packages<'v>(value: &'v Table, key: &str) -> impl Iterator<Item = (&'v str, &'v Value)> {
    let list = value.get(key).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|package| Some((package.get("name")?.as_str()?, package)))
}

fn text_of<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

/// One of the locks in TOML.
pub(super) fn toml(base: &str, text: &str) -> Result<Told, String> {
    let value: Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let mut told = Told::default();
    let key = if base.starts_with("pylock") { "packages" } else { "package" };
    for (name, package) in packages(&value, key) {
        let line = |url: &str| line_with(text, "=", url);
        match base {
            "uv.lock" => {
                let Some(source) = package.get("source") else { continue };
                if let Some(url) = text_of(source, "git") {
                    told.locked += 1;
                    told.encrypted_lock(name, url, || line(url));
                    told.fixed(url, None);
                } else if let Some(url) = text_of(source, "registry").filter(|url| url.contains("://")) {
                    told.locked(name, url, || line(url));
                }
            }
            "poetry.lock" => {
                told.locked += 1;
                let Some(source) = package.get("source") else { continue };
                let Some(url) = text_of(source, "url") else { continue };
                match text_of(source, "type") {
                    Some("git") => {
                        told.encrypted_lock(name, url, || line(url));
                        told.fixed(url, text_of(source, "resolved_reference"));
                    }
                    Some("legacy") => {
                        told.locked -= 1;
                        told.locked(name, url, || line(url));
                    }
                    _ => {}
                }
            }
            "pdm.lock" => {
                told.locked += 1;
                if let Some(url) = text_of(package, "git") {
                    told.fixed(url, text_of(package, "revision"));
                }
            }
            _ => {
                let vcs = package.get("vcs");
                if let Some((vcs, url)) = vcs.and_then(|vcs| Some((vcs, text_of(vcs, "url")?))) {
                    told.locked += 1;
                    told.fixed(url, text_of(vcs, "commit-id"));
                } else if let Some(url) = text_of(package, "index") {
                    told.locked(name, url, || line(url));
                } else {
                    told.locked += 1;
                }
            }
        }
    }
    Ok(told)
}

/// A `Pipfile.lock`.
pub(super) fn pipfile(text: &str) -> Result<Told, String> {
    let value: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut told = Told::default();
    for source in value["_meta"]["sources"].as_array().into_iter().flatten() {
        if let Some(url) = source["url"].as_str() {
            told.registry(line_of(text, url), "the source", url);
        }
    }
    for key in ["default", "develop"] {
        for (_, package) in value[key].as_object().into_iter().flatten() {
            told.locked += 1;
            if let Some(url) = package["git"].as_str() {
                told.fixed(url, package["ref"].as_str());
            }
        }
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn locks_of_python_say_where_packages_were_taken_from() {
        let uv = format!(
            "[[package]]\nname = \"a\"\nsource = {{ registry = \"https://pypi.shop.test/simple\" }}\n[[package]]\nname = \"b\"\nsource = {{ git = \"https://github.com/shop/b?branch=main#{COMMIT}\" }}\n[[package]]\nname = \"own\"\nsource = {{ virtual = \".\" }}\n"
        );
        let told = toml("uv.lock", &uv).unwrap();
        assert_eq!((told.locked, told.hosts["pypi.shop.test"].line, told.fixed.len()), (2, 3, 1));
        let poetry = format!(
            "[[package]]\nname = \"a\"\n[package.source]\ntype = \"legacy\"\nurl = \"https://pypi.shop.test/simple\"\n[[package]]\nname = \"b\"\n[package.source]\ntype = \"git\"\nurl = \"https://github.com/shop/b.git\"\nreference = \"main\"\nresolved_reference = \"{COMMIT}\"\n"
        );
        let told = toml("poetry.lock", &poetry).unwrap();
        assert_eq!((told.locked, told.hosts.len(), told.fixed.len()), (2, 1, 1));
        let pdm = format!(
            "[[package]]\nname = \"b\"\ngit = \"https://github.com/shop/b.git\"\nref = \"main\"\nrevision = \"{COMMIT}\"\n"
        );
        assert_eq!(toml("pdm.lock", &pdm).unwrap().fixed.len(), 1);
        let pylock = format!(
            "[[packages]]\nname = \"b\"\nvcs = {{ type = \"git\", url = \"https://github.com/shop/b\", commit-id = \"{COMMIT}\" }}\n[[packages]]\nname = \"a\"\nindex = \"https://pypi.shop.test/simple\"\n"
        );
        let told = toml("pylock.toml", &pylock).unwrap();
        assert_eq!((told.locked, told.hosts.len(), told.fixed.len()), (2, 1, 1));
        let pipfile = pipfile(&format!("{{\"_meta\": {{\"sources\": [{{\"url\": \"http://pypi.shop.test/simple\"}}]}}, \"default\": {{\"b\": {{\"git\": \"https://github.com/shop/b\", \"ref\": \"{COMMIT}\"}}}}}}")).unwrap();
        assert_eq!((pipfile.findings.len(), pipfile.fixed.len()), (1, 1));
    }
}
