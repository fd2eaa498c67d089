//! What objects refer to: selectors, services, ports, routes, targets, names.

use std::collections::BTreeSet;

use crate::model::Certainty;

use super::network::{Backend, Service};
use super::object::{Body, Labels, Selector};
use super::set::{Placed, Set};
use super::tally::Tally;
use super::workload::Workload;

/// Every reference of the set, each counted, the broken ones found.
pub(super) fn references(set: &Set<'_>, tally: &mut Tally) {
    twice_defined(set, tally);
    for (placed, workload) in set.workloads() {
        own_selector(placed, workload, tally);
        named(set, placed, workload, tally);
        for container in &workload.pod.containers {
            for (port, line) in &container.lost_probe_ports {
                tally.references += 1;
                let note = format!("container `{}`: a probe names the port `{port}`, which it has not", container.name);
                tally.find(placed, "dangling_ports", *line, port, &note);
            }
        }
    }
    for (placed, service) in set.services() {
        selected(set, placed, service, tally);
    }
    for placed in &set.all {
        match &placed.object.body {
            Body::Routes(routes) => {
                routes.backends.iter().for_each(|backend| led_to(set, *placed, backend, tally));
            }
            Body::Scaler(scaler) => {
                let is_met = set.has(&scaler.target_kind, &scaler.target_name);
                let missing = format!("{}/{}", scaler.target_kind, scaler.target_name);
                likely(
                    tally,
                    *placed,
                    is_met,
                    "dangling_autoscalers",
                    &format!("scales `{missing}`, which is not here"),
                );
            }
            Body::Budget(budget) => {
                let is_met = selects_any(set, *placed, &budget.selector);
                likely(tally, *placed, is_met, "dangling_budgets", "selects no pod that is here");
            }
            _ => {}
        }
    }
}

/// Two objects of one kind, namespace and name in one file: the second replaces the first.
fn twice_defined(set: &Set<'_>, tally: &mut Tally) {
    let mut seen = BTreeSet::new();
    for placed in &set.all {
        let object = placed.object;
        if !seen.insert((placed.file, object.kind.as_str(), object.namespace.as_str(), object.name.as_str())) {
            tally.find(*placed, "duplicate_objects", object.line, "twice", "is defined twice in this file");
        }
    }
}

/// A workload finds its own pods.
fn own_selector(placed: Placed<'_>, workload: &Workload, tally: &mut Tally) {
    let Some(selector) = &workload.selector else { return };
    tally.references += 1;
    if !selector.matches(&workload.labels) {
        tally.find(
            placed,
            "mismatched_selectors",
            placed.object.line,
            "selector",
            "its selector does not match its own pods",
        );
    }
}

/// A service selects pods that are here, and its ports lead to theirs.
fn selected(set: &Set<'_>, placed: Placed<'_>, service: &Service, tally: &mut Tally) {
    let Some(selector) = &service.selector else { return };
    let chosen: Vec<&Workload> = set
        .workloads()
        .filter(|(other, workload)| selector.matches(&workload.labels) && placed.object.shares_namespace(other.object))
        .map(|(_, workload)| workload)
        .collect();
    let has_workloads = set.workloads().next().is_some();
    likely(tally, placed, !chosen.is_empty() || !has_workloads, "dangling_services", "selects no pod that is here");
    for port in service.ports.iter().filter(|_| !chosen.is_empty()) {
        // A number reaches a container that does not declare it, too; a name must be declared.
        if port.target.parse::<u64>().is_ok() {
            continue;
        }
        tally.references += 1;
        let ports = || chosen.iter().flat_map(|w| &w.pod.containers).flat_map(|container| &container.ports);
        if !ports().any(|known| known.name.as_deref() == Some(port.target.as_str())) {
            let note = format!("leads to the port `{}`, which no container has", port.target);
            tally.find(placed, "dangling_ports", port.line, &port.target, &note);
        }
    }
}

/// A route leads to a service that is here and has the port.
fn led_to(set: &Set<'_>, placed: Placed<'_>, backend: &Backend, tally: &mut Tally) {
    let named: Vec<&Service> = set
        .services()
        .filter(|(other, _)| other.object.name == backend.service && placed.object.shares_namespace(other.object))
        .map(|(_, service)| service)
        .collect();
    if named.is_empty() && !tally.findings.is_whole() {
        return;
    }
    tally.references += 1;
    if named.is_empty() {
        let note = format!("leads to the service `{}`, which is not here", backend.service);
        let finding = placed.object.finding("dangling_routes", backend.line, &backend.service, &note);
        tally.found(placed, finding.with(Certainty::Likely));
        return;
    }
    let has_port = named.iter().flat_map(|service| &service.ports).any(|port| {
        port.name.as_deref() == Some(backend.port.as_str())
            || port.number.is_some_and(|number| number.to_string() == backend.port)
    });
    if !has_port && backend.port != "use-annotation" {
        let note = format!("leads to the port `{}` of `{}`, which it has not", backend.port, backend.service);
        tally.find(placed, "dangling_routes", backend.line, &backend.service, &note);
    }
}

fn selects_any(set: &Set<'_>, placed: Placed<'_>, selector: &Selector) -> bool {
    let of = |labels: &Labels| selector.matches(labels);
    set.workloads().any(|(other, workload)| of(&workload.labels) && placed.object.shares_namespace(other.object))
}

/// A reference to something that may be made elsewhere. It is not said to be missing while there are files that could not
/// be judged: it may stand in one of them.
fn likely(tally: &mut Tally, placed: Placed<'_>, is_met: bool, fact: &'static str, note: &str) {
    if !is_met && !tally.findings.is_whole() {
        return;
    }
    tally.references += 1;
    if !is_met {
        let finding = placed.object.finding(fact, placed.object.line, fact, note);
        tally.found(placed, finding.with(Certainty::Likely));
    }
}

/// Names that a pod needs. What is made elsewhere cannot be seen: where the set has none of a kind, nothing is said; where
/// it has some, a missing one is only a hint.
fn named(set: &Set<'_>, placed: Placed<'_>, workload: &Workload, tally: &mut Tally) {
    for reference in &workload.pod.references {
        if !set.has_kind(reference.kind) {
            continue;
        }
        tally.references += 1;
        if !set.has(reference.kind, &reference.name) {
            let note = format!("needs {} `{}`, which is not here", reference.kind, reference.name);
            let finding = placed.object.finding("missing_names", reference.line, &reference.name, &note);
            tally.found(placed, finding.with(Certainty::Hint));
        }
    }
}
