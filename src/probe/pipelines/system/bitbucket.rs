//! Bitbucket Pipelines: `default`, `pull-requests` and `branches` are started by changes; `tags` and `custom` are not.

use super::super::step::{Given, Reading, Step, has_default_branch, joined, listed, text, told, written};
use super::documents;
use crate::yaml::Node;

pub(super) fn read(given: &Given<'_>) -> Result<Option<Reading>, String> {
    let documents = documents(given)?;
    let Some(pipelines) = documents.first().and_then(|root| root.get("pipelines")) else { return Ok(None) };
    let mut reading = Reading::default();
    for (kind, node) in pipelines.entries() {
        match kind.text.as_str() {
            "default" => run(given.path, node, true, &mut reading),
            "pull-requests" => node.entries().iter().for_each(|(_, list)| run(given.path, list, true, &mut reading)),
            "branches" => {
                for (branches, list) in node.entries() {
                    let pattern = branches.text.trim_matches(['{', '}']);
                    let is_gate = has_default_branch(pattern.split(','));
                    run(given.path, list, is_gate, &mut reading);
                }
            }
            _ => node.entries().iter().for_each(|(_, list)| run(given.path, list, false, &mut reading)),
        }
    }
    Ok(Some(reading))
}

/// Steps one after the other; behind one that a hand starts all wait for it.
fn run(path: &str, list: &Node, is_gate: bool, reading: &mut Reading) {
    if let Some(elsewhere) = text(list, "import") {
        return reading.miss(format!("`{path}` imports `{elsewhere}` of another repository"));
    }
    let mut is_gate = is_gate;
    for item in listed(list) {
        for (kind, node) in item.entries() {
            is_gate &= text(node, "trigger") != Some("manual");
            match kind.text.as_str() {
                "step" => step(path, node, is_gate, reading),
                "parallel" => run(path, node.get("steps").unwrap_or(node), is_gate, reading),
                "stage" => node.get("steps").into_iter().for_each(|steps| run(path, steps, is_gate, reading)),
                _ => {}
            }
        }
    }
}

fn step(path: &str, node: &Node, is_gate: bool, reading: &mut Reading) {
    let is_soft = node.get("on-fail").and_then(|fail| text(fail, "strategy")) == Some("ignore");
    let base = Step { path: path.to_owned(), line: node.span.line, is_soft, is_gate, ..Step::default() };
    let mut lines = Vec::new();
    for item in node.get("script").map(listed).unwrap_or_default() {
        match text(item, "pipe") {
            Some(pipe) => reading.steps.push(Step {
                line: item.span.line,
                uses: Some(pipe.to_owned()),
                with: told(item.get("variables")),
                ..base.clone()
            }),
            None => written(item, &mut lines),
        }
    }
    reading.steps.push(Step { lines: joined(&lines), ..base });
}
