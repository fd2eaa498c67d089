//! What a file says about environments of tox, in whichever form: `tox.ini`, `setup.cfg`, `tox.toml`, or `pyproject.toml` with
//! tables or with the text of a `tox.ini`.

use std::collections::BTreeSet;

use super::super::table::{self, Item};
use super::factors::{expanded, of_environment};
use super::ini::{Ini, Line, Section};
use super::put::{command, referred};

/// References from one key to another that are followed.
const DEPTH: u32 = 6;
const PARTS: &[&str] = &["commands_pre", "commands", "commands_post"];

/// Where environments are written.
#[derive(Debug)]
pub(super) enum Source {
    Ini { ini: Ini, core: &'static str },
    Toml(Item),
}

/// What an environment runs.
#[derive(Debug, Default)]
pub(super) struct Commands {
    pub(super) lines: Vec<Line>,
    /// Whether all of it is written there.
    pub(super) is_whole: bool,
    /// Whether it runs somewhere else than where tox does.
    pub(super) is_elsewhere: bool,
}

impl Source {
    /// Reads a file by its name; `Ok(None)` is one that says nothing of tox.
    pub(super) fn of(path: &str, text: &str) -> Result<Option<Source>, String> {
        let base = path.rsplit('/').next().unwrap_or(path);
        if !base.ends_with(".toml") {
            let ini = Ini::of(text, 1);
            let core = if base == "setup.cfg" { "tox:tox" } else { "tox" };
            let is_one = base != "setup.cfg" || ini.section(core).is_some();
            return Ok(is_one.then_some(Source::Ini { ini, core }));
        }
        if base == "pyproject.toml" && !text.contains("tox") {
            return Ok(None);
        }
        let root = table::read(path, text)?;
        let own = if base == "pyproject.toml" { root.at(&["tool", "tox"]).cloned() } else { Some(root) };
        Ok(own.map(|own| match own.get("legacy_tox_ini").and_then(|item| Some((item.line, item.text()?))) {
            Some((line, legacy)) => Source::Ini { ini: Ini::of(legacy, line), core: "tox" },
            None => Source::Toml(own),
        }))
    }

    /// The list of environments that run where none is named.
    pub(super) fn listed(&self) -> Vec<String> {
        match self {
            Source::Ini { ini, core } => {
                let list = ini.section(core).and_then(|section| section.text(&["env_list", "envlist"]));
                list.map(|list| expanded(&list)).unwrap_or_default()
            }
            Source::Toml(root) => {
                ["env_list", "envlist"].iter().find_map(|key| root.get(key)).map_or_else(Vec::new, of_list)
            }
        }
    }

    /// Environments that have a part of their own.
    pub(super) fn defined(&self) -> Vec<String> {
        match self {
            Source::Ini { ini, .. } => ini.environments(),
            Source::Toml(root) => {
                root.get("env").map(Item::entries).unwrap_or_default().iter().map(|(name, _)| name.clone()).collect()
            }
        }
    }

    /// The environments with a label.
    pub(super) fn labelled(&self, label: &str) -> Vec<String> {
        let core: Vec<String> = match self {
            Source::Ini { ini, core } => {
                let all = ini.section(core).and_then(|section| section.text(&["labels"])).unwrap_or_default();
                let own = all.lines().filter_map(|line| line.split_once('=')).filter(|(name, _)| name.trim() == label);
                own.flat_map(|(_, list)| expanded(list)).collect()
            }
            Source::Toml(root) => root.at(&["labels", label]).map_or_else(Vec::new, of_list),
        };
        let has = |name: &String| match self {
            Source::Ini { ini, .. } => ini
                .of_environment(name)
                .and_then(|own| own.text(&["labels"]))
                .is_some_and(|own| expanded(&own).iter().any(|one| one == label)),
            Source::Toml(root) => root.at(&["env", name, "labels"]).is_some_and(|own| own.texts().contains(&label)),
        };
        core.into_iter().chain(self.defined().into_iter().filter(has)).collect()
    }

    /// What an environment runs when a call gives these arguments.
    pub(super) fn commands(&self, name: &str, given: Option<&str>) -> Commands {
        let mut found = Commands { is_whole: true, ..Commands::default() };
        match self {
            Source::Ini { ini, .. } => of_ini(ini, name, given, &mut found),
            Source::Toml(root) => of_toml(root, name, given, &mut found),
        }
        found
    }

    /// Factors that names are made of.
    pub(super) fn factors(&self) -> BTreeSet<String> {
        let listed = self.listed();
        let mut found: BTreeSet<String> = listed.iter().flat_map(|name| name.split('-')).map(str::to_owned).collect();
        found.extend(self.defined());
        found
    }
}

/// The parts of a file that an environment is read from, the first that has a key decides.
fn parts<'i>(ini: &'i Ini, name: &str) -> Vec<&'i Section> {
    let own = ini.of_environment(name);
    let bases = own.and_then(|own| own.text(&["base"])).unwrap_or_else(|| "testenv".to_owned());
    let bases = expanded(&bases)
        .into_iter()
        .filter_map(|base| ini.section(&base).or_else(|| ini.section(&format!("testenv:{base}"))));
    own.into_iter().chain(bases).collect()
}

