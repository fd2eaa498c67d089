//! Runs a plan: lanes, order of requirements, time limits, cancellation. Result i belongs to check i of the plan.

mod judge;
mod lane;
mod observe;
mod recording;
mod shown;
mod stop;
mod waive;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::{OnceCell, SetOnce};

use crate::expect::Judgement;
use crate::model::outcome::{Certainty, Grade, Outcome, Severity};
use crate::model::report::Evidence;
use crate::model::{Facts, Observation, Unknown};
use crate::plan::{Finding, Plan};
use crate::probe::Lane;
use crate::world::{Swept, WantId, World};

pub use recording::Recording;
pub use stop::Stop;
pub(crate) use waive::{accepts, in_force};

/// What became of a check.
#[derive(Clone, Debug)]
pub struct CheckRun {
    /// Outcome.
    pub outcome: Outcome,
    /// Credit in millionths.
    pub credit_ppm: u32,
    /// Grade of the evidence.
    pub grade: Option<Grade>,
    /// How sure a failure is.
    pub certainty: Option<Certainty>,
    /// Severity after certainty.
    pub severity: Severity,
    /// Index of the route that decided.
    pub route: Option<usize>,
    /// Each expectation of that route, judged, in its order.
    pub judgements: Vec<Judgement>,
    /// What was observed.
    pub facts: Facts,
    /// What was seen, as far as the expectations are about it.
    pub evidence: Vec<Evidence>,
    /// Why it is unknown, blocked, n/a, or earns less.
    pub reason: Option<String>,
    /// The check at the root of the block.
    pub blocked_by: Option<usize>,
    /// Index of the waiver that covers it.
    pub waiver: Option<usize>,
    /// How long its observations took, the sweep apart.
    pub took: Duration,
}

/// Told what goes on, for a progress display.
pub trait Progress: Send + Sync {
    /// An observation begins.
    fn began(&self, observation: usize, what: &str);
    /// It ended.
    fn ended(&self, observation: usize);
}

/// How to run.
pub struct RunOptions {
    /// Observations of the free lane at a time.
    pub workers: usize,
    /// Ends the run early.
    pub stop: Stop,
    /// Told what goes on.
    pub progress: Arc<dyn Progress>,
    /// Nothing is looked at; this was seen.
    pub replay: Option<Arc<Recording>>,
}

/// What became of a plan.
pub struct Ran {
    /// Result i belongs to check i of the plan.
    pub checks: Vec<CheckRun>,
    /// Requests sent to live systems.
    pub requests: u64,
    /// What was observed.
    pub recording: Recording,
}

/// What one observation brought.
#[derive(Clone, Debug)]
pub(crate) struct Observed {
    result: Result<Observation, Unknown>,
    took: Duration,
    /// Requests that went to live systems, whatever came of them.
    requests: u64,
}

struct Engine {
    plan: Arc<Plan>,
    world: Arc<World>,
    swept: Arc<Swept>,
    wants: Vec<Vec<WantId>>,
    options: RunOptions,
    lanes: lane::Lanes,
    observed: Vec<OnceCell<Arc<Observed>>>,
    replayed: Option<Vec<Observed>>,
    judged: Vec<SetOnce<CheckRun>>,
}

/// Observes and judges every check of the plan.
pub async fn run(
    plan: Arc<Plan>,
    world: Arc<World>,
    swept: Arc<Swept>,
    wants: Vec<Vec<WantId>>,
    options: RunOptions,
) -> Ran {
    let count = plan.checks.len();
    let engine = Arc::new(Engine {
        replayed: options.replay.as_ref().map(|recording| recording.for_plan(&plan, &world.masker)),
        lanes: lane::Lanes::new(&plan, options.workers),
        observed: plan.observations.iter().map(|_| OnceCell::new()).collect(),
        judged: (0..count).map(|_| SetOnce::new()).collect(),
        plan,
        world,
        swept,
        wants,
        options,
    });
    let quiet_checks = engine.quiet_checks();
    let (quiet, rest): (Vec<usize>, Vec<usize>) = (0..count).partition(|index| quiet_checks[*index]);
    for phase in [rest, quiet] {
        join_all(phase.into_iter().map(|index| engine.clone().settle(index))).await;
    }
    let runs = (0..count).map(|index| engine.judged[index].get().cloned().unwrap_or_else(|| engine.lost(index)));
    let mut runs: Vec<CheckRun> = runs.collect();
    judge::settle_alternatives(&engine.plan, &mut runs);
    let made = || engine.observed.iter().map(|cell| cell.get().map(Arc::as_ref));
    let requests = made().filter_map(|observed| Some(observed?.requests)).sum();
    Ran { checks: runs, requests, recording: Recording::of(&engine.plan, made()) }
}

