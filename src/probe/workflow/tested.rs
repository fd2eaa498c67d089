//! On which changes tests run: by a step that runs them, or by what a step leads to (`npm run ci`, `make all`, an action of the
//! repository), which probe `pipelines` follows. A workflow counts for the events that start it or what calls it; pipelines of
//! other systems are in `tested_elsewhere`.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Exact, Fact, Facts, Value};
use crate::probe::finding::{Finding, Findings, shortened};
use crate::probe::pipelines::starts::{Started, Starts};
use crate::probe::pipelines::{Pipelines, Run, What};

use super::gates::Coverage;
use super::judge::Judged;
use super::recognised;
use super::tested_elsewhere as elsewhere;

/// What is asked of the pipelines together.
pub(super) struct Tested<'a> {
    pub(super) files: &'a BTreeMap<String, &'a Judged>,
    pub(super) pipelines: &'a Pipelines,
    /// The default branch, where the spec names it.
    pub(super) default_branch: Option<&'a str>,
    /// Why tests may run that are not seen.
    pub(super) doubt: Option<String>,
}

/// Where a workflow runs tests, and how.
struct Runs {
    line: u32,
    subject: String,
    note: String,
}

impl Tested<'_> {
    pub(super) fn tell(&self, facts: &mut Facts, findings: &mut Findings) {
        let mut starts = Starts::never();
        let mut count = 0;
        for (path, judged) in self.files {
            let Some(runs) = self.runs(path, judged) else { continue };
            count += 1;
            let events = self.reached(path, judged);
            findings.push(
                path,
                Finding::new("test_jobs", runs.line, runs.subject, format!("{} on {}", runs.note, words(&events))),
            );
            starts = starts.or(&events.starts());
        }
        for one in elsewhere::tests(self.pipelines) {
            count += 1;
            findings.push(&one.run.path, one.finding());
            starts = starts.or(&one.starts);
        }
        facts.present("test_jobs", Value::count(count));
        let starts = starts.or(&elsewhere::perhaps(self.pipelines));
        self.judge(&starts, count > 0, facts, findings);
    }

    fn judge(&self, starts: &Starts, is_any: bool, facts: &mut Facts, findings: &mut Findings) {
        let change = starts.on_change().knowing(self.default_branch);
        let push = starts.on_push().clone().knowing(self.default_branch);
        let credit = match (&change, &push) {
            (Started::Yes, Started::Yes) => 100,
            (Started::Yes, _) => 70,
            (_, Started::Yes) => 50,
            _ if is_any => 30,
            _ => 0,
        };
        let told = [&change, &push].map(|started| told(started, self.doubt.as_deref()));
        let unobserved = told.iter().find(|fact| matches!(fact, Fact::Unobserved(_))).cloned();
        if unobserved.is_none() {
            self.missing((change == Started::Yes, push == Started::Yes), findings);
        }
        facts.set("test_credit", unobserved.unwrap_or_else(|| Fact::Present(percent(credit))));
        let [change, push] = told;
        facts.set("tests_on_pull_request", change);
        facts.set("tests_on_push", push);
    }

    /// The first step that runs tests, or that leads to them.
    fn runs(&self, path: &str, judged: &Judged) -> Option<Runs> {
        let is_own = |line: u32| !self.answered(path, line);
        if let Some((job, line, command)) = judged.tests.iter().find(|(_, line, _)| is_own(*line)) {
            let note = format!("job `{job}` runs `{command}`");
            return Some(Runs { line: *line, subject: job.clone(), note });
        }
        // What an action is told is no command of its own.
        let own = || self.pipelines.runs.iter().filter(|run| &*run.pipeline == path);
        let told: BTreeSet<usize> = own().filter(|run| run.what == What::Action).map(|run| run.step).collect();
        let is_told = |run: &Run| run.by.is_none() && run.path == path && told.contains(&run.step);
        let led = own().find(|run| recognised::tests(run) && !is_told(run))?;
        let text = shortened(&led.text);
        let note = match &led.by {
            // A command with a value of the matrix in it.
            None if led.path == path => {
                return Some(Runs {
                    line: led.line,
                    subject: led.job.to_string(),
                    note: format!("job `{}` runs `{text}`", led.job),
                });
            }
            by => {
                let by = by.as_deref().unwrap_or("an action of the repository");
                format!("{by} leads to `{text}` in {}:{}, which runs", led.path, led.line)
            }
        };
        Some(Runs { line: judged.starts.0, subject: text, note })
    }

    /// Whether what a line of a workflow runs is told by where it leads, and is no test itself.
    fn answered(&self, path: &str, line: u32) -> bool {
        let is_here =
            |run: &&Run| run.by.is_none() && run.line == line && run.path == path && run.what == What::Command;
        let mut here = self.pipelines.runs.iter().filter(is_here);
        here.clone().any(|run| run.is_whole) && !here.any(recognised::tests)
    }

    /// What each pipeline lacks, where tests do not run on every change: tests, or an event.
    fn missing(&self, (on_change, on_push): (bool, bool), findings: &mut Findings) {
        if on_change && on_push {
            return;
        }
        let fact = if on_change { "tests_on_push" } else { "tests_on_pull_request" };
        for (path, line, what) in elsewhere::lacking(self.pipelines, (on_change, on_push)) {
            findings.push(path, Finding::new(fact, line, what, what));
        }
        for (path, judged) in self.files {
            let events = self.reached(path, judged);
            let (line, names) = &judged.starts;
            let mut miss = |fact: &'static str, what: &str| {
                let note = format!("`on: {names}`: {what}");
                findings.push(path, Finding::new(fact, *line, what, note));
            };
            match self.runs(path, judged) {
                None if events.pull_request || events.push => {
                    miss(fact, "changes start it, and no step of it runs tests");
                }
                None => {}
                Some(_) if !on_change && !events.pull_request => {
                    miss("tests_on_pull_request", "it runs tests, and pull requests do not start it");
                }
                Some(_) if !on_push && !events.push => {
                    miss("tests_on_push", "it runs tests, and pushes to the default branch do not start it");
                }
                Some(_) => {}
            }
        }
    }

    /// Events that start a workflow, directly or through those that call it (two levels).
    fn reached(&self, path: &str, judged: &Judged) -> Coverage {
        let callers = |path: &str| -> Vec<(&String, &Judged)> {
            let calls = |other: &Judged| other.calls.iter().any(|called| called == path);
            self.files.iter().filter(|(_, other)| calls(other)).map(|(path, judged)| (path, *judged)).collect()
        };
        let mut events = judged.events.clone();
        for (caller, by) in callers(path) {
            events = events.and(by.events.clone());
            for (_, above) in callers(caller) {
                events = events.and(above.events.clone());
            }
        }
        if let Some(branch) = self.default_branch {
            events.push |= events.named.contains(branch);
            events.named.clear();
        }
        events
    }
}

