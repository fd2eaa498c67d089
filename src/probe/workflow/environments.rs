//! Which calls of tox and nox test, where no more is seen of them than the names of what they run.

use crate::probe::pipelines::follow::{nox, tox};

/// Parts of names that say that what has them tests.
const TESTS: &[&str] = &[
    "test",
    "tests",
    "testing",
    "pytest",
    "unit",
    "unittest",
    "unittests",
    "integration",
    "functional",
    "e2e",
    "spec",
];
/// Parts of names that say that it does something else, whichever Python it is for.
const OTHERS: &[&str] = &[
    "lint",
    "linters",
    "linting",
    "style",
    "flake8",
    "ruff",
    "black",
    "pylint",
    "format",
    "fmt",
    "mypy",
    "pyright",
    "type",
    "types",
    "typing",
    "docs",
    "doc",
    "build",
    "package",
    "packaging",
    "release",
    "publish",
    "report",
    "check",
    "coverage",
];

/// Whether a command calls tox or nox.
pub(super) fn runs_any(text: &str) -> bool {
    !tox::call::asked(text).is_empty() || !nox::asked(text).is_empty()
}

/// Whether a call names an environment that tests, or none: then those of the file run, and most files have tests.
pub(super) fn tests(text: &str) -> bool {
    let by_tox = || tox::call::asked(text).iter().any(|asked| is_of_tox(&asked.which));
    by_tox() || nox::asked(text).iter().any(|asked| is_of_nox(&asked.which))
}

fn is_of_tox(which: &tox::call::Which) -> bool {
    use tox::call::Which;
    match which {
        Which::Default | Which::All => true,
        Which::Named(names) | Which::Labels(names) => names.iter().any(|name| is_test(name)),
        Which::Factors(groups) => groups.iter().any(|group| is_test(&group.join("-"))),
    }
}

fn is_of_nox(which: &nox::Which) -> bool {
    use nox::Which;
    match which {
        Which::Default | Which::Any => true,
        Which::Named(names) | Which::Tagged(names) => names.iter().any(|name| is_test(name)),
        Which::Keyword(word) => is_test(word),
    }
}

/// Whether a name has a part that says so, or names a Python and nothing else that is done with it.
fn is_test(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let mut parts = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let is_python = |part: &str| {
        let rest = part.strip_prefix("pypy").or_else(|| part.strip_prefix("py"));
        rest.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == 't'))
    };
    if parts.clone().any(|part| TESTS.contains(&part)) {
        return true;
    }
    // A variable may stand for a Python, and for any name where nothing else is there.
    let has_python = name.contains(tox::call::OPEN) || parts.clone().any(is_python);
    has_python && !parts.any(|part| OTHERS.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::tests;

    #[test]
    fn a_name_may_say_that_an_environment_tests() {
        for text in [
            "tox",
            "nox",
            "tox -e py",
            "tox -e py311-django",
            "tox -e unit",
            "tox -m test",
            "nox -s tests-3.12",
            "tox -e $ENV",
        ] {
            assert!(tests(text), "{text}");
        }
        for text in ["tox -e lint", "tox -e py311-lint", "nox -s docs", "nox -t style", "tox --version", "tox -f docs"]
        {
            assert!(!tests(text), "{text}");
        }
    }
}
