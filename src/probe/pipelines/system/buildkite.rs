//! Buildkite: the steps of every pipeline below `.buildkite`; which of them a pipeline uploads is decided on its server, or by a
//! program whose output nobody sees before it runs. What builds a pipeline there is a setting, too; `branches` and `if` of a step
//! leave events out (documentation, "Branch configuration" and "Using conditionals").

use std::sync::LazyLock;

use regex::Regex;

use super::super::order::{Order, Waiting};
use super::super::starts::expression::{self, Value, source};
use super::super::starts::{Event, Started, Starts, branches};
use super::super::step::{Given, Reading, Step, is_true, listed, named, script, text};
use super::super::variable::{Variable, below, variables};
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
            let mut row = Row { set: variables([root.get("env")]), ..Row::default() };
            run(given.path, steps, (false, &by_server()), &mut row, &mut reading);
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
        reading.steps.push(Step { path, line, lines, is_soft, starts: by_server(), ..Step::default() });
    }
    reading.miss(format!("`{}` makes its pipeline when it runs", given.path));
    reading
}

/// Steps in order; behind a block all wait for a hand.
fn run(path: &str, steps: &Node, (is_soft, starts): (bool, &Starts), row: &mut Row, reading: &mut Reading) {
    let mut starts = starts.clone();
    for step in steps.items() {
        row.pass(step);
        // One with a condition holds some builds alone.
        let is_block = ["block", "manual"].iter().any(|key| step.get(key).is_some()) && step.get("if").is_none()
            || step.text() == Some("block");
        starts = starts.only_if(!is_block);
        let starts = starts.and(&of_step(step));
        let is_soft = is_soft || step.get("soft_fail").is_some_and(is_allowed);
        if let Some(group) = step.get("steps") {
            run(path, group, (is_soft, &starts), row, reading);
            continue;
        }
        let Some(node) = ["command", "commands"].iter().find_map(|key| step.get(key)) else { continue };
        let lines = script(node);
        if let Some((line, _)) = lines.iter().find(|(_, text)| uploads_what_is_made(text)) {
            reading.miss(format!("`{path}:{line}` makes more steps when it runs"));
        }
        let line = lines.first().map_or(step.span.line, |(line, _)| *line);
        let lines = lines.into_iter().map(|(line, text)| (line, text.replace("$$", "$"))).collect();
        let set = variables([step.get("env")]).into_iter().chain(row.set.iter().cloned()).collect();
        reading.steps.push(Step {
            path: path.to_owned(),
            line,
            lines,
            set,
            told: below(step.get("plugins")),
            job: named(step, &["label", "name", "key"]),
            is_soft,
            starts,
            order: Some(row.order(step)),
            ..Step::default()
        });
    }
}

/// How far a pipeline has come: a step stands behind those that it names, or behind the last `wait` or block (documentation,
/// "Dependencies").
#[derive(Default)]
struct Row {
    rank: usize,
    is_by_hand: bool,
    waiting: Waiting,
    /// What the pipeline sets for every step.
    set: Vec<Variable>,
}

impl Row {
    fn pass(&mut self, step: &Node) {
        let is = |key: &str| step.get(key).is_some() || step.text() == Some(key);
        let is_block = is("block") || is("manual");
        self.rank += usize::from(is_block || is("wait") || is("waiter") || is("input"));
        self.is_by_hand |= is_block;
    }

    fn order(&mut self, step: &Node) -> Order {
        let name = |item: &Node| item.text().or_else(|| text(item, "step")).map(str::to_owned);
        let named = step.get("depends_on").map(|list| listed(list).iter().filter_map(name).collect());
        let id = self::named(step, &["key", "id", "identifier"]);
        let order = self.waiting.order(&id, self.rank, named.as_ref());
        self.waiting.add(&id, self.rank, named);
        Order { is_by_hand: self.is_by_hand, is_held: step.get("concurrency_group").is_some(), ..order }
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

fn by_server() -> Starts {
    Starts::all(Started::open("what starts a pipeline of Buildkite is a setting of its server"))
}

/// The events that a step lets through.
fn of_step(step: &Node) -> Starts {
    if is_true(step, "skip") {
        return Starts::never();
    }
    let names: Vec<&str> = step.get("branches").map(listed).unwrap_or_default().iter().filter_map(Node::text).collect();
    let names: Vec<&str> = names.into_iter().flat_map(str::split_whitespace).collect();
    Starts::each(|event| {
        // The branch of a pull request is the one that the change is made on.
        let built = if event == Event::Request { Event::Branch } else { event };
        let any = |names: &[&str]| branches::any(names.iter().copied(), built);
        let (left_out, taken): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| name.starts_with('!'));
        let left_out: Vec<&str> = left_out.iter().map(|name| name.trim_start_matches('!')).collect();
        let taken = if taken.is_empty() { Started::Yes } else { any(&taken) };
        let by_condition = text(step, "if").map_or(Started::Yes, |condition| by_condition(condition, event));
        taken.and(any(&left_out).negated()).and(by_condition)
    })
}

fn by_condition(condition: &str, event: Event) -> Started {
    expression::holds(condition, &|name| {
        Some(match name {
            "build.branch" => source(event),
            "pipeline.default_branch" => Value::DefaultBranch,
            "build.tag" => Value::Null,
            "build.source" => Value::Text("webhook".to_owned()),
            "build.pull_request.base_branch" => expression::of_requests(event, Value::DefaultBranch),
            "build.pull_request.draft" | "build.pull_request.repository.fork" => Value::Text("false".to_owned()),
            "build.message" => Value::Some,
            name if name.starts_with("build.pull_request") => expression::of_requests(event, Value::Some),
            name if ["build.", "pipeline.", "organization."].iter().any(|start| name.starts_with(start)) => {
                Value::Unknown(format!("`{name}` decides, whose value is not in the file"))
            }
            _ => return None,
        })
    })
}
