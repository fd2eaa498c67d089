//! `manifest`: which package manifests there are and whether a lock file fixes what they install. Owns parameters and
//! facts; what an ecosystem needs is in `ecosystem`, which imports nobody declares in `undeclared`.

mod compare;
mod declared;
mod ecosystem;
mod imports;
mod node_modules;
mod pnpm_key;
mod python_modules;
mod ranges;
mod script_manifests;
mod sources;
mod sync;
#[cfg(test)]
mod tests;
mod undeclared;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{
    Certainty, Exact, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value,
};
use crate::probe::finding::{Finding, Findings};
use crate::probe::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch};
use crate::world::{Class, ClassSet, FileId, Name, Select, Swept, Want, WantId, Wants};
use crate::yaml::Node;

pub(super) use pnpm_key::package_of as pnpm_package;
pub(super) use script_manifests::UNREAD;
pub(super) use sync::go::directives;

use compare::Compared;
use ecosystem::{ECOSYSTEMS, Ecosystem, Need, need};
use sync::Apart;

/// Parameters of the `manifest` probe: none.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "manifest",
    doc: "Finds package manifests and the lock files that fix what they install",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "",
};

struct ManifestProbe;

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let Params {} = crate::yaml::decode(node, problems)?;
    Some(Box::new(ManifestProbe))
}

impl Probe for ManifestProbe {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
        let decls = vec![
            count("manifests", "manifests with dependencies (of Go without, too), of Rust, Node, Python, Go, Ruby, PHP, Maven, Gradle, NuGet, Elixir, Erlang, Swift, Dart and CocoaPods; one of another ecosystem makes locks unobserved; 0 when there is none, and then nothing but `sources` is observed"),
            count("sources", "source files in their languages; where there is none, nothing needs a manifest"),
            count("libraries", "manifests of libraries, whose users choose the versions; they need no lock file"),
            count("lockfiles", "lock files in the source set"),
            count("lockable", "manifests whose versions have to be fixed, by a lock file or one by one; those of libraries without a lock file are left out"),
            count("unlocked", "manifests that need a lock file and have none beside them or at the root of their workspace; a lock above that does not list them as a member is another project's"),
            count("open_requirements", "lines of `requirements.txt`, `pom.xml`, Gradle and NuGet files whose version is decided at install time"),
            count("dependencies", "dependencies that manifests of Cargo, Node, Python, Go, Bundler and Composer declare, for running and for development; unobserved where none of these is here"),
            count("ranges", "those of which more than one version will do"),
            count("open_ranges", "those of which any version will do, or any from one on: `*`, `latest`, `>=1`, a branch, no version at all"),
            count("out_of_sync", "manifests whose lock file says something else than they declare, so that a frozen install refuses it; unobserved where one could not be compared, as it computes what it needs, and no other is out of sync"),
            count("comparable_locks", "manifests with a lock file that can be compared with them: of Cargo, npm, pnpm, yarn, bun (as text), uv, poetry, pdm (by name), Pipenv (by name), Go, Bundler, Composer, Gradle (what is written out), NuGet (by name), Dart, CocoaPods (by name), Elixir (what is missing), and requirements that pip-compile or uv wrote"),
            count("competing_locks", "folders with lock files of several package managers for one ecosystem"),
            FactDecl::new("locked_ratio", FactType::Ratio, "share of the manifests that need a lock file and have one; a `requirements.txt` counts by its exact lines, at most 30 % with any open one"),
            count("import_files", "Python and Node source files for which a manifest holds, so that their imports can be compared with it"),
            count("undeclared_imports", "imports that are neither of the standard library, nor of this repository, nor declared in a manifest; what the program does without, or a lock file names, is only a hint"),
            count("certainly_undeclared_imports", "those of packages that are known and that no lock file names"),
            count("development_imports", "imports in shipped source of what is declared for development only; not where a bundler packs it"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        "manifest".to_owned()
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: names().iter().map(|name| format!("**/{name}")).collect(), ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let mut ids = vec![want(folder, wants)];
        ids.extend(sources::declare(folder, wants));
        ids
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [want, declared, imports] = look.wants else {
                return Err(Unknown::because("the tree was not swept"));
            };
            for want in look.wants {
                look.swept.get(*want).whole.clone()?;
            }
            let mut observation = observe(look.swept, *want, look.folder);
            let mut findings = Findings::default();
            sources::observe(look.swept, [*declared, *imports], &mut observation.facts, &mut findings);
            observation.evidence.extend(findings.evidence());
            Ok(observation)
        })
    }
}

/// The want for every manifest, for probes that ask what has dependencies.
pub(super) fn want(folder: &str, wants: &mut Wants) -> WantId {
    let manifests: Vec<&str> = ECOSYSTEMS.iter().flat_map(|ecosystem| ecosystem.manifests).copied().collect();
    let select = ecosystem::PROJECTS
        .iter()
        .fold(Select::bases(&manifests), |select, (ext, _)| select.or(Name::Ext((*ext).to_owned())));
    let select = select.of(ClassSet::of(&[Class::Src, Class::Migration])).below(folder);
    wants.add(Want::doc(select, "manifest", |file| Ok(need(file.entry.base(), file.bytes))))
}

