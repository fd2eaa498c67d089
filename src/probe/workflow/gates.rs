//! Steps that test, lint, build or deploy: on which events they run, and whether their failure counts. Which they are is in
//! `recognised`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::probe::finding::{Finding, shortened};

use crate::probe::pipelines::starts::{Event, Started, Starts};

use super::deploying;
use super::recognised::{TEST_ACTIONS, gate, gate_of_action, is_comment, pattern, runs_tests};
use super::view::{Job, Step, Workflow, branches};

static SWALLOWED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\|\|\s*(?:true|:|exit\s+0|echo\b[^|]*)\s*(?:$|[;)])|;\s*(?:true|exit\s+0)\s*$|--exit-zero\b|--no-fail(?:\s|$)|-Dmaven\.test\.failure\.ignore(?:=true)?",
    )
});

/// On which events tests run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Coverage {
    pub(super) pull_request: bool,
    pub(super) push: bool,
    pub(super) other: bool,
    /// Branches whose pushes start it and whose names do not tell whether one is the default branch.
    pub(super) named: BTreeSet<String>,
}

impl Coverage {
    /// Both together.
    pub(super) fn and(self, other: Coverage) -> Coverage {
        Coverage {
            pull_request: self.pull_request || other.pull_request,
            push: self.push || other.push,
            other: self.other || other.other,
            named: self.named.into_iter().chain(other.named).collect(),
        }
    }

    /// The same as events of pipelines: a push to a branch counts for no change, which a pull request brings.
    pub(super) fn starts(&self) -> Starts {
        Starts::each(|event| match event {
            Event::Request => self.pull_request.into(),
            Event::Branch => Started::No,
            Event::Default if self.push => Started::Yes,
            Event::Default if self.named.is_empty() => Started::No,
            Event::Default => Started::Named(self.named.clone()),
        })
    }
}

/// The events that start this workflow, as far as tests are concerned.
pub(super) fn events(workflow: &Workflow<'_>) -> Coverage {
    let mut coverage = Coverage::default();
    for (event, node) in &workflow.triggers {
        match *event {
            "pull_request" | "pull_request_target" => coverage.pull_request = true,
            "merge_group" => coverage.push = true,
            "push" => {
                let tags_only = node.get("branches").is_none()
                    && node.get("branches-ignore").is_none()
                    && node.get("tags").is_some();
                let default = branches(node).is_none_or(|list| list.iter().any(|branch| may_be_default(branch)));
                coverage.push |= default && !tags_only;
                let named = branches(node).unwrap_or_default().into_iter().filter(|branch| may_be_a_trunk(branch));
                coverage.named.extend(named.filter(|_| !default).map(|branch| branch.to_string()));
                coverage.other |= tags_only;
            }
            _ => coverage.other = true,
        }
    }
    coverage
}

/// The name of the default branch is not in the tree; these are the usual ones, and patterns that take any.
pub(crate) fn may_be_default(branch: &str) -> bool {
    matches!(
        branch,
        "main" | "master" | "trunk" | "develop" | "dev" | "default" | "*" | "**" | "$default-branch" | "stable"
    ) || branch.contains(".x")
        || branch.contains("${{")
}

/// Whether a branch that has no usual name is one, and none for releases or features.
pub(crate) fn may_be_a_trunk(branch: &str) -> bool {
    let lower = branch.to_ascii_lowercase();
    let is_plain = !lower.is_empty() && !lower.contains(['*', '/', '!', '?', '[']);
    let words = [
        "release", "hotfix", "feature", "staging", "stage", "prod", "test", "canary", "nightly", "beta", "preview",
        "deploy", "pages", "docs", "website",
    ];
    is_plain && !words.iter().any(|word| lower.contains(word)) && !lower.starts_with(|c: char| c.is_ascii_digit())
}

