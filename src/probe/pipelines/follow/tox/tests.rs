//! Environments of tox.

use super::super::tests::{ends, missed, whole};

const INI: &str = "[tox]
envlist = py{311,312}-{django,flask}, lint
labels =
  static = lint, types

[testenv]
deps =
  pytest
  django: django
commands_pre = python -m pip check
commands =
  pytest {posargs:tests}  # all of them
  django: python manage.py test \\
    --fast
  flask: flask check

[testenv:lint]
skip_install = true
deps = ruff
commands = - ruff check {toxinidir}/src
  {[testenv:types]commands}

[testenv:{types,pyright}]
labels = slow
commands_pre =
commands = mypy src
changedir = app

[testenv:docs]
commands = sphinx-build {[missing]here}
  {[missing]key}
";

fn led(text: &str) -> Vec<String> {
    ends(&[("tox.ini", INI)], text, "")
}

const PRE: &str = "tox.ini:10 python -m pip check";
const TEST: &str = "tox.ini:12 pytest tests";
const DJANGO: &str = "tox.ini:13 python manage.py test --fast";
const FLASK: &str = "tox.ini:15 flask check";
const RUFF: &str = "tox.ini:20 ruff check ./src || true";
const TYPES: &str = "tox.ini:26 mypy src";

#[test]
fn an_environment_runs_its_own_commands_and_takes_over_what_it_does_not_say() {
    assert_eq!(led("tox -e lint"), [PRE, RUFF, TYPES]);
    assert_eq!(led("tox run -e pyright"), [TYPES]);
    assert_eq!(led("tox -e py312"), [PRE, TEST]);
}

#[test]
fn a_line_with_factors_runs_where_the_name_has_them() {
    assert_eq!(led("tox -e py311-django"), [PRE, TEST, DJANGO]);
    assert_eq!(led("tox -f flask"), [PRE, TEST, FLASK]);
    assert_eq!(led("tox"), [PRE, TEST, DJANGO, FLASK, RUFF, TYPES]);
    assert_eq!(led("tox --skip-env 'py3.*'"), [PRE, RUFF, TYPES]);
    assert_eq!(led("tox -e py${{ matrix.python }}"), [PRE, TEST, DJANGO, FLASK], "which one is not told");
    assert_eq!(led("tox -e py${{ matrix.python }}-flask"), [PRE, TEST, FLASK]);
    assert_eq!(led("tox -f $FACTOR"), led("tox -e $NAME"));
}

#[test]
fn labels_and_arguments_are_read() {
    assert_eq!(led("tox -m static"), [PRE, RUFF, TYPES]);
    assert_eq!(led("tox p -m slow"), [TYPES]);
    assert_eq!(led("tox -e py -- -k one"), [PRE, "tox.ini:12 pytest -k one"]);
    assert!(led("tox list").is_empty() && led("tox -e py --notest").is_empty());
}

#[test]
fn a_call_is_followed_whole_where_the_file_has_what_it_asks_for() {
    let files = [("tox.ini", INI)];
    for text in ["tox -e lint", "tox", "tox -e py311-django", "tox -e py${{ matrix.python }}"] {
        assert!(whole(&files, text), "{text}");
    }
    for text in ["tox -e fuzz", "tox -e docs", "tox -c other.ini"] {
        assert!(!whole(&files, text), "{text}");
    }
}

const TOML: &str = r#"env_list = ["3.12", { product = [["3.11"], ["a", "b"]] }, "lint"]

[env_run_base]
commands = [
  ["pytest", { replace = "posargs", default = ["tests"], extend = true }],
  { replace = "if", condition = "factor.a", then = [["coverage", "report"]], extend = true },
]

[env.lint]
labels = ["static"]
commands = [["ruff", "check", "{tox_root}"], { replace = "ref", of = ["env", "types", "commands"], extend = true }]

[env.types]
commands = [["mypy", "src"]]
"#;

#[test]
fn tables_are_read_as_well() {
    let ini = "[tool.tox]\nlegacy_tox_ini = \"\"\"\n[tox]\nenvlist = a\n[testenv:a]\ncommands = ruff check\n\"\"\"\n";
    assert_eq!(ends(&[("pyproject.toml", ini)], "tox", ""), ["pyproject.toml:6 ruff check"]);
    let files = [("setup.cfg", "[metadata]\nname = a\n"), ("pyproject.toml", "[tool.black]\n"), ("tox.toml", TOML)];
    let led = |text: &str| ends(&files, text, "");
    assert_eq!(led("tox -e lint"), ["tox.toml:11 ruff check .", "tox.toml:14 mypy src"]);
    assert_eq!(led("tox -m static").len(), 2);
    assert_eq!(led("tox -e 3.12 -- -x"), ["tox.toml:5 pytest -x", "tox.toml:6 coverage report"]);
    assert_eq!(led("tox -f b"), ["tox.toml:5 pytest tests", "tox.toml:6 coverage report"]);
    let native = format!("[tool.tox]\n{}", TOML.replace("[env", "[tool.tox.env"));
    assert_eq!(ends(&[("pyproject.toml", &native)], "tox -e types", ""), ["pyproject.toml:15 mypy src"]);
    assert!(missed(&[("tox.toml", "a = \n")], "tox -e lint").is_some_and(|reason| reason.contains("`tox.toml:1`")));
}
