//! Markers of work to do in comments, and whether somebody owns them (catalogue `code/todo-markers`).

use std::sync::OnceLock;

use regex::Regex;

/// One marker in a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Marker {
    /// Line breaks before it in the comment.
    pub(super) line: u32,
    /// Its line.
    pub(super) text: String,
    /// Whether it names a person, an issue, an address or a day.
    pub(super) owned: bool,
}

/// One of these is in every marker, long enough to be looked up.
pub(super) const WORDS: &[&str] = &[
    "TODO", "FIXME", "HACK", "BUG:", "BUG(", " XXX", "\tXXX", "\nXXX", "\rXXX", "/XXX", "*XXX", "#XXX", ";XXX", "(XXX",
];

/// Every marker in a comment's text.
pub(super) fn find(comment: &str) -> Vec<Marker> {
    static WORD: OnceLock<Regex> = OnceLock::new();
    static OWNER: OnceLock<Regex> = OnceLock::new();
    let word = WORD.get_or_init(|| {
        let pattern =
            r"\b(TODO|FIXME)\b(?P<subject>\s(list|app|item)s?\b)?|(^|[ \t/*#;(])(XXX|HACK)([:(\s]|$)|\bBUG[:(]";
        Regex::new(pattern).expect("the pattern is a constant")
    });
    let owner = OWNER.get_or_init(|| {
        let pattern =
            r"^\s*[(\[][@#\w][^)\]]*[)\]]|#\d+|https?://|\b[A-Z][A-Z0-9]+-\d+\b|\b\d{4}-\d{2}(-\d{2})?\b|@\w+";
        Regex::new(pattern).expect("the pattern is a constant")
    });
    if !["TODO", "FIXME", "XXX", "HACK", "BUG"].iter().any(|word| comment.contains(word)) {
        return Vec::new();
    }
    let lines = comment.lines().zip(0_u32..);
    let marked = lines.filter_map(|(text, line)| {
        let found = word.captures(text)?;
        if found.name("subject").is_some() {
            return None; // a list of things to do is what the program is about
        }
        let rest = &text[found.get(0)?.end().min(text.len())..];
        let after = text[found.get(0)?.start()..].trim_start_matches(|c: char| !c.is_ascii_uppercase());
        let after = after.trim_start_matches(|c: char| c.is_ascii_uppercase());
        let owned = owner.is_match(rest) || owner.is_match(after);
        Some(Marker { line, text: text.trim().to_owned(), owned })
    });
    marked.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_owned_by_a_name_an_issue_an_address_or_a_day() {
        let owned = |text| find(text).iter().map(|marker| marker.owned).collect::<Vec<_>>();
        for text in
            ["// TODO(ann): x", "# FIXME #12", "// TODO: https://x.test/1", "// XXX OPS-12", "// TODO 2026-01-02"]
        {
            assert_eq!(owned(text), [true], "{text}");
        }
        for text in ["// TODO: x", "# FIXME", "/* HACK\n */", "// BUG: x"] {
            assert_eq!(owned(text), [false], "{text}");
        }
        for text in ["// adds to the TODO list", "// todo", "// format XXX-XXX", "// mastodon"] {
            assert!(find(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_marker_knows_its_line() {
        assert_eq!(find("/* a\n * TODO: b\n */")[0].line, 1);
    }
}
