//! Tasks of runners.

use super::super::tests::{ends, missed};

fn led(file: (&str, &str), text: &str) -> Vec<String> {
    let short = |line: String| line.split_once(':').map_or(line.clone(), |(_, rest)| rest.to_owned());
    ends(&[file], text, "").into_iter().map(short).collect()
}

const POE: (&str, &str) = (
    "pyproject.toml",
    r#"[project]
description = "test and lint"
[tool.poe.tasks]
lint = "ruff check"
test.cmd = """
  pytest
  --cov  # all
"""
test.deps = ["clean"]
clean.shell = "rm -r build"
all = ["lint", "_types"]
ci = { sequence = ["test", { cmd = "codecov", ignore_fail = true }, { ref = "lint --fix" }] }
run = { script = "app:main()" }
[tool.poe.tasks._types]
cmd = "mypy src"
cwd = "app"
"#,
);

#[test]
fn a_task_of_poe_is_a_command_a_sequence_or_names_others() {
    assert_eq!(led(POE, "uv run poe lint"), ["4 ruff check"]);
    assert_eq!(led(POE, "poe -q test -x"), ["10 rm -r build", "6 pytest --cov # all"]);
    assert_eq!(led(POE, "poetry run poe all"), ["4 ruff check", "15 mypy src"]);
    assert_eq!(led(POE, "poe ci"), ["10 rm -r build", "6 pytest --cov # all", "12 codecov || true", "4 ruff check"]);
    assert!(led(POE, "poe run").is_empty() && led(POE, "poe and").is_empty(), "what a line only names is no task");
}

const PDM: (&str, &str) = (
    "pyproject.toml",
    r#"[tool.pdm.scripts]
_.env_file = ".env"
lint = "ruff check"
pre_test = "docker compose up"
test = { cmd = ["pytest", "-x"] }
build = "make"
all = { composite = ["lint --fix", "mypy src"] }
[tool.rye.scripts]
check = { chain = ["types", "style"] }
types = ["mypy", "src"]
style = "ruff check"
[tool.taskipy.tasks]
test = "pytest"
post_test = { cmd = "task report" }
report = "coverage report"
"#,
);

#[test]
fn scripts_of_pdm_rye_and_taskipy_are_tables_as_well() {
    assert_eq!(led(PDM, "pdm run test"), ["4 docker compose up", "5 pytest -x"]);
    assert_eq!(led(PDM, "pdm run all"), ["3 ruff check", "7 mypy src"]);
    assert_eq!(led(PDM, "pdm lint"), ["3 ruff check"]);
    for text in ["pdm build", "pdm install", "pdm run pytest", "rye sync", "rye types"] {
        assert!(led(PDM, text).is_empty(), "{text}");
    }
    assert_eq!(led(PDM, "rye run check"), ["10 mypy src", "11 ruff check"]);
    assert_eq!(led(PDM, "poetry run task test"), ["13 pytest", "14 task report", "15 coverage report"]);
}

#[test]
fn tasks_of_mise_and_pixi_need_others() {
    let mise = (
        "mise.toml",
        "[tools]\nnode = \"22\"\n[tasks]\nfmt = \"prettier -c .\"\n[tasks.\"lint:js\"]\nrun = [\"eslint .\", \"tsc\"]\n[tasks.check]\ndepends = [\"lint:*\", \"fmt\"]\nrun = '''\n#!/bin/sh\nvitest\n'''\n",
    );
    assert_eq!(led(mise, "mise run check"), ["6 eslint .", "6 tsc", "4 prettier -c .", "11 vitest"]);
    assert_eq!(led(mise, "mise r fmt ::: lint:js"), ["4 prettier -c .", "6 eslint .", "6 tsc"]);
    assert_eq!(led(mise, "mise fmt"), Vec::<String>::new(), "it formats its own configuration");
    assert!(led(mise, "mise install node").is_empty());
    let pixi = (
        "pixi.toml",
        "[tasks]\nci = [{ task = \"lint\" }, \"test\"]\n[feature.a.tasks]\nlint = { cmd = [\"ruff\", \"check\"], depends-on = [\"sync\"] }\nsync = \"git pull\"\n[feature.b.target.linux-64.tasks]\ntest = \"pytest\"\n",
    );
    assert_eq!(led(pixi, "pixi run -e dev ci"), ["5 git pull", "4 ruff check", "7 pytest"]);
    assert!(led(pixi, "pixi run pytest").is_empty() && led(pixi, "pixi install").is_empty());
    assert!(missed(&[("pixi.toml", "[tasks]\na = \n")], "pixi run a").is_some());
}

#[test]
fn tasks_that_are_functions_run_what_they_start_by_their_context() {
    let invoke = (
        "tasks.py",
        "from invoke import task\n\n@task\ndef clean(c):\n    c.run('rm -r build')\n\n@task(clean, aliases=['t'], post=['report'])\ndef unit_tests(c, opts=''):\n    \"\"\"Run pytest and lint.\"\"\"\n    c.run(f'pytest {opts}')\n    _more(c)\n\n@task\ndef report(ctx):\n    ctx.run('coverage report')\n\ndef _more(context):\n    context.run('behave')\n",
    );
    let all = ["5 rm -r build", "10 pytest {opts}", "15 coverage report", "18 behave"];
    assert_eq!(led(invoke, "inv unit-tests"), all);
    assert_eq!(led(invoke, "invoke t"), all);
    assert_eq!(led(invoke, "inv -e report clean"), ["5 rm -r build", "15 coverage report"]);
    assert!(led(invoke, "inv lint").is_empty());
    let duty = (
        "duties.py",
        "from duty import duty, tools\n\n@duty(pre=['check-types', style])\ndef check(ctx):\n    pass\n\n@duty\ndef check_types(ctx):\n    ctx.run(tools.mypy(*SRC, config_file='a'), title='types')\n\n@duty\ndef style(ctx):\n    ctx.run(['ruff', 'check'])\n",
    );
    assert_eq!(led(duty, "duty check"), ["9 mypy", "13 ruff check"]);
}

#[test]
fn a_task_of_rake_is_its_own_block_and_what_it_needs() {
    let rake = (
        "Rakefile",
        "require 'rubocop/rake_task'\n\nRSpec::Core::RakeTask.new(:spec) do |t|\n  t.pattern = 'a'\nend\nRuboCop::RakeTask.new\n\ntask default: %i[spec lint]\n\ndesc 'spec of lint'\ntask :lint => :rubocop do\n  sh 'yamllint .'\nend\n\nnamespace :db do\n  task :seed, [:name] => [:environment] do |_, args|\n    sh \"psql\"\n  end\nend\n\ntask(:fast) { sh 'm' }\n",
    );
    let spec = ["3 RSpec::Core::RakeTask spec", "4 t.pattern    a"];
    assert_eq!(led(rake, "bundle exec rake spec"), spec);
    assert_eq!(led(rake, "rake lint"), ["6 RuboCop::RakeTask rubocop", "12 sh  yamllint ."]);
    assert_eq!(led(rake, "rake").len(), 4);
    assert_eq!(led(rake, "rake db:seed"), ["17 sh  psql"]);
    assert_eq!(led(rake, "rake fast"), ["21 sh  m"]);
    assert!(led(rake, "rake rubocop/rake_task").is_empty());
}
