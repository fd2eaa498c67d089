//! In which order GitHub runs the jobs of a workflow: after those that `needs` names (workflow syntax, `jobs.<job_id>.needs`),
//! and what keeps two from running at once.

use std::collections::BTreeSet;

use crate::probe::pipelines::order::{Order, Trigger, Waiting};
use crate::probe::yaml_file::texts;
use crate::yaml::Node;

use super::gates;
use super::view::{Job, Workflow, branches};

/// What the jobs of a workflow wait for.
pub(super) struct Orders(Waiting);

impl Orders {
    pub(super) fn of(workflow: &Workflow<'_>) -> Orders {
        let mut waiting = Waiting::default();
        workflow.jobs.iter().for_each(|job| waiting.add(job.id, 0, Some(needs(job))));
        Orders(waiting)
    }

    /// Where a job stands.
    pub(super) fn order(&self, workflow: &Workflow<'_>, job: &Job<'_>) -> Order {
        let environment = job.node.get("environment");
        let environment = environment.and_then(|node| node.text().or_else(|| node.get("name")?.text()));
        let locks = [workflow.root.get("concurrency"), job.node.get("concurrency")];
        Order {
            is_held: environment.is_some() || locks.iter().any(Option::is_some),
            environment: environment.filter(|name| !name.is_empty()).map(str::to_owned),
            branches: pushed(workflow),
            trigger: Some(trigger(workflow)),
            ..self.0.order(job.id, 0, Some(&needs(job)))
        }
    }
}

fn needs(job: &Job<'_>) -> BTreeSet<String> {
    job.node.get("needs").map(texts).unwrap_or_default().into_iter().map(|(text, _)| text).collect()
}

/// The branches whose pushes start it, where these are named.
fn pushed(workflow: &Workflow<'_>) -> BTreeSet<String> {
    let push = workflow.triggers.iter().find(|(event, _)| *event == "push");
    push.and_then(|(_, node)| branches(node)).unwrap_or_default().into_iter().collect()
}

fn trigger(workflow: &Workflow<'_>) -> Trigger {
    // A push of a branch for releases brings what was merged elsewhere before.
    let is_trunk = |name: &String| gates::may_be_default(name) || gates::may_be_a_trunk(name) || name.contains('*');
    let pushed = |node: &Node| match branches(node) {
        Some(named) => named.iter().any(is_trunk),
        None => node.get("tags").is_none(),
    };
    let is_change = |event: &str| matches!(event, "pull_request" | "merge_group");
    if workflow.triggers.iter().any(|(event, node)| *event == "push" && pushed(node)) {
        Trigger::Pushes
    } else if workflow.triggers.iter().all(|(event, _)| is_change(event)) {
        Trigger::Changes
    } else {
        Trigger::Others
    }
}
