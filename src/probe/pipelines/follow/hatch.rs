//! Hatch (its documentation, "Environment configuration", sections "Scripts" and "Inheritance", and "Environments", section
//! "Selection"): `hatch run lint:check` runs the script `check` of the environment `lint`, `hatch run check` that of the
//! default one. Where there is no script of that very name, it runs the program of that name, which leads nowhere.

use std::sync::LazyLock;

use regex::Regex;
use toml::{Table, Value};

use super::{Follow, Place, fixed, has_any, number};

static CALL: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?:^|[\s;&|(/])hatch\s+([^;&|]+)"));
/// Options with a value, of `hatch` and of `hatch env run`.
const WITH_VALUE: &[&str] = &["-e", "--env", "-p", "--project", "-i", "--include", "-x", "--exclude", "-f", "--filter"];
/// Environments that lead to others, and scripts that do.
const DEPTH: u32 = 8;

/// The environments of one file.
struct Environments<'f> {
    text: &'f str,
    table: Table,
}

impl Follow<'_, '_> {
    pub(super) fn hatch(&mut self, text: &str, folder: &str, depth: u32) {
        if !has_any(text, &["hatch"]) {
            return;
        }
        for call in CALL.captures_iter(text) {
            let Some((environment, name)) = asked(&call[1]) else { continue };
            for (file, keys) in [("hatch.toml", &["envs"][..]), ("pyproject.toml", &["tool", "hatch", "envs"])] {
                let Some((path, text)) = self.text(folder, &[file]) else { continue };
                let Some(environments) = Environments::of(&text, keys) else { continue };
                let commands = environments.commands(&environment, &name, DEPTH);
                if commands.is_empty() || !self.is_new(&path, &format!("{environment}:{name}")) {
                    continue;
                }
                for (line, command) in commands {
                    self.take(Place { path: &path, line, folder, is_known: true }, &command, depth - 1);
                }
                break;
            }
        }
    }
}

/// The environment and the script that a call names.
fn asked(words: &str) -> Option<(String, String)> {
    let mut words = words.split_whitespace();
    let (mut environment, mut is_run) = ("default", false);
    while let Some(word) = words.next() {
        let (option, value) = word.split_once('=').unwrap_or((word, ""));
        match word {
            // `+py=3.12` chooses from a matrix.
            _ if word.starts_with(['-', '+']) => {
                let value = if WITH_VALUE.contains(&word) { words.next().unwrap_or("") } else { value };
                if matches!(option, "-e" | "--env") {
                    environment = value;
                }
            }
            "env" if !is_run => {}
            "run" if !is_run => is_run = true,
            _ if !is_run => return None,
            _ => {
                let word = word.trim_matches(['"', '\'']);
                let (environment, name) = word.split_once(':').unwrap_or((environment, word));
                let environment = if environment.is_empty() { "default" } else { environment };
                return Some((environment.to_owned(), name.to_owned()));
            }
        }
    }
    None
}

