//! What pipelines run, for probes that look for a certain tool: every command and action of the workflows that pull requests
//! and pushes start, and of other systems' pipelines (`system`), each followed to the script that it leads to (`follow`).

pub(crate) mod follow;
pub(crate) mod step;
mod system;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::probe::workflow::gates;
use crate::probe::workflow::work::{self, Work};
use crate::world::{Class, Name, Select, Swept, Want, WantId, Wants};

use follow::{Command, Read, follow};
use step::{Given, Reading, Shell, Step};

/// A larger file is not looked at, in bytes.
pub(crate) const LARGEST: u64 = 1024 * 1024;

/// Pipelines of all systems.
pub(crate) const PIPELINES: &[&str] = &[
    ".github/workflows/*.{yml,yaml}",
    ".forgejo/workflows/*.{yml,yaml}",
    ".gitea/workflows/*.{yml,yaml}",
    ".gitlab-ci.{yml,yaml}",
    ".gitlab/**/*.{yml,yaml}",
    "**/*.gitlab-ci.yml",
    ".circleci/*.{yml,yaml}",
    "**/{,.}azure-pipelines*.{yml,yaml}",
    ".azure*/**/*.{yml,yaml}",
    "bitbucket-pipelines.yml",
    "**/Jenkinsfile",
    "**/Jenkinsfile.*",
    ".woodpecker.{yml,yaml}",
    ".woodpecker/**/*.{yml,yaml}",
    ".drone.{yml,yaml,star,jsonnet}",
    ".travis.yml",
    ".buildkite/**",
    ".cirrus.{yml,yaml,star}",
    "appveyor.yml",
    ".appveyor.yml",
    "cloudbuild*.{yml,yaml}",
    "**/cloudbuild.yaml",
    ".build.yml",
    ".builds/*.yml",
    "{ci,concourse}/**/*.{yml,yaml}",
    "buildspec*.{yml,yaml}",
];

/// What one step of a pipeline does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A command, or one that it leads to.
    Command,
    /// An action of somebody else's.
    Action,
    /// A workflow of another repository, which is told something: keys and values.
    Foreign(Vec<(String, String)>),
}

/// One thing that a pipeline runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) what: What,
    /// Where it is written, and its line from 1.
    pub(crate) path: String,
    pub(crate) line: u32,
    /// The command, or what `uses` says.
    pub(crate) text: String,
    /// The command and the place that led to it.
    pub(crate) by: Option<String>,
    /// Whether its failure does not count.
    pub(crate) is_soft: bool,
    /// Whether pull requests or pushes to the default branch start it.
    pub(crate) is_gate: bool,
}

impl Run {
    /// It in a few words.
    pub(crate) fn note(&self) -> String {
        let text = crate::probe::finding::shortened(&self.text);
        self.by.as_ref().map_or(format!("`{text}`"), |by| format!("`{text}` (by {by})"))
    }
}

/// All that pipelines run.
#[derive(Debug, Default)]
pub(crate) struct Pipelines {
    /// In order of files and lines.
    pub(crate) runs: Vec<Run>,
    /// Pipelines that were read.
    pub(crate) count: usize,
    /// Why more may run than was seen, whichever tool it is.
    pub(crate) unseen: Option<String>,
}

/// The want for every pipeline.
pub(crate) fn want(wants: &mut Wants) -> WantId {
    let globs = PIPELINES.iter();
    let select = globs.fold(Select::bases(&[]), |select, glob| select.or(Name::Glob((*glob).to_owned())));
    let text = Want::doc(select, "pipelines", |file| Ok(String::from_utf8_lossy(file.bytes).into_owned()));
    wants.add(text.up_to(LARGEST))
}

