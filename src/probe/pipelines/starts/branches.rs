//! What names and patterns of branches say of the default branch, whose name is not in the tree, and of the branches that
//! changes are made on, which have any.

use regex::Regex;

use super::{Event, Started};
use crate::probe::workflow::gates;

/// Usual names of a default branch, the most usual first.
const DEFAULTS: &[&str] = &["main", "master", "trunk", "develop"];

/// Names as branches of changes have them.
const OTHERS: &[&str] = &["feature/a", "fix-a", "some-branch", "a/b"];

/// Words in patterns of branches that no change is made on.
const STAGES: &[&str] =
    &["release", "hotfix", "deploy", "stag", "prod", "tag", "v\\d", "v[0-9]", "renovate", "dependabot"];

/// Whether a list of names and patterns has the branch that an event is about. A change request is about the branch that it
/// goes to.
pub(crate) fn any<'t>(names: impl IntoIterator<Item = &'t str>, event: Event) -> Started {
    names.into_iter().fold(Started::No, |all, name| all.or(one(name, event)))
}

fn one(name: &str, event: Event) -> Started {
    match event {
        Event::Branch => has_other(name),
        Event::Request | Event::Default => has_default(name),
    }
}

/// Whether a name, or what a pattern takes, is the default branch.
pub(crate) fn has_default(name: &str) -> Started {
    let name = name.trim_start_matches("refs/heads/");
    if is_every(name) || is_its_variable(name) || gates::may_be_default(name) {
        return Started::Yes;
    }
    match pattern(name) {
        Some(Ok(pattern)) => Started::from(DEFAULTS.iter().any(|default| pattern.is_match(default))),
        Some(Err(_)) => Started::open(format!("what branches `{name}` takes is not understood")),
        None if gates::may_be_a_trunk(name) => Started::Named([name.to_owned()].into()),
        None => Started::No,
    }
}

/// Whether a name, or what a pattern takes, is a branch that a change is made on.
pub(crate) fn has_other(name: &str) -> Started {
    let name = name.trim_start_matches("refs/heads/");
    if is_every(name) {
        return Started::Yes;
    }
    let Some(pattern) = pattern(name) else { return Started::No };
    let some =
        || Started::open(format!("of the branches that changes are made on, only those that `{name}` takes start it"));
    let Ok(pattern) = pattern else { return some() };
    match OTHERS.iter().filter(|other| pattern.is_match(other)).count() {
        count if count == OTHERS.len() => Started::Yes,
        0 if DEFAULTS.iter().any(|default| pattern.is_match(default))
            || STAGES.iter().any(|word| name.contains(word)) =>
        {
            Started::No
        }
        _ => some(),
    }
}

/// `${CI_REPO_DEFAULT_BRANCH}`, `$CI_DEFAULT_BRANCH`.
fn is_its_variable(name: &str) -> bool {
    name.starts_with('$') && name.trim_end_matches('}').ends_with("DEFAULT_BRANCH")
}

fn is_every(name: &str) -> bool {
    matches!(name, "*" | "**" | "**/*" | "/.*/" | "/.+/" | "/^.*$/" | "/^.*/" | "/.*/i")
}

/// A pattern: `/…/`, as most systems write it, `^…`, or `*` and braces as in names of files.
fn pattern(name: &str) -> Option<Result<Regex, regex::Error>> {
    let inner = name.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    if let Some((inner, flags)) = inner.filter(|(_, flags)| flags.chars().all(|flag| flag.is_ascii_lowercase())) {
        let flag = if flags.contains('i') { "(?i)" } else { "" };
        return Some(Regex::new(&format!("{flag}{}", inner.replace("\\/", "/"))));
    }
    if name.starts_with('^') || name.contains(".*") {
        return Some(Regex::new(name));
    }
    name.contains(['*', '?', '[']).then(|| {
        let escaped = regex::escape(name).replace(r"\*\*", ".*").replace(r"\*", "[^/]*").replace(r"\?", "[^/]");
        Regex::new(&format!("^{escaped}$"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_patterns_of_the_default_branch_are_told_from_others() {
        for name in [
            "main",
            "refs/heads/master",
            "*",
            "ma*",
            "/^(main|develop)$/",
            "/.*/",
            "^main$",
            "m*r",
            "2.x",
            "${CI_REPO_DEFAULT_BRANCH}",
        ] {
            assert_eq!(has_default(name), Started::Yes, "{name}");
        }
        for name in ["staging", "release/*", "/^release-/", "feature/*", "/^v\\d/", "gh-pages"] {
            assert_eq!(has_default(name), Started::No, "{name}");
        }
        assert_eq!(has_default("next"), Started::Named(["next".to_owned()].into()));
        assert!(matches!(has_default("/(main/"), Started::Open(_)));
    }

    #[test]
    fn branches_of_changes_have_any_name() {
        for name in ["*", "**", "/.*/", "/^(?!main$).*$/", "/^[a-z]/"] {
            assert_ne!(has_other(name), Started::No, "{name}");
        }
        for name in ["main", "staging", "release/*", "/^main$/", "v[0-9]*", "renovate/*"] {
            assert_eq!(has_other(name), Started::No, "{name}");
        }
        for name in ["feature/*", "/^[A-Z]+-\\d+/"] {
            assert!(matches!(has_other(name), Started::Open(_)), "{name}");
        }
        assert_eq!(any(["main", "feature/**"], Event::Default), Started::Yes);
        assert_eq!(any(["main"], Event::Branch), Started::No);
    }
}
