//! Tests of the judgement: what is configured, what runs, and what that is worth.

use super::DEF;
use crate::model::Observation;
use crate::probe::trial::{count, observe, percent};

const APP: (&str, &str) = ("src/app.py", "print(1)\n");

fn workflow(steps: &str) -> String {
    format!("on: [push, pull_request]\njobs:\n  a:\n    steps:\n{steps}")
}

fn seen(files: &[(&str, &str)]) -> Observation {
    observe(&DEF, "{}", files)
}

fn gate(files: &[(&str, &str)]) -> (Option<i64>, Option<i64>) {
    let seen = seen(files);
    (count(&seen, "unlinted"), percent(&seen, "lint_credit"))
}

#[test]
fn a_linter_in_a_pipeline_is_all_that_is_known_without_a_report() {
    let ci = workflow("      - run: ruff check .\n");
    assert_eq!(gate(&[APP, (".github/workflows/ci.yml", &ci)]), (Some(0), Some(100)));
}

#[test]
fn a_pipeline_of_another_project_lints_nothing_here() {
    let ci = "lint:\n  script:\n    - ruff check .\n";
    assert_eq!(gate(&[APP, (".gitlab-ci.yml", ci)]), (Some(0), Some(100)));
    for path in ["tests/fixtures/sample/.gitlab-ci.yml", "third_party/x/ci.gitlab-ci.yml", "sub/.gitlab-ci.yml"] {
        assert_eq!(gate(&[APP, (path, ci)]), (Some(1), Some(0)), "{path}");
    }
}

#[test]
fn configured_alone_and_a_hook_alone_are_parts() {
    let ci = workflow("      - run: pytest\n");
    let ci = (".github/workflows/ci.yml", ci.as_str());
    assert_eq!(gate(&[APP, ci]), (Some(1), Some(0)));
    assert_eq!(gate(&[APP, ci, ("ruff.toml", "")]), (Some(1), Some(30)));
    let hooks = (".pre-commit-config.yaml", "repos:\n  - repo: x\n    hooks:\n      - id: ruff-check\n");
    assert_eq!(gate(&[APP, ci, hooks]), (Some(1), Some(40)));
    assert_eq!(count(&seen(&[APP, ci, hooks]), "hooks_only"), Some(1));
    let runs = workflow("      - run: uv run pre-commit run --all-files\n");
    assert_eq!(gate(&[APP, (ci.0, &runs), hooks]), (Some(0), Some(100)));
}

#[test]
fn a_linter_of_another_language_does_not_count() {
    let ci = workflow("      - run: npx eslint .\n");
    assert_eq!(gate(&[APP, (".github/workflows/ci.yml", &ci)]), (Some(1), Some(0)));
    let both = [APP, ("web/a.ts", "let a = 1;\n"), (".github/workflows/ci.yml", ci.as_str())];
    assert_eq!(gate(&both), (Some(1), Some(50)));
}

#[test]
fn a_linter_that_may_fail_or_that_a_schedule_starts_is_no_gate() {
    let ci = workflow("      - run: ruff check . || true\n");
    assert_eq!(gate(&[APP, (".github/workflows/ci.yml", &ci)]), (Some(1), Some(30)));
    let nightly = "on: { schedule: [{ cron: '0 0 * * *' }] }\njobs:\n  a:\n    steps:\n      - run: ruff check .\n";
    assert_eq!(gate(&[APP, (".github/workflows/ci.yml", nightly)]).0, Some(1));
}

#[test]
fn what_another_repository_runs_is_not_known() {
    let ci = "on: [push]\njobs:\n  a:\n    uses: acme/ci/.github/workflows/python.yml@v1\n";
    assert_eq!(gate(&[APP, (".github/workflows/ci.yml", ci)]), (None, None));
}

#[test]
fn a_type_checker_that_is_not_strict_loses_a_part() {
    let ci = workflow("      - run: mypy src\n");
    let ci = (".github/workflows/ci.yml", ci.as_str());
    assert_eq!(gate(&[APP, ci, ("mypy.ini", "[mypy]\npretty = True\n")]), (Some(0), Some(85)));
    assert_eq!(gate(&[APP, ci, ("mypy.ini", "[mypy]\nstrict = True\n")]), (Some(0), Some(100)));
}

#[test]
fn a_build_runs_the_linter_that_is_part_of_it() {
    let java = ("src/main/java/A.java", "class A {}\n");
    let ci = workflow("      - run: ./mvnw -B verify\n");
    let ci = (".github/workflows/ci.yml", ci.as_str());
    let pom = "<plugin><artifactId>maven-checkstyle-plugin</artifactId><executions><execution><goals><goal>check</goal></goals></execution></executions></plugin>";
    assert_eq!(gate(&[java, ci, ("pom.xml", pom)]), (Some(0), Some(100)));
    let early = workflow("      - run: ./mvnw -B test\n");
    assert_eq!(gate(&[java, (ci.0, &early), ("pom.xml", pom)]), (Some(1), Some(30)), "`check` is bound to `verify`");
    assert_eq!(gate(&[java, ci, ("pom.xml", "<project/>")]), (Some(1), Some(0)));
}

