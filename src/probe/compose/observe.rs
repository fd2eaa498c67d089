//! From digests to facts. Files of one folder belong together: what one of them says of a service holds for the others.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::report::Evidence;
use crate::model::{Fact, Facts, Observation, Place, Unknown, Value};
use crate::probe::finding::{Finding, Findings};
use crate::probe::percent::mean;
use crate::probe::purpose;
use crate::world::{Swept, WantId};

use super::Digest;
use super::danger::escape_percent;
use super::datastore::datastore;
use super::extends::Others;
use super::judge::{Judged, Part, judge_root};
use super::merge;
use super::service::Service;

/// A service with the file it was first seen in.
struct Placed {
    file: String,
    service: Service,
}

/// What the files together say.
struct Seen<'s> {
    findings: Findings,
    aside: Vec<Evidence>,
    others: Others<'s>,
    services: BTreeMap<(String, String), Placed>,
    /// Files that count.
    files: BTreeSet<String>,
    /// Files that those include.
    included: Vec<String>,
    parse_errors: usize,
    /// Of images that are not built here.
    pins: Vec<u32>,
    /// What was found, each once, whoever takes it over.
    told: BTreeSet<(String, Finding)>,
}

impl Seen<'_> {
    fn digest(&mut self, path: &str, digest: Result<&Digest, &Unknown>) {
        match digest {
            Ok(Ok(Some(judged))) => self.judged(path, judged),
            Ok(Ok(None)) => {}
            Ok(Err(fault)) => {
                self.files.insert(path.to_owned());
                self.parse_errors += 1;
                self.findings
                    .push(path, Finding::new("parse_errors", fault.line, "parse error", fault.reason.as_str()));
                self.findings.unread(path, fault.reason.as_str());
            }
            Err(unknown) => {
                self.files.insert(path.to_owned());
                self.findings.unread(path, unknown.to_string());
            }
        }
    }

    /// A file with others over it.
    fn joined(&mut self, swept: &Swept, path: &str, over: &[&str]) {
        match merge::read_over(swept, path, over).map(|root| judge_root(path, &root, "")) {
            Ok(Some(judged)) => self.judged(path, &judged),
            Ok(None) => {}
            Err(reason) => self.findings.unread(path, reason),
        }
    }

    fn judged(&mut self, path: &str, judged: &Judged) {
        if !self.files.insert(path.to_owned()) {
            return;
        }
        let (parts, unknown) = self.others.started(path, judged);
        unknown.into_iter().for_each(|reason| self.findings.unread(path, reason));
        let environment = self.others.environment(path).unwrap_or_default();
        for part in parts.into_iter().map(|part| part.knowing(&environment)) {
            self.told.extend(part.findings);
            self.pins.extend(part.pin);
            place(&mut self.services, path, part.service);
        }
        for include in &judged.includes {
            match include {
                Ok(file) => self.included.push(file.clone()),
                Err(reason) => self.findings.unread(path, format!("includes a file: {reason}")),
            }
        }
    }

    /// What is included is started with the file that includes it, wherever it lies.
    fn follow_includes(&mut self) {
        while let Some(file) = self.included.pop() {
            if self.files.contains(&file) {
                continue;
            }
            match self.others.file(&file) {
                Ok(judged) => self.judged(&file, &judged),
                Err(reason) => {
                    self.files.insert(file.clone());
                    self.findings.unread(&file, format!("is included: {reason}"));
                }
            }
        }
        self.aside.retain(|left_out| left_out.place.as_ref().is_none_or(|place| !self.files.contains(&place.file)));
    }
}

/// Facts and evidence of the compose files that a want found.
pub(super) fn observe(swept: &Swept, want: WantId, explicit: bool) -> Observation {
    let mut seen = Seen {
        findings: Findings::default(),
        aside: Vec::new(),
        others: Others::new(swept),
        services: BTreeMap::new(),
        files: BTreeSet::new(),
        included: Vec::new(),
        parse_errors: 0,
        pins: Vec::new(),
        told: BTreeSet::new(),
    };
    let mut counting = Vec::new();
    for (id, digest) in swept.get(want).own::<Digest>() {
        let path = swept.path(id);
        let purpose = if explicit { None } else { purpose::aside(path, swept.class(id)) };
        let development = match digest {
            Ok(Ok(Some(judged))) if !explicit => judged.development,
            _ => None,
        };
        match purpose.as_deref().or(development) {
            Some(reason) => seen.aside.push(left_out(path, reason)),
            None => counting.push((path, digest)),
        }
    }
    let over = overlays(&counting);
    for (path, digest) in &counting {
        match over.get(path) {
            Some(over) => seen.joined(swept, path, over),
            None if over.values().flatten().any(|other| other == path) => drop(seen.files.insert((*path).to_owned())),
            None => seen.digest(path, *digest),
        }
    }
    seen.follow_includes();
    facts_of(seen)
}

