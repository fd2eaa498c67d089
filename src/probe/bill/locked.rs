//! The packages that lock files list, as package URLs name them: `npm/left-pad@1.3.0`.

use serde_json::Value as Json;
use toml::{Table, Value};

use super::other_locks;
use crate::model::Unknown;
use crate::probe::manifest::{directives, pnpm_package};
use crate::probe::sources::commit_in;
use crate::world::FileBytes;

/// Locks that are read, and lists of requirements, of which those count that are all exact.
pub(super) const BASES: &[&str] = &[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "Cargo.lock",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile.lock",
    "go.mod",
    "Gemfile.lock",
    "composer.lock",
    "packages.lock.json",
    "requirements.txt",
    "gradle.lockfile",
    "buildscript-gradle.lockfile",
    "bun.lock",
    "Package.resolved",
    "mix.lock",
    "pubspec.lock",
];

/// A locked package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Package {
    /// Its package URL, plain: `npm/@shop/cart@1.0.0`.
    pub(super) name: String,
    /// Whether the lock says that it is for development alone.
    pub(super) development: bool,
}

/// Reads a lock.
pub(super) fn read(file: &FileBytes<'_>) -> Result<Vec<Package>, Unknown> {
    let text = file.text();
    let found = of(file.entry.base(), text.trim_start_matches('\u{feff}'));
    let mut found = found.map_err(|reason| {
        let line = reason.lines().next().unwrap_or_default().to_owned();
        Unknown::because(format!("it cannot be read: {line}"))
    })?;
    found.sort();
    found.dedup_by(|a, b| a.name == b.name);
    Ok(found)
}

fn of(base: &str, text: &str) -> Result<Vec<Package>, String> {
    match base {
        "package-lock.json" | "npm-shrinkwrap.json" => npm(text),
        "yarn.lock" => Ok(yarn(text)),
        "pnpm-lock.yaml" => Ok(pnpm(text)),
        "Cargo.lock" => toml_packages(text, "cargo"),
        "uv.lock" | "poetry.lock" | "pdm.lock" => toml_packages(text, "pypi"),
        "Pipfile.lock" => pipfile(text),
        "go.mod" => Ok(go(text)),
        "Gemfile.lock" => Ok(gems(text)),
        "composer.lock" => composer(text),
        "packages.lock.json" => nuget(text),
        "gradle.lockfile" | "buildscript-gradle.lockfile" => Ok(other_locks::gradle(base, text)),
        "bun.lock" => other_locks::bun(text),
        "Package.resolved" => other_locks::swift(text),
        "mix.lock" => Ok(other_locks::mix(text)),
        "pubspec.lock" => other_locks::dart(text),
        _ => Ok(requirements(text)),
    }
}

pub(super) fn package(kind: &str, name: &str, version: &str) -> Package {
    Package { name: plain(kind, name, version), development: false }
}

/// One spelling of a package, of a lock or of a package URL.
fn plain(kind: &str, name: &str, version: &str) -> String {
    let name = name.to_ascii_lowercase();
    let name = match kind {
        "pypi" => name.replace(['_', '.'], "-"),
        // Tools write the address of the repository in several ways; its last part is the same in all.
        "swift" => name.trim_end_matches(".git").rsplit('/').next().unwrap_or_default().to_owned(),
        _ => name,
    };
    let version = if kind == "composer" || kind == "golang" { version.trim_start_matches('v') } else { version };
    format!("{kind}/{name}@{version}")
}

/// A package URL without what does not name it: `pkg:npm/%40shop/cart@1.0.0?x=y#z` (package-url specification).
pub(super) fn of_purl(purl: &str) -> Option<String> {
    let rest = purl.strip_prefix("pkg:")?.trim_start_matches('/');
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let (kind, name) = rest.split_once('/')?;
    let at = name.rfind('@').filter(|at| *at > 0)?;
    let decoded = |text: &str| {
        text.replace("%40", "@").replace("%2F", "/").replace("%2f", "/").replace("%2B", "+").replace("%2b", "+")
    };
    Some(plain(&kind.to_ascii_lowercase(), &decoded(&name[..at]), &decoded(&name[at + 1..])))
}

