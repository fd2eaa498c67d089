//! Which version a tag names. Semantic Versioning 2.0.0, with two parts allowed, behind the prefixes that monorepos use.

use std::cmp::Ordering;

use crate::world::git_history::Tag;

/// The version in a tag's name, without prefix; `None` when it names none.
pub(crate) fn of(tag: &str) -> Option<&str> {
    let last = tag.rsplit(['/', '@']).next()?;
    let last = last.strip_prefix("release-").unwrap_or(last);
    let number = last.rsplit_once("-v").map_or(last, |(_, number)| number);
    let number = number.strip_prefix(['v', 'V']).unwrap_or(number);
    let core = number.split(['-', '+']).next()?;
    let parts: Vec<&str> = core.split('.').collect();
    let digits = |part: &&str| !part.is_empty() && part.len() < 10 && part.bytes().all(|byte| byte.is_ascii_digit());
    ((2..=4).contains(&parts.len()) && parts.iter().all(digits)).then_some(number)
}

/// The tag of the highest version; pre-releases only when there is nothing else.
pub(super) fn latest(tags: &[Tag]) -> Option<(&Tag, String)> {
    let versions: Vec<(&Tag, &str)> = tags.iter().filter_map(|tag| Some((tag, of(&tag.name)?))).collect();
    let released = versions.iter().filter(|(_, number)| !number.contains('-'));
    let best = released.max_by(|a, b| compare(a.1, b.1)).or_else(|| versions.iter().max_by(|a, b| compare(a.1, b.1)));
    best.map(|(tag, number)| (*tag, (*number).to_owned()))
}

fn compare(a: &str, b: &str) -> Ordering {
    let parts = |number: &str| -> Vec<u64> {
        number.split(['-', '+']).next().unwrap_or_default().split('.').map(|part| part.parse().unwrap_or(0)).collect()
    };
    parts(a).cmp(&parts(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_from_other_names() {
        for (tag, version) in [
            ("v1.2.3", Some("1.2.3")),
            ("1.2", Some("1.2")),
            ("pkg@2.0.0", Some("2.0.0")),
            ("sdk/go/v0.1.0", Some("0.1.0")),
            ("shop-v3.1.4", Some("3.1.4")),
            ("v2.0.0-rc.1", Some("2.0.0-rc.1")),
            ("release-1.4", Some("1.4")),
            ("nightly", None),
            ("2024", None),
            ("v1", None),
            ("v1.x", None),
        ] {
            assert_eq!(of(tag), version, "{tag}");
        }
    }
}
