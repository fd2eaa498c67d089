//! Probe `data`: one value, or several, out of a structured file.

mod json;
mod lines;
mod meaning;
mod path;
mod toml_file;
mod xml;
mod yaml;

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, evidence, folder, limits};
use crate::model::{Fact, FactDecl, FactSchema, FactType, Facts, Observation, Place, Problems, Unknown, Value};
use crate::yaml::{Node, Spanned, decode as decode_node};

use meaning::Meaning;
use path::Path;

/// Larger files are not read.
const LARGEST: u64 = 16 * 1024 * 1024;
/// Nesting that any format may have.
const DEEPEST: usize = 100;

/// The assignments of a `.env` file in their order; `None` where a line is none.
pub(super) fn environment(text: &str) -> Option<indexmap::IndexMap<String, Value>> {
    match lines::env(text) {
        Ok(Value::Map(entries)) => Some(entries),
        _ => None,
    }
}

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "data",
    doc: "Reads a value out of a JSON, YAML, TOML, INI, .env, properties or XML file.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "path: pyproject.toml\nat: project.requires-python\nas: text\n",
};

/// Parameters of probe `data`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DataProbe")]
struct Params {
    /// The file, on disk below the root, also one that git ignores.
    path: Spanned<String>,
    /// Where in it: `services.web.image`, `a[0].b`, `jobs.*.name` (all), `"odd.key".x`; without it the whole document.
    /// XML attributes are `@name`.
    #[serde(default)]
    at: Option<Spanned<String>>,
    /// The format; by default what the file's name says.
    #[serde(default)]
    format: Option<Format>,
    /// Unit of a number: `ms`, `%`, `MiB`, `req/s`.
    #[serde(default)]
    unit: Option<Spanned<String>>,
    /// What the text of the value is to be read as; without it the value is what the format says.
    #[serde(default, rename = "as")]
    meaning: Option<Meaning>,
    /// Time limit.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

/// A format of structured files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// JSON: duplicate keys are faults, numbers are exact.
    Json,
    /// YAML: one document, core schema.
    Yaml,
    /// TOML.
    Toml,
    /// INI: `section.key`.
    Ini,
    /// `KEY=value` lines.
    Env,
    /// XML: `root.child.@attribute`.
    Xml,
    /// Java properties.
    Properties,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Broken {
    /// Line, from 1; 0 where none is known.
    line: u32,
    /// What is wrong.
    reason: String,
}

impl Broken {
    fn at(line: u32, reason: impl Into<String>) -> Broken {
        Broken { line, reason: reason.into() }
    }
}

/// The probe with its parameters checked.
struct Data {
    file: String,
    at: Path,
    format: Format,
    meaning: Option<Meaning>,
    unit: Option<String>,
    timeout: Option<Duration>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let before = problems.len();
    folder::check_path(&params.path, "path", problems);
    let at = match params.at.as_ref().map(|at| (at, Path::parse(at))) {
        None => Path::default(),
        Some((_, Ok(path))) => path,
        Some((at, Err(wrong))) => {
            let help = "write it like `services.web.image`, `a[0].b`, `jobs.*.name` or `\"odd.key\".x`";
            problems.push(at.span.problem(wrong).help(help));
            Path::default()
        }
    };
    let format = params.format.or_else(|| format_of(&params.path));
    if format.is_none() {
        let problem =
            params.path.span.problem(format!("the format of `{}` is not known by its name", params.path.value));
        problems.push(problem.help("add `format: json` (or yaml, toml, ini, env, xml, properties)"));
    }
    if let Some(unit) = &params.unit {
        if let Err(wrong) = crate::expect::units::unit(unit) {
            problems.push(unit.span.problem(wrong).help("units are such as ms, s, %, kB, MiB, req/s"));
        } else if params.meaning.is_some_and(|meaning| meaning != Meaning::Number) {
            problems.push(unit.span.problem("`unit` is for numbers").help("drop `unit`, or write `as: number`"));
        }
    }
    let timeout = limits::timeout(params.timeout.as_ref(), problems);
    let format = format.filter(|_| problems.len() == before)?;
    let unit = params.unit.map(|unit| unit.value);
    Some(Box::new(Data { file: params.path.value, at, format, meaning: params.meaning, unit, timeout }))
}

fn format_of(path: &str) -> Option<Format> {
    let base = path.rsplit_once('/').map_or(path, |(_, base)| base);
    if base == ".env" || base.starts_with(".env.") {
        return Some(Format::Env);
    }
    Some(match base.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
        "json" | "webmanifest" | "sarif" => Format::Json,
        "yaml" | "yml" => Format::Yaml,
        "toml" => Format::Toml,
        "ini" | "cfg" | "conf" => Format::Ini,
        "env" => Format::Env,
        "xml" | "csproj" | "fsproj" | "props" => Format::Xml,
        "properties" => Format::Properties,
        _ => return None,
    })
}

