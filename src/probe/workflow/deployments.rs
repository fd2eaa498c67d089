//! Jobs that deploy, in pipelines of all systems that tell in which order their jobs run. Which commands and actions deploy is in
//! `deploying`, what stands before them in `before`, what a deployment is worth in `stages`.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::probe::pipelines::What::{Action, Command, Foreign};
use crate::probe::pipelines::order::{Order, Trigger};
use crate::probe::pipelines::starts::{Event, Started};
use crate::probe::pipelines::{Call, Pipelines, Run};

use super::recognised::{self, Gate};
use super::{deploying, tested_elsewhere};

/// A job that deploys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Deployment {
    /// Its name; empty where it has none.
    pub(super) job: String,
    /// The name of the pipeline's file.
    pub(super) pipeline: String,
    pub(super) line: u32,
    /// What it runs, and what led to that.
    pub(super) command: String,
    /// Whether only changes are deployed so: what a change request starts, or a job named after it.
    pub(super) is_preview: bool,
    pub(super) tested: Tested,
    /// The environment that the job names; an expression as it is written.
    pub(super) environment: Option<String>,
    /// The branches whose pushes start it, where these are named.
    pub(super) branches: BTreeSet<String>,
    /// Whether one that deploys ends before it.
    pub(super) follows: bool,
    /// Whether a delivery pipeline of its own promotes it, which is not read: what stages that has is not known.
    pub(super) is_promoted: bool,
    /// Whether an environment or a lock keeps two from running at once, or a hand can hold it back.
    pub(super) is_guarded: bool,
}

/// Whether tests stand before a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tested {
    /// In its own pipeline.
    Here,
    /// What starts it is no push: where the commit came from decides.
    Elsewhere,
    No,
}

/// Every job that deploys, with the file that says so. One that tests what it set up, as end-to-end tests do, is none.
pub(super) fn deployments(pipelines: &Pipelines) -> Vec<(&str, Deployment)> {
    let seen = Seen::of(pipelines);
    let mut found: Vec<(&str, Deployment)> = Vec::new();
    let mut taken: Vec<usize> = Vec::new();
    for at in seen.deploying.iter().copied() {
        let is_known = taken.iter().any(|other| seen.is_one_job(*other, at));
        let tests_later = (at + 1..seen.runs.len()).any(|later| seen.is_one_job(later, at) && tests(seen.run(later)));
        if is_known || tests_later || is_no_deployment(seen.run(at)) {
            continue;
        }
        taken.push(at);
        found.push((&seen.run(at).path, seen.deployment(at)));
    }
    found
}

/// Whether a job is named after trying something out.
fn is_named_a_trial(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["test", "e2e", "integration", "kind", "lint", "plan", "validate"].iter().any(|word| lower.contains(word))
}

/// Whether a job tries something out, takes something down or goes back, by its name or by that of its file.
pub(super) fn is_no_deployment(run: &Run) -> bool {
    let lower = run.job.to_ascii_lowercase();
    let undoes =
        ["rollback", "roll-back", "destroy", "teardown", "tear-down", "cleanup", "clean-up", "delete", "undeploy"];
    let base = file_name(&run.pipeline).to_ascii_lowercase();
    let is_file_of_tests =
        ["e2e", "-test.", "-tests.", "integration-test", "integration_test"].iter().any(|word| base.contains(word))
            && !["deploy", "release", "cd."].iter().any(|word| base.contains(word));
    is_named_a_trial(&run.job) || is_file_of_tests || undoes.iter().any(|word| lower.contains(word))
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The steps whose order is told.
pub(super) struct Seen<'p> {
    pub(super) runs: Vec<(&'p Run, &'p Arc<Order>)>,
    /// Those that deploy, in order.
    pub(super) deploying: Vec<usize>,
    pub(super) calls: &'p [Call],
}

impl<'p> Seen<'p> {
    fn of(pipelines: &'p Pipelines) -> Seen<'p> {
        let ordered = pipelines.runs.iter().filter_map(|run| Some((run, run.order.as_ref()?)));
        let mut seen = Seen { runs: ordered.collect(), deploying: Vec::new(), calls: &pipelines.calls };
        seen.deploying = (0..seen.runs.len()).filter(|at| seen.is_deploying(*at)).collect();
        let declared: Vec<usize> = (0..seen.runs.len()).filter(|at| seen.is_declared(*at)).collect();
        seen.deploying.extend(declared);
        seen.deploying.sort_unstable();
        seen
    }

    pub(super) fn run(&self, at: usize) -> &'p Run {
        self.runs[at].0
    }

