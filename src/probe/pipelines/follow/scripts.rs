//! Script files of the repository: every command of a shell script, and what a program starts.

use std::sync::LazyLock;

use regex::Regex;

use super::super::step::Shell;
use super::{Follow, Place, fixed, folder_of, number};

static CALL: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r#"(?:^|[\s;&|("'])((?:\./|\.\./)?(?:[\w.-]+/)*[\w.-]+\.(?:sh|bash|py|rb|ps1|cmd|bat|js|mjs|ts|php)|(?:\./|\.\./)?(?:scripts?|bin|ci|\.ci|hack|tools|dev|build|contrib|script)/[\w./-]+|\./[\w.-]+)(?:$|[\s;&|)"'])"#,
    )
});
/// Ends of files that are no scripts.
const NO_SCRIPTS: &[&str] = &[".json", ".yml", ".yaml", ".toml", ".txt", ".md", ".lock", ".xml", ".html", ".go", ".rs"];
/// Ends of programs: of these only what they start is a command.
const PROGRAMS: &[&str] = &[".js", ".mjs", ".ts", ".py", ".rb", ".php"];
/// Commands that only name the file: they look at it, check it, or take it elsewhere.
const NAMERS: &[&str] = &[
    "[",
    "[[",
    "black",
    "cat",
    "chmod",
    "chown",
    "cp",
    "diff",
    "echo",
    "eslint",
    "file",
    "flake8",
    "git",
    "grep",
    "head",
    "install",
    "isort",
    "ln",
    "ls",
    "mkdir",
    "mv",
    "mypy",
    "prettier",
    "printf",
    "pylint",
    "rm",
    "rsync",
    "ruff",
    "scp",
    "sed",
    "sha256sum",
    "shellcheck",
    "shfmt",
    "stat",
    "tail",
    "tar",
    "test",
    "touch",
    "wc",
    "zip",
];
/// Words by which a program starts another.
const STARTS: &[&str] =
    &["exec", "spawn", "run(", "system", "call(", "sh(", "$`", "Popen", "check_output", "sh ", "%x"];

impl Follow<'_, '_> {
    pub(super) fn scripts(&mut self, text: &str, folder: &str, depth: u32) {
        for found in CALL.captures_iter(text) {
            if found.get(1).is_some_and(|word| is_only_named(text, word.start())) {
                continue;
            }
            let Some((path, file)) = self.text(folder, &[&found[1]]).or_else(|| self.text("", &[&found[1]])) else {
                continue;
            };
            if NO_SCRIPTS.iter().any(|end| path.ends_with(end)) || !self.is_new(&path, "") {
                continue;
            }
            let is_program = PROGRAMS.iter().any(|end| path.ends_with(end));
            let is_command = |line: &str| !is_program || STARTS.iter().any(|start| starts(line, start));
            let mut shell = Shell::of_script(folder, folder_of(&path));
            for (at, line) in file.lines().enumerate().filter(|(_, line)| !is_comment(line) && is_command(line)) {
                let (folder, is_known) = (shell.folder().to_owned(), shell.is_known(line) && !is_program);
                let place = Place { path: &path, line: number(at), folder: &folder, is_known };
                self.take(place, &variables(line.trim()), depth - 1);
                shell.after(line);
            }
        }
    }
}

/// Whether the file at a place of a command is only named by it, and not run.
fn is_only_named(text: &str, at: usize) -> bool {
    let before = &text[..at];
    let own = before.rsplit([';', '&', '|', '(', '`', '\n']).next().unwrap_or(before);
    let is_command =
        |word: &&str| !matches!(*word, "sudo" | "if" | "!" | "then" | "do" | "-" | "time") && !word.contains('=');
    own.split_whitespace().find(is_command).is_some_and(|word| NAMERS.contains(&word))
}

/// Whether a line has the word; `push a` has no `sh `.
fn starts(line: &str, word: &str) -> bool {
    let is_whole = |at: usize| word != "sh " || !line[..at].ends_with(char::is_alphanumeric);
    line.match_indices(word).any(|(at, _)| is_whole(at))
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    ["#", "//", "/*", "* ", "--"].iter().any(|start| line.starts_with(start))
}

/// A command with `${PREFIX}ruff` and `$GOLANGCI_LINT` as the words they are named after.
pub(super) fn variables(text: &str) -> String {
    static VARIABLE: LazyLock<Regex> = LazyLock::new(|| fixed(r#""?\$[({]?(\w+)[)}]?"?"#));
    let named = VARIABLE.replace_all(text, |found: &regex::Captures<'_>| {
        let name = found[1].to_ascii_lowercase().replace('_', "-");
        format!(" {} ", name.trim_end_matches("-bin").trim_end_matches("-cmd"))
    });
    // `GOLANGCI_LINT run` of a Makefile, whose marks were taken off.
    named.replace("GOLANGCI_LINT", "golangci-lint").replace("PREFIX ", " ").trim().to_owned()
}
