//! Probe `drill`: runs what a drill is (a restore, a roll-back, a kill), and measures how long until the target serves again and
//! what of its data is gone.
//!
//! Active, and the last of all: the target must say `allow: [active]`, and nothing is run under `--no-exec` or `--offline`. The
//! drill begins only while the target is healthy. Asking it is in `drill/health.rs`, facts are in `drill/facts.rs`.

mod facts;
mod health;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use self::facts::Course;
use self::health::{Health, Sign, Way};
use super::command::{folder, leaves_root, resolved};
use super::http::place;
use super::http::round::Round;
use super::inquiry::{Inquire, Inquiry, Whom};
use super::permission::{Permission, permitted};
use super::{Contact, Look, Probe, ProbeDef, Touch, limits};
use crate::model::{FactSchema, Observation, Problems, Unknown};
use crate::world::process::{self, Finished, OUTPUT_CAP};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "drill",
    doc: "Runs a drill (restore, roll-back, kill) and measures the time until the target serves again, and lost data.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: staging\nrun: [./ops/restore, --newest]\nhealth: { path: /healthz, newest: body.newest_order }\ntimeout: 15 min\n",
};

/// When nothing is said.
const USUAL_TIMEOUT: Duration = Duration::from_secs(600);
/// When nothing is said.
const USUAL_PAUSE: Duration = Duration::from_secs(1);
/// When nothing is said.
const USUAL_STEADY: Duration = Duration::from_secs(5);

/// Parameters of probe `drill`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DrillProbe")]
struct Params {
    /// The target that the drill is about; it needs `allow: [active]`.
    target: Spanned<String>,
    /// Program and arguments of the drill, each an item of its own; no shell. Unknown while there is none.
    #[serde(default)]
    run: Option<Spanned<Vec<String>>>,
    /// Folder to run in, relative to the root (or the component's folder).
    #[serde(default)]
    cwd: Option<Spanned<String>>,
    /// Environment variables in addition to the ones we were started with.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// How the target says that it serves.
    #[serde(default)]
    health: HealthParams,
    /// Pause between two looks at it; default 1 s.
    #[serde(default)]
    every: Option<Spanned<String>>,
    /// How long it must serve without a break to count as recovered; default 5 s.
    #[serde(default)]
    steady: Option<Spanned<String>>,
    /// When it counts as not recovered, and the command is killed; default 10 min.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

/// How the target says that it serves: an answer of success at `path`, or a command that exits with 0.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DrillHealth")]
struct HealthParams {
    /// Path below the target's URL; default `/`.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// Credentials of the target to use, or `none`; default: the target's `default`.
    #[serde(default)]
    credentials: Option<String>,
    /// Program and arguments, instead of `path`.
    #[serde(default)]
    run: Option<Spanned<Vec<String>>>,
    /// Where the JSON of the answer, or of the command's output, has the time of the newest data: `body.newest_order`, as RFC
    /// 3339 or seconds since 1970. Read before and after, for fact `data_loss`.
    #[serde(default)]
    newest: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct Drill {
    target: String,
    run: Vec<String>,
    cwd: Option<String>,
    env: BTreeMap<String, String>,
    health: Health,
    every: Duration,
    steady: Duration,
    timeout: Duration,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    for argv in params.run.iter().chain(&params.health.run) {
        if argv.first().is_none_or(|program| program.trim().is_empty()) {
            problems.push(argv.span.problem("`run` names no program").help("write `run: [program, argument, …]`"));
        }
    }
    if let Some(cwd) = params.cwd.as_ref().filter(|cwd| leaves_root(cwd)) {
        let wrong = format!("`{}` leads out of the repository", cwd.value);
        problems.push(cwd.span.problem(wrong).help("`cwd` is a folder below the root, such as `cwd: ops`"));
    }
    if let (Some(path), Some(_)) = (&params.health.path, &params.health.run) {
        problems.push(path.span.problem("`path` and `run` both say how health is seen").help("keep one of them"));
    }
    let given =
        place::Given::of(&params.target, params.health.path.as_ref(), params.health.credentials.as_deref(), None);
    let place = place::Place::of(&given, problems);
    let way = match params.health.run {
        Some(run) => Way::Run(run.value),
        None => Way::Ask { path: place.path, credentials: place.credentials },
    };
    let newest = params.health.newest.map(|newest| newest.value.trim_start_matches("body.").to_owned());
    Some(Box::new(Inquiry(Drill {
        target: params.target.value,
        run: params.run.map(|run| run.value).unwrap_or_default(),
        cwd: params.cwd.map(|cwd| cwd.value),
        env: params.env,
        health: Health { way, newest },
        every: limits::timeout(params.every.as_ref(), problems).unwrap_or(USUAL_PAUSE),
        steady: limits::timeout(params.steady.as_ref(), problems).unwrap_or(USUAL_STEADY),
        timeout: limits::timeout(params.timeout.as_ref(), problems).unwrap_or(USUAL_TIMEOUT),
    })))
}

impl Drill {
    async fn sign(&self, look: &Look<'_>, round: &mut Round<'_>) -> Result<Sign, Unknown> {
        match &self.health.way {
            Way::Ask { path, credentials } => self.health.ask(path, credentials, round).await,
            Way::Run(argv) => self.health.run(self.command(look, argv, look.until.left())?).await,
        }
    }

