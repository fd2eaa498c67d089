//! Probe `logs`: a sample of what a program logged: whether programs can read it, and what must not be in it.
//!
//! Owns the parameters, the sample and its shares. What one line holds is in `logs/line.rs`.

mod line;
mod sensitive;

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::line::{Form, Line, goes_on};
use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, evidence, folder, limits};
use crate::model::report::Evidence;
use crate::model::{
    Exact, Fact, FactDecl, FactSchema, FactType, Facts, Grade, Observation, Place, Problems, Unknown, Value,
};
use crate::world::artefact::{self, Artefact};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// Lines at the end of the file that are looked at, when the spec does not say.
const LINES: u32 = 200;
/// Lines that a spec may ask for.
const MOST_LINES: u32 = 100_000;
/// Larger files are not read.
const LARGEST: u64 = 256 * 1024 * 1024;
/// Where logs usually lie.
const USUAL: &str = "{log,logs,var/log}/**/*.{log,json,jsonl,ndjson}";

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "logs",
    doc: "Reads the last lines of a log: whether they are JSON or logfmt with time, level and message, and hold no secrets.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "path: logs/app.log\nlines: 500\nfields: [request_id]\n",
};

/// Parameters of probe `logs`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "LogsProbe")]
struct Params {
    /// The log, or a glob of which the newest file counts; also files that git ignores. By default what lies in `log/`
    /// or `logs/`.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// How many lines at its end are looked at (200).
    #[serde(default)]
    lines: Option<Spanned<u32>>,
    /// Keys that every structured line should have, for fact `with_fields`.
    #[serde(default)]
    fields: Vec<String>,
    /// A text to look for, such as the id of a request that was just sent, for fact `containing`.
    #[serde(default)]
    contains: Option<String>,
    /// Time limit.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct Logs {
    path: String,
    lines: usize,
    fields: Vec<String>,
    contains: Option<String>,
    timeout: Option<Duration>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    if let Some(path) = &params.path {
        folder::check_path(path, "path", problems);
    }
    if let Some(lines) = params.lines.as_ref().filter(|lines| !(1..=MOST_LINES).contains(&lines.value)) {
        let wrong = format!("`lines: {}` is not between 1 and {MOST_LINES}", lines.value);
        problems.push(lines.span.problem(wrong).help("some hundred show how a program logs"));
    }
    Some(Box::new(Logs {
        path: params.path.map_or_else(|| USUAL.to_owned(), |path| path.value),
        lines: params.lines.map_or(LINES, |lines| lines.value.clamp(1, MOST_LINES)) as usize,
        fields: params.fields.iter().map(|field| field.to_lowercase()).collect(),
        contains: params.contains,
        timeout: limits::timeout(params.timeout.as_ref(), problems),
    }))
}

/// The newest of several files; of equally new ones the last by name.
fn newest(found: Vec<Artefact>) -> Option<Artefact> {
    found.into_iter().max_by(|a, b| (a.modified, &a.path).cmp(&(b.modified, &b.path)))
}

impl Logs {
    fn look(&self, look: &Look<'_>) -> Result<Observation, Unknown> {
        let found = artefact::find(look.swept.tree(), &folder::join(look.folder, &self.path))?;
        let Some(file) = newest(found) else {
            return Err(Unknown::because(format!("no log: nothing is at `{}`", self.path)));
        };
        let bytes = look.swept.read(&file.path, LARGEST)?;
        let text = String::from_utf8_lossy(&bytes);
        let mut sample = Sample::default();
        let total = text.lines().count();
        for (at, line) in text.lines().enumerate().skip(total.saturating_sub(self.lines)) {
            sample.add(line, u32::try_from(at + 1).unwrap_or(u32::MAX), self);
        }
        Ok(Observation { facts: sample.facts(), evidence: sample.evidence(&file.path), requests: 0 })
    }
}

