//! Which share of the shipped source each language has, by file names.

use std::collections::BTreeMap;

use crate::world::{Class, Tree};

/// Extensions of source files, and the language of manifests they belong to; languages without one count as well.
const EXTENSIONS: &[(&str, &[&str])] = &[
    ("python", &["py"]),
    ("node", &["js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte"]),
    ("rust", &["rs"]),
    ("go", &["go"]),
    ("jvm", &["java", "kt", "scala", "groovy"]),
    ("dotnet", &["cs", "fs", "vb"]),
    ("ruby", &["rb"]),
    ("php", &["php"]),
    ("elixir", &["ex", "exs"]),
    ("c", &["c", "h", "cc", "cpp", "cxx", "hpp", "m", "mm"]),
    ("other", &["swift", "dart", "erl", "hs", "lua", "zig", "nim", "ml", "clj", "pl", "tcl"]),
];

/// How many source files there are.
pub(super) fn files(tree: &Tree) -> usize {
    counts(tree).values().map(|count| usize::try_from(*count).unwrap_or(usize::MAX)).sum()
}

/// Percent of the source files, rounded down, of every language that has one.
pub(super) fn of(tree: &Tree) -> BTreeMap<&'static str, u64> {
    let counts = counts(tree);
    let all: u64 = counts.values().sum();
    counts.into_iter().map(|(language, count)| (language, count * 100 / all.max(1))).collect()
}

fn counts(tree: &Tree) -> BTreeMap<&'static str, u64> {
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    for entry in tree.entries().iter().filter(|entry| entry.class == Class::Src) {
        let extension = entry.base().rsplit_once('.').map_or("", |(_, extension)| extension);
        if let Some((language, _)) = EXTENSIONS.iter().find(|(_, known)| known.contains(&extension)) {
            *counts.entry(language).or_default() += 1;
        }
    }
    counts
}
