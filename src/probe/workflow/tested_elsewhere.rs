//! Tests in pipelines of other systems than GitHub's, on which events they run, and why more may run than is seen.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::probe::finding::Finding;
use crate::probe::pipelines::starts::{Event, Started, Starts};
use crate::probe::pipelines::{Pipelines, Run, SEARCHED_TESTS, What};

use super::recognised;

/// A pipeline that runs tests.
pub(super) struct Elsewhere<'p> {
    /// The first command that runs some, one that changes start before others.
    pub(super) run: &'p Run,
    /// The events on which any of its tests run.
    pub(super) starts: Starts,
}

impl Elsewhere<'_> {
    pub(super) fn finding(&self) -> Finding {
        let note = format!("{} runs on {}", self.run.note(), words(&self.starts));
        Finding::new("test_jobs", self.run.line, self.run.text.as_str(), note)
    }
}

/// Pipelines that run tests, each once.
pub(super) fn tests(pipelines: &Pipelines) -> Vec<Elsewhere<'_>> {
    let mut found: BTreeMap<&str, Elsewhere<'_>> = BTreeMap::new();
    let runs = pipelines.runs.iter().filter(|run| !is_of_github(&run.pipeline));
    for run in runs.filter(|run| recognised::tests(run)) {
        let one = found.entry(&run.pipeline).or_insert_with(|| Elsewhere { run, starts: Starts::never() });
        if run.starts.is_gate() && !one.run.starts.is_gate() {
            one.run = run;
        }
        one.starts = one.starts.or(&run.starts);
    }
    found.into_values().collect()
}

/// What pipelines lack, where tests do not run on every change and on what is merged: file, line, what.
pub(super) fn lacking(pipelines: &Pipelines, (on_change, on_push): (bool, bool)) -> Vec<(&str, u32, &'static str)> {
    let tests = tests(pipelines);
    let files = pipelines.files.iter().filter(|(path, _)| !is_of_github(path));
    files
        .filter_map(|(path, looked)| {
            let own = tests.iter().find(|one| &*one.run.pipeline == path);
            let what = match own {
                None if looked.is_gate => "none of its commands runs tests",
                None => "no change starts it, and none of its commands runs tests",
                Some(one) if !on_change && one.starts.on_change() == Started::No => {
                    "it runs tests, and change requests do not start them"
                }
                Some(one) if !on_push && *one.starts.on_push() == Started::No => {
                    "it runs tests, and pushes to the default branch do not start them"
                }
                Some(_) => return None,
            };
            Some((path.as_str(), looked.line, what))
        })
        .collect()
}

/// Why tests may run in these pipelines that are not seen.
pub(super) fn doubt(pipelines: &Pipelines) -> Option<String> {
    let groovy = || {
        let is_groovy = |path: &&String| path.rsplit('/').next().is_some_and(|base| base.starts_with("Jenkinsfile"));
        let path = pipelines.files.keys().find(is_groovy)?;
        Some(format!("`{path}` is a program, of which only the commands are read"))
    };
    let foreign = || {
        let run = pipelines.runs.iter().find(|run| !is_of_github(&run.pipeline) && is_foreign(run))?;
        Some(format!("`{}:{}` runs `{}`, and what that runs is not in this repository", run.path, run.line, run.text))
    };
    pipelines.unseen.clone().or_else(foreign).or_else(groovy)
}

/// Events on which commands run that may be tests: by a runner that is not known, or by a search whose outcome is not.
pub(super) fn perhaps(pipelines: &Pipelines) -> Starts {
    let runs = pipelines.runs.iter().filter(|run| !is_of_github(&run.pipeline) && (may_test(run) || is_search(run)));
    runs.fold(Starts::never(), |all, run| {
        let Run { path, line, .. } = run;
        let reason = if is_search(run) {
            format!("`{path}` has neither `test_script` nor `test: off`: AppVeyor searches for test assemblies and runs them")
        } else {
            format!("`{path}:{line}` may run tests by a runner that is not known: {}", run.note())
        };
        all.or(&run.starts.and(&Starts::all(Started::open(reason))))
    })
}

/// Whether a system searches for tests by itself.
fn is_search(run: &Run) -> bool {
    run.what == What::Action && run.text == SEARCHED_TESTS
}

/// Whether a command says `test` and is no known runner of tests, nor the shell's own `test`, nor one that only prints.
fn may_test(run: &Run) -> bool {
    static WORD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)(?:^|[\s:/=_-])(?:unit-?|e2e-?)?tests?(?:$|[\s:/_-])").expect("a fixed pattern")
    });
    static OTHER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\s*(?:#|test\s|echo\b|printf\b|export\b|mkdir\b|cp\b|mv\b|cd\b|if\s+test\s|docker\s+(?:build|push|tag)\b)|\binstall\b")
            .expect("a fixed pattern")
    });
    run.what == What::Command
        && WORD.is_match(&run.text)
        && !run.is_whole
        && !recognised::tests(run)
        && !OTHER.is_match(&run.text)
}

/// What brings jobs of its own: an orb's job, a template of another repository, or one that comes with GitLab and tests.
fn is_foreign(run: &Run) -> bool {
    let quiet = ["Security/", "Workflows/", "Jobs/", "Pages/", "Verify/"];
    let of_gitlab =
        |name: &str| name.ends_with("Jobs/Test.gitlab-ci.yml") || !quiet.iter().any(|start| name.starts_with(start));
    match &run.what {
        What::Foreign(_) => true,
        What::Action => run.text.strip_prefix("template: ").is_some_and(of_gitlab),
        What::Command => false,
    }
}

/// Whether a pipeline is a workflow of GitHub, which is judged apart.
pub(super) fn is_of_github(path: &str) -> bool {
    path.starts_with(".github/workflows/")
}

fn words(starts: &Starts) -> String {
    let named = [
        (Event::Request, "change requests"),
        (Event::Branch, "pushes to branches"),
        (Event::Default, "pushes to the default branch"),
    ];
    let on: Vec<&str> =
        named.iter().filter(|(event, _)| *starts.on(*event) == Started::Yes).map(|(_, word)| *word).collect();
    let open = named.iter().find_map(|(event, _)| match starts.on(*event) {
        Started::Open(reason) => Some(reason),
        Started::No | Started::Named(_) | Started::Yes => None,
    });
    match open {
        _ if !on.is_empty() => on.join(", "),
        Some(reason) => format!("events that are not told: {reason}"),
        None => "no change".to_owned(),
    }
}
