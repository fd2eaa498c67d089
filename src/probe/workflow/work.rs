//! What the jobs of a workflow run, for probes that look for a certain tool: commands, actions, the folder they run in, and
//! whether their failure counts.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::probe::pipelines::order::{Order, Trigger};
use crate::probe::pipelines::starts::Starts;
use crate::probe::pipelines::step::passed_over;
use crate::probe::pipelines::variable::{Variable, variables};
use crate::probe::yaml_file::{self, YamlFault};
use crate::yaml::Node;

use super::gates;
use super::order::Orders;
use super::view::{Job, Step, Workflow};

/// What an action or a workflow is told under `with`: keys and values.
pub(crate) type Told = Vec<(String, String)>;

/// What one workflow, or one composite action, runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Work {
    /// Which events start it; a merge queue is as good as a push to the default branch.
    pub(crate) starts: Starts,
    /// Workflows of this repository that it calls, and where the job stands that does.
    pub(crate) calls: Vec<(String, Order)>,
    /// Workflows of others that it calls.
    pub(crate) foreign: Vec<Foreign>,
    /// The line of its triggers, from 1.
    pub(crate) line: u32,
    /// What it runs, in order.
    pub(crate) steps: Vec<WorkStep>,
}

/// A call of another repository's workflow.
#[derive(Clone, Debug)]
pub(crate) struct Foreign {
    /// Its line, from 1.
    pub(crate) line: u32,
    pub(crate) name: String,
    pub(crate) told: Told,
    /// Where the job stands that calls it.
    pub(crate) order: Order,
}

/// One step.
#[derive(Clone, Debug, Default)]
pub(crate) struct WorkStep {
    /// The job it belongs to; empty in an action.
    pub(crate) job: String,
    /// Where that stands in its workflow.
    pub(crate) order: Order,
    /// Its line, from 1.
    pub(crate) line: u32,
    /// The folder its commands run in, as it is written; empty is the root.
    pub(crate) folder: String,
    /// Its commands, once for each value of the matrix that they name.
    pub(crate) lines: Vec<(u32, String)>,
    /// Which of them the script goes on after where they fail, by their place.
    pub(crate) passed_over: BTreeSet<usize>,
    /// The action it uses.
    pub(crate) uses: Option<String>,
    /// What the action is told: keys and values.
    pub(crate) with: Told,
    /// The variables that `env` sets there, in its job and in the workflow.
    pub(crate) set: Vec<Variable>,
    /// Whether its failure does not count.
    pub(crate) is_soft: bool,
    /// Whether no change starts it, whatever starts its workflow.
    pub(crate) is_of_others: bool,
}

/// Reads a file; `Ok(None)` is YAML that is neither a workflow nor a composite action.
pub(crate) fn read(path: &str, bytes: &[u8]) -> Result<Option<Work>, YamlFault> {
    let root = yaml_file::read(path, bytes)?;
    let Some(workflow) = Workflow::of(&root) else { return Ok(None) };
    let events = gates::events(&workflow);
    let line = workflow.triggers.first().map_or(1, |(_, node)| node.span.line);
    let mut work = Work { starts: events.starts(), line, ..Work::default() };
    let orders = Orders::of(&workflow);
    for job in workflow.jobs.iter().filter(|job| !is_never(job.text("if"))) {
        let mut order = orders.order(&workflow, job);
        let is_of_others = is_of_others(job.text("if"));
        if is_of_others {
            order.trigger = Some(Trigger::Others);
        }
        if let Some(node) = job.node.get("uses")
            && let Some(text) = node.text()
        {
            match text.strip_prefix("./").or_else(|| text.strip_prefix("$/")) {
                Some(path) => work.calls.push((path.to_owned(), order.clone())),
                None => work.foreign.push(Foreign {
                    line: node.span.line,
                    name: text.to_owned(),
                    told: told(job.node),
                    order: order.clone(),
                }),
            }
        }
        let soft = job.text("continue-on-error") == Some("true");
        let steps = job.steps.iter().filter_map(|found| step(&workflow, job, found, soft));
        work.steps.extend(steps.map(|step| WorkStep {
            order: order.clone(),
            is_of_others: is_of_others || step.is_of_others,
            ..step
        }));
    }
    Ok(Some(work))
}

/// A condition that nothing meets.
fn is_never(condition: Option<&str>) -> bool {
    condition.is_some_and(|text| matches!(text.trim(), "false" | "${{ false }}"))
}

/// A condition that pull requests and pushes never meet.
fn is_of_others(condition: Option<&str>) -> bool {
    static ONLY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:\$\{\{)?\s*github\.event_name\s*==\s*'(?:schedule|workflow_dispatch|release)'\s*(?:\}\})?$")
            .expect("a fixed pattern")
    });
    condition.is_some_and(|text| ONLY.is_match(text.trim()))
}

fn told(node: &Node) -> Told {
    let entries = node.get("with").map(Node::entries).unwrap_or_default();
    entries.iter().filter_map(|(key, node)| Some((key.text.clone(), node.text()?.to_owned()))).collect()
}