    fn command(&self, look: &Look<'_>, argv: &[String], limit: Duration) -> Result<process::Command, Unknown> {
        let mut env = look.world.environment.clone();
        env.extend(self.env.clone());
        Ok(process::Command {
            argv: resolved(look, argv),
            cwd: folder(look, self.cwd.as_deref())?,
            env,
            stdin: None,
            limit,
            output_cap: OUTPUT_CAP,
        })
    }
}

impl Inquire for Drill {
    const NAME: &'static str = "drill";

    fn whom(&self) -> Whom<'_> {
        Whom::target(&self.target, self.timeout).alone()
    }

    fn facts(&self) -> FactSchema {
        facts::declared().into()
    }

    fn touch(&self) -> Touch {
        let looks = self.timeout.as_millis() / self.every.as_millis().max(1) + 2;
        let at_most = u64::try_from(looks).unwrap_or(u64::MAX);
        let runs = Some(self.run.clone()).filter(|run| !run.is_empty()).into_iter().collect();
        let mut touch = Touch { runs, active: true, ..Touch::default() };
        match &self.health.way {
            Way::Ask { path, credentials } => {
                touch.presents.extend(credentials.presented(1));
                touch.contacts.push(Contact::below(&self.target, "GET", path, at_most));
            }
            Way::Run(argv) => touch.runs.push(argv.clone()),
        }
        touch
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        permitted("the drill", Permission::Active, Some(&self.target), look.world)?;
        if !look.world.permit.exec {
            return Err(Unknown::because("not run: --no-exec"));
        }
        if self.run.is_empty() {
            return Err(Unknown::because("no `run` says what the drill is"));
        }
        let mut round = Round::of(&look, &self.target)?;
        let before = self.sign(&look, &mut round).await?;
        if let Some(fault) = &before.fault {
            return Err(Unknown::because(format!("the drill was not begun: the target is not healthy ({fault})")));
        }
        let command = self.command(&look, &self.run, look.until.left())?;
        let mut course = Course::begin(before);
        // Ends, and takes its group with it, when this observation is given up.
        let mut running = JoinSet::new();
        running.spawn(process::run(command));
        let mut finished: Option<Finished> = None;
        loop {
            tokio::select! {
                Some(joined) = running.join_next(), if finished.is_none() => {
                    let done = joined.map_err(|_| Unknown::because("the drill's command could not be watched"))??;
                    course.command_ended(done.duration);
                    finished = Some(done);
                }
                () = tokio::time::sleep(self.every.min(look.until.left())) => {
                    if look.until.is_over() {
                        break;
                    }
                    let asked = Instant::now();
                    let sign = self.sign(&look, &mut round).await;
                    if look.until.is_over() {
                        break; // a look that our own limit cut off says nothing of the target
                    }
                    course.saw(asked, sign);
                }
            }
            if look.until.is_over() || (finished.is_some() && course.is_steady(self.steady)) {
                break;
            }
        }
        let recovered = finished.is_some() && course.is_steady(self.steady);
        let facts = facts::of(&course, finished.as_ref(), recovered);
        let evidence = facts::evidence(&self.run, &course, finished.as_ref(), recovered);
        Ok(round.observed(facts, vec![evidence]))
    }
}
