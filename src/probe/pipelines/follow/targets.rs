//! Targets of a `Makefile`, recipes of a `justfile`, tasks of a `Taskfile`, functions of a magefile: each with its commands
//! and with what it needs.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::super::step::Shell;
use super::scripts::variables;
use super::{Follow, Place, fixed, folder_of, has_any, number};

static CALL: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r"(?:^|[\s;&|(/])(make|gmake|just|task|go-task|mage|nmake)((?:\s+[^\s;&|)]+)*)\s*(?:$|[;&|)])")
});

/// The targets of one file.
pub(super) struct Targets {
    rules: Vec<Rule>,
    /// Rules by their names in lower case.
    named: BTreeMap<String, Vec<usize>>,
    /// Other files that it includes.
    included: Vec<String>,
}

/// One target, or several with one recipe.
struct Rule {
    names: Vec<String>,
    needs: Vec<String>,
    /// Its commands with their lines, and whether each runs in the folder for sure.
    recipe: Vec<(u32, String, bool)>,
}

impl Targets {
    pub(super) fn of(path: &str, text: &str) -> Targets {
        let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
        let lines: Vec<&str> = text.lines().collect();
        let mut targets = Targets { rules: Vec::new(), named: BTreeMap::new(), included: Vec::new() };
        for (at, line) in lines.iter().enumerate() {
            if let Some(rest) = line.strip_prefix("include ").or_else(|| line.strip_prefix("-include ")) {
                targets.included.extend(rest.split_whitespace().map(str::to_owned));
            }
            let head = Head::of(line).filter(|_| is_yaml || line.starts_with(|c: char| !c.is_whitespace()));
            if let Some(head) = head {
                targets.add(head, &lines[at + 1..], at + 1, is_yaml);
            }
        }
        targets
    }

    fn add(&mut self, head: Head, below: &[&str], from: usize, is_yaml: bool) {
        let is_own = |text: &&&str| {
            let indent = text.len() - text.trim_start().len();
            text.trim().is_empty() || indent > head.indent || text.starts_with('\t')
        };
        let own = below.iter().take_while(is_own).enumerate();
        let recipe = own.flat_map(|(at, text)| {
            let is_known = Shell::new("").is_known(text);
            let is_soft = !is_yaml && is_ignored(text);
            let soft = move |text: String| if is_soft { format!("{text} || true") } else { text };
            commands(text).into_iter().map(move |text| (number(from + at), soft(text), is_known))
        });
        let at = self.rules.len();
        for name in &head.names {
            let rules = self.named.entry(name.to_ascii_lowercase()).or_default();
            if rules.last() != Some(&at) {
                rules.push(at);
            }
        }
        let recipe = recipe.collect();
        self.rules.push(Rule { names: head.names, needs: head.needs, recipe });
    }

    /// The rules of a target; of none the first, which is the default.
    fn of_target(&self, target: &str) -> Vec<&Rule> {
        if target.is_empty() {
            return self.rules.iter().find(|rule| !rule.names[0].starts_with('.')).into_iter().collect();
        }
        let named = self.named.get(&target.to_ascii_lowercase()).map(Vec::as_slice).unwrap_or_default();
        named.iter().map(|at| &self.rules[*at]).collect()
    }
}

/// The line that a target starts with.
struct Head {
    indent: usize,
    names: Vec<String>,
    needs: Vec<String>,
}

impl Head {
    fn of(line: &str) -> Option<Head> {
        static HEAD: LazyLock<Regex> =
            LazyLock::new(|| fixed(r"^(\s{0,4}|func\s+)@?([\w./%-]+)[^\n:=(]*(?::{1,2}([^=\n][^\n]*|)$|\()"));
        let found = HEAD.captures(line)?;
        let others = line.split(':').next().unwrap_or("").split_whitespace().filter(|name| *name != &found[2]);
        let needs = found.get(3).map_or("", |needs| needs.as_str()).split('#').next().unwrap_or("");
        let needs = needs.split(|c: char| c.is_whitespace() || c == '&');
        Some(Head {
            indent: found[1].len(),
            names: std::iter::once(found[2].to_owned()).chain(others.map(str::to_owned)).collect(),
            needs: needs.filter(|need| !need.is_empty() && !need.starts_with('$')).map(str::to_owned).collect(),
        })
    }
}

