//! Scripts of Gradle and `gradle.lockfile`: what a build with locked configurations refuses. Only what is written out in the
//! script's own `dependencies` is compared: catalogs, plugins and other scripts may bring more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::{Apart, Gap, Lock, Manifest};
use crate::probe::gradle_script;

/// What a lock lists: versions by module, and configurations that are locked.
#[derive(Debug)]
pub(super) struct Locked {
    versions: BTreeMap<String, BTreeSet<String>>,
    configurations: BTreeSet<String>,
}

impl Locked {
    pub(super) fn parse(text: &str) -> Locked {
        let mut locked = Locked { versions: BTreeMap::new(), configurations: BTreeSet::new() };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((module, configurations)) = line.split_once('=') else { continue };
            locked.configurations.extend(configurations.split(',').map(|name| name.trim().to_owned()));
            if let [group, name, version] = module.split(':').collect::<Vec<_>>().as_slice() {
                locked.versions.entry(format!("{group}:{name}")).or_default().insert((*version).to_owned());
            }
        }
        locked
    }
}

/// The configuration that resolves what another one asks for.
fn resolved_by(asked: &str) -> Option<&'static str> {
    Some(match asked {
        "implementation" | "api" | "compileOnly" => "compileClasspath",
        "runtimeOnly" => "runtimeClasspath",
        "testImplementation" | "testCompileOnly" => "testCompileClasspath",
        "testRuntimeOnly" => "testRuntimeClasspath",
        _ => return None,
    })
}

/// What changes which versions are taken, or which locks hold.
const OTHERWISE: &[&str] = &[
    "LENIENT",
    "ignoredDependencies",
    "substitut",
    "resolutionStrategy",
    "eachDependency",
    "enforcedPlatform",
    "strictly",
    "lockFile",
    ".force",
    "force(",
    "force =",
];

/// What Guava says that it replaces: it is locked in their place.
const REPLACED: &[&str] =
    &["com.google.guava:listenablefuture", "com.google.guava:guava-jdk5", "com.google.collections:google-collections"];

/// Whether a version is surely higher: both are numbers and nothing else.
fn is_higher(one: &str, other: &str) -> bool {
    let numbers = |text: &str| text.split('.').map(str::parse::<u64>).collect::<Result<Vec<_>, _>>().ok();
    let padded = |mut numbers: Vec<u64>| {
        numbers.resize(numbers.len().max(8), 0);
        numbers
    };
    numbers(one).zip(numbers(other)).is_some_and(|(one, other)| padded(one) > padded(other))
}

impl Lock for Locked {
    fn gaps(&self, manifest: &Manifest<'_>) -> Result<Vec<Gap>, Apart> {
        static ASKED: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"^\s*([A-Za-z]+)[\s(]+["']([\w.-]+):([\w.-]+)(?::([\w.+-]+))?(?:[:@][\w.:@-]+)?["']"#)
                .expect("a fixed pattern")
        });
        let lines = gradle_script::lines(manifest.text);
        if let Some(word) = OTHERWISE.iter().find(|word| lines.iter().any(|line| line.text.contains(**word))) {
            return Err(Apart::Unknown(format!("`{word}` changes what is locked")));
        }
        let mut gaps = Vec::new();
        for line in lines.iter().filter(|line| line.blocks == ["dependencies"]) {
            let Some(found) = ASKED.captures(&line.text) else { continue };
            let is_locked = resolved_by(&found[1]).is_some_and(|name| self.configurations.contains(name));
            let module = format!("{}:{}", &found[2], &found[3]);
            match (self.versions.get(&module), found.get(4)) {
                _ if !is_locked || REPLACED.contains(&module.as_str()) => {}
                (None, _) => gaps.push(Gap::missing(&module)),
                (Some(versions), Some(asked)) if versions.iter().all(|locked| is_higher(asked.as_str(), locked)) => {
                    let locked: Vec<&str> = versions.iter().map(String::as_str).collect();
                    gaps.push(Gap::changed(&module, asked.as_str(), &locked.join(", ")));
                }
                _ => {}
            }
        }
        Ok(gaps)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::gaps;

    const LOCK: &str = "# This is a Gradle generated file for dependency locking.\norg.shop:cart:1.2.0=compileClasspath,runtimeClasspath\norg.shop:deep:2.0=runtimeClasspath\nempty=annotationProcessor\n";

    #[test]
    fn what_a_script_writes_out_must_be_locked_at_no_less() {
        let of = |script: &str| gaps("gradle.lockfile", LOCK, script).unwrap();
        let kept = "plugins { id 'java' }\ndependencies {\n  implementation 'org.shop:cart:1.1.9' // less is taken as it is\n  runtimeOnly(\"org.shop:deep\")\n  implementation project(':own')\n  implementation \"org.shop:other:$version\"\n  testImplementation 'junit:junit:4.13'\n  constraints {\n    implementation 'a:b:1.0'\n  }\n}\nsubprojects { dependencies { implementation 'a:b:1.0' } }\n";
        assert!(of(kept).is_empty(), "tests are not locked here, and the others are not this project's");
        assert_eq!(
            of("dependencies {\n  implementation(\"org.shop:cart:1.10\") { because(\"x\") }\n}\n"),
            ["org.shop:cart"]
        );
        assert_eq!(
            of("dependencies {\n  api 'org.shop:new:1.0'\n  api 'org.shop:new'\n}\n"),
            ["org.shop:new", "org.shop:new"]
        );
        assert!(gaps("gradle.lockfile", LOCK, "dependencyLocking { lockMode = LockMode.LENIENT }\n").is_err());
    }
}