/// Files that are started over another of their folder, by that one, in their order: overrides, then those of which a
/// service cannot be started without the other file.
fn overlays<'p>(counting: &[(&'p str, Result<&Digest, &Unknown>)]) -> BTreeMap<&'p str, Vec<&'p str>> {
    let judged = |path: &str| {
        let found = counting.iter().find(|(other, _)| *other == path)?;
        found.1.ok()?.as_ref().ok()?.as_ref()
    };
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, _) in counting {
        let Some(below) = counting.iter().map(|(other, _)| *other).find(|other| lies_over(path, other)) else {
            continue;
        };
        let (Some(own), Some(base)) = (judged(path), judged(below)) else { continue };
        let in_base = |part: &&Part| base.parts.iter().any(|other| other.service.name == part.service.name);
        let is_part = |part: &Part| part.service.image.is_none() && part.service.build.is_none();
        let is_override = base_name(path).contains("override");
        if is_override || own.parts.iter().filter(in_base).any(is_part) {
            found.entry(below).or_default().push(path);
        }
    }
    for over in found.values_mut() {
        over.sort_by_key(|path| (!base_name(path).contains("override"), path.to_string()));
    }
    found
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a file is called `compose.SOMETHING.yaml` beside a `compose.yaml`.
fn lies_over(path: &str, below: &str) -> bool {
    let stem = |path: &str| path.rsplit_once('.').map_or(path.to_owned(), |(stem, _)| stem.to_owned());
    let below = stem(below);
    let is_base = matches!(base_name(&below), "compose" | "docker-compose");
    is_base && stem(path).strip_prefix(&below).is_some_and(|rest| rest.starts_with(['.', '-', '_']))
}

fn facts_of(seen: Seen<'_>) -> Observation {
    let Seen { mut findings, aside, services, files, parse_errors, pins, told, .. } = seen;
    let files = files.len();
    let escape = escape_percent(told.iter().map(|(_, finding)| finding));
    told.into_iter().for_each(|(file, finding)| findings.push(&file, finding));
    let digests = pins.iter().filter(|percent| **percent == 100).count();
    let mut facts = Facts::new();
    facts.present("files", Value::count(files));
    facts.present("only_set_aside", Value::Bool(files == 0 && !aside.is_empty()));
    if files == 0 {
        facts.set_reason("no compose file that counts");
        return Observation { facts, evidence: aside, requests: 0 };
    }
    let resilience = resilience(&services, &mut findings);
    let safety = datastores(&services, &mut findings, &mut facts);
    for fact in COUNTED {
        findings.set_count(&mut facts, fact);
    }
    if findings.count("unresolved_images") > 0 {
        for fact in ["unpinned_images", "weakly_pinned_images"].iter().filter(|fact| findings.count(fact) == 0) {
            facts.set(*fact, Fact::Unobserved("an image needs a variable without default".to_owned()));
        }
    }
    facts.present("parse_errors", Value::count(parse_errors));
    facts.present("services", Value::count(services.len()));
    facts.present("images", Value::count(pins.len()));
    facts.present("digest_pinned_images", Value::count(digests));
    facts.set("escape_credit", mean(&[escape], "no service"));
    facts.set("pinned_ratio", mean(&pins, "no image with a known name"));
    facts.set("resilience_ratio", mean(&resilience, "no long-running service"));
    facts.set("datastore_ratio", mean(&safety, "no datastore"));
    let mut evidence = findings.evidence();
    evidence.extend(aside);
    Observation { facts, evidence, requests: 0 }
}

