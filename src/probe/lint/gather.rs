//! Looks: which languages there are, which files configure a linter, and which commands of pipelines and hooks run one.

use std::collections::{BTreeMap, BTreeSet};

use crate::probe::pipelines::follow::{Command, Files, follow, runs_hooks};
use crate::probe::pipelines::{self, Pipelines, Run, What};
use crate::probe::{pre_commit_ci, super_linter as chosen};
use crate::world::{Class, Swept, WantId};

use super::maven::Maven;
use super::{build, hooks, strict, super_linter, tool};

/// A language counts from this share of the bytes of shipped source, in percent.
const SHARE: u64 = 20;

/// Where something was seen: path, line, note.
pub(super) type Seen = (String, u32, String);

/// What was seen, by language.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Languages that count, with a file of each.
    pub(super) languages: BTreeMap<&'static str, String>,
    /// Files that configure a linter.
    pub(super) configured: BTreeMap<&'static str, Seen>,
    /// Languages whose build brings a linter.
    pub(super) of_builds: BTreeSet<&'static str>,
    /// What Maven lints while it builds.
    pub(super) maven: Maven,
    /// Whether a command makes mypy strict.
    pub(super) strict_command: bool,
    /// Commands that run one where it counts.
    pub(super) runs: BTreeMap<&'static str, Seen>,
    /// Those whose failure does not count.
    pub(super) soft: BTreeMap<&'static str, Seen>,
    /// Hooks that run one.
    pub(super) hooks: BTreeMap<&'static str, Vec<Seen>>,
    /// Type checkers that are not strict.
    pub(super) loose: Vec<Seen>,
    /// Baselines with what they hide.
    pub(super) baselines: Vec<(String, usize)>,
    /// Why a linter may run without being seen.
    pub(super) unseen: Option<String>,
    /// Pipelines that were read.
    pub(super) pipelines: usize,
}

/// Everything there is to see below a folder; pipelines are those of the whole repository.
pub(super) fn gather(swept: &Swept, folder: &str, files: WantId, pipelines: WantId) -> Gathered {
    let read = |path: &str, cap: u64| pipelines::read(swept, path, cap);
    let told = Files::new(&read);
    let mut gathered = Gathered { languages: languages(swept, folder), ..Gathered::default() };
    for (id, text) in swept.get(files).own::<String>() {
        let path = swept.path(id);
        if let Ok(text) = text {
            gathered.file(path, text, &told);
        }
    }
    gathered.pipelines(&pipelines::runs(swept, pipelines), &told);
    gathered.builds();
    gathered
}

/// Whether a script belongs to a package, or is written in more than plain JavaScript: what only lies among the assets of a
/// program was mostly brought from elsewhere.
fn is_of_a_package(swept: &Swept, path: &str) -> bool {
    if [".ts", ".tsx", ".vue", ".svelte"].iter().any(|end| path.ends_with(end)) {
        return true;
    }
    let mut folder = path;
    while !folder.is_empty() {
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        let at = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        if ["package.json", "deno.json", "deno.jsonc"].iter().any(|name| swept.tree().find(&at(name)).is_some()) {
            return true;
        }
    }
    false
}

/// Languages of shipped source that make up a fifth of it, and the one with the most.
fn languages(swept: &Swept, folder: &str) -> BTreeMap<&'static str, String> {
    let mut bytes: BTreeMap<(bool, &'static str), (u64, u64, String)> = BTreeMap::new();
    let below = |path: &str| folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    for entry in
        swept.tree().entries().iter().filter(|entry| entry.class == Class::Src && !entry.link && below(&entry.path))
    {
        let Some((name, counts)) = tool::of_path(&entry.path) else { continue };
        let base = entry.base();
        // What only configures a tool is no product.
        if base.contains(".config.")
            || base.starts_with('.')
            || entry.path.starts_with('.')
            || entry.path.starts_with("docs/")
            || entry.path.split('/').any(|part| part == "dist")
            || name == "JavaScript" && !is_of_a_package(swept, &entry.path)
        {
            continue;
        }
        let seen = bytes.entry((counts, name)).or_default();
        // A file that is larger than anybody writes was made by a program, and counts no more than a long one.
        seen.0 += entry.size.min(100_000);
        if entry.size > seen.1 || seen.2.is_empty() {
            (seen.1, seen.2) = (entry.size, entry.path.clone());
        }
    }
    let first = bytes.keys().any(|(counts, _)| *counts);
    bytes.retain(|(counts, _), _| *counts == first);
    let all: u64 = bytes.values().map(|(bytes, ..)| bytes).sum();
    let most = bytes.values().map(|(bytes, ..)| *bytes).max().unwrap_or(0);
    let counts = |bytes: u64| bytes == most || bytes * 100 >= all * SHARE;
    bytes.into_iter().filter(|(_, (bytes, ..))| counts(*bytes)).map(|((_, name), (_, _, path))| (name, path)).collect()
}

