//! Which files tell where packages come from, and which reader reads each.

use super::told::Told;
use super::{cargo, dotnet, environment, go, jvm, node, node_locks, php, pyproject, python, python_locks, ruby};
use crate::model::Unknown;
use crate::world::{Class, ClassSet, FileBytes, Name, Select};

/// Names of manifests, locks and settings.
const BASES: &[&str] = &[
    "package.json",
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    "bunfig.toml",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "pyproject.toml",
    "uv.toml",
    "setup.py",
    "setup.cfg",
    "Pipfile",
    "pip.conf",
    "pip.ini",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile.lock",
    "pylock.toml",
    "Cargo.toml",
    "Cargo.lock",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "settings.gradle",
    "settings.gradle.kts",
    "init.gradle",
    "gradle.properties",
    "verification-metadata.xml",
    "nuget.config",
    "NuGet.config",
    "NuGet.Config",
    "Gemfile",
    "Gemfile.lock",
    "composer.json",
    "composer.lock",
];
/// Those that have no fixed name.
const GLOBS: &[&str] = &[
    "**/*requirements*.{txt,in}",
    "**/requirements/*.{txt,in}",
    "**/constraints*.txt",
    "**/.cargo/config{,.toml}",
    "**/.mvn/settings.xml",
    "**/*.{csproj,fsproj,vbproj}",
    "**/Directory.{Build,Packages}.props",
];
/// Scripts and pipelines.
const SCRIPTS: &[&str] = &[
    "**/{Dockerfile,Containerfile,Dockerfile.*,*.Dockerfile,*.dockerfile}",
    ".github/{workflows/*,actions/**/*}.{yml,yaml}",
    "{.gitlab-ci.yml,.gitlab/**/*.{yml,yaml},.circleci/config.yml,azure-pipelines.yml,Jenkinsfile}",
    "**/{Makefile,makefile,GNUmakefile,justfile,go.env,.env}",
    "**/*.{mk,sh,bash}",
];
const CLASSES: ClassSet = ClassSet::of(&[Class::Src, Class::Generated, Class::Tooling]);

/// Manifests, locks and settings.
pub(super) fn manifests(folder: &str) -> Select {
    let globs = GLOBS.iter().fold(Select::bases(BASES), |select, glob| select.or(Name::Glob((*glob).to_owned())));
    globs.of(CLASSES).below(folder)
}

/// Scripts and pipelines.
pub(super) fn scripts(folder: &str) -> Select {
    let globs = SCRIPTS.iter().fold(Select::bases(&[]), |select, glob| select.or(Name::Glob((*glob).to_owned())));
    globs.of(CLASSES).below(folder)
}

/// All names, for what the probe touches.
pub(super) fn names() -> Vec<String> {
    let bases = BASES.iter().map(|base| format!("**/{base}"));
    bases.chain(GLOBS.iter().chain(SCRIPTS).map(|glob| (*glob).to_owned())).collect()
}

/// Reads a manifest, a lock or settings.
pub(super) fn manifest(file: &FileBytes<'_>) -> Result<Told, Unknown> {
    let text = std::str::from_utf8(file.bytes).map_err(|_| Unknown::because("it is not UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}');
    let wrong = |reason: String| {
        let line = reason.lines().next().unwrap_or_default().to_owned();
        Unknown::because(format!("it cannot be read: {line}"))
    };
    of(file.entry.base(), file.path(), text).map_err(wrong)
}

fn of(base: &str, path: &str, text: &str) -> Result<Told, String> {
    Ok(match base {
        "package.json" => node::manifest(text)?,
        ".npmrc" | ".yarnrc" => node::settings(text),
        ".yarnrc.yml" => node::berry(text)?,
        "bunfig.toml" => node::bunfig(text)?,
        "package-lock.json" | "npm-shrinkwrap.json" => node_locks::npm(text)?,
        "yarn.lock" => node_locks::yarn(text)?,
        "pnpm-lock.yaml" => node_locks::pnpm(text)?,
        "bun.lock" => node_locks::bun(text)?,
        "pyproject.toml" => pyproject::manifest(text)?,
        "uv.toml" => pyproject::uv(text)?,
        "Pipfile" => pyproject::pipfile(text)?,
        "setup.py" | "setup.cfg" => python::setup(text),
        "pip.conf" | "pip.ini" => python::settings(text),
        "uv.lock" | "poetry.lock" | "pdm.lock" | "pylock.toml" => python_locks::toml(base, text)?,
        "Pipfile.lock" => python_locks::pipfile(text)?,
        "Cargo.toml" => cargo::manifest(text)?,
        "Cargo.lock" => cargo::lock(text)?,
        "config" | "config.toml" => cargo::settings(text)?,
        "go.mod" => go::manifest(text),
        "pom.xml" | "settings.xml" => jvm::maven(text)?,
        "gradle.properties" => jvm::properties(text),
        "verification-metadata.xml" => jvm::verification(text)?,
        "Gemfile" => ruby::manifest(text),
        "Gemfile.lock" => ruby::lock(text),
        "composer.json" => php::manifest(text)?,
        "composer.lock" => php::lock(text)?,
        _ if base.eq_ignore_ascii_case("nuget.config") => dotnet::settings(text)?,
        _ if [".csproj", ".fsproj", ".vbproj", ".props"].iter().any(|end| base.ends_with(end)) => {
            dotnet::project(text)?
        }
        _ if base.contains(".gradle") => jvm::gradle(text),
        _ if path.ends_with(".txt") || path.ends_with(".in") => python::requirements(text),
        _ => Told::default(),
    })
}

/// Reads a script or a pipeline.
pub(super) fn script(file: &FileBytes<'_>) -> Option<Told> {
    if !file.may_hold(0) {
        return None;
    }
    environment::read(&file.text())
}
