//! In which order GitLab runs the jobs of a pipeline: after all of earlier stages, or after those that `needs` names (CI/CD YAML
//! syntax reference, `stages` and `needs`).

use std::collections::{BTreeMap, BTreeSet};

use crate::probe::pipelines::order::{Order, all_needed};
use crate::probe::pipelines::step::text;
use crate::yaml::Node;

use super::whole::Whole;

/// The stages of a pipeline that names none.
const STAGES: &[&str] = &["build", "test", "deploy"];

/// Where each job stands.
pub(crate) struct Orders {
    ranks: BTreeMap<String, usize>,
    /// What jobs name that they wait for; one that names nothing waits for all of earlier stages.
    direct: BTreeMap<String, BTreeSet<String>>,
}

impl Orders {
    pub(crate) fn of(whole: &Whole<'_>) -> Orders {
        let named: Option<Vec<&str>> = whole
            .tops()
            .rev()
            .find_map(|top| top.get("stages"))
            .map(|stages| stages.items().iter().filter_map(Node::text).collect());
        let stages = named.unwrap_or_else(|| STAGES.to_vec());
        let rank = |job: &str| match whole.value(job, "stage").and_then(Node::text).unwrap_or("test") {
            ".pre" => 0,
            ".post" => stages.len() + 1,
            stage => 1 + stages.iter().position(|known| *known == stage).unwrap_or(stages.len()),
        };
        Orders {
            ranks: whole.names().map(|job| (job.to_owned(), rank(job))).collect(),
            direct: whole.names().filter_map(|job| Some((job.to_owned(), needs(whole, job)?))).collect(),
        }
    }

    /// Where a job stands.
    pub(crate) fn order(&self, whole: &Whole<'_>, job: &str) -> Order {
        let environment = whole.value(job, "environment");
        let environment = environment.and_then(|node| node.text().or_else(|| text(node, "name"))).map(str::to_owned);
        let mut needs = all_needed([job], &self.direct);
        let by_stage =
            needs.iter().filter(|name| !self.direct.contains_key(*name)).filter_map(|name| self.ranks.get(name));
        let after = by_stage.max().copied().unwrap_or(0);
        needs.remove(job);
        Order {
            id: job.to_owned(),
            rank: self.ranks.get(job).copied().unwrap_or(0),
            after,
            needs,
            is_held: environment.is_some() || whole.value(job, "resource_group").is_some(),
            environment,
            is_by_hand: is_by_hand(whole, job),
            ..Order::default()
        }
    }
}

/// What a job says that it waits for: names, or mappings with the name in `job`.
fn needs(whole: &Whole<'_>, job: &str) -> Option<BTreeSet<String>> {
    let node = whole.value(job, "needs")?;
    let name = |item: &Node| item.text().or_else(|| text(item, "job")).map(str::to_owned);
    Some(node.items().iter().filter_map(name).collect())
}

/// `when: manual`, of the job or of one of its rules.
fn is_by_hand(whole: &Whole<'_>, job: &str) -> bool {
    let is_manual = |node: &Node| text(node, "when") == Some("manual");
    let by_rule = whole.value(job, "rules").is_some_and(|rules| rules.items().iter().any(is_manual));
    by_rule || whole.value(job, "when").and_then(Node::text) == Some("manual")
}
