//! The main process of the final image (who is PID 1) and its health check.

use std::sync::LazyLock;

use regex::Regex;

use super::parse::{At, Health, Stage, Start};

/// Who is PID 1, as far as signals are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MainProcess {
    /// The program itself, or an init that forwards.
    Program,
    /// A shell that does not `exec`.
    Shell,
    /// A package manager that forwards signals unreliably.
    Wrapper(String),
    /// A script by this path inside the image; its last line decides.
    Script(String),
    /// Neither `ENTRYPOINT` nor `CMD`: the base decides.
    Inherited,
}

/// PID 1 of this stage and the line that starts it.
pub(super) fn main_process(stage: &Stage) -> (MainProcess, u32, String) {
    let start = match (&stage.entrypoint, &stage.command) {
        (Some(entrypoint), command) => {
            let real = after_init(&entrypoint.value);
            match (real, command) {
                // An init alone as entrypoint: what it runs is the command.
                (None, Some(command)) => command,
                // A shell alone as entrypoint: the command is its script.
                (Some(shell), Some(command)) if is_bare_shell(&shell) => {
                    let Start::Exec(words) = &command.value else { return judged(entrypoint) };
                    let whole = Start::Exec(shell.iter().chain(words).cloned().collect());
                    let (process, text) = judge(&whole);
                    return (process, command.line, text);
                }
                _ => entrypoint,
            }
        }
        (None, Some(command)) => command,
        (None, None) => return (MainProcess::Inherited, stage.line, String::new()),
    };
    judged(start)
}

fn judged(start: &At<Start>) -> (MainProcess, u32, String) {
    let (process, text) = judge(&start.value);
    (process, start.line, text)
}

/// Whether the words are a shell with options at most, which takes its script from elsewhere.
fn is_bare_shell(words: &[String]) -> bool {
    let is_option = |word: &String| word.starts_with('-') && !word.contains('c');
    words.split_first().is_some_and(|(first, rest)| is_shell(base_name(first)) && rest.iter().all(is_option))
}

fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "ash" | "dash")
}

/// Programs that forward signals and reap children.
const INITS: &[&str] = &["tini", "tini-static", "dumb-init", "catatonit", "init", "docker-init", "s6-svscan", "pid1"];

fn base_name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// The words behind an init and its options; `None` when the init stands alone.
fn after_init(start: &Start) -> Option<Vec<String>> {
    let Start::Exec(words) = start else { return Some(Vec::new()) };
    let first = words.first()?;
    if !INITS.contains(&base_name(first)) {
        return Some(words.clone());
    }
    let rest: Vec<String> = words[1..].iter().skip_while(|word| word.starts_with('-')).cloned().collect();
    (!rest.is_empty()).then_some(rest)
}

fn judge(start: &Start) -> (MainProcess, String) {
    match start {
        Start::Shell(line) => (shell_line(line), line.clone()),
        Start::Exec(words) => (exec_words(words), words.join(" ")),
    }
}

/// A line that the shell runs: fine only when it ends in `exec`, or hands over to an init.
fn shell_line(line: &str) -> MainProcess {
    let bare = without_quoted(line);
    let last = bare.trim().trim_end_matches(';').rsplit(['\n', ';']).next().unwrap_or("");
    let last = last.rsplit("&&").next().unwrap_or(last).trim();
    let first = last.split_whitespace().next().unwrap_or("");
    match first == "exec" {
        true => MainProcess::Program,
        false => MainProcess::Shell,
    }
}

/// A line without what stands in quotes: a `;` in there ends no command.
fn without_quoted(line: &str) -> String {
    let mut open = None;
    let mut bare = String::new();
    for c in line.chars() {
        match open {
            Some(quote) if c == quote => open = None,
            Some(_) => {}
            None if matches!(c, '\'' | '"') => open = Some(c),
            None => bare.push(c),
        }
    }
    bare
}

fn exec_words(words: &[String]) -> MainProcess {
    let Some(first) = words.first() else { return MainProcess::Program };
    let name = base_name(first);
    if INITS.contains(&name) {
        return MainProcess::Program;
    }
    if is_shell(name) {
        let after = words.iter().position(|word| word == "-c" || word == "-ec" || word == "-lc" || word == "-exc");
        return match after.and_then(|at| words.get(at + 1)) {
            Some(line) => shell_line(line),
            None => words[1..]
                .iter()
                .find(|word| !word.starts_with('-'))
                .map_or(MainProcess::Shell, |script| MainProcess::Script(script.clone())),
        };
    }
    let second = words.get(1).map(String::as_str).unwrap_or("");
    if matches!(name, "npm" | "yarn" | "pnpm") && !second.is_empty() {
        return MainProcess::Wrapper(format!("{name} {second}"));
    }
    if std::path::Path::new(name).extension().is_some_and(|ext| ext == "sh") || name.contains("entrypoint") {
        return MainProcess::Script(first.clone());
    }
    MainProcess::Program
}

