//! `.gitattributes`: the owner's own word on which files are vendored, generated or documentation. Reads only the
//! `linguist-*` attributes.

use globset::{GlobBuilder, GlobMatcher};

use super::class::Class;

/// The rules of all `.gitattributes` files of a tree.
#[derive(Default)]
pub(super) struct Attributes {
    /// Shallow folders first; a later rule overrides an earlier one, as in git.
    rules: Vec<Rule>,
}

struct Rule {
    glob: GlobMatcher,
    class: Class,
    on: bool,
}

impl Attributes {
    /// Adds one `.gitattributes` file in `folder` (empty for the root). Add shallow folders first.
    pub(super) fn add(&mut self, folder: &str, text: &str) {
        for line in text.lines() {
            let mut words = line.split_ascii_whitespace();
            let Some(pattern) = words.next().filter(|word| !word.starts_with('#')) else { continue };
            for word in words {
                if let (Some((class, on)), Some(glob)) = (attribute(word), matcher(folder, pattern)) {
                    self.rules.push(Rule { glob, class, on });
                }
            }
        }
    }

    /// The class of a path: by name, unless a rule says otherwise.
    pub(super) fn class(&self, path: &str, by_name: Class) -> Class {
        let verdict = |class: Class| {
            self.rules.iter().rev().find(|rule| rule.class == class && rule.glob.is_match(path)).map(|rule| rule.on)
        };
        if self.rules.is_empty() {
            return by_name;
        }
        for class in [Class::Vendored, Class::Generated, Class::Docs] {
            match verdict(class) {
                Some(true) => return class,
                Some(false) if by_name == class => return Class::Src,
                _ => {}
            }
        }
        by_name
    }
}

fn attribute(word: &str) -> Option<(Class, bool)> {
    let (name, on) = match (word.strip_prefix('-'), word.split_once('=')) {
        (Some(name), _) => (name, false),
        (None, Some((name, value))) => (name, !matches!(value, "false" | "0")),
        (None, None) => (word, true),
    };
    let class = match name {
        "linguist-vendored" => Class::Vendored,
        "linguist-generated" => Class::Generated,
        "linguist-documentation" => Class::Docs,
        _ => return None,
    };
    Some((class, on))
}

fn matcher(folder: &str, pattern: &str) -> Option<GlobMatcher> {
    let mut glob = String::new();
    if !folder.is_empty() {
        glob.push_str(&globset::escape(folder));
        glob.push('/');
    }
    // As in `.gitignore`: without a slash a pattern matches the base name at any depth.
    if !pattern.trim_end_matches('/').contains('/') {
        glob.push_str("**/");
    }
    glob.push_str(pattern.trim_start_matches('/'));
    GlobBuilder::new(&glob).literal_separator(true).build().ok().map(|glob| glob.compile_matcher())
}

#[cfg(test)]
mod tests {
    use super::super::class;
    use super::*;

    #[test]
    fn the_last_matching_rule_decides_and_unset_rules_lift_a_class() {
        let mut attributes = Attributes::default();
        attributes.add("", "*.gen.ts linguist-generated\n/vendor/ours/** -linguist-vendored\n# x linguist-vendored\n");
        attributes.add("web", "legacy/** linguist-vendored=true\nkeep.gen.ts linguist-generated=false");
        let class = |path: &str| attributes.class(path, class::of_path(path));
        assert_eq!(class("a/b.gen.ts"), Class::Generated);
        assert_eq!(class("web/keep.gen.ts"), Class::Src);
        assert_eq!(class("vendor/ours/a.go"), Class::Src);
        assert_eq!(class("vendor/theirs/a.go"), Class::Vendored);
        assert_eq!(class("web/legacy/x/y.js"), Class::Vendored);
        assert_eq!(class("legacy/y.js"), Class::Src);
    }
}
