//! Each system by the syntax that its documentation shows.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::probe::pipelines::{self, Pipelines, What};
use crate::world::{Tree, Wants, sweep};

pub(super) fn pipelines(files: &[(&str, &str)]) -> Arc<Pipelines> {
    let mut wants = Wants::default();
    let want = pipelines::want(&mut wants);
    let tree = Arc::new(Tree::from_memory(files.iter().copied()));
    pipelines::runs(&sweep::run(&tree, &wants, 1, &AtomicBool::new(false)), want)
}

/// What runs, with its line: `~` before what may fail, `-` before what changes do not start, `*` before what others do.
fn seen(files: &[(&str, &str)]) -> Vec<String> {
    let found = pipelines(files);
    let mark = |is: bool, mark: &'static str| if is { mark } else { "" };
    let say = |run: &pipelines::Run| {
        let foreign = run.what != What::Command;
        let marks = [mark(run.is_soft, "~"), mark(!run.starts.is_gate(), "-"), mark(foreign, "*")].concat();
        format!("{}{marks} {}", run.line, run.text)
    };
    found.runs.iter().map(say).collect()
}

fn one(path: &str, text: &str) -> Vec<String> {
    seen(&[(path, text)])
}

#[test]
fn gitlab_jobs_are_put_together_and_start_by_rules() {
    let text = "include:\n  - template: Jobs/Secret-Detection.gitlab-ci.yml\n  - local: /ci/base.yml\ndefault: { before_script: [pip install x] }\nlint: { script: [ruff check, mypy .] }\nweb-types:\n  extends: .soft\n  script:\n    - |\n      cd web\n      npm run types\nship: { script: [make ship], only: [tags] }\n";
    let found =
        seen(&[(".gitlab-ci.yml", text), ("ci/base.yml", ".soft: { allow_failure: true, before_script: [] }\n")]);
    assert_eq!(
        found,
        [
            "2* template: Jobs/Secret-Detection.gitlab-ci.yml",
            "4 pip install x",
            "5 ruff check",
            "5 mypy .",
            "4- pip install x",
            "12- make ship",
            "10~ cd web",
            "11~ npm run types",
        ]
    );
}

#[test]
fn what_gitlab_brings_from_elsewhere_or_makes_is_not_seen() {
    for text in [
        "include: [{project: a/b, file: x.yml}]\n",
        "include: {component: a.test/b/c@1.0}\n",
        "run: {trigger: {include: [{artifact: made.yml, job: x}]}}\n",
        "lint: [\n",
    ] {
        assert!(pipelines(&[(".gitlab-ci.yml", text)]).unseen.is_some(), "{text}");
    }
    let quiet = "include: [{template: Security/SAST.gitlab-ci.yml}]\nlint: {script: [ruff check]}\n";
    assert_eq!(pipelines(&[(".gitlab-ci.yml", quiet)]).unseen, None);
}

#[test]
fn circleci_runs_the_jobs_of_its_workflows_with_their_commands() {
    let text = "version: 2.1\norbs: { node: circleci/node@7 }\nparameters: { nightly: { type: boolean, default: false } }\ncommands:\n  check:\n    parameters: { what: { type: string, default: all } }\n    steps:\n      - run: make << parameters.what >>\njobs:\n  lint:\n    steps:\n      - checkout\n      - node/install-packages\n      - check: { what: lint }\n      - run:\n          command: npm run types\n          working_directory: ~/project/web\n      - when: { condition: false, steps: [run: never] }\n  ship: { steps: [run: make ship] }\n  idle: { steps: [run: make idle] }\n  night: { steps: [{ run: make night }] }\nworkflows:\n  all:\n    jobs:\n      - lint\n      - hold: { type: approval }\n      - ship: { requires: [hold] }\n      - node/test\n  nightly:\n    when: << pipeline.parameters.nightly >>\n    jobs: [night]\n";
    assert_eq!(
        one(".circleci/config.yml", text),
        [
            "28* circleci/node/test",
            "13* circleci/node/install-packages",
            "8 make lint",
            "16 npm run types",
            "19- make ship",
            "21- make night",
        ]
    );
}

