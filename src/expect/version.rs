//! Versions, compared the way semantic versioning 2.0 §11 does, with any number of parts (missing ones are 0).

use std::cmp::Ordering;

/// A version that can be compared.
#[derive(Clone, Debug)]
pub struct Version {
    /// Number parts as digits without leading zeros: of any length, so never overflowing.
    parts: Vec<String>,
    /// After `-`; a version with one is lower than the same without.
    pre_release: Option<String>,
}

impl Version {
    /// Reads `1.10`, `v2.3.4`, `1.0-rc.1`, `1.2+build`; `None` when it is not a version.
    pub fn parse(text: &str) -> Option<Version> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, build) = text.split_once('+').map_or((text, None), |(core, build)| (core, Some(build)));
        let (core, pre_release) = text.split_once('-').map_or((text, None), |(core, pre)| (core, Some(pre)));
        let tail_fits = |tail: Option<&str>| {
            tail.is_none_or(|tail| {
                !tail.is_empty() && tail.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
            })
        };
        let parts: Vec<&str> = core.split('.').collect();
        let numbers = parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
        if !numbers || !tail_fits(build) || !tail_fits(pre_release) {
            return None;
        }
        Some(Version {
            parts: parts.into_iter().map(|part| part.trim_start_matches('0').to_owned()).collect(),
            pre_release: pre_release.map(str::to_owned),
        })
    }
}

/// Orders two version texts; `None` when one of them is not a version. Build metadata (`+…`) does not count.
pub fn compare(left: &str, right: &str) -> Option<Ordering> {
    Some(Version::parse(left)?.cmp(&Version::parse(right)?))
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        let part = |version: &Version, at: usize| version.parts.get(at).cloned().unwrap_or_default();
        (0..self.parts.len().max(other.parts.len()))
            .map(|at| by_number(&part(self, at), &part(other, at)))
            .find(|order| order.is_ne())
            .unwrap_or_else(|| match (&self.pre_release, &other.pre_release) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(left), Some(right)) => by_identifiers(left, right),
            })
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Version) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}

/// Digits without leading zeros, as numbers.
fn by_number(left: &str, right: &str) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

fn by_identifiers(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        return match (left.next(), right.next()) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => match by_identifier(a, b) {
                Ordering::Equal => continue,
                order => order,
            },
        };
    }
}

fn by_identifier(left: &str, right: &str) -> Ordering {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match (number(left), number(right)) {
        (true, true) => by_number(left.trim_start_matches('0'), right.trim_start_matches('0')),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => left.cmp(right),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_part_by_part() {
        let rising = [
            "0.9",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1",
            "1.2",
            "1.10",
            "v2",
        ];
        for pair in rising.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Some(Ordering::Less), "{pair:?}");
        }
    }

    #[test]
    fn missing_parts_are_zero_and_builds_do_not_count() {
        assert_eq!(compare("1", "1.0.0"), Some(Ordering::Equal));
        assert_eq!(compare("1.2+a", "v1.2+b"), Some(Ordering::Equal));
        assert_eq!(compare("99999999999999999999999.1", "1"), Some(Ordering::Greater));
    }

    #[test]
    fn what_is_no_version_is_not_compared() {
        for wrong in ["", "v", "1.", ".1", "1.x", "latest", "1-", "1+", "1 2", "1.2-ü"] {
            assert!(Version::parse(wrong).is_none(), "{wrong}");
        }
    }
}
