//! builds.sr.ht: tasks, each a script under its name.

use super::super::starts::{Started, Starts};
use super::super::step::{Given, Reading, Step, script};
use super::super::variable::variables;
use super::documents;
use crate::yaml::Node;

/// What starts it.
const STARTS: &str = "what submits a manifest to builds.sr.ht is not in the tree";

pub(super) fn read(given: &Given<'_>) -> Result<Option<Reading>, String> {
    let documents = documents(given)?;
    let Some(root) = documents.first() else { return Ok(None) };
    let Some(tasks) = root.get("tasks") else { return Ok(None) };
    let mut reading = Reading::default();
    for (_, node) in tasks.items().iter().flat_map(Node::entries) {
        // Every task starts in the home folder, below which the sources lie.
        let lines = script(node);
        let sources = lines.iter().position(|(_, text)| text.trim_start().starts_with("cd "));
        let lines = lines.into_iter().enumerate().filter(|(at, _)| Some(*at) != sources).map(|(_, line)| line);
        let (path, line) = (given.path.to_owned(), node.span.line);
        reading.steps.push(Step {
            path,
            line,
            lines: lines.collect(),
            set: variables([root.get("environment")]),
            starts: Starts::all(Started::open(STARTS)),
            ..Step::default()
        });
    }
    Ok(Some(reading.in_sequence()))
}
