//! Version numbers: how they compare whatever wrote them, and whether they are what their ecosystem takes for a version.

use std::cmp::Ordering;
use std::sync::LazyLock;

use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;

/// How the product counts its versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Scheme {
    /// By compatibility (Semantic Versioning 2.0.0), in the form that the ecosystem's own rules allow.
    #[default]
    Semver,
    /// By date (calver.org): `24.04`, `2024.01.5`.
    Calver,
}

/// Whose rules a version must follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rules {
    /// Semantic Versioning 2.0.0 to the letter: Cargo, npm, Helm, Hex, pub.
    Strict,
    /// Python: PEP 440.
    Python,
    /// RubyGems: `Gem::Version`.
    Ruby,
    /// NuGet: SemVer, or four numbers.
    Nuget,
    /// Maven, Gradle, Composer and plain files: numbers and qualifiers.
    Loose,
}

fn fixed(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

static PYTHON: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?i)^v?(\d+!)?\d+(\.\d+)*([-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?\d*)?(-\d+|[-_.]?(post|rev|r)[-_.]?\d*)?([-_.]?dev[-_.]?\d*)?(\+[a-z0-9]+([-_.][a-z0-9]+)*)?$",
    )
});
static RUBY: LazyLock<Regex> = LazyLock::new(|| fixed(r"^\d+(\.[0-9A-Za-z]+)*(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$"));
static FOUR: LazyLock<Regex> = LazyLock::new(|| fixed(r"^\d+\.\d+(\.\d+){0,2}(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$"));
static LOOSE: LazyLock<Regex> = LazyLock::new(|| fixed(r"^v?\d+(\.\d+)*([-+._]?[0-9A-Za-z][0-9A-Za-z.+_-]*)?$"));
static BY_DATE: LazyLock<Regex> = LazyLock::new(|| fixed(r"^(\d{4}|\d{2})\.\d{1,2}(\.\d+)*([-+.][0-9A-Za-z.+-]+)?$"));

/// Whether a text is a version by these rules.
pub(super) fn is_valid(text: &str, rules: Rules, scheme: Scheme) -> bool {
    if scheme == Scheme::Calver && BY_DATE.is_match(text) {
        return true;
    }
    match rules {
        Rules::Strict => semver::Version::parse(text).is_ok(),
        Rules::Python => PYTHON.is_match(text),
        Rules::Ruby => RUBY.is_match(text),
        Rules::Nuget => FOUR.is_match(text),
        Rules::Loose => LOOSE.is_match(text),
    }
}

/// A version as far as it can be compared with one that another tool wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    /// Its numbers, without zeros at the end: `1.2` is `1.2.0`.
    parts: Vec<u64>,
    /// Whether it comes before the release of these numbers.
    pub(super) is_before: bool,
}

/// Reads a version; `None` when it does not begin with two numbers.
pub(super) fn number(text: &str) -> Option<Number> {
    const BEFORE: &[&str] =
        &["a", "b", "c", "rc", "alpha", "beta", "dev", "pre", "snapshot", "m", "preview", "nightly"];
    let text = text.trim().trim_start_matches(['v', 'V']);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (core, rest) = text.split_at(end);
    let mut parts: Vec<u64> = core.trim_end_matches('.').split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    if parts.len() < 2 {
        return None;
    }
    while parts.last() == Some(&0) {
        parts.pop();
    }
    let letters: String =
        rest.chars().skip_while(|c| !c.is_ascii_alphabetic()).take_while(char::is_ascii_alphabetic).collect();
    let is_before =
        !rest.starts_with('+') && (rest.starts_with('-') || BEFORE.contains(&letters.to_ascii_lowercase().as_str()));
    Some(Number { parts, is_before })
}

impl Number {
    /// Whether the numbers are the same, whatever stands behind them.
    pub(super) fn is_same(&self, other: &Number) -> bool {
        self.parts == other.parts
    }

    /// Whether it is all zeros: what tools write where nobody gave a version.
    pub(super) fn is_nothing(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether it is one of a series: `1.2.x` is written as its first numbers.
    pub(super) fn begins_with(&self, series: &[u64]) -> bool {
        self.parts.iter().copied().chain(std::iter::repeat(0)).zip(series).all(|(own, wanted)| own == *wanted)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        self.parts.cmp(&other.parts).then_with(|| other.is_before.cmp(&self.is_before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_follow_the_rules_of_their_ecosystem() {
        for (text, rules, valid) in [
            ("1.2.3", Rules::Strict, true),
            ("1.2.3-rc.1+b4", Rules::Strict, true),
            ("1.2", Rules::Strict, false),
            ("v1.2.3", Rules::Strict, false),
            ("2024.01.5", Rules::Strict, false),
            ("1.2.3rc1", Rules::Python, true),
            ("1.2.3.dev0+local.1", Rules::Python, true),
            ("1.2.3-final-2", Rules::Python, false),
            ("1.0.0.rc1", Rules::Ruby, true),
            ("1.0.0.4", Rules::Nuget, true),
            ("1.0.0.Final", Rules::Loose, true),
            ("next", Rules::Loose, false),
        ] {
            assert_eq!(is_valid(text, rules, Scheme::Semver), valid, "{text}");
        }
        assert!(
            is_valid("2024.01.5", Rules::Strict, Scheme::Calver) && is_valid("24.04", Rules::Strict, Scheme::Calver)
        );
        assert!(!is_valid("latest", Rules::Strict, Scheme::Calver));
    }

    #[test]
    fn versions_compare_whatever_wrote_them() {
        let read = |text: &str| number(text).unwrap_or_else(|| panic!("{text}"));
        for (lower, higher) in [
            ("1.9.0", "1.10"),
            ("2.0.0-SNAPSHOT", "2.0.0"),
            ("2.0.0rc1", "2.0.0"),
            ("1.2.3.dev0", "v1.2.3"),
            ("1.2", "1.2.1"),
        ] {
            assert!(read(lower) < read(higher), "{lower} {higher}");
        }
        for (one, other) in [("1.2", "1.2.0"), ("1.2.0.Final", "1.2.0"), ("1.2.0+4", "1.2.0")] {
            assert_eq!(read(one), read(other), "{one} {other}");
        }
        assert!(number("nightly").is_none() && number("7").is_none());
        assert!(read("1.2.3").begins_with(&[1, 2]) && !read("1.20").begins_with(&[1, 2]));
    }
}
