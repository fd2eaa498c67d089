//! CircleCI: `.circleci/config.yml` with its reusable commands; steps and jobs of orbs are those of others. After the
//! configuration reference: a job runs where a workflow names it, on every push to every branch unless filters and conditions
//! say otherwise. Pull requests start nothing by themselves: the push of a branch runs on the change.

mod logic;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::super::order::{Order, Waiting};
use super::super::starts::{Event, Started, Starts, branches};
use super::super::step::{Given, Reading, Step, listed, script, text, told};
use super::super::variable::{below, variables};
use super::documents;
use crate::probe::pipelines::LARGEST;
use crate::yaml::{Kind, Node};

/// Commands in commands that are followed.
const DEPTH: u32 = 8;
/// Steps of one configuration that are read.
const MOST_STEPS: usize = 20_000;

/// Words in the name of an orb's job that checks nothing.
const SHIPS: &[&str] = &["deploy", "push", "publish", "release", "notify", "slack", "promote"];

/// Values of parameters, by name.
type Values = BTreeMap<String, Node>;

pub(super) fn read(given: &Given<'_>) -> Result<Option<Reading>, String> {
    // Another file beside it is a pipeline where the first one is set up to go on with one.
    let goes_on = |text: String| text.lines().any(|line| line.trim_end() == "setup: true");
    if !given.path.starts_with(".circleci/config.")
        && !(given.read)(".circleci/config.yml", LARGEST).is_some_and(goes_on)
    {
        return Ok(None);
    }
    let documents = documents(given)?;
    let Some(root) = documents.first() else { return Ok(None) };
    let mut reading = Reading::default();
    if super::super::step::is_true(root, "setup") {
        reading.miss(format!("`{}` makes its pipeline when it runs", given.path));
    }
    let mut config = Config {
        root,
        path: given.path,
        reading,
        visits: 0,
        environment: None,
        job: String::new(),
        order: Order::default(),
    };
    let owners = ["jobs", "executors"].iter().filter_map(|key| root.get(key)).flat_map(Node::entries);
    owners.for_each(|(_, owner)| passwords(owner, &mut config.reading));
    match root.get("workflows") {
        Some(workflows) => {
            workflows.entries().iter().filter(|(_, node)| !node.entries().is_empty()).for_each(|(name, node)| {
                config.workflow(&name.text, node);
            });
        }
        None if root.get("jobs").is_none() => return Ok(None),
        None => config.job(&Entry { name: "build", node: root, told: None }, &on_pushes()),
    }
    Ok(Some(config.reading))
}

/// The passwords by which a job or an executor gets its images.
fn passwords(owner: &Node, reading: &mut Reading) {
    let images = owner.get("docker").map(Node::items).unwrap_or_default();
    let given = variables(images.iter().map(|image| image.get("auth")));
    reading.passwords.extend(given.into_iter().filter(|one| one.name == "password"));
}

struct Config<'n> {
    root: &'n Node,
    path: &'n str,
    reading: Reading,
    /// Steps that were looked at, those that only lead to others among them.
    visits: usize,
    /// What the job that is looked at sets for every step.
    environment: Option<Node>,
    /// The name of that job.
    job: String,
    /// Where that stands in its workflow.
    order: Order,
}

impl<'n> Config<'n> {
    fn workflow(&mut self, name: &str, workflow: &'n Node) {
        let by_schedule = workflow.get("triggers").is_some_and(|triggers| triggers.items().iter().all(is_schedule));
        let when = |key: &str, event: Event| workflow.get(key).map(|condition| self.holds(condition, event));
        let starts = on_pushes().only_if(!by_schedule).and(&Starts::each(|event| {
            let unless = when("unless", event).map_or(Started::Yes, Started::negated);
            when("when", event).unwrap_or(Started::Yes).and(unless)
        }));
        let jobs: Vec<Entry<'n>> =
            workflow.get("jobs").map(Node::items).unwrap_or_default().iter().filter_map(Entry::of).collect();
        let mut held: BTreeSet<&str> =
            jobs.iter().filter(|job| job.text("type") == Some("approval")).map(|job| job.known_as()).collect();
        // What requires an approval waits for a hand, and so does what requires that.
        loop {
            let before = held.len();
            let waits = jobs.iter().filter(|job| job.requires().any(|name| held.contains(name)));
            held.extend(waits.map(Entry::known_as).collect::<Vec<_>>());
            if held.len() == before {
                break;
            }
        }
        let required = |job: &Entry<'_>| job.requires().map(str::to_owned).collect::<BTreeSet<_>>();
        let mut waiting = Waiting::default();
        jobs.iter().for_each(|job| waiting.add(job.known_as(), 0, Some(required(job))));
        for job in jobs.iter().filter(|job| job.text("type") != Some("approval")) {
            self.order = Order {
                part: name.to_owned(),
                branches: job.branches(),
                is_by_hand: held.contains(job.known_as()),
                is_held: job.told.is_some_and(|told| told.get("serial-group").is_some()),
                ..waiting.order(job.known_as(), 0, Some(&required(job)))
            };
            let starts = starts.only_if(!held.contains(job.known_as())).and(&job.filtered());
            self.job(job, &starts);
        }
    }