/// Facts that count findings.
const COUNTED: &[&str] = &[
    "privileged",
    "docker_sockets",
    "host_namespaces",
    "dangerous_caps",
    "host_mounts",
    "unconfined",
    "host_devices",
    "inline_secrets",
    "defaulted_secrets",
    "unpinned_images",
    "weakly_pinned_images",
    "unresolved_images",
    "without_healthcheck",
    "unordered_dependencies",
    "without_restart",
    "without_limits",
    "without_log_rotation",
    "datastores_published",
    "datastores_without_volume",
];

fn left_out(path: &str, reason: &str) -> Evidence {
    Evidence {
        place: Some(Place::file(path)),
        note: Some(format!("not counted: {reason}")),
        fact: Some("files".to_owned()),
        ..Evidence::default()
    }
}

fn place(services: &mut BTreeMap<(String, String), Placed>, path: &str, service: Service) {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let key = (folder.to_owned(), service.name.clone());
    match services.get_mut(&key) {
        Some(placed) => placed.service.complete(&service),
        None => drop(services.insert(key, Placed { file: service.spot.file.clone(), service })),
    }
}

/// Whether a service runs once by design: somebody waits for its completion, or it says that it is not restarted.
fn is_one_shot(services: &BTreeMap<(String, String), Placed>, folder: &str, service: &Service) -> bool {
    let awaited = services.iter().filter(|((other, _), _)| other == folder).any(|(_, placed)| {
        let waits = |(name, condition): &(String, Option<String>)| {
            *name == service.name && condition.as_deref() == Some("service_completed_successfully")
        };
        placed.service.depends_on.iter().any(waits)
    });
    awaited || service.restart_is_no
}

/// Findings of long-running services, and the percentage each service reaches.
fn resilience(services: &BTreeMap<(String, String), Placed>, findings: &mut Findings) -> Vec<u32> {
    let mut percents = Vec::new();
    for ((folder, name), placed) in services {
        let service = &placed.service;
        if is_one_shot(services, folder, service) {
            continue;
        }
        let mut percent = 0;
        let mut judge = |is_met: bool, weight: u32, fact: &'static str, missing: &str| {
            if is_met {
                percent += weight;
            } else {
                let note = format!("service `{name}`: {missing}");
                findings.push(&placed.file, Finding::new(fact, service.spot.line, name.as_str(), note));
            }
        };
        judge(service.has_health, 25, "without_healthcheck", "no `healthcheck`");
        let unordered = service.depends_on.iter().find(|(other, condition)| {
            let target = services.get(&(folder.clone(), other.clone()));
            let keeps_data = target.is_some_and(|target| datastore(&target.service).is_some());
            keeps_data && !matches!(condition.as_deref(), Some("service_healthy" | "service_completed_successfully"))
        });
        let missing = unordered.map_or_else(String::new, |(other, _)| format!("starts before `{other}` is healthy"));
        judge(unordered.is_none(), 20, "unordered_dependencies", &missing);
        judge(service.has_restart, 25, "without_restart", "no `restart`");
        judge(service.has_memory_limit, 20, "without_limits", "no memory limit");
        judge(service.has_log_rotation, 10, "without_log_rotation", "no `logging` with `max-size`");
        percents.push(percent);
    }
    percents
}

/// Findings of datastores, and the percentage each reaches.
fn datastores(services: &BTreeMap<(String, String), Placed>, findings: &mut Findings, facts: &mut Facts) -> Vec<u32> {
    let mut percents = Vec::new();
    for ((_, name), placed) in services {
        let Some(store) = datastore(&placed.service) else { continue };
        let mut percent = 100;
        if let Some(port) = placed.service.ports.iter().find(|port| !port.is_loopback) {
            percent -= 50;
            let note = format!("service `{name}`: port `{}` is open on every interface", port.text);
            let (file, finding) = port.spot.finding("datastores_published", name.as_str(), note);
            findings.push(&file, finding);
        }
        if !store.is_kept && !store.is_cache {
            percent -= 50;
            let note = format!("service `{name}`: its data is on no volume");
            findings.push(
                &placed.file,
                Finding::new("datastores_without_volume", placed.service.spot.line, name.as_str(), note),
            );
        }
        percents.push(percent);
    }
    facts.present("datastores", Value::count(percents.len()));
    percents
}
