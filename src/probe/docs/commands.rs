//! Whether the commands that a page shows run something that is there. Only what is certain is judged: a target that no
//! file of its tool names, in a repository where none of them may have more; a script below a folder that is there.

use std::sync::LazyLock;

use regex::Regex;

use super::page::Page;
use super::targets::{self, Targets, Tool};
use crate::world::{Class, ClassSet, Select, Swept, Tree, Want, WantId, Wants};

/// Commands that make a new project, with a `package.json` of its own.
static MAKES_PROJECTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(npm|yarn|pnpm|bun)\s+(init|create)\b|\b(npx|bunx|dlx)\s+(create-|degit)|\bcookiecutter\b")
        .expect("a fixed pattern")
});

/// What a command is, in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    /// It runs something that is there.
    Alive,
    /// It runs something that is not.
    Dead(String),
}

/// What the repository's tools can run.
pub(super) struct Known<'s> {
    targets: Vec<(&'s str, &'s Targets)>,
    tree: &'s Tree,
}

/// Registers the files that name targets, wherever they are: a page may speak of any.
pub(super) fn declare(wants: &mut Wants) -> WantId {
    let classes = ClassSet::of(&[Class::Src, Class::Tooling, Class::Example, Class::Docs, Class::Test, Class::Fixture]);
    let select = Select::bases(targets::FILES).of(classes);
    wants.add(Want::doc(select, "command targets", |file| Ok(targets::read(file.entry.base(), &file.text()))))
}

impl<'s> Known<'s> {
    pub(super) fn of(swept: &'s Swept, want: WantId) -> Known<'s> {
        let read = swept.get(want).own::<Targets>();
        let targets = read.filter_map(|(id, targets)| Some((swept.path(id), targets.ok()?))).collect();
        Known { targets, tree: swept.tree() }
    }

    /// Commands of a page that can be judged, with their lines.
    pub(super) fn judge(&self, path: &str, page: &Page) -> Vec<(u32, Judged)> {
        let mut judged = Vec::new();
        let mut fence = None;
        let mut elsewhere = false;
        for line in &page.code {
            if fence != Some(line.fence) {
                (fence, elsewhere) = (Some(line.fence), false);
            }
            for command in line.text.split("&&").flat_map(|part| part.split(';')) {
                let words: Vec<&str> = words(command);
                match words.as_slice() {
                    // In a folder that is not of this tree everything else is another project's.
                    ["cd", folder, ..] => elsewhere |= !self.has_folder(path, folder),
                    _ if elsewhere => {}
                    words => judged.extend(self.command(path, words, page).map(|command| (line.number, command))),
                }
            }
        }
        judged
    }

    fn has_folder(&self, path: &str, folder: &str) -> bool {
        let folder = folder.trim_start_matches("./").trim_end_matches('/');
        let own = path.rsplit_once('/').map_or(String::new(), |(own, _)| format!("{own}/"));
        folder.is_empty()
            || folder.starts_with("..")
            || [folder.to_owned(), format!("{own}{folder}")].iter().any(|at| self.tree.has_folder(at))
    }

    fn command(&self, path: &str, words: &[&str], page: &Page) -> Option<Judged> {
        match words {
            ["make", rest @ ..] if is_make(rest) => {
                let mut targets = rest.iter().filter(|word| is_target(word)).peekable();
                targets.peek()?;
                let judged: Vec<Judged> =
                    targets.map(|target| self.target(Tool::Make, target, page)).collect::<Option<_>>()?;
                judged.iter().find(|judged| **judged != Judged::Alive).or(judged.first()).cloned()
            }
            ["just", target] | ["just", target, ..] if is_target(target) => self.target(Tool::Just, target, page),
            ["npm" | "pnpm", "run" | "run-script", target, ..] if is_target(target) => {
                self.target(Tool::Npm, target, page)
            }
            ["sh" | "bash" | "python" | "python3" | "node" | "ruby", script, ..] => self.script(path, script),
            [script, ..] if script.starts_with("./") || script.contains('/') => self.script(path, script),
            _ => None,
        }
    }

    /// `None` where the tool has no file at the root of what the page speaks of, or may have more targets.
    fn target(&self, tool: Tool, target: &str, page: &Page) -> Option<Judged> {
        let mut own = self.targets.iter().filter(|(_, targets)| targets.tool == tool).peekable();
        own.peek()?;
        if own.clone().any(|(_, targets)| targets.names.contains(target)) {
            return Some(Judged::Alive);
        }
        // A page that makes a new project speaks of that one's scripts.
        if tool == Tool::Npm && page.code.iter().any(|line| MAKES_PROJECTS.is_match(&line.text)) {
            return None;
        }
        let is_open = own.any(|(_, targets)| targets.open);
        // A page may tell its reader to write the target first.
        let written = page
            .code
            .iter()
            .any(|line| line.text.contains(&format!("\"{target}\":")) || line.text.starts_with(&format!("{target}:")));
        let at_root = self.targets.iter().any(|(path, targets)| targets.tool == tool && !path.contains('/'));
        let is_file = self.tree.find(target).is_some() || self.tree.has_folder(target);
        let name = match tool {
            Tool::Make => "make",
            Tool::Just => "just",
            Tool::Npm => "npm run",
        };
        (at_root && !is_open && !written && !is_file).then(|| Judged::Dead(format!("{name} {target}")))
    }

    /// Judged only where the folder is there: then the script was, or was meant to be.
    fn script(&self, path: &str, script: &str) -> Option<Judged> {
        const ENDS: &[&str] = &[".sh", ".py", ".js", ".mjs", ".ts", ".rb", ".pl", ".ps1", ".bash"];
        const MADE: &[&str] = &["dist", "build", "target", "out", "bin", "node_modules", ".venv", "venv", "vendor"];
        let name = script.trim_start_matches("./");
        let (folder, base) = name.rsplit_once('/')?;
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
        let made = folder.split('/').any(|part| MADE.contains(&part) || part == "..");
        if !plain || made || name.starts_with('/') || !ENDS.iter().any(|end| base.ends_with(end)) {
            return None;
        }
        let own = path.rsplit_once('/').map_or(String::new(), |(own, _)| format!("{own}/"));
        let places = [name.to_owned(), format!("{own}{name}")];
        let ends = format!("/{name}");
        if places.iter().any(|place| self.tree.find(place).is_some())
            || self.tree.entries().iter().any(|entry| entry.path.ends_with(&ends))
        {
            return Some(Judged::Alive);
        }
        let root = folder.split('/').next().unwrap_or(folder);
        let ignored =
            self.tree.read(".gitignore", 64 * 1024).is_ok_and(|text| String::from_utf8_lossy(&text).contains(root));
        (self.tree.has_folder(folder) && !ignored).then(|| Judged::Dead(script.to_owned()))
    }
}

/// Words of a command: without the prompt, variables set before it, `sudo`, and what follows a comment or a pipe.
fn words(command: &str) -> Vec<&str> {
    static SET: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^[A-Z_][A-Z0-9_]*=").expect("a fixed pattern"));
    let command = command.trim().trim_start_matches(['$', '>', '%']).trim_start();
    let end = |word: &&str| !(word.starts_with(['#', '|', '>', '<']) || *word == "\\");
    let mut words: Vec<&str> = command.split_whitespace().take_while(end).collect();
    while words.first().is_some_and(|word| *word == "sudo" || SET.is_match(word)) {
        words.remove(0);
    }
    words
}

/// Whether these may be arguments of `make`, and no prose: options without values, variables, few targets.
fn is_make(rest: &[&str]) -> bool {
    let targets = rest.iter().filter(|word| !word.starts_with('-') && !word.contains('='));
    let plain = |word: &&str| {
        !word.starts_with('-') || word.starts_with("-j") || *word == "-s" || *word == "-k" || *word == "-B"
    };
    rest.iter().all(plain) && targets.clone().count() <= 2 && targets.clone().all(|word| *word != "sure")
}

/// Whether a word is the plain name of a target, no option, variable or blank to be filled in.
fn is_target(word: &str) -> bool {
    !word.starts_with('-')
        && word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_:./".contains(&byte))
        && !word.ends_with('.')
}

#[cfg(test)]
mod tests {
    use crate::probe::docs::DEF;
    use crate::probe::trial::{count, observe};

