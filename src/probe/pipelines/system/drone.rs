//! Drone and Woodpecker, which came from it: steps with `commands` in one or several documents, and `when` (`trigger` of a
//! whole pipeline of Drone), which tells the events. After Drone's "Triggers" and "Conditions" and Woodpecker's "Workflow
//! syntax, `when`": what says nothing runs on every event, and the branch of a pull request is the one that it goes to.

use std::collections::BTreeSet;

use super::super::order::{Order, Waiting};
use super::super::starts::expression::{self, Value, target};
use super::super::starts::{Event, Started, Starts, branches};
use super::super::step::{Given, Reading, Step, listed, script, text, told};
use super::super::variable::{Source, Variable, below, filled_by, variables};
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
    let mut pipelines = Waiting::default();
    for document in documents(given)? {
        let steps = document.get("steps").or_else(|| document.get("pipeline"));
        let (Some(steps), None | Some("pipeline")) = (steps, text(&document, "kind")) else { continue };
        is_one = true;
        let conditions = ["trigger", "when"].iter().filter_map(|key| document.get(key));
        let by_branches = document
            .get("branches")
            .map_or_else(Starts::always, |node| Starts::each(|event| Condition::of(node).lets_branch(event)));
        let starts = conditions.fold(by_branches, |starts, when| starts.and(&by_events(when)));
        // A list, or in older files a mapping by name.
        let listed = steps.items().iter().map(|step| (text(step, "name").unwrap_or(""), step));
        let mapped = steps.entries().iter().map(|(key, step)| (key.text.as_str(), step));
        let steps: Vec<(&str, &Node)> = listed.chain(mapped).collect();
        let orders = orders(given.path, &document, &steps, &mut pipelines);
        for (step, order) in steps.into_iter().zip(orders) {
            run(given.path, step, (&starts, order), &mut reading);
        }
    }
    Ok(is_one.then_some(reading))
}

/// Where the steps of a pipeline stand: one after the other, or where one names others behind those alone, and all behind the
/// pipelines that it names. What a workflow of Woodpecker waits for lies in other files, and is not told.
fn orders(path: &str, document: &Node, steps: &[(&str, &Node)], pipelines: &mut Waiting) -> Vec<Option<Order>> {
    let stage = text(document, "name").unwrap_or("");
    let direct = depends_on(document);
    if path.starts_with(".woodpecker") && !direct.is_empty() {
        return vec![None; steps.len()];
    }
    let before = pipelines.order(stage, 0, Some(&direct)).needs;
    pipelines.add(stage, 0, Some(direct));
    let is_named = steps.iter().any(|(_, step)| step.get("depends_on").is_some());
    let named = |step: &Node| is_named.then(|| depends_on(step));
    let mut waiting = Waiting::default();
    steps.iter().enumerate().for_each(|(rank, (name, step))| waiting.add(name, rank, named(step)));
    let order = |(rank, (name, step)): (usize, &(&str, &Node))| {
        let mut order = Order { stage: stage.to_owned(), ..waiting.order(name, rank, named(step).as_ref()) };
        order.needs.extend(before.iter().cloned());
        Some(order)
    };
    steps.iter().enumerate().map(order).collect()
}

fn depends_on(node: &Node) -> BTreeSet<String> {
    let named = node.get("depends_on").map(listed).unwrap_or_default().iter().filter_map(Node::text);
    named.map(str::to_owned).collect()
}

fn run(path: &str, (name, step): (&str, &Node), (starts, order): (&Starts, Option<Order>), reading: &mut Reading) {
    let lines = step.get("commands").map(script).unwrap_or_default();
    // Older pipelines list the names of secrets, which become variables in capitals.
    let secrets = filled_by([step.get("secrets")], Source::Secret).into_iter();
    let secrets = secrets.map(|one| Variable { name: one.name.to_uppercase(), ..one });
    // An image without commands is a plugin.
    let plugin = text(step, "image").filter(|_| step.get("commands").is_none());
    reading.steps.push(Step {
        path: path.to_owned(),
        line: lines.first().map_or(step.span.line, |(line, _)| *line),
        folder: text(step, "directory").unwrap_or("").to_owned(),
        lines,
        uses: plugin.map(str::to_owned),
        with: told(step.get("settings")),
        told: below(step.get("settings")),
        set: variables([step.get("environment")]).into_iter().chain(secrets).collect(),
        job: name.to_owned(),
        is_soft: text(step, "failure") == Some("ignore"),
        starts: step.get("when").map_or_else(|| starts.clone(), |when| starts.and(&by_events(when))),
        order,
        ..Step::default()
    });
}

