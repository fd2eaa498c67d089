//! Sessions of nox.

use super::super::tests::{ends, missed, whole};

const FILE: &str = r#"import nox

nox.options.sessions = ["lint", "build-docs"]


@nox.session(
    name="build-docs",
    python="3.12",
)
def build_docs(session: nox.Session) -> None:
    """Run Python code formatter, then ruff check."""
    # session.run("black", ".")
    session.install("mypy")
    session.run(
        "sphinx-build",
        "docs",  # the sources
        *session.posargs,
        env={"A": "b"},
    )


@nox.session(python=["3.11", "3.12"])
def lint(session):
    _check(session, "src")


def _check(session, folder):
    session.run(*"ruff check".split(), folder)


@nox.session
def build_image(s):
    s.run("docker", "build", ".")
    subprocess.run("pytest")
"#;

fn led(text: &str) -> Vec<String> {
    ends(&[("noxfile.py", FILE)], text, "")
}

#[test]
fn only_what_a_session_starts_is_a_command() {
    assert_eq!(led("nox -s build-docs"), ["noxfile.py:14 sphinx-build docs"]);
    assert_eq!(led("nox --session=build_image -- --fast"), ["noxfile.py:33 docker build ."]);
}

#[test]
fn a_session_runs_what_it_calls_and_is_named_with_its_python() {
    for call in
        ["nox -s lint", "nox -e lint-3.12 -v", "nox --sessions \"lint-${{ matrix.python }}\"", "nox -s lint(a=1)"]
    {
        assert_eq!(led(call), ["noxfile.py:28 ruff check folder"], "{call}");
    }
    assert!(led("nox -s docs").is_empty() && led("nox -s build").is_empty());
}

#[test]
fn without_a_name_those_run_that_the_file_chooses_and_a_list_runs_none() {
    assert_eq!(led("nox"), ["noxfile.py:14 sphinx-build docs", "noxfile.py:28 ruff check folder"]);
    assert_eq!(led("nox -k 'not lint' && echo").len(), 3);
    assert!(led("nox --list").is_empty());
}

const TAGGED: &str = r#"import nox
from nox_poetry import session

SESSIONS = ["lint"]
nox.options.sessions = SESSIONS
FAST = "fast"

@nox.session(tags=["style", FAST], default=False)
def lint(session):
    session.run("ruff", "check")


@session(python=PYTHONS, tags=["style"], requires=["lint"])
def typing(session):
    args = ["mypy", "src"]
    args.append("tests")
    session.run(*args, *session.posargs)


@nox.session
@nox.parametrize("django", ["5", "6"])
def tests(session, django):
    session.run("coverage", "run", "-m", "pytest", *(session.posargs or ["tests"]))
    try:
        session.run(*session.posargs)
    finally:
        session.notify("report")
        run_with("python", session=session)


@nox.session
def report(session):
    session.run("coverage", "report", f"--fail-under={session.env}")


def run_with(what, session):
    session.run(what, "--version")
"#;

fn tagged(text: &str) -> Vec<String> {
    ends(&[("noxfile.py", TAGGED)], text, "")
}

const LINT: &str = "noxfile.py:10 ruff check";
const TYPING: &str = "noxfile.py:17 mypy src";
const REPORT: &str = "noxfile.py:33 coverage report --fail-under={session.env}";

#[test]
fn tags_and_a_keyword_choose_sessions() {
    assert_eq!(tagged("nox -t fast"), [LINT]);
    assert_eq!(tagged("nox --tags style"), [LINT, TYPING]);
    assert_eq!(tagged("nox -k typ"), [LINT, TYPING], "a session runs what it requires");
    assert_eq!(tagged("nox -k repo"), [REPORT]);
    assert!(tagged("nox -t slow").is_empty());
    assert!(tagged("nox -s report -k 'not lint'").len() > 3, "an expression may choose any");
}

#[test]
fn a_session_is_chosen_by_a_variable_and_by_a_list_that_a_name_stands_for() {
    assert_eq!(tagged("NOXSESSION=report nox"), [REPORT]);
    assert_eq!(tagged("nox"), [LINT]);
}

#[test]
fn what_a_session_notifies_and_hands_itself_to_runs_too() {
    assert_eq!(
        tagged("nox -s tests-3.12"),
        ["noxfile.py:23 coverage run -m pytest tests", REPORT, "noxfile.py:37 what --version"]
    );
}

#[test]
fn a_call_that_is_followed_whole_leaves_the_word_to_what_it_leads_to() {
    let files = [("noxfile.py", TAGGED)];
    assert!(whole(&files, "nox -s lint") && whole(&files, "pip install nox && nox -t style"));
    assert!(!whole(&files, "nox -s tests"), "what is given to it is not written there");
    assert!(!whole(&files, "nox -s unknown") && !whole(&[], "nox -s lint"));
}

#[test]
fn a_file_that_does_not_parse_is_missed() {
    let reason = missed(&[("noxfile.py", "import nox\ndef f(:\n")], "nox -s lint");
    assert!(reason.is_some_and(|reason| reason.contains("`noxfile.py:2` does not parse")));
    assert_eq!(missed(&[("noxfile.py", TAGGED)], "nox -s lint"), None);
}
