//! nox (its documentation, "Configuration & API" and "Command-line usage"): the sessions of `noxfile.py` that a call names, by
//! function or by `name=`, those with its tags or its keyword, or those that run where none is named. Only what a session
//! starts is a command; what a session says of itself is none.

use std::collections::BTreeSet;

use crate::probe::python::outline::{Function, Outline, Value};

use super::functions::{commands, handed, resolved};
use super::words::{Call, calls};
use super::{Follow, Place, folder_of};

/// What a session starts programs by.
const RUNS: &[&str] = &["run", "run_always", "run_install"];

/// A call that runs sessions.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) which: Which,
    /// The file that it names.
    file: Option<String>,
}

/// Which sessions.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Named(Vec<String>),
    Tagged(Vec<String>),
    /// A part of a session's name, or of one of its tags.
    Keyword(String),
    /// Those that run where nothing is said.
    Default,
    /// Some that cannot be told: by a variable, or by an expression.
    Any,
}

/// The calls of nox in a command, and what each asks for.
pub(crate) fn asked(text: &str) -> Vec<Asked> {
    calls(text, &["nox"]).iter().filter_map(of_call).collect()
}

impl Follow<'_, '_> {
    /// Whether all calls of nox are followed whole; `None` where there is none.
    pub(super) fn nox(&mut self, text: &str, folder: &str, depth: u32) -> Option<bool> {
        let asked = asked(text);
        let mut all = (!asked.is_empty()).then_some(true);
        for one in &asked {
            let is_whole = self.sessions(one, folder, depth);
            all = all.map(|all| all && is_whole);
        }
        all
    }

    fn sessions(&mut self, asked: &Asked, folder: &str, depth: u32) -> bool {
        let name = asked.file.as_deref().unwrap_or("noxfile.py");
        let Some((path, text)) = self.text(folder, &[name]) else { return false };
        // It goes to where its file is.
        let folder = folder_of(&path);
        let outline = self.files.outline(&path, &text);
        let outline = match outline.as_ref() {
            Ok(outline) => outline,
            Err(reason) => {
                self.files.miss(format!("{reason}, so that its sessions are not known"));
                return false;
            }
        };
        let (mut any, mut is_whole) = (false, true);
        for (at, session) in reached(outline, &asked.which) {
            let function = &outline.functions[at];
            // Where a session goes is not followed.
            let goes = |name: &str| ["chdir", "cd"].iter().any(|to| name == format!("{session}.{to}"));
            let is_known = !function.calls.iter().any(|call| goes(&call.name));
            let is_new = self.is_new(&path, &function.name);
            for (line, command) in commands(function, &session, RUNS, outline) {
                any = true;
                let Some(command) = command else {
                    is_whole = false;
                    continue;
                };
                if is_new {
                    self.take(Place { path: &path, line, folder, is_known }, &command, depth - 1);
                }
            }
        }
        any && is_whole
    }
}

/// What the words of a call ask for; `None` where it runs nothing of this file.
fn of_call(call: &Call) -> Option<Asked> {
    let quiet = ["-l", "--list", "--list-sessions", "--install-only", "-h", "--help", "--version", "--usage"];
    let words: Vec<&str> = call.words.iter().map(String::as_str).take_while(|word| *word != "--").collect();
    if words.iter().any(|word| quiet.contains(word)) {
        return None;
    }
    let (mut names, mut tags, mut keywords, mut files) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut option = "";
    for word in words {
        let (name, value) = word.split_once('=').filter(|_| word.starts_with('-')).unwrap_or((word, ""));
        let value = if name.starts_with('-') {
            option = name;
            value
        } else {
            word
        };
        let into = match option {
            "-s" | "-e" | "--session" | "--sessions" => &mut names,
            "-t" | "--tags" => &mut tags,
            "-k" | "--keywords" => &mut keywords,
            "-f" | "--noxfile" => &mut files,
            _ => continue,
        };
        into.extend(Some(value).filter(|value| !value.is_empty()));
    }
    if names.is_empty()
        && let Some(listed) = call.variable("NOXSESSION")
    {
        names.extend(listed.split(','));
    }
    let file = files.first().map(|file| (*file).to_owned());
    Some(Asked { which: selected(&names, &tags, &keywords), file })
}

/// Tags and keywords are asked before names.
fn selected(names: &[&str], tags: &[&str], keywords: &[&str]) -> Which {
    let is_plain = |word: &&str| word.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    match (tags, keywords) {
        ([], []) => {}
        ([], [word]) if word.chars().all(|c| c.is_alphanumeric() || c == '_') => {
            return Which::Keyword((*word).to_owned());
        }
        (tags, []) if tags.iter().all(is_plain) => {
            return Which::Tagged(tags.iter().map(ToString::to_string).collect());
        }
        _ => return Which::Any,
    }
    // Of `tests-${{ matrix.python }}` the name is what stands before the variable.
    let clean = |name: &&str| {
        let name = name.split(['$', '(', '%']).next().unwrap_or("");
        name.trim_end_matches('-').replace('-', "_")
    };
    let named: Vec<String> = names.iter().map(clean).filter(|name| !name.is_empty()).collect();
    match named.is_empty() {
        false => Which::Named(named),
        true if !names.is_empty() => Which::Any,
        true => Which::Default,
    }
}

