//! Probe `command`: runs a program without a shell and reports how it ended and what it printed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, limits};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::process::{self, Finished, OUTPUT_CAP, Output};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "command",
    doc: "Runs a program (no shell) and reports its exit code, its output and how long it took.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "run: [python3, -c, \"print('{\\\"ready\\\": true}')\"]\ntimeout: 10 s\n",
};

/// Parameters of probe `command`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CommandProbe")]
struct Params {
    /// Program and arguments, each an item of its own; no shell. A program with a `/` is looked up below the root (or
    /// the component's folder), one without on the `PATH`.
    run: Spanned<Vec<String>>,
    /// Folder to run in, relative to the root (or the component's folder).
    #[serde(default)]
    cwd: Option<Spanned<String>>,
    /// Environment variables in addition to the ones we were started with.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// What the program reads from its standard input; nothing by default.
    #[serde(default)]
    stdin: Option<String>,
    /// Exit codes by which the program says that it could not look, such as 4 of `gh` without a login: then nothing is known.
    #[serde(default)]
    cannot_tell: Vec<i32>,
    /// When it is killed with everything it started.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
    /// Whether it may run beside other commands.
    #[serde(default)]
    parallel: bool,
    /// Units of facts below `json.`, such as `{ json.p95: ms }`.
    #[serde(default)]
    units: BTreeMap<String, String>,
}

/// The probe with its parameters checked.
#[derive(Clone, Debug, Serialize)]
struct Command {
    run: Vec<String>,
    cwd: Option<String>,
    env: BTreeMap<String, String>,
    stdin: Option<String>,
    cannot_tell: Vec<i32>,
    timeout: Option<Duration>,
    parallel: bool,
    units: BTreeMap<String, String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    if params.run.first().is_none_or(|program| program.trim().is_empty()) {
        problems.push(params.run.span.problem("`run` names no program").help("write `run: [program, argument, …]`"));
        return None;
    }
    if let Some(cwd) = params.cwd.as_ref().filter(|cwd| leaves_root(cwd)) {
        problems.push(
            cwd.span
                .problem(format!("`{}` leads out of the repository", cwd.value))
                .help("`cwd` is a folder below the root, such as `cwd: services/cart`"),
        );
    }
    Some(Box::new(Command {
        timeout: limits::timeout(params.timeout.as_ref(), problems),
        run: params.run.value,
        cwd: params.cwd.map(|cwd| cwd.value),
        env: params.env,
        stdin: params.stdin,
        cannot_tell: params.cannot_tell,
        parallel: params.parallel,
        units: params.units,
    }))
}

/// Whether a relative path is absolute after all or climbs above where it starts.
pub(super) fn leaves_root(path: &str) -> bool {
    let mut depth = 0_i32;
    for part in Path::new(path).components() {
        match part {
            std::path::Component::Normal(_) => depth += 1,
            std::path::Component::ParentDir => depth -= 1,
            std::path::Component::CurDir => {}
            std::path::Component::RootDir | std::path::Component::Prefix(_) => return true,
        }
        if depth < 0 {
            return true;
        }
    }
    false
}

/// The folder a child process runs in: below the root, links followed.
pub(super) fn folder(look: &Look<'_>, cwd: Option<&str>) -> Result<PathBuf, Unknown> {
    let path = look.world.root.join(look.folder).join(cwd.unwrap_or_default());
    let shown = cwd.unwrap_or(look.folder);
    let real = path.canonicalize().map_err(|_| Unknown::because(format!("the folder `{shown}` does not exist")))?;
    if !real.starts_with(&look.world.root) {
        return Err(Unknown::because(format!("the folder `{shown}` leads out of the repository")));
    }
    Ok(real)
}

/// The command line with a relative program path made whole.
pub(super) fn resolved(look: &Look<'_>, argv: &[String]) -> Vec<String> {
    let mut argv = argv.to_vec();
    if let Some(program) = argv.first_mut().filter(|program| program.contains('/')) {
        *program = look.world.root.join(look.folder).join(&*program).to_string_lossy().into_owned();
    }
    argv
}

/// Text of a stream as a fact: only what came whole is known.
pub(super) fn text_fact(output: &Output, stream: &str, leaked: bool) -> Fact {
    if output.truncated() {
        return Fact::Unobserved(format!(
            "{stream} was {} bytes long; only its start and its end were kept",
            output.total
        ));
    }
    if leaked {
        return Fact::Unobserved(format!("something the command started kept {stream} open after it had ended"));
    }
    Fact::Present(Value::Text(output.text()))
}

