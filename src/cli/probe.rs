//! `shipworthy probe`: one probe by hand, to find out what there is to expect.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use super::args::ProbeArgs;
use super::console::{self, Console};
use super::exit::{Exit, WrongQuestion};
use super::{input, setup};
use crate::expect;
use crate::model::problem::nearest;
use crate::model::target::Route;
use crate::model::{Fact, FactDecl, FactName, FactType, Facts, Masker, Observation, Problems, Suppressions, Target};
use crate::probe::{self, Look, PROBES, Probe, ProbeDef};
use crate::world::quota::Quotas;
use crate::world::{Deadline, Permit, Tree, Wants, World, sweep};
use crate::yaml::{self, Node, Source};

/// Longest value shown in the table of facts.
const MOST_SHOWN: usize = 100;

pub(super) fn run(arguments: &ProbeArgs, console: &Console) -> Result<Exit> {
    let Some(kind) = &arguments.kind else {
        console.print(list().as_bytes()).context("cannot write to standard output")?;
        return Ok(Exit::Yes);
    };
    let def = probe::find(kind).ok_or_else(|| unknown(kind))?;
    let mut problems = Problems::new();
    let params = parameters(arguments, def, &mut problems)?;
    let probe = params.as_ref().and_then(|node| (def.decode)(node, &mut problems));
    let Some(probe) = probe.filter(|_| !problems.has_errors()) else {
        console.problems(&problems.sorted());
        return Ok(Exit::WrongQuestion);
    };
    let result = observe(probe.as_ref(), arguments)?;
    let (text, exit) = match result {
        Ok(observation) if arguments.format == "json" => (as_json(probe.as_ref(), &observation), Exit::Yes),
        Ok(observation) => (as_text(probe.as_ref(), &observation), Exit::Yes),
        Err(reason) => (format!("unknown: {reason}\n"), Exit::CannotTell),
    };
    console.print(text.as_bytes()).context("cannot write to standard output")?;
    Ok(exit)
}

fn list() -> String {
    let mut text = String::from("probes\n");
    let widest = PROBES.iter().map(|def| def.name.len()).max().unwrap_or(0);
    for def in PROBES {
        let _ = writeln!(text, "  {:<widest$}  {}", def.name, def.doc);
    }
    text.push_str("\nrun one: shipworthy probe http --with url=http://127.0.0.1:8000/health\n");
    text
}

fn unknown(kind: &str) -> anyhow::Error {
    let help = match nearest(kind, PROBES.iter().map(|def| def.name)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`shipworthy probe` lists them".to_owned(),
    };
    WrongQuestion(format!("there is no probe `{kind}`\nhelp: {help}")).into()
}

/// Parameters from the file, with those of the command line over them.
fn parameters(arguments: &ProbeArgs, def: &ProbeDef, problems: &mut Problems) -> Result<Option<Node>> {
    let mut text = match &arguments.with_file {
        Some(path) => input::text(path)?,
        None => String::new(),
    };
    if text.trim().is_empty() {
        text.clear();
    }
    for pair in &arguments.with {
        let (key, value) = pair
            .split_once('=')
            .ok_or_else(|| WrongQuestion(format!("`--with {pair}` sets nothing\nhelp: write `--with path=/health`")))?;
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let _ = writeln!(text, "{key}: {}", as_yaml(value));
    }
    if text.is_empty() {
        if needs_parameters(def) {
            return Err(WrongQuestion(format!("probe `{}` needs parameters\n{}", def.name, what_it_takes(def))).into());
        }
        text = "{}".to_owned();
    }
    let source = Arc::new(Source::new("--with", text));
    match yaml::parse(source) {
        Ok(node) => Ok(node),
        Err(found) => {
            problems.extend(found);
            Ok(None)
        }
    }
}

/// Its parameters, each with what it means, and an example.
fn what_it_takes(def: &ProbeDef) -> String {
    let mut text = String::from("help: give parameters with `--with key=value`, or in a file with `--with-file`\n");
    let schema = def.parameters();
    let properties = schema["properties"].as_object().into_iter().flatten();
    for (name, property) in properties {
        let meaning = property["description"].as_str().unwrap_or_default().replace('\n', " ");
        let _ = writeln!(text, "  {name}: {meaning}");
    }
    let _ = write!(text, "for example:\n{}", def.example.trim_end());
    text
}

fn needs_parameters(def: &ProbeDef) -> bool {
    def.parameters()["required"].as_array().is_some_and(|required| !required.is_empty())
}

/// Lists and mappings stay YAML; anything else is taken as text.
fn as_yaml(value: &str) -> String {
    let flow = (value.starts_with('[') && value.ends_with(']')) || (value.starts_with('{') && value.ends_with('}'));
    if flow { value.to_owned() } else { format!("'{}'", value.replace('\'', "''")) }
}

