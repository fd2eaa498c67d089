//! The one function that `audit` and `demo` call: from a spec and a tree to a report.

mod assemble;
mod claims;
mod groups;
mod mask;
mod row;
mod timings;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::facets;
use crate::model::report::Report;
use crate::model::{Masker, Problems};
use crate::plan::{self, Plan, PlanInput};
use crate::run::{self, Progress, Recording, RunOptions, Stop};
use crate::spec::{self, LoadOptions, Loaded};
use crate::world::{Permit, Swept, Tree, WantId, Wants, World, git_state, sweep};

pub use timings::{Timing, Timings};

/// What to audit and how.
#[derive(Clone)]
pub struct AuditOptions {
    /// Root of the repository.
    pub root: PathBuf,
    /// The spec.
    pub spec: PathBuf,
    /// The path of the spec as reports show it.
    pub spec_shown: String,
    /// The root as messages show it, where it is the folder of the spec because nobody said otherwise, and the audit was
    /// started elsewhere.
    pub root_implied: Option<String>,
    /// `--env`.
    pub environment: Option<String>,
    /// `--var NAME=VALUE`.
    pub vars: Vec<(String, String)>,
    /// `--policy`.
    pub policy: Option<PathBuf>,
    /// `--require-env`.
    pub require_env: bool,
    /// The process's environment.
    pub process_env: BTreeMap<String, String>,
    /// `--only`.
    pub only: Vec<String>,
    /// `--skip`.
    pub skip: Vec<String>,
    /// `--gate`.
    pub gate: Option<String>,
    /// `--no-waivers`.
    pub ignore_waivers: bool,
    /// What may be done.
    pub permit: Permit,
    /// `--i-own-this-target`: hosts whose owner lifts the caps on load.
    pub owned: Vec<String>,
    /// The moment that counts as now.
    pub now: Timestamp,
    /// `--as-of`: the day that counts as today.
    pub as_of: Option<Date>,
    /// Threads and free observations at a time.
    pub workers: usize,
    /// Limit of the whole run.
    pub limit: Duration,
    /// Flags that change what is looked at, for the report.
    pub flags: Vec<String>,
    /// `--replay`: nothing is looked at; this was seen.
    pub replay: Option<Arc<Recording>>,
    /// `--timings`: the sweep keeps the time that each check takes.
    pub timings: bool,
}

impl AuditOptions {
    /// The day of the audit, UTC.
    pub fn today(&self) -> Date {
        self.as_of.unwrap_or_else(|| self.now.to_zoned(TimeZone::UTC).date())
    }
}

/// A plan with everything that was read to make it; nothing has run yet.
pub struct Prepared {
    /// The plan.
    pub plan: Arc<Plan>,
    /// The spec.
    pub loaded: Loaded,
    /// The source set.
    pub tree: Arc<Tree>,
    /// What kind of repository it is.
    pub facets: BTreeMap<String, Vec<String>>,
}

/// Why there is no plan.
pub enum NotPrepared {
    /// The spec is wrong.
    Problems(Problems),
    /// Something could not be read.
    Error(anyhow::Error),
}

/// Loads, walks and plans.
///
/// # Errors
/// All problems of the spec, or what could not be read.
pub fn prepare(options: &AuditOptions) -> Result<Prepared, NotPrepared> {
    let load = LoadOptions {
        environment: options.environment.clone(),
        vars: options.vars.clone(),
        process_env: options.process_env.clone(),
        policy: options.policy.clone(),
        require_env: options.require_env,
        root: options.root.clone(),
    };
    // Neither waits for the other: a spec that is wrong is reported while the walk still goes on.
    let walk = std::thread::spawn({
        let root = options.root.clone();
        move || Tree::open(&root)
    });
    let loaded = spec::load(&options.spec, &load).map_err(NotPrepared::Problems)?;
    let tree = walk
        .join()
        .unwrap_or_else(|_| Err("the walk failed; this is a fault of ours".to_owned()))
        .map_err(|reason| anyhow::anyhow!(reason))
        .with_context(|| format!("cannot walk `{}`", options.root.display()))
        .map_err(NotPrepared::Error)?;
    let tree = Arc::new(tree);
    let facets = facets::detect(&tree).by_name();
    let input = PlanInput {
        loaded: &loaded,
        facets: &facets,
        today: options.today(),
        environment: options.environment.as_deref(),
        only: &options.only,
        skip: &options.skip,
        gate: options.gate.as_deref(),
        ignore_waivers: options.ignore_waivers,
    };
    let mut problems = loaded.problems.clone();
    let plan = match plan::plan(&input) {
        Ok(mut plan) => {
            problems.extend(std::mem::take(&mut plan.warnings));
            Some(plan)
        }
        Err(found) => {
            problems.extend(found);
            None
        }
    };
    let Some(mut plan) = plan.filter(|_| !problems.has_errors()) else {
        return Err(NotPrepared::Problems(mask::problems(problems, &masker(&loaded))));
    };
    plan.warnings = problems;
    Ok(Prepared { plan: Arc::new(plan), loaded, tree, facets })
}