impl Command {
    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        if !look.world.permit.exec {
            return Err(Unknown::because("not run: --no-exec"));
        }
        let mut env = look.world.environment.clone();
        env.extend(self.env.clone());
        let command = process::Command {
            argv: resolved(&look, &self.run),
            cwd: folder(&look, self.cwd.as_deref())?,
            env,
            stdin: self.stdin.as_ref().map(|text| text.clone().into_bytes()),
            limit: look.until.left(),
            output_cap: OUTPUT_CAP,
        };
        let finished = process::run(command).await?;
        if let Some(code) = finished.exit_code.filter(|code| self.cannot_tell.contains(code)) {
            let said = finished.stderr.last_line(200).map_or_else(String::new, |line| format!(": {line}"));
            return Err(Unknown::because(format!("`{}` could not look, exit code {code}{said}", self.run[0])));
        }
        Ok(Observation { facts: facts(&finished), evidence: vec![self.evidence(&finished)], requests: 0 })
    }

    fn evidence(&self, finished: &Finished) -> Evidence {
        let mut notes = Vec::new();
        if finished.timed_out {
            notes.push(stopped(finished));
        }
        notes.extend(finished.signal.map(|signal| format!("ended by signal {signal}")));
        if finished.leaked {
            notes.push("something it started kept its output open after it had ended".to_owned());
        }
        if !finished.timed_out && !finished.stdout.truncated() && !finished.stdout.is_clean() {
            notes.push("its output is not UTF-8 throughout".to_owned());
        }
        notes.extend(finished.stderr.last_line(200));
        Evidence {
            kind: EvidenceKind::Command,
            argv: Some(self.run.clone()),
            exit_code: finished.exit_code,
            note: (!notes.is_empty()).then(|| notes.join("; ")),
            ..Evidence::default()
        }
    }
}

fn stopped(finished: &Finished) -> String {
    format!("did not finish within {:.1} s and was stopped", finished.duration.as_secs_f64())
}

fn facts(finished: &Finished) -> Facts {
    if finished.timed_out {
        return Facts::unobserved(stopped(finished));
    }
    let mut facts = Facts::new();
    let code = finished.exit_code.map_or(Fact::Absent, |code| Fact::Present(Value::count(code)));
    facts.set("exit_code", code);
    facts.present("duration", Value::seconds(finished.duration));
    let stdout = text_fact(&finished.stdout, "stdout", finished.leaked);
    facts.set(
        "json.",
        match &stdout {
            Fact::Present(Value::Text(text)) => json_tree(text.as_bytes()),
            unobserved => unobserved.clone(),
        },
    );
    facts.set("stdout", stdout);
    facts.set("stderr", text_fact(&finished.stderr, "stderr", finished.leaked));
    facts
}

/// A JSON document as a tree of facts; absent when it is not JSON.
pub(super) fn json_tree(bytes: &[u8]) -> Fact {
    serde_json::from_slice::<serde_json::Value>(bytes)
        .map_or(Fact::Absent, |json| Fact::Present(Value::from_json(&json)))
}

impl Probe for Command {
    fn facts(&self) -> FactSchema {
        FactSchema {
            decls: vec![
                FactDecl::new("exit_code", FactType::Number, "Exit code; absent when a signal ended the program."),
                FactDecl::new("stdout", FactType::Text, "What it printed; unobserved above 4 MiB."),
                FactDecl::new("stderr", FactType::Text, "What it printed to standard error; unobserved above 4 MiB."),
                FactDecl::new("duration", FactType::Duration, "From start to exit."),
                FactDecl::tree(
                    "json.",
                    FactType::Any,
                    "Its output as JSON, such as `json.name`, and `json[0]` or `json[#]` of a list; absent when it is not JSON.",
                ),
            ],
            units: self.units.clone(),
        }
    }

    fn key(&self) -> String {
        format!("command {}", serde_json::to_string(self).unwrap_or_default())
    }

    fn lane(&self) -> Lane {
        if self.parallel { Lane::Free } else { Lane::Process }
    }

    fn touch(&self) -> Touch {
        Touch { runs: vec![self.run.clone()], ..Touch::default() }
    }

    fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(self.look(look))
    }
}
