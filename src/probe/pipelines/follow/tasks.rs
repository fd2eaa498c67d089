//! Runners that keep tasks in `pyproject.toml`, a `Rakefile` or a file of their own: the lines after the task's name.

use std::sync::LazyLock;

use regex::Regex;

use super::{Follow, Place, fixed, has_any, number};

static CALL: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?:^|[\s;&|(/])(poe|poethepoet|pdm|invoke|inv|mise|taskipy|duty|rake|rails|rye|pixi)\s+(?:(?:run|r)\s+)?(?:-\S+\s+)*([\w:.-]+)",
    )
});
/// One of these is in every call.
const RUNNERS: &[&str] = &["poe", "pdm", "inv", "mise", "taskipy", "duty", "rake", "rails", "rye", "pixi"];
/// Lines that belong to a task, at most.
const LINES: usize = 8;

impl Follow<'_, '_> {
    pub(super) fn tasks(&mut self, text: &str, folder: &str, depth: u32) {
        if !has_any(text, RUNNERS) {
            return;
        }
        for found in CALL.captures_iter(text) {
            let names: &[&str] = match &found[1] {
                "rake" | "rails" => &["Rakefile", "rakefile"],
                "invoke" | "inv" => &["tasks.py"],
                "duty" => &["duties.py"],
                "mise" => &["mise.toml", ".mise.toml"],
                "pixi" => &["pixi.toml", "pyproject.toml"],
                _ => &["pyproject.toml"],
            };
            let Some((path, file)) = self.text(folder, names) else { continue };
            let task = found[2].rsplit(':').next().unwrap_or("").to_owned();
            if !self.is_new(&path, &task) {
                continue;
            }
            let lines: Vec<&str> = file.lines().collect();
            for (at, _) in lines.iter().enumerate().filter(|(_, line)| names_task(line, &task)) {
                let is_own =
                    |(more, text): &(usize, &&str)| *more == 0 || !(text.trim().is_empty() || text.starts_with('['));
                for (more, text) in lines[at..].iter().take(LINES).enumerate().take_while(is_own) {
                    let text = text.replace(['"', '\'', ',', '[', ']', '{', '}', '='], " ");
                    let place = Place { path: &path, line: number(at + more), folder, is_known: true };
                    self.take(place, text.trim(), depth - 1);
                }
            }
        }
    }
}

/// Whether a task's name is a word of a line; `-` and `_` are one.
fn names_task(line: &str, task: &str) -> bool {
    let same = line.replace('-', "_");
    let task = task.replace('-', "_");
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    !task.is_empty()
        && same
            .match_indices(&task)
            .any(|(at, _)| !is_word(line[..at].chars().next_back()) && !is_word(line[at + task.len()..].chars().next()))
}