#[test]
fn circleci_filters_and_schedules_decide_what_changes_start() {
    let text = |more: &str, top: &str| {
        format!(
            "jobs: {{ a: {{ steps: [run: make] }} }}\nworkflows:\n  w:\n    {top}\n    jobs: [{{ a: {{ {more} }} }}]\n"
        )
    };
    let is_gate = |more: &str, top: &str| one(".circleci/config.yml", &text(more, top)) == ["1 make"];
    assert!(is_gate("filters: { branches: { ignore: [main] } }", "version: 2"));
    assert!(is_gate("filters: { branches: { only: [/.*/] } }", "version: 2"));
    assert!(!is_gate("filters: { tags: { only: /v.*/ }, branches: { ignore: /.*/ } }", "version: 2"));
    assert!(!is_gate("filters: { branches: { only: staging } }", "version: 2"));
    assert!(!is_gate("context: x", "triggers: [{ schedule: { cron: '0 0 * * *' } }]"));
    assert!(!is_gate("context: x", "when: { equal: [scheduled_pipeline, << pipeline.trigger_source >>] }"));
    assert!(is_gate("context: x", "when: { not: { equal: [scheduled_pipeline, << pipeline.trigger_source >>] } }"));
    let found = pipelines(&[(".circleci/config.yml", "version: 2.1\nsetup: true\njobs: {}\n")]);
    assert!(found.unseen.as_ref().is_some_and(|reason| reason.contains("when it runs")));
}

#[test]
fn azure_stages_jobs_steps_and_templates_are_walked() {
    let text = "trigger: [main]\nstages:\n  - stage: a\n    jobs:\n      - template: ci/job.yml\n        parameters: { what: lint }\n      - job: b\n        continueOnError: true\n        steps:\n          - bash: |\n              cd web\n              npm ci\n          - ${{ if eq(1, 1) }}:\n              - task: Npm@1\n                inputs: { command: custom, customCommand: run lint, workingDir: web }\n      - deployment: c\n        condition: startsWith(variables['Build.SourceBranch'], 'refs/tags/')\n        strategy: { runOnce: { deploy: { steps: [{ script: make ship }] } } }\n";
    let job = "parameters: [{ name: what, default: all }]\njobs:\n  - job: x\n    steps:\n      - pwsh: make ${{ parameters.what }}\n";
    assert_eq!(
        seen(&[("azure-pipelines.yml", text), ("ci/job.yml", job)]),
        ["5 make lint", "11~ cd web", "12~ npm ci", "14~* Npm@1", "14~ npm run lint", "18- make ship"]
    );
}

#[test]
fn azure_without_triggers_is_started_by_hand() {
    let is_gate =
        |top: &str| one("azure-pipelines.yml", &format!("{top}\nsteps: [{{ script: make }}]\n")) == ["3 make"];
    assert!(is_gate("pool: x\n#"));
    assert!(is_gate("trigger: none\npr: [main]"));
    assert!(is_gate("trigger: { branches: { include: ['*'] } }\npr: none"));
    assert!(!is_gate("trigger: none\npr: none"));
    assert!(!is_gate("trigger: { tags: { include: ['*'] } }\npr: none"));
    let found = pipelines(&[("azure-pipelines.yml", "trigger: [main]\nextends: { template: v1/all.yml@org }\n")]);
    assert!(found.runs.iter().any(|run| matches!(run.what, What::Foreign(_)) && run.text == "v1/all.yml@org"));
    let found = pipelines(&[("azure-pipelines.yml", "trigger: [main]\nsteps: [{ template: none.yml }]\n")]);
    assert!(found.unseen.is_some());
}

#[test]
fn bitbucket_starts_by_changes_unless_a_hand_a_tag_or_a_name_does() {
    let text = "definitions:\n  steps:\n    - step: &lint\n        script:\n          - npm ci\n          - npm run lint\npipelines:\n  default:\n    - parallel:\n        steps:\n          - step: *lint\n          - step: { script: [{ pipe: atlassian/git-secrets-scan:1.0 }] }\n    - step: { trigger: manual, script: [make ship] }\n    - step: { script: [make after] }\n  branches:\n    staging: [{ step: { script: [make stage] } }]\n  custom:\n    all: [{ step: { script: [make all] } }]\n";
    assert_eq!(
        one("bitbucket-pipelines.yml", text),
        [
            "5 npm ci",
            "6 npm run lint",
            "12* atlassian/git-secrets-scan:1.0",
            "13- make ship",
            "14- make after",
            "16- make stage",
            "18- make all",
        ]
    );
}

