//! From digests to facts.

use std::collections::BTreeSet;

use crate::model::{Certainty, Exact, Fact, Facts, Observation, Value};
use crate::probe::evidence;
use crate::probe::finding::{Finding, Findings, unobserve_zeros};
use crate::world::{Class, Swept, WantId};

use super::Digest;
use super::collection::Bound;
use super::contract::Contract;
use super::documents::Documents;
use super::facts::COUNTED;
use super::operation::{Operation, operations};
use super::reference::{Outward, References, pointed};
use super::security::{Required, is_guarded_write};

/// Facts and evidence of the descriptions that a want found.
pub(super) fn observe(swept: &Swept, want: WantId, explicit: bool) -> Observation {
    let mut seen = Seen::default();
    let mut aside = Vec::new();
    for (id, digest) in swept.get(want).own::<Digest>() {
        let (path, class) = (swept.path(id), swept.class(id));
        let counts = explicit || matches!(class, Class::Src | Class::Docs | Class::Generated | Class::Tooling);
        match digest {
            Ok(Ok(None)) => {}
            _ if !counts => aside.push(evidence::file(path, format!("not counted: its folder says {}", class.word()))),
            Ok(Ok(Some(contract))) if contract.references.outward.is_empty() => seen.contract(path, contract),
            Ok(Ok(Some(contract))) => {
                let documents = Documents::with_others(swept, path);
                let (operations, outward_paths) = operations(&documents, path);
                seen.contract(path, &Contract { operations, outward_paths, ..contract.clone() });
                seen.broken_outward(path, &contract.references, &documents);
            }
            Ok(Err(fault)) => {
                seen.parse_errors += 1;
                seen.findings
                    .push(path, Finding::new("parse_errors", fault.line, "parse error", fault.reason.as_str()));
                seen.findings.unread(path, fault.reason.as_str());
            }
            Err(unknown) => {
                seen.parse_errors += 1;
                seen.findings.unread(path, unknown.to_string());
            }
        }
    }
    let mut observation = seen.finish();
    observation.evidence.extend(aside);
    observation
}

#[derive(Default)]
struct Seen {
    findings: Findings,
    parse_errors: usize,
    files: usize,
    versions: BTreeSet<String>,
    api_versions: BTreeSet<String>,
    operations: usize,
    paths: usize,
    references: usize,
    schemes: usize,
    secured: usize,
    stated: usize,
    /// Operations without a fault of form.
    whole: usize,
    described: usize,
    /// Operations that answer with a list.
    collections: usize,
}

impl Seen {
    fn contract(&mut self, path: &str, contract: &Contract) {
        self.files += 1;
        self.versions.insert(contract.version.clone());
        self.api_versions.extend(contract.api_version.clone());
        self.operations += contract.operations.len();
        let note = format!("describes {} operations in version {}", contract.operations.len(), contract.version);
        self.findings.push(path, Finding::new("operations", 0, path, note).with(Certainty::Hint));
        self.paths += contract.operations.iter().map(|o| o.path.as_str()).collect::<BTreeSet<_>>().len();
        self.references += contract.references.all;
        self.schemes += contract.security.schemes.len();
        if contract.version.starts_with('2') {
            let note = format!("is written in version {}; 3.1 is current", contract.version);
            self.findings.push(path, Finding::new("swagger_2", contract.line, "version", note));
        }
        if contract.outward_paths > 0 {
            let reason = format!(
                "{} paths stand in files that are not here, whose operations are not seen",
                contract.outward_paths
            );
            self.findings.unread(path, reason);
        }
        self.findings.extend(path, contract.security.findings.iter().cloned());
        self.broken(path, contract.references.broken.iter().cloned());
        let twice = twice_used(&contract.operations);
        for operation in &contract.operations {
            self.form(operation, &twice);
            self.collection(operation);
            self.security(contract, operation);
        }
    }

    fn find(&mut self, fact: &'static str, operation: &Operation, note: &str) {
        let note = format!("`{}`: {note}", operation.title);
        self.findings.push(&operation.file, Finding::new(fact, operation.line, operation.title.as_str(), note));
    }

    fn broken(&mut self, path: &str, broken: impl IntoIterator<Item = (String, u32)>) {
        for (written, line) in broken {
            let note = format!("`$ref: {written}` leads nowhere");
            self.findings.push(path, Finding::new("broken_references", line, written, note));
        }
    }

    /// References from file to file, and those within the other files; a pointer that only the description itself has is
    /// one that tools resolve after they have joined the files.
    fn broken_outward(&mut self, path: &str, own: &References, documents: &Documents) {
        let is_lost = |outward: &&Outward| {
            let target = outward.file.as_deref().and_then(|file| documents.get(file));
            target.and_then(|root| pointed(root, &outward.pointer)).is_none()
        };
        let lost = |all: &[Outward]| -> Vec<(String, u32)> {
            all.iter().filter(is_lost).map(|outward| (outward.written.clone(), outward.line)).collect()
        };
        let root = documents.get(path);
        self.broken(path, lost(&own.outward));
        for (other, references) in documents.others(path) {
            self.references += references.all;
            let here = references.broken.into_iter().filter(|(written, _)| {
                let pointer = written.strip_prefix('#').unwrap_or("");
                root.is_none_or(|root| pointed(root, pointer).is_none())
            });
            self.broken(other, here.collect::<Vec<_>>());
            self.broken(other, lost(&references.outward));
        }
    }

