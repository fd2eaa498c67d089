//! What has dependencies here: manifests, images of Dockerfiles, actions of workflows, Terraform's modules and providers, and
//! the words that bots have for each.

use std::collections::{BTreeMap, BTreeSet};

use super::LARGEST;
use crate::model::Unknown;
use crate::probe::{dockerfile, manifest};
use crate::world::{Class, ClassSet, FileBytes, FileId, Name, Swept, Want, WantId, Wants};

/// An ecosystem, and how far one entry of Dependabot reaches in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ecosystem {
    /// Its name in notes and in probe `manifest`.
    pub(super) name: &'static str,
    /// Dependabot's words for it.
    dependabot: &'static [&'static str],
    /// Renovate's managers for it.
    renovate: &'static [&'static str],
    /// How far one folder of an entry reaches.
    pub(super) reach: Reach,
}

/// How far one folder of an entry reaches (dependabot-core's file fetchers).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// That folder alone.
    Folder,
    /// That folder, and what its manifest gathers: it has one of these in it, or one of these files beside it.
    Members(&'static [&'static str], &'static [&'static str]),
    /// That folder and those directly in it.
    Children,
    /// All below it.
    Below,
    /// Workflows, told by the root.
    Workflows,
}

/// All that are known. CocoaPods and Erlang have no word in Dependabot and are left out.
#[rustfmt::skip]
const ECOSYSTEMS: &[Ecosystem] = &[
    Ecosystem { name: "Rust", dependabot: &["cargo"], renovate: &["cargo"], reach: Reach::Members(&["[workspace"], &[]) },
    Ecosystem { name: "Node", dependabot: &["npm", "bun"], renovate: &["npm", "bun"], reach: Reach::Members(&["\"workspaces\""], &["pnpm-workspace.yaml", "lerna.json"]) },
    Ecosystem { name: "Python", dependabot: &["pip", "uv"], renovate: &["pip_requirements", "pip-compile", "pipenv", "poetry", "pep621", "setup-cfg", "pip_setup"], reach: Reach::Children },
    Ecosystem { name: "Go", dependabot: &["gomod"], renovate: &["gomod"], reach: Reach::Folder },
    Ecosystem { name: "Ruby", dependabot: &["bundler"], renovate: &["bundler"], reach: Reach::Folder },
    Ecosystem { name: "PHP", dependabot: &["composer"], renovate: &["composer"], reach: Reach::Folder },
    Ecosystem { name: "Maven", dependabot: &["maven"], renovate: &["maven"], reach: Reach::Members(&["<modules>", "<module>"], &[]) },
    Ecosystem { name: "Gradle", dependabot: &["gradle"], renovate: &["gradle"], reach: Reach::Members(&[], &["settings.gradle", "settings.gradle.kts"]) },
    Ecosystem { name: "NuGet", dependabot: &["nuget"], renovate: &["nuget"], reach: Reach::Below },
    Ecosystem { name: "Elixir", dependabot: &["mix"], renovate: &["mix"], reach: Reach::Members(&["apps_path"], &[]) },
    Ecosystem { name: "Swift", dependabot: &["swift"], renovate: &["swift"], reach: Reach::Folder },
    Ecosystem { name: "Dart", dependabot: &["pub"], renovate: &["pub"], reach: Reach::Members(&["workspace:"], &[]) },
    Ecosystem { name: "docker", dependabot: &["docker"], renovate: &["dockerfile"], reach: Reach::Folder },
    Ecosystem { name: "github-actions", dependabot: &["github-actions"], renovate: &["github-actions"], reach: Reach::Workflows },
    Ecosystem { name: "terraform", dependabot: &["terraform", "opentofu"], renovate: &["terraform"], reach: Reach::Folder },
];

/// The ecosystems that Dependabot means by a word; none where it is not one of those that are looked for.
pub(super) fn of_dependabot(word: &str) -> Vec<&'static str> {
    ECOSYSTEMS.iter().filter(|ecosystem| ecosystem.dependabot.contains(&word)).map(|ecosystem| ecosystem.name).collect()
}

/// The ecosystems of which Renovate runs a manager.
pub(super) fn of_renovate(runs: impl Fn(&str) -> bool) -> Vec<&'static str> {
    ECOSYSTEMS
        .iter()
        .filter(|ecosystem| ecosystem.renovate.iter().any(|manager| runs(manager)))
        .map(|ecosystem| ecosystem.name)
        .collect()
}

/// A folder with dependencies of an ecosystem.
#[derive(Debug)]
pub(super) struct Unit {
    /// Of this.
    pub(super) ecosystem: &'static Ecosystem,
    /// In this folder; empty is the root.
    pub(super) folder: String,
    /// Folders of the packages that its manifest gathers.
    pub(super) members: BTreeSet<String>,
    /// A file that shows it.
    pub(super) file: FileId,
}