    fn job(&mut self, entry: &Entry<'_>, starts: &Starts) {
        let Entry { name, node, told: given } = *entry;
        let Some(job) = self.root.get("jobs").and_then(|jobs| jobs.get(name)) else {
            if let Some((line, uses)) = self.of_orb(name, node).filter(|(_, uses)| !is_message(uses)) {
                let with = told(given);
                let path = self.path.to_owned();
                // What an orb ships or tells others about is not what it checks.
                let starts = starts.only_if(!SHIPS.iter().any(|word| name.contains(word)));
                let (job, order) = (entry.known_as().to_owned(), Some(self.order.clone()));
                let told = below(given);
                let step = Step { path, line, uses: Some(uses), with, told, job, starts, order, ..Step::default() };
                self.reading.foreign.push(step);
            }
            return;
        };
        self.environment = job.get("environment").cloned();
        self.job = entry.known_as().to_owned();
        for values in of_matrix(given) {
            let values = with_defaults(job, given, values);
            let hooks = given.and_then(|given| given.get("pre-steps"));
            let steps = hooks.into_iter().chain(job.get("steps"));
            let all: Vec<&Node> = steps.chain(given.and_then(|given| given.get("post-steps"))).collect();
            for list in all {
                self.steps(list, &values, starts, DEPTH);
            }
        }
    }

    /// The place and the full name of what an orb brings: `node/test` of `circleci/node@7`.
    fn of_orb(&self, name: &str, at: &Node) -> Option<(u32, String)> {
        let (orb, part) = name.split_once('/')?;
        let orbs = self.root.get("orbs")?;
        let source = orbs.get(orb)?;
        Some((at.span.line, format!("{}/{part}", source.text().unwrap_or(orb).split('@').next().unwrap_or(orb))))
    }

    fn steps(&mut self, list: &Node, values: &Values, starts: &Starts, depth: u32) {
        if depth == 0 {
            return;
        }
        for step in listed(list) {
            self.visits += 1;
            if self.visits > MOST_STEPS {
                return self.reading.miss(format!("`{}` has more steps than are read", self.path));
            }
            match step.text() {
                Some(text) => match parameter(text).and_then(|name| values.get(name)) {
                    Some(steps) => self.steps(&steps.clone(), values, starts, depth - 1),
                    None => self.named(text, step, None, values, starts, depth),
                },
                None => {
                    for (key, node) in step.entries() {
                        self.step(&key.text, node, values, starts, depth);
                    }
                }
            }
        }
    }

    fn step(&mut self, key: &str, node: &Node, values: &Values, starts: &Starts, depth: u32) {
        match key {
            "run" => {
                let node = filled(node, values);
                if text(&node, "when") == Some("on_fail") {
                    return;
                }
                let folder = text(&node, "working_directory").unwrap_or("");
                let Some(lines) = node.get("command").or(node.text().map(|_| &node)).map(script) else { return };
                let line = lines.first().map_or(node.span.line, |(line, _)| *line);
                let (path, folder) = (self.path.to_owned(), below_project(folder));
                let set = variables([node.get("environment"), self.environment.as_ref()]);
                self.reading.steps.push(Step {
                    path,
                    line,
                    folder,
                    lines,
                    set,
                    job: self.job.clone(),
                    starts: starts.clone(),
                    order: Some(self.order.clone()),
                    ..Step::default()
                });
            }
            "when" | "unless" => {
                let condition = node.get("condition").map(|condition| filled(condition, values));
                let by_condition = Starts::each(|event| {
                    let holds = condition.as_ref().map_or(Started::Yes, |condition| self.holds(condition, event));
                    if key == "unless" { holds.negated() } else { holds }
                });
                let starts = starts.and(&by_condition);
                if by_condition != Starts::never()
                    && let Some(steps) = node.get("steps")
                {
                    self.steps(steps, values, &starts, depth - 1);
                }
            }
            "steps" => self.steps(node, values, starts, depth - 1),
            name => self.named(name, node, Some(node), values, starts, depth),
        }
    }

    /// A command of this file, or one of an orb.
    fn named(&mut self, name: &str, at: &Node, given: Option<&Node>, values: &Values, starts: &Starts, depth: u32) {
        if let Some(command) = self.root.get("commands").and_then(|commands| commands.get(name)) {
            let given = given.map(|given| filled(given, values));
            let values = with_defaults(command, given.as_ref(), Values::new());
            if let Some(steps) = command.get("steps") {
                self.steps(steps, &values, starts, depth - 1);
            }
        } else if let Some((line, uses)) = self.of_orb(name, at) {
            let path = self.path.to_owned();
            let with = told(given);
            self.reading.steps.push(Step {
                path,
                line,
                uses: Some(uses),
                with,
                told: below(given.map(|given| filled(given, values)).as_ref()),
                job: self.job.clone(),
                starts: starts.clone(),
                order: Some(self.order.clone()),
                ..Step::default()
            });
        }
    }
}