    fn form(&mut self, operation: &Operation, twice: &BTreeSet<&str>) {
        let id = operation.id.as_deref();
        let is_twice = id.is_some_and(|id| twice.contains(id));
        let lost = operation.lost_parameters.join("`, `");
        let rules: [(bool, &'static str, String); 4] = [
            (!is_twice, "duplicate_operation_ids", format!("`operationId: {}` is used twice", id.unwrap_or(""))),
            (operation.lost_parameters.is_empty(), "lost_parameters", format!("path and parameters differ: `{lost}`")),
            (operation.has_success, "without_success_response", "documents no response but errors".to_owned()),
            (
                operation.has_schema || !operation.has_success,
                "without_schema",
                "does not say what it answers".to_owned(),
            ),
        ];
        self.whole += usize::from(rules.iter().all(|(is_met, _, _)| *is_met));
        for (_, fact, note) in rules.iter().filter(|(is_met, _, _)| !is_met) {
            self.find(fact, operation, note);
        }
        self.described += usize::from(operation.is_described);
        let quality: [(bool, &'static str, &str); 3] = [
            (id.is_some(), "missing_operation_ids", "has no `operationId`"),
            (operation.is_described, "undescribed_operations", "has no summary"),
            (operation.has_example, "without_example", "has no example"),
        ];
        for (_, fact, note) in quality.iter().filter(|(is_met, _, _)| !is_met) {
            self.find(fact, operation, note);
        }
    }

    fn collection(&mut self, operation: &Operation) {
        self.collections += usize::from(operation.bound.is_some());
        match operation.bound {
            Some(Bound::Missing) => {
                self.find("unbounded_collections", operation, "answers with a whole list, however long it grows");
            }
            Some(Bound::Open) => {
                self.find("open_collections", operation, "does not say how much of the list may be asked for");
            }
            Some(Bound::Stated) | None => {}
        }
    }

    fn security(&mut self, contract: &Contract, operation: &Operation) {
        let required = contract.security.required(operation);
        self.stated += usize::from(!matches!(required, Required::Unstated | Required::Undefined));
        match required {
            Required::Known => {
                self.secured += 1;
                if !operation.has_refusal {
                    self.find("undocumented_refusals", operation, "documents neither 401 nor 403");
                }
            }
            Required::Unstated => self.find("unstated_security", operation, "says nothing of security"),
            Required::Undefined => self.find("undefined_security", operation, "requires a scheme that is not defined"),
            Required::Nothing => self.find("public_operations", operation, "asks nobody"),
            Required::Optional => self.find("optional_security", operation, "asks only who wants to say"),
        }
        if matches!(required, Required::Nothing | Required::Optional) && is_guarded_write(operation) {
            self.find("public_writes", operation, "changes something and asks nobody");
        }
    }

    fn finish(self) -> Observation {
        let mut facts = Facts::new();
        facts.present("files", Value::count(self.files));
        facts.present("parse_errors", Value::count(self.parse_errors));
        if self.files + self.parse_errors == 0 {
            facts.set_reason("no API description that counts");
            facts.set("contract_ratio", Fact::Absent);
            return Observation { facts, evidence: Vec::new(), requests: 0 };
        }
        let texts = |all: BTreeSet<String>| Value::List(all.into_iter().map(Value::Text).collect());
        for (name, number) in [
            ("operations", self.operations),
            ("paths", self.paths),
            ("references", self.references),
            ("security_schemes", self.schemes),
            ("secured_operations", self.secured),
            ("collections", self.collections),
        ] {
            self.findings.set_number(&mut facts, name, number);
        }
        for (name, _) in COUNTED {
            self.findings.set_count(&mut facts, name);
        }
        let count = |name: &str| self.findings.count(name);
        let old = if count("swagger_2") > 0 { 10 } else { 0 };
        facts.set("contract_ratio", share_less(self.whole, self.operations, old));
        facts.set("described_ratio", share_less(self.described, self.operations, 0));
        // A part whose size nobody states counts 60 % (catalogue, api/bounded-collections).
        let bounded = 100 * self.collections - 100 * count("unbounded_collections") - 40 * count("open_collections");
        facts.set(
            "bounded_ratio",
            match Exact::ratio(bounded as u64, self.collections as u64 * 100) {
                Some(ratio) => Fact::Present(Value::Number(ratio)),
                None => Fact::Unobserved("no operation answers with a list".to_owned()),
            },
        );
        let less = 30 * (count("public_writes") + count("query_keys")) + 20 * count("weak_flows");
        facts.set("security_ratio", share_less(self.stated, self.operations, less));
        if self.operations == 0 {
            unobserve_zeros(&mut facts, COUNTED.iter().map(|(name, _)| *name), "no description has an operation");
        }
        facts.present("versions", texts(self.versions));
        facts.present("api_versions", texts(self.api_versions));
        Observation { facts, evidence: self.findings.evidence(), requests: 0 }
    }
}

/// A share, less so many percent, at least nothing.
fn share_less(part: usize, whole: usize, less: usize) -> Fact {
    let reached = (part * 100).saturating_sub(less.min(100) * whole);
    match Exact::ratio(reached as u64, whole as u64 * 100) {
        Some(ratio) => Fact::Present(Value::Number(ratio)),
        None => Fact::Unobserved("no description has an operation".to_owned()),
    }
}

fn twice_used(operations: &[Operation]) -> BTreeSet<&str> {
    let mut seen = BTreeSet::new();
    operations.iter().filter_map(|operation| operation.id.as_deref()).filter(|id| !seen.insert(*id)).collect()
}
