//! Globs of names, `*`, `?` and `**`, which most are: matched part by part, where a set of regular expressions would
//! have to be compiled first. Others (`[a-z]`, `\*`) are left to `globset`; a test holds both against each other.

use memchr::memrchr;

/// A glob longer than this is left to `globset`.
const LONGEST: usize = 512;

/// One part of a path.
#[derive(Debug)]
enum Part {
    /// `**`: any number of folders; at the end anything below.
    Any,
    /// Exactly this.
    Name(String),
    /// With `*` or `?`.
    Wild(String),
}

/// A glob that is understood here.
#[derive(Debug)]
pub(super) struct PlainGlob {
    parts: Vec<Part>,
}

impl PlainGlob {
    /// The glob below a folder (no trailing slash; empty is the root).
    pub(super) fn parse(folder: &str, glob: &str) -> Option<PlainGlob> {
        if glob.len() > LONGEST || glob.contains(['[', ']', '{', '}', '\\', '!']) {
            return None;
        }
        let within = folder.split('/').filter(|part| !part.is_empty()).map(|part| Part::Name(part.to_owned()));
        let mut parts: Vec<Part> = within.collect();
        for text in glob.split('/') {
            let part = match text {
                "**" => Part::Any,
                _ if text.is_empty() || text.contains("**") => return None,
                _ if text.contains(['*', '?']) => Part::Wild(text.to_owned()),
                _ => Part::Name(text.to_owned()),
            };
            if matches!((parts.last(), &part), (Some(Part::Any), Part::Any)) {
                return None;
            }
            parts.push(part);
        }
        Some(PlainGlob { parts })
    }

    /// The extension that every path it matches has, if one is certain.
    pub(super) fn extension(&self) -> Option<&str> {
        let (Part::Name(text) | Part::Wild(text)) = self.parts.last()? else { return None };
        let (_, extension) = text.rsplit_once('.')?;
        (!extension.contains(['*', '?'])).then_some(extension)
    }

    /// Whether all files of a folder match, or none does.
    pub(super) fn asks_for_folder_only(&self) -> bool {
        match self.parts.last() {
            Some(Part::Any) => true,
            Some(Part::Wild(text)) => text == "*",
            Some(Part::Name(_)) | None => false,
        }
    }

    pub(super) fn matches(&self, path: &str) -> bool {
        let path = path.as_bytes();
        // Most paths fail at their last part.
        let base = memrchr(b'/', path).map_or(0, |slash| slash + 1);
        if self.parts.last().is_some_and(|last| !last.fits(&path[base..])) {
            return false;
        }
        // Where the part at hand starts; behind the end when all are taken.
        let (mut part, mut at) = (0, 0);
        // What follows the last `**`, and the first place where that has not been tried.
        let mut again: Option<(usize, usize)> = None;
        loop {
            match self.parts.get(part) {
                None if at > path.len() => return true,
                Some(Part::Any) if part + 1 == self.parts.len() => return at <= path.len(),
                Some(Part::Any) => {
                    part += 1;
                    again = Some((part, at));
                    continue;
                }
                Some(known) if at <= path.len() => {
                    let end = part_end(path, at);
                    if known.fits(&path[at..end]) {
                        (part, at) = (part + 1, end + 1);
                        continue;
                    }
                }
                _ => {}
            }
            let Some((from, tried)) = again.filter(|(_, tried)| *tried <= path.len()) else { return false };
            (part, at) = (from, part_end(path, tried) + 1);
            again = Some((part, at));
        }
    }
}

fn part_end(path: &[u8], from: usize) -> usize {
    path[from..].iter().position(|byte| *byte == b'/').map_or(path.len(), |length| from + length)
}

impl Part {
    fn fits(&self, text: &[u8]) -> bool {
        match self {
            Part::Any => true,
            Part::Name(name) => name.as_bytes() == text,
            Part::Wild(wild) => wild_fits(wild.as_bytes(), text),
        }
    }
}

/// `*` is any number of bytes, `?` is one.
fn wild_fits(wild: &[u8], text: &[u8]) -> bool {
    let (mut at, mut read) = (0, 0);
    let mut again: Option<(usize, usize)> = None;
    while read < text.len() {
        match wild.get(at) {
            Some(b'*') => {
                at += 1;
                again = Some((at, read));
            }
            Some(byte) if *byte == b'?' || *byte == text[read] => (at, read) = (at + 1, read + 1),
            _ => {
                let Some((from, tried)) = again else { return false };
                (at, read) = (from, tried + 1);
                again = Some((from, tried + 1));
            }
        }
    }
    wild[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use globset::GlobBuilder;
    use proptest::prelude::*;

    use super::*;

    fn by_globset(glob: &str, path: &str) -> bool {
        let built = GlobBuilder::new(glob).literal_separator(true).empty_alternates(true).build();
        built.is_ok_and(|glob| glob.compile_matcher().is_match(path))
    }

    #[test]
    fn stars_cross_no_folder_and_double_stars_any_number() {
        let matches = |glob: &str, path: &str| PlainGlob::parse("", glob).is_some_and(|glob| glob.matches(path));
        for (glob, path) in [
            ("**/*.py", "a.py"),
            ("**/a/**/b?.md", "x/a/y/z/b1.md"),
            ("a/**", "a/b/c"),
            ("**/a*/**", "x/ab/c"),
            ("*", ".env"),
        ] {
            assert!(matches(glob, path), "{glob} {path}");
        }
        for (glob, path) in [("*.py", "a/b.py"), ("a/**", "a"), ("**/a/*", "a/b/c"), ("a?b", "a/b")] {
            assert!(!matches(glob, path), "{glob} {path}");
        }
        let below = PlainGlob::parse("svc/[a]", "*.py");
        assert!(below.is_some_and(|glob| glob.matches("svc/[a]/x.py") && !glob.matches("svc/a/x.py")));
    }

    #[test]
    fn what_is_not_plain_is_left_alone() {
        for glob in ["[a]", "{a,b}", r"\*", "a**", "**/**/a", "a//b", "a/", "!a"] {
            assert!(PlainGlob::parse("", glob).is_none(), "{glob}");
        }
    }

    const PARTS: &[&str] = &["**", "*", "a", "b", "ab", "a*", "*b", "*a*", "?", "a?", "*.x", "a.x", "*.*", "a*b*"];
    const NAMES: &[&str] = &["a", "b", "ab", "aab", "abb", "a.x", "ba.x", ".x", "c"];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn globs_mean_what_they_mean_to_globset(
            parts in proptest::collection::vec(0..PARTS.len(), 1..5),
            paths in proptest::collection::vec(proptest::collection::vec(0..NAMES.len(), 1..6), 8),
        ) {
            let glob = parts.iter().map(|part| PARTS[*part]).collect::<Vec<_>>().join("/");
            let Some(plain) = PlainGlob::parse("", &glob) else { return Ok(()) };
            for path in paths {
                let path = path.iter().map(|name| NAMES[*name]).collect::<Vec<_>>().join("/");
                let matches = plain.matches(&path);
                prop_assert_eq!(matches, by_globset(&glob, &path), "{} {}", glob, path);
                let (folder, base) = path.rsplit_once('/').unwrap_or(("", &path));
                if matches && let Some(extension) = plain.extension() {
                    prop_assert_eq!(base.rsplit_once('.').map(|(_, extension)| extension), Some(extension));
                }
                if plain.asks_for_folder_only() {
                    let other = if folder.is_empty() { "other".to_owned() } else { format!("{folder}/other") };
                    prop_assert_eq!(matches, plain.matches(&other), "{} {}", glob, path);
                }
            }
        }
    }
}
