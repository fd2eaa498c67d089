//! Whether a version is in a range, for Cargo and npm.

use semver::{Version, VersionReq};

/// Whether a requirement of Cargo allows a version; `None` where either cannot be read.
pub(super) fn cargo_allows(requirement: &str, version: &str) -> Option<bool> {
    let required = VersionReq::parse(requirement.trim()).ok()?;
    let version = Version::parse(version).ok()?;
    // What is declared with a build number or of a pre-release is the resolver's own business.
    if !version.pre.is_empty() {
        return None;
    }
    Some(required.matches(&version))
}

/// Whether a range of npm allows a version; `None` for a tag, an address, or what cannot be read.
pub(super) fn npm_allows(range: &str, version: &str) -> Option<bool> {
    let version = Version::parse(version).ok()?;
    if !version.pre.is_empty() {
        return None;
    }
    let mut allows = false;
    for part in range.split("||") {
        allows |= comparators(part)?.matches(&version);
    }
    Some(allows)
}

/// One alternative, `>=1 <2` with commas and a bare version as the exact one that npm takes it for.
fn comparators(part: &str) -> Option<VersionReq> {
    let mut words: Vec<String> = Vec::new();
    for word in part.split_whitespace() {
        match words.last_mut() {
            Some(last) if last.chars().all(|c| "<>=^~".contains(c)) => last.push_str(word),
            _ => words.push(word.to_owned()),
        }
    }
    let read = |word: &String| {
        let plain = word.trim_start_matches('v');
        let is_bare = plain.starts_with(|c: char| c.is_ascii_digit()) && Version::parse(plain).is_ok();
        if is_bare { format!("={plain}") } else { plain.to_owned() }
    };
    let joined = words.iter().map(read).collect::<Vec<_>>().join(", ");
    match joined.as_str() {
        "" => VersionReq::parse("*").ok(),
        text => VersionReq::parse(text).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_npm_are_read_as_npm_reads_them() {
        for (range, version, allowed) in [
            ("^1.2.0", "1.9.0", Some(true)),
            ("1.2.0", "1.9.0", Some(false)),
            ("1.x || >=3.0.0 <4", "3.1.0", Some(true)),
            (">= 2 < 3", "2.5.0", Some(true)),
            ("~1.2.3", "1.3.0", Some(false)),
            ("*", "9.9.9", Some(true)),
            ("latest", "1.0.0", None),
            ("git+ssh://a.test/x", "1.0.0", None),
        ] {
            assert_eq!(npm_allows(range, version), allowed, "{range}");
        }
        assert_eq!(cargo_allows("1.2", "1.9.0"), Some(true));
        assert_eq!(cargo_allows("0.2", "0.3.0"), Some(false));
    }
}