#[test]
fn pipelines_of_other_systems_are_read_by_their_structure() {
    let ci = "lint: { script: [pip install ruff, make check] }\n";
    let make = ("Makefile", "check:\n\truff check .\n");
    assert_eq!(gate(&[APP, make, (".gitlab-ci.yml", ci)]), (Some(0), Some(100)));
    assert_eq!(gate(&[APP, make, (".gitlab-ci.yml", ".hidden: { script: [make check] }\n")]), (Some(1), Some(0)));
    assert_eq!(gate(&[APP, make, (".gitlab-ci.yml", "lint: [\n")]), (None, None), "it cannot be read");
    let included = "include:\n  - project: acme/ci\n    file: python.yml\n";
    assert_eq!(gate(&[APP, (".gitlab-ci.yml", included)]), (None, None));
}

#[test]
fn baselines_are_shown_with_their_size() {
    let found = seen(&[("src/a.php", "<?php\n"), ("phpstan-baseline.neon", "count: 3\n")]);
    assert_eq!((count(&found, "baselines"), count(&found, "baselined")), (Some(1), Some(3)));
    assert!(found.evidence.iter().any(|item| item.note.as_deref() == Some("hides 3 findings")));
}

#[test]
fn a_build_of_net_gates_what_its_analysers_are_told_to_report() {
    let ci = workflow("      - run: dotnet build\n");
    let unlinted = |name: &str, text: &str| {
        let files = [("src/A.cs", "class A {}\n"), (name, text), (".github/workflows/ci.yml", ci.as_str())];
        gate(&files).0
    };
    for (name, text) in [
        (".editorconfig", "[*.cs]\ndotnet_diagnostic.CA2000.severity = error\n"),
        (".editorconfig", "[*.cs]\ndotnet_analyzer_diagnostic.category-Security.severity = warning\n"),
        (".globalconfig", "is_global = true\ndotnet_diagnostic.CA2000.severity = warning\n"),
        ("Directory.Build.props", "<Project><AnalysisMode>All</AnalysisMode></Project>\n"),
        ("Directory.Build.props", "<Project><AnalysisLevel>latest-recommended</AnalysisLevel></Project>\n"),
        ("Directory.Build.props", "<Project><TreatWarningsAsErrors>true</TreatWarningsAsErrors></Project>\n"),
    ] {
        assert_eq!(unlinted(name, text), Some(0), "{text}");
    }
    for text in [
        "[*.cs]\nindent_size = 4\n",
        "[*.cs]\ndotnet_diagnostic.CA2000.severity = none\n",
        "[*.cs]\ndotnet_style_readonly_field = true\n",
    ] {
        assert_eq!(unlinted(".editorconfig", text), Some(1), "{text}");
    }
}

#[test]
fn super_linter_looks_at_the_languages_that_it_is_told() {
    let ci = |told: &str| {
        workflow(&format!("      - uses: super-linter/super-linter@v8\n        env:\n          {told}: true\n"))
    };
    let unlinted = |told: &str| gate(&[APP, (".github/workflows/ci.yml", &ci(told))]).0;
    assert_eq!(unlinted("VALIDATE_ALL_CODEBASE"), Some(0));
    assert_eq!(unlinted("VALIDATE_PYTHON_RUFF"), Some(0));
    assert_eq!(unlinted("VALIDATE_OPENAPI"), Some(1));
}

#[test]
fn a_hook_that_the_service_skips_is_a_hook_alone() {
    let hooks = |ci: &str| format!("{ci}repos:\n  - repo: x\n    hooks:\n      - id: ruff-check\n");
    let credit = |ci: &str| gate(&[APP, (".pre-commit-config.yaml", &hooks(ci))]).1;
    assert_eq!((credit("ci:\n  autofix_prs: false\n"), credit("ci:\n  skip: [ruff-check]\n")), (Some(100), Some(40)));
}

#[test]
fn one_hook_that_the_service_skips_leaves_the_others() {
    let hooks = "ci:\n  skip: [mypy]\nrepos:\n  - repo: x\n    hooks:\n      - id: mypy\n      - id: ruff-check\n";
    assert_eq!(gate(&[APP, (".pre-commit-config.yaml", hooks)]).1, Some(100));
}

#[test]
fn a_formatter_that_rewrites_is_a_hook_and_no_gate() {
    let app = ("src/a.php", "<?php\n");
    let staged = ("package.json", "{\"lint-staged\": {\n\"*.php\": \"vendor/bin/pint\"}}");
    assert_eq!(gate(&[app, staged]), (Some(1), Some(40)));
    let ci = workflow("      - run: vendor/bin/pint\n");
    assert_eq!(gate(&[app, (".github/workflows/ci.yml", &ci)]), (Some(1), Some(0)));
}

#[test]
fn a_hook_runs_its_entry_with_its_arguments() {
    let make = ("Makefile", "all:\n\truff check .\nclean:\n\trm -rf out\n");
    let hooks = |args: &str| {
        let block =
            format!("repos:\n  - repo: local\n    hooks:\n      - id: x\n        entry: make\n        args: {args}\n");
        count(&seen(&[APP, make, (".pre-commit-config.yaml", &block)]), "hooks_only")
    };
    assert_eq!((hooks("[clean]"), hooks("[-j, all]"), hooks("[]")), (Some(0), Some(1), Some(1)));
    assert_eq!(hooks("\n        - clean"), Some(0));
}
