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
    /// Swift.
    Swift,
    /// Dart.
    Dart,
    /// Elixir.
    Elixir,
    /// Lua and others whose comments are known but that have no rules of their own.
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
    (Lang::Swift, &["swift"]),
    (Lang::Dart, &["dart"]),
    (Lang::Elixir, &["ex", "exs"]),
    (Lang::Other, &["lua"]),
];

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
}
