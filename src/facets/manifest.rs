//! Reads what a manifest says it depends on. Tolerant: a manifest that does not parse depends on nothing, so that
//! nothing is recognised by it; it carries the reason, and the checks say that it is broken.

use std::collections::BTreeSet;

use regex::Regex;

use crate::world::View;
use crate::world::lex::Regions;

/// Lock files that make a folder with a manifest a component.
pub(super) const LOCKS: &[&str] = &[
    "Cargo.lock",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile.lock",
    "pylock.toml",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "bun.lock",
    "go.sum",
    "gradle.lockfile",
    "packages.lock.json",
    "Gemfile.lock",
    "composer.lock",
    "mix.lock",
];

/// What a manifest says.
#[derive(Debug, Default)]
pub(crate) struct Manifest {
    pub(super) path: String,
    pub(super) language: &'static str,
    /// Names of what the product itself depends on, lower case; Go modules by path.
    pub(crate) depends: BTreeSet<String>,
    /// Names of what a bundler may pack as well: a `package.json` lists them among what developers need.
    pub(crate) packed: BTreeSet<String>,
    /// Why it could not be read, if so.
    pub(crate) fault: Option<String>,
    /// Declares something that starts.
    pub(super) program: bool,
    /// Declares a package that others may depend on.
    pub(super) library: bool,
    /// Is published for others to depend on: what it depends on is what they build with.
    pub(super) published: bool,
    /// Depends on a command line parser.
    pub(super) cli: bool,
}

impl Manifest {
    /// The folder it is in; empty for the root.
    pub(super) fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// The language a base name is the manifest of.
pub(crate) fn language_of(base: &str) -> Option<&'static str> {
    Some(match base {
        "pyproject.toml" | "setup.py" | "setup.cfg" | "Pipfile" | "environment.yml" => "python",
        "package.json" => "node",
        "Cargo.toml" => "rust",
        "go.mod" => "go",
        "pom.xml" | "build.gradle" | "build.gradle.kts" | "build.sbt" => "jvm",
        "Gemfile" => "ruby",
        "composer.json" => "php",
        "mix.exs" => "elixir",
        _ if base.starts_with("requirements") && base.ends_with(".txt") => "python",
        _ if base.ends_with(".csproj") || base.ends_with(".fsproj") => "dotnet",
        _ if base.ends_with(".gemspec") => "ruby",
        _ => return None,
    })
}

/// Reads one.
pub(crate) fn read(path: &str, language: &'static str, text: &str) -> Manifest {
    let mut manifest = Manifest { path: path.to_owned(), language, ..Manifest::default() };
    let base = path.rsplit_once('/').map_or(path, |(_, base)| base);
    match base {
        "pyproject.toml" | "Pipfile" => python_toml(text, &mut manifest),
        "package.json" => package_json(text, &mut manifest),
        "composer.json" => composer_json(text, &mut manifest),
        "Cargo.toml" => cargo_toml(text, &mut manifest),
        _ if base.ends_with(".txt") || base == "environment.yml" => requirements(text, &mut manifest),
        _ => words(path, text, &mut manifest),
    }
    manifest.cli |= CLI.iter().any(|name| manifest.depends.contains(*name));
    manifest
}

const CLI: &[&str] = &[
    "clap",
    "lexopt",
    "pico-args",
    "click",
    "typer",
    "github.com/spf13/cobra",
    "github.com/urfave/cli/v2",
    "github.com/alecthomas/kong",
    "commander",
    "yargs",
    "oclif",
    "picocli",
    "thor",
];

/// What was parsed; the first line of why not is kept.
fn parsed<T, E: std::fmt::Display>(result: Result<T, E>, manifest: &mut Manifest) -> Option<T> {
    result.map_err(|error| manifest.fault = Some(error.to_string().lines().next().unwrap_or_default().to_owned())).ok()
}

/// `name[extra]>=1 ; marker` → `name`, as Python spells it: lower case, `-` for `_` and `.`.
fn python_name(requirement: &str) -> Option<String> {
    let name: String =
        requirement.trim().chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).collect();
    (!name.is_empty()).then(|| name.to_ascii_lowercase().replace(['_', '.'], "-"))
}

fn python_toml(text: &str, manifest: &mut Manifest) {
    let Some(document) = parsed(text.parse::<toml::Table>(), manifest) else { return };
    let at = |path: &[&str]| {
        path.iter()
            .try_fold(None, |table: Option<&toml::Value>, key| {
                let next = table.map_or_else(|| document.get(*key), |table| table.get(*key))?;
                Some(Some(next))
            })
            .flatten()
    };
    let lists = [at(&["project", "dependencies"])].into_iter().flatten().chain(
        at(&["project", "optional-dependencies"])
            .and_then(toml::Value::as_table)
            .into_iter()
            .flat_map(|groups| groups.iter().filter(|(name, _)| !is_for_development(name)).map(|(_, list)| list)),
    );
    let classified = [at(&["project", "classifiers"]), at(&["tool", "poetry", "classifiers"])];
    let classified = classified.into_iter().flatten().filter_map(toml::Value::as_array).any(|list| !list.is_empty());
    for requirement in lists.filter_map(toml::Value::as_array).flatten().filter_map(toml::Value::as_str) {
        manifest.depends.extend(python_name(requirement));
    }
    for table in [at(&["tool", "poetry", "dependencies"]), at(&["packages"])].into_iter().flatten() {
        manifest
            .depends
            .extend(table.as_table().into_iter().flat_map(|table| table.keys()).filter_map(|name| python_name(name)));
    }
    manifest.program = at(&["project", "scripts"]).is_some() || at(&["tool", "poetry", "scripts"]).is_some();
    manifest.library = at(&["project", "name"]).is_some() && at(&["build-system"]).is_some();
    manifest.published = classified && at(&["build-system"]).is_some() && !manifest.program;
}

