//! Bitbucket Pipelines: `default`, `pull-requests` and `branches` are started by changes; `tags` and `custom` are not. After
//! the reference, "Pipeline start conditions": `default` runs for branches that no pattern of `branches` takes, and patterns of
//! `pull-requests` are about the branch that a change is made on.

use super::super::order::Order;
use super::super::starts::{Event, Started, Starts, branches};
use super::super::step::{Given, Reading, Step, is_true, joined, listed, named, text, told, written};
use super::super::variable::{Source, below, meaning, variables};
use super::documents;
use crate::yaml::Node;

pub(super) fn read(given: &Given<'_>) -> Result<Option<Reading>, String> {
    let documents = documents(given)?;
    let Some(root) = documents.first() else { return Ok(None) };
    let Some(pipelines) = root.get("pipelines") else { return Ok(None) };
    let mut reading = Reading::default();
    passwords(root, &mut reading);
    let taken = pipelines.get("branches").map(Node::entries).unwrap_or_default();
    let taken: Vec<&str> = taken.iter().flat_map(|(key, _)| alternatives(&key.text)).collect();
    for (kind, node) in pipelines.entries() {
        if kind.text == "default" {
            run(given.path, node, ("default", &by_default(&taken)), &mut reading);
            continue;
        }
        for (pattern, list) in node.entries() {
            let starts = Starts::each(|event| match (kind.text.as_str(), event) {
                ("pull-requests", Event::Request) => branches::any(alternatives(&pattern.text), Event::Branch),
                ("branches", Event::Branch | Event::Default) => branches::any(alternatives(&pattern.text), event),
                _ => Started::No,
            });
            run(given.path, list, (&format!("{} {}", kind.text, pattern.text), &starts), &mut reading);
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
fn run(path: &str, list: &Node, (part, starts): (&str, &Starts), reading: &mut Reading) {
    if let Some(elsewhere) = text(list, "import") {
        return reading.miss(format!("`{path}` imports `{elsewhere}` of another repository"));
    }
    let mut starts = starts.clone();
    let mut is_by_hand = false;
    for item in listed(list) {
        for (kind, node) in item.entries() {
            let from = reading.steps.len();
            is_by_hand |= text(node, "trigger") == Some("manual");
            starts = starts.only_if(text(node, "trigger") != Some("manual"));
            match kind.text.as_str() {
                "step" => step(path, node, (part, &starts), reading),
                "parallel" => {
                    // They wait for what stands before all of them.
                    let rank = from;
                    run(path, node.get("steps").unwrap_or(node), (part, &starts), reading);
                    let together = reading.steps[from..].iter_mut().filter_map(|step| step.order.as_mut());
                    together.for_each(|order| (order.rank, order.after) = (rank, rank));
                }
                "stage" => {
                    node.get("steps").into_iter().for_each(|steps| run(path, steps, (part, &starts), reading));
                    let own = reading.steps[from..].iter_mut().filter_map(|step| step.order.as_mut());
                    own.for_each(|order| deployed(order, node));
                }
                _ => {}
            }
            let own = reading.steps[from..].iter_mut().filter_map(|step| step.order.as_mut());
            own.for_each(|order| order.is_by_hand |= is_by_hand);
        }
    }
}

/// A step or a stage with `deployment` runs alone in its environment (documentation, "Set up and monitor deployments").
fn deployed(order: &mut Order, node: &Node) {
    if let Some(environment) = text(node, "deployment").or_else(|| text(node, "environment")) {
        order.environment = Some(environment.to_owned());
        (order.is_declared, order.is_held) = (true, true);
    }
}

/// What a step with `oidc: true` has (documentation, "Integrate Pipelines with resource servers using OIDC").
const TOKEN: &str = "BITBUCKET_STEP_OIDC_TOKEN";

/// The password that an `image` gives.
fn passwords(owner: &Node, reading: &mut Reading) {
    let given = variables([owner.get("image")]).into_iter().filter(|one| one.name == "password");
    reading.passwords.extend(given);
}

fn step(path: &str, node: &Node, (part, starts): (&str, &Starts), reading: &mut Reading) {
    let branches = part.strip_prefix("branches ").map(alternatives).into_iter().flatten().map(str::to_owned).collect();
    let mut order = Order { part: part.to_owned(), branches, ..Order::ranked(reading.steps.len()) };
    deployed(&mut order, node);
    let is_soft = node.get("on-fail").and_then(|fail| text(fail, "strategy")) == Some("ignore");
    let base = Step {
        path: path.to_owned(),
        line: node.span.line,
        job: named(node, &["name"]),
        is_soft,
        starts: starts.clone(),
        order: Some(order),
        set: node
            .get("oidc")
            .filter(|_| is_true(node, "oidc"))
            .map(|oidc| meaning(oidc, TOKEN, Source::Identity))
            .into_iter()
            .collect(),
        ..Step::default()
    };
    passwords(node, reading);
    let mut lines = Vec::new();
    for item in node.get("script").map(listed).unwrap_or_default() {
        match text(item, "pipe") {
            Some(pipe) => reading.steps.push(Step {
                line: item.span.line,
                uses: Some(pipe.to_owned()),
                with: told(item.get("variables")),
                told: below(item.get("variables")),
                ..base.clone()
            }),
            None => written(item, &mut lines),
        }
    }
    reading.steps.push(Step { lines: joined(&lines), ..base });
}
