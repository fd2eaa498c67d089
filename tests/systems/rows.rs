//! Which statement of a document is expressed by what in its spec: `x-rows` on whatever shows a statement itself,
//! `x-derived` on whatever it is computed from (priority, effort, order, roll-up, date).

use std::collections::BTreeMap;
use std::fs;

use serde_yaml::Value;

use crate::audit::{Audited, State, audit};
use crate::folder;

/// How a statement is expressed, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// A probe looks.
    Measured,
    /// A probe reads what another tool wrote.
    Ingested,
    /// A named person says so.
    Attested,
    /// The report computes it from others.
    Derived,
    /// The report carries it as text.
    Text,
    /// A claim that nothing looks at yet.
    Claimed,
}

/// One expression of a statement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Expressed {
    pub(crate) way: Way,
    /// The id of the check, or the place in the spec.
    pub(crate) name: String,
    /// The kind of probe, `attest`, or nothing.
    pub(crate) kind: String,
    /// The way and the kind of each route, as the spec lists them.
    routes: Vec<(Way, String)>,
}

/// A statement of the inventory.
pub(crate) struct Row {
    pub(crate) number: u32,
    pub(crate) line: u32,
    /// What the inventory says can be done: `measured`, `derived`, `attested`, `text`.
    pub(crate) provable: String,
    pub(crate) probes: String,
}

/// The statements of a document.
pub(crate) fn inventory(system: &str) -> Vec<Row> {
    let text = fs::read_to_string(folder(system).join("rows.tsv")).unwrap();
    text.lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [number, line, provable, probes] = cells[..] else { panic!("{system}: `{line}`") };
            let (number, line) = (number.parse().unwrap(), line.parse().unwrap());
            Row { number, line, provable: provable.to_owned(), probes: probes.to_owned() }
        })
        .collect()
}

/// Every expression of each statement in the spec, the best first: what is looked at counts as what the audit of the
/// repaired system calls its evidence, or would, where that audit had nothing to look at.
pub(crate) fn mapping(system: &'static str) -> BTreeMap<u32, Vec<Expressed>> {
    let text = fs::read_to_string(folder(system).join("shipworthy.yaml")).unwrap();
    let mut found = BTreeMap::new();
    walk(&serde_yaml::from_str(&text).unwrap(), "", &mut found);
    let audited = audit(system, State::Repaired);
    for ways in found.values_mut() {
        for expressed in ways.iter_mut().filter(|expressed| expressed.way <= Way::Attested) {
            if let Some((way, kind)) = decided(&audited, expressed) {
                (expressed.way, expressed.kind) = (way, kind);
            }
        }
        ways.sort();
    }
    found
}

/// The grade of a check's evidence and the kind of the route that decided, the best of its instances; nothing when no
/// outcome is known.
fn decided(audited: &Audited, expressed: &Expressed) -> Option<(Way, String)> {
    let of = |check: &serde_json::Value| {
        let way = match check["grade"].as_str()? {
            "measured" => Way::Measured,
            "ingested" => Way::Ingested,
            "attested" => Way::Attested,
            other => panic!("{}: grade `{other}`", expressed.name),
        };
        let route = usize::try_from(check["route"].as_u64()?).unwrap();
        Some((way, expressed.routes[route - 1].1.clone()))
    };
    audited.checks().iter().filter(|check| check["rule"] == expressed.name.as_str()).filter_map(of).min()
}

fn walk(value: &Value, place: &str, found: &mut BTreeMap<u32, Vec<Expressed>>) {
    match value {
        Value::Sequence(items) => items.iter().for_each(|item| walk(item, place, found)),
        Value::Mapping(members) => {
            for (key, member) in members {
                let key = key.as_str().unwrap_or_default();
                match key {
                    "x-rows" => add(member, &shown(value, place), found),
                    "x-derived" => {
                        add(member, &unseen(Way::Derived, name(value, place)), found);
                    }
                    _ => walk(member, &format!("{place}/{key}"), found),
                }
            }
        }
        _ => {}
    }
}

/// `13 20-22`.
fn add(numbers: &Value, expressed: &Expressed, found: &mut BTreeMap<u32, Vec<Expressed>>) {
    let text = numbers.as_str().map_or_else(|| numbers.as_u64().unwrap().to_string(), str::to_owned);
    for word in text.split(' ') {
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        let range = || Some(first.parse::<u32>().ok()?..=last.parse::<u32>().ok()?);
        for number in range().unwrap_or_else(|| panic!("{}: `{word}` names no row", expressed.name)) {
            found.entry(number).or_default().push(expressed.clone());
        }
    }
}

fn name(value: &Value, place: &str) -> String {
    let id = value.get("id").or_else(|| value.get("use")).and_then(Value::as_str);
    id.map_or_else(|| place.trim_start_matches('/').to_owned(), str::to_owned)
}

fn unseen(way: Way, name: String) -> Expressed {
    Expressed { way, name, kind: String::new(), routes: Vec::new() }
}

fn shown(value: &Value, place: &str) -> Expressed {
    let name = name(value, place);
    if ["/report", "/team", "/costs"].iter().any(|part| place.starts_with(part)) {
        return unseen(Way::Text, name);
    }
    if !place.ends_with("/checks") || value.get("any_of").is_some() {
        return unseen(Way::Derived, name);
    }
    let routes = routes(value);
    match routes.iter().min().cloned() {
        Some((way, kind)) => Expressed { way, name, kind, routes },
        None => unseen(Way::Claimed, name),
    }
}

/// The ways of a check or a rule of the catalog to look, as their probes promise them, with the kinds of those.
fn routes(value: &Value) -> Vec<(Way, String)> {
    if let Some(rule) = value.get("use").and_then(Value::as_str) {
        let path = format!("{}/checks/{rule}.yaml", env!("CARGO_MANIFEST_DIR"));
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        return routes(&serde_yaml::from_str(&text).unwrap());
    }
    match value.get("routes").and_then(Value::as_sequence) {
        Some(all) => all.iter().filter_map(route).collect(),
        None => route(value).into_iter().collect(),
    }
}

fn route(value: &Value) -> Option<(Way, String)> {
    if value.get("attest").is_some() {
        return Some((Way::Attested, "attest".to_owned()));
    }
    let (kind, parameters) = value.get("probe")?.as_mapping()?.iter().next()?;
    let kind = kind.as_str()?;
    let way = match kind {
        "ingest" | "coverage" | "logs" => Way::Ingested,
        "tests" if parameters.get("run").is_none() => Way::Ingested,
        _ => Way::Measured,
    };
    Some((way, kind.to_owned()))
}
