//! From digests to facts: which files count, what their objects add up to.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::report::Evidence;
use crate::model::{Exact, Fact, Facts, Observation, Place, Value};
use crate::probe::Look;
use crate::probe::finding::{Finding, Findings, unobserve_zeros};
use crate::probe::percent::{mean, percent, weighed_mean};
use crate::probe::{purpose, suppression};
use crate::world::{Swept, WantId};

use super::Digest;
use super::facts::{self, COUNTED, Subject};
use super::kustomization::{Kustomization, Kustomized, kustomized};
use super::object::Body;
use super::read::{Manifest, Objects};
use super::set::{Placed, Set};
use super::tally::Tally;
use super::{available, reached, references};

/// What the tree has, before anything is joined.
#[derive(Default)]
struct Gathered<'s> {
    objects: Vec<(&'s str, &'s Objects)>,
    templates: Vec<&'s str>,
    kustomizations: BTreeMap<String, (String, Kustomization)>,
    /// File, line, reason.
    faults: Vec<(&'s str, u32, String)>,
    aside: Vec<Evidence>,
}

/// Facts and evidence of the manifests that a want found. Files that the spec names count as they stand.
pub(super) fn observe(look: &Look<'_>, want: WantId, explicit: bool) -> Observation {
    let mut gathered = gather(look.swept, want, explicit);
    let configured = suppression::configured(look, look.folder, &["checkov", "kube-linter", "trivy"]);
    let mut tally = Tally { findings: Findings::treating(look.suppressions), configured, ..Tally::default() };
    let changes = kustomized(if explicit { &NO_KUSTOMIZATION } else { &gathered.kustomizations });
    let counted = rendered(&mut gathered, &changes, &mut tally);
    for (file, line, reason) in &gathered.faults {
        tally.findings.push(file, Finding::new("parse_errors", *line, "parse error", reason.as_str()));
        tally.findings.unread(file, reason.as_str());
    }
    let unrendered = gathered.templates.len() + counted.unrendered;
    for file in &gathered.templates {
        let reason = "a template: name what `helm template CHART` prints in `glob`";
        tally.findings.unread(file, reason);
    }
    let files = counted.files.len();
    let mut facts = Facts::new();
    facts.present("files", Value::count(files));
    facts.present("parse_errors", Value::count(gathered.faults.len()));
    facts.present("unrendered", Value::count(unrendered));
    if files + gathered.faults.len() + unrendered == 0 {
        facts.present("workloads", Value::count(0));
        facts.set_reason("no manifest of Kubernetes that counts");
        return Observation { facts, evidence: gathered.aside, requests: 0 };
    }
    join(&counted.files, &changes, &mut tally, &mut facts);
    let mut evidence = tally.findings.evidence();
    evidence.extend(gathered.aside);
    Observation { facts, evidence, requests: 0 }
}

static NO_KUSTOMIZATION: BTreeMap<String, (String, Kustomization)> = BTreeMap::new();

fn gather(swept: &Swept, want: WantId, explicit: bool) -> Gathered<'_> {
    let mut gathered = Gathered::default();
    for (id, digest) in swept.get(want).own::<Digest>() {
        let path = swept.path(id);
        let aside = if explicit { None } else { purpose::aside(path, swept.class(id)) };
        match (digest, aside) {
            (Ok(Ok(Manifest::Other)), _) => {}
            (Ok(_), Some(reason)) => gathered.aside.push(left_out(path, &format!("not counted: {reason}"))),
            (Ok(Ok(Manifest::Template)), None) => gathered.templates.push(path),
            (Ok(Ok(Manifest::Kustomization(own))), None) => {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                gathered.kustomizations.insert(folder.to_owned(), (path.to_owned(), own.clone()));
            }
            (Ok(Ok(Manifest::Objects(objects))), None) => gathered.objects.push((path, objects)),
            (Ok(Err(fault)), None) => gathered.faults.push((path, fault.line, fault.reason.clone())),
            // A file that was too large or not text is no manifest unless somebody says so.
            (Err(unknown), _) if explicit => gathered.faults.push((path, 0, unknown.to_string())),
            (Err(unknown), _) => gathered.aside.push(left_out(path, &format!("could not be judged: {unknown}"))),
        }
    }
    gathered
}

fn left_out(path: &str, note: &str) -> Evidence {
    Evidence {
        place: Some(Place::file(path)),
        note: Some(note.to_owned()),
        fact: Some("files".to_owned()),
        ..Evidence::default()
    }
}

