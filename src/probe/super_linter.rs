//! What super-linter is told to look at. Once one of its linters is switched on by name, all others are off; who switches
//! some off keeps the others (super-linter, README, "Configure super-linter").

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

/// Its linters as the variables of a workflow choose them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// These alone.
    Only(BTreeSet<String>),
    /// All but these.
    AllBut(BTreeSet<String>),
}

/// Whether an action is super-linter.
pub(crate) fn is_one(uses: &str) -> bool {
    let uses = uses.to_ascii_lowercase();
    uses.starts_with("super-linter/super-linter") || uses.starts_with("github/super-linter")
}

/// What the workflow with this text chooses; a value that is an expression chooses nothing.
pub(crate) fn chosen(text: &str) -> Chosen {
    static VALIDATE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?m)^[ \t]*["']?VALIDATE_(\w+?)["']?[ \t]*:[ \t]*["']?(?i:(true|false))\b"#)
            .expect("a fixed pattern")
    });
    let told = VALIDATE.captures_iter(text).filter(|found| &found[1] != "ALL_CODEBASE");
    let (on, off): (Vec<_>, Vec<_>) =
        told.map(|found| (found[1].to_owned(), found[2].eq_ignore_ascii_case("true"))).partition(|(_, is_on)| *is_on);
    let names = |told: Vec<(String, bool)>| told.into_iter().map(|(name, _)| name).collect();
    if on.is_empty() { Chosen::AllBut(names(off)) } else { Chosen::Only(names(on)) }
}

impl Chosen {
    /// Whether this linter is among them.
    pub(crate) fn has(&self, name: &str) -> bool {
        match self {
            Chosen::Only(names) => names.contains(name),
            Chosen::AllBut(names) => !names.contains(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_linter_that_is_switched_on_switches_the_others_off() {
        let text = "env:\n  VALIDATE_ALL_CODEBASE: true\n  VALIDATE_KOTLIN: true\n";
        assert!(chosen(text).has("KOTLIN") && !chosen(text).has("GITLEAKS"));
        let text =
            "env:\n  VALIDATE_GITLEAKS: \"false\"\n  VALIDATE_ALL_CODEBASE: ${{ github.event_name == 'push' }}\n";
        assert!(!chosen(text).has("GITLEAKS") && chosen(text).has("PYTHON"));
        assert!(chosen("env:\n  DEFAULT_BRANCH: main\n").has("GITLEAKS"));
    }

    #[test]
    fn super_linter_is_known_by_both_of_its_names() {
        assert!(is_one("github/super-linter/slim@v7") && is_one("super-linter/super-linter@v8"));
        assert!(!is_one("acme/super-linter-config@v1"));
    }
}