pub(super) fn json(text: &str) -> Result<Json, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn npm(text: &str) -> Result<Vec<Package>, String> {
    fn nested(table: &Json, found: &mut Vec<Package>) {
        for (name, entry) in table.as_object().into_iter().flatten() {
            let version = entry["version"].as_str().unwrap_or_default();
            found.push(Package { development: entry["dev"] == true, ..package("npm", name, version) });
            nested(&entry["dependencies"], found);
        }
    }
    let value = json(text)?;
    let mut found = Vec::new();
    let Some(packages) = value["packages"].as_object() else {
        nested(&value["dependencies"], &mut found);
        return Ok(found);
    };
    for (place, entry) in packages.iter().filter(|(_, entry)| entry["link"] != true) {
        let Some((_, name)) = place.rsplit_once("node_modules/") else { continue };
        let name = entry["name"].as_str().unwrap_or(name);
        let version = entry["version"].as_str().unwrap_or_default();
        let development = entry["dev"] == true || entry["devOptional"] == true;
        found.push(Package { development, ..package("npm", name, version) });
    }
    Ok(found)
}

/// The name before the `@` that is not its first letter.
fn name_of(key: &str) -> &str {
    let at = key.char_indices().find(|(at, c)| *at > 0 && *c == '@').map_or(key.len(), |(at, _)| at);
    &key[..at]
}

fn yarn(text: &str) -> Vec<Package> {
    let mut found = Vec::new();
    let (mut name, mut version) = (String::new(), String::new());
    for line in text.lines().chain(["end:"]) {
        let field = line.trim();
        if !line.starts_with([' ', '\t', '#']) && field.ends_with(':') {
            if !version.is_empty() && name != "__metadata" {
                found.push(package("npm", &name, &version));
            }
            name_of(field.trim_end_matches(':').trim_matches('"')).clone_into(&mut name);
            version.clear();
        } else if let Some(text) = field.strip_prefix("version") {
            if line.starts_with("  version") {
                text.trim_start_matches(':').trim().trim_matches('"').clone_into(&mut version);
            }
        } else if field == "linkType: soft" {
            version.clear();
        }
    }
    found
}

fn pnpm(text: &str) -> Vec<Package> {
    let mut inside = false;
    let mut found: Vec<Package> = Vec::new();
    for line in text.lines() {
        if !line.starts_with(' ') && !line.trim().is_empty() {
            inside = line.starts_with("packages:");
        } else if let Some(key) = line.strip_prefix("  ").filter(|key| inside && !key.starts_with(' ')) {
            let Some(key) = key.trim_end().strip_suffix(':') else { continue };
            if let Some((name, version)) = pnpm_package(key.trim_matches(['\'', '"'])) {
                found.push(package("npm", name, version));
            }
        } else if inside && line.trim() == "dev: true" {
            found.last_mut().into_iter().for_each(|last| last.development = true);
        }
    }
    found
}

/// Packages that come from somewhere else: the own ones have no source, or lie here.
fn toml_packages(text: &str, kind: &str) -> Result<Vec<Package>, String> {
    let value: Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let list = value.get("package").and_then(Value::as_array).into_iter().flatten();
    let is_own = |entry: &Value| match entry.get("source") {
        None => kind == "cargo",
        Some(source) => ["virtual", "editable", "directory", "path"].iter().any(|key| source.get(*key).is_some()),
    };
    let of = |entry: &Value| {
        let get = |key: &str| entry.get(key).and_then(Value::as_str);
        let groups = entry.get("groups").and_then(Value::as_array);
        let is_main = |group: &Value| matches!(group.as_str(), Some("main" | "default"));
        let development = groups.is_some_and(|groups| !groups.iter().any(is_main)) || get("category") == Some("dev");
        Some(Package { development, ..package(kind, get("name")?, get("version")?) })
    };
    Ok(list.filter(|entry| !is_own(entry)).filter_map(of).collect())
}

