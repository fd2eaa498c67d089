//! AppVeyor: `install`, `build_script`, `test_script` and what stands before and after them, for every shell.

use super::super::step::{Given, Lines, Reading, Step, has_default_branch, is_true, joined, listed, text, written};
use super::documents;
use crate::yaml::Node;

/// Phases whose failure ends a build, in order.
const PHASES: &[&str] =
    &["init", "install", "before_build", "build_script", "after_build", "before_test", "test_script", "after_test"];

/// Shells that a line may name.
const SHELLS: &[&str] = &["ps", "pwsh", "cmd", "sh"];

pub(super) fn read(given: &Given<'_>) -> Result<Option<Reading>, String> {
    let documents = documents(given)?;
    let Some(root) = documents.first() else { return Ok(None) };
    let mut reading = Reading::default();
    let branches = root.get("branches").and_then(|branches| branches.get("only"));
    let on_default = branches.is_none_or(|only| has_default_branch(listed(only).iter().filter_map(Node::text)));
    let is_gate = on_default && !is_true(root, "skip_non_tags");
    step(given.path, root, is_gate, &mut reading);
    for one in root.get("for").map(Node::items).unwrap_or_default() {
        step(given.path, one, is_gate, &mut reading);
    }
    Ok(Some(reading))
}

fn step(path: &str, node: &Node, is_gate: bool, reading: &mut Reading) {
    let mut lines: Lines = Vec::new();
    for phase in PHASES {
        for item in node.get(phase).map(listed).unwrap_or_default() {
            match SHELLS.iter().find_map(|shell| item.get(shell)) {
                Some(script) => written(script, &mut lines),
                None => written(item, &mut lines),
            }
        }
        // What builds by itself is a project for MSBuild.
        if let Some(project) = node.get("build").filter(|_| *phase == "build_script" && node.get(phase).is_none())
            && let Some(name) = text(project, "project")
        {
            lines.push((project.span.line, format!("msbuild {name}")));
        }
    }
    let Some((line, _)) = lines.first() else { return };
    let (line, path) = (*line, path.to_owned());
    reading.steps.push(Step { path, line, lines: joined(&lines), is_gate, ..Step::default() });
}