fn hook_note(text: &str) -> String {
    format!("a hook runs `{}`", crate::probe::finding::shortened(text))
}

impl Gathered {
    /// A file that may configure a linter, run one as a hook, or hide what one found.
    fn file(&mut self, path: &str, text: &str, told: &Files<'_>) {
        let base = path.rsplit_once('/').map_or(path, |(_, base)| base);
        if base == "pom.xml" {
            self.maven.read(text);
        }
        for (language, line) in tool::configured(base, text) {
            let note = format!("a linter of {language} is configured");
            if build::is_of_build(base, text) {
                self.of_builds.insert(language);
            }
            self.configured.entry(language).or_insert((path.to_owned(), line, note));
        }
        if let Some(hidden) = strict::baseline(base, text).filter(|hidden| *hidden > 0) {
            self.baselines.push((path.to_owned(), hidden));
        }
        if let Some((line, note)) = strict::loose(path, text, told.reader()) {
            self.loose.push((path.to_owned(), line, note));
        } else if base == "tsconfig.json" {
            let note = "its type checker is strict".to_owned();
            self.configured.entry("JavaScript").or_insert((path.to_owned(), 0, note));
        }
        let is_husky = path.starts_with(".husky/");
        if is_husky
            || base.trim_start_matches('.').starts_with("lefthook.")
            || base == ".pre-commit-config.yaml"
            || base == ".pre-commit-config.yml"
        {
            self.hook_file(path, text, told);
        }
        if base == "package.json" && (text.contains("\"lint-staged\"") || text.contains("simple-git-hooks")) {
            for (at, line) in text
                .lines()
                .enumerate()
                .skip_while(|(_, line)| !line.contains("lint-staged") && !line.contains("simple-git-hooks"))
            {
                let line = (at + 1, line.replace(['"', '[', ']', ','], " "));
                self.hook(path, u32::try_from(line.0).unwrap_or(0), &tool::of_hook_command(&line.1), &line.1);
            }
        }
        if tool::HOSTED.contains(&path) {
            let note = "a service that this file configures looks at each pull request".to_owned();
            self.runs.entry(tool::ANY.name).or_insert((path.to_owned(), 0, note));
        }
    }

