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
    /// What the path must hold, and its base name.
    needs: (Letters, Letters),
}

/// Which bytes a text holds, as bits: most globs name a letter that most paths have not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Letters(u64);

impl Letters {
    fn of(text: &[u8]) -> Letters {
        Letters(text.iter().fold(0, |all, byte| all | 1 << (byte & 63)))
    }

    fn and(self, other: Letters) -> Letters {
        Letters(self.0 | other.0)
    }

    fn has(self, needed: Letters) -> bool {
        self.0 & needed.0 == needed.0
    }
}

/// A path, looked at once for all globs.
#[derive(Clone, Copy)]
pub(super) struct Looked<'p> {
    pub(super) path: &'p str,
    /// Without trailing slash; empty is the root.
    pub(super) folder: &'p str,
    pub(super) base: &'p str,
    /// Behind the last dot of the base name.
    pub(super) extension: Option<&'p str>,
    letters: (Letters, Letters),
}

impl<'p> Looked<'p> {
    pub(super) fn at(path: &'p str) -> Looked<'p> {
        let slash = memrchr(b'/', path.as_bytes());
        let (folder, base) = slash.map_or(("", path), |slash| (&path[..slash], &path[slash + 1..]));
        let extension = memrchr(b'.', base.as_bytes()).map(|dot| &base[dot + 1..]);
        let in_base = Letters::of(base.as_bytes());
        let letters = (Letters::of(folder.as_bytes()).and(in_base), in_base);
        Looked { path, folder, base, extension, letters }
    }
}

/// What decides whether a glob matches a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asks<'g> {
    /// The folder alone: all files of a folder match, or none does.
    Folder,
    /// That and the extension, which is this one.
    Extension(&'g str),
    /// The folder and the base name, which is this one.
    Base(&'g str),
    /// The whole path; it has this extension, if one is certain.
    Path(Option<&'g str>),
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
        let needs = needs(&parts);
        Some(PlainGlob { parts, needs })
    }

    /// What decides whether it matches.
    pub(super) fn asks(&self) -> Asks<'_> {
        match self.parts.last() {
            Some(Part::Any) => Asks::Folder,
            Some(Part::Wild(text)) if text == "*" => Asks::Folder,
            Some(Part::Wild(text)) => match text.rsplit_once('.') {
                Some(("*", extension)) if !extension.contains(['*', '?']) => Asks::Extension(extension),
                Some((_, extension)) if !extension.contains(['*', '?']) => Asks::Path(Some(extension)),
                _ => Asks::Path(None),
            },
            Some(Part::Name(base)) => Asks::Base(base),
            None => Asks::Path(None),
        }
    }

    /// Whether it matches a path.
    pub(super) fn fits(&self, looked: &Looked<'_>) -> bool {
        let (in_path, in_base) = looked.letters;
        in_path.has(self.needs.0) && in_base.has(self.needs.1) && self.matches(looked.path)
    }

    fn matches(&self, path: &str) -> bool {
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

/// The letters that every path has which these parts match, and its base name.
fn needs(parts: &[Part]) -> (Letters, Letters) {
    let letters = |part: &Part| match part {
        Part::Any => Letters::default(),
        Part::Name(text) => Letters::of(text.as_bytes()),
        Part::Wild(text) => Letters::of(text.replace(['*', '?'], "").as_bytes()),
    };
    let in_path = parts.iter().map(letters).fold(Letters::default(), Letters::and);
    (in_path, parts.last().map(letters).unwrap_or_default())
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
                let matches = plain.fits(&Looked::at(&path));
                prop_assert_eq!(matches, by_globset(&glob, &path), "{} {}", glob, path);
                let looked = Looked::at(&path);
                let other = match plain.asks() {
                    Asks::Folder => "other".to_owned(),
                    Asks::Extension(extension) if looked.extension == Some(extension) => format!("other.{extension}"),
                    Asks::Base(base) if base == looked.base => base.to_owned(),
                    Asks::Path(Some(extension)) if looked.extension == Some(extension) => continue,
                    Asks::Path(None) => continue,
                    _ => {
                        prop_assert!(!matches, "{} {}", glob, path);
                        continue;
                    }
                };
                let other = if looked.folder.is_empty() { other } else { format!("{}/{other}", looked.folder) };
                prop_assert_eq!(matches, plain.matches(&other), "{} {}", glob, path);
            }
        }
    }
}