/// Files that count as they stand.
struct Counted<'s> {
    files: Vec<(&'s str, &'s Objects)>,
    unrendered: usize,
}

/// Leaves out what a kustomization changes: its objects come out different, so that what is written is not what runs.
/// Where the tree has the rendered objects too, those are judged.
fn rendered<'s>(gathered: &mut Gathered<'s>, changes: &Kustomized, tally: &mut Tally) -> Counted<'s> {
    let is_whole = |path: &&str| !changes.changed.contains_key(*path) && !changes.patches.contains(*path);
    let (files, others): (Vec<_>, Vec<_>) = gathered.objects.iter().copied().partition(|(path, _)| is_whole(path));
    let known: BTreeSet<(&str, &str)> = files
        .iter()
        .flat_map(|(_, objects)| &objects.objects)
        .map(|object| (object.kind.as_str(), object.name.as_str()))
        .collect();
    let mut unrendered = 0;
    for (path, objects) in others {
        let Some(by) = changes.changed.get(path).filter(|_| !changes.patches.contains(path)) else {
            gathered.aside.push(left_out(path, "not counted: a patch, which is part of what a kustomization makes"));
            continue;
        };
        let is_known = |kind: &str, name: &str| known.contains(&(kind, name));
        if objects.objects.iter().all(|object| is_known(&object.kind, &object.name)) {
            gathered.aside.push(left_out(path, "not counted: it is rendered elsewhere in the tree"));
            continue;
        }
        unrendered += 1;
        let folder = by.rsplit_once('/').map_or(".", |(folder, _)| folder);
        tally.findings.unread(
            path,
            format!("the kustomization in `{folder}` changes it; write what `kubectl kustomize {folder}` prints to a file and name that in `glob`"),
        );
    }
    Counted { files, unrendered }
}

fn join(files: &[(&str, &Objects)], changes: &Kustomized, tally: &mut Tally, facts: &mut Facts) {
    let placed =
        files.iter().flat_map(|(file, objects)| objects.objects.iter().map(move |object| Placed { file, object }));
    let set = Set::new(placed.collect(), &changes.makes);
    for placed in &set.all {
        placed.object.findings.iter().for_each(|finding| tally.found(*placed, finding.clone()));
    }
    for (file, objects) in files {
        tally.findings.extend(file, objects.findings.iter().cloned());
    }
    references::references(&set, tally);
    reached::readiness(&set, tally);
    reached::amounts(&set, tally);
    reached::isolation(&set, tally);
    reached::routes(&set, tally);
    reached::tokens(&set, tally);
    available::availability(&set, tally);
    counts(&set, tally, facts);
    ratios(files, tally, facts);
}

fn counts(set: &Set<'_>, tally: &Tally, facts: &mut Facts) {
    let workloads = set.all.iter().filter(|placed| matches!(placed.object.body, Body::Workload(_))).count();
    facts.present("objects", Value::count(set.all.len()));
    tally.findings.set_number(facts, "workloads", workloads);
    tally.findings.set_number(facts, "reached_containers", tally.ready.len());
    tally.findings.set_number(facts, "serving_workloads", tally.rolled_out.len());
    tally.findings.set_number(facts, "external_routes", tally.encrypted.len());
    tally.findings.set_number(facts, "default_denies", tally.default_denies);
    facts.present("suppressed", Value::count(tally.findings.suppressed()));
    for (name, _) in COUNTED {
        tally.findings.set_count(facts, name);
    }
    let without = |subject: &Subject, is_seen: bool, facts: &mut Facts| {
        if !is_seen {
            unobserve_zeros(facts, subject.facts.iter().copied(), subject.nothing);
        }
    };
    without(&facts::PODS, workloads > 0, facts);
    without(&facts::REACHED, !tally.ready.is_empty(), facts);
    without(&facts::SERVING, !tally.replicated.is_empty(), facts);
    without(&facts::ROLLED_OUT, !tally.rolled_out.is_empty(), facts);
    without(&facts::REPLICATED, !tally.budgeted.is_empty(), facts);
    without(&facts::ROUTES, !tally.encrypted.is_empty(), facts);
    let filled_in = tally.findings.count("unresolved_images") > 0;
    let images =
        Subject { facts: &["unpinned_images", "weakly_pinned_images"], nothing: "an image is filled in later" };
    without(&images, !filled_in, facts);
}