fn pipfile(text: &str) -> Result<Vec<Package>, String> {
    let value = json(text)?;
    let of = |key: &'static str| value[key].as_object().into_iter().flatten().map(move |entry| (key, entry));
    let all = of("default").chain(of("develop"));
    let read = |(key, (name, entry)): (&str, (&String, &Json))| {
        let version = entry["version"].as_str()?.trim_start_matches('=');
        Some(Package { development: key == "develop", ..package("pypi", name, version) })
    };
    Ok(all.filter_map(read).collect())
}

/// What a module requires, with what these require since Go 1.17; what a folder takes the place of is here.
fn go(text: &str) -> Vec<Package> {
    let replaced = directives(text, "replace");
    let required = directives(text, "require").into_iter();
    let of = |words: Vec<&str>| {
        let (module, version) = (*words.first()?, *words.get(1)?);
        let by = replaced.iter().find(|words| words.first() == Some(&module));
        let by = by.and_then(|words| words.get(words.iter().position(|word| *word == "=>")? + 1..));
        match by {
            None => Some(package("golang", module, version)),
            Some([module, version, ..]) => Some(package("golang", module, version)),
            Some(_) => None,
        }
    };
    required.filter_map(of).collect()
}

fn gems(text: &str) -> Vec<Package> {
    let mut section = "";
    let mut found = Vec::new();
    for line in text.lines() {
        if !line.starts_with(' ') {
            section = line.trim();
        } else if matches!(section, "GEM" | "GIT") && line.starts_with("    ") && !line.starts_with("     ") {
            let Some((name, version)) = line.trim().split_once(" (") else { continue };
            let version = version.trim_end_matches(')');
            // A platform stands behind the version.
            found.push(package("gem", name, version.split('-').next().unwrap_or(version)));
        }
    }
    found
}

fn composer(text: &str) -> Result<Vec<Package>, String> {
    let value = json(text)?;
    let of = |key: &'static str| value[key].as_array().into_iter().flatten().map(move |entry| (key, entry));
    let read = |(key, entry): (&str, &Json)| {
        let (name, version) = (entry["name"].as_str()?, entry["version"].as_str()?);
        Some(Package { development: key == "packages-dev", ..package("composer", name, version) })
    };
    Ok(of("packages").chain(of("packages-dev")).filter_map(read).collect())
}

fn nuget(text: &str) -> Result<Vec<Package>, String> {
    let value = json(text)?;
    let frameworks = value["dependencies"].as_object().into_iter().flatten();
    let entries = frameworks.flat_map(|(_, table)| table.as_object().into_iter().flatten());
    Ok(entries.filter_map(|(name, entry)| Some(package("nuget", name, entry["resolved"].as_str()?))).collect())
}

