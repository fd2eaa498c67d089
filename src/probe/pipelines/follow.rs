//! Where a command of a pipeline leads: into a script of `package.json`, a target of a `Makefile`, a recipe of a `justfile`,
//! an environment of tox, a session of nox, a script file of the repository. One file for each kind of runner.

mod files;
mod functions;
mod hatch;
pub(crate) mod nox;
mod package;
mod scripts;
mod table;
mod targets;
mod tasks;
#[cfg(test)]
mod tests;
pub(crate) mod tox;
pub(crate) mod words;

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::LazyLock;

use regex::Regex;

use crate::probe::builds::join;

pub(crate) use files::Files;
use files::Led;

/// How far one command leads to another.
const DEPTH: u32 = 5;
/// Parts of files that one command leads to.
const MOST_PARTS: usize = 200;
/// Commands that one command leads to; where there are so many, there may be more.
pub(crate) const MOST_COMMANDS: usize = 20_000;

/// Reads files of the repository by path.
pub(crate) type Read<'r> = dyn Fn(&str, u64) -> Option<String> + 'r;

/// A command, and where it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) path: String,
    pub(crate) line: u32,
    pub(crate) text: String,
    /// The folder it runs in, where that is known; empty is the root.
    pub(crate) folder: Option<String>,
    /// Whether its calls of tox and nox are followed whole: what these do is what the commands do that it leads to.
    pub(crate) is_whole: bool,
}

/// Where a command stands and runs.
#[derive(Clone, Copy)]
struct Place<'p> {
    path: &'p str,
    line: u32,
    folder: &'p str,
    /// Whether it runs there for sure.
    is_known: bool,
}

fn fixed(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

/// Whether a command runs hooks: those of pre-commit, prek or lefthook.
pub(crate) fn runs_hooks(text: &str) -> bool {
    static HOOKS: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"(?:^|[\s;&|(/])(?:(?:pre-commit|prek)\s+(?:run|try-repo|\S*all-files)|lefthook\s+run|grunt-hooks)|^\s*(?:uvx\s+)?prek\s*$",
        )
    });
    HOOKS.is_match(text) && !text.contains("install")
}

/// The command itself and all that it leads to.
pub(crate) fn follow(files: &Files<'_>, start: Command) -> Vec<Command> {
    let folder = start.folder.as_deref().unwrap_or("");
    let led = files.led((folder, &start.text), || {
        let mut follow = Follow { files, seen: BTreeSet::new(), found: Vec::new() };
        let is_whole = follow.lead(&start.text, folder, DEPTH);
        Led { commands: follow.found, is_whole }
    });
    let start = Command { is_whole: led.is_whole, ..start };
    std::iter::once(start).chain(led.commands.iter().cloned()).collect()
}

/// One command that is followed.
struct Follow<'f, 'r> {
    files: &'f Files<'r>,
    /// Parts of files that were entered: none is entered twice, so that circles end.
    seen: BTreeSet<String>,
    found: Vec<Command>,
}

impl Follow<'_, '_> {
    /// The first of these files that is in the folder.
    fn text(&self, folder: &str, names: &[&str]) -> Option<(String, Rc<str>)> {
        names
            .iter()
            .filter_map(|name| join(folder, name))
            .find_map(|path| Some((path.clone(), self.files.text(&path)?)))
    }

    /// Whether a file's part is new.
    fn is_new(&mut self, path: &str, part: &str) -> bool {
        self.seen.len() < MOST_PARTS && self.seen.insert(format!("{path}#{part}"))
    }

    /// A command that another one leads to, and all that it leads to itself.
    fn take(&mut self, place: Place<'_>, text: &str, depth: u32) {
        if self.found.len() >= MOST_COMMANDS {
            return;
        }
        let Place { path, line, folder, is_known } = place;
        let (path, own) = (path.to_owned(), is_known.then(|| folder.to_owned()));
        let at = self.found.len();
        self.found.push(Command { path, line, text: text.to_owned(), folder: own, is_whole: false });
        self.found[at].is_whole = self.lead(text, folder, depth);
    }

    /// Follows a command, and says whether its calls of tox and nox are followed whole.
    fn lead(&mut self, text: &str, folder: &str, depth: u32) -> bool {
        static INSTALLS: LazyLock<Regex> = LazyLock::new(|| {
            fixed(
                r"^\s*(?:sudo\s+)?(?:python3?\s+-m\s+)?(?:pip3?|pipx|uv|npm|pnpm|yarn|gem|apt|apt-get|brew|apk|dnf|choco|cargo|go)\s+(?:-\S+\s+)*(?:tool\s+|pip\s+)?(?:install|add|i|ci)\b[^;&|]*$",
            )
        });
        if depth == 0 || text.trim_start().starts_with('#') || INSTALLS.is_match(text) {
            return false;
        }
        let below = below(text, folder);
        let folder = below.as_deref().unwrap_or(folder);
        self.package(text, folder, depth);
        self.composer(text, folder, depth);
        self.targets(text, folder, depth);
        let runners = [self.tox(text, folder, depth), self.nox(text, folder, depth)];
        self.hatch(text, folder, depth);
        self.tasks(text, folder, depth);
        self.scripts(text, folder, depth);
        runners.into_iter().flatten().reduce(|one, other| one && other).unwrap_or(false)
    }
}

/// The folder that a command itself goes to: `cd web && npm run lint` and `npm --prefix web run lint` run below.
pub(crate) fn below(text: &str, folder: &str) -> Option<String> {
    static BELOW: LazyLock<Regex> =
        LazyLock::new(|| fixed(r"(?:^|[\s;&|(])(?:cd|--prefix|--dir|--cwd|-C)[\s=]+([\w./-]+)"));
    BELOW.captures(text).and_then(|found| join(folder, &found[1]))
}

/// Whether a command has one of the words without which a pattern need not be asked, nor compiled.
fn has_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// The folder of a file; empty is the root.
fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A line's number, from 1.
fn number(at: usize) -> u32 {
    u32::try_from(at + 1).unwrap_or(0)
}
