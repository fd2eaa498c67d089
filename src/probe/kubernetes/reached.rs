//! Pods that are reached: readiness, amounts, isolation, encrypted routes.

use crate::model::Certainty;

use super::container::{Container, Purpose};
use super::network::Route;
use super::object::{Body, Object};
use super::set::{Placed, Set};
use super::tally::Tally;

/// Containers behind a service, or with ports where the set has no service, have a readiness probe.
pub(super) fn readiness(set: &Set<'_>, tally: &mut Tally) {
    let has_services = set.has_kind("Service");
    for (placed, workload) in set.workloads() {
        if matches!(placed.object.kind.as_str(), "Job" | "CronJob") {
            continue;
        }
        let services = set.services_of(placed, workload);
        if has_services && services.is_empty() {
            continue;
        }
        let targets: Vec<&str> =
            services.iter().flat_map(|service| service.ports.iter().map(|port| port.target.as_str())).collect();
        let main: Vec<&Container> = workload.pod.containers.iter().filter(|c| c.purpose == Purpose::Main).collect();
        let anyone = main.iter().any(|container| serves(container, &targets));
        for container in main.iter().filter(|container| match has_services {
            // A service whose port nobody declares leads to the pod's first container.
            true => serves(container, &targets) || (!anyone && std::ptr::eq(**container, main[0])),
            false => !container.ports.is_empty(),
        }) {
            let is_met = container.has_readiness;
            tally.ready.push(if is_met { 100 } else { 0 });
            if !is_met {
                let note = format!("container `{}` has no readiness probe", container.name);
                tally.find(placed, "without_readiness_probe", container.line, &container.name, &note);
            }
        }
    }
}

fn serves(container: &Container, targets: &[&str]) -> bool {
    container.ports.iter().any(|port| {
        targets.iter().any(|target| {
            port.name.as_deref() == Some(*target) || port.number.is_some_and(|number| number.to_string() == *target)
        })
    })
}

/// Requests and the memory limit of each container; an init container weighs less in the ratio.
pub(super) fn amounts(set: &Set<'_>, tally: &mut Tally) {
    for (placed, workload) in set.workloads() {
        let supplied = set.supplied(placed);
        for container in workload.pod.containers.iter().filter(|container| container.purpose != Purpose::Ephemeral) {
            let stated = container.stated;
            let mut percent = 0;
            for (is_met, weight, fact, missing) in [
                (stated.cpu_request || supplied.cpu_request, 35, "without_cpu_request", "no CPU request"),
                (stated.memory_request || supplied.memory_request, 35, "without_memory_request", "no memory request"),
                (stated.memory_limit || supplied.memory_limit, 30, "without_memory_limit", "no memory limit"),
            ] {
                if is_met {
                    percent += weight;
                } else {
                    let note = format!("container `{}`: {missing}", container.name);
                    tally.find(placed, fact, container.line, &container.name, &note);
                }
            }
            let weight = if container.purpose == Purpose::Init { 3 } else { 10 };
            tally.amounts.push((percent, weight));
        }
    }
}

/// Every pod is selected by a policy that limits who reaches it; a namespace begins with nobody.
pub(super) fn isolation(set: &Set<'_>, tally: &mut Tally) {
    tally.default_denies = set.isolations().filter(|(_, policy)| policy.denies_all).count();
    for (placed, workload) in set.workloads() {
        let selecting: Vec<_> = set
            .isolations()
            .filter(|(other, policy)| {
                policy.selector.matches(&workload.labels)
                    && (policy.is_cluster_wide || placed.object.shares_namespace(other.object))
            })
            .map(|(_, policy)| policy)
            .collect();
        let is_met = selecting.iter().any(|policy| policy.limits_ingress);
        if !is_met && !tally.findings.is_whole() {
            continue;
        }
        tally.isolated.push(if is_met { 100 } else { 0 });
        tally.limits_egress |= selecting.iter().any(|policy| policy.limits_egress);
        if !is_met {
            let note = match selecting.is_empty() {
                true => "no network policy selects its pods",
                false => "the network policy that selects its pods lets everybody in",
            };
            tally.find(placed, "unisolated_workloads", placed.object.line, "isolation", note);
        }
    }
}

/// Every route from outside is encrypted.
pub(super) fn routes(set: &Set<'_>, tally: &mut Tally) {
    for placed in &set.all {
        let routes: Vec<&Route> = match &placed.object.body {
            Body::Routes(routes) => routes.routes.iter().collect(),
            Body::Service(service) => service.route.iter().collect(),
            _ => Vec::new(),
        };
        for route in routes {
            tally.encrypted.push(if route.is_encrypted { 100 } else { 0 });
            if !route.is_encrypted {
                let note = format!("`{}` is reached without TLS", route.host);
                let certainty = if route.is_open_question { Certainty::Likely } else { Certainty::Certain };
                let finding = placed.object.finding("unencrypted_routes", route.line, &route.host, &note);
                tally.found(*placed, finding.with(certainty));
            }
        }
    }
}

/// Pods whose account has no rights in the set, and that carry its token all the same.
pub(super) fn tokens(set: &Set<'_>, tally: &mut Tally) {
    for (placed, workload) in set.workloads() {
        let account = workload.pod.account.as_deref().unwrap_or("default");
        let own = set.all.iter().find(|other| is_account(other.object, placed.object, account));
        let of_account = own.and_then(|other| match other.object.body {
            Body::Account(mounts) => mounts,
            _ => None,
        });
        // A file that could not be judged may hold the account or its rights.
        if workload.pod.mounts_token.is_none() && !tally.findings.is_whole() {
            continue;
        }
        let mounts = workload.pod.mounts_token.or(of_account).unwrap_or(true);
        tally.pods += 1;
        if mounts && !has_rights(set, placed, account) {
            let note = format!("mounts the token of `{account}`, which has no rights here");
            tally.find(placed, "mounted_tokens", placed.object.line, account, &note);
        }
    }
}

fn is_account(candidate: &Object, object: &Object, name: &str) -> bool {
    matches!(candidate.body, Body::Account(_)) && candidate.name == name && candidate.shares_namespace(object)
}

fn has_rights(set: &Set<'_>, placed: Placed<'_>, account: &str) -> bool {
    set.all.iter().any(|other| match &other.object.body {
        Body::Binding(binding) => binding.accounts.iter().any(|(namespace, name)| {
            name == account
                && (namespace.is_empty() || placed.object.namespace.is_empty() || *namespace == placed.object.namespace)
        }),
        _ => false,
    })
}
