//! Names of what a repository's own tools can run: targets of `make`, recipes of `just`, scripts of a `package.json`.

use std::collections::BTreeSet;

/// Files that name them.
pub(super) const FILES: &[&str] =
    &["Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", ".justfile", "package.json"];

/// The tool that runs a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tool {
    Make,
    Just,
    Npm,
}

/// What one file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Targets {
    pub(super) tool: Tool,
    pub(super) names: BTreeSet<String>,
    /// There may be more: rules with patterns or variables, other files, a file that cannot be read.
    pub(super) open: bool,
}

/// Reads a file.
pub(super) fn read(base: &str, text: &str) -> Targets {
    match base {
        "package.json" => npm(text),
        "justfile" | "Justfile" | ".justfile" => just(text),
        _ => make(text),
    }
}

fn npm(text: &str) -> Targets {
    let document = serde_json::from_str::<serde_json::Value>(text).ok();
    let scripts = document.as_ref().and_then(|document| document.get("scripts")).and_then(|all| all.as_object());
    let names = scripts.into_iter().flat_map(|all| all.keys().cloned()).collect();
    Targets { tool: Tool::Npm, names, open: document.is_none() }
}

fn make(text: &str) -> Targets {
    const OTHER: &[&str] = &["include", "-include", "sinclude", "define"];
    let mut targets = Targets { tool: Tool::Make, names: BTreeSet::new(), open: false };
    let text = text.replace("\\\n", " ");
    for line in text.lines().filter(|line| !line.starts_with(['\t', '#'])) {
        let line = line.trim();
        targets.open |=
            line.contains("$(eval") || line.split_whitespace().next().is_some_and(|word| OTHER.contains(&word));
        let Some((left, right)) = line.split_once(':') else { continue };
        if right.starts_with('=') || right.starts_with(":=") || left.contains('=') {
            continue;
        }
        targets.open |= left.contains(['%', '$']);
        targets.names.extend(left.split_whitespace().map(str::to_owned));
        if left.trim() == ".PHONY" {
            targets.names.extend(right.split_whitespace().map(str::to_owned));
        }
    }
    targets
}

fn just(text: &str) -> Targets {
    let mut targets = Targets { tool: Tool::Just, names: BTreeSet::new(), open: false };
    for line in text.lines().filter(|line| !line.starts_with([' ', '\t', '#', '['])) {
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or_default();
        targets.open |= matches!(first, "import" | "import?" | "mod" | "mod?");
        let name = if first == "alias" { words.next() } else { Some(first) };
        if line.contains(':')
            && let Some(name) = name
        {
            targets.names.insert(name.trim_start_matches('@').trim_end_matches(':').to_owned());
        }
    }
    targets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(base: &str, text: &str) -> (Vec<String>, bool) {
        let targets = read(base, text);
        (targets.names.into_iter().collect(), targets.open)
    }

    #[test]
    fn targets_of_each_tool_are_read() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(seen("Makefile", "A := b\nall test: x \\\n  y\n\techo a: b\n"), (names(&["all", "test"]), false));
        assert_eq!(seen("Makefile", ".PHONY: a\nA ?= b:c\n").0, names(&[".PHONY", "a"]));
        assert_eq!(
            seen("justfile", "set shell := ['sh']\nbuild target='x': dep\n  echo\nalias b := build\n@run:\n").0,
            names(&["b", "build", "run", "set"])
        );
        assert_eq!(seen("package.json", "{\"scripts\":{\"dev\":\"x\"}}"), (names(&["dev"]), false));
    }

    #[test]
    fn where_more_may_be_it_is_open() {
        for (base, text) in [
            ("Makefile", "include x.mk\n"),
            ("Makefile", "%.o: %.c\n"),
            ("Makefile", "$(A): b\n"),
            ("justfile", "mod x\n"),
            ("package.json", "{"),
        ] {
            assert!(seen(base, text).1, "{text}");
        }
    }
}
