//! Logins of other systems' pipelines to clouds and registries that know the short-lived identity which the system gives: by it,
//! by a stored key, or by what lies outside of the file, which is not told. What is a login is known by `clouds` and
//! `registries`. Travis CI, AppVeyor and builds.sr.ht give no identity that a cloud could trust, nor do Forgejo and Gitea by
//! themselves: that a key is stored there is no choice, and is not counted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use crate::model::report::Evidence;
use crate::model::{Exact, Fact, Facts, Place, Value};
use crate::probe::finding::{Finding, Findings, shortened};
use crate::probe::pipelines::variable::{Source, Variable};
use crate::probe::pipelines::{Pipelines, Run, System, What};

use super::{clouds, registries};

/// By what a job logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum How {
    /// An identity of its own, or a token that ends with the job.
    Identity,
    /// A key that is stored.
    Stored,
    /// What the settings of its system or the machine hold.
    Untold,
}

/// A login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) how: How,
    pub(super) path: String,
    pub(super) line: u32,
    /// The command, the variable or the action that says so.
    pub(super) what: String,
    job: String,
}

/// What one job runs and is given.
pub(super) struct Job<'p> {
    pub(super) system: System,
    /// Its commands, those that they lead to among them, but for comments.
    pub(super) commands: Vec<&'p Run>,
    /// What it uses of others.
    pub(super) uses: Vec<&'p Run>,
    /// Variables that the pipeline sets for it.
    pub(super) set: Vec<&'p Variable>,
    name: &'p str,
}

impl<'p> Job<'p> {
    /// The first command that a pattern finds.
    pub(super) fn command(&self, pattern: &Regex) -> Option<&'p Run> {
        self.commands.iter().find(|run| pattern.is_match(&run.text)).copied()
    }

    /// The first variable of one of these names.
    pub(super) fn variable(&self, names: &[&str]) -> Option<&'p Variable> {
        self.set.iter().find(|one| names.contains(&one.name.as_str())).copied()
    }

    /// Whether a variable of this name is set, told or named in a command.
    pub(super) fn has(&self, name: &str) -> bool {
        let is_told =
            || self.uses.iter().flat_map(|run| run.told.iter()).any(|one| one.name == name && !one.value.is_empty());
        self.variable(&[name]).is_some() || self.commands.iter().any(|run| run.text.contains(name)) || is_told()
    }

    /// What the actions, orbs, pipes and plugins whose name has one of these words are told.
    pub(super) fn told(&self, words: &'static [&'static str]) -> impl Iterator<Item = (&'p Run, &'p Variable)> + '_ {
        let named = self.uses.iter().copied().filter(|run| words.iter().any(|word| run.text.contains(word)));
        named.flat_map(|run| run.told.iter().map(move |one| (run, one)))
    }

    /// Whether it has a token of its own identity.
    pub(super) fn has_identity(&self) -> bool {
        static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(concat!(
                r"CIRCLE_OIDC_TOKEN|circleci\s+run\s+oidc\s+get|buildkite-agent\s+oidc\s+request-token",
                r"|BITBUCKET_STEP_OIDC_TOKEN|CIRRUS_OIDC_TOKEN|CI_JOB_JWT|SYSTEM_OIDCREQUESTURI",
            ))
            .expect("a fixed pattern")
        });
        self.set.iter().any(|one| one.source == Source::Identity) || self.command(&TOKEN).is_some()
    }

    /// Whether a command fills a variable with what another command gives.
    pub(super) fn fetches(&self, name: &str) -> bool {
        let fills = |text: &str| text.split_once(&format!("{name}=")).is_some_and(|(_, value)| is_fetched(value));
        self.commands.iter().any(|run| fills(&run.text))
    }

    pub(super) fn by_command(&self, how: How, run: &Run) -> Login {
        self.login(how, (&run.path, run.line), format!("`{}`", shortened(&run.text)))
    }

    pub(super) fn by_variable(&self, how: How, one: &Variable) -> Login {
        self.login(how, (&one.path, one.line), format!("`{}`", one.name))
    }

    pub(super) fn by_told(&self, how: How, (run, one): (&Run, &Variable)) -> Login {
        self.login(how, (&one.path, one.line), format!("`{}` of `{}`", one.name, run.text))
    }

    fn unnamed(&self) -> &'static str {
        if matches!(self.system, System::CloudBuild | System::CodeBuild) { "the build" } else { "a step" }
    }

    fn login(&self, how: How, (path, line): (&str, u32), what: String) -> Login {
        let job = if self.name.is_empty() { self.unnamed().to_owned() } else { format!("job `{}`", self.name) };
        Login { how, path: path.to_owned(), line, what, job }
    }
}

fn is_fetched(value: &str) -> bool {
    let value = value.trim_start_matches(['"', '\'']);
    value.starts_with("$(") && value[2..].split(')').next().is_some_and(|inner| inner.contains(' '))
        || value.starts_with('`')
}

/// All logins of other systems' pipelines, each place once.
pub(super) fn logins(pipelines: &Pipelines) -> Vec<Login> {
    let mut found: Vec<Login> = Vec::new();
    for job in jobs(pipelines) {
        found.extend(clouds::logins(&job));
        found.extend(registries::logins(&job));
    }
    let mut known = BTreeSet::new();
    found.retain(|login| known.insert((login.path.clone(), login.line, login.what.clone())));
    found
}

