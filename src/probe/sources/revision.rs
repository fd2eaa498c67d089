//! Dependencies on repositories, and what fixes the revision that is taken: a commit, a tag, a branch, nothing.

use super::address;

/// What fixes which revision of a repository is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fixing {
    /// A whole commit id.
    Commit,
    /// A tag, a version or a part of a commit id, as far as its name tells: it may be moved, and seldom is.
    Tag(String),
    /// A branch, as far as its name tells.
    Branch(String),
    /// Nothing: the default branch.
    Nothing,
}

impl Fixing {
    /// What a reference is, by its looks.
    pub(super) fn of(reference: Option<&str>) -> Fixing {
        let Some(text) = reference.map(str::trim).filter(|text| !text.is_empty()) else { return Fixing::Nothing };
        if is_commit(text) {
            return Fixing::Commit;
        }
        let short =
            text.len() >= 7 && text.bytes().all(|b| b.is_ascii_hexdigit()) && text.bytes().any(|b| b.is_ascii_digit());
        if short || text.starts_with("refs/tags/") || text.starts_with("semver:") || has_version(text) {
            return Fixing::Tag(text.to_owned());
        }
        Fixing::Branch(text.strip_prefix("refs/heads/").unwrap_or(text).to_owned())
    }

    /// What a table of `rev`, `tag` and `branch` says.
    pub(super) fn of_keys<'t>(get: impl Fn(&str) -> Option<&'t str>) -> Fixing {
        if let Some(rev) = get("rev").or_else(|| get("ref")) {
            return Fixing::of(Some(rev));
        }
        match (get("tag"), get("branch")) {
            (Some(tag), _) => Fixing::Tag(tag.to_owned()),
            (None, Some(branch)) => Fixing::Branch(branch.to_owned()),
            (None, None) => Fixing::Nothing,
        }
    }

    /// For the note.
    pub(super) fn words(&self) -> String {
        match self {
            Fixing::Commit => "at a commit".to_owned(),
            Fixing::Tag(tag) => format!("at `{tag}`, a name that can be moved"),
            Fixing::Branch(branch) => format!("at the branch `{branch}`"),
            Fixing::Nothing => "at whatever its default branch is".to_owned(),
        }
    }
}

/// A dependency on a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Revision {
    /// Line in the manifest, from 1.
    pub(super) line: u32,
    /// The package.
    pub(super) name: String,
    /// Its address, as it may be shown.
    pub(super) address: String,
    /// What a lock calls it.
    pub(super) key: String,
    /// What fixes it.
    pub(super) fixing: Fixing,
}

impl Revision {
    /// Of a repository at this address.
    pub(super) fn at(line: u32, name: &str, address: &str, fixing: Fixing) -> Revision {
        let shown = address::masked(address);
        let key = address::repository(address).unwrap_or_else(|| shown.clone());
        Revision { line, name: name.to_owned(), address: shown, key, fixing }
    }
}

/// Whether a text is a whole commit id, of SHA-1 or SHA-256.
pub(super) fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The whole commit id in an address, if any part of it is one.
pub(in crate::probe) fn commit_in(address: &str) -> Option<&str> {
    address.split(['#', '/', '=', '@', '&', '?', ':', '.']).find(|part| is_commit(part))
}

/// `v2`, `1.4`, `release-1.4.0`.
fn has_version(text: &str) -> bool {
    let bytes = text.as_bytes();
    let starts = bytes.first().is_some_and(u8::is_ascii_digit)
        || (matches!(bytes.first(), Some(b'v' | b'V')) && bytes.get(1).is_some_and(u8::is_ascii_digit));
    let dotted = bytes.windows(3).any(|w| w[0].is_ascii_digit() && w[1] == b'.' && w[2].is_ascii_digit());
    starts || dotted
}

/// An archive of a repository at one of the hosts that give them: what it is taken at.
pub(super) fn of_archive(line: u32, name: &str, address: &str) -> Option<Revision> {
    let host = address::host(address).filter(|host| address::keeps_repositories(host))?;
    let path = address.split(['?', '#']).next()?;
    if commit_in(path).is_some() {
        return Some(Revision::at(line, name, address, Fixing::Commit));
    }
    let (_, after) = ["/archive/", "/tarball/", "/zipball/", "/tar.gz/", "/zip/", "/get/"]
        .iter()
        .find_map(|mark| path.split_once(mark))?;
    let ends = [".tar.gz", ".tgz", ".zip", ".tar.bz2"];
    let reference = ends.iter().find_map(|end| after.strip_suffix(end)).unwrap_or(after);
    // GitLab writes the reference twice: `archive/v1/name-v1.zip`.
    let reference = if host == "gitlab.com" { reference.split('/').next().unwrap_or(reference) } else { reference };
    Some(Revision::at(line, name, address, Fixing::of(Some(reference))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_told_by_its_looks() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(Fixing::of(Some(commit)), Fixing::Commit);
        for tag in ["v1.2.3", "1.2", "release-4.1.0", "semver:^1", "0a1b2c3d", "refs/tags/x", "v2"] {
            assert_eq!(Fixing::of(Some(tag)), Fixing::Tag(tag.to_owned()), "{tag}");
        }
        for branch in ["main", "develop", "feature/x", "fix-deadbeef"] {
            assert_eq!(Fixing::of(Some(branch)), Fixing::Branch(branch.to_owned()), "{branch}");
        }
        assert_eq!((Fixing::of(None), Fixing::of(Some(""))), (Fixing::Nothing, Fixing::Nothing));
    }

    #[test]
    fn an_archive_names_what_it_was_made_of() {
        let of = |address: &str| of_archive(1, "x", address).map(|revision| revision.fixing);
        assert_eq!(of("https://github.com/a/b/archive/refs/heads/main.zip"), Some(Fixing::Branch("main".to_owned())));
        assert_eq!(of("https://github.com/a/b/archive/v1.0.tar.gz"), Some(Fixing::Tag("v1.0".to_owned())));
        assert_eq!(
            of("https://codeload.github.com/a/b/tar.gz/0123456789abcdef0123456789abcdef01234567"),
            Some(Fixing::Commit)
        );
        assert_eq!(of("https://github.com/a/b/releases/download/v1/b-1.0-py3-none-any.whl"), None);
    }
}