    fn dead(code: &str) -> (Option<i64>, Option<i64>) {
        let page = format!("# Shop\n\n```sh\n{code}\n```\n");
        let files = [
            ("README.md", page.as_str()),
            ("Makefile", "build test:\n\techo\n"),
            ("package.json", "{\"scripts\":{\"dev\":\"x\"}}"),
            ("web/package.json", "{\"scripts\":{\"e2e\":\"x\"}}"),
            ("justfile", "run:\n  echo\n"),
            ("scripts/up.sh", ""),
        ];
        let seen = observe(&DEF, "glob: README.md\nkind: readme\n", &files);
        (count(&seen, "commands"), count(&seen, "dead_commands"))
    }

    #[test]
    fn what_is_not_there_is_dead() {
        for code in [
            "make deploy",
            "$ sudo FOO=1 make -j4 build deploy",
            "npm run start",
            "just deploy",
            "./scripts/down.sh",
            "sh scripts/down.sh --now",
            "cd web && npm run start",
        ] {
            assert_eq!(dead(code), (Some(1), Some(1)), "{code}");
        }
    }

    #[test]
    fn what_is_there_or_cannot_be_told_is_not() {
        for code in [
            "make build # all of it",
            "npm run dev -- --port 1",
            "cd web && npm run e2e",
            "./scripts/up.sh",
            "just run",
        ] {
            assert_eq!(dead(code), (Some(1), Some(0)), "{code}");
        }
        for code in [
            "make",
            "make <target>",
            "make sure that it runs",
            "make -C other all",
            "cd other && make all",
            "git clone x\ncd x\nmake all",
            "npm init shop\nnpm run start",
            "npm install",
            "npm run $NAME",
            "./build/run.sh",
            "./configure && echo",
            "docker run shop make all",
            "other/x.sh",
            "$HOME/scripts/x.sh",
        ] {
            assert_eq!(dead(code), (Some(0), Some(0)), "{code}");
        }
        let page = "```sh\nmake all\n```\n";
        let open = [("README.md", page), ("Makefile", "include x.mk\n")];
        let seen = observe(&DEF, "glob: README.md\nkind: readme\n", &open);
        assert_eq!((count(&seen, "commands"), count(&seen, "dead_commands")), (Some(0), Some(0)));
    }
}
