//! Where a command of a pipeline leads: into a script of `package.json`, a target of a `Makefile`, a recipe of a `justfile`,
//! an environment of tox, a script file of the repository.

mod runners;

use std::sync::LazyLock;

use regex::Regex;

use crate::probe::builds::join;

/// How far one command leads to another.
const DEPTH: u32 = 5;
/// A larger script is not followed, in bytes.
const LARGEST: u64 = 256 * 1024;

/// Reads files of the repository by path.
pub(crate) type Read<'r> = dyn Fn(&str, u64) -> Option<String> + 'r;

/// A command, and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) path: String,
    pub(crate) line: u32,
    pub(crate) text: String,
}

fn fixed(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

static PACKAGE: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?:^|[\s;&|(])(?:(?:npm|pnpm|yarn|bun|vp)(?:\s+(?:--?[\w-]+(?:=\S+)?|-[CF]\s+\S+|--(?:prefix|filter|dir|cwd)\s+\S+|-w\s+\S+|workspaces?(?:\s+(?:foreach|focus))?))*\s+(?:run\s+|run-script\s+)?(?:(?:--?[\w-]+(?:=\S+)?|-w\s+\S+)\s+)*|node\s+--run\s+|(?:npm-run-all2?|run-[sp])\s+(?:-\S+\s+)*)([\w:.*/-]+(?:\s+[\w:.*-]+)*)",
    )
});
static TARGETS: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"(?:^|[\s;&|(])(make|gmake|just|task|mage|nmake)((?:\s+[^\s;&|)]+)*)"));
static SCRIPT: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r#"(?:^|[\s;&|("'])((?:\./|\.\./)?(?:[\w.-]+/)*[\w.-]+\.(?:sh|bash|py|rb|ps1|cmd|bat|js|mjs|ts|php)|(?:\./|\.\./)?(?:scripts?|bin|ci|\.ci|hack|tools|dev|build|contrib|script)/[\w./-]+|\./[\w.-]+)(?:$|[\s;&|)"'])"#,
    )
});
static HOOKS: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?:^|[\s;&|(/])(?:(?:pre-commit|prek)\s+(?:run|try-repo|\S*all-files)|lefthook\s+run|grunt-hooks)|^\s*(?:uvx\s+)?prek\s*$",
    )
});

/// Whether a command runs hooks: those of pre-commit, prek or lefthook.
pub(crate) fn runs_hooks(text: &str) -> bool {
    HOOKS.is_match(text) && !text.contains("install")
}

/// Follows commands from where they are to where they end.
pub(crate) struct Follow<'r> {
    read: &'r Read<'r>,
    seen: Vec<String>,
    found: Vec<Command>,
}

/// The command itself and all that it leads to.
pub(crate) fn follow(read: &Read<'_>, start: Command, folder: &str) -> Vec<Command> {
    let mut follow = Follow { read, seen: Vec::new(), found: Vec::new() };
    follow.take(start, folder, DEPTH);
    follow.found
}