/// Groups of optional dependencies that only those who work on it install.
fn is_for_development(group: &str) -> bool {
    const WORDS: &[&str] = &["dev", "test", "doc", "lint", "typing", "bench", "example", "ci"];
    let lower = group.to_ascii_lowercase();
    WORDS.iter().any(|word| lower.starts_with(word))
}

fn requirements(text: &str, manifest: &mut Manifest) {
    // A list that installs the project itself for editing is what its developers need; the project says what it needs.
    if text.lines().any(|line| line.starts_with("-e .") || line.starts_with("--editable .")) {
        return;
    }
    let lines = text.lines().map(|line| line.trim().trim_start_matches("- "));
    manifest.depends.extend(lines.filter(|line| !line.starts_with(['#', '-'])).filter_map(python_name));
}

fn package_json(text: &str, manifest: &mut Manifest) {
    let Some(document) = parsed(serde_json::from_str::<serde_json::Value>(text), manifest) else { return };
    for key in ["dependencies", "peerDependencies"] {
        let names = document.get(key).and_then(serde_json::Value::as_object).into_iter().flat_map(|map| map.keys());
        manifest.depends.extend(names.map(|name| name.to_ascii_lowercase()));
    }
    let names = document.get("devDependencies").and_then(serde_json::Value::as_object);
    manifest.packed.extend(names.into_iter().flat_map(|map| map.keys()).map(|name| name.to_ascii_lowercase()));
    let private = document.get("private").and_then(serde_json::Value::as_bool).unwrap_or(false);
    manifest.program = document.get("bin").is_some();
    manifest.library = !private && ["name", "version"].iter().all(|key| document.get(key).is_some());
    let shipped =
        ["files", "exports", "types", "typings", "publishConfig"].iter().any(|key| document.get(key).is_some());
    manifest.published = manifest.library && shipped && !manifest.program;
}

fn composer_json(text: &str, manifest: &mut Manifest) {
    let Some(document) = parsed(serde_json::from_str::<serde_json::Value>(text), manifest) else { return };
    let names = document.get("require").and_then(serde_json::Value::as_object).into_iter().flat_map(|map| map.keys());
    manifest.depends.extend(names.map(|name| name.to_ascii_lowercase()));
    manifest.program = document.get("bin").is_some();
    manifest.library = document.get("type").and_then(serde_json::Value::as_str) == Some("library");
    manifest.published = manifest.library && !manifest.program;
}

fn cargo_toml(text: &str, manifest: &mut Manifest) {
    let Some(document) = parsed(text.parse::<toml::Table>(), manifest) else { return };
    let names = document.get("dependencies").and_then(toml::Value::as_table).into_iter().flat_map(|table| table.keys());
    manifest.depends.extend(names.map(|name| name.to_ascii_lowercase()));
    manifest.program = document.get("bin").is_some();
    manifest.library = document.get("package").is_some();
}

/// Build files that are programs: the words of their text, comments left out.
fn words(path: &str, text: &str, manifest: &mut Manifest) {
    let regions = Regions::of(path, text.as_bytes());
    let mut kept = text.as_bytes().to_vec();
    for (_, range) in regions.iter().filter(|(view, _)| *view == View::Comments) {
        kept[range].fill(b' ');
    }
    let kept = String::from_utf8_lossy(&kept).to_ascii_lowercase();
    match manifest.language {
        "ruby" => {
            let gem = Regex::new(r#"(?m)^\s*(?:gem|\w+\.add_(?:runtime_)?dependency)[ (]+['"]([a-z0-9_-]+)"#);
            manifest
                .depends
                .extend(gem.iter().flat_map(|gem| gem.captures_iter(&kept)).map(|found| found[1].to_owned()));
            manifest.library = path.ends_with(".gemspec");
            manifest.published = manifest.library;
        }
        "elixir" => {
            let dependency = Regex::new(r"\{\s*:([a-z0-9_]+)\s*,");
            let found = dependency.iter().flat_map(|dependency| dependency.captures_iter(&kept));
            manifest.depends.extend(found.map(|found| found[1].to_owned()));
            manifest.published = kept.contains("package:") && !kept.contains("mod:");
            manifest.library = manifest.published;
        }
        "go" => {
            // What only a dependency needs says nothing about this product.
            let direct = text.lines().filter(|line| !line.contains("// indirect")).map(str::trim);
            let modules = direct.filter_map(|line| line.trim_start_matches("require ").split_once(" v"));
            manifest.depends.extend(modules.map(|(module, _)| module.to_ascii_lowercase()));
        }
        language => {
            let split = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
            let names = kept.split(split).filter(|word| !word.is_empty());
            manifest
                .depends
                .extend(names.map(|name| if language == "python" { name.replace('_', "-") } else { name.to_owned() }));
            manifest.library =
                path.ends_with("setup.py") || (path.ends_with("setup.cfg") && text.contains("[metadata]"));
        }
    }
}
