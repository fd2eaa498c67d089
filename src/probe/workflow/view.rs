//! A workflow or composite action as the rules need it: triggers, jobs, steps, over the nodes of the file.

use crate::probe::yaml_file::texts;
use crate::yaml::Node;

/// A workflow file, or a composite action (one job without a name).
pub(super) struct Workflow<'n> {
    pub(super) root: &'n Node,
    /// Events, by name.
    pub(super) triggers: Vec<(&'n str, &'n Node)>,
    pub(super) jobs: Vec<Job<'n>>,
    pub(super) is_action: bool,
}

/// A job.
pub(super) struct Job<'n> {
    pub(super) id: &'n str,
    pub(super) line: u32,
    pub(super) node: &'n Node,
    pub(super) steps: Vec<Step<'n>>,
}

/// A step.
pub(super) struct Step<'n> {
    pub(super) node: &'n Node,
}

impl<'n> Workflow<'n> {
    /// The view of a file; `None` when it is neither a workflow nor a composite action.
    pub(super) fn of(root: &'n Node) -> Option<Workflow<'n>> {
        if let Some(jobs) = root.get("jobs") {
            let jobs = jobs.entries().iter().map(|(key, node)| Job {
                id: key.text.as_str(),
                line: key.span.line,
                node,
                steps: steps(node.get("steps")),
            });
            return Some(Workflow { root, triggers: triggers(root), jobs: jobs.collect(), is_action: false });
        }
        let runs = root.get("runs")?;
        let job = Job { id: "", line: runs.span.line, node: runs, steps: steps(runs.get("steps")) };
        Some(Workflow { root, triggers: Vec::new(), jobs: vec![job], is_action: true })
    }

    /// Whether an event starts it.
    pub(super) fn on(&self, event: &str) -> bool {
        self.triggers.iter().any(|(name, _)| *name == event)
    }

    /// Whether it only runs when another workflow calls it.
    pub(super) fn is_called_only(&self) -> bool {
        !self.triggers.is_empty() && self.triggers.iter().all(|(name, _)| *name == "workflow_call")
    }
}

impl<'n> Job<'n> {
    /// The text of a key.
    pub(super) fn text(&self, key: &str) -> Option<&'n str> {
        self.node.get(key).and_then(Node::text)
    }
}

impl<'n> Step<'n> {
    /// The text of a key, with its line.
    pub(super) fn text(&self, key: &str) -> Option<(&'n str, u32)> {
        let node = self.node.get(key)?;
        Some((node.text()?, node.span.line))
    }

    /// The text of a key under `with`, with its line.
    pub(super) fn with(&self, key: &str) -> Option<(&'n str, u32)> {
        let node = self.node.get("with")?.get(key)?;
        Some((node.text()?, node.span.line))
    }

    /// The script it runs, line by line: `run`, or `script` of `actions/github-script`.
    pub(super) fn scripts(&self) -> Vec<(u32, &'n str)> {
        let mut found = Vec::new();
        if let Some(node) = self.node.get("run") {
            found.extend(lines(node));
        }
        let is_script = self.text("uses").is_some_and(|(uses, _)| uses.starts_with("actions/github-script@"));
        if let Some(node) = self.node.get("with").and_then(|with| with.get("script")).filter(|_| is_script) {
            found.extend(lines(node));
        }
        found
    }

    /// Its name, or what it uses, or its first command.
    pub(super) fn title(&self) -> &'n str {
        let texts = ["name", "id", "uses", "run"].iter().find_map(|key| self.text(key));
        texts.map_or("step", |(text, _)| text.lines().next().unwrap_or(text))
    }
}

/// Lines of a scalar with their line in the file; a block's place is that of its first line of text.
fn lines(node: &Node) -> Vec<(u32, &str)> {
    let text = node.text().unwrap_or("");
    text.lines().enumerate().map(|(at, line)| (node.span.line + u32::try_from(at).unwrap_or(0), line)).collect()
}

fn steps(node: Option<&Node>) -> Vec<Step<'_>> {
    node.map(|node| node.items().iter().map(|node| Step { node }).collect()).unwrap_or_default()
}

fn triggers(root: &Node) -> Vec<(&str, &Node)> {
    let Some(on) = root.get("on").or_else(|| root.get("true")) else { return Vec::new() };
    if let Some(text) = on.text() {
        return vec![(text, on)];
    }
    let listed = on.items().iter().filter_map(|item| Some((item.text()?, item)));
    let mapped = on.entries().iter().map(|(key, node)| (key.text.as_str(), node));
    listed.chain(mapped).collect()
}

/// The branch patterns of a trigger; `None` where it has no filter.
pub(super) fn branches(trigger: &Node) -> Option<Vec<String>> {
    trigger.get("branches").map(|list| texts(list).into_iter().map(|(text, _)| text).collect())
}
