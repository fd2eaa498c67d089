//! Puts together what all pipelines run: workflows with the actions and workflows of the repository that they use, the
//! pipelines of other systems, and where each command leads.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use crate::probe::finding::shortened;
use crate::probe::workflow::gates;
use crate::probe::workflow::work::{self, Work, WorkStep};
use crate::world::{Swept, WantId};

use super::follow::{Command, Files, MOST_COMMANDS, below, follow};
use super::order::Order;
use super::starts::Starts;
use super::step::{Given, Reading, Shell, Step, passed_over};
use super::variable::{Source, Variable};
use super::{Call, LARGEST, Looked, Pipelines, Run, What, is_of_another, is_workflow, system};

/// Commands of one repository; more are not looked at.
const MOST_RUNS: usize = 100_000;
/// Actions of the repository that use others of it.
const DEPTH: u32 = 3;

/// Looks at every pipeline that the want found.
pub(super) fn gather(swept: &Swept, want: WantId) -> Pipelines {
    let read = |path: &str, cap: u64| super::read(swept, path, cap);
    let mut gather = Gather { files: Files::new(&read), found: Pipelines::default(), steps: 0 };
    gather.workflows(swept, want);
    gather.others(swept, want);
    if let Some(reason) = gather.files.missed() {
        gather.miss(reason);
    }
    gather.found
}

/// What all commands of one step share.
struct Around {
    set: Arc<[Variable]>,
    told: Arc<[Variable]>,
    order: Option<Arc<Order>>,
}

struct Gather<'r> {
    files: Files<'r>,
    found: Pipelines,
    /// Steps that were looked at.
    steps: usize,
}