/// Whether `make` and `just` go on when the command of a line fails: `-` before it.
fn is_ignored(line: &str) -> bool {
    let line = line.trim_start();
    line[..line.len() - line.trim_start_matches(['@', '-', '+']).len()].contains('-')
}

/// The commands on a line of a recipe, without the marks before them; a task that names others runs these.
fn commands(line: &str) -> Vec<String> {
    let line = by_name(line.trim().trim_start_matches(['@', '-', '+', ' ']));
    let clean = line.trim_start_matches(['@', '-', '+', '$', ' ']).trim_start_matches('(').trim();
    if clean.is_empty() || clean.starts_with('#') {
        return Vec::new();
    }
    if let Some(name) = clean.strip_prefix("task:") {
        return vec![format!("task {}", name.trim())];
    }
    if let Some(listed) = clean.strip_prefix("deps:") {
        let names = listed.trim().trim_matches(['[', ']']).split(',').map(str::trim).filter(|name| !name.is_empty());
        return names.map(|name| format!("task {name}")).collect();
    }
    let clean = clean.replace("$(MAKE)", "make").replace("${MAKE}", "make");
    let clean = clean.replace("$(", " ").replace("${", " ").replace([')', '}'], " ");
    vec![variables(&clean)]
}

/// A command whose program is a variable, as the program that the variable is named after: `$(MAKE) check`, `$(HATCH) run x`.
fn by_name(command: &str) -> Cow<'_, str> {
    static VARIABLE: LazyLock<Regex> = LazyLock::new(|| fixed(r"^\$(?:\(\w+\)|\{\w+\})(?:\s|$)"));
    match VARIABLE.find(command) {
        Some(found) => format!("{} {}", variables(found.as_str().trim()), &command[found.end()..]).into(),
        None => command.into(),
    }
}

impl Follow<'_, '_> {
    pub(super) fn targets(&mut self, text: &str, folder: &str, depth: u32) {
        if !has_any(text, &["make", "just", "task", "mage"]) {
            return;
        }
        for found in CALL.captures_iter(text) {
            let names: &[&str] = match &found[1] {
                "just" => &["justfile", "Justfile", ".justfile"],
                "task" | "go-task" => &["Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "Taskfile.dist.yml"],
                "mage" => &["magefile.go", "magefiles/magefile.go"],
                _ => &["GNUmakefile", "Makefile", "makefile"],
            };
            let Some((path, file)) = self.text(folder, names) else { continue };
            let mut asked: Vec<&str> =
                found[2].split_whitespace().filter(|word| !word.starts_with('-') && !word.contains('=')).collect();
            if asked.is_empty() {
                asked.push("");
            }
            for target in asked {
                self.target((&path, &file), target, folder_of(&path), depth);
            }
        }
    }

    /// The recipe of a target and those of what it needs.
    fn target(&mut self, (path, file): (&str, &str), target: &str, folder: &str, depth: u32) {
        if !self.is_new(path, target) {
            return;
        }
        let targets = self.files.targets(path, file);
        for rule in targets.of_target(target) {
            for (line, text, is_known) in &rule.recipe {
                self.take(Place { path, line: *line, folder, is_known: *is_known }, text, depth - 1);
            }
            for need in rule.needs.iter().filter(|_| depth > 1) {
                self.target((path, file), need, folder, depth - 1);
            }
        }
        for name in targets.included.iter().filter(|_| depth > 1) {
            if let Some((path, file)) = self.text(folder, &[name.as_str()]) {
                self.target((&path, &file), target, folder, depth - 1);
            }
        }
    }
}
