//! Which Dockerfiles make the product, and which are for development, tests or packaging.

use crate::probe::builds::Builds;
use crate::world::{Class, Swept, WantId};

/// A Dockerfile of the tree and why it does not count, if it does not.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) path: String,
    pub(super) set_aside: Option<String>,
}

/// Words in a file's name that say it does not make the product.
const NAME_WORDS: &[&str] = &[
    "base",
    "bench",
    "benchmark",
    "build",
    "builder",
    "ci",
    "coverage",
    "cross",
    "deb",
    "debug",
    "dev",
    "devel",
    "develop",
    "development",
    "devcontainer",
    "docs",
    "e2e",
    "example",
    "lint",
    "loadtest",
    "local",
    "make",
    "packaging",
    "playwright",
    "rpm",
    "sample",
    "test",
    "testing",
    "tests",
    "tilt",
];

/// Folders that say the same.
const FOLDER_WORDS: &[&str] = &[
    ".circleci",
    ".devcontainer",
    ".github",
    ".gitpod",
    "bench",
    "benchmark",
    "benchmarks",
    "ci",
    "debug",
    "dev",
    "devcontainer",
    "e2e",
    "hack",
    "playwright",
    "packaging",
    "test",
    "testing",
    "tests",
];

/// All Dockerfiles that a want found. With `explicit` (the spec named them) every one counts; otherwise those that the
/// names do not set aside and that compose or CI builds or that lie at the top; without any of these, all others.
pub(super) fn choose(swept: &Swept, want: WantId, folder: &str, explicit: bool, builds: &Builds) -> Vec<Candidate> {
    let ids: Vec<_> = swept.get(want).results.iter().map(|(id, _)| *id).collect();
    let mut all: Vec<Candidate> = ids
        .iter()
        .map(|id| {
            let path = swept.path(*id).to_owned();
            let set_aside = if explicit { None } else { aside(&path, folder, swept.class(*id), builds) };
            Candidate { path, set_aside }
        })
        .collect();
    if explicit {
        return all;
    }
    let counts = |path: &str| is_top(path, folder) || builds.makes(path);
    if all.iter().any(|candidate| candidate.set_aside.is_none() && counts(&candidate.path)) {
        for candidate in &mut all {
            if candidate.set_aside.is_none() && !counts(&candidate.path) {
                candidate.set_aside = Some("neither at the top nor built by compose or CI".to_owned());
            }
        }
    }
    all
}

/// Whether name or folder say that a Dockerfile of the source does not make the product, whatever builds it.
pub(crate) fn is_named_aside(path: &str, folder: &str) -> bool {
    aside(path, folder, Class::Src, &Builds::default()).is_some()
}

fn below<'p>(path: &'p str, folder: &str) -> &'p str {
    path.strip_prefix(folder).map_or(path, |rest| rest.trim_start_matches('/'))
}

fn is_top(path: &str, folder: &str) -> bool {
    !below(path, folder).contains('/')
}

fn aside(path: &str, folder: &str, class: Class, builds: &Builds) -> Option<String> {
    match class {
        Class::Vendored => return Some("vendored".to_owned()),
        Class::Fixture => return Some("a fixture".to_owned()),
        Class::Example => return Some("an example".to_owned()),
        Class::Docs => return Some("part of the documentation".to_owned()),
        Class::Tooling if !builds.makes(path) => return Some("a tool of the project's own".to_owned()),
        _ => {}
    }
    let below = below(path, folder);
    let (folders, base) = below.rsplit_once('/').unwrap_or(("", below));
    let base = base.to_ascii_lowercase();
    let words = base.split(['.', '-', '_']).filter(|word| !matches!(*word, "dockerfile" | "containerfile"));
    if let Some(word) = words.clone().find(|word| NAME_WORDS.contains(word)) {
        return Some(format!("its name says `{word}`"));
    }
    let built = builds.makes(path);
    let lower = folders.to_ascii_lowercase();
    let mut parts = lower.split('/').filter(|part| !part.is_empty());
    let says = |part: &str| FOLDER_WORDS.contains(&part) || part.split(['-', '_']).any(|word| word == "test");
    parts.find(|part| says(part)).filter(|_| !built).map(|part| format!("it lies in `{part}/`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_folders_set_files_aside() {
        let builds = Builds::default();
        let aside = |path: &str| aside(path, "", crate::world::class::of_path(path), &builds).is_some();
        for path in [
            "Dockerfile.dev",
            ".devcontainer/Dockerfile",
            "dev.Dockerfile",
            "tests/Dockerfile",
            "examples/x/Dockerfile",
        ] {
            assert!(aside(path), "{path}");
        }
        for path in ["Dockerfile", "api/Dockerfile", "Dockerfile.prod", "docker/Dockerfile.alpine", "Containerfile"] {
            assert!(!aside(path), "{path}");
        }
    }
}