impl Gather<'_> {
    fn miss(&mut self, reason: String) {
        self.found.unseen.get_or_insert(reason);
    }

    fn unread(&mut self, path: &str, reason: &str) {
        self.miss(format!("`{path}` could not be read: {reason}"));
        self.found.unread.insert(path.to_owned(), reason.to_owned());
    }

    /// Workflows, with what they call.
    fn workflows(&mut self, swept: &Swept, want: WantId) {
        let mut works: BTreeMap<&str, Work> = BTreeMap::new();
        for (id, text) in swept.get(want).own::<String>().filter(|(id, _)| is_workflow(swept.path(*id))) {
            let path = swept.path(id);
            match text.map(|text| work::read(path, text.as_bytes())) {
                Ok(Ok(Some(work))) => {
                    works.insert(path, work);
                }
                Ok(Ok(None)) => {}
                Ok(Err(fault)) => self.unread(path, &fault.reason),
                Err(unknown) => self.unread(path, &unknown.0),
            }
        }
        let reached = reached(&works);
        for (path, work) in &works {
            let starts = reached.get(path).cloned().unwrap_or_default();
            self.found.files.insert((*path).to_owned(), Looked { line: work.line, is_gate: starts.is_gate() });
            let pipeline = Arc::from(*path);
            let calls = work.calls.iter().map(|(called, order)| Call {
                pipeline: Arc::clone(&pipeline),
                order: order.clone(),
                called: called.clone(),
            });
            self.found.calls.extend(calls);
            self.work(path, &pipeline, work, (&starts, None), DEPTH);
        }
    }

    /// What a workflow runs, or an action that a step of one uses.
    fn work(
        &mut self,
        path: &str,
        pipeline: &Arc<str>,
        work: &Work,
        (starts, user): (&Starts, Option<&WorkStep>),
        depth: u32,
    ) {
        for called in &work.foreign {
            let order = Some(called.order.clone());
            let step =
                Step { path: path.to_owned(), line: called.line, starts: starts.clone(), order, ..Step::default() };
            self.push(What::Foreign(called.told.clone()), pipeline, &step, &called.name);
        }
        for step in &work.steps {
            let user = user.unwrap_or(step);
            if let Some(own) = step.uses.as_ref().and_then(|uses| uses.strip_prefix("./")).filter(|_| depth > 0) {
                self.action(own, pipeline, (starts, user), depth);
            }
            let starts = starts.only_if(!(step.is_of_others || user.is_of_others));
            let (job, order) = (user.job.clone(), Some(user.order.clone()));
            self.step(pipeline, &Step { job, order, ..of_workflow(path, step, &starts) });
        }
    }

    /// An action of the repository that a step uses.
    fn action(&mut self, folder: &str, pipeline: &Arc<str>, (starts, user): (&Starts, &WorkStep), depth: u32) {
        let files = ["yml", "yaml"].map(|end| format!("{folder}/action.{end}"));
        let found = files.iter().find_map(|file| Some((file, self.files.reader()(file, LARGEST)?)));
        let Some((file, text)) = found else { return };
        if let Ok(Some(inner)) = work::read(file, text.as_bytes()) {
            self.work(file, pipeline, &inner, (starts, Some(user)), depth - 1);
        }
    }

    /// Pipelines of other systems, each by its own reader; GitLab's files make one together.
    fn others(&mut self, swept: &Swept, want: WantId) {
        let (mut gitlab, doubt) = (Vec::new(), RefCell::new(None));
        let has =
            |ends: &[&str]| swept.tree().entries().iter().any(|file| ends.iter().any(|end| file.path.ends_with(end)));
        for (id, text) in swept.get(want).own::<String>() {
            let path = swept.path(id);
            if is_workflow(path) || is_of_another(path, swept.class(id)) {
                continue;
            }
            let text = match text {
                Ok(text) => text,
                Err(unknown) => {
                    self.unread(path, &unknown.0);
                    continue;
                }
            };
            let Some(reader) = system::reader(path) else {
                gitlab.push((id, text.as_str()));
                continue;
            };
            match reader(&Given { path, text, read: self.files.reader(), has: &has, doubt: &doubt }) {
                Ok(Some(reading)) => self.reading(path, reading),
                Ok(None) => {}
                Err(reason) => self.unread(path, &reason),
            }
        }
        if let Some(reason) = doubt.take() {
            self.miss(reason);
        }
        if let Some(reading) = system::gitlab::read(swept, gitlab.into_iter()) {
            self.reading(super::GITLAB, reading);
        }
    }

    /// What a reader saw of a pipeline.
    fn reading(&mut self, path: &str, reading: Reading) {
        let starts = reading.steps.iter().chain(&reading.foreign);
        let is_gate = starts.clone().any(|step| step.starts.is_gate());
        let line = starts.filter(|step| step.path == path).map(|step| step.line).min().unwrap_or(1);
        self.found.files.insert(path.to_owned(), Looked { line, is_gate });
        reading.unseen.into_iter().for_each(|reason| self.miss(reason));
        self.found.passwords.extend(reading.passwords);
        let pipeline = Arc::from(path);
        for step in &reading.foreign {
            let name = step.uses.clone().unwrap_or_default();
            self.steps += 1;
            self.push(What::Foreign(step.with.clone()), &pipeline, step, &name);
        }
        for mut step in reading.steps {
            step.passed_over = passed_over(&step.lines);
            self.step(&pipeline, &step);
        }
    }

    /// A step: what it uses, and its commands in the folders that those before them lead to.
    fn step(&mut self, pipeline: &Arc<str>, step: &Step) {
        self.steps += 1;
        if let Some(uses) = &step.uses {
            self.push(What::Action, pipeline, step, uses);
        }
        let given = Around {
            set: Arc::from(step.set.as_slice()),
            told: Arc::from(step.told.as_slice()),
            order: step.order.clone().map(Arc::new),
        };
        let mut shell = Shell::new(&step.folder);
        for (at, (_, text)) in step.lines.iter().enumerate() {
            self.command(pipeline, step, at, &shell, &given);
            shell.after(text);
        }
    }

    fn push(&mut self, what: What, pipeline: &Arc<str>, step: &Step, text: &str) {
        self.found.runs.push(Run {
            what,
            path: step.path.clone(),
            line: step.line,
            text: text.to_owned(),
            by: None,
            pipeline: pipeline.clone(),
            folder: None,
            step: self.steps,
            set: Arc::from(step.set.as_slice()),
            told: Arc::from(step.told.as_slice()),
            job: Arc::from(step.job.as_str()),
            is_soft: step.is_soft,
            is_passed_over: false,
            is_whole: false,
            starts: Arc::new(step.starts.clone()),
            order: step.order.clone().map(Arc::new),
        });
    }

    /// One command of a step with all that it leads to.
    fn command(&mut self, pipeline: &Arc<str>, step: &Step, at: usize, shell: &Shell, given: &Around) {
        let (line, text) = (step.lines[at].0, &step.lines[at].1);
        let is_passed_over = step.passed_over.contains(&at);
        let path = &step.path;
        if self.found.runs.len() > MOST_RUNS {
            return self.miss(format!("`{path}:{line}` comes after more commands than are followed"));
        }
        let soft = step.is_soft || is_passed_over || gates::is_swallowed(text);
        let start = Command {
            path: path.clone(),
            line,
            text: chosen(text, &given.set),
            folder: Some(shell.folder().to_owned()),
            is_whole: false,
        };
        let starts = Arc::new(step.starts.clone());
        let job: Arc<str> = Arc::from(step.job.as_str());
        let led = follow(&self.files, start);
        if led.len() > MOST_COMMANDS {
            self.miss(format!("`{path}:{line}` leads to more commands than are followed"));
        }
        for (at, command) in led.into_iter().enumerate() {
            let is_known = at > 0 || shell.is_known(text);
            self.found.runs.push(Run {
                what: What::Command,
                by: (at > 0).then(|| format!("`{}` in {path}:{line}", shortened(text))),
                pipeline: pipeline.clone(),
                folder: command.folder.filter(|_| is_known).and_then(|folder| placed(&command.text, folder)),
                step: self.steps,
                set: given.set.clone(),
                told: given.told.clone(),
                job: job.clone(),
                is_soft: soft || gates::is_swallowed(&command.text),
                is_passed_over,
                is_whole: command.is_whole,
                starts: starts.clone(),
                order: given.order.clone(),
                path: command.path,
                line: command.line,
                text: if at == 0 { text.clone() } else { command.text },
            });
        }
    }
}

