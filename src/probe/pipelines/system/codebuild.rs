//! AWS CodeBuild: the commands of each phase of a build specification.

use super::super::starts::{Started, Starts};
use super::super::step::{Given, Lines, Reading, Step, joined, text, written};
use super::super::variable::{Source, filled_by, variables};
use super::documents;

/// What starts it.
const STARTS: &str = "a project of CodeBuild, on its server, decides what starts this";

/// Phases in order.
const PHASES: &[&str] = &["install", "pre_build", "build", "post_build"];

pub(super) fn read(given: &Given<'_>) -> Result<Option<Reading>, String> {
    let documents = documents(given)?;
    let Some(root) = documents.first() else { return Ok(None) };
    let Some(phases) = root.get("phases") else { return Ok(None) };
    let of = |key: &str| root.get("env").and_then(|env| env.get(key));
    let mut set = variables([of("variables")]);
    // What the parameter store holds is no secret for that alone.
    set.extend(filled_by([of("secrets-manager")], Source::Secret));
    let mut reading = Reading::default();
    for phase in PHASES.iter().filter_map(|name| phases.get(name)) {
        let mut lines: Lines = Vec::new();
        ["commands", "finally"].iter().filter_map(|key| phase.get(key)).for_each(|node| written(node, &mut lines));
        let is_soft = text(phase, "on-failure") == Some("CONTINUE");
        let line = lines.first().map_or(phase.span.line, |(line, _)| *line);
        let (path, lines) = (given.path.to_owned(), joined(&lines));
        reading.steps.push(Step {
            path,
            line,
            lines,
            set: set.clone(),
            is_soft,
            starts: Starts::all(Started::open(STARTS)),
            ..Step::default()
        });
    }
    Ok(Some(reading.in_sequence()))
}