#[test]
fn drone_and_woodpecker_run_commands_on_events() {
    let drone = "kind: pipeline\nsteps:\n  - name: lint\n    image: node\n    commands: [npm ci, npm run lint]\n  - { name: leaks, image: plugins/gitleaks, failure: ignore }\n---\nkind: pipeline\ntrigger: { event: [tag] }\nsteps: [{ commands: [make ship] }]\n---\nkind: secret\nname: x\n";
    assert_eq!(one(".drone.yml", drone), ["5 npm ci", "5 npm run lint", "6~* plugins/gitleaks", "10- make ship"]);
    let woodpecker = "when:\n  - event: pull_request\n  - { event: push, branch: main }\nsteps:\n  lint: { image: rust, commands: [cargo clippy], failure: ignore }\n  ship:\n    commands: [make ship]\n    when: [{ event: tag }, { event: cron }]\n";
    assert_eq!(one(".woodpecker/ci.yaml", woodpecker), ["5~ cargo clippy", "7- make ship"]);
    assert!(pipelines(&[(".drone.star", "def main(ctx):\n")]).unseen.is_some());
}

#[test]
fn travis_runs_phases_and_jobs_some_of_which_may_fail() {
    let text = "language: node_js\ninstall: npm ci\njobs:\n  include:\n    - name: lint\n      script:\n        - cd web\n        - npm run lint\n    - { name: next, script: npm run next }\n    - { stage: night, if: type = cron, script: make night }\n  allow_failures:\n    - name: next\n";
    assert_eq!(
        one(".travis.yml", text),
        ["2 npm ci", "7 cd web", "8 npm run lint", "2~ npm ci", "9~ npm run next", "2- npm ci", "10- make night"]
    );
    assert_eq!(one(".travis.yml", "language: node_js\nnode_js: 22\n"), ["1 npm test"]);
    let java = [(".travis.yml", "language: java\n"), ("pom.xml", "<project/>")];
    assert_eq!(seen(&java), ["1 mvn test -B"]);
}

#[test]
fn buildkite_steps_wait_behind_a_block_and_may_be_made_when_it_runs() {
    let text = "steps:\n  - command: make lint\n    soft_fail: true\n  - wait\n  - group: all\n    steps:\n      - commands:\n          - cd web\n          - npm run lint\n  - { command: make tag, if: build.tag != null }\n  - block: ship it\n  - command: make ship\n";
    assert_eq!(
        one(".buildkite/pipeline.yml", text),
        ["2~ make lint", "8 cd web", "9 npm run lint", "10- make tag", "12- make ship"]
    );
    let made = [(".buildkite/pipeline.yml", "steps: [{ command: 'gen | buildkite-agent pipeline upload' }]\n")];
    assert!(pipelines(&made).unseen.is_some());
    let printed = "#!/bin/sh\ncat << EOF\nsteps:\n  - label: x\n    command: \"make lint\"\nEOF\n";
    let found = pipelines(&[(".buildkite/pipeline.sh", printed)]);
    assert_eq!((found.runs[0].text.as_str(), found.unseen.is_some()), ("make lint", true));
}

#[test]
fn cirrus_takes_every_script_of_tasks_with_one_name() {
    let text = "task:\n  name: lint\n  install_script: pip install ruff\n  lint_script:\n    - ruff check\ntask:\n  allow_failures: true\n  test_script: |\n    cd web\n    make\nship_task: { only_if: $CIRRUS_TAG != '', script: make ship }\n";
    assert_eq!(
        one(".cirrus.yml", text),
        ["3 pip install ruff", "5 ruff check", "9~ cd web", "10~ make", "11- make ship"]
    );
}

#[test]
fn appveyor_runs_phases_in_each_shell() {
    let text =
        "install:\n  - ps: ./setup.ps1\n  - npm ci\nbuild: { project: a.sln }\ntest_script:\n  - cmd: npm run lint\n";
    assert_eq!(one("appveyor.yml", text), ["2 ./setup.ps1", "3 npm ci", "4 msbuild a.sln", "6 npm run lint"]);
}

#[test]
fn cloud_build_takes_scripts_arguments_and_entrypoints() {
    let text = "steps:\n  - name: gcr.io/cloud-builders/npm\n    args: [run, lint]\n    dir: web/\n  - name: node:22\n    entrypoint: bash\n    args:\n      - -c\n      - |\n        npm ci\n        npm test\n  - { name: golang, script: go vet ./..., allowFailure: true }\n";
    assert_eq!(
        one("cloudbuild.yaml", text),
        [
            "2* gcr.io/cloud-builders/npm",
            "3 npm run lint",
            "5* node:22",
            "10 npm ci",
            "11 npm test",
            "12~* golang",
            "12~ go vet ./...",
        ]
    );
}