/// A command with the variables of its step before tox and nox, which choose by them where a call names nothing.
fn chosen(text: &str, set: &[Variable]) -> String {
    static CALL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?P<before>^|[\s;&|(])(?P<tool>tox|nox)(?P<after>\s|$)").expect("a fixed pattern")
    });
    if !text.contains("tox") && !text.contains("nox") {
        return text.to_owned();
    }
    let of =
        |name: &str| set.iter().find(|one| one.name == name && one.source == Source::File && !one.value.is_empty());
    let told = CALL.replace_all(text, |found: &regex::Captures<'_>| {
        let name = if &found["tool"] == "tox" { "TOXENV" } else { "NOXSESSION" };
        // What is told nearer goes before.
        let own = of(name).filter(|_| !text.contains(name)).map(|one| format!("{name}='{}' ", one.value));
        format!("{}{}{}{}", &found["before"], own.unwrap_or_default(), &found["tool"], &found["after"])
    });
    told.into_owned()
}

/// The folder of a command that may go elsewhere first; `None` where it goes nobody knows where.
fn placed(text: &str, folder: String) -> Option<String> {
    let words = ["cd ", "pushd ", "--prefix", "--cwd", "--dir", "-C "];
    match words.iter().map(|word| text.matches(word).count()).sum::<usize>() {
        0 => Some(folder),
        1 => below(text, &folder),
        _ => None,
    }
}

/// The events that start each workflow, itself or what calls it.
fn reached<'w>(works: &BTreeMap<&'w str, Work>) -> BTreeMap<&'w str, Starts> {
    let mut reached: BTreeMap<&str, Starts> = works.iter().map(|(path, work)| (*path, work.starts.clone())).collect();
    let mut next: Vec<&str> = reached.keys().copied().collect();
    while let Some(path) = next.pop() {
        let by_caller = reached[path].clone();
        for (call, _) in &works[path].calls {
            let Some((path, called)) =
                works.get_key_value(call.as_str()).and_then(|(path, _)| reached.get_key_value(path))
            else {
                continue;
            };
            let both = called.or(&by_caller);
            if both != *called {
                let path = *path;
                reached.insert(path, both);
                next.push(path);
            }
        }
    }
    reached
}

/// Words in the names of actions that bring a tool and run nothing.
const BRINGS: &[&str] =
    &["setup-", "install", "toolchain", "actions/cache", "actions/upload", "paths-filter", "pre-commit"];

/// A step of a workflow; what an action is told may be a command.
fn of_workflow(path: &str, step: &WorkStep, starts: &Starts) -> Step {
    let (mut lines, mut passed_over) = (step.lines.clone(), step.passed_over.clone());
    if let Some(uses) = &step.uses
        && !uses.starts_with("./")
        && !step.with.is_empty()
        && !BRINGS.iter().any(|word| uses.contains(word))
    {
        let told = step.with.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" ; ");
        let told = if uses.contains("/cargo") { format!("cargo {told}") } else { told };
        lines.insert(0, (step.line, told));
        passed_over = passed_over.into_iter().map(|at| at + 1).collect();
    }
    Step {
        path: path.to_owned(),
        line: step.line,
        folder: step.folder.clone(),
        lines,
        passed_over,
        uses: step.uses.clone(),
        with: step.with.clone(),
        told: Vec::new(),
        set: step.set.clone(),
        is_soft: step.is_soft,
        starts: starts.clone(),
        ..Step::default()
    }
}
