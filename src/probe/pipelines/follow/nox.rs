//! nox (its documentation, "Configuration & API" and "Command-line usage"): the sessions of `noxfile.py` that a call names, by
//! function or by `name=`, or those that run where none is named. Only what a session starts is a command; what a session
//! says of itself is none.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::{Follow, Place, fixed, has_any, number};

static CALL: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?:^|[\s;&|(/])nox((?:\s[^;&|]*)?)(?:$|[;&|])"));

/// A function of the file: a session, or what one calls.
struct Function<'f> {
    /// What it is called by.
    names: Vec<String>,
    /// The parameter that is the session.
    session: &'f str,
    is_default: bool,
    /// Where its body begins in the file.
    start: usize,
    body: &'f str,
}

/// What a call asks for.
enum Asked {
    Named(Vec<String>),
    /// Those that run where nothing is said.
    Default,
    /// Some, by tag or keyword.
    Any,
}

impl Follow<'_, '_> {
    pub(super) fn nox(&mut self, text: &str, folder: &str, depth: u32) {
        if !has_any(text, &["nox"]) {
            return;
        }
        for call in CALL.captures_iter(text) {
            let Some(asked) = asked(&call[1]) else { continue };
            let Some((path, file)) = self.text(folder, &["noxfile.py"]) else { continue };
            let functions = functions(&file);
            for at in reached(&functions, &asked, &file) {
                let function = &functions[at];
                if !self.is_new(&path, &function.names[0]) {
                    continue;
                }
                // Where a session goes is not followed.
                let is_known = !has_any(function.body, &[".chdir(", ".cd("]);
                for (at, command) in commands(function) {
                    let line = number(file[..function.start + at].matches('\n').count());
                    self.take(Place { path: &path, line, folder, is_known }, &command, depth - 1);
                }
            }
        }
    }
}

/// What the words of a call ask for; `None` where it runs nothing of this file.
fn asked(words: &str) -> Option<Asked> {
    let words: Vec<&str> = words.split_whitespace().take_while(|word| *word != "--").collect();
    let quiet = ["-l", "--list", "--list-sessions", "--install-only", "-f", "--noxfile", "-h", "--help", "--version"];
    if words.iter().any(|word| quiet.contains(word)) {
        return None;
    }
    let mut names = Vec::new();
    let mut is_name = false;
    let mut is_some = false;
    for word in words {
        let (option, value) = word.split_once('=').filter(|_| word.starts_with('-')).unwrap_or((word, ""));
        if option.starts_with('-') {
            is_name = matches!(option, "-s" | "-e" | "--session" | "--sessions");
            is_some |= matches!(option, "-t" | "--tags" | "-k" | "--keywords");
            names.extend(Some(value).filter(|value| is_name && !value.is_empty()));
        } else if is_name {
            names.push(word);
        }
    }
    // Of `tests-${{ matrix.python }}` the name is what stands before the variable.
    let clean = |name: &&str| {
        let name = name.trim_matches(['"', '\'']).split(['$', '(']).next().unwrap_or("");
        name.trim_end_matches('-').replace('-', "_")
    };
    let named: Vec<String> = names.iter().map(clean).filter(|name| !name.is_empty()).collect();
    Some(match named.is_empty() {
        false => Asked::Named(named),
        true if is_some || !names.is_empty() => Asked::Any,
        true => Asked::Default,
    })
}

