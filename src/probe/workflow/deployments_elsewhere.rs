//! Deployments by pipelines of other systems than GitHub's, as far as a system tells in which order its steps run.

use std::sync::{Arc, LazyLock};

use regex::Regex;

use crate::probe::finding::shortened;
use crate::probe::pipelines::order::Order;
use crate::probe::pipelines::starts::{Event, Started, Starts};
use crate::probe::pipelines::{Pipelines, Run, What};

use super::deployments::{Deployment, is_deploying_command, is_named_a_trial};
use super::recognised;
use super::tested_elsewhere::is_of_github;

/// Pipes of Bitbucket, parts of orbs and plugins of Drone that deploy.
static USED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?:docker://)?[\w.-]+/[\w-]*(?:-deploy|kubectl-run)[\w-]*:",
        r"|/(?:deploy[\w-]*|(?:upgrade|install)-helm-chart|create-or-update-resource|update-container-image)$",
        r"|\bdrone-(?:helm\d?|kubectl|kubernetes|ecs|heroku|cloud-run|gke)\b|^plugins/(?:helm\d?|ecs|heroku|cloud-run|gae|gke)\b",
    ))
    .expect("a fixed pattern")
});

/// A job that deploys, with the file that names it, once for each job.
pub(super) fn deployments(pipelines: &Pipelines) -> Vec<(&str, Deployment)> {
    let runs: Vec<(&Run, &Arc<Order>)> = pipelines
        .runs
        .iter()
        .filter(|run| !is_of_github(&run.pipeline))
        .filter_map(|run| Some((run, run.order.as_ref()?)))
        .collect();
    let deploying: Vec<usize> = (0..runs.len()).filter(|at| is_deploying(runs[*at].0)).collect();
    let mut found: Vec<(&str, Deployment)> = Vec::new();
    let mut seen: Vec<usize> = Vec::new();
    for at in deploying.iter().copied() {
        let is_known = |other: &usize| is_one_job(runs[*other], runs[at]);
        let tests_later = runs[at + 1..].iter().any(|later| is_one_job(*later, runs[at]) && tests(later.0));
        if seen.iter().any(is_known) || tests_later || is_trial(runs[at].0) {
            continue;
        }
        seen.push(at);
        found.push((&runs[at].0.path, deployment(&runs, at, &deploying)));
    }
    found
}

fn deployment(runs: &[(&Run, &Arc<Order>)], at: usize, deploying: &[usize]) -> Deployment {
    let (run, order) = runs[at];
    let is_before = |other: usize| {
        let (before, its) = runs[other];
        before.pipeline == run.pipeline && (order.waits_for(its) || other < at && is_one_job(runs[other], runs[at]))
    };
    let counts = |other: usize| {
        let before = runs[other].0;
        tests(before) && (order.is_by_hand || may_start_together(&before.starts, &run.starts))
    };
    // Of a tag or a schedule what was tested before is decided elsewhere, as on GitHub; a hand goes on with this pipeline.
    let is_tested_elsewhere = !order.is_by_hand && is_of_no_push(&run.starts);
    let job = if run.job.is_empty() { format!("line {}", run.line) } else { run.job.to_string() };
    Deployment {
        is_preview: is_for_changes(&run.starts) || ["preview", "review"].iter().any(|word| job.contains(word)),
        job,
        line: run.line,
        command: shortened(&run.text),
        is_tested: is_tested_elsewhere || (0..runs.len()).any(|other| is_before(other) && counts(other)),
        environment: order.environment.clone(),
        follows: deploying.iter().any(|other| {
            *other != at && !is_one_job(runs[*other], runs[at]) && is_before(*other) && !is_trial(runs[*other].0)
        }),
        is_guarded: order.is_held || order.is_by_hand,
    }
}

fn is_deploying(run: &Run) -> bool {
    match run.what {
        What::Command => is_deploying_command(&run.text),
        What::Action | What::Foreign(_) => USED.is_match(&run.text),
    }
}

fn tests(run: &Run) -> bool {
    run.what == What::Command && recognised::runs_tests(&run.text) && !run.is_soft
}

fn is_trial(run: &Run) -> bool {
    is_named_a_trial(&run.job)
}

fn is_one_job((one, its): (&Run, &Arc<Order>), (other, others): (&Run, &Arc<Order>)) -> bool {
    let is_named = !one.job.is_empty() && one.job == other.job && its.part == others.part && its.stage == others.stage;
    one.pipeline == other.pipeline && (is_named || Arc::ptr_eq(its, others))
}