/// What the lines looked at add up to.
#[derive(Default)]
struct Sample {
    events: u64,
    structured: u64,
    json: u64,
    complete: u64,
    debug: u64,
    with_fields: u64,
    containing: u64,
    /// Line and what was found there.
    sensitive: Vec<(u32, &'static str)>,
    /// The first line that no program can read, and the first that is not complete.
    unreadable: Option<u32>,
    incomplete: Option<u32>,
}

impl Sample {
    fn add(&mut self, text: &str, number: u32, asked: &Logs) {
        if text.trim().is_empty() {
            return;
        }
        self.sensitive.extend(sensitive::found(text).into_iter().map(|what| (number, what)));
        self.containing += u64::from(asked.contains.as_ref().is_some_and(|wanted| text.contains(wanted.as_str())));
        let line = Line::of(text);
        if line.form.is_none() && self.events > 0 && goes_on(text) {
            return;
        }
        self.events += 1;
        if line.form.is_none() {
            self.unreadable.get_or_insert(number);
            return;
        }
        self.structured += 1;
        self.json += u64::from(line.form == Some(Form::Json));
        self.debug += u64::from(line.is_debug());
        self.with_fields += u64::from(asked.fields.iter().all(|field| line.keys.contains(field)));
        if line.is_complete() {
            self.complete += 1;
        } else {
            self.incomplete.get_or_insert(number);
        }
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts::new();
        facts.present("lines", Value::count(self.events));
        let mut share = |name: &str, part: u64, whole: u64| {
            let share = Exact::ratio(part, whole).map(Value::Number);
            facts.set(name, share.map_or(Fact::Absent, Fact::Present));
        };
        share("structured", self.structured, self.events);
        share("json", self.json, self.events);
        share("complete", self.complete, self.events);
        share("debug", self.debug, self.structured);
        share("with_fields", self.with_fields, self.events);
        facts.present("containing", Value::count(self.containing));
        facts.present("sensitive", Value::count(self.sensitive.len()));
        facts
    }

    fn evidence(&self, path: &str) -> Vec<Evidence> {
        let at = |line: u32, note: &str| {
            let mut seen = evidence::file(path, note);
            seen.place = Some(Place::line(path, line));
            seen
        };
        let mut all: Vec<Evidence> =
            self.sensitive.iter().take(evidence::MOST_SHOWN).map(|(line, what)| at(*line, what)).collect();
        all.extend(self.unreadable.map(|line| at(line, "neither JSON nor logfmt")));
        all.extend(self.incomplete.map(|line| at(line, "lacks a time with zone, a level or a message")));
        if all.is_empty() {
            all.push(evidence::file(path, format!("{} lines looked at", self.events)));
        }
        all
    }
}

impl Probe for Logs {
    fn facts(&self) -> FactSchema {
        use FactType::{Count, Ratio};
        FactSchema {
            decls: vec![
                FactDecl::new(
                    "lines",
                    Count,
                    "Events looked at; lines of a stack trace belong to the event before them.",
                ),
                FactDecl::new("structured", Ratio, "Share of events in JSON or logfmt; absent without any."),
                FactDecl::new("json", Ratio, "Share of events in JSON."),
                FactDecl::new("complete", Ratio, "Share of events with a time and its zone, a level and a message."),
                FactDecl::new("debug", Ratio, "Share of structured events of level debug or trace."),
                FactDecl::new("with_fields", Ratio, "Share of events that have every key of `fields`."),
                FactDecl::new("containing", Count, "Lines that contain the text of `contains`."),
                FactDecl::new("sensitive", Count, "Tokens, keys, passwords and payment card numbers in the lines."),
            ],
            ..FactSchema::default()
        }
    }

    fn key(&self) -> String {
        format!("logs {}", serde_json::to_string(self).unwrap_or_default())
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec![self.path.clone()], ..Touch::default() }
    }

    fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    fn grade(&self) -> Grade {
        Grade::Ingested
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move { self.look(&look) })
    }
}
