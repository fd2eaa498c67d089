//! Concourse: the plans of jobs, with the task files of the repository. A job starts by itself where it gets something with
//! `trigger: true`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::super::order::{Order, Waiting};
use super::super::starts::{Started, Starts};
use super::super::step::{Given, Reading, Step, is_true, joined, listed, text, written};
use super::super::variable::{Variable, variables};
use super::documents;
use crate::probe::pipelines::LARGEST;
use crate::yaml::Node;

/// What starts it.
const STARTS: &str = "which changes a resource of Concourse brings is not told";

/// Task files of one pipeline that are read.
const MOST_FILES: usize = 300;
/// Plans in plans that are followed.
const DEPTH: u32 = 12;

pub(super) fn read(given: &Given<'_>) -> Result<Option<Reading>, String> {
    let text = with_variables(given.text);
    let documents = documents(&Given { text: &text, ..*given })?;
    let jobs = documents.first().and_then(|root| root.get("jobs")).map(Node::items).unwrap_or_default();
    let jobs: Vec<&Node> = jobs.iter().filter(|job| job.get("plan").is_some()).collect();
    if jobs.is_empty() {
        return Ok(None);
    }
    let types = documents.first().map(types).unwrap_or_default();
    let orders = orders(&jobs);
    let mut pipeline = Pipeline { given, reading: Reading::default(), files: 0, types, order: Order::default() };
    for (job, order) in jobs.into_iter().zip(orders) {
        pipeline.order = order;
        let by_itself = job.get("plan").is_some_and(|plan| is_triggered(plan, DEPTH));
        let starts = Starts::all(Started::open(STARTS)).only_if(by_itself);
        job.get("plan").into_iter().for_each(|plan| pipeline.plan(plan, (false, &starts), DEPTH));
    }
    Ok(Some(pipeline.reading))
}

/// The older `{{name}}` for a variable, which is no YAML, as the newer `((name))`.
fn with_variables(text: &str) -> Cow<'_, str> {
    static VARIABLE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{\{([\w./-]+)\}\}").expect("a fixed pattern"));
    VARIABLE.replace_all(text, "(($1))")
}

/// Keys below which steps stand.
const BELOW: &[&str] = &["do", "in_parallel", "aggregate", "steps", "try"];

fn is_triggered(plan: &Node, depth: u32) -> bool {
    depth > 0
        && listed(plan).iter().any(|step| {
            step.get("get").is_some() && is_true(step, "trigger")
                || BELOW.iter().filter_map(|key| step.get(key)).any(|below| is_triggered(below, depth - 1))
        })
}

/// The type of each resource.
fn types(root: &Node) -> BTreeMap<String, String> {
    let resources = root.get("resources").map(Node::items).unwrap_or_default();
    let of = |one: &Node| Some((text(one, "name")?.to_owned(), text(one, "type")?.to_owned()));
    resources.iter().filter_map(of).collect()
}

/// What each job waits for: those that a version of what it gets has to have `passed` (documentation, "get step").
fn orders(jobs: &[&Node]) -> Vec<Order> {
    let name = |job: &Node| text(job, "name").unwrap_or("").to_owned();
    let needs = |job: &Node| {
        let mut found = BTreeSet::new();
        job.get("plan").into_iter().for_each(|plan| passed(plan, DEPTH, &mut found));
        found
    };
    let mut waiting = Waiting::default();
    jobs.iter().for_each(|job| waiting.add(&name(job), 0, Some(needs(job))));
    let order = |job: &&Node| Order {
        is_held: is_true(job, "serial") || job.get("serial_groups").is_some(),
        is_by_hand: !job.get("plan").is_some_and(|plan| is_triggered(plan, DEPTH)),
        ..waiting.order(&name(job), 0, Some(&needs(job)))
    };
    jobs.iter().map(order).collect()
}

fn passed(plan: &Node, depth: u32, found: &mut BTreeSet<String>) {
    if depth == 0 {
        return;
    }
    for step in listed(plan) {
        let named = step.get("passed").map(listed).unwrap_or_default();
        found.extend(named.iter().filter_map(Node::text).map(str::to_owned));
        BELOW.iter().filter_map(|key| step.get(key)).for_each(|below| passed(below, depth - 1, found));
    }
}