impl<'f> Environments<'f> {
    fn of(text: &'f str, keys: &[&str]) -> Option<Environments<'f>> {
        let mut table: Table = text.parse().ok()?;
        for key in keys {
            match table.remove(*key)? {
                Value::Table(below) => table = below,
                _ => return None,
            }
        }
        Some(Environments { text, table })
    }

    /// A script of an environment, or of what that inherits from, and the environment that has it.
    fn script(&self, environment: &str, name: &str, left: u32) -> Option<(String, &Value)> {
        let own = self.table.get(environment);
        let found = own.and_then(|own| ["scripts", "extra-scripts"].iter().find_map(|key| own.get(key)?.get(name)));
        if let Some(found) = found {
            return Some((environment.to_owned(), found));
        }
        let is_detached = own.and_then(|own| own.get("detached")).and_then(Value::as_bool) == Some(true);
        let template = own.and_then(|own| own.get("template")).and_then(Value::as_str).unwrap_or("default");
        if is_detached || template == environment {
            return None;
        }
        self.script(template, name, left.checked_sub(1)?)
    }

    /// The commands of a script with their lines; one that starts with the name of another script runs that.
    fn commands(&self, environment: &str, name: &str, left: u32) -> Vec<(u32, String)> {
        let Some((owner, script)) = self.script(environment, name, DEPTH) else { return Vec::new() };
        let listed = script.as_array().into_iter().flatten().filter_map(Value::as_str);
        let all = script.as_str().into_iter().chain(listed);
        all.flat_map(|command| {
            let line = self.line(&owner, name, command);
            // `- ` before a command lets it fail.
            let (command, end) = command.strip_prefix("- ").map_or((command, ""), |command| (command, " || true"));
            let first = command.split_whitespace().next().unwrap_or("");
            let inner = match left.checked_sub(1) {
                Some(left) if first != name => self.commands(environment, first, left),
                _ => Vec::new(),
            };
            match inner.is_empty() {
                true => vec![(line, format!("{}{end}", without_arguments(command)))],
                false => inner.into_iter().map(|(line, command)| (line, format!("{command}{end}"))).collect(),
            }
        })
        .collect()
    }

    /// The line of a command: the first that has it behind the script's name.
    fn line(&self, environment: &str, name: &str, command: &str) -> u32 {
        let head = format!("envs.{environment}");
        let lines = || self.text.lines().enumerate();
        let from = lines().find(|(_, line)| line.starts_with('[') && line.contains(&head)).map_or(0, |(at, _)| at);
        let key = |line: &str| line.split('=').next().unwrap_or("").trim().trim_matches('"').to_owned();
        let is_key = |line: &str| key(line).rsplit('.').next() == Some(name) || line.contains(&format!("{name} ="));
        let named = lines().skip(from).find(|(_, line)| is_key(line)).map_or(from, |(at, _)| at);
        number(lines().skip(named).find(|(_, line)| line.contains(command)).map_or(named, |(at, _)| at))
    }
}

/// `{args:src tests}` is what it says where a call gives no arguments, `{args}` nothing.
fn without_arguments(command: &str) -> String {
    static ARGS: LazyLock<Regex> = LazyLock::new(|| fixed(r"\{args(?::([^{}]*))?\}"));
    ARGS.replace_all(command, "$1").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::tests::ends;

    const FILE: &str = r#"[project.optional-dependencies]
docs = ["mkdocs"]
[tool.hatch.envs.default.scripts]
docs = "mkdocs serve"
style = "ruff check {args:src tests}"
all = [
  "style --fix",
  "- mypy .",
]
[tool.hatch.envs.lint]
scripts.types = "pyright"
[tool.hatch.envs.alone]
detached = true
"#;

    fn led(text: &str) -> Vec<String> {
        ends(&[("pyproject.toml", FILE)], text, "")
    }

    #[test]
    fn a_script_is_found_by_its_very_name_in_its_environment() {
        assert_eq!(led("hatch run style"), ["pyproject.toml:5 ruff check src tests"]);
        for call in ["hatch run lint:types", "hatch -e lint run types", "hatch env run --env lint -- types"] {
            assert_eq!(led(call), ["pyproject.toml:11 pyright"], "{call}");
        }
        assert_eq!(led("hatch run lint:style"), ["pyproject.toml:5 ruff check src tests"]);
        assert!(led("hatch run alone:style").is_empty());
    }

    #[test]
    fn a_script_leads_to_others_and_may_let_a_command_fail() {
        assert_eq!(
            led("hatch run all && true"),
            ["pyproject.toml:5 ruff check src tests", "pyproject.toml:8 mypy . || true"]
        );
    }

    #[test]
    fn a_program_is_no_script_that_names_it() {
        for call in ["hatch run mkdocs build --strict", "hatch run types", "hatch build", "hatch run python -m pytest"]
        {
            assert!(led(call).is_empty(), "{call}");
        }
    }
}
