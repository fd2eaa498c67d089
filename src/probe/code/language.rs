//! Which programming language a file is in, as far as rules differ by it.

/// A family of languages with rules of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lang {
    /// Rust.
    Rust,
    /// Python.
    Python,
    /// JavaScript and TypeScript, with their single-file components.
    Js,
    /// Go.
    Go,
    /// Java, Scala and Groovy.
    Java,
    /// Kotlin.
    Kotlin,
    /// C#, F# and Visual Basic.
    DotNet,
    /// Ruby.
    Ruby,
    /// PHP.
    Php,
    /// C, C++ and Objective-C.
    C,
    /// Swift, Dart, Elixir, Lua and others whose comments are known but that have no rules of their own.
    Other,
}

/// Each language with its extensions.
const TABLE: &[(Lang, &[&str])] = &[
    (Lang::Rust, &["rs"]),
    (Lang::Python, &["py"]),
    (Lang::Js, &["js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte", "astro"]),
    (Lang::Go, &["go"]),
    (Lang::Java, &["java", "scala", "groovy"]),
    (Lang::Kotlin, &["kt"]),
    (Lang::DotNet, &["cs"]),
    (Lang::Ruby, &["rb", "rake"]),
    (Lang::Php, &["php"]),
    (Lang::C, &["c", "h", "cc", "cpp", "cxx", "hpp", "hh", "m", "mm"]),
    (Lang::Other, &["swift", "dart", "ex", "exs", "lua"]),
];

/// Names of the languages without rules of their own, by extension; of the last ones nothing at all is read.
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
    ("shell", &["sh", "bash"]),
    ("PowerShell", &["ps1", "psm1"]),
];

/// What the language of a program is called: for those with rules of their own `other languages`, for others their
/// name; `None` for what is no program.
pub(super) fn name_of(path: &str) -> Option<&'static str> {
    let (_, extension) = path.rsplit_once('/').map_or(path, |(_, base)| base).rsplit_once('.')?;
    let known = NAMES.iter().find(|(_, extensions)| extensions.contains(&extension));
    known.map(|(name, _)| *name).or_else(|| of_path(path).map(|_| "other languages"))
}

/// The language of a path by its name; `None` for what is no program: markup, data, shell scripts.
pub(super) fn of_path(path: &str) -> Option<Lang> {
    let base = path.rsplit_once('/').map_or(path, |(_, base)| base);
    if base.ends_with(".d.ts") || base.ends_with(".pyi") {
        return None;
    }
    let (_, extension) = base.rsplit_once('.')?;
    all().find(|(_, extensions)| extensions.contains(&extension)).map(|(lang, _)| lang)
}

/// Every language with its extensions, for selecting files.
pub(super) fn all() -> impl Iterator<Item = (Lang, &'static [&'static str])> {
    TABLE.iter().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_extension_that_is_selected_has_its_language() {
        for (lang, extensions) in all() {
            for extension in extensions {
                assert_eq!(of_path(&format!("a/b.{extension}")), Some(lang), "{extension}");
            }
        }
        assert_eq!(of_path("types/index.d.ts"), None);
        assert_eq!(of_path("Makefile"), None);
    }

    #[test]
    fn languages_without_rules_have_names() {
        for (path, name) in [("a/B.swift", "Swift"), ("lib/x.hs", "Haskell"), ("a.py", "other languages")] {
            assert_eq!(name_of(path), Some(name), "{path}");
        }
        assert!(name_of("README.md").is_none() && name_of("types/index.d.ts").is_none());
        let without = all().filter(|(lang, _)| matches!(lang, Lang::C | Lang::Other));
        for extension in without.flat_map(|(_, extensions)| extensions) {
            assert_ne!(name_of(&format!("a.{extension}")), Some("other languages"), "{extension}");
        }
    }
}