/// No push starts it.
fn is_of_no_push(starts: &Starts) -> bool {
    [Event::Branch, Event::Default].iter().all(|event| *starts.on(*event) == Started::No)
}

/// Changes start it, and what is merged does not.
fn is_for_changes(starts: &Starts) -> bool {
    let may = |event| *starts.on(event) != Started::No;
    (may(Event::Request) || may(Event::Branch)) && !may(Event::Default)
}

/// Whether the same event may start both.
fn may_start_together(one: &Starts, other: &Starts) -> bool {
    let may = |starts: &Starts, event| *starts.on(event) != Started::No;
    [Event::Request, Event::Branch, Event::Default].iter().any(|event| may(one, *event) && may(other, *event))
}

#[cfg(test)]
mod tests {
    use super::super::DEF;
    use crate::probe::trial::{count, observe, percent};

    /// Jobs that deploy, those without tests and without a stage before them, and the credit.
    fn seen(files: &[(&str, &str)]) -> (Option<i64>, Option<i64>, Option<i64>, Option<i64>) {
        let seen = observe(&DEF, "{}", files);
        let [jobs, untested, unstaged] =
            ["deploy_jobs", "untested_deployments", "unstaged_deployments"].map(|fact| count(&seen, fact));
        (jobs, untested, unstaged, percent(&seen, "deploy_credit"))
    }

    #[test]
    fn what_each_system_runs_before_a_deployment_is_known() {
        for (path, tested, untested) in [
            (
                ".gitlab-ci.yml",
                "unit: {script: [pytest]}\nship: {stage: deploy, script: [helm upgrade shop .]}\n",
                "unit: {script: [pytest]}\nship: {stage: deploy, needs: [], script: [helm upgrade shop .]}\n",
            ),
            (
                ".gitlab-ci.yml",
                "unit: {stage: deploy, script: [pytest]}\npack: {stage: deploy, needs: [unit], script: [docker build .]}\nship: {stage: deploy, needs: [{job: pack}], script: [kubectl apply -f x]}\n",
                "unit: {stage: deploy, script: [pytest]}\nship: {stage: deploy, script: [kubectl apply -f x]}\n",
            ),
            (
                ".circleci/config.yml",
                "jobs: {unit: {steps: [run: pytest]}, ship: {steps: [run: fly deploy]}}\nworkflows: {w: {jobs: [unit, ok: {type: approval, requires: [unit]}, ship: {requires: [ok]}]}}\n",
                "jobs: {unit: {steps: [run: pytest]}, ship: {steps: [run: fly deploy]}}\nworkflows: {w: {jobs: [unit, ship]}}\n",
            ),
            (
                "bitbucket-pipelines.yml",
                "pipelines: {branches: {main: [{step: {script: [npm test]}}, {step: {script: [helm upgrade shop .]}}]}}\n",
                "pipelines: {default: [{step: {script: [npm test]}}], branches: {main: [{step: {script: [helm upgrade shop .]}}]}}\n",
            ),
            (
                "azure-pipelines.yml",
                "trigger: [main]\nstages:\n- stage: Verify\n  jobs: [{job: unit, steps: [{script: pytest}]}]\n- stage: Ship\n  jobs: [{job: ship, steps: [{task: AzureWebApp@1, inputs: {appName: shop}}]}]\n",
                "trigger: [main]\nstages:\n- stage: Verify\n  jobs: [{job: unit, steps: [{script: pytest}]}]\n- stage: Ship\n  dependsOn: []\n  jobs: [{job: ship, steps: [{task: AzureWebApp@1, inputs: {appName: shop}}]}]\n",
            ),
            (
                ".drone.yml",
                "kind: pipeline\nname: a\nsteps: [{name: unit, commands: [pytest]}, {name: ship, commands: [helm upgrade shop .]}]\n",
                "kind: pipeline\nname: a\nsteps: [{name: unit, commands: [pytest]}]\n---\nkind: pipeline\nname: b\nsteps: [{name: ship, commands: [helm upgrade shop .]}]\n",
            ),
            (
                ".buildkite/pipeline.yml",
                "steps: [{command: pytest}, wait, {command: helm upgrade shop .}]\n",
                "steps: [{command: pytest}, {group: live, steps: [{command: helm upgrade shop .}]}]\n",
            ),
            (
                "cloudbuild.yaml",
                "steps: [{name: python, id: t, script: pytest}, {name: x, id: i, waitFor: [t], script: make}, {name: helm, script: helm upgrade shop ., waitFor: [i]}]\n",
                "steps: [{name: python, id: t, script: pytest}, {name: x, id: i, waitFor: ['-'], script: make}, {name: helm, script: helm upgrade shop ., waitFor: [i]}]\n",
            ),
            (
                "cloudbuild.yaml",
                "steps: [{name: python, script: pytest}, {name: helm, script: helm upgrade shop .}]\n",
                "steps: [{name: python, script: pytest}, {name: helm, script: helm upgrade shop ., waitFor: ['-']}]\n",
            ),
        ] {
            assert_eq!(seen(&[(path, tested)]).1, Some(0), "{path}: {tested}");
            assert_eq!(seen(&[(path, untested)]).1, Some(1), "{path}: {untested}");
        }
    }

