//! Source in languages that the catalog has few patterns for, or none: where there is much of it, that nothing was
//! found means nothing. Which patterns there are is each probe's own.

use crate::world::{Class, ClassSet, Select, Swept};

/// Absence is not known where more than this part of the source, by bytes, was not searched: one in ten.
const MUCH: u64 = 10;

/// Their names and extensions. Scripts of a shell are left out: nearly every repository has a few around its programs.
const NAMES: &[(&str, &[&str])] = &[
    ("C", &["c", "h"]),
    ("C++", &["cc", "cpp", "cxx", "hpp", "hh"]),
    ("Objective-C", &["m", "mm"]),
    ("Swift", &["swift"]),
    ("Dart", &["dart"]),
    ("Elixir", &["ex", "exs"]),
    ("Lua", &["lua"]),
    ("Haskell", &["hs"]),
    ("Erlang", &["erl", "hrl"]),
    ("Clojure", &["clj", "cljs", "cljc"]),
    ("F#", &["fs"]),
    ("Visual Basic", &["vb"]),
    ("Perl", &["pl", "pm"]),
    ("R", &["r", "R"]),
    ("Julia", &["jl"]),
    ("OCaml", &["ml", "mli"]),
    ("Zig", &["zig"]),
    ("Nim", &["nim"]),
    ("Crystal", &["cr"]),
    ("Solidity", &["sol"]),
    ("Tcl", &["tcl"]),
];

/// Extensions of the languages that the catalog is about.
const KNOWN: &[&str] = &[
    "rs", "py", "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte", "astro", "go", "java", "scala",
    "groovy", "kt", "kts", "cs", "rb", "rake", "php",
];

/// The name of such a language, by the path of a file.
pub(super) fn name_of(path: &str) -> Option<&'static str> {
    let extension = extension_of(path);
    NAMES.iter().find(|(_, extensions)| extensions.contains(&extension)).map(|(name, _)| *name)
}

fn extension_of(path: &str) -> &str {
    let base = path.rsplit_once('/').map_or(path, |(_, base)| base);
    base.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// How much source there is, by language.
pub(super) struct Written(Vec<Amount>);

struct Amount {
    /// `None` for all others together.
    name: Option<&'static str>,
    extension: String,
    files: usize,
    bytes: u64,
}

impl Written {
    /// What the tree holds of the selected files of a class.
    pub(super) fn of(swept: &Swept, selected: Select, class: Class) -> Written {
        let mut amounts: Vec<Amount> = Vec::new();
        for id in swept.tree().select(&selected.of(ClassSet::of(&[class]))) {
            let entry = swept.tree().entry(id);
            let (name, extension) = (name_of(&entry.path), extension_of(&entry.path));
            let is_program = name.is_some() || KNOWN.contains(&extension);
            if !is_program || entry.link || swept.class(id) != class {
                continue;
            }
            let at = amounts.iter().position(|known| known.name == name).unwrap_or_else(|| {
                amounts.push(Amount { name, extension: extension.to_owned(), files: 0, bytes: 0 });
                amounts.len() - 1
            });
            amounts[at].files += 1;
            amounts[at].bytes += entry.size;
        }
        amounts.sort_by_key(|amount| (std::cmp::Reverse(amount.bytes), amount.name));
        Written(amounts)
    }

    /// Why it is not known that there is none of something; `None` where all or nearly all was searched for it.
    /// `is_searched` tells of such a language, by one of its extensions, whether it was.
    pub(super) fn unread(&self, is_searched: impl Fn(&str) -> bool) -> Option<String> {
        let unread = self.0.iter().filter(|amount| amount.name.is_some() && !is_searched(&amount.extension));
        let unread: Vec<&Amount> = unread.collect();
        let bytes = |amounts: &[&Amount]| amounts.iter().map(|amount| amount.bytes).sum::<u64>();
        let all: Vec<&Amount> = self.0.iter().collect();
        if bytes(&unread).saturating_mul(MUCH) <= bytes(&all) {
            return None;
        }
        let files = |amounts: &[&Amount]| amounts.iter().map(|amount| amount.files).sum::<usize>();
        let names: Vec<&str> = unread.iter().filter_map(|amount| amount.name).take(3).collect();
        let more = if unread.len() > names.len() { " and others" } else { "" };
        let (few, all) = (files(&unread), files(&all));
        Some(format!("not looked for in {}{more}: {few} of {all} source files", names.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_that_are_not_read_have_names() {
        for (path, name) in [("a/B.swift", Some("Swift")), ("lib/x.hs", Some("Haskell")), ("a.py", None)] {
            assert_eq!(name_of(path), name, "{path}");
        }
        assert!(name_of("README.md").is_none() && name_of(".swift/x").is_none());
        let foreign = |extension: &&&str| NAMES.iter().any(|(_, extensions)| extensions.contains(extension));
        assert_eq!(KNOWN.iter().filter(foreign).count(), 0);
    }
}
