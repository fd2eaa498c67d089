//! Probe `plugin`: any program that reads one JSON object and writes one. It observes; expectations judge.
//!
//! Owns the protocol (version 1, described in `docs/plugins.md`). Whether a program keeps to it is tested in
//! `plugin/conformance.rs`.

mod answer;
mod conformance;

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::answer::Answer;
use super::command::{folder, resolved};
use super::{BoxFuture, Contact, Lane, Look, Probe, ProbeDef, Touch, limits};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown};
use crate::world::process::{self, Finished};
use crate::yaml::{Node, Spanned, decode as decode_node};

pub use self::conformance::{Finding, conformance};

/// The version of the protocol that is spoken.
pub const PROTOCOL: u64 = 1;
/// Bytes of its answer that a plugin may write.
const ANSWER_CAP: usize = 1 << 20;

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "plugin",
    doc: "Asks a program of your own: one JSON object in, one with facts out (docs/plugins.md).",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "run: [python3, fixtures/plugins/migrations.py]\ninput: { folder: db/migrations }\ntimeout: 10 s\n",
};

/// Parameters of probe `plugin`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PluginProbe")]
struct Params {
    /// Program and arguments, each an item of its own; no shell. A program with a `/` is looked up below the root (or
    /// the component's folder), one without on the `PATH`.
    run: Spanned<Vec<String>>,
    /// What the program is told: any value. Secrets in it are masked in every report.
    #[serde(default)]
    input: serde_json::Value,
    /// A target whose name and URL the program is told.
    #[serde(default)]
    target: Option<Spanned<String>>,
    /// When it is killed with everything it started.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
    /// Units of its facts, such as `{ lag: ms }`; without one a fact is a plain number.
    #[serde(default)]
    units: BTreeMap<String, String>,
}

/// The probe with its parameters checked.
#[derive(Clone, Debug, Serialize)]
struct Plugin {
    run: Vec<String>,
    input: serde_json::Value,
    target: Option<String>,
    timeout: Option<Duration>,
    units: BTreeMap<String, String>,
}

/// What a plugin reads.
#[derive(Clone, Debug, Serialize)]
struct Question<'a> {
    protocol: u64,
    input: &'a serde_json::Value,
    target: Option<AskedTarget<'a>>,
    root: String,
    deadline_ms: u64,
}

#[derive(Clone, Debug, Serialize)]
struct AskedTarget<'a> {
    name: &'a str,
    url: &'a str,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    if params.run.first().is_none_or(|program| program.trim().is_empty()) {
        let help = "write `run: [program, argument, …]`";
        problems.push(params.run.span.problem("`run` names no program").help(help));
        return None;
    }
    Some(Box::new(Plugin {
        timeout: limits::timeout(params.timeout.as_ref(), problems),
        run: params.run.value,
        input: params.input,
        target: params.target.map(|target| target.value),
        units: params.units,
    }))
}

impl Plugin {
    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        if !look.world.permit.exec {
            return Err(Unknown::because("not run: --no-exec"));
        }
        let target = self.asked_target(&look)?;
        let cwd = folder(&look, None)?;
        let question = Question {
            protocol: PROTOCOL,
            input: &self.input,
            target,
            root: cwd.to_string_lossy().into_owned(),
            deadline_ms: u64::try_from(look.until.left().as_millis()).unwrap_or(u64::MAX),
        };
        let question = serde_json::to_vec(&question)
            .map_err(|error| Unknown::because(format!("the input cannot be written as JSON: {error}")))?;
        let command = process::Command {
            argv: resolved(&look, &self.run),
            cwd,
            env: look.world.environment.clone(),
            stdin: Some(question),
            limit: look.until.left(),
            output_cap: ANSWER_CAP,
        };
        let finished = process::run(command).await?;
        Ok(self.observation(&finished))
    }

    fn asked_target<'a>(&'a self, look: &Look<'a>) -> Result<Option<AskedTarget<'a>>, Unknown> {
        let Some(name) = &self.target else { return Ok(None) };
        if !look.world.permit.network {
            return Err(Unknown::because("not contacted: --offline"));
        }
        let target = look.world.targets.get(name);
        let target = target.ok_or_else(|| Unknown::because(format!("there is no target `{name}`")))?;
        let url = target.url.as_ref().map_err(|reason| Unknown::because(reason.clone()))?;
        Ok(Some(AskedTarget { name, url }))
    }

    fn observation(&self, finished: &Finished) -> Observation {
        let run = Evidence {
            kind: EvidenceKind::Plugin,
            argv: Some(self.run.clone()),
            exit_code: finished.exit_code,
            note: finished.stderr.last_line(500),
            ..Evidence::default()
        };
        match read(finished) {
            Ok(answer) => {
                let mut facts = Facts::new();
                facts.present("", answer.facts());
                Observation { facts, evidence: [vec![run], answer.evidence()].concat(), requests: 0 }
            }
            Err(reason) => {
                let reason = format!("plugin `{}` {reason}", self.run.join(" "));
                Observation { facts: Facts::unobserved(reason), evidence: vec![run], requests: 0 }
            }
        }
    }
}

/// The answer of a run that has ended, or what is wrong with it.
fn read(finished: &Finished) -> Result<Answer, String> {
    let stderr = || finished.stderr.last_line(200).map(|line| format!(": {line}")).unwrap_or_default();
    if finished.timed_out {
        return Err(format!("did not answer within {:.1} s and was stopped", finished.duration.as_secs_f64()));
    }
    match finished.exit_code {
        Some(0) => {}
        Some(code) => return Err(format!("could not look: exit code {code}{}", stderr())),
        None => return Err(format!("was ended by a signal{}", stderr())),
    }
    if finished.leaked {
        return Err("left something running that keeps its output open".to_owned());
    }
    if finished.stdout.truncated() {
        return Err(format!("answered with {} bytes; at most 1 MiB is read", finished.stdout.total));
    }
    Answer::parse(&finished.stdout.bytes())
}

impl Probe for Plugin {
    fn facts(&self) -> FactSchema {
        FactSchema {
            decls: vec![FactDecl::tree("", FactType::Any, "What the plugin reports; absent when it does not.")],
            units: self.units.clone(),
        }
    }

    fn key(&self) -> String {
        format!("plugin {}", serde_json::to_string(self).unwrap_or_default())
    }

    fn lane(&self) -> Lane {
        Lane::Process
    }

    fn touch(&self) -> Touch {
        let contact = |target: &String| Contact {
            target: Some(target.clone()),
            url: String::new(),
            verb: "plugin".to_owned(),
            at_most: 0,
        };
        let contacts = self.target.iter().map(contact).collect();
        Touch { runs: vec![self.run.clone()], contacts, ..Touch::default() }
    }

    fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(self.look(look))
    }
}