/// Whether tests run at an event, as a fact.
fn told(started: &Started, doubt: Option<&str>) -> Fact {
    match started {
        Started::Yes => Fact::Present(Value::Bool(true)),
        Started::Open(reason) => Fact::Unobserved(reason.to_string()),
        Started::Named(branches) => {
            let branch = branches.first().map_or("", String::as_str);
            Fact::Unobserved(format!(
                "pushes to `{branch}` run tests; whether that is the default branch is not in the tree: name it with `default_branch`"
            ))
        }
        Started::No => doubt.map_or(Fact::Present(Value::Bool(false)), |doubt| Fact::Unobserved(doubt.to_owned())),
    }
}

fn words(events: &Coverage) -> String {
    let on = [
        (events.pull_request, "pull requests"),
        (events.push, "pushes to the default branch"),
        (events.other, "other events"),
    ];
    let on: Vec<&str> = on.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect();
    let named = events.named.iter().filter(|_| !events.push).map(|branch| format!("pushes to `{branch}`"));
    let all: Vec<String> = on.into_iter().map(str::to_owned).chain(named).collect();
    if all.is_empty() { "no event".to_owned() } else { all.join(", ") }
}

fn percent(percent: u32) -> Value {
    Value::Number(Exact::ratio(u64::from(percent), 100_u32).unwrap_or_else(Exact::zero))
}
