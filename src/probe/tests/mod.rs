//! Probe `tests`: runs a test suite, or reads the reports it left, and counts what became of its tests. This file owns
//! the parameters and the facts; `observe` looks, `format` and its neighbours read reports.

mod case;
mod filter;
#[cfg(test)]
mod flavours;
mod format;
mod go_json;
mod junit;
mod junit_writer;
mod libtest;
mod libtest_json;
mod observe;
mod place;
#[cfg(test)]
mod real;
#[cfg(test)]
mod runs;
mod tally;
mod tap;
mod trx;

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, folder, limits, runner};
use crate::model::{FactDecl, FactSchema, FactType, Grade, Observation, Problems, Unknown};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "tests",
    doc: "Runs a test suite, or reads the reports it left, and counts what became of its tests.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "run: [pytest, -q, --junitxml=report.xml]\nreport: report.xml\ntimeout: 10 min\n",
};

/// Parameters of probe `tests`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TestsProbe")]
struct Params {
    /// Program and arguments that run the tests, each an item of its own; no shell. Without it an existing report is
    /// read. A report that is not written while it runs does not count.
    #[serde(default)]
    run: Option<Spanned<Vec<String>>>,
    /// Path or glob of the reports, also below folders that git ignores; several are summed: JUnit XML, TRX,
    /// `go test -json`, TAP, `cargo test` as text or JSON. Without it the output of `run` is the report.
    #[serde(default)]
    report: Option<Spanned<String>>,
    /// Only tests whose `classname.name` contains this; with `*` (any text) or `?` (one character) the whole of it must
    /// match.
    #[serde(default)]
    filter: Option<Spanned<String>>,
    /// Only tests with a tag (category, marker) that matches this whole, with `*` and `?`; unknown where the reports tag no test.
    #[serde(default)]
    tag: Option<Spanned<String>>,
    /// Only tests in this folder, this file or the files of this glob, by the file, class or package that the reports name.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// When `run` is killed with everything it started.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

/// The probe with its parameters checked.
#[derive(Clone, Debug)]
struct Tests {
    run: Option<Vec<String>>,
    report: Option<String>,
    filter: Option<String>,
    tag: Option<String>,
    path: Option<String>,
    timeout: Option<Duration>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let before = problems.len();
    runner::check(params.run.as_ref(), problems);
    if let Some(report) = &params.report {
        folder::check_path_or_glob(report, "report", problems);
    }
    for (key, given, example) in [("filter", &params.filter, "test_orders"), ("tag", &params.tag, "slow")] {
        if let Some(empty) = given.as_ref().filter(|given| given.trim().is_empty()) {
            let problem = empty.span.problem(format!("`{key}` is empty"));
            problems.push(problem.help(format!("drop it, or write what the tests have: `{key}: {example}`")));
        }
    }
    if let Some(path) = &params.path {
        folder::check_path_or_glob(path, "path", problems);
    }
    if params.run.is_none() && params.report.is_none() {
        let problem = node.problem("neither `run` nor `report`");
        problems.push(problem.help("write `report: \"target/surefire-reports/*.xml\"`, or `run: [pytest, …]` as well"));
    }
    let timeout = limits::timeout(params.timeout.as_ref(), problems);
    (problems.len() == before).then(|| {
        let value = |given: Option<Spanned<String>>| given.map(|given| given.value);
        let run = params.run.map(|run| run.value);
        let (report, filter) = (value(params.report), value(params.filter));
        let (tag, path) = (value(params.tag), value(params.path));
        Box::new(Tests { run, report, filter, tag, path, timeout }) as Box<dyn Probe>
    })
}

impl Probe for Tests {
    fn facts(&self) -> FactSchema {
        FactSchema {
            decls: vec![
                FactDecl::new("total", FactType::Count, "tests that the reports list, skipped ones among them"),
                FactDecl::new("passed", FactType::Count, "tests that ran and held"),
                FactDecl::new("failed", FactType::Count, "tests that ran and did not hold, or ended in an error"),
                FactDecl::new(
                    "skipped",
                    FactType::Count,
                    "tests that were not run, or are expected to fail (`TODO`, xfail)",
                ),
                FactDecl::new(
                    "flaky",
                    FactType::Count,
                    "passed tests that had failed first and were run again; unobserved where reports pass over that (jest, vitest, mocha)",
                ),
                FactDecl::new(
                    "duration",
                    FactType::Duration,
                    "with `run` from its start to its exit, else the times of the tests in the reports together",
                ),
                FactDecl::new(
                    "exit_code",
                    FactType::Number,
                    "exit code of `run`; absent when a signal ended it, unobserved when nothing was run",
                ),
                FactDecl::new("failures", FactType::List(Box::new(FactType::Text)), "names of the failed tests"),
            ],
            ..FactSchema::default()
        }
    }

    fn key(&self) -> String {
        let Tests { run, report, filter, tag, path, timeout: _ } = self;
        format!("tests {run:?} {report:?} {filter:?} {tag:?} {path:?}")
    }

    fn lane(&self) -> Lane {
        if self.run.is_some() { Lane::Process } else { Lane::Free }
    }

    fn touch(&self) -> Touch {
        Touch {
            reads: self.report.iter().cloned().collect(),
            runs: self.run.iter().cloned().collect(),
            ..Touch::default()
        }
    }

    fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    fn grade(&self) -> Grade {
        if self.run.is_some() { Grade::Measured } else { Grade::Ingested }
    }

    fn looks_without_running(&self) -> bool {
        self.report.is_some()
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(self.look(look))
    }
}
