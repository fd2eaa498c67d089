//! Constant patterns of probes, compiled for speed.

use regex::bytes::Regex;

/// Compiles a constant pattern, in which `\b` stands between ASCII words: at Unicode's the fast engine gives up with the
/// first letter of a file that is not ASCII, and the slow one takes over.
///
/// # Panics
///
/// When the pattern is none. Tests compile every constant.
pub(crate) fn constant(pattern: &str) -> Regex {
    Regex::new(&with_ascii_words(pattern)).expect("a constant that a test compiles")
}

fn with_ascii_words(pattern: &str) -> String {
    let mut written = String::with_capacity(pattern.len() + 32);
    let mut rest = pattern;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        let length = 1 + escape[1..].chars().next().map_or(0, char::len_utf8);
        written.push_str(before);
        written.push_str(if &escape[..length] == r"\b" { r"(?-u:\b)" } else { &escape[..length] });
        rest = &escape[length..];
    }
    written + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_word_boundaries_change() {
        assert_eq!(with_ascii_words(r"\bé\\b\w+\b"), r"(?-u:\b)é\\b\w+(?-u:\b)");
        assert_eq!(with_ascii_words("plain"), "plain");
        assert!(constant(r"\bword\b").is_match("é word é".as_bytes()));
        assert!(!constant(r"\bword\b").is_match("é words é".as_bytes()));
    }
}
