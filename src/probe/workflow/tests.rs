//! The probe over small trees.

use crate::model::{Fact, Value};
use crate::probe::trial::{count, observe, percent};

use super::DEF;

const CI: &str = ".github/workflows/ci.yml";

fn flag(seen: &crate::model::Observation, fact: &str) -> Option<bool> {
    match seen.facts.get(fact) {
        Fact::Present(Value::Bool(flag)) => Some(flag),
        _ => None,
    }
}

#[test]
fn tests_count_on_the_events_that_start_them() {
    let with = |on: &str| {
        let text =
            format!("on: {on}\npermissions: {{}}\njobs:\n  t:\n    runs-on: x\n    steps:\n      - run: cargo test\n");
        let seen = observe(&DEF, "{}", &[(CI, text.as_str())]);
        (flag(&seen, "tests_on_pull_request"), flag(&seen, "tests_on_push"), percent(&seen, "test_credit"))
    };
    assert_eq!(with("[push, pull_request]"), (Some(true), Some(true), Some(100)));
    assert_eq!(with("pull_request"), (Some(true), Some(false), Some(70)));
    assert_eq!(with("{push: {tags: [\"v*\"]}}"), (Some(false), Some(false), Some(30)));
    assert_eq!(with("{push: {branches: [gh-pages]}}"), (Some(false), Some(false), Some(30)));
}

#[test]
fn what_a_step_leads_to_may_run_tests() {
    let text = "on: [push, pull_request]\njobs:\n  t: {runs-on: x, steps: [{run: npm run ci}]}\n";
    let package = ("package.json", "{\"scripts\": {\"ci\": \"tsc && turbo run test:e2e\"}}");
    let seen = observe(&DEF, "{}", &[(CI, text), package]);
    assert_eq!((percent(&seen, "test_credit"), count(&seen, "test_jobs")), (Some(100), Some(1)));
    assert!(seen.evidence.iter().any(|item| item.note.as_deref().unwrap_or("").contains("leads to")));
    let own = "on: [push, pull_request]\njobs:\n  t: {runs-on: x, steps: [{uses: ./.github/actions/check}]}\n";
    let action =
        (".github/actions/check/action.yml", "runs: {using: composite, steps: [{run: pytest, shell: bash}]}\n");
    assert_eq!(percent(&observe(&DEF, "{}", &[(CI, own), action]), "test_credit"), Some(100));
    let built = ("package.json", "{\"scripts\": {\"ci\": \"tsc\"}}");
    assert_eq!(percent(&observe(&DEF, "{}", &[(CI, text), built]), "test_credit"), Some(0));
}

#[test]
fn a_value_of_the_matrix_may_be_the_tests() {
    let text = "on: [push, pull_request]\njobs:\n  t:\n    runs-on: x\n    strategy: {matrix: {do: [lint, ./run_tests.sh]}}\n    steps: [{run: 'in-container ${{ matrix.do }}'}]\n";
    assert_eq!(percent(&observe(&DEF, "{}", &[(CI, text)]), "test_credit"), Some(100));
    assert_eq!(percent(&observe(&DEF, "{}", &[(CI, &text.replace("./run_tests.sh", "docs"))]), "test_credit"), Some(0));
}

#[test]
fn tox_and_nox_test_where_what_they_lead_to_does() {
    let ini = ("tox.ini", "[testenv]\ncommands = pytest\n[testenv:lint]\ncommands = ruff check\n");
    let nox = (
        "noxfile.py",
        "@nox.session\ndef lint(s):\n    s.run('ruff')\n@nox.session\ndef check(s):\n    s.run('pytest')\n",
    );
    for (run, files, credit) in [
        ("tox -e lint", &[ini][..], 0),
        ("tox -e lint,py312", &[ini], 100),
        ("tox", &[ini], 100),
        ("tox -e lint && pytest", &[ini], 100),
        ("nox -s lint", &[nox], 0),
        ("nox -s check", &[nox], 100),
        ("nox -s check", &[], 0),
        ("nox -s unit-3.12", &[nox], 100),
        ("tox -e py312", &[], 100),
        ("tox -e lint", &[], 0),
        ("tox", &[], 100),
    ] {
        let github = format!("on: [push, pull_request]\njobs:\n  t: {{runs-on: x, steps: [{{run: '{run}'}}]}}\n");
        let seen = observe(&DEF, "{}", &[&[(CI, github.as_str())], files].concat());
        assert_eq!(percent(&seen, "test_credit"), Some(credit), "{run} with {files:?}");
        let gitlab = format!("t: {{script: ['{run}']}}\n");
        let seen = observe(&DEF, "{}", &[&[(".gitlab-ci.yml", gitlab.as_str())], files].concat());
        assert_eq!(percent(&seen, "test_credit"), Some(credit), "{run} with {files:?}");
    }
}

