//! Which tests count: by name, by tag, by the file or folder they stand in.

use std::collections::BTreeSet;

use super::Tests;
use super::case::Case;
use crate::probe::Look;
use crate::probe::report_paths::Paths;
use crate::probe::wildcard::like;
use crate::world::Select;

/// Parts of a class name that may be folders.
const DEEPEST: usize = 16;
/// Endings of files that hold one class or module of the name of the test's.
const ENDINGS: &[&str] = &["py", "java", "kt", "scala", "groovy", "cs", "php", "rb", "exs"];

/// What the parameters choose.
pub(super) struct Filter<'a> {
    name: Option<&'a str>,
    tag: Option<&'a str>,
    files: Option<Files<'a>>,
}

/// Files that a glob chooses, and what is needed to find the file of a test.
struct Files<'a> {
    look: &'a Look<'a>,
    paths: Paths<'a>,
    glob: &'a str,
    chosen: BTreeSet<&'a str>,
}

/// Whether a test counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counts {
    Yes,
    No,
    /// The report does not say where it stands.
    Unplaced,
}

impl<'a> Filter<'a> {
    /// Of these parameters.
    pub(super) fn new(tests: &'a Tests, look: &'a Look<'a>) -> Filter<'a> {
        let files = tests.path.as_deref().map(|glob| Files {
            look,
            paths: Paths::new(look.swept.tree(), look.folder),
            glob,
            chosen: chosen(look, glob),
        });
        Filter { name: tests.filter.as_deref(), tag: tests.tag.as_deref(), files }
    }

    /// Whether a test counts.
    pub(super) fn lets(&self, case: &Case) -> Counts {
        let named = self.name.is_none_or(|filter| names(filter, &case.name));
        let tagged = self.tag.is_none_or(|tag| case.tags.iter().any(|known| like(tag, known)));
        if !named || !tagged {
            return Counts::No;
        }
        self.files.as_ref().map_or(Counts::Yes, |files| files.lets(case))
    }

    /// The filters in words, for the reason when they let nothing through; `None` without one.
    pub(super) fn words(&self) -> Option<String> {
        let glob = self.files.as_ref().map(|files| files.glob);
        let words = [("named like", self.name), ("tagged", self.tag), ("in", glob)]
            .map(|(verb, value)| value.map(|value| format!("{verb} `{value}`")));
        let words: Vec<String> = words.into_iter().flatten().collect();
        (!words.is_empty()).then(|| words.join(" and "))
    }

    /// The tag that is asked for.
    pub(super) fn tag(&self) -> Option<&str> {
        self.tag
    }
}

/// Whether a filter of names lets a name through.
fn names(filter: &str, name: &str) -> bool {
    if filter.contains(['*', '?']) { like(filter, name) } else { name.contains(filter) }
}

/// Files of the tree that a glob means; a folder means everything below it.
fn chosen<'a>(look: &'a Look<'a>, glob: &str) -> BTreeSet<&'a str> {
    let tree = look.swept.tree();
    let below = format!("{}/**", glob.trim_end_matches('/'));
    let globs = [glob.trim_end_matches('/'), below.as_str()];
    let selected = globs.into_iter().filter_map(|glob| Select::glob(glob).ok());
    selected.flat_map(|select| tree.select(&select.below(look.folder))).map(|id| tree.entry(id).path.as_str()).collect()
}

impl Files<'_> {
    fn lets(&self, case: &Case) -> Counts {
        let is_in = match (self.file(case), self.folder(case)) {
            (Some(file), _) => self.chosen.contains(file),
            (None, Some(folder)) => self.chosen.iter().any(|path| parent(path) == folder),
            (None, None) => return Counts::Unplaced,
        };
        if is_in { Counts::Yes } else { Counts::No }
    }

    /// The file that the report names, else the one that the class or module of the test is named after.
    fn file(&self, case: &Case) -> Option<&str> {
        if let Some(file) = case.file.as_deref().and_then(|file| self.paths.find(file, &[], "")) {
            return Some(file);
        }
        let class = case.class.replace("::", ".").replace('\\', ".");
        let parts: Vec<&str> = class.split('.').filter(|part| !part.is_empty()).take(DEEPEST).collect();
        let named =
            |start: &str| ENDINGS.iter().find_map(|ending| self.paths.find(&format!("{start}.{ending}"), &[], ""));
        // A class may lie in a folder that is not named after its namespace.
        let class = || parts.last().filter(|name| name.starts_with(char::is_uppercase)).and_then(|name| named(name));
        (1..=parts.len()).rev().find_map(|count| named(&parts[..count].join("/"))).or_else(class)
    }

    /// The folder of a Go package, which is what its reports name.
    fn folder(&self, case: &Case) -> Option<String> {
        let parts: Vec<&str> = case.class.split('/').take(DEEPEST).collect();
        if parts.len() < 2 {
            return None;
        }
        let tree = self.look.swept.tree();
        let below = |rest: &[&str]| crate::probe::folder::join(self.look.folder, &rest.join("/"));
        let longest = (1..parts.len()).map(|from| below(&parts[from..])).find(|folder| tree.has_folder(folder));
        Some(longest.unwrap_or_else(|| self.look.folder.to_owned()))
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_a_part_of_the_name_or_a_pattern_for_all_of_it() {
        assert!(names("orders", "tests.orders.test_new[1]") && names("test_new[1]", "tests.orders.test_new[1]"));
        assert!(names("*orders*", "a.orders.b") && names("a.?", "a.b") && names("a*", "a"));
        assert!(!names("orders*", "a.orders.b") && !names("a.?", "a.bc") && !names("a*b", "abc"));
        assert!(!like(&"*a".repeat(200), &"a".repeat(150)), "and in time");
    }
}