fn observe(probe: &dyn Probe, arguments: &ProbeArgs) -> Result<Result<Observation, String>> {
    let root = setup::folder(&arguments.root)?;
    let tree = Arc::new(Tree::open(&root).map_err(anyhow::Error::msg).context("cannot walk the repository")?);
    let mut wants = Wants::default();
    let ids = probe.declare("", &mut wants);
    let swept = sweep::run(&tree, &wants, crate::audit::default_workers(), &AtomicBool::new(false));
    let world = World {
        root,
        now: setup::now(),
        targets: targets(probe, &arguments.allow),
        permit: Permit { exec: true, network: true, active: true, protected: false },
        owned: arguments.own.clone(),
        masker: Masker::default(),
        environment: console::environment(),
        quotas: Quotas::default(),
    };
    let limit = probe.timeout().unwrap_or(Duration::from_secs(10));
    let (until, suppressions) = (Deadline::after(limit), Suppressions::Honour);
    let look = Look { folder: "", world: &world, swept: &swept, wants: &ids, until, suppressions };
    let runtime = setup::runtime()?;
    let result =
        runtime.block_on(async { tokio::time::timeout(limit + Duration::from_secs(1), probe.observe(look)).await });
    runtime.shutdown_background();
    Ok(match result {
        Ok(result) => result.map_err(|unknown| unknown.0),
        Err(_) => Err("no result within its limit".to_owned()),
    })
}

/// A probe by hand has no spec, so a target's name is taken for its URL.
fn targets(probe: &dyn Probe, allow: &[String]) -> BTreeMap<String, Target> {
    let allows = |what| allow.iter().any(|allowed| allowed == what);
    let target = probe.target().map(|name| {
        let target = Target {
            name: name.to_owned(),
            url: Ok(name.to_owned()),
            headers: BTreeMap::new(),
            credentials: BTreeMap::new(),
            allow_active: allows("active"),
            allow_load: allows("load"),
            protected: false,
            route: Route::default(),
            ca_file: None,
            client_cert: None,
            max_requests: None,
            allow_reason: None,
        };
        (name.to_owned(), target)
    });
    target.into_iter().collect()
}

struct Row {
    name: String,
    value: String,
    kind: String,
}

fn rows(probe: &dyn Probe, facts: &Facts) -> Vec<Row> {
    probe.facts().decls.iter().map(|decl| row(decl, facts)).collect()
}

fn row(decl: &FactDecl, facts: &Facts) -> Row {
    let (name, stored) = match decl.name {
        FactName::Exact(name) => (name.to_owned(), name.to_owned()),
        FactName::Tree(prefix) => (format!("{prefix}<path>"), prefix.to_owned()),
        FactName::Family(letter) => (format!("{letter}<number>"), letter.to_owned()),
    };
    let value = match facts.get(&stored) {
        Fact::Present(value) => expect::format_value(&value, &decl.ftype),
        Fact::Absent => "absent".to_owned(),
        Fact::Unobserved(reason) => format!("unobserved: {reason}"),
    };
    let value: String = value
        .chars()
        .flat_map(|c| if c.is_control() { c.escape_debug().collect::<Vec<_>>() } else { vec![c] })
        .collect();
    let short: String = value.chars().take(MOST_SHOWN).collect();
    let value = if short.len() < value.len() { format!("{short}…") } else { value };
    Row { name, value, kind: type_word(&decl.ftype) }
}

fn type_word(ftype: &FactType) -> String {
    match ftype {
        FactType::Count => "count".into(),
        FactType::Number => "number".into(),
        FactType::Ratio => "percent".into(),
        FactType::Duration => "duration".into(),
        FactType::Size => "size".into(),
        FactType::Rate => "rate".into(),
        FactType::Throughput => "throughput".into(),
        FactType::Bool => "bool".into(),
        FactType::Text => "text".into(),
        FactType::Ordered(words) => format!("one of {}", words.join(" < ")),
        FactType::Version => "version".into(),
        FactType::Date => "date".into(),
        FactType::List(inner) => format!("list of {}", type_word(inner)),
        FactType::Any => "any".into(),
    }
}

fn as_text(probe: &dyn Probe, observation: &Observation) -> String {
    let rows = rows(probe, &observation.facts);
    let names = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let kinds = rows.iter().map(|row| row.kind.len().min(16)).max().unwrap_or(0);
    let mut text = String::from("facts\n");
    for row in &rows {
        let _ = writeln!(text, "  {:<names$}  {:<kinds$}  {}", row.name, row.kind, row.value);
    }
    if !observation.evidence.is_empty() {
        text.push_str("evidence\n");
    }
    for item in &observation.evidence {
        let argv = || item.argv.as_ref().map(|argv| argv.join(" "));
        let place = item.place.as_ref().map(ToString::to_string).or_else(|| item.url.clone()).or_else(argv);
        let code = item.exit_code.map(|code| format!("exit code {code}"));
        let code = item.status.map(|status| status.to_string()).or(code);
        let fact = item.fact.as_ref().map(|fact| format!("[{fact}]"));
        let line = [fact, place, code, item.note.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let _ = writeln!(text, "  {}", line.chars().filter(|c| !c.is_control()).collect::<String>().trim());
    }
    text
}

fn as_json(probe: &dyn Probe, observation: &Observation) -> String {
    let mut facts = serde_json::Map::new();
    for decl in probe.facts().decls {
        let (FactName::Exact(name) | FactName::Tree(name) | FactName::Family(name)) = decl.name;
        let entry = match observation.facts.get(name) {
            Fact::Present(value) => {
                let (value, unit) = expect::fact_json(&value, &decl.ftype);
                json!({ "state": "present", "type": type_word(&decl.ftype), "value": value, "unit": unit })
            }
            Fact::Absent => json!({ "state": "absent", "type": type_word(&decl.ftype) }),
            Fact::Unobserved(reason) => {
                json!({ "state": "unobserved", "reason": reason, "type": type_word(&decl.ftype) })
            }
        };
        facts.insert(name.to_owned(), entry);
    }
    let value = json!({ "facts": facts, "evidence": observation.evidence, "requests": observation.requests });
    format!("{value:#}\n")
}
