//! Whether a repository is a collection of samples: many small programs to learn from, none of which is operated.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::manifest::Manifest;
use super::text_of;
use crate::world::Tree;

/// Folders with a manifest of their own, from which on there are many.
const MANY: usize = 4;
/// Lines of a page in which its title stands.
const HEAD: usize = 40;

/// The page that says so, if the repository is one: its title speaks of samples, and many of its folders are projects.
pub(super) fn page(tree: &Tree, manifests: &[Manifest]) -> Option<String> {
    let folders: BTreeSet<&str> = manifests.iter().map(Manifest::folder).collect();
    let pages = ["README.md", "README.adoc", "README.rst", "readme.md", "Readme.md"];
    let page = pages.into_iter().find(|page| tree.find(page).is_some())?;
    let speaks = title(&text_of(tree, page)?).is_some_and(|title| speaks_of_samples(&title));
    (folders.len() >= MANY && speaks).then(|| page.to_owned())
}

/// The first heading: `# Samples for Ktor`, `= Spring Data Examples`, `<h1>…</h1>`, or a line that is underlined.
fn title(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().take(HEAD).map(str::trim).collect();
    lines.iter().enumerate().find_map(|(at, line)| {
        let marked = ["# ", "= ", "<h1"].iter().find_map(|mark| line.strip_prefix(mark));
        let next = lines.get(at + 1).copied().unwrap_or_default();
        let underlined =
            next.len() > 2 && (next.bytes().all(|byte| byte == b'=') || next.bytes().all(|byte| byte == b'-'));
        marked.or_else(|| Some(*line).filter(|line| underlined && !line.is_empty())).map(str::to_owned)
    })
}

fn speaks_of_samples(title: &str) -> bool {
    static WORDS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(examples|samples|quickstarts|tutorials|demos|exercises)\b").expect("a fixed pattern")
    });
    WORDS.is_match(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_speaks_of_samples_in_the_plural() {
        for (text, is) in [
            ("[![badge](x)](y)\n\n# Samples for Ktor\n", true),
            ("= Spring Data Examples image:https://x\n", true),
            ("Django Tutorials\n================\n", true),
            ("# Shop\n\n# Examples\n", false),
            ("# Example Voting App\n", false),
            ("# Tandoor Recipes\n", false),
            ("Shop\n\nThe examples.\n", false),
        ] {
            assert_eq!(title(text).is_some_and(|title| speaks_of_samples(&title)), is, "{text}");
        }
    }
}
