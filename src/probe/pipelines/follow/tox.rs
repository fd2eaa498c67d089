//! tox: the part of its file that is named, all of it where none is.

use std::sync::LazyLock;

use regex::Regex;

use super::{Follow, Place, fixed, has_any, number};

static CALL: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?:^|[\s;&|(/])(?:tox|tox-uv)(?:$|\s[^;&|]*)"));
/// Files with environments.
const FILES: &[&str] = &["tox.ini", "tox.toml", "pyproject.toml", "setup.cfg"];
/// The line that an environment starts with.
static HEAD: LazyLock<Regex> = LazyLock::new(|| fixed(r"^\[(?:testenv:|env\.|tool\.tox\.env\.)?([\w.{},:-]+)"));
static NAMED: LazyLock<Regex> = LazyLock::new(|| fixed(r"\s-(?:e|-env)[\s=]*([\w.,{}:-]+)"));

impl Follow<'_, '_> {
    pub(super) fn tox(&mut self, text: &str, folder: &str, depth: u32) {
        if !has_any(text, &["tox"]) {
            return;
        }
        let Some(call) = CALL.find(text) else { return };
        let Some((path, file)) = self.text(folder, FILES) else { return };
        let named = NAMED.captures(call.as_str());
        let asked: Vec<String> =
            named.map(|found| found[1].split(',').map(str::to_owned).collect()).unwrap_or_default();
        if !self.is_new(&path, &asked.join(",")) {
            return;
        }
        let mut here = true;
        for (at, line) in file.lines().enumerate() {
            if let Some(found) = HEAD.captures(line) {
                here = is_asked(&asked, &found[1]);
            }
            if let Some(text) = command(line).filter(|_| here) {
                let place = Place { path: &path, line: number(at), folder, is_known: true };
                self.take(place, &text, depth - 1);
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
    let text = clean.replace("\", \"", " ").replace(['"', ',', '['], " ");
    (text.contains(' ') && !clean.starts_with("deps")).then(|| text.trim().to_owned())
}
