//! Cirrus CI: keys that end in `script` below each task, in the order in which they are written. Every push and every pull
//! request starts a task unless `only_if` or `skip` says otherwise ("Writing tasks, conditional task execution").

use super::super::starts::expression::{self, Value, of_requests};
use super::super::starts::{Event, Started, Starts};
use super::super::step::{Given, Lines, Reading, Step, is_true, joined, named, text, written};
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
        let tasks = root.entries().iter().filter(|(key, _)| key.text.ends_with("_task"));
        tasks.for_each(|(_, task)| run(given.path, task, &root, &mut reading));
    }
    Ok(Some(reading))
}

fn run(path: &str, task: &Node, root: &Node, reading: &mut Reading) {
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
        job: named(task, &["name", "alias"]),
        is_soft: is_true(task, "allow_failures") || is_true(root, "allow_failures"),
        starts: starts.only_if(get("trigger_type") != Some("manual")),
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
