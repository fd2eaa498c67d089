//! Google Cloud Build: the script of each step, or what its image is told to run.

use std::collections::BTreeSet;

use super::super::order::Waiting;
use super::super::starts::{Started, Starts};
use super::super::step::{Given, Lines, Reading, Step, is_true, joined, listed, named, script, text, written};
use super::super::variable::{Source, filled_by, variables};
use super::documents;
use crate::yaml::Node;

/// What starts it.
const STARTS: &str = "a trigger of Cloud Build, on its server, decides what starts this";

pub(super) fn read(given: &Given<'_>) -> Result<Option<Reading>, String> {
    let documents = documents(given)?;
    let Some(root) = documents.first() else { return Ok(None) };
    let Some(steps) = root.get("steps") else { return Ok(None) };
    let all = |key: &str| root.get("options").and_then(|options| options.get(key));
    let mut reading = Reading::default();
    for step in steps.items() {
        let lines = step.get("script").map_or_else(|| told(step), script);
        let mut set = variables([step.get("env"), all("env")]);
        set.extend(filled_by([step.get("secretEnv"), all("secretEnv")], Source::Secret));
        reading.steps.push(Step {
            path: given.path.to_owned(),
            line: step.get("name").map_or(step.span.line, |name| name.span.line),
            folder: text(step, "dir").unwrap_or("").trim_end_matches('/').to_owned(),
            lines,
            uses: text(step, "name").map(str::to_owned),
            set,
            job: named(step, &["id"]),
            is_soft: is_true(step, "allowFailure"),
            starts: Starts::all(Started::open(STARTS)),
            ..Step::default()
        });
    }
    let mut waiting = Waiting::default();
    for (rank, (step, node)) in reading.steps.iter_mut().zip(steps.items()).enumerate() {
        let named = waits_for(node);
        step.order = Some(waiting.order(&step.job, rank, named.as_ref()));
        waiting.add(&step.job, rank, named);
    }
    Ok(Some(reading))
}

/// The steps that one names in `waitFor`, where `-` is the start of the build; without it a step waits for all before it.
fn waits_for(step: &Node) -> Option<BTreeSet<String>> {
    let named = listed(step.get("waitFor")?).iter().filter_map(Node::text).filter(|name| *name != "-");
    Some(named.map(str::to_owned).collect())
}

/// The command that `entrypoint` and `args` are: a shell's script, or words; an image is mostly named after its tool.
fn told(step: &Node) -> Lines {
    let image = text(step, "name").unwrap_or("");
    let tool = image.rsplit('/').next().unwrap_or(image).split([':', '@']).next().unwrap_or("");
    let program = text(step, "entrypoint").unwrap_or(tool);
    let Some(args) = step.get("args") else { return vec![(step.span.line, program.to_owned())] };
    let is_shell = matches!(program.rsplit('/').next(), Some("bash" | "sh" | "ash"));
    let is_script = |node: &&Node| node.text().is_some_and(|text| !text.starts_with('-'));
    if is_shell && let Some(own) = args.items().iter().find(is_script) {
        let mut lines = Vec::new();
        written(own, &mut lines);
        return joined(&lines);
    }
    let words: Vec<&str> = args.text().into_iter().chain(args.items().iter().filter_map(Node::text)).collect();
    vec![(args.span.line, format!("{program} {}", words.join(" ")))]
}
