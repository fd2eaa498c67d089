//! Source in languages that the catalog has few patterns for, or none: where there is much of it, that nothing was
//! found means nothing. Which patterns there are is each probe's own.

use super::code::is_program;
use crate::world::{Amount, Class, ClassSet, Select, Swept};

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
pub(super) struct Written(Vec<Language>);

struct Language {
    /// `None` for all others together.
    name: Option<&'static str>,
    /// One of its extensions.
    extension: String,
    amount: Amount,
}

impl Written {
    /// What there is of a class below a folder.
    pub(super) fn below(swept: &Swept, folder: &str, class: Class) -> Written {
        let mut written = Written(Vec::new());
        for (extension, amount) in swept.amounts(folder, class).iter() {
            written.add(extension, *amount);
        }
        written
    }

    /// The same of selected files alone.
    pub(super) fn of(swept: &Swept, selected: Select, class: Class) -> Written {
        let mut written = Written(Vec::new());
        for id in swept.tree().select(&selected.of(ClassSet::of(&[class]))) {
            let entry = swept.tree().entry(id);
            if !entry.link && swept.class(id) == class {
                written.add(extension_of(&entry.path), Amount { files: 1, bytes: entry.size });
            }
        }
        written
    }

    fn add(&mut self, extension: &str, amount: Amount) {
        let path = format!("a.{extension}");
        let name = name_of(&path);
        if name.is_none() && !is_program(&path) {
            return;
        }
        let at = self.0.iter().position(|known| known.name == name).unwrap_or_else(|| {
            self.0.push(Language { name, extension: extension.to_owned(), amount: Amount::default() });
            self.0.len() - 1
        });
        let known = &mut self.0[at].amount;
        *known = Amount { files: known.files + amount.files, bytes: known.bytes + amount.bytes };
    }

    /// Why it is not known that there is none of something; `None` where all or nearly all was searched for it.
    /// `is_searched` tells of such a language, by one of its extensions, whether it was.
    pub(super) fn unread(&self, is_searched: impl Fn(&str) -> bool) -> Option<String> {
        let foreign = self.0.iter().filter(|language| language.name.is_some() && !is_searched(&language.extension));
        let mut unread: Vec<&Language> = foreign.collect();
        unread.sort_by_key(|language| (std::cmp::Reverse(language.amount.bytes), language.name));
        let (some, all) = (sum(unread.iter().copied()), sum(&self.0));
        if some.bytes.saturating_mul(MUCH) <= all.bytes {
            return None;
        }
        let names: Vec<&str> = unread.iter().filter_map(|language| language.name).take(3).collect();
        let more = if unread.len() > names.len() { " and others" } else { "" };
        Some(format!("not looked for in {}{more}: {} of {} source files", names.join(", "), some.files, all.files))
    }
}

fn sum<'l>(languages: impl IntoIterator<Item = &'l Language>) -> Amount {
    languages.into_iter().fold(Amount::default(), |sum, language| Amount {
        files: sum.files + language.amount.files,
        bytes: sum.bytes + language.amount.bytes,
    })
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
    }
}