/// A list of exact versions; one that leaves any open is no lock.
fn requirements(text: &str) -> Vec<Package> {
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.split(" #").next().unwrap_or_default().trim().trim_end_matches('\\').trim();
        let line = line.split(" --").next().unwrap_or(line);
        if line.is_empty() || line.starts_with(['#', '-']) {
            continue;
        }
        let line = line.split(';').next().unwrap_or(line).trim();
        // One commit or one file, whose version is not written here.
        if line.contains(" @ ") && (commit_in(line).is_some() || line.contains("#sha256=")) {
            continue;
        }
        let Some((name, version)) = line.split_once("==").filter(|(_, version)| !version.contains(['*', ','])) else {
            return Vec::new();
        };
        let name = name.split('[').next().unwrap_or(name).trim();
        found.push(package("pypi", name, version.trim_start_matches('=').trim()));
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn names(base: &str, text: &str) -> Vec<String> {
        let found = of(base, text).unwrap();
        found.into_iter().map(|one| if one.development { format!("({})", one.name) } else { one.name }).collect()
    }

    #[test]
    fn locks_list_packages_as_package_urls_name_them() {
        let npm = r#"{"packages": {"": {}, "web": {"version": "1"}, "node_modules/web": {"link": true}, "node_modules/@s/a": {"version": "1.0.0"}, "node_modules/b": {"version": "2.0.0", "dev": true}}}"#;
        assert_eq!(names("package-lock.json", npm), ["npm/@s/a@1.0.0", "(npm/b@2.0.0)"]);
        let yarn =
            "# yarn lockfile v1\n\n\"@s/a@^1\", \"@s/a@^1.0\":\n  version \"1.0.0\"\n\nb@2:\n  version \"2.0.0\"\n";
        assert_eq!(names("yarn.lock", yarn), ["npm/@s/a@1.0.0", "npm/b@2.0.0"]);
        let berry = "__metadata:\n  version: 8\n\n\"@s/a@npm:^1\":\n  version: 1.0.0\n\n\"w@workspace:.\":\n  version: 0.0.0-use.local\n  linkType: soft\n";
        assert_eq!(names("yarn.lock", berry), ["npm/@s/a@1.0.0"]);
        let pnpm = "lockfileVersion: '9.0'\npackages:\n\n  '@s/a@1.0.0(react@19)':\n    resolution: {integrity: x}\n\n  /b/2.0.0:\n    dev: true\n\nsnapshots:\n  c@1.0.0:\n";
        assert_eq!(names("pnpm-lock.yaml", pnpm), ["npm/@s/a@1.0.0", "(npm/b@2.0.0)"]);
        let cargo = "[[package]]\nname = \"own\"\nversion = \"0.1.0\"\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n";
        assert_eq!(names("Cargo.lock", cargo), ["cargo/a@1.0.0"]);
        let poetry = "[[package]]\nname = \"Ruamel.yaml\"\nversion = \"1.0\"\ngroups = [\"main\", \"dev\"]\n[[package]]\nname = \"x\"\nversion = \"2\"\ngroups = [\"dev\"]\n";
        assert_eq!(names("poetry.lock", poetry), ["pypi/ruamel-yaml@1.0", "(pypi/x@2)"]);
        let go = "module m\nrequire (\n\ta.test/x v1.0.0\n\ta.test/y v1.0.0 // indirect\n)\nreplace a.test/y => ../y\n";
        assert_eq!(names("go.mod", go), ["golang/a.test/x@1.0.0"]);
        let gems = "GEM\n  remote: https://gems.shop.test/\n  specs:\n    a (1.0)\n      rack\n    b (2.0-x86_64-linux)\n\nDEPENDENCIES\n  a\n";
        assert_eq!(names("Gemfile.lock", gems), ["gem/a@1.0", "gem/b@2.0"]);
        let composer = r#"{"packages": [{"name": "s/a", "version": "v1.0"}], "packages-dev": [{"name": "s/b", "version": "2.0"}]}"#;
        assert_eq!(names("composer.lock", composer), ["composer/s/a@1.0", "(composer/s/b@2.0)"]);
        assert_eq!(
            names("requirements.txt", "flask[async]==3.0 ; x > 1 \\\n    --hash=sha256:0\n# c\n"),
            ["pypi/flask@3.0"]
        );
        let commit = "flask==3.0\nx @ git+https://git.shop.test/x@0123456789abcdef0123456789abcdef01234567\n";
        assert_eq!(names("requirements.txt", commit), ["pypi/flask@3.0"]);
        assert!(names("requirements.txt", "flask==3.0\nrequests\n").is_empty());
    }

    #[test]
    fn a_package_url_is_told_by_kind_name_and_version() {
        let of = |purl: &str| of_purl(purl).unwrap_or_default();
        assert_eq!(of("pkg:npm/%40s/a@1.0.0?package-id=x#y"), "npm/@s/a@1.0.0");
        assert_eq!(of("pkg:golang/a.test/X@v1.0.0"), "golang/a.test/x@1.0.0");
        assert_eq!(of("pkg:pypi/Ruamel_yaml@1.0"), "pypi/ruamel-yaml@1.0");
        assert_eq!((of("pkg:npm/a"), of("a@1")), (String::new(), String::new()));
    }
}
