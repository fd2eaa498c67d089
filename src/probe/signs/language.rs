//! The languages a library may be of, with the extensions of their sources.

use schemars::JsonSchema;
use serde::Deserialize;

/// Version catalog of Gradle, which build files refer to.
pub(super) const JVM_CATALOG: &str = "libs.versions.toml";
/// Central package versions of NuGet, which project files refer to.
pub(super) const NET_CATALOG: &str = "Directory.Packages.props";

/// A language, or a family with one kind of packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Language {
    /// Python.
    Python,
    /// JavaScript and TypeScript.
    Node,
    /// Rust.
    Rust,
    /// Go.
    Go,
    /// Java, Kotlin, Scala, Groovy.
    Jvm,
    /// C#, F#, Visual Basic.
    Dotnet,
    /// Ruby.
    Ruby,
    /// PHP.
    Php,
}

impl Language {
    /// The word that facets use for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Language::Python => "python",
            Language::Node => "node",
            Language::Rust => "rust",
            Language::Go => "go",
            Language::Jvm => "jvm",
            Language::Dotnet => "dotnet",
            Language::Ruby => "ruby",
            Language::Php => "php",
        }
    }

    /// Extensions of its sources.
    pub(super) fn extensions(self) -> &'static [&'static str] {
        match self {
            Language::Python => &["py"],
            Language::Node => &["js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte", "astro"],
            Language::Rust => &["rs"],
            Language::Go => &["go"],
            Language::Jvm => &["java", "kt", "kts", "scala", "groovy"],
            Language::Dotnet => &["cs", "fs", "vb", "cshtml", "razor"],
            Language::Ruby => &["rb", "ru", "rake"],
            Language::Php => &["php"],
        }
    }
}