/// A function as a session.
struct Session {
    /// What it is called by, with `_` for `-`.
    names: Vec<String>,
    tags: Vec<String>,
    /// Sessions that run before it.
    requires: Vec<String>,
    is_default: bool,
}

impl Session {
    /// `@nox.session`, `@session` of an import, or a decorator of one's own that is named after it.
    fn of(function: &Function, outline: &Outline) -> Option<Session> {
        let last = |name: &str| name.rsplit('.').next().unwrap_or("").contains("session");
        let mut decorators = function.decorators.iter().filter(|one| last(&one.name)).peekable();
        decorators.peek()?;
        let told = |key: &str| {
            let found = function.decorators.iter().find_map(|one| one.keyword(key));
            let value = found.map(|value| resolved(value, outline));
            let texts = value.as_ref().map(Value::texts).unwrap_or_default();
            texts.into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let is_default = !decorators.any(|one| one.keyword("default") == Some(&Value::Bool(false)));
        Some(Session {
            names: told("name").into_iter().chain([function.name.clone()]).map(|name| name.replace('-', "_")).collect(),
            tags: told("tags"),
            requires: told("requires"),
            is_default,
        })
    }

    /// Whether a call by this name means it; `lint-3.12` is `lint` for one Python.
    fn is_named(&self, asked: &str) -> bool {
        self.names.iter().any(|name| {
            let Some(rest) = asked.strip_prefix(name.as_str()) else { return false };
            let python = rest.strip_prefix('_').unwrap_or("");
            rest.is_empty() || python.starts_with(|c: char| c.is_ascii_digit() || c == 'p' || c == '{')
        })
    }

    fn is_asked(&self, asked: &Which) -> bool {
        match asked {
            Which::Named(names) => names.iter().any(|name| self.is_named(name)),
            Which::Tagged(tags) => self.tags.iter().any(|own| tags.contains(own)),
            Which::Keyword(word) => {
                self.names.iter().any(|name| name.contains(word)) || self.tags.iter().any(|tag| tag.contains(word))
            }
            Which::Default => self.is_default,
            Which::Any => true,
        }
    }
}

/// What the file chooses where a call says nothing: `nox.options.sessions`, `tags` or `keywords`.
fn chosen(outline: &Outline) -> Which {
    let option = |name: &str| {
        let is_own = |full: &str| full == format!("nox.options.{name}") || full == format!("options.{name}");
        let value = &outline.assigned.iter().rev().find(|one| is_own(&one.name))?.value;
        Some(resolved(value, outline))
    };
    let listed = |value: Option<Value>| {
        value.as_ref().map(|value| value.texts().into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let (names, tags, keywords) = (listed(option("sessions")), listed(option("tags")), listed(option("keywords")));
    let told = |list: &Option<Vec<String>>| -> Vec<String> { list.clone().unwrap_or_default() };
    if [&names, &tags, &keywords].iter().all(|list| list.is_none()) {
        return Which::Default;
    }
    let (names, tags, keywords) = (told(&names), told(&tags), told(&keywords));
    let parts = [&names, &tags, &keywords].map(|list| list.iter().map(String::as_str).collect::<Vec<_>>());
    match selected(&parts[0], &parts[1], &parts[2]) {
        // A list that is put together when the file runs.
        Which::Default => Which::Any,
        asked => asked,
    }
}

/// The functions that a call reaches, each with the name of its session: the sessions it asks for, what these need and
/// notify, and what they hand their session to.
fn reached(outline: &Outline, asked: &Which) -> BTreeSet<(usize, String)> {
    let sessions: Vec<Option<Session>> = outline.functions.iter().map(|one| Session::of(one, outline)).collect();
    let by_file = if *asked == Which::Default { Some(chosen(outline)) } else { None };
    let asked = by_file.as_ref().unwrap_or(asked);
    // A parameter that is not named is most likely called so.
    let first = |at: usize| outline.functions[at].parameters.first().cloned().unwrap_or_else(|| "session".to_owned());
    let named = |name: &str| {
        let name = name.replace('-', "_");
        let is_one = |session: &Option<Session>| session.as_ref().is_some_and(|session| session.is_named(&name));
        let all = sessions.iter().enumerate().filter(|(_, session)| is_one(session)).map(|(at, _)| (at, first(at)));
        all.collect::<Vec<_>>()
    };
    let is_asked = |session: &Option<Session>| session.as_ref().is_some_and(|session| session.is_asked(asked));
    let start = sessions.iter().enumerate().filter(|(_, session)| is_asked(session));
    let mut open: Vec<(usize, String)> = start.map(|(at, _)| (at, first(at))).collect();
    let mut seen = BTreeSet::new();
    while let Some((at, session)) = open.pop() {
        if !seen.insert((at, session.clone())) {
            continue;
        }
        let function = &outline.functions[at];
        open.extend(sessions[at].iter().flat_map(|session| &session.requires).flat_map(|name| named(name)));
        open.extend(handed(function, &session, outline));
        for call in &function.calls {
            if call.name == format!("{session}.notify") {
                open.extend(call.arguments.first().into_iter().flat_map(Value::texts).flat_map(named));
                // `session.notify(lint)` hands over the function.
                let function = |value: &Value| matches!(value, Value::Name(name) if outline.functions.iter().any(|one| one.name == *name));
                if let Some(Value::Name(name)) = call.arguments.first().filter(|value| function(value)) {
                    open.extend(named(name));
                }
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests;
