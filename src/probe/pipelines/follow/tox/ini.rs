//! Sections of `tox.ini` and `setup.cfg`, in the grammar of Python's `configparser`: a key's value goes on in lines that are
//! indented deeper.

use std::collections::BTreeMap;

use super::factors::expanded;

/// A file of sections, in order.
#[derive(Debug, Default)]
pub(super) struct Ini {
    pub(super) sections: Vec<Section>,
    /// Where the section of each environment stands.
    named: BTreeMap<String, usize>,
}

/// One section.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) name: String,
    keys: Vec<(String, Vec<Line>)>,
}

/// A line of a value, without its comment, and its number, from 1.
pub(super) type Line = (u32, String);

impl Ini {
    /// Reads a text whose first line has this number.
    pub(super) fn of(text: &str, first: u32) -> Ini {
        let mut sections: Vec<Section> = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let number = first + u32::try_from(at).unwrap_or(0);
            let is_indented = line.starts_with([' ', '\t']);
            let text = without_comment(line).trim();
            if text.is_empty() {
                continue;
            }
            if let Some(name) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).filter(|_| !is_indented)
            {
                sections.push(Section { name: name.trim().to_owned(), keys: Vec::new() });
                continue;
            }
            let Some(section) = sections.last_mut() else { continue };
            match section.keys.last_mut() {
                Some((_, lines)) if is_indented => lines.push((number, text.to_owned())),
                _ => {
                    let Some((key, value)) = text.split_once(['=', ':']) else { continue };
                    let value = value.trim();
                    let lines = if value.is_empty() { Vec::new() } else { vec![(number, value.to_owned())] };
                    section.keys.push((key.trim().to_ascii_lowercase(), lines));
                }
            }
        }
        let mut named = BTreeMap::new();
        for (at, section) in sections.iter().enumerate() {
            let names = section.name.strip_prefix("testenv:").map(expanded).unwrap_or_default();
            names.into_iter().for_each(|name| {
                named.entry(name).or_insert(at);
            });
        }
        Ini { sections, named }
    }

    /// The section of an environment, which may be of several.
    pub(super) fn of_environment(&self, name: &str) -> Option<&Section> {
        self.named.get(name).map(|at| &self.sections[*at])
    }

    /// Environments that have a section, in its order.
    pub(super) fn environments(&self) -> Vec<String> {
        let mut all: Vec<(&String, &usize)> = self.named.iter().collect();
        all.sort_by_key(|(_, at)| **at);
        all.into_iter().map(|(name, _)| name.clone()).collect()
    }

    pub(super) fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }
}

impl Section {
    /// The lines of a key that may be written in several ways.
    pub(super) fn get(&self, names: &[&str]) -> Option<&[Line]> {
        self.keys.iter().find(|(key, _)| names.contains(&key.as_str())).map(|(_, lines)| lines.as_slice())
    }

    /// The lines of a key as one text.
    pub(super) fn text(&self, names: &[&str]) -> Option<String> {
        let lines = self.get(names)?;
        Some(lines.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n"))
    }
}

/// A comment begins a line, or follows a blank.
fn without_comment(line: &str) -> &str {
    let trimmed = line.trim_start();
    if trimmed.starts_with(['#', ';']) {
        return "";
    }
    line.find(" #").map_or(line, |at| &line[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_goes_on_in_lines_that_are_indented() {
        let ini =
            Ini::of("[tox]\nenvlist = a,\n  b # c\n\n# x\n[testenv:a]\ncommands =\n  # no\n  pytest -x\ndeps=c\n", 1);
        let section = |name| ini.section(name).map(|section| section.text(&["envlist", "env_list"]));
        assert_eq!(section("tox"), Some(Some("a,\nb".to_owned())));
        let lines = ini.section("testenv:a").and_then(|section| section.get(&["commands"]));
        assert_eq!(lines, Some(&[(9, "pytest -x".to_owned())][..]));
    }
}
