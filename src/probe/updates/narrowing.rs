//! What an entry of Dependabot's configuration leaves out by `allow` and `ignore` (GitHub Docs, Dependabot options reference).

use crate::probe::yaml_file;
use crate::yaml::Node;

const SOME: &str = "some dependencies alone";
const DEVELOPMENT: &str = "tools for development alone";
const KINDS: &str = "some kinds of versions alone";

/// What it lets in, where that is not every version of every dependency. Major versions may be left to people.
pub(super) fn narrowed(entry: &Node) -> Option<&'static str> {
    let items = |key: &str| entry.get(key).map(Node::items).unwrap_or_default();
    if items("ignore").iter().any(|ignored| is_about_all(ignored) && names_usual_versions(ignored)) {
        return Some(KINDS);
    }
    let allowed = items("allow");
    let about_all: Vec<&Node> = allowed.iter().filter(|allowed| is_about_all(allowed)).collect();
    if allowed.is_empty() {
        return None;
    }
    let takes_versions = |allowed: &&&Node| allowed.get("update-types").is_none() || names_usual_versions(allowed);
    let types: Vec<&str> = about_all
        .iter()
        .filter(takes_versions)
        .map(|allowed| allowed.get("dependency-type").and_then(Node::text).unwrap_or("all"))
        .collect();
    match (about_all.is_empty(), types.is_empty()) {
        (true, _) => Some(SOME),
        (false, true) => Some(KINDS),
        _ if types.iter().all(|kind| *kind == "development") => Some(DEVELOPMENT),
        _ => None,
    }
}

/// Whether an item is about every dependency of its type.
fn is_about_all(item: &Node) -> bool {
    item.get("dependency-name").is_none_or(|name| name.text() == Some("*"))
}

/// Whether an item names minor and patch versions both.
fn names_usual_versions(item: &Node) -> bool {
    let types = item.get("update-types").map(yaml_file::texts).unwrap_or_default();
    let names = |kind: &str| types.iter().any(|(named, _)| named == &format!("version-update:semver-{kind}"));
    names("minor") && names("patch")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn of(text: &str) -> Option<&'static str> {
        narrowed(&yaml_file::read("dependabot.yml", text.as_bytes()).unwrap())
    }

    #[test]
    fn an_entry_lets_in_what_it_allows() {
        assert_eq!(of("directory: /\n"), None);
        assert_eq!(of("allow: [{ dependency-type: direct }]\n"), None);
        assert_eq!(of("allow: [{ dependency-type: production }]\n"), None);
        assert_eq!(of("allow: [{ dependency-type: development }]\n"), Some(DEVELOPMENT));
        assert_eq!(of("allow: [{ dependency-name: brakeman }]\n"), Some(SOME));
        let major = "allow: [{ dependency-name: '*', update-types: ['version-update:semver-major'] }]\n";
        assert_eq!(of(major), Some(KINDS));
    }

    #[test]
    fn major_versions_may_be_left_to_people_and_the_others_not() {
        let of = |types: &str| of(&format!("ignore: [{{ dependency-name: '*', update-types: [{types}] }}]\n"));
        assert_eq!(of("'version-update:semver-major'"), None);
        assert_eq!(of("'version-update:semver-patch'"), None);
        assert_eq!(of("'version-update:semver-minor', 'version-update:semver-patch'"), Some(KINDS));
    }
}
