//! tox and nox: the part of their file that is named, all of it where none is.

use std::sync::LazyLock;

use regex::Regex;

use super::{Follow, Place, fixed, has_any, number};

/// A tool that runs environments of a file.
struct Tool {
    call: Regex,
    files: &'static [&'static str],
    /// The line that an environment starts with.
    head: Regex,
}

static TOOLS: LazyLock<[Tool; 2]> = LazyLock::new(|| {
    [
        Tool {
            call: fixed(r"(?:^|[\s;&|(/])(?:tox|tox-uv)(?:$|\s[^;&|]*)"),
            files: &["tox.ini", "tox.toml", "pyproject.toml", "setup.cfg"],
            head: fixed(r"^\[(?:testenv:|env\.|tool\.tox\.env\.)?([\w.{},:-]+)"),
        },
        Tool {
            call: fixed(r"(?:^|[\s;&|(/])nox(?:$|\s[^;&|]*)"),
            files: &["noxfile.py"],
            head: fixed(r"^def\s+([\w.{},:-]+)"),
        },
    ]
});
static NAMED: LazyLock<Regex> = LazyLock::new(|| fixed(r"\s-(?:e|s|session|-sessions?|-env)[\s=]*([\w.,{}:-]+)"));

impl Follow<'_, '_> {
    pub(super) fn python(&mut self, text: &str, folder: &str, depth: u32) {
        if !has_any(text, &["tox", "nox"]) {
            return;
        }
        for tool in TOOLS.iter() {
            let Some(call) = tool.call.find(text) else { continue };
            let Some((path, file)) = self.text(folder, tool.files) else { continue };
            let named = NAMED.captures(call.as_str());
            let asked: Vec<String> =
                named.map(|found| found[1].split(',').map(str::to_owned).collect()).unwrap_or_default();
            if !self.is_new(&path, &asked.join(",")) {
                continue;
            }
            let mut here = true;
            for (at, line) in file.lines().enumerate() {
                if let Some(found) = tool.head.captures(line) {
                    here = is_asked(&asked, &found[1]);
                }
                if let Some(text) = command(line).filter(|_| here) {
                    let place = Place { path: &path, line: number(at), folder, is_known: true };
                    self.take(place, &text, depth - 1);
                }
            }
        }
    }
}

/// Whether an environment is one of those that are asked for: by its name, or by a factor of it.
fn is_asked(asked: &[String], name: &str) -> bool {
    let parts =
        asked.iter().flat_map(|name| name.split('-').map(str::to_owned).chain([name.clone(), name.replace('-', "_")]));
    asked.is_empty() || name.starts_with("testenv") || parts.into_iter().any(|part| name.contains(&part))
}

/// The command on a line; a list of packages to install is none.
fn command(line: &str) -> Option<String> {
    let clean = line.trim().trim_start_matches("commands").trim_start_matches([' ', '=', '-']).trim();
    let text = clean.trim_start_matches("session.run(").replace("\", \"", " ").replace(['"', ',', '['], " ");
    let is_run = text.contains(' ') || clean.starts_with("session");
    let installs = clean.starts_with("deps") || clean.contains("install(");
    (is_run && !installs).then(|| text.trim().to_owned())
}
