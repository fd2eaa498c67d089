//! tox (its documentation, "Configuration" and "CLI interface"): the commands of the environments that a call chooses, each by
//! its own part of the file and by what that takes over from others.

pub(crate) mod call;
mod factors;
mod ini;
mod put;
mod source;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::rc::Rc;

use regex::Regex;

use super::{Follow, Place, folder_of};
use call::{Asked, OPEN, Which, asked};
use factors::{is_python, may_be};
use source::Source;

/// Files with environments, in the order in which tox looks for them.
const FILES: &[&str] = &["tox.ini", "setup.cfg", "pyproject.toml", "tox.toml"];
/// Environments of one call; more are not looked at.
const MOST: usize = 1000;

impl Follow<'_, '_> {
    /// Whether all calls of tox are followed whole; `None` where there is none.
    pub(super) fn tox(&mut self, text: &str, folder: &str, depth: u32) -> Option<bool> {
        let asked = asked(text);
        let mut all = (!asked.is_empty()).then_some(true);
        for one in &asked {
            let is_whole = self.environments(one, folder, depth);
            all = all.map(|all| all && is_whole);
        }
        all
    }

    /// The first file that says something of tox.
    fn source(&mut self, asked: &Asked, folder: &str) -> Option<(String, Source)> {
        let below = |name: &str| match &asked.config {
            Some(config) => format!("{}/{name}", config.trim_end_matches('/')),
            None => name.to_owned(),
        };
        let own = asked
            .config
            .clone()
            .filter(|config| config.ends_with(".ini") || config.ends_with(".toml") || config.ends_with(".cfg"));
        let names = own.map_or_else(|| FILES.iter().map(|name| below(name)).collect(), |own| vec![own]);
        for name in names {
            let Some((path, text)): Option<(String, Rc<str>)> = self.text(folder, &[&name]) else { continue };
            match Source::of(&path, &text) {
                Ok(Some(source)) => return Some((path, source)),
                Ok(None) => {}
                Err(reason) => self.files.miss(format!("{reason}, so that its environments are not known")),
            }
        }
        None
    }

    fn environments(&mut self, asked: &Asked, folder: &str, depth: u32) -> bool {
        let Some((path, source)) = self.source(asked, folder) else { return false };
        // What is entered again is in what was found already.
        let is_new = self.is_new(&path, &format!("{asked:?}"));
        let chosen = chosen(&source, asked);
        let mut is_whole = chosen.is_whole;
        let (mut any, mut seen) = (false, BTreeSet::new());
        let folder = if asked.config.is_some() { folder_of(&path) } else { folder };
        for name in chosen.names {
            let found = source.commands(&name, asked.given.as_deref());
            is_whole &= found.is_whole;
            for (line, command) in found.lines {
                any = true;
                if is_new && seen.insert((line, command.clone())) {
                    let place = Place { path: &path, line, folder, is_known: !found.is_elsewhere };
                    self.take(place, &command, depth - 1);
                }
            }
        }
        any && is_whole
    }
}

/// The environments that a call chooses.
struct Chosen {
    names: Vec<String>,
    /// Whether the file knows all that are asked for.
    is_whole: bool,
}

fn chosen(source: &Source, asked: &Asked) -> Chosen {
    let known: Vec<String> = source.listed().into_iter().chain(source.defined()).take(MOST).collect();
    let mut chosen = Chosen { names: Vec::new(), is_whole: true };
    match &asked.which {
        Which::Named(names) => names.iter().for_each(|name| chosen.name(name, &known, source)),
        Which::Default => {
            let listed = source.listed();
            chosen.names = if listed.is_empty() { vec!["py".to_owned()] } else { listed };
        }
        Which::All => chosen.names = known,
        Which::Labels(labels) => chosen.names = labels.iter().flat_map(|label| source.labelled(label)).collect(),
        Which::Factors(groups) => {
            let groups: Vec<Vec<_>> =
                groups.iter().map(|group| group.iter().map(|factor| may_be(factor)).collect()).collect();
            let has = |name: &String| groups.iter().any(|group| group.iter().all(|is_one| name.split('-').any(is_one)));
            chosen.names = known.into_iter().filter(has).collect();
        }
    }
    let left_out = asked.skipped.as_ref().and_then(|pattern| Regex::new(&format!("^(?:{pattern})")).ok());
    if let Some(left_out) = left_out {
        chosen.names.retain(|name| !left_out.is_match(name));
    }
    chosen
}

impl Chosen {
    fn name(&mut self, name: &str, known: &[String], source: &Source) {
        let before = self.names.len();
        let is_one = may_be(name);
        self.names.extend(known.iter().filter(|known| is_one(known)).cloned());
        if before < self.names.len() && name.contains(OPEN) {
            return;
        }
        let factors = source.factors();
        let is_made = |factor: &str| factor.contains(OPEN) || is_python(factor) || factors.contains(factor);
        self.is_whole &= before < self.names.len() || name.split('-').all(is_made);
        if before == self.names.len() {
            self.names.push(name.to_owned());
        }
    }
}
