//! invoke and duty, whose tasks are functions of `tasks.py` and `duties.py`: what a task starts by its context, what it runs
//! before and after itself, and what it hands its context to.

use std::collections::BTreeSet;

use crate::probe::python::outline::{Call, Function, Outline, Value};

use super::super::functions::{commands, handed};
use super::super::words::calls;
use super::super::{Follow, Place};

/// What a context starts programs by.
const RUNS: &[&str] = &["run", "sudo", "capture"];

impl Follow<'_, '_> {
    pub(super) fn functions(&mut self, text: &str, folder: &str, depth: u32) {
        for call in calls(text, &["invoke", "inv", "duty"]) {
            let (files, decorator): (&[&str], _) = match call.program.as_str() {
                "duty" => (&["duties.py"], "duty"),
                _ => (&["tasks.py", "tasks/__init__.py"], "task"),
            };
            let Some((path, text)) = self.text(folder, files) else { continue };
            let outline = self.files.outline(&path, &text);
            let outline = match outline.as_ref() {
                Ok(outline) => outline,
                Err(reason) => {
                    self.files.miss(format!("{reason}, so that its tasks are not known"));
                    continue;
                }
            };
            let asked = call.words.iter().take_while(|word| *word != "--").filter(|word| !word.starts_with('-'));
            let asked: Vec<usize> = asked.flat_map(|name| named(outline, decorator, name)).collect();
            for (at, context) in reached(outline, decorator, &asked) {
                let function = &outline.functions[at];
                if !self.is_new(&path, &function.name) {
                    continue;
                }
                let is_known = !function.calls.iter().any(|call| call.name == format!("{context}.cd"));
                for (line, command) in commands(function, &context, RUNS, outline) {
                    for command in command.iter().flat_map(|command| command.lines()).map(str::trim) {
                        let place = Place { path: &path, line, folder, is_known };
                        self.take(place, command, depth - 1);
                    }
                }
            }
        }
    }
}

/// The decorator that makes a function a task.
fn decorated<'o>(function: &'o Function, decorator: &str) -> Option<&'o Call> {
    function.decorators.iter().find(|one| one.name.rsplit('.').next() == Some(decorator))
}

/// The tasks of a name; `-` and `_` are one, and what stands before a dot names a collection.
fn named(outline: &Outline, decorator: &str, name: &str) -> Vec<usize> {
    let plain = |name: &str| name.replace('-', "_");
    let asked = plain(name.rsplit('.').next().unwrap_or(name));
    let is_one = |function: &Function| {
        let Some(task) = decorated(function, decorator) else { return false };
        let told = ["name", "aliases"].iter().filter_map(|key| task.keyword(key)).flat_map(Value::texts);
        told.chain([function.name.as_str()]).any(|name| plain(name) == asked)
    };
    (0..outline.functions.len()).filter(|at| is_one(&outline.functions[*at])).collect()
}

/// The functions that tasks reach, each with the name of its context.
fn reached(outline: &Outline, decorator: &str, asked: &[usize]) -> BTreeSet<(usize, String)> {
    let first = |at: usize| outline.functions[at].parameters.first().cloned().unwrap_or_default();
    let mut open: Vec<(usize, String)> = asked.iter().map(|at| (*at, first(*at))).collect();
    let mut seen = BTreeSet::new();
    while let Some((at, context)) = open.pop() {
        if !seen.insert((at, context.clone())) {
            continue;
        }
        let function = &outline.functions[at];
        open.extend(handed(function, &context, outline));
        let Some(task) = decorated(function, decorator) else { continue };
        let around = ["pre", "post"].iter().filter_map(|key| task.keyword(key)).chain(&task.arguments);
        for name in around.flat_map(names) {
            open.extend(named(outline, decorator, name).into_iter().map(|at| (at, first(at))));
        }
    }
    seen
}

/// Tasks by name or by function.
fn names(value: &Value) -> Vec<&str> {
    match value {
        Value::Name(name) | Value::Text(name) => vec![name],
        Value::List(items) => items.iter().flat_map(names).collect(),
        Value::Bool(_) | Value::Starred(_) | Value::Called(_) | Value::Unknown => Vec::new(),
    }
}