/// The want for what is no package manifest.
pub(super) fn want(folder: &str, wants: &mut Wants) -> WantId {
    let globs = [".github/workflows/*.yml", ".github/workflows/*.yaml", "**/*.tf", "**/*.tofu"];
    let select = globs.iter().fold(dockerfile::select(), |select, glob| select.or(Name::Glob((*glob).to_owned())));
    let classes = ClassSet::of(&[Class::Src, Class::Migration, Class::Tooling]);
    let read = |file: &FileBytes<'_>| Ok(kind(file.path(), &String::from_utf8_lossy(file.bytes)));
    wants.add(Want::sparse(select.of(classes).below(folder), "updates present", read))
}

/// Which ecosystem a file takes something from.
fn kind(path: &str, text: &str) -> Option<&'static str> {
    let mut lines = text.lines().map(str::trim_start);
    if path.starts_with(".github/workflows/") {
        let action = |line: &str| {
            line.trim_start_matches("- ")
                .trim_start()
                .strip_prefix("uses:")
                .map(|used| used.trim().trim_matches(['"', '\'']).to_owned())
        };
        let foreign = |used: String| used.contains('@') && !used.starts_with("./") && !used.starts_with("docker:");
        return lines.filter_map(action).any(foreign).then_some("github-actions");
    }
    if path.ends_with(".tf") || path.ends_with(".tofu") {
        let asks = |line: &str| line.starts_with("required_providers") || line.starts_with("module \"");
        return lines.any(asks).then_some("terraform");
    }
    let mut stages: Vec<String> = Vec::new();
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some((from, rest)) = words.split_first() else { continue };
        if !from.eq_ignore_ascii_case("from") {
            continue;
        }
        let mut rest = rest.iter().skip_while(|word| word.starts_with("--"));
        let Some(image) = rest.next() else { continue };
        if *image != "scratch" && !image.starts_with('$') && !stages.iter().any(|stage| stage == image) {
            return Some("docker");
        }
        stages.extend(rest.nth(1).map(|stage| (*stage).to_owned()));
    }
    None
}

/// All folders with dependencies, by ecosystem and path.
pub(super) fn units(swept: &Swept, manifests: WantId, others: WantId) -> Result<Vec<Unit>, Unknown> {
    let mut found: Vec<(&'static str, FileId)> = Vec::new();
    let unread = |id: FileId, unknown: &Unknown| Unknown::because(format!("`{}`: {unknown}", swept.path(id)));
    for (id, name) in manifest::with_dependencies(swept, manifests) {
        found.push((name.map_err(|unknown| unread(id, &unknown))?, id));
    }
    for (id, name) in swept.get(others).own::<&'static str>() {
        found.push((*name.map_err(|unknown| unread(id, unknown))?, id));
    }
    let mut units: Vec<Unit> = Vec::new();
    let mut known: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for (name, file) in found {
        let Some(ecosystem) = ECOSYSTEMS.iter().find(|ecosystem| ecosystem.name == name) else { continue };
        let own = swept.tree().entry(file).folder().to_owned();
        if name == "docker" && own.split('/').any(|part| part == ".devcontainer") {
            continue;
        }
        let folder = gathered_by(swept, ecosystem, file).unwrap_or_else(|| own.clone());
        let at = *known.entry((name, folder.clone())).or_insert(units.len());
        if at == units.len() {
            units.push(Unit { ecosystem, folder, members: BTreeSet::new(), file });
        }
        if own == units[at].folder {
            units[at].file = file;
        } else {
            units[at].members.insert(own);
        }
    }
    units.sort_by(|a, b| (a.ecosystem.name, &a.folder).cmp(&(b.ecosystem.name, &b.folder)));
    Ok(units)
}

/// The nearest folder above a manifest whose own manifest gathers what is below it.
fn gathered_by(swept: &Swept, ecosystem: &Ecosystem, file: FileId) -> Option<String> {
    let Reach::Members(marks, beside) = ecosystem.reach else { return None };
    let entry = swept.tree().entry(file);
    let mut folder = entry.folder();
    while !folder.is_empty() {
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        let at = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        let text = swept.read(&at(entry.base()), LARGEST).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let marked = text.is_ok_and(|text| marks.iter().any(|mark| text.contains(mark)));
        if marked || beside.iter().any(|name| swept.tree().find(&at(name)).is_some()) {
            return Some(folder.to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn only_what_comes_from_elsewhere_is_a_dependency() {
        for (path, text, expected) in [
            ("Dockerfile", "FROM scratch\n", None),
            ("Dockerfile", "FROM --platform=linux/amd64 golang:1.23 AS build\nFROM build\n", Some("docker")),
            ("Dockerfile", "ARG BASE\nFROM $BASE\n", None),
            (".github/workflows/a.yml", "    - uses: ./local\n", None),
            (".github/workflows/a.yml", "    - uses: 'actions/checkout@v4'\n", Some("github-actions")),
            ("main.tf", "resource \"a\" \"b\" {}\n", None),
            ("main.tf", "terraform {\n  required_providers {\n", Some("terraform")),
        ] {
            assert_eq!(kind(path, text), expected, "{text}");
        }
    }
}
