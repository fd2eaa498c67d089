//! Which jobs deploy, and what stands before them, in each system's own words.

use super::DEF;
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
            ".cirrus.yml",
            "unit_task: {alias: u, script: pytest}\nlive_task: {depends_on: u, script: helm upgrade shop .}\n",
            "unit_task: {script: pytest}\nlive_task: {script: helm upgrade shop .}\n",
        ),
        (
            "concourse/pipeline.yml",
            "resources: [{name: live, type: cf, source: {\n  api: {{api}}}}]\njobs: [{name: unit, plan: [{get: repo, trigger: true}, {task: t, config: {run: {path: sh, args: [-c, pytest]}}}]}, {name: ship, plan: [{in_parallel: [{get: repo, trigger: true, passed: [unit]}]}, {put: live}]}]\n",
            "resources: [{name: live, type: cf}]\njobs: [{name: unit, plan: [{get: repo, trigger: true}, {task: t, config: {run: {path: sh, args: [-c, pytest]}}}]}, {name: ship, plan: [{get: repo, trigger: true}, {put: live}]}]\n",
        ),
        (
            ".travis.yml",
            "language: python\nscript: pytest\ndeploy: {provider: heroku}\n",
            "language: python\nscript: make\ndeploy: {provider: heroku}\n",
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
fn what_a_workflow_of_github_runs_before_a_deployment_is_known() {
    let ship = "steps: [{run: helm upgrade shop .}]";
    let unit = "unit: {steps: [{run: pytest}]}";
    for (tested, untested) in [
        (
            format!(
                "on: push\njobs: {{{unit}, image: {{needs: unit, steps: [{{run: make}}]}}, ship: {{needs: [image], {ship}}}}}\n"
            ),
            format!("on: push\njobs: {{{unit}, ship: {{{ship}}}}}\n"),
        ),
        (
            "on: push\njobs: {ship: {steps: [{run: pytest}, {run: helm upgrade shop .}]}}\n".to_owned(),
            format!("on: push\njobs: {{{unit}, ship: {{steps: [{{run: make}}, {{run: helm upgrade shop .}}]}}}}\n"),
        ),
    ] {
        assert_eq!(seen(&[(".github/workflows/w.yml", &tested)]).1, Some(0), "{tested}");
        assert_eq!(seen(&[(".github/workflows/w.yml", &untested)]).1, Some(1), "{untested}");
    }
    for text in [
        "on: pull_request\njobs: {a: {steps: [{run: helm upgrade shop .}]}}\n",
        "on: push\njobs: {a: {steps: [{run: kubectl apply -f x}, {run: npm test}]}}\n",
        "on: push\njobs: {a: {steps: [{run: ansible-playbook ansible/smoke-test.yml -v}]}}\n",
        "on: workflow_dispatch\njobs: {rollback: {steps: [{run: helm upgrade shop .}]}}\n",
    ] {
        assert_eq!(seen(&[(".github/workflows/w.yml", text)]).0, Some(0), "{text}");
    }
}

#[test]
fn a_workflow_that_is_called_stands_where_the_job_does_that_calls_it() {
    let ship = "on: workflow_call\njobs: {ship: {steps: [{run: make deploy}]}}\n";
    let make = ("Makefile", "deploy:\n\thelm upgrade shop .\n");
    let test = (".github/workflows/t.yml", "on: workflow_call\njobs: {t: {steps: [{run: pytest}]}}\n");
    let call = |needs: &str| {
        format!(
            "on: push\njobs: {{t: {{uses: ./.github/workflows/t.yml}}, go: {{{needs}uses: ./.github/workflows/ship.yml}}}}\n"
        )
    };
    let untested =
        |text: &str| seen(&[(".github/workflows/ship.yml", ship), (".github/workflows/w.yml", text), test, make]);
    assert_eq!(untested(&call("needs: t, ")), (Some(1), Some(0), Some(1), Some(75)));
    assert_eq!(untested(&call("")).1, Some(1));
    let circle = "on: workflow_call\njobs: {a: {uses: ./.github/workflows/t.yml}}\n";
    let around = "on: push\njobs: {t: {uses: ./.github/workflows/t.yml}, go: {needs: t, steps: [{run: fly deploy}]}}\n";
    let files = [(".github/workflows/t.yml", circle), (".github/workflows/w.yml", around)];
    assert_eq!(seen(&files).1, Some(1), "what calls itself ends");
}

#[test]
fn what_an_action_of_the_repository_deploys_is_of_the_job_that_uses_it() {
    let action = ("deploy/action.yml", "runs: {using: composite, steps: [{run: fly deploy}]}\n");
    let text = "on: push\njobs: {live: {environment: production, steps: [{uses: ./deploy}]}}\n";
    assert_eq!(seen(&[(".github/workflows/w.yml", text), action]), (Some(1), Some(1), Some(1), Some(60)));
}

#[test]
fn a_tag_of_a_repository_without_tests_was_tested_nowhere() {
    let ship = (".github/workflows/ship.yml", "on: {push: {tags: [v*]}}\njobs: {ship: {steps: [{run: fly deploy}]}}\n");
    let test = (".github/workflows/t.yml", "on: pull_request\njobs: {t: {steps: [{run: pytest}]}}\n");
    assert_eq!((seen(&[ship]).1, seen(&[ship, test]).1), (Some(1), Some(0)));
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
    assert_eq!(seen(&[(".gitlab-ci.yml", sometimes)]).3, Some(75), "nothing holds it where the second rule applies");
}

#[test]
fn what_is_not_seen_may_stand_before_a_deployment() {
    let text = "include: {project: a/b, file: c.yml}\nlive: {stage: deploy, script: [helm upgrade shop .]}\n";
    assert_eq!(seen(&[(".gitlab-ci.yml", text)]), (Some(1), None, None, None));
    let tested = "include: {project: a/b, file: c.yml}\nunit: {script: [pytest]}\nlive: {stage: deploy, script: [helm upgrade shop .]}\n";
    assert_eq!(seen(&[(".gitlab-ci.yml", tested)]), (Some(1), None, None, None), "nor is a stage before it");
}

#[test]
fn a_job_that_its_system_takes_for_a_deployment_is_one_where_it_does_something() {
    for (path, text) in [
        (".gitlab-ci.yml", "live: {environment: production, script: [./ship.sh, echo done]}\n"),
        ("bitbucket-pipelines.yml", "pipelines: {default: [{step: {deployment: production, script: [./ship.sh]}}]}\n"),
        (
            "azure-pipelines.yml",
            "trigger: [main]\njobs: [{deployment: live, environment: production, strategy: {runOnce: {deploy: {steps: [{script: ./ship.sh}]}}}}]\n",
        ),
    ] {
        assert_eq!(seen(&[(path, text)]).0, Some(1), "{path}");
    }
    for text in [
        "live: {environment: production, script: [echo deploying, sleep 3]}\n",
        "down: {environment: {name: production, action: stop}, script: [./down.sh]}\n",
        "build-image: {environment: production, script: [docker build .]}\n",
        "plan: {environment: production, script: [./plan.sh]}\n",
    ] {
        assert_eq!(seen(&[(".gitlab-ci.yml", text)]).0, Some(0), "{text}");
    }
}

#[test]
fn a_branch_named_after_a_stage_stands_before_another_one() {
    let step = "[{step: {script: [firebase deploy]}}]";
    let text = format!("pipelines: {{branches: {{staging: {step}, production: {step}}}}}\n");
    assert_eq!(seen(&[("bitbucket-pipelines.yml", &text)]).2, Some(0));
    let alone = format!("pipelines: {{branches: {{production: {step}}}}}\n");
    assert_eq!(seen(&[("bitbucket-pipelines.yml", &alone)]).2, Some(1));
}

#[test]
fn a_provider_of_travis_deploys_and_one_that_publishes_does_not() {
    let of = |provider: &str| seen(&[(".travis.yml", &format!("script: pytest\ndeploy:\n  - {provider}\n"))]);
    assert_eq!(of("provider: pypi").0, Some(0));
    assert_eq!(of("provider: elasticbeanstalk\n    on: {branch: staging}"), (Some(1), Some(0), Some(0), Some(90)));
    assert_eq!(
        of("provider: script\n    script: fly deploy\n    on: {tags: true}"),
        (Some(1), Some(0), Some(1), Some(75))
    );
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