/// The text of a file of the source set.
pub(crate) fn read(swept: &Swept, path: &str, cap: u64) -> Option<String> {
    let id = swept.tree().find(path)?;
    let bytes = swept.tree().read_entry(id, cap).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// What the pipelines run.
pub(crate) fn runs(swept: &Swept, want: WantId) -> Pipelines {
    let read = |path: &str, cap: u64| read(swept, path, cap);
    let mut pipelines = Pipelines::default();
    pipelines.github(swept, want, &read);
    pipelines.others(swept, want, &read);
    pipelines
}

impl Pipelines {
    /// Workflows, with what they call.
    fn github(&mut self, swept: &Swept, want: WantId, read: &Read<'_>) {
        let mut works: BTreeMap<&str, Work> = BTreeMap::new();
        for (id, text) in swept.get(want).own::<String>() {
            let path = swept.path(id);
            if !is_workflow(path) {
                continue;
            }
            match text.map(|text| work::read(path, text.as_bytes())) {
                Ok(Ok(Some(work))) => {
                    self.count += 1;
                    works.insert(path, work);
                }
                Ok(Ok(None)) => {}
                Ok(Err(_)) | Err(_) => {
                    self.unseen.get_or_insert_with(|| format!("`{path}` could not be read"));
                }
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
        for (path, work) in &works {
            self.work(path, work, read, reached.contains(*path), 3);
        }
    }

    fn work(&mut self, path: &str, work: &Work, read: &Read<'_>, is_gate: bool, depth: u32) {
        for (line, name, told) in &work.foreign {
            self.push(What::Foreign(told.clone()), (path, *line), name, false, is_gate);
        }
        for step in &work.steps {
            if let Some(uses) = &step.uses {
                self.push(What::Action, (path, step.line), uses, step.is_soft, is_gate);
                let told: String = step.with.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" ; ");
                let told = if uses.contains("/cargo") { format!("cargo {told}") } else { told };
                let brings =
                    ["setup-", "install", "toolchain", "actions/cache", "actions/upload", "paths-filter", "pre-commit"];
                if let Some(own) = uses.strip_prefix("./").filter(|_| depth > 0) {
                    let files = [format!("{own}/action.yml"), format!("{own}/action.yaml")];
                    let text = files.iter().find_map(|file| Some((file, read(file, LARGEST)?)));
                    if let Some((file, text)) = text
                        && let Ok(Some(inner)) = work::read(file, text.as_bytes())
                    {
                        self.work(file, &inner, read, is_gate, depth - 1);
                    }
                } else if !told.is_empty() && !brings.iter().any(|word| uses.contains(word)) {
                    self.command((path, step.line), &told, &step.folder, (step.is_soft, is_gate), read);
                }
            }
            let mut shell = Shell::new(&step.folder);
            for (line, text) in &step.lines {
                self.command((path, *line), text, shell.folder(), (step.is_soft, is_gate), read);
                shell.after(text);
            }
        }
    }

    fn push(&mut self, what: What, (path, line): (&str, u32), text: &str, is_soft: bool, is_gate: bool) {
        let (path, text) = (path.to_owned(), text.to_owned());
        self.runs.push(Run { what, path, line, text, by: None, is_soft, is_gate });
    }

    /// One command of a pipeline with all that it leads to.
    fn command(
        &mut self,
        (path, line): (&str, u32),
        text: &str,
        folder: &str,
        (soft, is_gate): (bool, bool),
        read: &Read<'_>,
    ) {
        let soft = soft || gates::is_swallowed(text);
        let start = Command { path: path.to_owned(), line, text: text.to_owned() };
        for (at, command) in follow(read, start, folder).into_iter().enumerate() {
            let by = (at > 0).then(|| format!("`{}` in {path}:{line}", crate::probe::finding::shortened(text)));
            let is_soft = soft || gates::is_swallowed(&command.text);
            let Command { path, line, text } = command;
            self.runs.push(Run { what: What::Command, path, line, text, by, is_soft, is_gate });
        }
    }

    /// Pipelines of other systems, each by its own reader; GitLab's files make one together.
    fn others(&mut self, swept: &Swept, want: WantId, read: &Read<'_>) {
        let (mut gitlab, doubt) = (Vec::new(), RefCell::new(None));
        for (id, text) in swept.get(want).own::<String>() {
            let path = swept.path(id);
            if is_workflow(path) || is_of_another(path, swept.class(id)) {
                continue;
            }
            let seen = text.map_err(ToString::to_string);
            match (system::reader(path), seen) {
                (None, Ok(text)) => gitlab.push((id, text.as_str())),
                (Some(reader), Ok(text)) => {
                    self.reading(
                        path,
                        reader(&Given { path, text, read, doubt: &doubt }).map(|seen| seen.map(|one| (1, one))),
                        read,
                    );
                }
                (_, Err(reason)) => self.reading(path, Err(reason), read),
            }
        }
        if let Some(reason) = doubt.take() {
            self.unseen.get_or_insert(reason);
        }
        let seen = system::gitlab::read(swept, gitlab.into_iter());
        self.reading(".gitlab-ci.yml", Ok(seen), read);
    }

    /// What a reader saw of a pipeline that is made of so many files.
    fn reading(&mut self, path: &str, seen: Result<Option<(usize, Reading)>, String>, read: &Read<'_>) {
        let (count, reading) = match seen {
            Ok(Some(seen)) => seen,
            Ok(None) => return,
            Err(reason) => {
                self.count += 1;
                self.unseen.get_or_insert_with(|| format!("`{path}` could not be read: {reason}"));
                return;
            }
        };
        self.count += count;
        if let Some(reason) = reading.unseen {
            self.unseen.get_or_insert(reason);
        }
        for Step { path, line, uses, with, is_gate, .. } in reading.foreign {
            self.push(What::Foreign(with), (&path, line), &uses.unwrap_or_default(), false, is_gate);
        }
        for step in &reading.steps {
            self.step(step, read);
        }
    }

    /// A step: what it uses, and its commands in the folders that those before them lead to.
    fn step(&mut self, step: &Step, read: &Read<'_>) {
        let how = (step.is_soft, step.is_gate);
        if let Some(uses) = &step.uses {
            self.push(What::Action, (&step.path, step.line), uses, how.0, how.1);
        }
        let mut shell = Shell::new(&step.folder);
        for (line, text) in &step.lines {
            self.command((&step.path, *line), text, shell.folder(), how, read);
            shell.after(text);
        }
    }
}

/// Whether a file that looks like a pipeline is another project's: in a sample, or GitLab's below the top.
pub(crate) fn is_of_another(path: &str, class: Class) -> bool {
    path.ends_with("/.gitlab-ci.yml")
        || matches!(class, Class::Test | Class::Fixture | Class::Vendored | Class::Example | Class::Docs)
}

/// Whether a path is a workflow of GitHub Actions, or of the systems that read the same.
fn is_workflow(path: &str) -> bool {
    [".github/workflows/", ".forgejo/workflows/", ".gitea/workflows/"].iter().any(|start| path.starts_with(start))
}