/// Whether a start script hands its place to the program: its last effective line is `exec …`.
pub(super) fn script_hands_over(text: &str) -> bool {
    let effective = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let lines: Vec<&str> = effective.collect();
    let closing = ["fi", "esac", "done", "}", ";;", "else"];
    let last = lines.iter().rposition(|line| !closing.contains(line));
    // A command may run on over several lines; its first word is on the first of them.
    let Some(mut at) = last else { return false };
    while at > 0 && lines[at - 1].ends_with('\\') {
        at -= 1;
    }
    lines[at].split(['&', '|', ';']).any(|part| part.split_whitespace().next() == Some("exec"))
        || lines[at].split_whitespace().next() == Some("exec")
}

/// What is wrong with a health check, if anything.
pub(super) fn weakness(health: &Health) -> Option<String> {
    static CURL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bcurl\b").expect("a fixed pattern"));
    static FAILS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\s(-[a-zA-Z]*f[a-zA-Z]*|--fail|--fail-with-body)(\s|$)|\|").expect("a fixed pattern")
    });
    let command = health.command.as_deref()?;
    if CURL.is_match(command) && !FAILS.is_match(command) {
        return Some("`curl` without `-f` succeeds on every HTTP status".to_owned());
    }
    let interval = health.interval.as_deref().and_then(seconds)?;
    (interval > 60).then(|| format!("it looks only every {interval} s; 60 s is the most"))
}

/// A Go duration such as `1m30s` in whole seconds.
fn seconds(text: &str) -> Option<u64> {
    let mut total = 0_u64;
    let mut digits = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '0'..='9' => digits.push(c),
            'm' if rest.peek() == Some(&'s') => return Some(total),
            'h' | 'm' | 's' => {
                let unit = match c {
                    'h' => 3600,
                    'm' => 60,
                    _ => 1,
                };
                total = total.checked_add(digits.parse::<u64>().ok()?.checked_mul(unit)?)?;
                digits.clear();
            }
            _ => return None,
        }
    }
    digits.is_empty().then_some(total)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::parse::parse;
    use super::*;

    fn process(text: &str) -> MainProcess {
        main_process(parse(format!("FROM a\n{text}\n").as_bytes()).unwrap().stages.last().unwrap()).0
    }

    #[test]
    fn pid_one_is_found_through_forms_and_inits() {
        assert_eq!(process("CMD node server.js"), MainProcess::Shell);
        assert_eq!(process("CMD exec node server.js"), MainProcess::Program);
        assert_eq!(process("CMD [\"node\", \"server.js\"]"), MainProcess::Program);
        assert_eq!(
            process("ENTRYPOINT [\"/sbin/tini\", \"--\"]\nCMD [\"npm\", \"start\"]"),
            MainProcess::Wrapper("npm start".into())
        );
        assert_eq!(process("ENTRYPOINT [\"tini\", \"--\", \"/app\"]"), MainProcess::Program);
        assert_eq!(process("CMD [\"npm\", \"start\"]"), MainProcess::Wrapper("npm start".into()));
        assert_eq!(process("CMD [\"sh\", \"-c\", \"migrate && exec app\"]"), MainProcess::Program);
        assert_eq!(process("CMD [\"sh\", \"-c\", \"migrate && app\"]"), MainProcess::Shell);
        assert_eq!(process("CMD [\"sh\", \"-c\", \"migrate; exec nginx -g 'daemon off;'\"]"), MainProcess::Program);
        assert_eq!(
            process("ENTRYPOINT [\"/docker-entrypoint.sh\"]"),
            MainProcess::Script("/docker-entrypoint.sh".into())
        );
        assert_eq!(
            process("ENTRYPOINT [\"/bin/bash\"]\nCMD [\"/entrypoint.sh\"]"),
            MainProcess::Script("/entrypoint.sh".into())
        );
        assert_eq!(process("ENTRYPOINT [\"/bin/sh\", \"-c\"]\nCMD [\"/app\"]"), MainProcess::Shell);
        assert_eq!(process("RUN x"), MainProcess::Inherited);
    }

    #[test]
    fn a_script_hands_over_only_with_exec_at_its_end() {
        assert!(script_hands_over("#!/bin/sh\nset -e\nexec \"$@\"\n"));
        assert!(script_hands_over("if x; then\n  exec a\nelse\n  exec b \\\n    --flag\nfi\n"));
        assert!(!script_hands_over("#!/bin/sh\nexec 3>&1\nnode x.js\n"));
    }

    #[test]
    fn a_health_check_that_cannot_fail_is_weak() {
        let health = |command: &str, interval: Option<&str>| Health {
            command: Some(command.to_owned()),
            interval: interval.map(str::to_owned),
        };
        assert!(weakness(&health("curl http://localhost/", None)).is_some());
        assert!(weakness(&health("curl -sf http://localhost/", None)).is_none());
        assert!(weakness(&health("/app health", Some("5m"))).is_some());
        assert!(weakness(&health("/app health", Some("30s"))).is_none());
    }
}