/// Whether what an orb brings only tells somebody.
fn is_message(uses: &str) -> bool {
    ["circleci/slack/", "circleci/jira/"].iter().any(|start| uses.starts_with(start)) || uses.ends_with("/notify")
}

/// What starts a pipeline that says nothing.
fn on_pushes() -> Starts {
    Starts::each(|event| Started::from(event != Event::Request))
}

fn is_schedule(trigger: &Node) -> bool {
    trigger.get("schedule").is_some()
}

/// A job as a workflow names it.
struct Entry<'n> {
    name: &'n str,
    node: &'n Node,
    told: Option<&'n Node>,
}

impl<'n> Entry<'n> {
    fn of(node: &'n Node) -> Option<Entry<'n>> {
        match node.text() {
            Some(name) => Some(Entry { name, node, told: None }),
            None => node.entries().first().map(|(key, told)| Entry { name: &key.text, node, told: Some(told) }),
        }
    }

    fn text(&self, key: &str) -> Option<&'n str> {
        self.told.and_then(|told| text(told, key))
    }

    /// The name by which others require it.
    fn known_as(&self) -> &'n str {
        self.text("name").unwrap_or(self.name)
    }

    fn requires(&self) -> impl Iterator<Item = &'n str> {
        let listed = self.told.and_then(|told| told.get("requires")).map(Node::items).unwrap_or_default();
        listed
            .iter()
            .filter_map(|item| item.text().or_else(|| item.entries().first().map(|(key, _)| key.text.as_str())))
    }

    /// The branches that its filters name.
    fn branches(&self) -> BTreeSet<String> {
        let only = self.told.and_then(|told| told.get("filters")?.get("branches")?.get("only"));
        only.map(listed).unwrap_or_default().iter().filter_map(Node::text).map(str::to_owned).collect()
    }

    /// The events that its filters let through.
    fn filtered(&self) -> Starts {
        let filters = self.told.and_then(|told| told.get("filters"));
        if let Some(condition) = filters.and_then(Node::text) {
            return Starts::all(logic::not_in_file(condition));
        }
        let Some(branches) = filters.and_then(|filters| filters.get("branches")) else { return Starts::always() };
        let texts = |key: &str| branches.get(key).map(listed).unwrap_or_default().iter().filter_map(Node::text);
        Starts::each(|event| {
            let only = branches.get("only").map_or(Started::Yes, |_| branches::any(texts("only"), event));
            only.and(branches::any(texts("ignore"), event).negated())
        })
    }
}

/// Values of a matrix: the first of each parameter, then each other value once.
fn of_matrix(given: Option<&Node>) -> Vec<Values> {
    let parameters = given.and_then(|given| given.get("matrix")?.get("parameters"));
    let lists: Vec<(&str, &[Node])> = parameters
        .map(Node::entries)
        .unwrap_or_default()
        .iter()
        .map(|(key, node)| (key.text.as_str(), node.items()))
        .filter(|(_, items)| !items.is_empty())
        .collect();
    let first: Values = lists.iter().map(|(name, items)| ((*name).to_owned(), items[0].clone())).collect();
    let more = lists.iter().flat_map(|(name, items)| items[1..].iter().map(move |item| (*name, item)));
    let more: Vec<Values> = more
        .take(60)
        .map(|(name, item)| {
            let mut values = first.clone();
            values.insert(name.to_owned(), item.clone());
            values
        })
        .collect();
    std::iter::once(first).chain(more).collect()
}

/// What parameters are: as given, else by their defaults.
fn with_defaults(owner: &Node, given: Option<&Node>, mut values: Values) -> Values {
    for (key, declared) in owner.get("parameters").map(Node::entries).unwrap_or_default() {
        let value = given.and_then(|given| given.get(&key.text)).or_else(|| declared.get("default"));
        if let Some(value) = value {
            values.entry(key.text.clone()).or_insert_with(|| value.clone());
        }
    }
    values
}

/// The parameter that a text is, whole.
fn parameter(text: &str) -> Option<&str> {
    text.trim().strip_prefix("<<")?.strip_suffix(">>")?.trim().strip_prefix("parameters.")
}

/// A node with parameters replaced by their values.
fn filled(node: &Node, values: &Values) -> Node {
    static PARAMETER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"<<\s*parameters\.([\w-]+)\s*>>").expect("a fixed pattern"));
    if values.is_empty() || matches!(node.kind, Kind::Null) {
        return node.clone();
    }
    node.map_texts(&mut |_, text| {
        let value = |found: &regex::Captures<'_>| {
            values.get(&found[1]).and_then(Node::text).map_or_else(|| found[0].to_owned(), str::to_owned)
        };
        PARAMETER.replace_all(text, value).into_owned()
    })
}

/// A step's folder from the root: the project lies in `~/project` unless a job says otherwise.
fn below_project(folder: &str) -> String {
    let folder = folder.trim_end_matches('/');
    let below = match folder.strip_prefix("~/") {
        Some(rest) => rest.split_once('/').map_or("", |(_, below)| below),
        None => folder.trim_start_matches("./"),
    };
    if below.starts_with('/') || below == "." || below.contains("<<") { String::new() } else { below.to_owned() }
}
