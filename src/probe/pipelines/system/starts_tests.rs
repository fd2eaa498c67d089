//! Which changes start a run, in each system's own words.

use super::tests::pipelines;
use crate::probe::pipelines::starts::Started;

/// Whether a change and a push to the default branch start the first run: `yes`, `no`, `?` or the branches.
fn told(path: &str, text: &str) -> String {
    let found = pipelines(&[(path, text)]);
    let say = |started: &Started| match started {
        Started::Yes => "yes".to_owned(),
        Started::No => "no".to_owned(),
        Started::Open(reason) => {
            assert!(!reason.is_empty());
            "?".to_owned()
        }
        Started::Named(names) => names.iter().cloned().collect::<Vec<_>>().join("+"),
    };
    let starts = &found.runs.first().unwrap_or_else(|| panic!("{text} runs nothing")).starts;
    format!("{} {}", say(&starts.on_change()), say(starts.on_push()))
}

#[test]
fn gitlab_starts_by_rules_of_the_job_and_of_the_workflow() {
    let with = |text: &str| told(".gitlab-ci.yml", text);
    assert_eq!(with("t: {script: [make]}\n"), "yes yes");
    assert_eq!(with("t: {script: [make], only: [merge_requests]}\n"), "yes no");
    let workflow = "workflow:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == 'merge_request_event'\n    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n";
    assert_eq!(with(&format!("{workflow}t: {{script: [make]}}\n")), "yes yes");
    assert_eq!(with(&format!("{workflow}t: {{script: [make], only: [tags]}}\n")), "no no");
    assert_eq!(with(&format!("{workflow}t: {{script: [make], rules: [{{if: $CI_MERGE_REQUEST_IID}}]}}\n")), "yes no");
    assert_eq!(with("t: {script: [make], rules: [{if: $MAKE}]}\n"), "? ?");
    assert_eq!(with("t: {script: [make], only: [next]}\n"), "no next");
}

#[test]
fn a_child_pipeline_of_gitlab_starts_as_far_as_what_starts_it() {
    let start = "go: {trigger: {include: [{local: ci/child.yml}]}, rules: [{if: $CI_COMMIT_BRANCH == 'main'}]}\n";
    let of = |child: &str| {
        let found = pipelines(&[(".gitlab-ci.yml", start), ("ci/child.yml", child)]);
        (found.runs[0].starts.on_change(), found.runs[0].starts.on_push().clone())
    };
    assert_eq!(of("t: {script: [make]}\n"), (Started::No, Started::Yes));
    assert_eq!(of("t: {script: [make], rules: [{if: $CI_PIPELINE_SOURCE == 'push'}]}\n"), (Started::No, Started::No));
}

#[test]
fn circleci_starts_on_pushes_that_filters_and_conditions_let_through() {
    let with = |more: &str, top: &str| {
        let job = "jobs: { a: { steps: [run: make] } }\n";
        told(".circleci/config.yml", &format!("{job}workflows:\n  w:\n    {top}\n    jobs: [{{ a: {{ {more} }} }}]\n"))
    };
    assert_eq!(with("context: x", "#"), "yes yes");
    assert_eq!(with("filters: { branches: { only: [main] } }", "#"), "no yes");
    assert_eq!(with("filters: { branches: { ignore: [main] } }", "#"), "yes no");
    assert_eq!(with("filters: { branches: { only: [next] } }", "#"), "no next");
    assert_eq!(with("context: x", "when: { equal: [main, << pipeline.git.branch >>] }"), "no yes");
    assert_eq!(
        with("context: x", "when: { matches: { pattern: '^main$', value: << pipeline.git.branch >> } }"),
        "no yes"
    );
    assert_eq!(with("context: x", "unless: << pipeline.parameters.x >>"), "? ?");
    assert_eq!(with("context: x", "when: pipeline.git.branch == \"main\""), "no yes");
    assert_eq!(with("filters: pipeline.git.branch == \"main\"", "#"), "? ?");
}