fn step(workflow: &Workflow<'_>, job: &Job<'_>, step: &Step<'_>, soft: bool) -> Option<WorkStep> {
    if is_never(step.text("if").map(|(text, _)| text)) {
        return None;
    }
    let of_all = |node: &Node| {
        yaml_file::at(node, &["defaults", "run", "working-directory"]).and_then(Node::text).map(str::to_owned)
    };
    let own = step.text("working-directory").map(|(text, _)| text.to_owned());
    let folder = own.or_else(|| of_all(job.node)).or_else(|| of_all(workflow.root)).unwrap_or_default();
    let folder = folder.trim_start_matches("./").trim_end_matches('/');
    let joined = gates::commands(step.scripts());
    let soft_lines = passed_over(&joined);
    let (mut lines, mut passed_over) = (Vec::new(), BTreeSet::new());
    for (at, (line, text)) in joined.iter().enumerate() {
        for text in of_matrix(job, text) {
            if soft_lines.contains(&at) {
                passed_over.insert(lines.len());
            }
            lines.push((*line, text));
        }
    }
    let uses = step.text("uses");
    Some(WorkStep {
        job: job.id.to_owned(),
        order: Order::default(),
        line: uses.map(|(_, line)| line).or(lines.first().map(|(line, _)| *line)).unwrap_or(step.node.span.line),
        folder: if folder == "." { String::new() } else { folder.to_owned() },
        lines,
        passed_over,
        uses: uses.map(|(text, _)| text.to_owned()),
        with: told(step.node),
        set: variables([workflow.root, job.node, step.node].map(|owner| owner.get("env"))),
        is_soft: soft || gates::is_soft(step) && !gates::is_asked_for(job, step),
        is_of_others: is_of_others(step.text("if").map(|(text, _)| text)),
    })
}

/// A command once for each value of the matrix that it names, sixty at most.
fn of_matrix(job: &Job<'_>, text: &str) -> Vec<String> {
    static NAMED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\$\{\{\s*matrix\.([\w-]+)(?:\.([\w-]+))?[^}]*\}\}").expect("a fixed pattern"));
    let Some(named) = NAMED.captures(text) else { return vec![text.to_owned()] };
    let Some(matrix) = yaml_file::at(job.node, &["strategy", "matrix"]) else { return vec![text.to_owned()] };
    let key = &named[1];
    let listed = matrix.get(key).map(Node::items).unwrap_or_default().iter();
    let included = matrix.get("include").map(Node::items).unwrap_or_default().iter().filter_map(|item| item.get(key));
    let part = |node: &Node| match named.get(2) {
        Some(part) => node.get(part.as_str()).and_then(Node::text).map(str::to_owned),
        None => node.text().map(str::to_owned),
    };
    let mut values: Vec<String> = listed.chain(included).filter_map(part).collect();
    values.truncate(60);
    let whole = named.get(0).map_or(text, |found| found.as_str());
    let texts: Vec<String> = values.iter().map(|value| text.replace(whole, value)).collect();
    if texts.is_empty() { vec![text.to_owned()] } else { texts }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_step_runs_once_for_each_value_of_the_matrix_in_its_folder() {
        let text = "on: [pull_request]\njobs:\n  a:\n    defaults: { run: { working-directory: ./web } }\n    strategy:\n      matrix:\n        env: [py3, lint]\n        include: [{ env: docs }]\n    steps:\n      - run: tox -e ${{ matrix.env }}\n  b:\n    if: false\n    steps: [{ run: ruff check }]\n";
        let work = read("w.yml", text.as_bytes()).expect("it is YAML").expect("it is a workflow");
        let lines: Vec<&str> = work.steps[0].lines.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(lines, ["tox -e py3", "tox -e lint", "tox -e docs"]);
        assert_eq!((work.steps.len(), work.steps[0].folder.as_str(), work.starts.is_gate()), (1, "web", true));
    }

    #[test]
    fn a_step_knows_the_variables_of_all_above_it() {
        let text = "on: push\nenv: { A: 1 }\njobs:\n  t:\n    env: { B: 1 }\n    steps:\n      - { run: make, env: { C: 1 } }\n";
        let work = read("w.yml", text.as_bytes()).expect("it is YAML").expect("it is a workflow");
        let names: Vec<&str> = work.steps[0].set.iter().map(|one| one.name.as_str()).collect();
        assert_eq!((names.join(" "), work.line), ("A B C".to_owned(), 1));
    }

    #[test]
    fn what_only_a_schedule_starts_is_no_gate() {
        let text = "on: { schedule: [{ cron: '0 0 * * *' }] }\njobs:\n  a:\n    uses: ./.github/workflows/b.yml\n  c:\n    uses: acme/x/.github/workflows/y.yml@v1\n    with: { lint: true }\n";
        let work = read("w.yml", text.as_bytes()).expect("it is YAML").expect("it is a workflow");
        assert!(!work.starts.is_gate());
        assert_eq!(work.calls[0].0, ".github/workflows/b.yml");
        assert_eq!(work.foreign[0].told, [("lint".to_owned(), "true".to_owned())]);
    }
}
