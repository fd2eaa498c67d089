//! From digests to facts. Files of one folder are one configuration.

use std::collections::BTreeMap;

use crate::model::{Exact, Fact, Facts, Observation, Value};
use crate::probe::evidence;
use crate::probe::finding::{Finding, Findings, unobserve_zeros};
use crate::probe::purpose;
use crate::world::{Swept, WantId};

use super::Digest;
use super::configuration::{At, Configuration};
use super::facts::COUNTED;
use super::pins::ModulePin;
use super::protection::State;

/// Facts and evidence of the files that a want found; `named` are state and lock files.
pub(super) fn observe(swept: &Swept, want: WantId, explicit: bool, named: Vec<String>) -> Observation {
    let mut seen = Seen::default();
    let mut aside = Vec::new();
    let mut folders: BTreeMap<String, Vec<(&str, &Configuration)>> = BTreeMap::new();
    for (id, digest) in swept.get(want).own::<Digest>() {
        let path = swept.path(id);
        if let Some(reason) = purpose::aside(path, swept.class(id)).filter(|_| !explicit) {
            aside.push(evidence::file(path, format!("not counted: {reason}")));
            continue;
        }
        seen.files += 1;
        match digest {
            Ok(Ok(configuration)) => folders.entry(folder(path)).or_default().push((path, configuration)),
            Ok(Err((line, reason))) => seen.fault(path, *line, reason),
            Err(unknown) => seen.fault(path, 0, &unknown.to_string()),
        }
    }
    let locks: Vec<String> =
        named.iter().filter(|path| path.ends_with(".terraform.lock.hcl")).map(|path| folder(path)).collect();
    for path in named.iter().filter(|path| path.contains(".tfstate")) {
        let finding = Finding::new("state_files", 0, path.as_str(), "a state file, which holds secrets in clear");
        seen.findings.push(path, finding);
    }
    for (folder, files) in &folders {
        seen.configuration(files, locks.contains(folder));
    }
    let mut observation = seen.finish();
    observation.evidence.extend(aside);
    observation
}

fn folder(path: &str) -> String {
    path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()
}

#[derive(Default)]
struct Seen {
    findings: Findings,
    files: usize,
    parse_errors: usize,
    roots: usize,
    modules: usize,
    resources: usize,
    undecided: usize,
    held: usize,
    judged: usize,
    /// What state and pins need, and how much of it is there.
    needed: usize,
    met: usize,
}

impl Seen {
    fn fault(&mut self, path: &str, line: u32, reason: &str) {
        self.parse_errors += 1;
        self.findings.push(path, Finding::new("parse_errors", line, "parse error", reason));
        self.findings.unread(path, reason);
    }

    /// One thing that state and pins need.
    fn need(&mut self, is_met: bool, path: &str, line: u32, fact: &'static str, subject: &str, note: &str) {
        self.needed += 1;
        if is_met {
            self.met += 1;
        } else {
            self.findings.push(path, Finding::new(fact, line, subject, note));
        }
    }

    fn configuration(&mut self, files: &[(&str, &Configuration)], has_lock: bool) {
        let backend = files.iter().find_map(|(path, file)| file.backend.as_ref().map(|at| (*path, at)));
        // A module that others use configures neither provider nor backend.
        if backend.is_some() || files.iter().any(|(_, file)| file.is_root) {
            self.root(files, has_lock, backend);
        }
        for (path, file) in files {
            self.resources += file.resources;
            for At { line, value: (name, pin) } in &file.modules {
                if matches!(pin, ModulePin::Pinned | ModulePin::Loose) {
                    self.modules += 1;
                    let note = format!("module `{name}`: no fixed version or reference");
                    self.need(*pin == ModulePin::Pinned, path, *line, "loose_modules", name, &note);
                }
            }
            self.protection(path, file);
        }
    }