    fn hook(&mut self, path: &str, line: u32, languages: &[&'static str], text: &str) {
        for language in languages {
            let note = hook_note(text);
            self.hooks.entry(language).or_default().push((path.to_owned(), line, note));
        }
    }

    fn hook_file(&mut self, path: &str, text: &str, told: &Files<'_>) {
        let arguments = hooks::arguments(path, text);
        for (at, line) in text.lines().enumerate() {
            let number = u32::try_from(at + 1).unwrap_or(0);
            let clean = line.trim().trim_start_matches("- ").trim();
            if clean.starts_with('#') {
                continue;
            }
            if let Some(id) = clean.strip_prefix("id:") {
                self.hook(path, number, &tool::of_hook(id.trim().trim_matches(['"', '\''])), id.trim());
                continue;
            }
            let command = ["entry:", "run:"].iter().find_map(|key| clean.strip_prefix(key)).unwrap_or(clean);
            let more = arguments.get(&number).map_or("", String::as_str);
            let text = format!("{} {more}", command.trim()).trim_end().to_owned();
            let folder = Some(String::new());
            let start = Command { path: path.to_owned(), line: number, text, folder, is_whole: false };
            if clean.starts_with("repo:") || clean.starts_with("name:") || clean.starts_with("rev:") {
                continue;
            }
            let languages: BTreeSet<&'static str> =
                follow(told, start).iter().flat_map(|command| tool::of_hook_command(&command.text)).collect();
            self.hook(path, number, &languages.into_iter().collect::<Vec<_>>(), command);
        }
        if let Some(ci) = pre_commit_ci::section(text) {
            let line = ci.line;
            let is_skipped = |note: &str| ci.skipped.iter().any(|hook| note == hook_note(hook));
            for (language, hooks) in &self.hooks {
                let Some((.., note)) = hooks.iter().find(|(.., note)| !is_skipped(note)) else { continue };
                let note = format!("pre-commit.ci runs it: {note}");
                self.runs.entry(language).or_insert((path.to_owned(), line, note));
            }
        }
    }

    /// What pipelines run before a change lands.
    fn pipelines(&mut self, pipelines: &Pipelines, told: &Files<'_>) {
        self.pipelines = pipelines.files.len();
        self.unseen.clone_from(&pipelines.unseen);
        for run in pipelines.runs.iter().filter(|run| run.starts.is_gate()) {
            match &run.what {
                What::Foreign(told) => self.foreign(run, told),
                What::Action if chosen::is_one(&run.text) => {
                    let text = told.reader()(&run.path, pipelines::LARGEST).unwrap_or_default();
                    self.run(run, &super_linter::languages(&chosen::chosen(&text)));
                }
                What::Action => {
                    self.run(run, &tool::of_action(&run.text));
                    let name = run.text.to_ascii_lowercase();
                    if name.starts_with("pre-commit/action")
                        || name.contains("/pre-commit")
                        || name.contains("prek-action")
                    {
                        self.hooks_run(run);
                    }
                }
                What::Command => self.command(run),
            }
        }
    }

    fn foreign(&mut self, run: &Run, told: &[(String, String)]) {
        let lints = |key: &str, value: &str| key.contains("lint") && !matches!(value, "false" | "" | "no");
        let name = run.text.to_ascii_lowercase();
        let is_named = name.contains("lint") || name.contains("pre-commit");
        if is_named || told.iter().any(|(key, value)| lints(key, value)) {
            self.run(run, &[tool::ANY.name]);
        } else {
            let Run { path, line, text, .. } = run;
            self.unseen = Some(format!("`{text}` of another repository may lint (`{path}:{line}`)"));
        }
    }

    fn command(&mut self, run: &Run) {
        let strict = ["--strict", "--disallow-untyped-defs"].iter().any(|flag| run.text.contains(flag));
        self.strict_command |= strict && run.text.contains("mypy");
        self.run(run, &tool::of_command(&run.text));
        if runs_hooks(&run.text) {
            self.hooks_run(run);
        }
        let gradle: &[&'static str] =
            if build::is_gradle_check(&run.text) { &["Java", "Kotlin", "Scala"] } else { &[] };
        let dotnet: &[&'static str] = if build::DOTNET_BUILD.is_match(&run.text) { &["C#"] } else { &[] };
        let built = gradle.iter().chain(dotnet).filter(|language| self.of_builds.contains(*language)).copied();
        self.run(run, &built.collect::<Vec<_>>());
        if self.maven.lints(&run.text) {
            self.run(run, &["Java", "Kotlin"]);
        }
    }

    fn hooks_run(&mut self, run: &Run) {
        let languages: Vec<&'static str> = self.hooks.keys().copied().collect();
        self.run(run, &languages);
    }

    fn run(&mut self, run: &Run, languages: &[&'static str]) {
        for language in languages {
            let into = if run.is_soft { &mut self.soft } else { &mut self.runs };
            into.entry(language).or_insert_with(|| (run.path.clone(), run.line, format!("runs {}", run.note())));
        }
    }

    /// What runs counts as configured: its defaults are enough.
    fn builds(&mut self) {
        let hooks = self.hooks.iter().filter_map(|(name, hooks)| Some((*name, hooks.first()?.clone())));
        let runs = [&self.runs, &self.soft].into_iter().flatten().map(|(name, seen)| (*name, seen.clone()));
        let all: Vec<(&'static str, Seen)> = runs.chain(hooks).collect();
        for (language, seen) in all {
            self.configured.entry(language).or_insert(seen);
        }
    }
}
