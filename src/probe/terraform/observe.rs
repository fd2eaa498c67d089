//! From digests to facts. Files of one folder are one configuration.

use std::collections::BTreeMap;

use crate::model::{Certainty, Exact, Fact, Facts, Observation, Suppression, Value};
use crate::probe::evidence;
use crate::probe::finding::{Finding, Findings, unobserve_zeros};
use crate::probe::{Look, purpose, suppression};
use crate::world::WantId;

use super::configuration::{At, Configuration, GuardedAt};
use super::facts::COUNTED;
use super::ignores::{Said, Scope, Subject};
use super::pins::ModulePin;
use super::protection::State;
use super::{Digest, exposure, folder, tflint};

/// Facts and evidence of the files that a want found; `named` are state and lock files.
pub(super) fn observe(look: &Look<'_>, want: WantId, explicit: bool, named: Vec<String>) -> Observation {
    let swept = look.swept;
    let mut seen = Seen { findings: Findings::treating(look.suppressions), ..Seen::default() };
    let mut aside = Vec::new();
    let mut folders: BTreeMap<&str, Vec<(&str, &Configuration)>> = BTreeMap::new();
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
    let locks: Vec<&str> =
        named.iter().filter(|path| path.ends_with(".terraform.lock.hcl")).map(|path| folder(path)).collect();
    for path in named.iter().filter(|path| path.contains(".tfstate")) {
        let finding = Finding::new("state_files", 0, path.as_str(), "a state file, which holds secrets in clear");
        seen.findings.push(path, finding);
    }
    let mut configured = suppression::configured(look, look.folder, &["checkov", "trivy", "tfsec"]);
    configured.extend(tflint::configured(swept, look.folder));
    let today = look.world.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let said = Said::about(folders.values().flatten().copied(), configured, today);
    for (folder, files) in &folders {
        seen.configuration(files, locks.contains(folder), &said);
    }
    let mut observation = seen.finish();
    observation.evidence.extend(aside);
    observation
}