#[test]
fn azure_starts_by_trigger_and_pr_and_conditions() {
    let with =
        |top: &str, step: &str| told("azure-pipelines.yml", &format!("{top}\nsteps: [{{ script: make{step} }}]\n"));
    assert_eq!(with("pool: x", ""), "yes yes");
    assert_eq!(with("trigger: [main]\npr: [main]", ""), "yes yes");
    assert_eq!(with("trigger: [main]\npr: none", ""), "no yes");
    assert_eq!(with("trigger: [main]", ""), "? yes");
    assert_eq!(with("trigger: main\npr: { branches: { exclude: [next] } }", ""), "yes yes");
    assert_eq!(with("trigger: none\npr: { branches: { include: ['*'] } }", ""), "yes no");
    assert_eq!(with("trigger: { branches: { include: ['*'], exclude: [main] } }\npr: none", ""), "yes no");
    let condition = |text: &str| with("trigger: ['*']\npr: ['*']", &format!(", condition: \"{text}\""));
    assert_eq!(condition("and(succeeded(), eq(variables['Build.SourceBranch'], 'refs/heads/main'))"), "no yes");
    assert_eq!(condition("eq(variables['Build.Reason'], 'PullRequest')"), "yes no");
    assert_eq!(condition("eq(variables.mine, 'x')"), "? ?");
}

#[test]
fn bitbucket_runs_default_where_no_branch_of_its_own_is_named() {
    let with = |text: &str| told("bitbucket-pipelines.yml", &format!("pipelines:\n  {text}\n"));
    assert_eq!(with("default: [{ step: { script: [make] } }]"), "yes yes");
    assert_eq!(with("pull-requests: { '**': [{ step: { script: [make] } }] }"), "yes no");
    assert_eq!(with("branches: { '{main,develop}': [{ step: { script: [make] } }] }"), "no yes");
    let both = |branch: &str| {
        with(&format!(
            "default: [{{ step: {{ script: [make] }} }}]\n  branches: {{ {branch}: [{{ step: {{ script: [ship] }} }}] }}"
        ))
    };
    assert_eq!(both("main"), "yes no");
    assert_eq!(both("develop"), "yes ?");
    assert_eq!(both("staging"), "yes yes");
}

#[test]
fn drone_and_woodpecker_start_by_event_branch_and_expression() {
    let with =
        |when: &str| told(".woodpecker.yml", &format!("when: {when}\nsteps: [{{ image: x, commands: [make] }}]\n"));
    assert_eq!(with("[]\n#"), "no no");
    assert_eq!(with("{ event: [push, pull_request] }"), "yes yes");
    assert_eq!(with("{ event: pull_request }"), "yes no");
    assert_eq!(with("[{ event: pull_request }, { event: push, branch: main }]"), "yes yes");
    assert_eq!(with("{ event: push, branch: main }"), "no yes");
    assert_eq!(with("{ event: push, branch: { exclude: [main] } }"), "yes no");
    assert_eq!(with("{ event: push, evaluate: 'CI_COMMIT_BRANCH == CI_REPO_DEFAULT_BRANCH' }"), "no yes");
    assert_eq!(with("{ event: push, repo: a/b }"), "? ?");
    let drone =
        |trigger: &str| told(".drone.yml", &format!("kind: pipeline\n{trigger}\nsteps: [{{ commands: [make] }}]\n"));
    assert_eq!(drone("name: x"), "yes yes");
    assert_eq!(drone("trigger: { branch: [main] }"), "yes yes");
    assert_eq!(drone("trigger: { ref: [refs/heads/main, 'refs/pull/**'] }"), "yes yes");
    assert_eq!(drone("trigger: { ref: ['refs/tags/*'] }"), "no no");
}

