//! Drone and Woodpecker, which came from it: steps with `commands` in one or several documents, and `when` (`trigger` of a
//! whole pipeline of Drone), which tells the events.

use super::super::step::{Given, Reading, Step, has_default_branch, listed, names, script, text, told};
use super::documents;
use crate::yaml::Node;

pub(super) fn read(given: &Given<'_>) -> Result<Option<Reading>, String> {
    if [".star", ".jsonnet", ".starlark"].iter().any(|end| given.path.ends_with(end)) {
        let mut reading = Reading::default();
        reading.miss(format!("`{}` makes its pipeline when it runs", given.path));
        return Ok(Some(reading));
    }
    let mut reading = Reading::default();
    let mut is_one = false;
    for document in documents(given)? {
        let steps = document.get("steps").or_else(|| document.get("pipeline"));
        let (Some(steps), None | Some("pipeline")) = (steps, text(&document, "kind")) else { continue };
        is_one = true;
        let is_gate = ["trigger", "when"].iter().filter_map(|key| document.get(key)).all(by_changes);
        // A list, or in older files a mapping by name.
        let listed = steps.items().iter().chain(steps.entries().iter().map(|(_, step)| step));
        listed.for_each(|step| run(given.path, step, is_gate, &mut reading));
    }
    Ok(is_one.then_some(reading))
}

fn run(path: &str, step: &Node, is_gate: bool, reading: &mut Reading) {
    let lines = step.get("commands").map(script).unwrap_or_default();
    // An image without commands is a plugin.
    let plugin = text(step, "image").filter(|_| step.get("commands").is_none());
    reading.steps.push(Step {
        path: path.to_owned(),
        line: lines.first().map_or(step.span.line, |(line, _)| *line),
        folder: text(step, "directory").unwrap_or("").to_owned(),
        lines,
        uses: plugin.map(str::to_owned),
        with: told(step.get("settings")),
        set: names([step.get("environment")]),
        is_soft: text(step, "failure") == Some("ignore"),
        is_gate: is_gate && step.get("when").is_none_or(by_changes),
    });
}

/// Whether one of the conditions lets a pull request or a push to the default branch through.
fn by_changes(when: &Node) -> bool {
    listed(when).iter().any(|when| {
        let events = of(when, "event");
        let branches = of(when, "branch");
        let named = |names: &[&str]| events.is_none_or(|node| node.names(names));
        let default = branches.is_none_or(|node| node.lets_default_branch());
        let is_failure = of(when, "status").is_some_and(|node| !node.names(&["success"]));
        let by_change = ["pull_request", "merge_request", "push"].iter().any(|event| named(&[event]));
        by_change && default && !is_failure && when.get("cron").is_none()
    })
}

/// A condition: names that are taken, or those that are left out.
#[derive(Clone, Copy)]
struct Condition<'n> {
    taken: Option<&'n Node>,
    left_out: Option<&'n Node>,
}

fn of<'n>(when: &'n Node, key: &str) -> Option<Condition<'n>> {
    let node = when.get(key)?;
    let taken = if node.entries().is_empty() { Some(node) } else { node.get("include") };
    Some(Condition { taken, left_out: node.get("exclude") })
}

impl Condition<'_> {
    fn names(self, names: &[&str]) -> bool {
        let has =
            |node: &Node| listed(node).iter().filter_map(Node::text).any(|name| names.contains(&name) || name == "*");
        self.taken.is_none_or(has) && !self.left_out.is_some_and(has)
    }

    fn lets_default_branch(self) -> bool {
        let has = |node: &Node| has_default_branch(listed(node).iter().filter_map(Node::text));
        self.taken.is_none_or(has)
    }
}