struct Pipeline<'g> {
    given: &'g Given<'g>,
    reading: Reading,
    /// The type of each resource, by its name.
    types: BTreeMap<String, String>,
    /// Where the job stands that is looked at.
    order: Order,
    /// Task files that were asked for.
    files: usize,
}

impl Pipeline<'_> {
    fn plan(&mut self, plan: &Node, (is_soft, starts): (bool, &Starts), depth: u32) {
        if depth == 0 {
            return;
        }
        for step in listed(plan) {
            for key in BELOW {
                if let Some(below) = step.get(key) {
                    self.plan(below, (is_soft || *key == "try", starts), depth - 1);
                }
            }
            if let Some(put) = step.get("put") {
                self.put(put, text(step, "resource"), starts);
            }
            if step.get("task").is_none() {
                continue;
            }
            let set = variables([step.get("params")]);
            if let Some(config) = step.get("config") {
                self.task(self.given.path, config, (is_soft, starts), &set);
            } else if let Some(file) = text(step, "file") {
                self.file(file, step.span.line, (is_soft, starts), &set);
            }
        }
    }

    /// What is put into a resource, by its type.
    fn put(&mut self, put: &Node, resource: Option<&str>, starts: &Starts) {
        let Some(kind) = resource.or(put.text()).and_then(|name| self.types.get(name)) else { return };
        self.reading.steps.push(Step {
            path: self.given.path.to_owned(),
            line: put.span.line,
            uses: Some(format!("resource: {kind}")),
            job: self.order.id.clone(),
            starts: starts.clone(),
            order: Some(self.order.clone()),
            ..Step::default()
        });
    }

    /// The first part of a path is what was gotten; the rest is a file there, which may be this repository.
    fn file(&mut self, file: &str, line: u32, how: (bool, &Starts), set: &[Variable]) {
        let path = file.split_once('/').map_or(file, |(_, path)| path);
        let at = self.given.path;
        self.files += 1;
        let text = if self.files > MOST_FILES { None } else { (self.given.read)(path, LARGEST) };
        let Some(text) = text else {
            return self.reading.miss(format!("`{at}:{line}` runs `{file}`, which is not in this repository"));
        };
        match documents(&Given { path, text: &text, ..*self.given }) {
            Ok(documents) => documents.iter().for_each(|config| self.task(path, config, how, set)),
            Err(reason) => self.reading.miss(format!("`{path}` could not be read: {reason}")),
        }
    }

    fn task(&mut self, path: &str, config: &Node, (is_soft, starts): (bool, &Starts), set: &[Variable]) {
        let Some(run) = config.get("run") else { return };
        let program = text(run, "path").unwrap_or("");
        let args = run.get("args").map(Node::items).unwrap_or_default();
        let script = args.iter().find(|arg| arg.text().is_some_and(|text| !text.starts_with('-')));
        let is_shell = matches!(program.rsplit('/').next(), Some("bash" | "sh" | "ash"));
        let mut lines = Vec::new();
        match script.filter(|_| is_shell) {
            Some(script) => written(script, &mut lines),
            None => {
                let words: Vec<&str> = args.iter().filter_map(Node::text).collect();
                // Its first part is the input that the script lies in.
                lines.push((run.span.line, format!("{program} {}", words.join(" "))));
                if let Some((_, below)) = program.split_once('/') {
                    lines.push((run.span.line, format!("./{below} {}", words.join(" "))));
                }
            }
        }
        let line = lines.first().map_or(run.span.line, |(line, _)| *line);
        let (path, lines) = (path.to_owned(), joined(&lines));
        let set = set.iter().cloned().chain(variables([config.get("params")])).collect();
        self.reading.steps.push(Step {
            path,
            line,
            lines,
            set,
            is_soft,
            job: self.order.id.clone(),
            starts: starts.clone(),
            order: Some(self.order.clone()),
            ..Step::default()
        });
    }
}