    pub(super) fn is_one_job(&self, one: usize, other: usize) -> bool {
        let ((one, its), (other, others)) = (self.runs[one], self.runs[other]);
        let is_named =
            !one.job.is_empty() && one.job == other.job && its.part == others.part && its.stage == others.stage;
        one.pipeline == other.pipeline && (is_named || Arc::ptr_eq(its, others))
    }

    fn is_deploying(&self, at: usize) -> bool {
        let run = self.run(at);
        match run.what {
            Command if self.is_told(at) => false,
            Command => match &run.by {
                None => deploying::command_of(&run.job, &run.text),
                // Of all that a command leads to, what deploys counts where that is what it is for.
                Some(by) => deploying::is_for_that(&run.job, by) && deploying::command_of(&run.job, &run.text),
            },
            Action if tested_elsewhere::is_of_github(&run.pipeline) => {
                let told = (at + 1 < self.runs.len() && self.is_told(at + 1)).then(|| &*self.run(at + 1).text);
                deploying::action_of(&run.job, &run.text, told.unwrap_or_default())
            }
            Action | Foreign(_) => deploying::used(&run.text),
        }
    }

    /// Whether this is what an action of a workflow is told, and no command of its own.
    fn is_told(&self, at: usize) -> bool {
        let run = self.run(at);
        let is_its = |before: &Run| before.what == Action && before.step == run.step;
        let before = at.checked_sub(1).map(|before| self.run(before));
        run.what == Command && tested_elsewhere::is_of_github(&run.pipeline) && before.is_some_and(is_its)
    }

    /// Whether this is the last command of a job that its system takes for a deployment, as it names an environment that
    /// nothing else is known to deploy to, and which neither tests nor builds.
    fn is_declared(&self, at: usize) -> bool {
        let (run, order) = self.runs[at];
        let is_work = |run: &Run| run.what == Command && run.by.is_none() && !deploying::is_quiet(&run.text);
        if !order.is_declared || !is_work(run) || is_named_a_build(&run.job) {
            return false;
        }
        let is_own = |other: usize| self.is_one_job(other, at);
        let is_deployed_to = |other: &usize| {
            let (known, its) = self.runs[*other];
            is_own(*other) || known.pipeline == run.pipeline && its.environment == order.environment
        };
        let tests_too = (0..self.runs.len()).any(|other| is_own(other) && tests(self.run(other)));
        let is_last = !(at + 1..self.runs.len()).any(|later| is_own(later) && is_work(self.run(later)));
        is_last && !tests_too && !self.deploying.iter().any(is_deployed_to) && recognised::gate(&run.text).is_none()
    }

    fn deployment(&self, at: usize) -> Deployment {
        let (run, order) = self.runs[at];
        let named = match run.starts.on(Event::Default) {
            Started::Named(names) if order.branches.is_empty() => names,
            Started::Named(_) | Started::No | Started::Open(_) | Started::Yes => &order.branches,
        };
        Deployment {
            job: run.job.to_string(),
            pipeline: file_name(&run.pipeline).to_owned(),
            line: run.line,
            command: run.note(),
            is_preview: trigger(run, order) == Trigger::Changes
                || ["preview", "review"].iter().any(|word| run.job.contains(word)),
            tested: self.tested(at),
            environment: order.environment.clone(),
            branches: named.clone(),
            follows: self.follows(at),
            is_promoted: deploying::is_promoted(&run.text),
            is_guarded: order.is_held || order.is_by_hand,
        }
    }
}

pub(super) fn tests(run: &Run) -> bool {
    let by_action = || run.what == Action && recognised::gate_of_action(&run.text) == Some(Gate::Tests);
    !run.is_soft && (recognised::tests(run) || by_action())
}

/// What starts a step, by its reader or else by its events.
pub(super) fn trigger(run: &Run, order: &Order) -> Trigger {
    let may = |event| *run.starts.on(event) != Started::No;
    let is_for_changes = (may(Event::Request) || may(Event::Branch)) && !may(Event::Default);
    match order.trigger {
        Some(trigger) => trigger,
        None if is_for_changes => Trigger::Changes,
        None if may(Event::Branch) || may(Event::Default) => Trigger::Pushes,
        None => Trigger::Others,
    }
}

fn is_named_a_build(job: &str) -> bool {
    let lower = job.to_ascii_lowercase();
    ["build", "image", "package", "compile"].iter().any(|word| lower.contains(word)) && !lower.contains("deploy")
}
