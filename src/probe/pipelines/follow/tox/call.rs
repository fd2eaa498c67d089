//! What a call of tox asks for (its documentation, "CLI interface"): environments by name (`-e`, `TOXENV`), by label (`-m`), by
//! factor (`-f`), or those of `env_list` where nothing is said.

use std::sync::LazyLock;

use regex::Regex;

use super::super::fixed;
use super::super::words::{Call, calls};
use super::factors::expanded;

/// A call that runs environments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) which: Which,
    /// What stands behind `--`.
    pub(super) given: Option<String>,
    /// The file or folder that it names with the configuration.
    pub(super) config: Option<String>,
    /// A pattern of names that are left out.
    pub(super) skipped: Option<String>,
}

/// What stands in a name for a variable whose value is not told.
pub(crate) const OPEN: char = '\0';

/// Which environments, with [`OPEN`] in their names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Named(Vec<String>),
    /// Those of the list.
    Default,
    All,
    Labels(Vec<String>),
    /// Those with all factors of one of these groups.
    Factors(Vec<Vec<String>>),
}

/// Commands that run no environment.
const QUIET: &[&str] =
    &["devenv", "d", "depends", "de", "list", "l", "config", "c", "quickstart", "q", "exec", "e", "schema", "man"];
/// Options that ask for something else.
const QUIET_OPTIONS: &[&str] = &[
    "-l",
    "--listenvs",
    "-a",
    "--listenvs-all",
    "--showconfig",
    "--version",
    "--help",
    "-h",
    "--notest",
    "-n",
    "--devenv",
    "--help-ini",
];
/// Options with a value of their own.
const WITH_VALUE: &[&str] = &[
    "-c",
    "--conf",
    "--root",
    "--workdir",
    "--result-json",
    "--skip-env",
    "-p",
    "--parallel",
    "-x",
    "--override",
    "-o",
    "--installpkg",
    "--discover",
    "--runner",
    "--hashseed",
    "--force-dep",
    "--colored",
];

/// The calls of tox in a command, and what each asks for.
pub(crate) fn asked(text: &str) -> Vec<Asked> {
    calls(text, &["tox"]).iter().filter_map(of_call).collect()
}

/// `None` where it runs nothing.
fn of_call(call: &Call) -> Option<Asked> {
    let end = call.words.iter().position(|word| word == "--").unwrap_or(call.words.len());
    let given = call.words.get(end + 1..).map(|words| words.join(" "));
    let (mut names, mut labels, mut factors): (Vec<&str>, Vec<String>, Vec<Vec<String>>) = Default::default();
    let (mut config, mut skipped, mut option, mut is_first) = (None, None, "", true);
    for word in call.words[..end].iter().map(|word| of_group(word)) {
        if QUIET_OPTIONS.contains(&word) {
            return None;
        }
        if word.starts_with('-') {
            let (name, value) = read(word);
            option = name;
            match (name, value) {
                ("-f", _) => factors.push(value.into_iter().map(str::to_owned).collect()),
                (_, Some(value)) => take(name, value, (&mut names, &mut labels), (&mut config, &mut skipped)),
                (_, None) => {}
            }
            continue;
        }
        match option {
            "-f" => factors.last_mut()?.push(word.to_owned()),
            "-m" => labels.push(word.to_owned()),
            "-e" => {
                take("-e", word, (&mut names, &mut labels), (&mut config, &mut skipped));
                option = "";
            }
            _ if WITH_VALUE.contains(&option) => {
                take(option, word, (&mut names, &mut labels), (&mut config, &mut skipped));
                option = "";
            }
            _ if is_first && QUIET.contains(&word) => return None,
            _ => is_first = false,
        }
    }
    let by_variable = || call.variable("TOXENV");
    let which = match (names.is_empty(), labels.is_empty(), factors.is_empty()) {
        (false, ..) => named(&names),
        (_, false, _) => Which::Labels(labels.iter().map(|label| opened(label)).collect()),
        (.., false) => {
            Which::Factors(factors.iter().map(|group| group.iter().map(|one| opened(one)).collect()).collect())
        }
        _ => by_variable().map_or(Which::Default, |listed| named(&[listed])),
    };
    Some(Asked { which, given, config, skipped })
}

