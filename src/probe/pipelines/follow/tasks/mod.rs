//! Runners that keep tasks in tables of TOML: poe, pdm, rye, taskipy, mise and pixi, each after its own documentation. A task
//! is one command, several, or a list of other tasks, and may need some before it. Those that are written in a language are
//! in `functions` and `rake`.

mod functions;
mod rake;
mod runner;
#[cfg(test)]
mod tests;

use super::table::{Item, Value};
use super::words::{calls, words};
use super::{Follow, Place, join};
use runner::{Lists, PROGRAMS, Runner, asked, runner};

/// Keys with tasks that run before a task.
const BEFORE: &[&str] = &["deps", "depends", "depends-on", "depends_on"];
/// Keys with a command, as a text or in words.
const COMMANDS: &[&str] = &["cmd", "shell"];
/// Keys with parts that are tasks or commands.
const PARTS: &[&str] = &["sequence", "parallel", "composite", "chain", "switch"];

/// The tasks that one call can name.
struct Tasks {
    runner: &'static Runner,
    /// Tables with tasks, and their files.
    tables: Vec<(String, Item)>,
}

/// Where a task is read, and where it runs.
#[derive(Clone, Copy)]
struct At<'a> {
    path: &'a str,
    folder: &'a str,
    is_known: bool,
    depth: u32,
    /// Whether its failure does not count.
    is_soft: bool,
}

impl Follow<'_, '_> {
    pub(super) fn tasks(&mut self, text: &str, folder: &str, depth: u32) {
        for call in calls(text, PROGRAMS) {
            let Some(runner) = runner(&call.program) else { continue };
            let names = asked(runner, &call);
            if names.is_empty() {
                continue;
            }
            let tasks = Tasks { runner, tables: self.tables(runner, folder) };
            for name in names {
                self.task(&tasks, &name, folder, depth);
            }
        }
        self.functions(text, folder, depth);
        self.rake(text, folder, depth);
    }