impl Follow<'_> {
    fn text(&self, folder: &str, names: &[&str]) -> Option<(String, String)> {
        let paths = names.iter().filter_map(|name| join(folder, name));
        paths.into_iter().find_map(|path| Some(((self.read)(&path, LARGEST)?, path))).map(|(text, path)| (path, text))
    }

    /// Whether a file's part is new.
    fn is_new(&mut self, path: &str, part: &str) -> bool {
        let key = format!("{path}#{part}");
        let new = !self.seen.contains(&key) && self.seen.len() < 200;
        if new {
            self.seen.push(key);
        }
        new
    }

    fn take(&mut self, command: Command, folder: &str, depth: u32) {
        let text = command.text.clone();
        self.found.push(command);
        static INSTALLS: LazyLock<Regex> = LazyLock::new(|| {
            fixed(
                r"^\s*(?:sudo\s+)?(?:python3?\s+-m\s+)?(?:pip3?|pipx|uv|npm|pnpm|yarn|gem|apt|apt-get|brew|apk|dnf|choco|cargo|go)\s+(?:-\S+\s+)*(?:tool\s+|pip\s+)?(?:install|add|i|ci)\b[^;&|]*$",
            )
        });
        if depth == 0 || text.trim_start().starts_with('#') || INSTALLS.is_match(&text) {
            return;
        }
        // `cd web && npm run lint` and `npm --prefix web run lint` run below.
        static BELOW: LazyLock<Regex> =
            LazyLock::new(|| fixed(r"(?:^|[\s;&|(])(?:cd|--prefix|--dir|--cwd|-C)[\s=]+([\w./-]+)"));
        let below = BELOW.captures(&text).and_then(|found| join(folder, &found[1]));
        let folder = below.as_deref().unwrap_or(folder);
        self.package(&text, folder, depth);
        self.targets(&text, folder, depth);
        self.composer(&text, folder, depth);
        self.python(&text, folder, depth);
        self.tasks(&text, folder, depth);
        self.scripts(&text, folder, depth);
    }

    fn package(&mut self, text: &str, folder: &str, depth: u32) {
        for found in PACKAGE.captures_iter(text) {
            let Some((path, json)) = self.text(folder, &["package.json"]).or_else(|| self.text("", &["package.json"]))
            else {
                continue;
            };
            let Ok(root) = serde_json::from_str::<serde_json::Value>(&json) else { continue };
            let Some(scripts) = root.get("scripts").and_then(serde_json::Value::as_object) else { continue };
            let here = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
            // `npm run check:*` runs all that start so, and `npm test` what comes before and after it.
            for asked in found[1].split_whitespace() {
                let asked = if asked == "t" || asked == "tst" { "test" } else { asked };
                let matches = |name: &str| match asked.split_once('*') {
                    Some((start, _)) => name.starts_with(start),
                    None => {
                        name == asked
                            || name.strip_prefix("pre").is_some_and(|rest| rest == asked)
                            || name.strip_prefix("post").is_some_and(|rest| rest == asked)
                    }
                };
                for (name, script) in scripts.iter().filter(|(name, _)| matches(name)) {
                    let Some(script) = script.as_str() else { continue };
                    if self.is_new(&path, name) {
                        let line = line_of(&json, &format!("\"{name}\":"));
                        self.take(Command { path: path.clone(), line, text: script.to_owned() }, &here, depth - 1);
                    }
                }
            }
        }
    }

    fn targets(&mut self, text: &str, folder: &str, depth: u32) {
        for found in TARGETS.captures_iter(text) {
            let names: &[&str] = match &found[1] {
                "just" => &["justfile", "Justfile", ".justfile"],
                "task" => &["Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "Taskfile.dist.yml"],
                "mage" => &["magefile.go", "magefiles/magefile.go"],
                _ => &["GNUmakefile", "Makefile", "makefile"],
            };
            let Some((path, file)) = self.text(folder, names) else { continue };
            let here = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
            let mut asked: Vec<String> = found[2]
                .split_whitespace()
                .filter(|word| !word.starts_with('-') && !word.contains('='))
                .map(str::to_owned)
                .collect();
            if asked.is_empty() {
                asked.push(String::new());
            }
            for target in asked {
                self.target(&path, &file, &target, &here, depth);
            }
        }
    }

    /// The recipe of a target and those of what it needs. An empty name is the first.
    fn target(&mut self, path: &str, file: &str, target: &str, folder: &str, depth: u32) {
        if !self.is_new(path, target) {
            return;
        }
        static HEAD: LazyLock<Regex> =
            LazyLock::new(|| fixed(r"^(\s{0,4}|func\s+)@?([\w./%-]+)[^\n:=(]*(?::{1,2}([^=\n][^\n]*|)$|\()"));
        let lines: Vec<&str> = file.lines().collect();
        let mut at = 0;
        let mut included = Vec::new();
        while at < lines.len() {
            let line = lines[at];
            if let Some(rest) = line.strip_prefix("include ").or_else(|| line.strip_prefix("-include ")) {
                included.extend(rest.split_whitespace().map(str::to_owned));
            }
            let head = HEAD.captures(line).filter(|head| {
                let name = &head[2];
                let all: Vec<&str> = line.split(':').next().unwrap_or("").split_whitespace().collect();
                (name.eq_ignore_ascii_case(target)
                    || all.contains(&target)
                    || target.is_empty() && !name.starts_with('.'))
                    && (line.starts_with(|c: char| !c.is_whitespace())
                        || path.ends_with(".yml")
                        || path.ends_with(".yaml"))
            });
            at += 1;
            let Some(head) = head else { continue };
            let indent = head[1].len();
            let needs = head.get(3).map_or("", |needs| needs.as_str()).to_owned();
            while at < lines.len() {
                let text = lines[at];
                let own = text.len() - text.trim_start().len();
                if !text.trim().is_empty() && own <= indent && !text.starts_with('\t') {
                    break;
                }
                let clean = text.trim().trim_start_matches(['@', '-', '+', '$']).trim_start_matches("(").trim();
                if !clean.is_empty() && !clean.starts_with('#') {
                    let clean = clean
                        .replace("$(MAKE)", "make")
                        .replace("${MAKE}", "make")
                        .replace("$(", " ")
                        .replace("${", " ")
                        .replace([')', '}'], " ");
                    let line = u32::try_from(at + 1).unwrap_or(0);
                    self.take(Command { path: path.to_owned(), line, text: variables(&clean) }, folder, depth - 1);
                }
                at += 1;
            }
            for need in needs
                .split('#')
                .next()
                .unwrap_or("")
                .split(|c: char| c.is_whitespace() || c == '&')
                .filter(|need| !need.is_empty() && !need.starts_with('$'))
            {
                if depth > 1 {
                    self.target(path, file, need, folder, depth - 1);
                }
            }
            if target.is_empty() {
                break;
            }
        }
        for name in included.iter().filter(|_| depth > 1) {
            if let Some((path, file)) = self.text(folder, &[name.as_str()]) {
                self.target(&path, &file, target, folder, depth - 1);
            }
        }
    }

    fn scripts(&mut self, text: &str, folder: &str, depth: u32) {
        for found in SCRIPT.captures_iter(text) {
            let Some((path, file)) = self.text(folder, &[&found[1]]).or_else(|| self.text("", &[&found[1]])) else {
                continue;
            };
            const NO_SCRIPTS: &[&str] =
                &[".json", ".yml", ".yaml", ".toml", ".txt", ".md", ".lock", ".xml", ".html", ".go", ".rs"];
            if NO_SCRIPTS.iter().any(|end| path.ends_with(end)) || !self.is_new(&path, "") {
                continue;
            }
            // Of a program only what it starts is a command.
            const STARTS: &[&str] =
                &["exec", "spawn", "run(", "system", "call(", "sh(", "$`", "Popen", "check_output", "sh ", "%x"];
            let is_program = [".js", ".mjs", ".ts", ".py", ".rb", ".php"].iter().any(|end| path.ends_with(end));
            let is_command = |line: &str| !is_program || STARTS.iter().any(|start| line.contains(start));
            let lines = file.lines().enumerate().filter(|(_, line)| !is_comment(line) && is_command(line));
            for (at, line) in lines {
                let line_at = u32::try_from(at + 1).unwrap_or(0);
                let text = variables(line.trim());
                self.take(Command { path: path.clone(), line: line_at, text }, folder, depth - 1);
            }
        }
    }
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    ["#", "//", "/*", "* ", "--"].iter().any(|start| line.starts_with(start))
}