type Texts<'t, 'w> = (&'t mut Vec<&'w str>, &'t mut Vec<String>);

fn take<'w>(
    option: &str,
    value: &'w str,
    (names, labels): Texts<'_, 'w>,
    (config, skipped): (&mut Option<String>, &mut Option<String>),
) {
    match option {
        "-e" => names.push(value),
        "-m" => labels.push(value.to_owned()),
        "-c" | "--conf" => *config = Some(value.to_owned()),
        "--skip-env" => *skipped = Some(value.to_owned()),
        _ => {}
    }
}

/// An option and its value, if it has one in the same word: `-e=x`, `-ex`, and `-re`, which is `-r -e`.
fn read(word: &str) -> (&str, Option<&str>) {
    static ENV: LazyLock<Regex> = LazyLock::new(|| fixed(r"^(?:--env|-[rvqa]*e)(?:=?(.+))?$"));
    if let Some(found) = ENV.captures(word) {
        return ("-e", found.get(1).map(|value| value.as_str()));
    }
    match word.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (word, None),
    }
}

fn named(listed: &[&str]) -> Which {
    let names: Vec<String> = listed.iter().flat_map(|listed| expanded(&opened(listed))).collect();
    if names.iter().any(|name| name == "ALL") { Which::All } else { Which::Named(names) }
}

/// A text with [`OPEN`] for each variable.
fn opened(text: &str) -> String {
    static VARIABLE: LazyLock<Regex> =
        LazyLock::new(|| fixed(r"\$\{\{.*?\}\}|\$\{[^}]*\}|\$\([^)]*\)|`[^`]*`|\$\w+|%\w+%|<<[^>]*>>|\{\{[^}]*\}\}"));
    VARIABLE.replace_all(text, OPEN.to_string()).into_owned()
}

/// A word without the parenthesis that closes a group of commands.
fn of_group(word: &str) -> &str {
    let count = |mark: char| word.matches(mark).count();
    if count(')') > count('(') { word.trim_end_matches(')') } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn which(text: &str) -> Option<Which> {
        asked(text).into_iter().next().map(|asked| asked.which)
    }

    fn names(list: &[&str]) -> Option<Which> {
        Some(Which::Named(list.iter().map(ToString::to_string).collect()))
    }

    #[test]
    fn environments_are_asked_for_in_many_ways() {
        for text in [
            "tox -e lint",
            "tox run -e lint -- -x",
            "tox -elint",
            "python -m tox -re lint",
            "tox r -q -e=lint",
            "TOXENV=lint tox",
        ] {
            assert_eq!(which(text), names(&["lint"]), "{text}");
        }
        assert_eq!(which("tox -p auto -e py{311,312},docs"), names(&["py311", "py312", "docs"]));
        assert_eq!(which("tox p -m test lint"), Some(Which::Labels(vec!["test".to_owned(), "lint".to_owned()])));
        let group = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        assert_eq!(
            which("tox -f py311 django -f lint"),
            Some(Which::Factors(vec![group(&["py311", "django"]), group(&["lint"])]))
        );
        assert_eq!(which("tox -v"), Some(Which::Default));
        assert_eq!(which("tox -e ALL"), Some(Which::All));
        assert_eq!(which("tox -e py${{ matrix.python }}"), names(&["py\0"]));
        assert_eq!(which("tox -e \"$PYTHON-mypy\""), names(&["\0-mypy"]));
        assert_eq!(which("tox run -f py$(echo 3.10 | tr -d .)"), Some(Which::Factors(vec![group(&["py\0"])])));
    }

    #[test]
    fn what_runs_no_environment_asks_for_none() {
        for text in [
            "tox list",
            "tox -l",
            "tox --version",
            "tox -e py --notest",
            "tox config -e py",
            "pip install tox",
            "tox exec -e py -- ls",
        ] {
            assert_eq!(which(text), None, "{text}");
        }
    }

    #[test]
    fn what_stands_behind_two_dashes_and_names_of_files_are_kept() {
        let all = asked("tox -c ci/tox.ini -e py --skip-env 'py3.*' -- -k 'a b'");
        let [asked] = &all[..] else { panic!("{all:?}") };
        assert_eq!((asked.given.as_deref(), asked.config.as_deref()), (Some("-k a b"), Some("ci/tox.ini")));
        assert_eq!(asked.skipped.as_deref(), Some("py3.*"));
    }
}
