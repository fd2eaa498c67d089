//! Runners that are told by name which of their tasks to run: composer, tox, nox, and those that keep tasks in
//! `pyproject.toml`, a `Rakefile` or a file of their own.

use std::sync::LazyLock;

use regex::Regex;

use super::{Command, Follow, fixed, line_of};

static COMPOSER: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"(?:^|[\s;&|(@])composer\s+(?:-\S+\s+)*(?:run\s+|run-script\s+)?(?:-\S+\s+)*([\w:.-]+)"));
static TOX: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?:^|[\s;&|(/])(?:tox|tox-uv)(?:$|\s[^;&|]*)"));
static NOX: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?:^|[\s;&|(/])nox(?:$|\s[^;&|]*)"));
static TASKS: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?:^|[\s;&|(/])(poe|poethepoet|pdm|hatch|invoke|inv|mise|taskipy|duty|rake|rails|rye|pixi)\s+(?:(?:run|r)\s+)?(?:-\S+\s+)*([\w:.-]+)",
    )
});

impl Follow<'_> {
    /// Scripts of `composer.json`.
    pub(super) fn composer(&mut self, text: &str, folder: &str, depth: u32) {
        for found in COMPOSER.captures_iter(text) {
            let Some((path, json)) = self.text(folder, &["composer.json"]) else { continue };
            let Ok(root) = serde_json::from_str::<serde_json::Value>(&json) else { continue };
            let name = &found[1];
            let Some(script) = root.get("scripts").and_then(|scripts| scripts.get(name)) else { continue };
            if !self.is_new(&path, name) {
                continue;
            }
            let line = line_of(&json, &format!("\"{name}\":"));
            let one = script.as_str().into_iter();
            let all = script.as_array().into_iter().flatten().filter_map(serde_json::Value::as_str);
            for text in one.chain(all) {
                let text = text.strip_prefix('@').map_or_else(|| text.to_owned(), |name| format!("composer {name}"));
                self.take(Command { path: path.clone(), line, text }, folder, depth - 1);
            }
        }
    }

    /// tox and nox: the part of their file that is named, all of it where none is.
    pub(super) fn python(&mut self, text: &str, folder: &str, depth: u32) {
        static NAMED: LazyLock<Regex> =
            LazyLock::new(|| fixed(r"\s-(?:e|s|session|-sessions?|-env)[\s=]*([\w.,{}:-]+)"));
        for (tool, names, heads) in [
            (
                &TOX,
                ["tox.ini", "tox.toml", "pyproject.toml", "setup.cfg"].as_slice(),
                r"^\[(?:testenv:|env\.|tool\.tox\.env\.)?",
            ),
            (&NOX, ["noxfile.py"].as_slice(), r"^def\s+"),
        ] {
            let Some(call) = tool.find(text) else { continue };
            let Some((path, file)) = self.text(folder, names) else { continue };
            let asked: Vec<String> = NAMED
                .captures(call.as_str())
                .map_or_else(Vec::new, |found| found[1].split(',').map(str::to_owned).collect());
            if !self.is_new(&path, &asked.join(",")) {
                continue;
            }
            let head = fixed(&format!(r"{heads}([\w.{{}},:-]+)"));
            let mut here = true;
            let parts: Vec<String> = asked
                .iter()
                .flat_map(|name| name.split('-').map(str::to_owned).chain([name.clone(), name.replace('-', "_")]))
                .collect();
            for (at, line) in file.lines().enumerate() {
                if let Some(found) = head.captures(line) {
                    let name = &found[1];
                    here = asked.is_empty()
                        || parts.iter().any(|part| name == part || name.contains(part.as_str()))
                        || name.starts_with("testenv");
                }
                let clean = line.trim().trim_start_matches("commands").trim_start_matches([' ', '=', '-']).trim();
                if here && !clean.is_empty() {
                    let line = u32::try_from(at + 1).unwrap_or(0);
                    let text =
                        clean.trim_start_matches("session.run(").replace("\", \"", " ").replace(['"', ',', '['], " ");
                    // A list of packages to install is no run of them.
                    if !clean.starts_with("deps")
                        && !clean.contains("install(")
                        && (text.contains(' ') || clean.starts_with("session"))
                    {
                        self.take(
                            Command { path: path.clone(), line, text: text.trim().to_owned() },
                            folder,
                            depth - 1,
                        );
                    }
                }
            }
        }
    }

    /// Runners whose tasks are in a file of their language: the lines after the task's name.
    pub(super) fn tasks(&mut self, text: &str, folder: &str, depth: u32) {
        for found in TASKS.captures_iter(text) {
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
            let word = fixed(&format!(r"\b{}\b", regex::escape(&task).replace("\\-", "[-_]")));
            let lines: Vec<&str> = file.lines().collect();
            for (at, _) in lines.iter().enumerate().filter(|(_, line)| word.is_match(line)) {
                for (more, text) in lines[at..].iter().take(8).enumerate() {
                    if more > 0 && (text.trim().is_empty() || text.starts_with('[')) {
                        break;
                    }
                    let line = u32::try_from(at + more + 1).unwrap_or(0);
                    let text = text.replace(['"', '\'', ',', '[', ']', '{', '}', '='], " ").trim().to_owned();
                    self.take(Command { path: path.clone(), line, text }, folder, depth - 1);
                }
            }
        }
    }
}