    #[test]
    fn an_environment_before_and_one_that_holds_are_worth_what_they_are_on_github() {
        let text = "unit: {script: [pytest]}\nstaging: {stage: deploy, environment: staging, script: [helm upgrade shop .]}\nlive: {stage: deploy, needs: [unit, staging], environment: {name: production}, script: [helm upgrade shop .]}\n";
        assert_eq!(seen(&[(".gitlab-ci.yml", text)]), (Some(2), Some(0), Some(0), Some(100)));
        let alone = "unit: {script: [pytest]}\nlive: {stage: deploy, script: [helm upgrade shop .]}\n";
        assert_eq!(seen(&[(".gitlab-ci.yml", alone)]), (Some(1), Some(0), Some(1), Some(75)));
        let review = "unit: {script: [pytest]}\nreview: {stage: deploy, script: [helm upgrade shop .]}\n";
        assert_eq!(seen(&[(".gitlab-ci.yml", review)]).0, Some(0), "a preview is no deployment");
    }

    #[test]
    fn a_hand_goes_on_with_the_pipeline_that_it_is_in() {
        let text = |needs: &str| {
            format!(
                "unit: {{script: [pytest]}}\nlive: {{stage: deploy, {needs}when: manual, script: [helm upgrade shop .]}}\n"
            )
        };
        assert_eq!(seen(&[(".gitlab-ci.yml", &text(""))]), (Some(1), Some(0), Some(1), Some(85)));
        assert_eq!(seen(&[(".gitlab-ci.yml", &text("needs: [], "))]), (Some(1), Some(1), Some(1), Some(60)));
        let sometimes = "unit: {script: [pytest]}\nlive: {stage: deploy, rules: [{if: $X, when: manual}, {when: on_success}], script: [helm upgrade shop .]}\n";
        assert_eq!(
            seen(&[(".gitlab-ci.yml", sometimes)]).3,
            Some(75),
            "nothing holds it where the second rule applies"
        );
    }

    #[test]
    fn what_is_not_seen_may_stand_before_a_deployment() {
        let text = "include: {project: a/b, file: c.yml}\nlive: {stage: deploy, script: [helm upgrade shop .]}\n";
        assert_eq!(seen(&[(".gitlab-ci.yml", text)]), (Some(1), None, None, None));
        let tested = "include: {project: a/b, file: c.yml}\nunit: {script: [pytest]}\nlive: {stage: deploy, script: [helm upgrade shop .]}\n";
        assert_eq!(seen(&[(".gitlab-ci.yml", tested)]), (Some(1), None, None, None), "nor is a stage before it");
        let cirrus = "live_task: {script: helm upgrade shop .}\n";
        assert_eq!(seen(&[(".cirrus.yml", cirrus)]).1, None, "what it depends on is not told");
    }

    #[test]
    fn pipes_orbs_and_plugins_deploy_and_a_test_of_what_was_set_up_is_none() {
        for (path, text) in [
            (
                "bitbucket-pipelines.yml",
                "pipelines: {default: [{step: {script: [{pipe: 'atlassian/aws-ecs-deploy:1.6.2'}]}}]}\n",
            ),
            (".drone.yml", "kind: pipeline\nname: a\nsteps: [{name: ship, image: pelotech/drone-helm3}]\n"),
        ] {
            assert_eq!(seen(&[(path, text)]).0, Some(1), "{path}");
        }
        let after = "live: {stage: deploy, script: [helm upgrade shop ., pytest]}\n";
        assert_eq!(seen(&[(".gitlab-ci.yml", after)]).0, Some(0));
    }
}
