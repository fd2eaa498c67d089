//! Cirrus CI: keys that end in `script` below each task, in the order in which they are written. Every push and every pull
//! request starts a task unless `only_if` or `skip` says otherwise ("Writing tasks, conditional task execution").

use std::collections::BTreeSet;

use super::super::order::{Order, Waiting};
use super::super::starts::expression::{self, Value, of_requests};
use super::super::starts::{Event, Started, Starts};
use super::super::step::{Given, Lines, Reading, Step, is_true, joined, listed, named, text, written};
use super::super::variable::variables;
use super::documents;
use crate::yaml::Node;

/// Levels of mappings below a task that are looked at: `matrix`, `always`, `pipe`.
const DEPTH: u32 = 4;

pub(super) fn read(given: &Given<'_>) -> Result<Option<Reading>, String> {
    if given.path.ends_with(".star") {
        let mut reading = Reading::default();
        reading.miss(format!("`{}` makes its pipeline when it runs", given.path));
        return Ok(Some(reading));
    }
    // Tasks without a name may all have the same key, which YAML alone does not allow.
    let mut number = 0;
    let text: String = given
        .text
        .split_inclusive('\n')
        .map(|line| match line.strip_prefix("task:").or_else(|| line.strip_prefix("docker_builder:")) {
            Some(rest) => {
                number += 1;
                format!("n{number}_task:{rest}")
            }
            None => line.to_owned(),
        })
        .collect();
    let mut reading = Reading::default();
    for root in documents(&Given { text: &text, ..*given })? {
        let tasks = root.entries().iter().filter_map(|(key, task)| Some((key.text.strip_suffix("_task")?, task)));
        let tasks: Vec<(&str, &Node)> = tasks.collect();
        let orders = orders(&tasks);
        for ((_, task), order) in tasks.iter().zip(orders) {
            run(given.path, task, (&root, order), &mut reading);
        }
    }
    Ok(Some(reading))
}

/// What each task waits for: those that `depends_on` names, by name or by alias ("Writing tasks, dependencies").
fn orders(tasks: &[(&str, &Node)]) -> Vec<Order> {
    let of = |(key, task): &(&str, &Node)| text(task, "name").unwrap_or(key).to_owned();
    let full = |name: &str| {
        let is_alias = |(_, task): &&(&str, &Node)| text(task, "alias") == Some(name);
        tasks.iter().find(is_alias).map_or_else(|| name.to_owned(), &of)
    };
    let needs = |task: &Node| -> BTreeSet<String> {
        let named = task.get("depends_on").map(listed).unwrap_or_default();
        named.iter().filter_map(Node::text).map(&full).collect()
    };
    let mut waiting = Waiting::default();
    tasks.iter().for_each(|one| waiting.add(&of(one), 0, Some(needs(one.1))));
    let order = |one: &(&str, &Node)| Order {
        is_by_hand: text(one.1, "trigger_type") == Some("manual"),
        is_held: one.1.get("execution_lock").is_some(),
        ..waiting.order(&of(one), 0, Some(&needs(one.1)))
    };
    tasks.iter().map(order).collect()
}

fn run(path: &str, task: &Node, (root, order): (&Node, Order), reading: &mut Reading) {
    let mut lines: Lines = Vec::new();
    scripts(task, DEPTH, &mut lines);
    let get = |key: &str| text(task, key).or_else(|| text(root, key));
    let starts = Starts::each(|event| {
        let only = get("only_if").map_or(Started::Yes, |condition| by_condition(condition, event));
        only.and(get("skip").map_or(Started::Yes, |condition| by_condition(condition, event).negated()))
    });
    reading.steps.push(Step {
        path: path.to_owned(),
        line: lines.first().map_or(task.span.line, |(line, _)| *line),
        lines: joined(&lines),
        set: variables([root, task].into_iter().flat_map(|owner| [owner.get("env"), owner.get("environment")])),
        job: if order.id.is_empty() { named(task, &["alias"]) } else { order.id.clone() },
        is_soft: is_true(task, "allow_failures") || is_true(root, "allow_failures"),
        starts: starts.only_if(get("trigger_type") != Some("manual")),
        order: Some(order),
        ..Step::default()
    });
}

fn scripts(node: &Node, depth: u32, lines: &mut Lines) {
    if depth == 0 {
        return;
    }
    for (key, below) in node.entries() {
        match key.text.as_str() {
            // What runs beside or after the work decides nothing.
            "on_failure" | "environment" | "env" => {}
            key if key.ends_with("script") => written(below, lines),
            _ => scripts(below, depth - 1, lines),
        }
    }
    node.items().iter().for_each(|item| scripts(item, depth - 1, lines));
}

fn by_condition(condition: &str, event: Event) -> Started {
    let is_request = event == Event::Request;
    expression::holds(condition, &|name| {
        Some(match name {
            "CIRRUS_BRANCH" if is_request => Value::Text("pull/1".to_owned()),
            "CIRRUS_BRANCH" => expression::source(event),
            "CIRRUS_BASE_BRANCH" => of_requests(event, Value::DefaultBranch),
            "CIRRUS_DEFAULT_BRANCH" => Value::DefaultBranch,
            "CIRRUS_CRON" | "CIRRUS_TAG" | "CIRRUS_RELEASE" => Value::Null,
            "CIRRUS_PR_DRAFT" => Value::Text("false".to_owned()),
            "CIRRUS_CHANGE_MESSAGE" | "CIRRUS_CHANGE_TITLE" | "CIRRUS_USER_COLLABORATOR" => Value::Some,
            name if name.starts_with("CIRRUS_PR") => of_requests(event, Value::Some),
            _ => return None,
        })
    })
}