    fn root(
        &mut self,
        files: &[(&str, &Configuration)],
        has_lock: bool,
        backend: Option<(&str, &At<super::configuration::Backend>)>,
    ) {
        self.roots += 1;
        let first = files.first().map_or("", |(path, _)| *path);
        match backend {
            Some((path, At { line, value })) if value.kind != "local" => {
                let name = format!("backend `{}`", value.kind);
                self.need(true, path, *line, "local_state", "backend", "");
                self.need(
                    value.is_locked,
                    path,
                    *line,
                    "unlocked_state",
                    "backend",
                    &format!("{name}: nothing locks its state"),
                );
                let note = format!("{name}: its state is not encrypted");
                self.need(value.is_encrypted, path, *line, "unencrypted_state", "backend", &note);
            }
            Some((path, at)) => {
                self.need(false, path, at.line, "local_state", "backend", "state is kept in a local file")
            }
            None => self.need(false, first, 0, "local_state", "backend", "no backend: state is kept in a local file"),
        }
        self.need(has_lock, first, 0, "without_lock_file", "lock", "no `.terraform.lock.hcl` beside it");
        let version = files.iter().find_map(|(_, file)| file.required_version.as_ref());
        self.need(version.is_some(), first, 0, "without_required_version", "version", "no `required_version`");
        for (path, file) in files {
            for At { line, value: (name, is_bounded) } in &file.providers {
                let note = format!("provider `{name}`: no version constraint that ends somewhere");
                self.need(*is_bounded, path, *line, "loose_providers", name, &note);
            }
        }
    }

    fn protection(&mut self, path: &str, file: &Configuration) {
        for At { line, value } in &file.guarded {
            match value.state {
                State::Elsewhere => self.undecided += 1,
                State::Holds => {
                    self.judged += 1;
                    self.held += 1;
                }
                State::Fails => {
                    self.judged += 1;
                    let note = format!("`{}`: `{}` {}", value.resource, value.attribute, wrong(value.fact));
                    let subject = format!("{}.{}", value.resource, value.attribute);
                    self.findings.push(path, Finding::new(value.fact, *line, subject, note));
                }
            }
        }
    }

    fn finish(self) -> Observation {
        let mut facts = Facts::new();
        facts.present("files", Value::count(self.files));
        facts.present("state_files", Value::count(self.findings.count("state_files")));
        if self.files == 0 {
            facts.set_reason("no Terraform configuration that counts");
            return Observation { facts, evidence: self.findings.evidence(), requests: 0 };
        }
        facts.present("parse_errors", Value::count(self.parse_errors));
        for (name, number) in [
            ("roots", self.roots),
            ("resources", self.resources),
            ("guarded_attributes", self.judged + self.undecided),
            ("undecided_attributes", self.undecided),
        ] {
            self.findings.set_number(&mut facts, name, number);
        }
        for (name, _) in COUNTED {
            self.findings.set_count(&mut facts, name);
        }
        if self.roots == 0 {
            let of_roots = COUNTED[1..7].iter().map(|(name, _)| *name);
            unobserve_zeros(&mut facts, of_roots, "no folder configures a provider or a backend");
        }
        if self.judged == 0 {
            let reason =
                if self.undecided > 0 { "variables decide every attribute" } else { "no datastore that we know" };
            unobserve_zeros(&mut facts, COUNTED[8..].iter().map(|(name, _)| *name), reason);
        }
        let lost = self.findings.count("state_files") > 0;
        facts.set("pin_ratio", share(if lost { 0 } else { self.met }, self.needed, "nothing needs state or a pin"));
        facts.set("protection_ratio", share(self.held, self.judged, "no datastore that we know"));
        Observation { facts, evidence: self.findings.evidence(), requests: 0 }
    }
}

fn share(part: usize, whole: usize, nothing: &str) -> Fact {
    match Exact::ratio(part as u64, whole as u64) {
        Some(ratio) => Fact::Present(Value::Number(ratio)),
        None => Fact::Unobserved(nothing.to_owned()),
    }
}

/// What is wrong, in words.
fn wrong(fact: &str) -> &'static str {
    match fact {
        "unprotected_deletion" => "lets a mistake delete it",
        "without_backup" => "leaves it without backups",
        "unencrypted_storage" => "leaves it unencrypted",
        _ => "lets everybody reach it",
    }
}