/// A command with `${PREFIX}ruff` and `$GOLANGCI_LINT` as the words they are named after.
fn variables(text: &str) -> String {
    static VARIABLE: LazyLock<Regex> = LazyLock::new(|| fixed(r#""?\$[({]?(\w+)[)}]?"?"#));
    let named = VARIABLE.replace_all(text, |found: &regex::Captures<'_>| {
        let name = found[1].to_ascii_lowercase().replace('_', "-");
        format!(" {} ", name.trim_end_matches("-bin").trim_end_matches("-cmd"))
    });
    // `GOLANGCI_LINT run` of a Makefile, whose marks were taken off.
    named.replace("GOLANGCI_LINT", "golangci-lint").replace("PREFIX ", " ").trim().to_owned()
}

fn line_of(text: &str, part: &str) -> u32 {
    let at = text.find(part).or_else(|| text.find(part.trim_end_matches(':')));
    at.map_or(0, |at| u32::try_from(text[..at].matches('\n').count() + 1).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(files: &[(&str, &str)], text: &str, folder: &str) -> Vec<String> {
        let read =
            |path: &str, _: u64| files.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned());
        let start = Command { path: "ci.yml".to_owned(), line: 1, text: text.to_owned() };
        follow(&read, start, folder)
            .into_iter()
            .skip(1)
            .map(|command| format!("{}:{} {}", command.path, command.line, command.text))
            .collect()
    }

    #[test]
    fn a_script_of_a_package_leads_to_others() {
        let files = [(
            "web/package.json",
            "{\"scripts\": {\n\"test\": \"vitest\",\n\"pretest\": \"npm run lint\",\n\"lint\": \"eslint .\"}}",
        )];
        assert_eq!(
            ends(&files, "npm test", "web"),
            ["web/package.json:2 vitest", "web/package.json:3 npm run lint", "web/package.json:4 eslint ."]
        );
        assert_eq!(ends(&files, "cd web && yarn lint", ""), ["web/package.json:4 eslint ."]);
        assert!(ends(&files, "npm run build", "web").is_empty());
    }

    #[test]
    fn a_target_leads_to_its_recipe_and_to_what_it_needs() {
        let files = [("Makefile", "all: build\n\ncheck: vet\n\t@echo ok\nvet:\n\tgo vet ./...\nbuild:\n\tgo build\n")];
        assert_eq!(ends(&files, "make check", ""), ["Makefile:4 echo ok", "Makefile:6 go vet ./..."]);
        assert_eq!(ends(&files, "make", ""), ["Makefile:8 go build"]);
        let files = [("justfile", "lint:\n    ruff check\n\ntest:\n    pytest\n")];
        assert_eq!(ends(&files, "just lint", ""), ["justfile:2 ruff check"]);
    }

    #[test]
    fn an_environment_of_tox_and_a_session_of_nox_are_found_by_name() {
        let files = [(
            "tox.ini",
            "[testenv]\ncommands = pytest x\n[testenv:lint]\ndeps = ruff\ncommands = ruff check .\n[testenv:docs]\ncommands = sphinx-build a\n",
        )];
        let found = ends(&files, "tox -e lint", "");
        assert!(
            found.contains(&"tox.ini:5 ruff check .".to_owned()) && !found.iter().any(|line| line.contains("sphinx")),
            "{found:?}"
        );
        let files = [(
            "noxfile.py",
            "def lint(session):\n    session.install(\"ruff\")\n    session.run(\"ruff\", \"check\")\ndef tests(session):\n    session.run(\"pytest\", \"x\")\n",
        )];
        let found = ends(&files, "nox -s lint", "");
        assert_eq!(found.iter().filter(|line| line.contains("ruff")).count(), 1, "{found:?}");
    }

    #[test]
    fn a_script_file_is_read() {
        let files = [
            ("scripts/check", "#!/bin/sh\n# eslint\n${PREFIX}ruff check src\n"),
            ("composer.json", "{\"scripts\": {\"lint\": [\"@stan\"], \"stan\": \"phpstan\"}}"),
        ];
        assert_eq!(ends(&files, "./scripts/check", "")[..1], ["scripts/check:3 prefix ruff check src"]);
        assert_eq!(ends(&files, "composer lint", ""), ["composer.json:1 composer stan", "composer.json:1 phpstan"]);
    }
}