/// The events that one of the conditions lets through.
fn by_events(when: &Node) -> Starts {
    listed(when).iter().fold(Starts::never(), |all, when| all.or(&Starts::each(|event| lets_through(when, event))))
}

fn lets_through(when: &Node, event: Event) -> Started {
    let of = |key: &str| when.get(key).map(Condition::of);
    let names: &[&str] = if event == Event::Request { &["pull_request", "merge_request"] } else { &["push"] };
    let is_failure = of("status").is_some_and(|node| !node.names(&["success"]));
    if of("event").is_some_and(|node| !node.names(names)) || is_failure || when.get("cron").is_some() {
        return Started::No;
    }
    let by_branch = of("branch").map_or(Started::Yes, |node| node.lets_branch(event));
    let by_ref = of("ref").map_or(Started::Yes, |node| node.lets_ref(event));
    let by_expression = text(when, "evaluate").map_or(Started::Yes, |condition| evaluated(condition, event));
    let elsewhere = ["repo", "instance"].iter().find(|key| when.get(key).is_some());
    let by_server =
        elsewhere.map_or(Started::Yes, |key| Started::open(format!("`{key}` decides, which the server knows")));
    by_branch.and(by_ref).and(by_expression).and(by_server)
}

/// `evaluate`, with the variables of Woodpecker's environment.
fn evaluated(condition: &str, event: Event) -> Started {
    expression::holds(condition, &|name| {
        Some(match name {
            "CI_PIPELINE_EVENT" | "CI_BUILD_EVENT" if event == Event::Request => Value::Text("pull_request".to_owned()),
            "CI_PIPELINE_EVENT" | "CI_BUILD_EVENT" => Value::Text("push".to_owned()),
            "CI_COMMIT_BRANCH" | "CI_COMMIT_TARGET_BRANCH" => target(event),
            "CI_REPO_DEFAULT_BRANCH" => Value::DefaultBranch,
            "CI_COMMIT_TAG" => Value::Null,
            "CI_COMMIT_PULL_REQUEST" => expression::of_requests(event, Value::Some),
            "CI_COMMIT_MESSAGE" | "CI_COMMIT_AUTHOR" => Value::Some,
            name if name.starts_with("CI_") => {
                Value::Unknown(format!("`{name}` decides, whose value is not in the file"))
            }
            _ => return None,
        })
    })
}

/// A condition: names that are taken, or those that are left out.
#[derive(Clone, Copy)]
struct Condition<'n> {
    taken: Option<&'n Node>,
    left_out: Option<&'n Node>,
}

impl<'n> Condition<'n> {
    fn of(node: &'n Node) -> Condition<'n> {
        let taken = if node.entries().is_empty() { Some(node) } else { node.get("include") };
        Condition { taken, left_out: node.get("exclude") }
    }

    fn names(self, names: &[&str]) -> bool {
        let has =
            |node: &Node| listed(node).iter().filter_map(Node::text).any(|name| names.contains(&name) || name == "*");
        self.taken.is_none_or(has) && !self.left_out.is_some_and(has)
    }

    fn lets_branch(self, event: Event) -> Started {
        self.lets(|names| branches::any(names, event))
    }

    /// `refs/heads/…` of pushes and `refs/pull/…` of pull requests.
    fn lets_ref(self, event: Event) -> Started {
        self.lets(|names| {
            let is_pull = |name: &&str| {
                ["refs/pull", "refs/merge", "refs/**", "refs/*"].iter().any(|start| name.starts_with(start))
            };
            match event {
                Event::Request => names.iter().any(is_pull).into(),
                Event::Branch | Event::Default => branches::any(names, event),
            }
        })
    }

    fn lets(self, any: impl Fn(Vec<&str>) -> Started) -> Started {
        let texts = |node: &'n Node| listed(node).iter().filter_map(Node::text).collect::<Vec<_>>();
        let taken = self.taken.map_or(Started::Yes, |node| any(texts(node)));
        taken.and(self.left_out.map_or(Started::Yes, |node| any(texts(node)).negated()))
    }
}