impl Probe for Data {
    fn facts(&self) -> FactSchema {
        let one = meaning::fact_type(self.meaning, self.unit.as_deref());
        let ftype = if self.at.is_many() && one != FactType::Any { FactType::List(Box::new(one)) } else { one };
        FactSchema {
            decls: vec![
                FactDecl::new(
                    "value",
                    ftype,
                    "the value; with `*` in `at` all of them; absent when the file or the place in it does not exist",
                ),
                FactDecl::new("exists", FactType::Bool, "whether the file has the place that `at` names"),
                FactDecl::new(
                    "count",
                    FactType::Count,
                    "items of a list or entries of a map, 1 for anything else, 0 when it does not exist",
                ),
            ],
            ..FactSchema::default()
        }
    }

    fn key(&self) -> String {
        let Data { file, at, format, meaning, unit, timeout: _ } = self;
        format!("data {file:?} {at:?} {format:?} {meaning:?} {unit:?}")
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec![self.file.clone()], ..Touch::default() }
    }

    fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let path = folder::join(look.folder, &self.file);
            let tree = look.swept.tree();
            let there = match tree.root() {
                Some(_) => tree.locate(&path)?.is_some(),
                None => tree.find(&path).is_some(),
            };
            if !there {
                return Ok(self.absent(&path, 0, format!("`{path}` does not exist")));
            }
            let bytes = look.swept.read(&path, LARGEST)?;
            let document = parse(self.format, &path, &bytes, self.meaning.is_some_and(Meaning::is_as_written))
                .map_err(|broken| {
                    let place = Place::line(path.as_str(), broken.line);
                    Unknown::because(format!("{place}: {}", broken.reason))
                })?;
            Ok(self.read(&path, &document))
        })
    }
}

fn parse(format: Format, path: &str, bytes: &[u8], as_written: bool) -> Result<Value, Broken> {
    if format == Format::Yaml {
        return yaml::parse(path, bytes, as_written);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|fault| {
        let line = bytes[..fault.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        Broken::at(u32::try_from(line + 1).unwrap_or(0), "is not UTF-8")
    })?;
    match format {
        Format::Json => json::parse(text, as_written),
        Format::Toml => toml_file::parse(text),
        Format::Ini => Ok(lines::ini(text)),
        Format::Env => lines::env(text),
        Format::Properties => Ok(lines::properties(text)),
        Format::Xml => xml::parse(text),
        Format::Yaml => unreachable_format(),
    }
}

/// YAML reads bytes and has returned before.
fn unreachable_format() -> Result<Value, Broken> {
    Err(Broken::at(0, "is not read as text"))
}

impl Data {
    fn absent(&self, path: &str, line: u32, note: String) -> Observation {
        let mut facts = Facts::new();
        facts.set("value", Fact::Absent);
        facts.present("exists", Value::Bool(false));
        facts.present("count", Value::count(0));
        let mut seen = evidence::file(path, note);
        seen.place = Some(Place::line(path, line));
        Observation { facts, evidence: vec![seen], requests: 0 }
    }

    fn read(&self, path: &str, document: &Value) -> Observation {
        let flat = matches!(self.format, Format::Ini | Format::Env | Format::Properties);
        let Some(found) = self.at.find(document, flat) else {
            return self.absent(path, 0, format!("has no `{}`", self.at.text()));
        };
        let mut facts = Facts::new();
        facts.present("exists", Value::Bool(true));
        facts.present(
            "count",
            Value::count(match &found {
                Value::List(items) => items.len(),
                Value::Map(entries) => entries.len(),
                _ => 1,
            }),
        );
        let shown = shown(&found);
        facts.set(
            "value",
            match meaning::read(found, self.meaning, self.unit.as_deref()) {
                Ok(Value::Null) => Fact::Absent,
                Ok(value) => Fact::Present(value),
                Err(reason) => Fact::Unobserved(reason),
            },
        );
        let note = if self.at.text().is_empty() { shown } else { format!("{}: {shown}", self.at.text()) };
        Observation { facts, evidence: vec![evidence::file(path, note)], requests: 0 }
    }
}

/// A value as one short line.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.exact_decimal(12).unwrap_or_else(|| number.to_string()),
        Value::Text(text) => {
            let short: String = text.chars().take(120).collect();
            if short.len() < text.len() { format!("{short}…") } else { short }
        }
        Value::Date(at) => at.to_string(),
        Value::List(items) => format!("a list of {}", items.len()),
        Value::Map(entries) => format!("a map of {}", entries.len()),
    }
}

#[cfg(test)]
mod tests;