#[test]
fn sourcehut_codebuild_and_concourse_run_their_tasks() {
    let text = "image: alpine\ntasks:\n  - lint: |\n      cd shop\n      ruff check\n";
    assert_eq!(one(".builds/alpine.yml", text), ["5 ruff check"]);
    let text = "version: 0.2\nphases:\n  build:\n    commands: [npm ci, npm run lint]\n  post_build: { on-failure: CONTINUE, commands: [make x] }\n";
    assert_eq!(one("buildspec.yml", text), ["4 npm ci", "4 npm run lint", "5~ make x"]);
    let text = "jobs:\n  - name: a\n    plan:\n      - in_parallel: [{ get: repo, trigger: true }]\n      - task: lint\n        config: { run: { path: sh, args: [-c, ruff check] } }\n      - try: { task: t, file: repo/ci/t.yml }\n  - { name: b, plan: [{ get: repo }, { task: x, config: { run: { path: make } } }] }\n";
    let found = seen(&[("ci/pipeline.yml", text), ("ci/t.yml", "run: { path: pytest, args: [x] }\n")]);
    assert_eq!(found, ["6 ruff check", "1~ pytest x", "8- make"]);
}

#[test]
fn jenkins_runs_what_its_steps_are_told() {
    let text = "pipeline {\n  stages {\n    // sh 'never'\n    stage('a') { steps { sh 'npm ci' ; sh \"npm run lint\" } }\n    stage('b') { steps {\n      sh '''\n        cd web\n        npm test\n      '''\n      sh(returnStdout: true, script: \"echo \\\"a\\\"\")\n      bat 'gradlew check'\n    } }\n  }\n}\n";
    assert_eq!(
        one("Jenkinsfile", text),
        ["4 npm ci", "4 npm run lint", "7 cd web", "8 npm test", "10 echo \\\"a\\\"", "11 gradlew check"]
    );
    assert!(pipelines(&[("Jenkinsfile", "@Library('shared') _\nbuild()\n")]).unseen.is_some());
}

#[test]
fn jenkins_does_not_fail_by_an_exit_code_that_nobody_takes() {
    let text = "stage('a') { steps { sh(script: 'npm test', returnStatus: true) } }\nsh returnStatus: true, script: 'mypy .'\ndef code = sh(returnStatus: true, script: 'ruff check')\nsh(script: \"\"\"\n  pytest\n\"\"\", returnStatus: true)\nsh 'make'; echo 'returnStatus: true'\n";
    assert_eq!(one("Jenkinsfile", text), ["1~ npm test", "2~ mypy .", "3~ ruff check", "5~ pytest", "7 make"]);
    let asked = "def code = sh(returnStatus: true, script: 'ruff check')\nif (code != 0) { error 'no' }\n";
    assert_eq!(one("Jenkinsfile", asked), ["1 ruff check"]);
}

#[test]
fn jenkins_goes_on_after_a_failure_that_is_caught() {
    for (text, seen) in [
        ("warnError('x') { sh 'npm test' }", "1~ npm test"),
        ("catchError(buildResult: 'SUCCESS', stageResult: 'FAILURE') { sh 'npm test' }", "1~ npm test"),
        ("catchError { sh 'npm test' }", "1 npm test"),
        ("try { sh 'npm test' } catch (e) { echo 'x' }", "1~ npm test"),
        ("try { sh 'npm test' } catch (e) { throw e }", "1 npm test"),
        ("try { sh 'npm test' } finally { sh2() }", "1 npm test"),
    ] {
        assert_eq!(one("Jenkinsfile", text), [seen], "{text}");
    }
}

#[test]
fn jenkins_runs_nothing_in_a_comment() {
    let text = "/*\nsh 'never'\n*/\nsh 'make http://a' // sh 'never'\n";
    assert_eq!(one("Jenkinsfile", text), ["4 make http://a"]);
}

#[test]
fn what_is_no_pipeline_or_cannot_be_read_is_none_or_unseen() {
    assert_eq!(pipelines(&[("ci/values.yml", "a: 1\n"), (".circleci/other.yml", "jobs: {}\n")]).files.len(), 0);
    for path in [".circleci/config.yml", "azure-pipelines.yml", ".travis.yml", "buildspec.yml", ".drone.yml"] {
        let found = pipelines(&[(path, "a: [\n")]);
        assert!(found.unseen.as_ref().is_some_and(|reason| reason.contains(path)), "{path}");
    }
}