/// The functions of a file, in order; one ends where the next one's decorators begin.
fn functions(file: &str) -> Vec<Function<'_>> {
    static DEF: LazyLock<Regex> = LazyLock::new(|| fixed(r"^def\s+(\w+)\s*\(\s*(\w*)"));
    static NAME: LazyLock<Regex> = LazyLock::new(|| fixed(r#"\bname\s*=\s*["']([^"']+)"#));
    let mut found: Vec<Function<'_>> = Vec::new();
    let mut ends = Vec::new();
    let (mut at, mut head) = (0, None);
    for line in file.split_inclusive('\n') {
        if line.starts_with('@') && head.is_none() {
            head = Some(at);
        }
        if let Some(def) = DEF.captures(line) {
            let start = head.take().unwrap_or(at);
            let decorators = &file[start..at];
            // A parameter on a line of its own is most likely called so.
            let session = def.get(2).map(|parameter| parameter.as_str()).filter(|own| !own.is_empty());
            let names = NAME.captures_iter(decorators).map(|name| name[1].replace('-', "_"));
            ends.push(start);
            found.push(Function {
                names: std::iter::once(def[1].to_owned()).chain(names).collect(),
                session: session.unwrap_or("session"),
                is_default: decorators.contains("session") && !decorators.replace(' ', "").contains("default=False"),
                start: at,
                body: "",
            });
        }
        at += line.len();
    }
    ends.push(at);
    for (function, end) in found.iter_mut().zip(&ends[1..]) {
        function.body = &file[function.start..*end];
    }
    found
}

/// The functions that a call reaches: the sessions it asks for, and what these notify and call.
fn reached(functions: &[Function<'_>], asked: &Asked, file: &str) -> BTreeSet<usize> {
    static OPTION: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?m)^nox\.options\.sessions\s*=\s*[\[(]([^\])]*)[\])]"));
    static LEADS: LazyLock<Regex> =
        LazyLock::new(|| fixed(r#"(\w+)\.notify\(\s*f?["']([\w-]+)|\b(\w+)\(\s*(\w+)\s*[,)]"#));
    let by_option: Option<Vec<String>> =
        OPTION.captures(file).map(|list| strings(&list[1]).iter().map(|name| name.replace('-', "_")).collect());
    let is_asked = |function: &Function<'_>, names: &[String]| names.iter().any(|name| function.is_named(name));
    let start = |function: &Function<'_>| match (asked, &by_option) {
        (Asked::Named(names), _) => is_asked(function, names),
        (Asked::Default, Some(names)) => is_asked(function, names),
        (Asked::Default, None) => function.is_default,
        (Asked::Any, _) => true,
    };
    let mut open: Vec<usize> = (0..functions.len()).filter(|at| start(&functions[*at])).collect();
    let mut seen = BTreeSet::new();
    while let Some(at) = open.pop() {
        if !seen.insert(at) {
            continue;
        }
        let Function { session, body, .. } = functions[at];
        for found in LEADS.captures_iter(body) {
            let part = |at: usize| found.get(at).map(|part| part.as_str());
            let is_own = part(1).or(part(4)) == Some(session);
            let Some(name) = part(2).or(part(3)).filter(|_| is_own) else { continue };
            let name = name.replace('-', "_");
            open.extend((0..functions.len()).filter(|at| functions[*at].is_named(&name)));
        }
    }
    seen
}

impl Function<'_> {
    /// Whether a call by this name means it; `lint-3.12` is `lint` for one Python.
    fn is_named(&self, asked: &str) -> bool {
        self.names.iter().any(|name| {
            let rest = asked.strip_prefix(name.as_str());
            rest.is_some_and(|rest| {
                rest.is_empty()
                    || rest
                        .strip_prefix('_')
                        .is_some_and(|python| python.starts_with(|c: char| c.is_ascii_digit() || c == 'p'))
            })
        })
    }
}

/// What a session starts, with where that stands in its body.
fn commands(function: &Function<'_>) -> Vec<(usize, String)> {
    static RUN: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?m)^([^#\n]*?)\b(\w+)\.run(?:_always)?\("));
    let runs = RUN.captures_iter(function.body).filter(|found| &found[2] == function.session);
    runs.filter_map(|found| {
        let (name, whole) = (found.get(2)?, found.get(0)?);
        let words: Vec<String> =
            arguments(&function.body[whole.end()..]).iter().filter_map(|part| word(part)).collect();
        (!words.is_empty()).then(|| (name.start(), words.join(" ")))
    })
    .collect()
}

/// The arguments of a call of Python, from behind its parenthesis, without comments.
fn arguments(text: &str) -> Vec<String> {
    let (mut all, mut one, mut depth) = (Vec::new(), String::new(), 0_usize);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '"' | '\'' => quoted(rest).len(),
            '#' => rest.find('\n').unwrap_or(rest.len()),
            _ => c.len_utf8(),
        };
        match c {
            ')' if depth == 0 => break,
            ',' if depth == 0 => all.push(std::mem::take(&mut one)),
            '#' => {}
            _ => one.push_str(&rest[..taken]),
        }
        depth = match c {
            '(' | '[' | '{' => depth + 1,
            ')' | ']' | '}' => depth.saturating_sub(1),
            _ => depth,
        };
        rest = &rest[taken..];
    }
    all.push(one);
    all
}

