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

/// The language of a path by its name; `None` for what is no program: markup, data, shell scripts.
pub(super) fn of_path(path: &str) -> Option<Lang> {
    let base = path.rsplit_once('/').map_or(path, |(_, base)| base);
    if base.ends_with(".d.ts") || base.ends_with(".pyi") {
        return None;
    }
    let (_, extension) = base.rsplit_once('.')?;
    Some(match extension {
        "rs" => Lang::Rust,
        "py" => Lang::Python,
        "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "mts" | "cts" | "vue" | "svelte" | "astro" => Lang::Js,
        "go" => Lang::Go,
        "java" | "scala" | "groovy" => Lang::Java,
        "kt" => Lang::Kotlin,
        "cs" => Lang::DotNet,
        "rb" | "rake" => Lang::Ruby,
        "php" => Lang::Php,
        "c" | "h" | "cc" | "cpp" | "cxx" | "hpp" | "hh" | "m" | "mm" => Lang::C,
        "swift" | "dart" | "ex" | "exs" | "lua" => Lang::Other,
        _ => return None,
    })
}

/// Extensions of all of them, for selecting files.
pub(super) const EXTENSIONS: &[&str] = &[
    "rs", "py", "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte", "astro", "go", "java", "scala",
    "groovy", "kt", "cs", "rb", "rake", "php", "c", "h", "cc", "cpp", "cxx", "hpp", "hh", "m", "mm", "swift", "dart",
    "ex", "exs", "lua",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_extension_that_is_selected_has_a_language() {
        for extension in EXTENSIONS {
            assert!(of_path(&format!("a/b.{extension}")).is_some(), "{extension}");
        }
        assert_eq!(of_path("types/index.d.ts"), None);
        assert_eq!(of_path("Makefile"), None);
    }
}
