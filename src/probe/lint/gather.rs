//! Looks: which languages there are, which files configure a linter, and which commands of pipelines and hooks run one.

use std::collections::{BTreeMap, BTreeSet};

use crate::probe::workflow::gates;
use crate::probe::workflow::work::{self, Work};
use crate::world::{Class, Swept, WantId};

use super::follow::{Command, Read, follow, runs_hooks};
use super::{strict, tool};

/// A larger file is not looked at, in bytes.
pub(super) const LARGEST: u64 = 1024 * 1024;
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
    /// Whether a command makes mypy strict.
    pub(super) strict_command: bool,
    /// Commands that run one where it counts.
    pub(super) runs: BTreeMap<&'static str, Seen>,
    /// Those whose failure does not count.
    pub(super) soft: BTreeMap<&'static str, Seen>,
    /// Hooks that run one.
    pub(super) hooks: BTreeMap<&'static str, Seen>,
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
    let read = |path: &str, cap: u64| {
        let id = swept.tree().find(path)?;
        let bytes = swept.tree().read_entry(id, cap).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    let mut gathered = Gathered { languages: languages(swept, folder), ..Gathered::default() };
    for (id, text) in swept.get(files).own::<String>() {
        let path = swept.path(id);
        if let Ok(text) = text {
            gathered.file(path, text, &read);
        }
    }
    gathered.github(swept, pipelines, &read);
    gathered.others(swept, pipelines, &read);
    gathered.builds();
    gathered
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

impl Gathered {
    /// A file that may configure a linter, run one as a hook, or hide what one found.
    fn file(&mut self, path: &str, text: &str, read: &Read<'_>) {
        let base = path.rsplit_once('/').map_or(path, |(_, base)| base);
        for (language, line) in tool::configured(base, text) {
            let note = format!("a linter of {language} is configured");
            let ends = [".gradle", ".gradle.kts", "pom.xml", ".versions.toml", ".props", ".targets", ".csproj"];
            if ends.iter().any(|end| path.ends_with(end)) {
                self.of_builds.insert(language);
            }
            self.configured.entry(language).or_insert((path.to_owned(), line, note));
        }
        if let Some(hidden) = strict::baseline(base, text).filter(|hidden| *hidden > 0) {
            self.baselines.push((path.to_owned(), hidden));
        }
        if let Some((line, note)) = strict::loose(path, text, read) {
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
            self.hook_file(path, text, read);
        }
        if base == "package.json" && (text.contains("\"lint-staged\"") || text.contains("simple-git-hooks")) {
            for (at, line) in text
                .lines()
                .enumerate()
                .skip_while(|(_, line)| !line.contains("lint-staged") && !line.contains("simple-git-hooks"))
            {
                let line = (at + 1, line.replace(['"', '[', ']', ','], " "));
                self.hook(path, u32::try_from(line.0).unwrap_or(0), &tool::of_command(&line.1), &line.1);
            }
        }
        if tool::HOSTED.contains(&path) {
            let note = "a service that this file configures looks at each pull request".to_owned();
            self.runs.entry(tool::ANY.name).or_insert((path.to_owned(), 0, note));
        }
    }

    fn hook(&mut self, path: &str, line: u32, languages: &[&'static str], text: &str) {
        for language in languages {
            let note = format!("a hook runs `{}`", crate::probe::finding::shortened(text));
            self.hooks.entry(language).or_insert((path.to_owned(), line, note));
        }
    }

    fn hook_file(&mut self, path: &str, text: &str, read: &Read<'_>) {
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
            let start = Command { path: path.to_owned(), line: number, text: command.trim().to_owned() };
            if clean.starts_with("repo:") || clean.starts_with("name:") || clean.starts_with("rev:") {
                continue;
            }
            let languages: BTreeSet<&'static str> =
                follow(read, start, "").iter().flat_map(|command| tool::of_command(&command.text)).collect();
            self.hook(path, number, &languages.into_iter().collect::<Vec<_>>(), command);
        }
        // pre-commit.ci runs the hooks of a file with a section for it.
        if let Some(at) = text.lines().position(|line| line.trim_end() == "ci:") {
            let line = u32::try_from(at + 1).unwrap_or(0);
            for (language, (_, _, note)) in self.hooks.clone() {
                let note = format!("pre-commit.ci runs it: {note}");
                self.runs.entry(language).or_insert((path.to_owned(), line, note));
            }
        }
    }

    /// Workflows that pull requests and pushes start, with what they call.
    fn github(&mut self, swept: &Swept, want: WantId, read: &Read<'_>) {
        let mut works: BTreeMap<&str, Work> = BTreeMap::new();
        for (id, text) in swept.get(want).own::<String>() {
            let path = swept.path(id);
            if !is_workflow(path) {
                continue;
            }
            match text.map(|text| work::read(path, text.as_bytes())) {
                Ok(Ok(Some(work))) => {
                    self.pipelines += 1;
                    works.insert(path, work);
                }
                Ok(Ok(None)) => {}
                Ok(Err(_)) | Err(_) => self.unseen = Some(format!("`{path}` could not be read")),
            }
        }
        let mut reached: BTreeSet<&str> =
            works.iter().filter(|(_, work)| work.is_gate).map(|(path, _)| *path).collect();
        loop {
            let called = works.iter().filter(|(path, _)| reached.contains(*path)).flat_map(|(_, work)| &work.calls);
            let called: Vec<&str> =
                called.filter_map(|path| works.get_key_value(path.as_str())).map(|(path, _)| *path).collect();
            let before = reached.len();
            reached.extend(called);
            if reached.len() == before {
                break;
            }
        }
        for (path, work) in works.iter().filter(|(path, _)| reached.contains(*path)) {
            self.work(path, work, read, 3);
        }
    }

    fn work(&mut self, path: &str, work: &Work, read: &Read<'_>, depth: u32) {
        for (line, name, told) in &work.foreign {
            let lints = |key: &str, value: &str| key.contains("lint") && !matches!(value, "false" | "" | "no");
            if told.iter().any(|(key, value)| lints(key, value))
                || name.to_ascii_lowercase().contains("lint")
                || name.contains("pre-commit")
            {
                self.run(path, *line, &[tool::ANY.name], &format!("uses: {name}"), false);
            } else {
                self.unseen = Some(format!("`{name}` of another repository may lint (`{path}:{line}`)"));
            }
        }
        for step in &work.steps {
            if let Some(uses) = &step.uses {
                self.run(path, step.line, &tool::of_action(uses), uses, step.is_soft);
                let told: String = step.with.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" ; ");
                let told = if uses.contains("/cargo") { format!("cargo {told}") } else { told };
                let brings = ["setup-", "install", "toolchain", "actions/cache", "actions/upload", "paths-filter"];
                if uses.starts_with("pre-commit/action")
                    || uses.to_ascii_lowercase().contains("/pre-commit")
                    || uses.contains("prek-action")
                {
                    self.hooks_run(path, step.line, uses, step.is_soft);
                } else if let Some(own) = uses.strip_prefix("./").filter(|_| depth > 0) {
                    let files = [format!("{own}/action.yml"), format!("{own}/action.yaml")];
                    let text = files.iter().find_map(|file| Some((file, read(file, LARGEST)?)));
                    if let Some((file, text)) = text
                        && let Ok(Some(inner)) = work::read(file, text.as_bytes())
                    {
                        self.work(file, &inner, read, depth - 1);
                    }
                } else if !told.is_empty() && !brings.iter().any(|word| uses.contains(word)) {
                    self.command(path, step.line, &told, &step.folder, step.is_soft, read);
                }
            }
            for (line, text) in &step.lines {
                self.command(path, *line, text, &step.folder, step.is_soft, read);
            }
        }
    }

    /// One command of a pipeline with all that it leads to.
    fn command(&mut self, path: &str, line: u32, text: &str, folder: &str, soft: bool, read: &Read<'_>) {
        let soft = soft || gates::is_swallowed(text);
        let start = Command { path: path.to_owned(), line, text: text.to_owned() };
        for command in follow(read, start, folder) {
            let languages = tool::of_command(&command.text);
            self.strict_command |=
                ["--strict", "--disallow-untyped-defs"].iter().any(|flag| command.text.contains(flag))
                    && command.text.contains("mypy");
            let soft = soft || gates::is_swallowed(&command.text);
            let note = if (command.path.as_str(), command.line) == (path, line) {
                command.text.clone()
            } else {
                format!("{} (by `{}` in {path}:{line})", command.text, crate::probe::finding::shortened(text))
            };
            self.run(&command.path, command.line, &languages, &note, soft);
            if runs_hooks(&command.text) {
                self.hooks_run(&command.path, command.line, &command.text, soft);
            }
            for (name, build) in [("jvm", &tool::JVM_BUILD), (".net", &tool::DOTNET_BUILD)] {
                if build.is_match(&command.text) {
                    let languages: &[&'static str] = if name == "jvm" { &["Java", "Kotlin", "Scala"] } else { &["C#"] };
                    let built: Vec<&'static str> =
                        languages.iter().filter(|language| self.of_builds.contains(*language)).copied().collect();
                    self.run(&command.path, command.line, &built, &note, soft);
                }
            }
        }
    }

    fn hooks_run(&mut self, path: &str, line: u32, text: &str, soft: bool) {
        let languages: Vec<&'static str> = self.hooks.keys().copied().collect();
        self.run(path, line, &languages, text, soft);
    }

    fn run(&mut self, path: &str, line: u32, languages: &[&'static str], text: &str, soft: bool) {
        for language in languages {
            let note = format!("runs `{}`", crate::probe::finding::shortened(text));
            let into = if soft { &mut self.soft } else { &mut self.runs };
            into.entry(language).or_insert((path.to_owned(), line, note));
        }
    }

    /// Pipelines of other systems, line by line.
    fn others(&mut self, swept: &Swept, want: WantId, read: &Read<'_>) {
        for (id, text) in swept.get(want).own::<String>() {
            let path = swept.path(id);
            let Ok(text) = text else { continue };
            if is_workflow(path) {
                continue;
            }
            self.pipelines += 1;
            let mut joined = String::new();
            for (at, line) in text.lines().enumerate() {
                let number = u32::try_from(at + 1).unwrap_or(0);
                let clean = line.trim().trim_start_matches("- ").trim();
                if clean.starts_with('#') || clean.starts_with("//") || clean.is_empty() {
                    continue;
                }
                if let Some(start) = clean.strip_suffix('\\') {
                    joined.push_str(start);
                    continue;
                }
                let clean = format!("{}{clean}", std::mem::take(&mut joined));
                let keys = ["run:", "command:", "script:", "commands:", "sh ", "bash:", "- "];
                let command = keys.iter().find_map(|key| clean.strip_prefix(key)).unwrap_or(&clean);
                let command = command.trim().trim_matches(['"', '\'', '[', ']']).to_owned();
                let elsewhere = ["project:", "component:", "remote:"].iter().any(|key| clean.starts_with(key));
                if elsewhere && path.contains("gitlab") {
                    self.unseen = Some(format!("`{path}:{number}` includes what is not in this repository"));
                }
                self.command(path, number, &command, "", false, read);
            }
        }
    }

    /// What runs counts as configured: its defaults are enough.
    fn builds(&mut self) {
        let seen = [&self.runs, &self.soft, &self.hooks];
        let all: Vec<(&'static str, Seen)> =
            seen.iter().flat_map(|seen| seen.iter().map(|(name, seen)| (*name, seen.clone()))).collect();
        for (language, seen) in all {
            self.configured.entry(language).or_insert(seen);
        }
    }
}

/// Whether a path is a workflow of GitHub Actions, or of the systems that read the same.
fn is_workflow(path: &str) -> bool {
    [".github/workflows/", ".forgejo/workflows/", ".gitea/workflows/"].iter().any(|start| path.starts_with(start))
}