impl Engine {
    /// Decides a check and keeps its outcome for those that wait for it.
    async fn settle(self: Arc<Engine>, index: usize) {
        let engine = self.clone();
        // A crash inside one check must not take the others with it.
        let run = tokio::spawn(async move { engine.decide(index).await }).await;
        let run = run.unwrap_or_else(|_| self.lost(index));
        // Each check is settled once, so the place is free.
        let _ = self.judged[index].set(run);
    }

    /// Checks that need the quiet lane, or wait for one that does.
    fn quiet_checks(&self) -> Vec<bool> {
        let own = |index: usize| match &self.plan.checks[index].finding {
            Finding::Routes(routes) => {
                routes.iter().any(|route| self.plan.observations[route.observation].lane == Lane::Quiet)
            }
            _ => false,
        };
        let mut quiet: Vec<bool> = (0..self.plan.checks.len()).map(own).collect();
        loop {
            let grown: Vec<bool> = (0..quiet.len())
                .map(|index| quiet[index] || self.waits_for(index).iter().any(|other| quiet[*other]))
                .collect();
            if grown == quiet {
                return quiet;
            }
            quiet = grown;
        }
    }

    fn waits_for(&self, index: usize) -> Vec<usize> {
        let check = &self.plan.checks[index];
        let mut others: Vec<usize> = check.requires.iter().chain(&check.after).copied().collect();
        if let Finding::AnyOf(alternatives) = &check.finding {
            others.extend(alternatives);
        }
        others
    }

    async fn decide(self: Arc<Engine>, index: usize) -> CheckRun {
        let others = self.waits_for(index);
        let mut before = Vec::with_capacity(others.len());
        for other in &others {
            before.push(self.judged[*other].wait().await.clone());
        }
        let severity = self.plan.outline.checks[index].severity;
        let check = &self.plan.checks[index];
        let run = match &check.finding {
            Finding::NotApplicable(reason) | Finding::Disabled(reason) => {
                judge::without(Outcome::NotApplicable, severity, Some(reason.clone()))
            }
            _ if self.block(index, &others, &before).is_some() => {
                let root = self.block(index, &others, &before);
                let name = root.map(|root| self.plan.outline.checks[root].id.clone()).unwrap_or_default();
                CheckRun {
                    blocked_by: root,
                    ..judge::without(Outcome::Blocked, severity, Some(format!("`{name}` did not pass")))
                }
            }
            Finding::Unknown(reason) => judge::without(Outcome::Unknown, severity, Some(reason.clone())),
            Finding::Claimed => {
                let reason = "nothing is measured for it: a claim without evidence".to_owned();
                judge::without(Outcome::Unknown, severity, Some(reason))
            }
            Finding::AnyOf(alternatives) => judge::any_of(&self.plan, alternatives, &others, &before, severity),
            Finding::Routes(_) => self.routes(index).await,
        };
        let run = judge::optional(check, run);
        waive::cover(&self.plan, index, run)
    }

    /// The root cause that blocks a check, if a required one is not satisfied.
    fn block(&self, index: usize, others: &[usize], before: &[CheckRun]) -> Option<usize> {
        let required = &self.plan.checks[index].requires;
        others.iter().zip(before).filter(|(other, _)| required.contains(other)).find_map(|(other, run)| {
            let satisfied = match run.outcome {
                Outcome::Pass | Outcome::NotApplicable => true,
                Outcome::Fail => run.waiver.is_some(),
                Outcome::Unknown | Outcome::Blocked => false,
            };
            (!satisfied).then(|| run.blocked_by.unwrap_or(*other))
        })
    }

    async fn routes(self: &Arc<Engine>, index: usize) -> CheckRun {
        let check = &self.plan.checks[index];
        let Finding::Routes(routes) = &check.finding else {
            return self.lost(index);
        };
        let severity = self.plan.outline.checks[index].severity;
        let mut took = Duration::ZERO;
        let mut first: Option<CheckRun> = None;
        let mut reasons: Vec<String> = Vec::new();
        for (number, route) in routes.iter().enumerate() {
            let observed = self.clone().observed(route.observation).await;
            took += observed.took;
            let suppressions = self.plan.outline.rules.suppressions;
            let mut run = judge::route(route, number, &observed.result, severity, check.min_grade, suppressions);
            run.took = took;
            if run.outcome.is_known() || run.outcome == Outcome::NotApplicable {
                return run;
            }
            reasons.extend(run.reason.clone().filter(|reason| !reasons.contains(reason)));
            first.get_or_insert(run);
        }
        let mut run = first.unwrap_or_else(|| self.lost(index));
        // None of them could look: what is missing for each is worth knowing.
        if reasons.len() > 1 {
            run.reason = Some(reasons.join("; "));
        }
        run.took = took;
        run
    }

    /// What a check is that never came to an end.
    fn lost(&self, index: usize) -> CheckRun {
        let reason =
            if self.options.stop.is_requested() { "interrupted" } else { "its probe crashed; please report this" };
        judge::without(Outcome::Unknown, self.plan.outline.checks[index].severity, Some(reason.to_owned()))
    }
}