/// The ecosystem of a manifest or lock by its base name.
pub(super) fn ecosystem_of(base: &str) -> Option<&'static str> {
    let base = if base == "buildscript-gradle.lockfile" { "gradle.lockfile" } else { base };
    ecosystem::of(base).map(|ecosystem| ecosystem.name)
}

/// Manifests with dependencies, by path, each with the name of its ecosystem, or why it could not be read.
pub(super) fn with_dependencies(swept: &Swept, want: WantId) -> Vec<(FileId, Result<&'static str, Unknown>)> {
    let ecosystem = |id| ecosystem::of(swept.tree().entry(id).base()).map(|ecosystem| ecosystem.name);
    let found = swept.get(want).own::<Need>().filter_map(|(id, need)| {
        let name = match need {
            Ok(Need::Nothing | Need::Free) => return None,
            // Of an ecosystem that is not read.
            Ok(_) if ecosystem(id) == Some("others") => return None,
            Ok(Need::Unknown(reason)) => Err(Unknown::because(reason.clone())),
            Ok(_) => Ok(ecosystem(id)?),
            Err(unknown) => Err(unknown.clone()),
        };
        Some((id, name))
    });
    found.collect()
}

fn names() -> Vec<&'static str> {
    ECOSYSTEMS.iter().flat_map(|ecosystem| ecosystem.manifests.iter().chain(ecosystem.locks)).copied().collect()
}

/// What Gradle verifies downloads with, for all projects of a build; `gradle.lockfile` is that of one.
const GRADLE_SUMS: &str = "verification-metadata.xml";