#[test]
fn a_branch_of_another_name_may_be_the_default_branch() {
    let text = "on: {pull_request: {}, push: {branches: [next]}}\njobs:\n  t: {runs-on: x, steps: [{run: pytest}]}\n";
    let seen = observe(&DEF, "{}", &[(CI, text)]);
    assert_eq!((flag(&seen, "tests_on_pull_request"), flag(&seen, "tests_on_push")), (Some(true), None));
    assert_eq!(percent(&seen, "test_credit"), None);
    assert_eq!(percent(&observe(&DEF, "default_branch: next", &[(CI, text)]), "test_credit"), Some(100));
    assert_eq!(percent(&observe(&DEF, "default_branch: edge", &[(CI, text)]), "test_credit"), Some(70));
}

#[test]
fn a_called_workflow_runs_on_its_callers_events() {
    let caller = "on: [push, pull_request]\njobs:\n  t: {uses: ./.github/workflows/test.yml}\n";
    let called = "on: workflow_call\njobs:\n  t: {runs-on: x, steps: [{run: pytest}]}\n";
    let seen = observe(&DEF, "{}", &[(CI, caller), (".github/workflows/test.yml", called)]);
    assert_eq!(percent(&seen, "test_credit"), Some(100));
}

#[test]
fn what_a_foreign_workflow_runs_is_not_guessed() {
    let seen = observe(&DEF, "{}", &[(CI, "on: push\njobs:\n  t: {uses: org/x/.github/workflows/ci.yml@v1}\n")]);
    assert_eq!(flag(&seen, "tests_on_push"), None);
}

#[test]
fn of_another_system_the_tests_are_observed_and_nothing_else() {
    let with = |text: &str| {
        let seen = observe(&DEF, "{}", &[(".gitlab-ci.yml", text)]);
        assert_eq!((count(&seen, "files"), count(&seen, "pipelines")), (Some(0), Some(1)));
        assert!(matches!(seen.facts.get("unpinned_actions"), Fact::Unobserved(reason) if reason.contains("GitLab")));
        (flag(&seen, "tests_on_pull_request"), flag(&seen, "tests_on_push"), percent(&seen, "test_credit"))
    };
    assert_eq!(with("test: {script: [make x]}\n"), (Some(false), Some(false), Some(0)));
    assert_eq!(with("test: {script: [pytest]}\n"), (Some(true), Some(true), Some(100)));
    assert_eq!(with("test: {script: [pytest], only: [main]}\n"), (Some(false), Some(true), Some(50)));
    assert_eq!(with("test: {script: [pytest], rules: [{if: $RUN}]}\n"), (None, None, None));
    assert_eq!(with("include: {project: a/b, file: c.yml}\ntest: {script: [make x]}\n"), (None, None, None));
    assert_eq!(with("include: {template: Python.gitlab-ci.yml}\n"), (None, None, None));
    assert_eq!(with("test: {script: [acme test --all]}\n"), (None, None, None));
    assert_eq!(with("test: {script: [echo test, test -f x]}\n").2, Some(0));
    assert_eq!(count(&observe(&DEF, "{}", &[("a", "x")]), "pipelines"), Some(0));
}

#[test]
fn of_two_systems_the_better_one_counts() {
    let github = (CI, "on: [push, pull_request]\njobs:\n  t: {runs-on: x, steps: [{run: make docs}]}\n");
    let with = |gitlab: &str| observe(&DEF, "{}", &[github, (".gitlab-ci.yml", gitlab)]);
    let seen = with("test: {script: [pytest]}\n");
    assert_eq!((percent(&seen, "test_credit"), count(&seen, "test_jobs")), (Some(100), Some(1)));
    assert!(seen.evidence.iter().any(|item| {
        item.note.as_deref().unwrap_or("").contains("`pytest` runs on pushes to branches, pushes to the default branch")
    }));
    let seen = with("test: {script: [pytest], only: [tags]}\n");
    assert_eq!((flag(&seen, "tests_on_push"), percent(&seen, "test_credit")), (Some(false), Some(30)));
}

#[test]
fn what_a_server_decides_neither_passes_nor_fails() {
    let seen = observe(&DEF, "{}", &[("Jenkinsfile", "sh 'npm test'\n")]);
    let is_told = |fact| matches!(seen.facts.get(fact), Fact::Unobserved(reason) if reason.contains("Jenkins server"));
    assert!(is_told("tests_on_pull_request") && is_told("tests_on_push") && is_told("test_credit"));
    let seen = observe(&DEF, "{}", &[("Jenkinsfile", "sh 'make ship'\n")]);
    assert_eq!(percent(&seen, "test_credit"), None);
}