/// What an audit brought.
pub struct Audited {
    /// The report.
    pub report: Report,
    /// What was observed, to be judged again with `--replay`.
    pub recording: Recording,
    /// Where the time went.
    pub timings: Timings,
}

/// Sweeps, observes, judges and scores.
pub async fn audit(options: &AuditOptions, prepared: &Prepared, stop: Stop, progress: Arc<dyn Progress>) -> Audited {
    let began = std::time::Instant::now();
    let masker = masker(&prepared.loaded);
    let world = Arc::new(World {
        root: options.root.clone(),
        now: options.now,
        targets: prepared.plan.targets.clone(),
        permit: options.permit,
        owned: options.owned.clone(),
        masker: masker.clone(),
        environment: options.process_env.clone(),
        quotas: crate::world::quota::Quotas::default(),
    });
    let timer = limit_run(options.limit, stop.clone());
    let replay = options.replay.clone();
    let (commit, (swept, wants)) = match &replay {
        Some(recording) => {
            (recording.commit.clone(), (Arc::default(), vec![Vec::new(); prepared.plan.observations.len()]))
        }
        None => {
            tokio::join!(git_state::state(&options.root, &options.process_env), sweep_tree(prepared, options, &stop))
        }
    };
    let run_options = RunOptions { workers: options.workers, stop: stop.clone(), progress, replay: replay.clone() };
    let ran = run::run(prepared.plan.clone(), world, swept.clone(), wants.clone(), run_options).await;
    timer.abort();
    let elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let duration_ms = replay.map_or(elapsed_ms, |recording| recording.duration_ms);
    let circumstances = assemble::Circumstances {
        options,
        prepared,
        runs: &ran.checks,
        requests: ran.requests,
        commit: commit.clone(),
        duration_ms,
        stopped: stop.reason(),
    };
    let report = mask::masked(assemble::report(&circumstances), &masker);
    let mut recording = ran.recording;
    (recording.now, recording.duration_ms, recording.commit) = (options.now, duration_ms, commit);
    let timings = Timings::of(&prepared.plan, &swept, &wants, &ran.checks);
    Audited { report, recording: mask::masked(recording, &masker), timings }
}

fn masker(loaded: &Loaded) -> Masker {
    Masker::new(loaded.secrets.iter().map(String::as_str))
}

fn limit_run(limit: Duration, stop: Stop) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        tokio::time::sleep(limit).await;
        stop.request(&format!("the run's limit of {} s was over", limit.as_secs()));
    })
}

/// Asks every probe what it wants, and sweeps the tree once for all of them.
async fn sweep_tree(prepared: &Prepared, options: &AuditOptions, stop: &Stop) -> (Arc<Swept>, Vec<Vec<WantId>>) {
    let mut wants = Wants::default();
    if options.timings {
        wants.keep_time();
    }
    let workers = options.workers;
    let declared: Vec<Vec<WantId>> =
        prepared.plan.observations.iter().map(|planned| planned.probe.declare(&planned.folder, &mut wants)).collect();
    let (tree, flag) = (prepared.tree.clone(), stop.flag());
    let swept =
        tokio::task::spawn_blocking(move || sweep::run(&tree, &wants, workers, &flag)).await.unwrap_or_default();
    (Arc::new(swept), declared)
}

/// The time limit a run has unless told otherwise.
pub const DEFAULT_LIMIT: Duration = Duration::from_secs(3600);

/// How many threads to use unless told otherwise: what the machine has, at most 8.
pub fn default_workers() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).clamp(1, 8)
}
