//! Which packages the manifests of the tree declare, by language. Reads them through `facets`; what a package is used
//! for is no business of this file.

use std::collections::{BTreeMap, BTreeSet};

use crate::facets::manifest::{self, Manifest};
use crate::world::{Class, ClassSet, FileBytes, Name, Select, Swept, Want, WantId, Wants};

use super::language::{JVM_CATALOG, NET_CATALOG};

/// Packages of one language, each with the manifest that names it first.
pub(super) type Packages = BTreeMap<String, String>;

/// What one manifest says.
struct Read {
    language: &'static str,
    names: BTreeSet<String>,
    fault: Option<String>,
}

/// What all manifests say.
#[derive(Default)]
pub(super) struct Declared {
    by_language: BTreeMap<&'static str, Packages>,
    /// Manifests that could not be read, with the reason.
    pub(super) unread: Vec<(String, String)>,
}

/// Wants every manifest of the product.
pub(super) fn declare(folder: &str, wants: &mut Wants) -> WantId {
    const BASES: &[&str] = &[
        "pyproject.toml",
        "setup.py",
        "setup.cfg",
        "Pipfile",
        "environment.yml",
        "package.json",
        "Cargo.toml",
        "go.mod",
        "pom.xml",
        "build.gradle",
        "build.gradle.kts",
        "build.sbt",
        JVM_CATALOG,
        "Gemfile",
        "composer.json",
        NET_CATALOG,
    ];
    let select = ["csproj", "fsproj", "gemspec"]
        .iter()
        .fold(Select::bases(BASES), |select, extension| select.or(Name::Ext((*extension).to_owned())));
    let select = ["**/requirements*.txt", "**/requirements/*.txt"]
        .iter()
        .fold(select, |select, glob| select.or(Name::Glob((*glob).to_owned())));
    let own = ClassSet::of(&[Class::Src, Class::Migration]);
    wants.add(Want::sparse(select.of(own).below(folder), "declared packages", |file| Ok(read(file))))
}

fn read(file: &FileBytes<'_>) -> Option<Read> {
    let (path, base) = (file.entry.path.as_str(), file.entry.base());
    let language = match base {
        JVM_CATALOG => "jvm",
        NET_CATALOG => "dotnet",
        _ => manifest::language_of(base).or_else(|| path.ends_with(".txt").then_some("python"))?,
    };
    if path.ends_with(".txt") && is_for_development(base) {
        return None;
    }
    let Manifest { mut depends, packed, fault, .. } =
        manifest::read(path, language, &String::from_utf8_lossy(file.bytes));
    depends.extend(packed);
    Some(Read { language, names: depends, fault })
}

/// `requirements-dev.txt`, `test.txt`: what only those who work on it install.
fn is_for_development(base: &str) -> bool {
    let words = base.trim_end_matches(".txt").split(['-', '_', '.']);
    words
        .into_iter()
        .any(|word| matches!(word, "dev" | "develop" | "test" | "tests" | "testing" | "lint" | "docs" | "ci"))
}

impl Declared {
    /// What the sweep kept.
    pub(super) fn of(swept: &Swept, want: WantId) -> Declared {
        let mut declared = Declared::default();
        for (id, digest) in swept.get(want).own::<Read>() {
            let path = swept.path(id);
            match digest {
                Ok(read) => declared.take(path, read),
                Err(unknown) => declared.unread.push((path.to_owned(), unknown.to_string())),
            }
        }
        declared
    }

    fn take(&mut self, path: &str, read: &Read) {
        if let Some(fault) = &read.fault {
            self.unread.push((path.to_owned(), format!("`{path}` cannot be read: {fault}")));
            return;
        }
        let packages = self.by_language.entry(read.language).or_default();
        for name in &read.names {
            packages.entry(name.clone()).or_insert_with(|| path.to_owned());
        }
    }

    /// What is declared in a language; `None` when it has no manifest.
    pub(super) fn of_language(&self, language: &str) -> Option<&Packages> {
        self.by_language.get(language)
    }
}

/// The first declared package that one of these names stands for: itself, anything that begins with it where it ends
/// with `*`, a Go module below it, an artifact of a Maven group.
pub(super) fn find<'p>(packages: &'p Packages, names: &[String]) -> Option<(&'p str, &'p str)> {
    let stands = |name: &str, known: &str| match name.strip_suffix('*') {
        Some(start) => known.starts_with(start),
        None => known == name || known.strip_prefix(name).is_some_and(|rest| rest.starts_with('/')),
    };
    packages
        .iter()
        .find(|(known, _)| names.iter().any(|name| stands(name, known)))
        .map(|(known, path)| (known.as_str(), path.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_itself_its_family_and_what_is_below_it() {
        let packages: Packages = ["@sentry/node", "github.com/cenkalti/backoff/v4", "sentry-sdk-mock"]
            .iter()
            .map(|name| ((*name).to_owned(), "x".to_owned()))
            .collect();
        let found = |name: &str| find(&packages, &[name.to_owned()]).map(|(known, _)| known);
        assert_eq!(found("@sentry/*"), Some("@sentry/node"));
        assert_eq!(found("github.com/cenkalti/backoff"), Some("github.com/cenkalti/backoff/v4"));
        assert_eq!(found("sentry-sdk"), None);
    }

    #[test]
    fn requirements_of_developers_are_not_those_of_the_product() {
        assert!(is_for_development("requirements-dev.txt") && is_for_development("test.txt"));
        assert!(!is_for_development("requirements.txt") && !is_for_development("base.txt"));
    }
}