#[test]
fn travis_starts_by_branches_and_conditions() {
    let with = |top: &str| told(".travis.yml", &format!("{top}\nscript: make\n"));
    assert_eq!(with("os: linux"), "yes yes");
    assert_eq!(with("branches: { only: [master] }"), "yes yes");
    assert_eq!(with("branches: { except: [master] }"), "yes no");
    assert_eq!(with("if: type = pull_request"), "yes no");
    assert_eq!(with("if: branch = main AND type IN (push, api)"), "no yes");
    assert_eq!(with("if: type = cron"), "no no");
    assert_eq!(with("if: tag IS present"), "no no");
    assert_eq!(with("if: repo = a/b"), "? ?");
}

#[test]
fn cirrus_and_appveyor_start_on_pushes_and_requests_unless_told_otherwise() {
    let cirrus = |text: &str| told(".cirrus.yml", &format!("task: {{ script: make, {text} }}\n"));
    assert_eq!(cirrus("name: x"), "yes yes");
    assert_eq!(cirrus("only_if: \"$CIRRUS_BRANCH == 'main'\""), "no yes");
    assert_eq!(cirrus("only_if: \"$CIRRUS_PR != ''\""), "yes no");
    assert_eq!(cirrus("only_if: \"$CIRRUS_CRON == 'nightly'\""), "no no");
    assert_eq!(cirrus("skip: \"!changesInclude('**.rs')\""), "yes yes");
    let appveyor = |text: &str| told("appveyor.yml", &format!("{text}\ntest_script: make\n"));
    assert_eq!(appveyor("branches: { only: [main] }"), "yes yes");
    assert_eq!(appveyor("branches: { only: [release] }"), "no no");
    assert_eq!(appveyor("skip_branch_with_pr: true"), "yes yes");
    assert_eq!(appveyor("skip_non_tags: true"), "no no");
}

#[test]
fn what_a_server_decides_is_not_told_and_what_a_step_leaves_out_is() {
    let buildkite = |more: &str| told(".buildkite/pipeline.yml", &format!("steps: [{{ command: make{more} }}]\n"));
    assert_eq!(buildkite(""), "? ?");
    assert_eq!(buildkite(", branches: main"), "no ?");
    assert_eq!(buildkite(", branches: '!main'"), "? no");
    assert_eq!(buildkite(", if: build.pull_request.id != null"), "? no");
    assert_eq!(buildkite(", if: build.branch == pipeline.default_branch"), "no ?");
    assert_eq!(told("Jenkinsfile", "sh 'make'\n"), "? ?");
    assert_eq!(told("cloudbuild.yaml", "steps: [{ name: make }]\n"), "? ?");
    assert_eq!(told(".build.yml", "tasks: [{ t: make }]\n"), "? ?");
    assert_eq!(told("buildspec.yml", "phases: { build: { commands: [make] } }\n"), "? ?");
}

#[test]
fn when_of_a_stage_of_jenkins_leaves_events_out() {
    let with = |when: &str| {
        told(
            "Jenkinsfile",
            &format!("pipeline {{ stages {{ stage('a') {{\n when {{ {when} }}\n steps {{ sh 'make' }} }} }} }}\n"),
        )
    };
    assert_eq!(with("beforeAgent true"), "? ?");
    assert_eq!(with("branch 'main'"), "no ?");
    assert_eq!(with("changeRequest()"), "? no");
    assert_eq!(with("not { branch 'main' }"), "? no");
    assert_eq!(with("anyOf { branch 'main'; changeRequest() }"), "? ?");
    assert_eq!(with("allOf { branch 'main'; changeRequest() }"), "no no");
    assert_eq!(with("buildingTag()"), "no no");
    assert_eq!(with("expression { params.RUN }"), "? ?");
}

#[test]
fn a_workflow_of_forgejo_starts_by_its_events() {
    let with = |on: &str| {
        told(".forgejo/workflows/ci.yml", &format!("on: {on}\njobs: {{ t: {{ steps: [{{ run: make }}] }} }}\n"))
    };
    assert_eq!(with("[push, pull_request]"), "yes yes");
    assert_eq!(with("{ push: { branches: [next] } }"), "no next");
}