#[derive(Default)]
struct Seen {
    findings: Findings,
    files: usize,
    parse_errors: usize,
    /// Datastores that say that they encrypt.
    encrypted: usize,
    roots: usize,
    modules: usize,
    resources: usize,
    undecided: usize,
    held: usize,
    judged: usize,
    /// Ways in to databases that are decided here, and that a variable decides.
    closed: usize,
    open_or_not: usize,
    /// Those for which a reason is given, and that are unprotected attributes as well.
    twice: usize,
    /// Attributes that say what they must not, and for which a reason is given.
    excused: usize,
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
        self.need_unless(None, is_met, path, Finding::new(fact, line, subject, note));
    }

    /// The same where something may be said about the want of it.
    fn need_unless(&mut self, said: Option<Suppression>, is_met: bool, path: &str, finding: Finding) {
        let finding = Finding { suppression: said, ..finding };
        if is_met {
            self.needed += 1;
            self.met += 1;
            return;
        }
        self.needed += usize::from(!self.findings.leaves_out(&finding));
        self.findings.push(path, finding);
    }

    fn configuration(&mut self, files: &[(&str, &Configuration)], has_lock: bool, said: &Said<'_>) {
        let backend = files.iter().find_map(|(path, file)| file.backend.as_ref().map(|at| (*path, at)));
        // A module that others use configures neither provider nor backend.
        if backend.is_some() || files.iter().any(|(_, file)| file.is_root) {
            self.root(files, has_lock, backend, said);
        }
        for (path, file) in files {
            self.resources += file.resources;
            self.modules(path, file, said);
            self.protection(path, file, said);
            self.exposure(path, file, said);
        }
    }

    fn modules(&mut self, path: &str, file: &Configuration, said: &Said<'_>) {
        let pinned_or_not = |pin| matches!(pin, ModulePin::Pinned | ModulePin::Loose);
        for module in file.modules.iter().filter(|module| pinned_or_not(module.pin)) {
            self.modules += 1;
            let note = format!("module `{}`: no fixed version or reference", module.name);
            let finding = Finding::new("loose_modules", module.line, module.name.as_str(), note);
            let subject = Subject { path, file, scope: &module.scope, line: module.line };
            let said = said.of(subject, &["CKV_TF_2", "terraform_module_pinned_source", "terraform_module_version"]);
            self.need_unless(said, module.pin == ModulePin::Pinned, path, finding);
        }
    }

    fn root(
        &mut self,
        files: &[(&str, &Configuration)],
        has_lock: bool,
        backend: Option<(&str, &At<super::configuration::Backend>)>,
        said: &Said<'_>,
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
        let nowhere = Scope::default();
        if let Some((path, file)) = files.first() {
            let subject = Subject { path, file, scope: &nowhere, line: 0 };
            let finding = Finding::new("without_required_version", 0, "version", "no `required_version`");
            self.need_unless(said.of(subject, &["terraform_required_version"]), version.is_some(), path, finding);
        }
        for (path, file) in files {
            for At { line, value: (name, is_bounded) } in &file.providers {
                let note = format!("provider `{name}`: no version constraint that ends somewhere");
                let subject = Subject { path, file, scope: &nowhere, line: *line };
                let finding = Finding::new("loose_providers", *line, name.as_str(), note);
                self.need_unless(said.of(subject, &["terraform_required_providers"]), *is_bounded, path, finding);
            }
        }
    }

    fn protection(&mut self, path: &str, file: &Configuration, said: &Said<'_>) {
        for GuardedAt { line, guarded: value, scope } in &file.guarded {
            match value.state {
                State::Elsewhere => self.undecided += 1,
                State::Holds => {
                    self.judged += 1;
                    self.held += 1;
                    self.encrypted += usize::from(value.fact == "unencrypted_storage");
                    let subject = format!("{}.{}", value.resource, value.attribute);
                    let note = format!("`{}`: `{}` is as it must be", value.resource, value.attribute);
                    self.findings.push(path, Finding::new(value.fact, *line, subject, note).with(Certainty::Hint));
                }
                State::Fails => {
                    let note = format!("`{}`: `{}` {}", value.resource, value.attribute, wrong(value.fact));
                    let subject = format!("{}.{}", value.resource, value.attribute);
                    let suppression = said.of(Subject { path, file, scope, line: *line }, value.rules);
                    let finding = Finding { suppression, ..Finding::new(value.fact, *line, subject, note) };
                    let is_excused = self.findings.leaves_out(&finding);
                    self.excused += usize::from(is_excused);
                    self.judged += usize::from(!is_excused);
                    self.findings.push(path, finding);
                }
            }
        }
    }

    fn exposure(&mut self, path: &str, file: &Configuration, said: &Said<'_>) {
        for GuardedAt { line, guarded: way, scope } in &file.exposed {
            match way.state {
                State::Elsewhere => self.open_or_not += 1,
                State::Holds => self.closed += 1,
                State::Fails => {
                    let note = format!("`{}`: `{}` lets the whole Internet reach it", way.resource, way.attribute);
                    let subject = format!("{}.{}", way.resource, way.attribute);
                    let suppression = said.of(Subject { path, file, scope, line: *line }, way.rules);
                    let finding = Finding { suppression, ..Finding::new(way.fact, *line, subject, note) };
                    let is_twice = way.attribute == "publicly_accessible" && finding.is_suppressed();
                    self.twice += usize::from(is_twice);
                    self.findings.push(path, finding);
                    self.closed += 1;
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
        facts.present("suppressed", Value::count(self.findings.suppressed() - self.twice));
        for (name, number) in [
            ("roots", self.roots),
            ("resources", self.resources),
            ("guarded_attributes", self.judged + self.undecided),
            ("undecided_attributes", self.undecided),
            ("database_entries", self.closed + self.open_or_not),
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
        if self.judged == 0 && self.excused == 0 {
            let reason =
                if self.undecided > 0 { "variables decide every attribute" } else { "no datastore that we know" };
            unobserve_zeros(
                &mut facts,
                COUNTED[8..].iter().map(|(name, _)| *name).filter(|name| *name != exposure::FACT),
                reason,
            );
        }
        if self.open_or_not > 0 || self.closed == 0 {
            let reason =
                if self.open_or_not > 0 { "a variable decides" } else { "nothing decides who reaches a database" };
            unobserve_zeros(&mut facts, [exposure::FACT], reason);
        }
        facts.set(
            "encrypted_storage",
            match self.encrypted {
                0 => Fact::Unobserved("no datastore says that it encrypts".to_owned()),
                number => Fact::Present(Value::count(number)),
            },
        );
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