fn ratios(files: &[(&str, &Objects)], tally: &Tally, facts: &mut Facts) {
    let all =
        |of: fn(&Objects) -> &Vec<u32>| files.iter().flat_map(|(_, objects)| of(objects).iter().copied()).collect();
    let pins: Vec<u32> = all(|objects| &objects.pins);
    let restricted: Vec<u32> = all(|objects| &objects.restricted);
    let liveness: Vec<u32> = all(|objects| &objects.liveness);
    let pinned = mean(&pins, "no image with a known name");
    let moves = tally.findings.count("unpinned_images") > 0;
    facts.set("pin_credit", at_most(&pinned, if moves { 30 } else { 100 }));
    facts.set("pinned_ratio", pinned);
    facts.set("restricted_ratio", mean(&restricted, facts::PODS.nothing));
    facts.set("liveness_ratio", mean(&liveness, facts::PODS.nothing));
    facts.set("resource_ratio", weighed_mean(&tally.amounts, facts::PODS.nothing));
    facts.set("ready_ratio", mean(&tally.ready, facts::REACHED.nothing));
    facts.set("replica_ratio", mean(&tally.replicated, facts::SERVING.nothing));
    facts.set("spread_ratio", mean(&tally.spread, facts::REPLICATED.nothing));
    facts.set("budget_ratio", mean(&tally.budgeted, facts::REPLICATED.nothing));
    facts.set("rollout_ratio", mean(&tally.rolled_out, facts::ROLLED_OUT.nothing));
    facts.set("encrypted_ratio", mean(&tally.encrypted, facts::ROUTES.nothing));
    let baseline = files.iter().filter_map(|(_, objects)| objects.baseline).min();
    facts.set("baseline_credit", baseline.map_or_else(|| Fact::Unobserved(facts::PODS.nothing.to_owned()), percent));
    facts.set("access_credit", percent(access_credit(tally)));
    facts.set("secret_credit", percent(secret_credit(tally)));
    facts.set("isolation_ratio", isolation_ratio(tally));
    facts.set("reference_ratio", reference_ratio(tally));
}

fn at_most(fact: &Fact, cap: u32) -> Fact {
    match (fact, percent(cap)) {
        (Fact::Present(Value::Number(mean)), Fact::Present(Value::Number(cap))) if *mean > cap => {
            Fact::Present(Value::Number(cap))
        }
        _ => fact.clone(),
    }
}

fn access_credit(tally: &Tally) -> u32 {
    let count = |names: &[&str]| names.iter().map(|name| tally.findings.count(name)).sum::<usize>();
    let less = |percent: u32, times: usize| percent * u32::try_from(times.min(100)).unwrap_or(100);
    if count(&["wildcard_rules", "cluster_admin_bindings", "anonymous_bindings"]) > 0 {
        return 0;
    }
    let others = count(&["exec_rules", "pod_creators", "default_account_bindings"]);
    let tokens = less(15, count(&["mounted_tokens"])).min(40);
    let credit = 100_u32.saturating_sub(less(25, others)).saturating_sub(tokens);
    if count(&["secret_readers", "escalating_rules"]) > 0 { credit.min(20) } else { credit }
}

fn secret_credit(tally: &Tally) -> u32 {
    let count = |names: &[&str]| names.iter().map(|name| tally.findings.count(name)).sum::<usize>();
    match (count(&["secret_values", "variable_secrets", "config_secrets"]), count(&["placeholder_secrets"])) {
        (0, 0) => 100,
        (0, _) => 30,
        _ => 0,
    }
}

fn isolation_ratio(tally: &Tally) -> Fact {
    let isolated = tally.isolated.iter().filter(|percent| **percent == 100).count() as u64;
    let bonus = u64::from(tally.default_denies > 0) + u64::from(tally.limits_egress);
    let all = tally.isolated.len() as u64;
    // 80 % of a share, and 10 % for each of two.
    match Exact::ratio(isolated * 8 + all * bonus, all * 10) {
        Some(ratio) => Fact::Present(Value::Number(ratio)),
        None => Fact::Unobserved(facts::PODS.nothing.to_owned()),
    }
}

/// Facts that count broken references.
const BROKEN: &[&str] = &[
    "mismatched_selectors",
    "dangling_services",
    "dangling_ports",
    "dangling_routes",
    "dangling_autoscalers",
    "dangling_budgets",
];

fn reference_ratio(tally: &Tally) -> Fact {
    let broken = BROKEN.iter().map(|name| tally.findings.count(name)).sum::<usize>();
    let held = tally.references.saturating_sub(broken);
    match Exact::ratio(held as u64, tally.references as u64) {
        Some(ratio) => Fact::Present(Value::Number(ratio)),
        None => Fact::Unobserved("no object refers to another".to_owned()),
    }
}
