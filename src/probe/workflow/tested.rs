//! On which changes tests run: by a step that runs them, or by what a step leads to (`npm run ci`, `make all`, an action of the
//! repository), which probe `pipelines` follows. A workflow counts for the events that start it or what calls it.

use std::collections::BTreeMap;

use crate::model::{Exact, Fact, Facts, Value};
use crate::probe::finding::{Finding, Findings, shortened};
use crate::probe::pipelines::{Pipelines, What};

use super::gates::{self, Coverage};
use super::judge::Judged;

/// What is asked of the workflows together.
pub(super) struct Tested<'a> {
    pub(super) files: &'a BTreeMap<String, &'a Judged>,
    pub(super) pipelines: &'a Pipelines,
    /// The default branch, where the spec names it.
    pub(super) default_branch: Option<&'a str>,
    /// Why tests may run that are not seen.
    pub(super) doubt: Option<&'static str>,
}

/// Where a workflow runs tests, and how.
struct Runs {
    line: u32,
    subject: String,
    note: String,
}

impl Tested<'_> {
    pub(super) fn tell(&self, facts: &mut Facts, findings: &mut Findings) {
        let mut seen = Coverage::default();
        let mut count = 0;
        for (path, judged) in self.files {
            let Some(runs) = self.runs(path, judged) else { continue };
            count += 1;
            let events = self.reached(path, judged);
            findings.push(
                path,
                Finding::new("test_jobs", runs.line, runs.subject, format!("{} on {}", runs.note, words(&events))),
            );
            seen = seen.and(events);
        }
        facts.present("test_jobs", Value::count(count));
        let is_whole = seen.pull_request && seen.push;
        let named = seen.named.first().filter(|_| !seen.push);
        let perhaps = named.map(|branch| {
            format!("pushes to `{branch}` run tests; whether that is the default branch is not in the tree: name it with `default_branch`")
        });
        let doubt = self.doubt.map(str::to_owned).or(perhaps.clone()).filter(|_| !is_whole);
        if doubt.is_none() {
            self.missing(&seen, findings);
        }
        let told = |is: bool, reason: Option<&String>| match reason {
            Some(reason) if !is => Fact::Unobserved(reason.clone()),
            _ => Fact::Present(Value::Bool(is)),
        };
        let of_requests = doubt.as_ref().filter(|_| self.doubt.is_some());
        facts.set("tests_on_pull_request", told(seen.pull_request, of_requests));
        facts.set("tests_on_push", told(seen.push, doubt.as_ref()));
        let credit = match (seen.pull_request, seen.push) {
            (true, true) => 100,
            (true, false) => 70,
            (false, true) => 50,
            _ if count > 0 => 30,
            _ => 0,
        };
        facts.set("test_credit", doubt.map_or_else(|| Fact::Present(percent(credit)), Fact::Unobserved));
    }

    /// The first step that runs tests, or that leads to them.
    fn runs(&self, path: &str, judged: &Judged) -> Option<Runs> {
        if let Some((job, line, command)) = &judged.tests {
            let note = format!("job `{job}` runs `{command}`");
            return Some(Runs { line: *line, subject: job.clone(), note });
        }
        let led = self.pipelines.runs.iter().find(|run| {
            let is_elsewhere = run.by.is_some() || run.path != path;
            &*run.pipeline == path && run.what == What::Command && is_elsewhere && gates::runs_tests(&run.text)
        })?;
        let text = shortened(&led.text);
        let by = led.by.as_deref().unwrap_or("an action of the repository");
        let note = format!("{by} leads to `{text}` in {}:{}, which runs", led.path, led.line);
        Some(Runs { line: judged.starts.0, subject: text, note })
    }

    /// What each workflow lacks, where tests do not run on every change: tests, or an event.
    fn missing(&self, seen: &Coverage, findings: &mut Findings) {
        for (path, judged) in self.files.iter().filter(|_| !(seen.pull_request && seen.push)) {
            let events = self.reached(path, judged);
            let (line, names) = &judged.starts;
            let mut miss = |fact: &'static str, what: &str| {
                let note = format!("`on: {names}`: {what}");
                findings.push(path, Finding::new(fact, *line, what, note));
            };
            match self.runs(path, judged) {
                None if events.pull_request || events.push => {
                    let fact = if seen.pull_request { "tests_on_push" } else { "tests_on_pull_request" };
                    miss(fact, "changes start it, and no step of it runs tests");
                }
                None => {}
                Some(_) if !seen.pull_request && !events.pull_request => {
                    miss("tests_on_pull_request", "it runs tests, and pull requests do not start it");
                }
                Some(_) if !seen.push && !events.push => {
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