/// Lock files by folder and ecosystem.
fn locks(swept: &Swept, folder: &str) -> BTreeMap<(String, &'static str), Vec<String>> {
    let mut found: BTreeMap<(String, &'static str), Vec<String>> = BTreeMap::new();
    let bases: Vec<&str> = ECOSYSTEMS.iter().flat_map(|ecosystem| ecosystem.locks).copied().collect();
    let own = ClassSet::of(&[Class::Src, Class::Migration, Class::Generated, Class::Tooling]);
    for id in swept.tree().select(&Select::bases(&bases).of(own).below(folder)) {
        let entry = swept.tree().entry(id);
        if let Some(ecosystem) = ecosystem::of(entry.base()) {
            // Sums of Gradle stand in a folder of their own, and are about the project above.
            let (folder, name) = match (entry.base(), entry.folder().rsplit_once('/')) {
                (GRADLE_SUMS, Some((above, "gradle"))) => (above, format!("gradle/{GRADLE_SUMS}")),
                (GRADLE_SUMS, None) if entry.folder() == "gradle" => ("", format!("gradle/{GRADLE_SUMS}")),
                _ => (entry.folder(), entry.base().to_owned()),
            };
            found.entry((folder.to_owned(), ecosystem.name)).or_default().push(name);
        }
    }
    found
}

/// Whether a Rust package builds a program.
fn has_program(swept: &Swept, folder: &str) -> bool {
    let below = |path: &str| if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
    swept.tree().find(&below("src/main.rs")).is_some() || swept.tree().has_folder(&below("src/bin"))
}

struct Judged {
    findings: Findings,
    percents: Vec<u32>,
    libraries: usize,
    manifests: usize,
}

fn observe(swept: &Swept, want: WantId, folder: &str) -> Observation {
    let locks = locks(swept, folder);
    let mut read = compare::locks(swept, want);
    let mut compared = Vec::new();
    let mut judged = Judged { findings: Findings::default(), percents: Vec::new(), libraries: 0, manifests: 0 };
    for (id, digest) in swept.get(want).own::<Need>() {
        let entry = swept.tree().entry(id);
        let Some(ecosystem) = ecosystem::of(entry.base()) else { continue };
        let mut locked = has_lock(&locks, entry.folder(), ecosystem);
        if let (Some(lock), Ok(need)) = (&locked, digest)
            && compare::asks_for_a_lock(need)
            && let (place, base) = lock.rsplit_once('/').unwrap_or(("", lock))
            && sync::is_made_from(base, entry.base())
            && (place == entry.folder() || !sync::is_of_its_folder(base))
        {
            match read.gaps(&entry.path, lock) {
                Err(Apart::NoMember) => locked = None,
                gaps => compared.push(Compared { manifest: entry.path.clone(), lock: lock.clone(), gaps }),
            }
        }
        match digest {
            Ok(Need::Lock) if ecosystem.name == "Rust" && locked.is_none() && !has_program(swept, entry.folder()) => {
                judged.take(&entry.path, ecosystem, &Need::Library, None);
            }
            Ok(need) => judged.take(&entry.path, ecosystem, need, locked),
            Err(unknown) => judged.findings.unread(&entry.path, unknown.to_string()),
        }
    }
    compared.extend(sync::compiled::compared(swept, folder));
    for ((place, name), files) in &locks {
        if *name == "Node" && files.len() > 1 {
            let path = if place.is_empty() { files[0].clone() } else { format!("{place}/{}", files[0]) };
            let note = format!("several package managers lock this folder: {}", files.join(", "));
            judged.findings.push(&path, Finding::new("competing_locks", 0, place.as_str(), note));
        }
    }
    let mut facts = Facts::new();
    facts.present("manifests", Value::count(judged.manifests));
    let sources = Select::exts(ecosystem::SOURCES).of(ClassSet::SRC).below(folder);
    facts.present("sources", Value::count(swept.tree().select(&sources).len()));
    facts.present("lockfiles", Value::count(locks.values().map(Vec::len).sum::<usize>()));
    if judged.manifests == 0 {
        facts.set_reason(
            "no manifest with dependencies of an ecosystem that is read (Rust, Node, Python, Go, Ruby, PHP, JVM, NuGet, Elixir, Erlang, Swift, Dart)",
        );
        return Observation { facts, evidence: judged.findings.evidence(), requests: 0 };
    }
    facts.present("libraries", Value::count(judged.libraries));
    judged.findings.set_number(&mut facts, "lockable", judged.percents.len());
    for fact in ["unlocked", "open_requirements", "competing_locks"] {
        judged.findings.set_count(&mut facts, fact);
    }
    compare::in_sync(&compared, &mut judged.findings, &mut facts);
    compare::declared(swept, want, &mut judged.findings, &mut facts);
    let sum: u64 = judged.percents.iter().map(|percent| u64::from(*percent)).sum();
    facts.set(
        "locked_ratio",
        match Exact::ratio(sum, judged.percents.len() as u64 * 100) {
            Some(ratio) => Fact::Present(Value::Number(ratio)),
            None => Fact::Unobserved("no manifest here needs a lock file".to_owned()),
        },
    );
    Observation { facts, evidence: judged.findings.evidence(), requests: 0 }
}

impl Judged {
    fn take(&mut self, path: &str, ecosystem: &'static Ecosystem, need: &Need, locked: Option<String>) {
        match need {
            Need::Nothing => return,
            Need::Free => {
                self.manifests += 1;
                self.percents.push(100);
                let note = format!("{}: names no dependency, so there is none to lock", ecosystem.name);
                self.findings.push(path, Finding::new("manifests", 0, ecosystem.name, note));
                return;
            }
            Need::Unknown(reason) => {
                self.manifests += 1;
                self.findings.unread(path, reason.as_str());
                return;
            }
            _ => self.manifests += 1,
        }
        if let Some(lock) = locked {
            self.percents.push(100);
            let note = format!("{}: locked by `{lock}`", ecosystem.name);
            self.findings.push(path, Finding::new("unlocked", 0, lock.as_str(), note.as_str()).with(Certainty::Hint));
            self.findings.push(path, Finding::new("lockfiles", 0, lock, note).with(Certainty::Certain));
            return;
        }
        match need {
            Need::Library => {
                self.libraries += 1;
                let note = format!("{}: a library; its users choose the versions", ecosystem.name);
                self.findings.push(path, Finding::new("libraries", 0, ecosystem.name, note).with(Certainty::Hint));
            }
            Need::Lines { exact, open } => self.lines(path, *exact, open),
            Need::Versions { open } if open.is_empty() => {
                self.percents.push(100);
                let note = format!("{}: names exact versions, or none", ecosystem.name);
                self.findings.push(path, Finding::new("unlocked", 0, ecosystem.name, note).with(Certainty::Hint));
            }
            Need::Versions { open } => self.lines(path, 0, open),
            _ => {
                self.percents.push(0);
                let note =
                    format!("{}: no lock file here or above; make one with `{}`", ecosystem.name, ecosystem.command);
                self.findings.push(path, Finding::new("unlocked", 0, ecosystem.name, note));
            }
        }
    }

    /// Exact lines without hashes earn 85 %; any open line leaves at most 30 % (catalogue, deps/lockfile).
    fn lines(&mut self, path: &str, exact: usize, open: &[(u32, String)]) {
        if open.is_empty() {
            self.percents.push(85);
            return;
        }
        let share = exact * 100 / (exact + open.len()).max(1);
        self.percents.push(u32::try_from(share.min(30)).unwrap_or(0));
        for (line, text) in open {
            let note = format!("`{text}` has no exact version");
            self.findings.push(path, Finding::new("open_requirements", *line, text.as_str(), note));
        }
    }
}

/// The lock file beside a manifest, or in the nearest folder above it: workspaces keep one at their root.
fn has_lock(
    locks: &BTreeMap<(String, &'static str), Vec<String>>,
    folder: &str,
    ecosystem: &Ecosystem,
) -> Option<String> {
    let mut at = folder;
    loop {
        let files = locks.get(&(at.to_owned(), ecosystem.name)).map(Vec::as_slice).unwrap_or_default();
        if let Some(file) = files.iter().find(|file| at == folder || file.as_str() != "gradle.lockfile") {
            return Some(if at.is_empty() { file.clone() } else { format!("{at}/{file}") });
        }
        if at.is_empty() {
            return None;
        }
        at = at.rsplit_once('/').map_or("", |(above, _)| above);
    }
}
