//! The patterns of linters, compiled when they are first asked. Which there are is in `tool`.

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use regex::bytes::{Regex, RegexBuilder};

use super::tool::{ANY, LANGUAGES, Language, OTHERWISE, is_named};

/// Patterns of a language, each compiled when it is first asked: most repositories are of few languages. Names of tools are
/// ASCII, and so are the patterns, which are much smaller so.
pub(super) struct Patterns {
    pub(super) language: &'static Language,
    command: OnceLock<Regex>,
    hook: OnceLock<Regex>,
    sections: Vec<(&'static str, &'static str, OnceLock<Regex>)>,
}

impl Patterns {
    pub(super) fn command(&self) -> &Regex {
        let commands = self.language.commands;
        let pattern = || format!(r#"(?:^|[\s;&|(`'"/{{}}])(?i:{commands})(?:\.cmd)?(?:$|[\s;&|)`'"@])"#);
        self.command.get_or_init(|| ascii(&pattern()))
    }

    pub(super) fn hook(&self) -> &Regex {
        let pattern = || format!(r"(?:^|[-_\s/])(?i:{})(?:$|[-_\s/])", self.language.commands);
        self.hook.get_or_init(|| ascii(&pattern()))
    }

    /// Where a file of this name configures a linter.
    pub(super) fn section(&self, base: &str, text: &str) -> Option<Range<usize>> {
        let named = self.sections.iter().filter(|(name, ..)| is_named(base, name));
        let mut found = named.filter_map(|(_, pattern, cell)| {
            cell.get_or_init(|| ascii(&format!("(?m){pattern}"))).find(text.as_bytes())
        });
        found.next().map(|hit| hit.range())
    }
}

fn ascii(pattern: &str) -> Regex {
    RegexBuilder::new(pattern).unicode(false).build().expect("a fixed pattern")
}

/// Every language, those that count only where no other does after them, then what all have in common.
pub(super) fn languages() -> impl Iterator<Item = &'static Language> {
    LANGUAGES.iter().chain(OTHERWISE).chain([&ANY])
}

pub(super) static PATTERNS: LazyLock<Vec<Patterns>> = LazyLock::new(|| {
    let of = |language: &'static Language| Patterns {
        language,
        command: OnceLock::new(),
        hook: OnceLock::new(),
        sections: language.sections.iter().map(|(name, pattern)| (*name, *pattern, OnceLock::new())).collect(),
    };
    languages().map(of).collect()
});
