//! What pipelines run, for probes that look for a certain tool: every command and action of the workflows that pull requests
//! and pushes start, and of other systems' pipelines (`system`), each followed to the script that it leads to (`follow`).

pub(crate) mod follow;
mod gather;
pub(crate) mod order;
pub(crate) mod starts;
pub(crate) mod step;
mod system;
pub(crate) mod variable;

use std::collections::BTreeMap;
use std::sync::Arc;

use order::Order;
use starts::Starts;
pub(crate) use system::System;
use variable::Variable;

use crate::world::{Class, Name, Select, Swept, Want, WantId, Wants};

/// A larger file is not looked at, in bytes.
pub(crate) const LARGEST: u64 = 1024 * 1024;

/// What a run of AppVeyor is named that searches for test assemblies by itself; whether it finds some is not in the tree.
pub(crate) const SEARCHED_TESTS: &str = "search for test assemblies";

/// The name of GitLab's pipeline, which may have many files.
pub(crate) const GITLAB: &str = ".gitlab-ci.yml";

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
    "{.azure*,azure-pipelines,.pipelines,eng}/**/*.{yml,yaml}",
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
    /// The pipeline that runs it.
    pub(crate) pipeline: Arc<str>,
    /// The folder it runs in, where that is known; empty is the root.
    pub(crate) folder: Option<String>,
    /// The step it belongs to, counted over all pipelines.
    pub(crate) step: usize,
    /// Variables that the pipeline sets there.
    pub(crate) set: Arc<[Variable]>,
    /// What the step tells the action, orb, pipe, plugin or task that it uses.
    pub(crate) told: Arc<[Variable]>,
    /// The job it belongs to, or its step's own name; empty where none is given.
    pub(crate) job: Arc<str>,
    /// Whether its failure does not count.
    pub(crate) is_soft: bool,
    /// Whether that is because its script goes on after it (`set +e`).
    pub(crate) is_passed_over: bool,
    /// Whether what its calls of tox and nox do is what the commands do that it leads to.
    pub(crate) is_whole: bool,
    /// Which events start it.
    pub(crate) starts: Arc<Starts>,
    /// Where it stands in its pipeline, where its system tells that.
    pub(crate) order: Option<Arc<Order>>,
}

impl Run {
    /// It in a few words.
    pub(crate) fn note(&self) -> String {
        let text = crate::probe::finding::shortened(&self.text);
        self.by.as_ref().map_or(format!("`{text}`"), |by| format!("`{text}` (by {by})"))
    }
}

/// A job of a workflow that calls another one of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// The pipeline that calls.
    pub(crate) pipeline: Arc<str>,
    /// Where the job stands in it.
    pub(crate) order: Order,
    /// The workflow that it calls.
    pub(crate) called: String,
}

/// A pipeline file that was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Looked {
    /// The line of what starts it, or of its first step, from 1.
    pub(crate) line: u32,
    /// Whether changes start some of it.
    pub(crate) is_gate: bool,
}

/// All that pipelines run.
#[derive(Debug, Default)]
pub(crate) struct Pipelines {
    /// In order of files and lines.
    pub(crate) runs: Vec<Run>,
    /// Calls of one by another.
    pub(crate) calls: Vec<Call>,
    /// Pipelines that were read, by path.
    pub(crate) files: BTreeMap<String, Looked>,
    /// Passwords of registries for images that a pipeline runs in.
    pub(crate) passwords: Vec<Variable>,
    /// Those that could not be read, and why.
    pub(crate) unread: BTreeMap<String, String>,
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

/// What the pipelines run: worked out once for all probes that ask.
pub(crate) fn runs(swept: &Swept, want: WantId) -> Arc<Pipelines> {
    swept.shared("pipelines", || gather::gather(swept, want))
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