fn of_ini(ini: &Ini, name: &str, given: Option<&str>, found: &mut Commands) {
    let parts = parts(ini, name);
    let value = |keys: &[&str]| parts.iter().find_map(|section| section.get(keys));
    found.is_elsewhere = value(&["changedir", "change_dir"]).is_some();
    let is_soft =
        value(&["ignore_outcome"]).is_some_and(|lines| lines.iter().any(|(_, text)| text.eq_ignore_ascii_case("true")));
    for part in PARTS {
        let Some(lines) = value(&[part]) else { continue };
        let mut all = Vec::new();
        lines_of(ini, lines, name, DEPTH, &mut all, found);
        for (line, text) in joined(all) {
            let soft = if is_soft { " || true" } else { "" };
            found.lines.extend(command(&text, given).map(|text| (line, format!("{text}{soft}"))));
        }
    }
}

/// The lines of a value that are for an environment, with those of the keys that they refer to.
fn lines_of(ini: &Ini, lines: &[Line], name: &str, left: u32, all: &mut Vec<Line>, found: &mut Commands) {
    let mut is_left_out = false;
    for (line, text) in lines {
        let goes_on = text.ends_with('\\');
        // What a line left out goes on with is left out too.
        let own = if is_left_out { None } else { of_environment(text, name) };
        is_left_out = goes_on && own.is_none();
        let Some(text) = own else { continue };
        let Some((section, key)) = referred(text) else {
            all.push((*line, text.to_owned()));
            continue;
        };
        let section = ini.section(&section).or_else(|| ini.of_environment(section.strip_prefix("testenv:")?));
        let inner = section.and_then(|section| section.get(&[&key.to_ascii_lowercase()]));
        match (inner, left.checked_sub(1)) {
            (Some(inner), Some(left)) => lines_of(ini, inner, name, left, all, found),
            _ => found.is_whole = false,
        }
    }
}

/// Lines with those joined to them that `\` continues.
fn joined(lines: Vec<Line>) -> Vec<Line> {
    let mut joined: Vec<Line> = Vec::new();
    for (line, text) in lines {
        match joined.last_mut() {
            Some((_, before)) if before.ends_with('\\') => {
                before.pop();
                before.push_str(&text);
            }
            _ => joined.push((line, text)),
        }
    }
    joined
}

/// Names of a list; `{ product = [[…], […]] }` is each with each.
fn of_list(item: &Item) -> Vec<String> {
    let mut all: Vec<String> = item.text().map(expanded).unwrap_or_default();
    for one in item.items().iter().chain(item.get("product").is_some().then_some(item)) {
        all.extend(one.text().map(str::to_owned));
        let Some(product) = one.get("product") else { continue };
        let mut names = vec![String::new()];
        for factors in product.items() {
            let longer = |name: &String| {
                let add = |factor: &str| if name.is_empty() { factor.to_owned() } else { format!("{name}-{factor}") };
                factors.texts().into_iter().map(add).collect::<Vec<_>>()
            };
            names = names.iter().flat_map(longer).take(500).collect();
        }
        all.extend(names);
    }
    all
}

fn of_toml(root: &Item, name: &str, given: Option<&str>, found: &mut Commands) {
    let own = root.at(&["env", name]);
    let base = own.and_then(|own| own.get("base"));
    let bases: Vec<&str> = base.map_or_else(|| vec!["env_run_base"], Item::texts);
    let bases = bases.into_iter().filter_map(|base| root.at(&base.split('.').collect::<Vec<_>>()));
    let parts: Vec<&Item> = own.into_iter().chain(bases).collect();
    let value = |key: &str| parts.iter().find_map(|part| part.get(key));
    found.is_elsewhere = ["change_dir", "changedir"].iter().any(|key| value(key).is_some());
    let soft = if value("ignore_outcome").is_some_and(Item::is_true) { " || true" } else { "" };
    for part in PARTS {
        let Some(list) = value(part) else { continue };
        let mut all = Vec::new();
        commands_of(root, list.items(), given, DEPTH, &mut all, found);
        found.lines.extend(all.into_iter().map(|(line, text)| (line, format!("{text}{soft}"))));
    }
}

/// Commands of a list: each is a list of words, or stands for others.
fn commands_of(root: &Item, list: &[Item], given: Option<&str>, left: u32, all: &mut Vec<Line>, found: &mut Commands) {
    let Some(left) = left.checked_sub(1) else { return };
    for item in list {
        let words = words(item.items(), given);
        if !words.is_empty() {
            all.extend(command(&words.join(" "), given).map(|text| (item.line, text)));
            continue;
        }
        if item.entries().is_empty() {
            continue;
        }
        // A condition may hold or not; a reference leads to another list.
        let keys = item.get("of").map(Item::texts).unwrap_or_default();
        let referred = if keys.is_empty() { None } else { root.at(&keys) };
        let inner = [item.get("then"), item.get("else"), referred];
        found.is_whole &= inner.iter().any(Option::is_some);
        inner.into_iter().flatten().for_each(|inner| commands_of(root, inner.items(), given, left, all, found));
    }
}

/// The words of a command; `{ replace = "posargs", default = […] }` is what the call gives.
fn words(items: &[Item], given: Option<&str>) -> Vec<String> {
    items
        .iter()
        .flat_map(|item| match (item.text(), item.get("replace").and_then(Item::text)) {
            (Some(text), _) => vec![text.to_owned()],
            (None, Some("posargs")) if given.is_some() => given.into_iter().map(str::to_owned).collect(),
            (None, Some(_)) => {
                let default = item.get("default");
                let inner = default.map(|default| words(default.items(), given)).unwrap_or_default();
                default.and_then(Item::text).map(str::to_owned).into_iter().chain(inner).collect()
            }
            (None, None) => Vec::new(),
        })
        .collect()
}
