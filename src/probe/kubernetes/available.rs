//! Workloads that stay up: replicas, spread, disruption budgets, rollouts.

use crate::model::Certainty;

use super::container::Purpose;
use super::set::{Floor, Placed, Set};
use super::tally::Tally;
use super::workload::Workload;

/// What is asked of every workload that serves.
pub(super) fn availability(set: &Set<'_>, tally: &mut Tally) {
    for (placed, workload) in set.workloads().filter(|(_, workload)| workload.has_replicas) {
        if set.services_of(placed, workload).is_empty() {
            continue;
        }
        rollout(placed, workload, tally);
        let Floor::Pods(floor) = set.floor(placed, workload) else { continue };
        // Its autoscaler may stand in a file that could not be judged.
        if floor < 2 && set.scaler_of(placed).is_none() && !tally.findings.is_whole() {
            continue;
        }
        replicas(set, placed, workload, floor, tally);
        if floor >= 2 {
            spread(placed, workload, tally);
            budget(set, placed, workload, floor, tally);
        }
    }
}

/// At least two pods, and an autoscaler that can do something.
fn replicas(set: &Set<'_>, placed: Placed<'_>, workload: &Workload, floor: u64, tally: &mut Tally) {
    let mut percent = 100;
    if floor < 2 {
        percent = 0;
        // One writer of one volume cannot simply be doubled: a design question, not an oversight.
        let is_single_by_design = workload.is_recreated && workload.has_claim;
        let certainty = if is_single_by_design { Certainty::Hint } else { Certainty::Certain };
        let finding =
            placed.object.finding("single_replicas", placed.object.line, "replicas", &format!("runs {floor} at least"));
        tally.found(placed, finding.with(certainty));
    }
    if let Some((other, scaler)) = set.scaler_of(placed) {
        if workload.replicas.is_some() {
            percent = percent.min(70);
            let note = "writes `replicas` beside its autoscaler: each apply undoes what that decided";
            tally.find(placed, "fixed_beside_autoscaler", placed.object.line, "replicas", note);
        }
        if scaler.max.is_some_and(|max| max <= scaler.min) {
            percent = percent.min(60);
            tally.find(
                other,
                "idle_autoscalers",
                other.object.line,
                "max",
                "cannot add a pod: its maximum is its minimum",
            );
        }
    }
    tally.replicated.push(percent);
}

/// Pods of one workload lie on several nodes or zones.
fn spread(placed: Placed<'_>, workload: &Workload, tally: &mut Tally) {
    let spreads = &workload.pod.spreads;
    let selects =
        |selector: &Option<super::object::Selector>| selector.as_ref().is_some_and(|s| s.matches(&workload.labels));
    let percent = if spreads.iter().any(|spread| selects(&spread.selector)) {
        100
    } else if spreads.is_empty() {
        tally.find(
            placed,
            "unspread_workloads",
            placed.object.line,
            "spread",
            "nothing spreads its pods over nodes or zones",
        );
        0
    } else {
        tally.find(
            placed,
            "unspread_workloads",
            placed.object.line,
            "spread",
            "what spreads pods does not select its own",
        );
        40
    };
    tally.spread.push(percent);
}

/// A disruption budget exists, and lets a node drain.
fn budget(set: &Set<'_>, placed: Placed<'_>, workload: &Workload, floor: u64, tally: &mut Tally) {
    let budgets: Vec<_> = set
        .budgets()
        .filter(|(other, budget)| {
            budget.selector.matches(&workload.labels)
                && !budget.selector.is_empty()
                && placed.object.shares_namespace(other.object)
        })
        .collect();
    let percent = match budgets.as_slice() {
        [] if !tally.findings.is_whole() => return,
        [] => {
            let note = "no PodDisruptionBudget selects its pods";
            tally.find(placed, "without_disruption_budget", placed.object.line, "budget", note);
            0
        }
        [(other, budget)] if budget.allowed(floor) == 0 => {
            let note = format!("lets none of {floor} pods go, so that no node drains");
            tally.find(*other, "blocking_disruption_budgets", other.object.line, "budget", &note);
            20
        }
        [_] => 100,
        [(first, _), rest @ ..] => {
            let names: std::collections::BTreeSet<_> = rest.iter().map(|(other, _)| &other.object.name).collect();
            if names.iter().all(|name| **name == first.object.name) {
                100
            } else {
                let note = "several PodDisruptionBudgets select its pods: an eviction is then an error";
                tally.find(placed, "blocking_disruption_budgets", placed.object.line, "budgets", note);
                20
            }
        }
    };
    tally.budgeted.push(percent);
}

/// Seconds that must remain after `preStop`.
const AFTER_PRE_STOP: u64 = 5;
/// The shortest grace period that lets requests end, in seconds.
const LEAST_GRACE: u64 = 15;

/// Rollouts are gradual, and pods finish what they began.
fn rollout(placed: Placed<'_>, workload: &Workload, tally: &mut Tally) {
    let main = || workload.pod.containers.iter().filter(|container| container.purpose == Purpose::Main);
    let takes_all = match workload.max_unavailable.as_deref() {
        Some("100%") => true,
        Some(text) => text.parse::<u64>().is_ok_and(|number| number >= workload.replicas.unwrap_or(1) && number > 0),
        None => false,
    };
    let is_abrupt = takes_all || (workload.is_recreated && !workload.has_claim);
    let waits = main().filter_map(|container| container.pre_stop).max();
    let needed = LEAST_GRACE.max(waits.unwrap_or(0).saturating_add(AFTER_PRE_STOP + 1));
    let is_paced = workload.is_paced || main().any(|container| container.has_readiness);
    let mut percent = 0;
    for (is_met, weight, fact, note) in [
        (!is_abrupt, 30, "abrupt_rollouts", "a rollout takes every pod away at once"),
        (waits.is_some(), 30, "without_drain", "no `preStop`: requests still arrive after the process was told to end"),
        (workload.pod.grace >= needed, 25, "short_grace", "its grace period is too short to end in"),
        (is_paced, 15, "unpaced_rollouts", "nothing tells when a new pod is good"),
    ] {
        if is_met {
            percent += weight;
        } else {
            tally.find(placed, fact, placed.object.line, "rollout", note);
        }
    }
    tally.rolled_out.push(percent);
}
