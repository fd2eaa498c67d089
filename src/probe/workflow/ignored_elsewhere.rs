//! Gates of other systems' pipelines whose failure does not count: by what a job says (GitLab `allow_failure`, Azure
//! `continueOnError`, Buildkite `soft_fail`, Travis and Cirrus `allow_failures`, Drone and Woodpecker `failure: ignore`,
//! Bitbucket `on-fail: ignore`, Cloud Build `allowFailure`, Concourse `try`, CodeBuild `on-failure: CONTINUE`), and by what a
//! script does. CircleCI has no word for it.

use std::collections::BTreeSet;

use crate::probe::finding::{Finding, shortened};
use crate::probe::pipelines::{Pipelines, Run, What};

use super::tested_elsewhere::is_of_github;
use super::{gates, recognised};

/// `ignored_failures` and `ignored_scans` with their files, one for each job.
pub(super) fn ignored(pipelines: &Pipelines) -> Vec<(&str, Finding)> {
    let written = |run: &&Run| run.what == What::Command && run.by.is_none() && !is_of_github(&run.pipeline);
    let runs: Vec<&Run> = pipelines.runs.iter().filter(written).collect();
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for run in runs.iter().filter(|run| run.is_soft && !gates::is_trial(&run.job)) {
        let Some(gate) = recognised::gate(&run.text) else { continue };
        let is_decided = runs.iter().any(|later| decides(later, run));
        // A job without a name is each step of its own.
        let job = if run.job.is_empty() { run.line.to_string() } else { run.job.to_string() };
        if is_decided || !seen.insert((run.pipeline.clone(), job)) {
            continue;
        }
        let how = match run {
            _ if gates::is_swallowed(&run.text) => "its failure is swallowed",
            Run { is_passed_over: true, .. } => "`set +e` lets the script go on",
            _ => "it may fail",
        };
        let job = if run.job.is_empty() { "a step".to_owned() } else { format!("job `{}`", run.job) };
        let note = format!("{job}: {how}: `{}`", shortened(&run.text));
        found.push((run.path.as_str(), Finding::new(gate.ignored_fact(), run.line, run.text.as_str(), note)));
    }
    found
}

/// Whether a later command of the same job runs the same tool and may fail: the first run was for its report.
fn decides(later: &Run, run: &Run) -> bool {
    let tool = |text: &str| text.split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>();
    let is_later = later.path == run.path && later.line > run.line && later.job == run.job && !run.job.is_empty();
    is_later && !later.is_soft && tool(&later.text).len() == 2 && tool(&later.text) == tool(&run.text)
}

#[cfg(test)]
mod tests {
    use super::super::DEF;
    use crate::probe::trial::{count, observe, percent};

    fn counted(path: &str, text: &str) -> (Option<i64>, Option<i64>) {
        let seen = observe(&DEF, "{}", &[(path, text)]);
        (count(&seen, "ignored_failures"), count(&seen, "ignored_scans"))
    }

    #[test]
    fn what_a_job_of_each_system_lets_fail_is_counted() {
        for (path, text) in [
            (".gitlab-ci.yml", "t: {script: [pytest], allow_failure: true}\n"),
            ("azure-pipelines.yml", "trigger: [main]\nsteps: [{script: pytest, continueOnError: true}]\n"),
            (".buildkite/pipeline.yml", "steps: [{command: pytest, soft_fail: true}]\n"),
            (".drone.yml", "kind: pipeline\nsteps: [{name: t, commands: [pytest], failure: ignore}]\n"),
            (
                "bitbucket-pipelines.yml",
                "pipelines: {default: [{step: {script: [pytest], on-fail: {strategy: ignore}}}]}\n",
            ),
            (".circleci/config.yml", "jobs: {t: {steps: [run: pytest || true]}}\nworkflows: {w: {jobs: [t]}}\n"),
            ("cloudbuild.yaml", "steps: [{name: python, script: pytest, allowFailure: true}]\n"),
        ] {
            assert_eq!(counted(path, text), (Some(1), Some(0)), "{path}");
        }
        assert_eq!(counted(".gitlab-ci.yml", "t: {script: [trivy fs .], allow_failure: true}\n"), (Some(0), Some(1)));
    }