    /// The tables with the tasks of a runner, of the first file that has some.
    fn tables(&mut self, runner: &Runner, folder: &str) -> Vec<(String, Item)> {
        for (file, keys) in runner.files {
            let Some((path, root)) = self.toml(folder, file) else { continue };
            let mut found = Vec::new();
            let Some(own) = root.at(keys) else { continue };
            found.extend(runner::tables(runner, own).into_iter().map(|table| (path.clone(), table.clone())));
            for other in runner::included(runner, own) {
                let Some((path, root)) = self.toml(folder, other) else { continue };
                let tables = [root.at(&["tool", "poe"]), Some(&root)].into_iter().flatten();
                let tables = tables.flat_map(|own| runner::tables(runner, own));
                found.extend(tables.map(|table| (path.clone(), table.clone())));
            }
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// A file of TOML; that it does not parse is a reason why more may run.
    fn toml(&mut self, folder: &str, name: &str) -> Option<(String, Item)> {
        let (path, text) = self.text(folder, &[name])?;
        match self.files.table(&path, &text).as_ref() {
            Ok(root) => Some((path, root.clone())),
            Err(reason) => {
                self.files.miss(format!("{reason}, so that its tasks are not known"));
                None
            }
        }
    }

    /// A task by its name, with what comes before and after it by its own.
    fn task(&mut self, tasks: &Tasks, name: &str, folder: &str, depth: u32) {
        let hooks = tasks.runner.has_hooks;
        let names =
            [hooks.then(|| format!("pre_{name}")), Some(name.to_owned()), hooks.then(|| format!("post_{name}"))];
        for name in names.into_iter().flatten() {
            for (path, table) in &tasks.tables {
                for (own, item) in table.entries().iter().filter(|(own, item)| is_named(own, item, &name)) {
                    if self.is_new(path, &format!("{} {own}:{}", tasks.runner.programs[0], item.line)) {
                        self.part(tasks, item, At { path, folder, is_known: true, depth, is_soft: false });
                    }
                }
            }
        }
    }

    /// A task, or a part of one.
    fn part(&mut self, tasks: &Tasks, item: &Item, at: At<'_>) {
        match &item.value {
            Value::Text(text) => self.lines(item.line, text, tasks.runner.is_of_lines, at),
            Value::List(items) => match tasks.runner.lists {
                Lists::Words => self.command(item.line, &item.texts().join(" "), at),
                Lists::Commands => items.iter().for_each(|item| self.part(tasks, item, at)),
                Lists::Tasks => items.iter().for_each(|item| self.either(tasks, item, at)),
            },
            Value::Table(_) => self.table(tasks, item, at),
            Value::Flag(_) | Value::Other => {}
        }
    }

    fn table(&mut self, tasks: &Tasks, item: &Item, at: At<'_>) {
        let folder = ["cwd", "dir", "working_dir"].iter().find_map(|key| item.get(key)).map(|item| item.text());
        let below = folder.flatten().and_then(|folder| join(at.folder, folder));
        let is_known = at.is_known && (folder.is_none() || below.is_some());
        let is_soft = at.is_soft || item.get("ignore_fail").is_some_and(Item::is_true);
        let at = At { is_known, is_soft, folder: below.as_deref().unwrap_or(at.folder), ..at };
        BEFORE.iter().filter_map(|key| item.get(key)).for_each(|needed| self.needed(tasks, needed, at));
        for command in COMMANDS.iter().filter_map(|key| item.get(key)) {
            match command.text() {
                Some(text) => self.lines(command.line, text, item.get("shell").is_some(), at),
                None => self.command(command.line, &command.texts().join(" "), at),
            }
        }
        if let Some(run) = item.get("run") {
            self.part(tasks, run, at);
        }
        for name in ["ref", "task"].iter().filter_map(|key| item.get(key)) {
            self.needed(tasks, name, at);
        }
        for part in PARTS.iter().filter_map(|key| item.get(key)).flat_map(Item::items) {
            match part.items() {
                [] => self.either(tasks, part, at),
                parts => parts.iter().for_each(|part| self.either(tasks, part, at)),
            }
        }
        item.get("depends_post").into_iter().for_each(|needed| self.needed(tasks, needed, at));
    }

    /// Tasks by their names: one or several, each with what it is told, or in a table that says more.
    fn needed(&mut self, tasks: &Tasks, item: &Item, at: At<'_>) {
        let name = item.text().or_else(|| item.get("task")?.text()).or_else(|| item.items().first()?.text());
        if item.items().is_empty() {
            let first = name.and_then(|name| words(name).into_iter().next());
            first.into_iter().for_each(|name| self.task(tasks, &name, at.folder, at.depth));
            return;
        }
        item.items().iter().for_each(|item| self.needed(tasks, item, at));
    }

    /// A task where one has the name, else a command.
    fn either(&mut self, tasks: &Tasks, item: &Item, at: At<'_>) {
        let Some(text) = item.text() else { return self.part(tasks, item, at) };
        let first = words(text).into_iter().next().unwrap_or_default();
        let is_task = tasks.tables.iter().any(|(_, table)| table.get(&first).is_some());
        match is_task {
            true => self.task(tasks, &first, at.folder, at.depth),
            false => self.command(item.line, text, at),
        }
    }

    /// A text of several lines: each a command, or all of them one.
    fn lines(&mut self, line: u32, text: &str, is_of_lines: bool, at: At<'_>) {
        if !is_of_lines {
            return self.command(line, &text.split_whitespace().collect::<Vec<_>>().join(" "), at);
        }
        for (more, text) in (0..).zip(text.lines()) {
            self.command(line + more, text.trim(), at);
        }
    }

    fn command(&mut self, line: u32, text: &str, at: At<'_>) {
        if text.is_empty() || text.starts_with('#') {
            return;
        }
        let At { path, folder, is_known, depth, is_soft } = at;
        let text = if is_soft { format!("{text} || true") } else { text.to_owned() };
        self.take(Place { path, line, folder, is_known }, &text, depth - 1);
    }
}

/// Whether a task has a name or an alias; `lint:*` names all that begin so.
fn is_named(own: &str, item: &Item, name: &str) -> bool {
    let is_alias = || item.get("alias").is_some_and(|alias| alias.texts().contains(&name));
    match name.strip_suffix('*') {
        Some(start) if !start.is_empty() => own.starts_with(start),
        _ => own == name || is_alias(),
    }
}
