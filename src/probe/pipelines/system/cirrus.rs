//! Cirrus CI: keys that end in `script` below each task, in the order in which they are written.

use std::sync::LazyLock;

use regex::Regex;

use super::super::step::{Given, Lines, Reading, Step, is_true, joined, may_hold, names, text, written};
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
    let is_gate = get("only_if").is_none_or(may_start) && get("trigger_type") != Some("manual");
    reading.steps.push(Step {
        path: path.to_owned(),
        line: lines.first().map_or(task.span.line, |(line, _)| *line),
        lines: joined(&lines),
        set: names([root, task].into_iter().flat_map(|owner| [owner.get("env"), owner.get("environment")])),
        is_soft: is_true(task, "allow_failures") || is_true(root, "allow_failures"),
        is_gate,
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

fn may_start(condition: &str) -> bool {
    static OTHERS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"^[\s('"]*\$(?:CIRRUS_CRON|CIRRUS_TAG|CIRRUS_RELEASE)\s*(?:$|\)|!=\s*['"]{2}|=~|==\s*['"]\w)"#)
            .expect("a fixed pattern")
    });
    condition != "false" && may_hold(condition, |part| OTHERS.is_match(part))
}