    #[test]
    fn what_a_script_goes_on_after_is_shown_as_it_is_written() {
        let text = "jobs: {t: {steps: [run: \"set +e\\npytest -x\\necho done\"]}}\nworkflows: {w: {jobs: [t]}}\n";
        let seen = observe(&DEF, "{}", &[(".circleci/config.yml", text)]);
        let notes: Vec<&str> = seen.evidence.iter().filter_map(|item| item.note.as_deref()).collect();
        let is_shown = |note: &&&str| note.ends_with("`set +e` lets the script go on: `pytest -x`");
        assert_eq!(
            (count(&seen, "ignored_failures"), notes.iter().filter(is_shown).count()),
            (Some(1), 1),
            "{notes:?}"
        );
        assert!(!notes.iter().any(|note| note.contains("|| true")), "{notes:?}");
    }

    #[test]
    fn each_job_that_may_fail_is_one_whatever_stands_beside_it() {
        let github =
            (".github/workflows/ci.yml", "on: push\njobs: {t: {runs-on: x, steps: [{run: pytest || true}]}}\n");
        let gitlab = (".gitlab-ci.yml", "t: {script: [pytest], allow_failure: true}\n");
        let circle =
            (".circleci/config.yml", "jobs: {t: {steps: [run: pytest || true]}}\nworkflows: {w: {jobs: [t]}}\n");
        let counted = |files: &[(&str, &str)]| count(&observe(&DEF, "{}", files), "ignored_failures");
        assert_eq!((counted(&[github, gitlab]), counted(&[github, gitlab, circle])), (Some(2), Some(3)));
    }

    #[test]
    fn beside_github_workflows_that_there_is_none_is_known_only_where_all_was_read() {
        let github = (".github/workflows/ci.yml", "on: push\njobs: {t: {runs-on: x, steps: [{run: pytest}]}}\n");
        let counted = |files: &[(&str, &str)]| count(&observe(&DEF, "{}", files), "ignored_failures");
        assert_eq!(counted(&[github]), Some(0));
        assert_eq!(counted(&[github, ("Jenkinsfile", "sh 'npm test'\n")]), None);
    }

    #[test]
    fn where_no_gate_is_seen_nothing_is_known_of_its_failure() {
        let label = "on: pull_request\njobs: {t: {runs-on: x, steps: [{uses: actions/labeler@v5}]}}\n";
        let lint = "on: push\njobs: {t: {runs-on: x, steps: [{uses: golangci/golangci-lint-action@v6}]}}\n";
        let counted = |text| counted(".github/workflows/ci.yml", text).0;
        assert_eq!((counted(label), counted(lint)), (None, Some(0)));
        let seen = observe(&DEF, "{}", &[(".github/workflows/ci.yml", label)]);
        assert_eq!(percent(&seen, "gate_credit"), None);
    }

    #[test]
    fn a_leg_that_is_tried_and_a_tool_that_runs_again_decide_nothing() {
        for text in [
            "nightly: {script: [pytest], allow_failure: true}\n",
            "t: {script: ['docker rm x || true', pytest]}\n",
            "t:\n  script:\n    - cargo clippy --message-format=json || true\n    - cargo clippy -- -D warnings\n",
        ] {
            assert_eq!(counted(".gitlab-ci.yml", text), (Some(0), Some(0)), "{text}");
        }
    }

    #[test]
    fn no_failure_that_is_ignored_is_known_only_where_all_was_read() {
        assert_eq!(counted("Jenkinsfile", "sh 'npm test'\n"), (None, None));
        assert_eq!(counted(".gitlab-ci.yml", "include: {project: a/b, file: c.yml}\n"), (None, None));
        let seen = observe(&DEF, "{}", &[(".gitlab-ci.yml", "t: {script: [pytest]}\n")]);
        assert_eq!(percent(&seen, "gate_credit"), Some(100));
    }
}
