//! The runners with tables of tasks: where each keeps them, and how a call names one.

use super::super::table::Item;
use super::super::words::Call;

/// One runner.
#[derive(Debug)]
pub(super) struct Runner {
    pub(super) programs: &'static [&'static str],
    /// Files and the keys that lead to what it reads there, in its order.
    pub(super) files: &'static [(&'static str, &'static [&'static str])],
    /// The key of the table with tasks.
    table: &'static str,
    /// Words by which a call runs a task; where there is none, the task follows at once.
    runs: &'static [&'static str],
    /// Its own commands, which no task takes the place of; `None` where a task follows only those words.
    own: Option<&'static [&'static str]>,
    /// Options with a value.
    with_value: &'static [&'static str],
    /// Whether tasks named `pre_x` and `post_x` run around `x`.
    pub(super) has_hooks: bool,
    /// Whether each line of a text is a command.
    pub(super) is_of_lines: bool,
    pub(super) lists: Lists,
}

/// What a list is that stands for a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lists {
    /// A command in words.
    Words,
    Commands,
    Tasks,
}

/// All programs that run tasks of tables.
pub(super) const PROGRAMS: &[&str] = &["poe", "poethepoet", "pdm", "rye", "task", "taskipy", "mise", "pixi"];

const RUNNERS: &[Runner] = &[
    // poethepoet.natn.io, "Defining tasks".
    Runner {
        programs: &["poe", "poethepoet"],
        files: &[("pyproject.toml", &["tool", "poe"]), ("poe_tasks.toml", &["tool", "poe"]), ("poe_tasks.toml", &[])],
        table: "tasks",
        runs: &[],
        own: Some(&[]),
        with_value: &["-C", "--directory", "-e", "--executor", "-X"],
        has_hooks: false,
        is_of_lines: false,
        lists: Lists::Tasks,
    },
    // pdm-project.org, "PDM Scripts".
    Runner {
        programs: &["pdm"],
        files: &[("pyproject.toml", &["tool", "pdm"])],
        table: "scripts",
        runs: &["run"],
        own: Some(&[
            "add",
            "build",
            "cache",
            "completion",
            "config",
            "export",
            "fix",
            "import",
            "info",
            "init",
            "install",
            "list",
            "lock",
            "new",
            "outdated",
            "plugin",
            "publish",
            "py",
            "python",
            "remove",
            "search",
            "self",
            "show",
            "sync",
            "update",
            "use",
            "venv",
        ]),
        with_value: &["-p", "--project", "-c", "--config", "--venv"],
        has_hooks: true,
        is_of_lines: true,
        lists: Lists::Words,
    },
    // rye.astral.sh, "Scripts".
    Runner {
        programs: &["rye"],
        files: &[("pyproject.toml", &["tool", "rye"])],
        table: "scripts",
        runs: &["run", "r"],
        own: None,
        with_value: &["--pyproject"],
        has_hooks: false,
        is_of_lines: true,
        lists: Lists::Words,
    },
    // taskipy, "General": its program is `task`, as is that of another runner, which has files of its own.
    Runner {
        programs: &["task", "taskipy"],
        files: &[("pyproject.toml", &["tool", "taskipy"])],
        table: "tasks",
        runs: &[],
        own: Some(&[]),
        with_value: &[],
        has_hooks: true,
        is_of_lines: true,
        lists: Lists::Words,
    },
    // mise.jdx.dev, "TOML-based Tasks" and "Task Configuration".
    Runner {
        programs: &["mise"],
        files: &[
            ("mise.toml", &[]),
            (".mise.toml", &[]),
            ("mise/config.toml", &[]),
            (".mise/config.toml", &[]),
            (".config/mise.toml", &[]),
            (".config/mise/config.toml", &[]),
        ],
        table: "tasks",
        runs: &["run", "r"],
        own: Some(&[
            "activate",
            "alias",
            "backends",
            "bin-paths",
            "cache",
            "completion",
            "config",
            "current",
            "deactivate",
            "doctor",
            "en",
            "env",
            "exec",
            "x",
            "fmt",
            "generate",
            "implode",
            "install",
            "i",
            "install-into",
            "latest",
            "link",
            "ln",
            "lock",
            "ls",
            "ls-remote",
            "outdated",
            "plugins",
            "prepare",
            "prune",
            "registry",
            "reshim",
            "search",
            "self-update",
            "set",
            "settings",
            "shell",
            "sync",
            "tasks",
            "t",
            "test-tool",
            "tool",
            "trust",
            "uninstall",
            "unset",
            "unuse",
            "upgrade",
            "up",
            "use",
            "u",
            "version",
            "watch",
            "w",
            "where",
            "which",
        ]),
        with_value: &["-C", "--cd", "-E", "--env", "-j", "--jobs", "-o", "--output", "-t", "--tool", "-s", "--shell"],
        has_hooks: false,
        is_of_lines: true,
        lists: Lists::Commands,
    },
    // pixi.sh, "Advanced Tasks".
    Runner {
        programs: &["pixi"],
        files: &[("pixi.toml", &[]), ("pyproject.toml", &["tool", "pixi"])],
        table: "tasks",
        runs: &["run", "r"],
        own: None,
        with_value: &["-e", "--environment", "--manifest-path", "-m", "--color", "-x", "--concurrent-downloads"],
        has_hooks: false,
        is_of_lines: true,
        lists: Lists::Tasks,
    },
];

pub(super) fn runner(program: &str) -> Option<&'static Runner> {
    RUNNERS.iter().find(|runner| runner.programs.contains(&program))
}

/// The names of the tasks that a call runs.
pub(super) fn asked(runner: &Runner, call: &Call) -> Vec<String> {
    let mut words = call.words.iter().map(String::as_str).peekable();
    let mut is_run = runner.runs.is_empty();
    let mut names = Vec::new();
    while let Some(word) = words.next() {
        if word.starts_with('-') {
            if runner.with_value.contains(&word) {
                words.next();
            }
            continue;
        }
        if !is_run && runner.runs.contains(&word) {
            is_run = true;
            continue;
        }
        let is_task = is_run || runner.own.is_some_and(|own| !own.contains(&word));
        if is_task && !word.contains('$') {
            names.push(word.trim_end_matches(')').to_owned());
        }
        // mise: `run lint ::: test` runs both.
        if !is_task || !words.any(|word| word == ":::") {
            break;
        }
    }
    names
}

/// The tables with tasks: the runner's own, and those of pixi's features and systems.
pub(super) fn tables<'i>(runner: &Runner, own: &'i Item) -> Vec<&'i Item> {
    let mut found: Vec<&Item> = own.get(runner.table).into_iter().collect();
    if runner.programs[0] == "pixi" {
        let of = |owner: &'i Item, key: &str| owner.get(key).map(Item::entries).unwrap_or_default();
        let features: Vec<&Item> = of(own, "feature").iter().map(|(_, feature)| feature).collect();
        let targets =
            features.iter().copied().chain([own]).flat_map(|owner| of(owner, "target")).map(|(_, target)| target);
        let targets: Vec<&Item> = targets.collect();
        found.extend(features.iter().chain(&targets).filter_map(|owner| owner.get(runner.table)));
    }
    found
}

/// Files of which poe takes over the tasks.
pub(super) fn included<'i>(runner: &Runner, own: &'i Item) -> Vec<&'i str> {
    let Some(include) = own.get("include").filter(|_| runner.programs[0] == "poe") else { return Vec::new() };
    let paths = include.items().iter().chain([include]).filter_map(|item| item.get("path")?.text());
    include.texts().into_iter().chain(paths).filter(|path| path.ends_with(".toml")).collect()
}