#[test]
fn tests_that_a_system_searches_by_itself_are_not_told() {
    let project = ("src/shop.csproj", "<Project/>");
    let with = |text: &str, project| {
        let seen = observe(&DEF, "{}", &[("appveyor.yml", text), project]);
        let reason = match seen.facts.get("test_credit") {
            Fact::Unobserved(reason) => reason,
            _ => String::new(),
        };
        (percent(&seen, "test_credit"), reason.contains("searches for test assemblies"))
    };
    for text in [
        "build: {project: shop.sln}\n",
        "build_script: [make]\ntest: {assemblies: [a.dll]}\n",
        "build: off\ntest_script:\n",
    ] {
        assert_eq!(with(text, project), (None, true), "{text}");
    }
    for text in ["build: {project: shop.sln}\ntest: off\n", "build: off\ntest: false\ninstall: [make]\n"] {
        assert_eq!(with(text, project), (Some(0), false), "{text}");
    }
    assert_eq!(with("build: off\ntest_script: [{ps: dotnet test}]\n", project), (Some(100), false));
    assert_eq!(with("build_script: [make]\n", ("main.py", "")), (Some(0), false));
    let only = "branches: {only: [main]}\nskip_branch_with_pr: true\n";
    let seen = observe(&DEF, "{}", &[("appveyor.yml", only), project]);
    assert!(matches!(seen.facts.get("tests_on_push"), Fact::Unobserved(_)));
}

#[test]
fn a_branch_of_another_name_in_another_system_may_be_the_default_branch() {
    let files = [(".gitlab-ci.yml", "test: {script: [pytest], only: [next, merge_requests]}\n")];
    assert_eq!(flag(&observe(&DEF, "{}", &files), "tests_on_push"), None);
    assert_eq!(percent(&observe(&DEF, "default_branch: next", &files), "test_credit"), Some(100));
    assert_eq!(percent(&observe(&DEF, "default_branch: edge", &files), "test_credit"), Some(70));
}

#[test]
fn pins_make_a_ratio_and_a_branch_caps_the_credit() {
    let text = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n      - uses: x/y@main\n";
    let seen = observe(&DEF, "{}", &[(CI, text)]);
    assert_eq!((count(&seen, "actions"), count(&seen, "branch_actions")), (Some(2), Some(1)));
    assert_eq!((percent(&seen, "pinned_ratio"), percent(&seen, "pin_credit")), (Some(30), Some(30)));
}

#[test]
fn an_unreadable_workflow_makes_zeros_unobserved() {
    let seen = observe(&DEF, "{}", &[(CI, "on: push\non: pull_request\njobs: {}\n")]);
    assert_eq!(
        (count(&seen, "files"), count(&seen, "parse_errors"), count(&seen, "script_injections")),
        (Some(1), Some(1), None)
    );
}

#[test]
fn the_variables_of_a_step_choose_what_tox_and_nox_run() {
    let ini = ("tox.ini", "[testenv]\ncommands = pytest\n[testenv:lint]\ncommands = ruff check\n");
    for (env, credit) in [("lint", 0), ("py312", 100)] {
        let text = format!(
            "on: [push, pull_request]\njobs:\n  t: {{runs-on: x, env: {{TOXENV: {env}}}, steps: [{{run: python -m tox}}]}}\n"
        );
        assert_eq!(percent(&observe(&DEF, "{}", &[(CI, &text), ini]), "test_credit"), Some(credit), "{env}");
        let gitlab = format!("t: {{variables: {{TOXENV: {env}}}, script: [tox]}}\n");
        assert_eq!(percent(&observe(&DEF, "{}", &[(".gitlab-ci.yml", &gitlab), ini]), "test_credit"), Some(credit));
    }
    let nearer =
        "on: [push, pull_request]\njobs:\n  t: {runs-on: x, env: {TOXENV: lint}, steps: [{run: tox -e py312}]}\n";
    assert_eq!(percent(&observe(&DEF, "{}", &[(CI, nearer), ini]), "test_credit"), Some(100));
}

#[test]
fn a_pipeline_that_could_not_be_read_says_why_and_one_of_a_folder_speaks_for_it() {
    let reason = |files: &[(&str, &str)]| match observe(&DEF, "{}", files).facts.get("tests_on_push") {
        crate::model::Fact::Unobserved(reason) => reason,
        other => format!("{other:?}"),
    };
    let conflict = reason(&[("bitbucket-pipelines.yml", "pipelines:\n  default:\n<<<<<<< HEAD\n  - step: {}\n")]);
    assert!(
        conflict.starts_with("Bitbucket Pipelines (`bitbucket-pipelines.yml`) may run them: it could not be read: ")
    );
    assert!(reason(&[(".buildkite/pipeline.yml", "env: {A: b}\n")]).ends_with("no step was found in it"));
    let template = ("azure-pipelines/a-template.yml", "parameters: []\nsteps: [{script: make}]\n");
    let start = ("azure-pipelines/z.yml", "trigger: [main]\nsteps: [{script: pytest}]\n");
    let seen = observe(&DEF, "{}", &[template, start, ("azure-pipelines/README.md", "x")]);
    assert_eq!(seen.facts.get("tests_on_push"), crate::model::Fact::Present(crate::model::Value::Bool(true)));
}