/// A string of Python with its quotes, at the start of a text.
fn quoted(text: &str) -> &str {
    let mark = &text[..1];
    let triple = mark.repeat(3);
    let mark = if text.starts_with(&triple) { triple.as_str() } else { mark };
    let mut at = mark.len();
    while let Some(c) = text[at..].chars().next() {
        if text[at..].starts_with(mark) {
            return &text[..at + mark.len()];
        }
        at += c.len_utf8();
        if c == '\\' {
            at += text[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    text
}

/// What stands in the strings of a text.
fn strings(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\'']) {
        let string = quoted(&rest[at..]);
        found.push(string.trim_matches(['"', '\'']).to_owned());
        rest = &rest[at + string.len()..];
    }
    found
}

/// An argument as a word of the command: its string, or the name that stands for one; what has a keyword is none.
fn word(argument: &str) -> Option<String> {
    static KEYWORD: LazyLock<Regex> = LazyLock::new(|| fixed(r"^\w+\s*=[^=]"));
    let text = argument.trim();
    let strings = strings(text);
    if text.is_empty() || KEYWORD.is_match(text) || text.starts_with('*') && strings.is_empty() {
        return None;
    }
    Some(if strings.is_empty() { text.to_owned() } else { strings.join(" ") })
}

#[cfg(test)]
mod tests {
    use super::super::tests::ends;

    const FILE: &str = r#"import nox

nox.options.sessions = ["lint", "build-docs"]


@nox.session(
    name="build-docs",
    python="3.12",
)
def build_docs(session: nox.Session) -> None:
    """Run Python code formatter, then ruff check."""
    # session.run("black", ".")
    session.install("mypy")
    session.run(
        "sphinx-build",
        "docs",  # the sources
        *session.posargs,
        env={"A": "b"},
    )


@nox.session(python=["3.11", "3.12"])
def lint(session):
    _check(session, "src")


def _check(session, folder):
    session.run(*"ruff check".split(), folder)


@nox.session
def build_image(s):
    s.run("docker", "build", ".")
    subprocess.run("pytest")
"#;

    fn led(text: &str) -> Vec<String> {
        ends(&[("noxfile.py", FILE)], text, "")
    }

    #[test]
    fn only_what_a_session_starts_is_a_command() {
        assert_eq!(led("nox -s build-docs"), ["noxfile.py:14 sphinx-build docs"]);
        assert_eq!(led("nox --session=build_image -- --fast"), ["noxfile.py:33 docker build ."]);
    }

    #[test]
    fn a_session_runs_what_it_calls_and_is_named_with_its_python() {
        for call in
            ["nox -s lint", "nox -e lint-3.12 -v", "nox --sessions \"lint-${{ matrix.python }}\"", "nox -s lint(a=1)"]
        {
            assert_eq!(led(call), ["noxfile.py:28 ruff check folder"], "{call}");
        }
        assert!(led("nox -s docs").is_empty() && led("nox -s build").is_empty());
    }

    #[test]
    fn without_a_name_those_run_that_the_file_chooses_and_a_list_runs_none() {
        assert_eq!(led("nox"), ["noxfile.py:14 sphinx-build docs", "noxfile.py:28 ruff check folder"]);
        assert_eq!(led("nox -t style && echo").len(), 3);
        assert!(led("nox --list").is_empty());
    }
}
