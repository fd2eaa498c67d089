//! Buildkite: the steps of every pipeline below `.buildkite`; which of them a pipeline uploads is decided on its server, or by a
//! program whose output nobody sees before it runs.

use std::sync::LazyLock;

use regex::Regex;

use super::super::step::{Given, Reading, Step, has_default_branch, is_true, listed, may_hold, names, script, text};
use super::documents;
use crate::yaml::{Kind, Node};

pub(super) fn read(given: &Given<'_>) -> Result<Option<Reading>, String> {
    if ![".yml", ".yaml", ".json"].iter().any(|end| given.path.ends_with(end)) {
        // A script that only commands use is found from there.
        return Ok(given.text.contains("steps:").then(|| printed(given)));
    }
    let (mut reading, mut is_one) = (Reading::default(), false);
    for root in documents(given)? {
        let steps = if matches!(root.kind, Kind::List(_)) { Some(&root) } else { root.get("steps") };
        if let Some(steps) = steps {
            is_one = true;
            run(given.path, steps, (false, true), &mut reading);
        }
    }
    Ok(is_one.then_some(reading))
}

/// The commands of steps that a script prints, as far as they are written there, and that there may be more.
fn printed(given: &Given<'_>) -> Reading {
    static COMMAND: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"^\s*(?:-\s+)?commands?:\s*["']?([^"'|>&{\[][^"']*)"#).expect("a fixed pattern"));
    let mut reading = Reading::default();
    let lines: Vec<&str> = given.text.lines().collect();
    for (at, text) in lines.iter().enumerate() {
        let Some(found) = COMMAND.captures(text) else { continue };
        let of_step = |line: &&&str| !line.trim_start().starts_with("- ") && !line.trim().is_empty();
        let is_soft = lines[at + 1..].iter().take_while(of_step).any(|line| line.contains("soft_fail: true"));
        let line = u32::try_from(at + 1).unwrap_or(0);
        let (path, lines) = (given.path.to_owned(), vec![(line, found[1].to_owned())]);
        reading.steps.push(Step { path, line, lines, is_soft, is_gate: true, ..Step::default() });
    }
    reading.miss(format!("`{}` makes its pipeline when it runs", given.path));
    reading
}

/// Steps in order; behind a block all wait for a hand.
fn run(path: &str, steps: &Node, (is_soft, is_gate): (bool, bool), reading: &mut Reading) {
    let mut is_gate = is_gate;
    for step in steps.items() {
        // One with a condition holds some builds alone.
        let is_block = ["block", "manual"].iter().any(|key| step.get(key).is_some()) && step.get("if").is_none()
            || step.text() == Some("block");
        is_gate &= !is_block;
        let is_gate = is_gate && starts(step);
        let is_soft = is_soft || step.get("soft_fail").is_some_and(is_allowed);
        if let Some(group) = step.get("steps") {
            run(path, group, (is_soft, is_gate), reading);
            continue;
        }
        let Some(node) = ["command", "commands"].iter().find_map(|key| step.get(key)) else { continue };
        let lines = script(node);
        if let Some((line, _)) = lines.iter().find(|(_, text)| uploads_what_is_made(text)) {
            reading.miss(format!("`{path}:{line}` makes more steps when it runs"));
        }
        let line = lines.first().map_or(step.span.line, |(line, _)| *line);
        let lines = lines.into_iter().map(|(line, text)| (line, text.replace("$$", "$"))).collect();
        let set = names([step.get("env")]);
        reading.steps.push(Step { path: path.to_owned(), line, lines, set, is_soft, is_gate, ..Step::default() });
    }
}

/// Steps that a program writes and a pipe uploads.
fn uploads_what_is_made(text: &str) -> bool {
    text.contains("pipeline upload") && text.split("buildkite-agent").next().is_some_and(|before| before.contains('|'))
}

/// `soft_fail: true`, or for the exit code that linters and tests use for what they find.
fn is_allowed(node: &Node) -> bool {
    let any = |node: &Node| text(node, "exit_status").is_some_and(|status| matches!(status, "*" | "1"));
    node.text() == Some("true") || node.items().iter().any(any)
}

fn starts(step: &Node) -> bool {
    static OTHERS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"build\.tag\s*(?:!=\s*(?:null|"")|=~|$)|build\.source\s*==\s*['"](?:schedule|ui|api|trigger_job)['"]"#,
        )
        .expect("a fixed pattern")
    });
    let branches = step.get("branches").map(|node| {
        let names = listed(node).iter().filter_map(Node::text).flat_map(str::split_whitespace);
        let names: Vec<&str> = names.collect();
        names.iter().any(|name| name.starts_with('!')) || has_default_branch(names.into_iter())
    });
    !is_true(step, "skip")
        && branches != Some(false)
        && text(step, "if").is_none_or(|condition| may_hold(condition, |part| OTHERS.is_match(part)))
}