/// Whether a system gives its jobs, or the machines that they run on, an identity.
fn gives_identity(system: System) -> bool {
    match system {
        System::GitLab
        | System::CircleCi
        | System::Azure
        | System::Bitbucket
        | System::Jenkins
        | System::Drone
        | System::Buildkite
        | System::Cirrus
        | System::CloudBuild
        | System::CodeBuild
        | System::Concourse => true,
        System::GitHub | System::Forgejo | System::Travis | System::AppVeyor | System::SourceHut => false,
    }
}

/// The runs of each job together.
fn jobs(pipelines: &Pipelines) -> Vec<Job<'_>> {
    let mut jobs: BTreeMap<_, Vec<&Run>> = BTreeMap::new();
    for run in pipelines.runs.iter().filter(|run| gives_identity(System::of(&run.pipeline))) {
        let order = run.order.as_ref();
        let part = order.map_or(("", "", 0), |order| (order.part.as_str(), order.stage.as_str(), order.rank));
        // A build of these has one role for all its steps.
        let name = match System::of(&run.pipeline) {
            System::CloudBuild | System::CodeBuild => "",
            _ => &*run.job,
        };
        // Where a job has no name, it is the whole file in some systems, a step with its pipes or that step in others.
        let step = match System::of(&run.pipeline) {
            System::Azure | System::CloudBuild | System::CodeBuild => 0,
            System::Bitbucket => part.2,
            _ if name.is_empty() => run.step,
            _ => 0,
        };
        jobs.entry((&*run.pipeline, part.0, part.1, name, step)).or_default().push(run);
    }
    jobs.into_iter().map(|((pipeline, _, _, name, _), runs)| job(System::of(pipeline), name, &runs)).collect()
}

fn job<'p>(system: System, name: &'p str, runs: &[&'p Run]) -> Job<'p> {
    let is_command = |run: &&&Run| run.what == What::Command;
    let is_comment = |run: &&Run| run.text.trim_start().starts_with('#');
    let mut steps = BTreeSet::new();
    let set = runs.iter().filter(|run| steps.insert(run.step)).flat_map(|run| run.set.iter()).collect();
    let commands = runs.iter().filter(is_command).copied().filter(|run| !is_comment(run)).collect();
    // Plugins of Buildkite are told beside the commands of their step.
    let mut plugged = BTreeSet::new();
    let is_use = |run: &&&Run| run.what != What::Command || !run.told.is_empty() && plugged.insert(run.step);
    let uses = runs.iter().filter(is_use).copied().collect();
    Job { system, commands, uses, set, name }
}

/// Stored keys as findings, with their files.
pub(super) fn findings(logins: &[Login]) -> impl Iterator<Item = (&str, Finding)> {
    logins.iter().filter(|login| login.how == How::Stored).map(|login| {
        let Login { job, what, .. } = login;
        let note = format!("{job}: {what}: a stored key, where an identity that lasts minutes would do");
        (login.path.as_str(), Finding::new("stored_logins", login.line, format!("{job}:{what}"), note))
    })
}

/// What is said of the logins of all pipelines together, with what shows that they need no key. That none is stored is known
/// only where each of them is told, and nothing may log in that is not seen.
pub(super) fn facts(
    findings: &Findings,
    (of_github, elsewhere): (usize, &[Login]),
    doubt: Option<&str>,
    facts: &mut Facts,
) -> Option<Evidence> {
    let all = of_github + elsewhere.len();
    let stored = findings.count("stored_logins").min(all);
    let untold = elsewhere.iter().filter(|login| login.how == How::Untold).count();
    let open = elsewhere.iter().find(|login| login.how == How::Untold).map(|login| {
        let Login { path, line, job, what, .. } = login;
        format!("`{path}:{line}`: {job} logs in by what is kept outside of the file: {what}")
    });
    let open = open.or_else(|| doubt.map(str::to_owned)).filter(|_| stored == 0);
    match doubt {
        Some(doubt) if all == 0 => facts.set("logins", Fact::Unobserved(doubt.to_owned())),
        _ => findings.set_number(facts, "logins", all),
    }
    match &open {
        Some(open) => facts.set("stored_logins", Fact::Unobserved(open.clone())),
        None => findings.set_count(facts, "stored_logins"),
    }
    let proven = all.saturating_sub(stored + untold) as u64;
    let ratio = Exact::ratio(proven, all as u64).map(|ratio| Fact::Present(Value::Number(ratio)));
    let nothing = || Fact::Unobserved("no step logs in".to_owned());
    facts.set("keyless_ratio", open.clone().map_or_else(|| ratio.unwrap_or_else(nothing), Fact::Unobserved));
    let by_identity = elsewhere.iter().find(|login| login.how == How::Identity);
    by_identity.filter(|_| stored == 0 && open.is_none()).map(shown)
}

fn shown(login: &Login) -> Evidence {
    Evidence {
        place: Some(Place { file: login.path.clone(), line: login.line, column: 0 }),
        note: Some(format!("{}: {}: no stored key", login.job, login.what)),
        fact: Some("stored_logins".to_owned()),
        ..Evidence::default()
    }
}
