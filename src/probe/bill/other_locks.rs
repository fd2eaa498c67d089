//! Locks of Gradle, bun, Swift, Elixir and Dart, as package URLs name what they list.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value as Json;

use super::locked::{Package, json, package};

/// `group:name:1.0=compileClasspath,testCompileClasspath`; the locks of build scripts list plugins, which are for development.
pub(super) fn gradle(base: &str, text: &str) -> Vec<Package> {
    let is_of_the_build = base.starts_with("buildscript-");
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.starts_with("empty="));
    let of = |line: &str| {
        let (module, configurations) = line.split_once('=')?;
        let [group, name, version] = module.split(':').collect::<Vec<_>>().try_into().ok()?;
        let is_test = |configuration: &str| configuration.to_ascii_lowercase().contains("test");
        let development = is_of_the_build || configurations.split(',').all(is_test);
        Some(Package { development, ..package("maven", &format!("{group}/{name}"), version) })
    };
    lines.filter_map(of).collect()
}

/// JSON with commas before closing brackets; each package is a list that begins with `name@1.0.0`.
pub(super) fn bun(text: &str) -> Result<Vec<Package>, String> {
    static TRAILING: LazyLock<Regex> = LazyLock::new(|| Regex::new(r",(\s*[}\]])").expect("a fixed pattern"));
    let value = json(&TRAILING.replace_all(text, "$1"))?;
    let entries = value["packages"].as_object().into_iter().flatten();
    let of = |(_, entry): (&String, &Json)| {
        let title = entry[0].as_str()?;
        let at = title.rfind('@').filter(|at| *at > 0)?;
        let version = &title[at + 1..];
        version.starts_with(|c: char| c.is_ascii_digit()).then(|| package("npm", &title[..at], version))
    };
    Ok(entries.filter_map(of).collect())
}

/// `Package.resolved`: `pins`, in version 1 of the format below `object`. What is at a branch has no version.
pub(super) fn swift(text: &str) -> Result<Vec<Package>, String> {
    let value = json(text)?;
    let pins = [&value["pins"], &value["object"]["pins"]].into_iter().find_map(Json::as_array);
    let of = |pin: &Json| {
        let place = pin["location"].as_str().or_else(|| pin["repositoryURL"].as_str())?;
        Some(package("swift", place, pin["state"]["version"].as_str()?))
    };
    Ok(pins.into_iter().flatten().filter_map(of).collect())
}

/// `"plug": {:hex, :plug, "1.0.0", …}`; what is from a repository has no version.
pub(super) fn mix(text: &str) -> Vec<Package> {
    static HEX: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"\{:hex,\s*:"?([A-Za-z0-9_]+)"?,\s*"([^"]+)""#).expect("a fixed pattern"));
    HEX.captures_iter(text).map(|found| package("hex", &found[1], &found[2])).collect()
}

/// `pubspec.lock`: what is hosted; what only `dev_dependencies` ask for themselves is for development.
pub(super) fn dart(text: &str) -> Result<Vec<Package>, String> {
    let value: serde_yaml::Value = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    let packages = value.get("packages").and_then(serde_yaml::Value::as_mapping).into_iter().flatten();
    let of = |(name, entry): (&serde_yaml::Value, &serde_yaml::Value)| {
        let get = |key: &str| entry.get(key).and_then(serde_yaml::Value::as_str);
        let development = get("dependency") == Some("direct dev");
        (get("source") == Some("hosted"))
            .then(|| Some(Package { development, ..package("pub", name.as_str()?, get("version")?) }))?
    };
    Ok(packages.filter_map(of).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::probe::bill::locked::of_purl;

    fn names(found: Vec<Package>) -> Vec<String> {
        found.into_iter().map(|one| if one.development { format!("({})", one.name) } else { one.name }).collect()
    }

    #[test]
    fn locks_list_packages_as_package_urls_name_them() {
        let lock = "# This is a Gradle generated file.\norg.shop:cart:1.0=compileClasspath,runtimeClasspath\njunit:junit:4.13=testCompileClasspath\nempty=annotationProcessor\n";
        assert_eq!(names(gradle("gradle.lockfile", lock)), ["maven/org.shop/cart@1.0", "(maven/junit/junit@4.13)"]);
        assert_eq!(names(gradle("buildscript-gradle.lockfile", "a:b:1.0=classpath\n")), ["(maven/a/b@1.0)"]);
        let lock = r#"{"packages": {"a": ["@s/a@1.0.0", "", {}, "sha512-x"], "w": ["w@workspace:w"],},}"#;
        assert_eq!(names(bun(lock).unwrap()), ["npm/@s/a@1.0.0"]);
        let lock = r#"{"pins": [{"location": "https://github.com/apple/swift-nio.git", "state": {"version": "2.0.0"}}, {"location": "x", "state": {"branch": "main"}}], "version": 2}"#;
        assert_eq!(names(swift(lock).unwrap()), ["swift/swift-nio@2.0.0"]);
        assert_eq!(of_purl("pkg:swift/github.com/apple/swift-nio@2.0.0").as_deref(), Some("swift/swift-nio@2.0.0"));
        let lock = "%{\n  \"plug\": {:hex, :plug, \"1.0.0\", \"x\", [:mix], [{:mime, \"~> 1.0\"}], \"hexpm\", \"y\"},\n  \"g\": {:git, \"x\", \"y\", []},\n}\n";
        assert_eq!(names(mix(lock)), ["hex/plug@1.0.0"]);
        let lock = "packages:\n  http:\n    dependency: \"direct main\"\n    source: hosted\n    version: \"1.0.0\"\n  test:\n    dependency: \"direct dev\"\n    source: hosted\n    version: \"1.0.0\"\n  flutter:\n    source: sdk\n    version: \"0.0.0\"\n";
        assert_eq!(names(dart(lock).unwrap()), ["pub/http@1.0.0", "(pub/test@1.0.0)"]);
    }
}