/// What runs tests: job, line, command.
pub(super) fn tests(workflow: &Workflow<'_>) -> Vec<(String, u32, String)> {
    let of_job = |job: &Job<'_>| {
        let found = all_tests(job).into_iter();
        found.map(|(line, command)| (job.id.to_owned(), line, command)).collect::<Vec<_>>()
    };
    workflow.jobs.iter().flat_map(of_job).collect()
}

/// The lines and actions of a job that run tests.
fn all_tests(job: &Job<'_>) -> Vec<(u32, String)> {
    if job.text("if") == Some("false") {
        return Vec::new();
    }
    let mut found = Vec::new();
    for step in job.steps.iter().filter(|step| step.text("if").is_none_or(|(condition, _)| condition != "false")) {
        let lines = step.scripts().into_iter().filter(|(_, text)| runs_tests(text));
        found.extend(lines.map(|(line, text)| (line, shortened(text))));
        let action = step.text("uses").filter(|(uses, _)| TEST_ACTIONS.iter().any(|known| uses.starts_with(known)));
        found.extend(action.map(|(uses, line)| (line, uses.to_owned())));
    }
    found
}

/// Whether a line hides the failure of its command. Of a script that runs on another host the end decides.
pub(crate) fn is_swallowed(text: &str) -> bool {
    static AT_THE_END: LazyLock<Regex> = LazyLock::new(|| pattern(r#"\|\|\s*(?:true|:|exit\s+0)[\s;"']*$"#));
    SWALLOWED.is_match(text) && (!deploying::is_on_a_host(text) || AT_THE_END.is_match(text))
}

/// `ignored_failures` (tests, lints, builds, deployments) and `ignored_scans`.
pub(super) fn ignored(workflow: &Workflow<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for job in workflow.jobs.iter().filter(|job| !is_trial(job.id)) {
        let soft_job = job.text("continue-on-error") == Some("true")
            && !is_trial(job.id)
            && !is_trial(job.text("name").unwrap_or(""));
        for (at, step) in job.steps.iter().enumerate().filter(|(_, step)| !is_trial(step.title())) {
            let soft = soft_job || is_soft(step) && !is_asked_for(job, step);
            // Where the whole job may fail no later step decides.
            let later = if soft_job { &[] } else { &job.steps[at + 1..] };
            found.extend(in_step(job, step, soft, later));
        }
    }
    found
}

/// A leg that is known to fail at times.
pub(crate) fn is_trial(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["nightly", "canary", "experimental", "allowed-fail", "allow-fail", "fix", "upload", "snapshot", "preview", "tip"]
        .iter()
        .any(|word| lower.contains(word))
}

/// Whether a later step asks how this one ended, so that its failure counts there.
pub(super) fn is_asked_for(job: &Job<'_>, step: &Step<'_>) -> bool {
    let Some((id, _)) = step.text("id") else { return false };
    let asks = |text: &str| ["outcome", "conclusion"].iter().any(|word| text.contains(&format!("steps.{id}.{word}")));
    job.steps.iter().any(|other| {
        other.text("if").is_some_and(|(text, _)| asks(text)) || other.scripts().iter().any(|(_, text)| asks(text))
    })
}

/// Whether a step is told to go on when it fails.
pub(super) fn is_soft(step: &Step<'_>) -> bool {
    step.text("continue-on-error").is_some_and(|(text, _)| text == "true")
}

/// Whether a later step of the same job runs the same tool and may fail: the first run was for its report.
fn decides_later(text: &str, later: &[Step<'_>]) -> bool {
    let tool = |text: &str| text.split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>();
    let own = tool(text);
    let steps = later.iter().filter(|step| !is_soft(step));
    own.len() == 2 && steps.flat_map(Step::scripts).any(|(_, line)| tool(line) == own && !is_swallowed(line))
}

/// How a step or a job says that its failure does not count.
const SOFT: &str = "`continue-on-error: true`";

/// What a step ignores, if no `later` one decides it.
fn in_step(job: &Job<'_>, step: &Step<'_>, soft: bool, later: &[Step<'_>]) -> Option<Finding> {
    let ignored = |fact: &'static str, line: u32, text: &str, how: &str| {
        let what = if job.id.is_empty() { "this action".to_owned() } else { format!("job `{}`", job.id) };
        let note = format!("{what}: {how}: `{}`", shortened(text));
        Finding::new(fact, line, format!("{}:{}", job.id, shortened(text)), note)
    };
    if let Some((uses, line)) = step.text("uses").filter(|_| soft) {
        return gate_of_action(uses).map(|gate| ignored(gate.ignored_fact(), line, uses, SOFT));
    }
    let script = commands(step.scripts());
    for (at, (line, text)) in script.iter().enumerate() {
        let Some(gate) = gate(text) else { continue };
        let how = if is_swallowed(text) {
            "its failure is swallowed"
        } else if soft {
            SOFT
        } else if is_passed_over(&script, at) {
            "`set +e` lets the script go on"
        } else {
            continue;
        };
        if decides_later(text, later) {
            return None;
        }
        return Some(ignored(gate.ignored_fact(), *line, text, how));
    }
    None
}

/// Commands with the lines that a `\` continues joined to them.
pub(crate) fn commands(lines: Vec<(u32, &str)>) -> Vec<(u32, String)> {
    let mut joined: Vec<(u32, String)> = Vec::new();
    for (line, text) in lines {
        match joined.last_mut() {
            Some((_, before)) if before.ends_with('\\') => {
                before.pop();
                before.push_str(text.trim());
            }
            _ => joined.push((line, text.trim_end().to_owned())),
        }
    }
    joined
}

/// Whether a script goes on after this command has failed, and nothing asks for its exit code.
pub(crate) fn is_passed_over(script: &[(u32, String)], at: usize) -> bool {
    static SWITCH: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?:^|[;&]\s*|\s)set\s+([+-])(?:\w*e\w*|o\s+errexit)\b"));
    let (before, rest) = script.split_at(at);
    let last = before.iter().rev().find_map(|(_, text)| SWITCH.captures(text));
    let is_off = last.is_some_and(|found| &found[1] == "+");
    let asks = |text: &str| ["$?", "${?", "PIPESTATUS", "trap "].iter().any(|sign| text.contains(sign));
    let counts = |(_, text): &&(u32, String)| !text.trim().is_empty() && !is_comment(text);
    is_off && rest.iter().filter(counts).count() > 1 && !rest.iter().any(|(_, text)| asks(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swallowed_failure_is_recognised() {
        for text in ["pytest || true", "npm test || exit 0", "flake8 --exit-zero", "go test ./... ; exit 0"] {
            assert!(SWALLOWED.is_match(text), "{text}");
        }
        assert!(!SWALLOWED.is_match("pytest || exit 1"));
        assert!(!SWALLOWED.is_match("cargo test --no-fail-fast"));
    }

    fn passed_over(steps: &str) -> usize {
        let text = format!("on: push\njobs:\n  a:\n    steps:\n{steps}");
        let root = crate::probe::yaml_file::read("w.yml", text.as_bytes()).expect("it is YAML");
        ignored(&Workflow::of(&root).expect("it is a workflow")).len()
    }

    #[test]
    fn a_script_that_goes_on_is_found_unless_something_asks_how_it_ended() {
        assert_eq!(passed_over("    - run: |\n        set +e\n        pytest\n        echo done\n"), 1);
        assert_eq!(passed_over("    - run: |\n        npm test \\\n          || true\n"), 1);
        for steps in [
            "    - run: |\n        set +e\n        pytest\n",
            "    - run: |\n        set +e\n        pytest; code=$?\n        exit $code\n",
            "    - run: |\n        set +e\n        rm x\n        set -e\n        pytest\n        echo done\n",
            "    - {run: pytest, id: unit, continue-on-error: true}\n    - {run: exit 1, if: steps.unit.outcome == 'failure'}\n",
        ] {
            assert_eq!(passed_over(steps), 0, "{steps}");
        }
        assert_eq!(passed_over("    - {run: pytest, id: unit, continue-on-error: true}\n"), 1);
    }
}
