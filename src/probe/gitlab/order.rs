//! In which order GitLab runs the jobs of a pipeline: after all of earlier stages, or after those that `needs` names (CI/CD YAML
//! syntax reference, `stages` and `needs`).

use std::collections::BTreeSet;

use crate::probe::pipelines::order::{Order, Waiting};
use crate::probe::pipelines::step::text;
use crate::yaml::Node;

use super::whole::Whole;

/// The stages of a pipeline that names none.
const STAGES: &[&str] = &["build", "test", "deploy"];

/// What each job waits for.
pub(crate) struct Orders(Waiting);

impl Orders {
    pub(crate) fn of(whole: &Whole<'_>) -> Orders {
        let mut waiting = Waiting::default();
        whole.names().for_each(|job| waiting.add(job, rank(whole, job), needs(whole, job)));
        Orders(waiting)
    }

    /// Where a job stands.
    pub(crate) fn order(&self, whole: &Whole<'_>, job: &str) -> Order {
        let environment = whole.value(job, "environment");
        // With `action: stop`, `prepare`, `verify` or `access` nothing is deployed.
        let deployed = environment.filter(|node| text(node, "action").is_none_or(|action| action == "start"));
        Order {
            is_held: environment.is_some() || whole.value(job, "resource_group").is_some(),
            is_declared: deployed.is_some(),
            environment: deployed.and_then(|node| node.text().or_else(|| text(node, "name"))).map(str::to_owned),
            is_by_hand: is_by_hand(whole, job),
            ..self.0.order(job, rank(whole, job), needs(whole, job).as_ref())
        }
    }
}

/// The place of a job's stage in the row of stages.
fn rank(whole: &Whole<'_>, job: &str) -> usize {
    let stages = whole.tops().rev().find_map(|top| top.get("stages"));
    let named: Option<Vec<&str>> = stages.map(|stages| stages.items().iter().filter_map(Node::text).collect());
    let stages = named.unwrap_or_else(|| STAGES.to_vec());
    match whole.value(job, "stage").and_then(Node::text).unwrap_or("test") {
        ".pre" => 0,
        ".post" => stages.len() + 1,
        stage => 1 + stages.iter().position(|known| *known == stage).unwrap_or(stages.len()),
    }
}

/// What a job says that it waits for: names, or mappings with the name in `job`.
fn needs(whole: &Whole<'_>, job: &str) -> Option<BTreeSet<String>> {
    let node = whole.value(job, "needs")?;
    let name = |item: &Node| item.text().or_else(|| text(item, "job")).map(str::to_owned);
    Some(node.items().iter().filter_map(name).collect())
}

/// `when: manual`, of the job or of each rule that lets it run.
fn is_by_hand(whole: &Whole<'_>, job: &str) -> bool {
    let of_job = whole.value(job, "when").and_then(Node::text);
    let rules = whole.value(job, "rules").map(Node::items).unwrap_or_default();
    let mut when =
        rules.iter().map(|rule| text(rule, "when").or(of_job)).filter(|when| *when != Some("never")).peekable();
    if when.peek().is_some() { when.all(|when| when == Some("manual")) } else { of_job == Some("manual") }
}
