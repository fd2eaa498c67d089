//! Bitbucket Pipelines: `default`, `pull-requests` and `branches` are started by changes; `tags` and `custom` are not. After
//! the reference, "Pipeline start conditions": `default` runs for branches that no pattern of `branches` takes, and patterns of
//! `pull-requests` are about the branch that a change is made on.

use super::super::starts::{Event, Started, Starts, branches};
use super::super::step::{Given, Reading, Step, joined, listed, named, text, told, written};
use super::documents;
use crate::yaml::Node;

pub(super) fn read(given: &Given<'_>) -> Result<Option<Reading>, String> {
    let documents = documents(given)?;
    let Some(pipelines) = documents.first().and_then(|root| root.get("pipelines")) else { return Ok(None) };
    let mut reading = Reading::default();
    let taken = pipelines.get("branches").map(Node::entries).unwrap_or_default();
    let taken: Vec<&str> = taken.iter().flat_map(|(key, _)| alternatives(&key.text)).collect();
    for (kind, node) in pipelines.entries() {
        if kind.text == "default" {
            run(given.path, node, &by_default(&taken), &mut reading);
            continue;
        }
        for (pattern, list) in node.entries() {
            let starts = Starts::each(|event| match (kind.text.as_str(), event) {
                ("pull-requests", Event::Request) => branches::any(alternatives(&pattern.text), Event::Branch),
                ("branches", Event::Branch | Event::Default) => branches::any(alternatives(&pattern.text), event),
                _ => Started::No,
            });
            run(given.path, list, &starts, &mut reading);
        }
    }
    Ok(Some(reading))
}

/// `{main,develop}` as what it lists.
fn alternatives(pattern: &str) -> impl Iterator<Item = &str> {
    pattern.trim_matches(['{', '}']).split(',').map(str::trim)
}

/// Pushes to branches that no pattern takes. Of several usual names of a default branch one may be it.
fn by_default(taken: &[&str]) -> Starts {
    Starts::each(|event| match event {
        Event::Request => Started::No,
        Event::Default if taken.iter().any(|name| matches!(*name, "main" | "master")) => Started::No,
        Event::Default if branches::any(taken.iter().copied(), event) == Started::Yes => {
            Started::open("a pattern of `branches` may take the default branch, whose name is not in the tree")
        }
        Event::Branch | Event::Default => branches::any(taken.iter().copied(), event).negated(),
    })
}

/// Steps one after the other; behind one that a hand starts all wait for it.
fn run(path: &str, list: &Node, starts: &Starts, reading: &mut Reading) {
    if let Some(elsewhere) = text(list, "import") {
        return reading.miss(format!("`{path}` imports `{elsewhere}` of another repository"));
    }
    let mut starts = starts.clone();
    for item in listed(list) {
        for (kind, node) in item.entries() {
            starts = starts.only_if(text(node, "trigger") != Some("manual"));
            match kind.text.as_str() {
                "step" => step(path, node, &starts, reading),
                "parallel" => run(path, node.get("steps").unwrap_or(node), &starts, reading),
                "stage" => node.get("steps").into_iter().for_each(|steps| run(path, steps, &starts, reading)),
                _ => {}
            }
        }
    }
}

fn step(path: &str, node: &Node, starts: &Starts, reading: &mut Reading) {
    let is_soft = node.get("on-fail").and_then(|fail| text(fail, "strategy")) == Some("ignore");
    let base = Step {
        path: path.to_owned(),
        line: node.span.line,
        job: named(node, &["name"]),
        is_soft,
        starts: starts.clone(),
        ..Step::default()
    };
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
