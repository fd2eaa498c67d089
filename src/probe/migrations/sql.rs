//! SQL as far as rules about migrations need it: statements with their lines, comments and the insides of strings gone.

use crate::probe::suppression;

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    /// Line it starts on, from 1.
    pub(super) line: u32,
    /// In upper case, with single spaces, strings emptied, quotes of names gone.
    pub(super) text: String,
    /// What a comment before it, or in it, tells squawk to leave alone.
    pub(super) ignore: Option<Ignore>,
}

/// `-- squawk-ignore ban-drop-column, renaming-column reason`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ignore {
    /// The rules it names.
    pub(super) rules: Vec<String>,
    /// Why, if it or the comment before it says so.
    pub(super) reason: Option<String>,
}

/// The part of a migration that leads forward: what stands before the mark of the way back (goose, dbmate).
pub(super) fn forward(text: &str) -> (&str, Option<&str>) {
    let marks = ["-- +goose down", "-- +migrate down", "-- migrate:down", "--+goose down"];
    let lower = text.to_ascii_lowercase();
    let at = marks.iter().filter_map(|mark| lower.find(mark)).min();
    match at {
        Some(at) => (&text[..at], Some(&text[at..])),
        None => (text, None),
    }
}

/// Every statement of a text.
pub(super) fn statements(text: &str) -> Vec<Statement> {
    let mut reader =
        Reader { bytes: text.as_bytes(), at: 0, line: 1, now: None, said: None, ignore: None, found: Vec::new() };
    while reader.at < reader.bytes.len() {
        reader.step();
    }
    reader.end();
    reader.found
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
    now: Option<(u32, String)>,
    /// What the comment before says.
    said: Option<String>,
    ignore: Option<Ignore>,
    found: Vec<Statement>,
}

impl Reader<'_> {
    fn step(&mut self) {
        let rest = &self.bytes[self.at..];
        match rest[0] {
            b'-' if rest.starts_with(b"--") => self.comment(b"\n"),
            b'/' if rest.starts_with(b"/*") => self.comment(b"*/"),
            b'\'' => {
                self.skip_to(1, b"'");
                self.put("''");
            }
            b'$' => match dollar_tag(rest) {
                Some(tag) => {
                    let tag = tag.to_vec();
                    self.skip_to(tag.len(), &tag);
                    self.put("''");
                }
                None => self.plain(),
            },
            b';' => {
                self.at += 1;
                self.end();
            }
            b'"' | b'`' | b'[' | b']' => self.at += 1,
            _ => self.plain(),
        }
    }

    fn plain(&mut self) {
        let byte = self.bytes[self.at];
        self.at += 1;
        if byte == b'\n' {
            self.line += 1;
        }
        if byte.is_ascii_whitespace() {
            if let Some((_, text)) = self.now.as_mut().filter(|(_, text)| !text.ends_with(' ')) {
                text.push(' ');
            }
        } else if byte.is_ascii() {
            self.put(char::from(byte.to_ascii_uppercase()).encode_utf8(&mut [0; 4]));
        } else {
            self.put("?");
        }
    }

    fn put(&mut self, text: &str) {
        let line = self.line;
        self.now.get_or_insert_with(|| (line, String::new())).1.push_str(text);
    }

    fn comment(&mut self, end: &[u8]) {
        let from = self.at;
        self.skip_to(2, end);
        let comment = String::from_utf8_lossy(&self.bytes[from..self.at]);
        match comment.split_once("squawk-ignore") {
            Some((_, rest)) if !rest.starts_with('-') => self.ignore = Some(ignore(rest, self.said.take())),
            _ => self.said = suppression::reason(&comment),
        }
        if let Some((_, text)) = self.now.as_mut().filter(|(_, text)| !text.ends_with(' ')) {
            text.push(' ');
        }
    }

    /// Goes behind the next `end`, looking from `skip` bytes on.
    fn skip_to(&mut self, skip: usize, end: &[u8]) {
        let from = (self.at + skip).min(self.bytes.len());
        let found = self.bytes[from..].windows(end.len()).position(|window| window == end);
        let to = found.map_or(self.bytes.len(), |at| from + at + end.len());
        let breaks = self.bytes[self.at..to].iter().filter(|byte| **byte == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
        self.at = to;
    }

    fn end(&mut self) {
        self.said = None;
        let ignore = self.ignore.take();
        if let Some((line, text)) = self.now.take() {
            let text = text.trim_end().to_owned();
            self.found.push(Statement { line, text, ignore });
        }
    }
}

/// The rules are words between commas; what stands behind the last is the reason.
fn ignore(rest: &str, said: Option<String>) -> Ignore {
    let mut rules = Vec::new();
    let mut rest = rest.trim();
    loop {
        let end = rest.find(|c: char| !(c.is_ascii_lowercase() || c == '-')).unwrap_or(rest.len());
        rules.push(rest[..end].to_owned());
        rest = rest[end..].trim_start();
        match rest.strip_prefix(',') {
            Some(more) => rest = more.trim_start(),
            None => break,
        }
    }
    Ignore { rules, reason: suppression::reason(rest).or(said) }
}

/// `$tag$` or `$$` at the start.
fn dollar_tag(rest: &[u8]) -> Option<&[u8]> {
    let close = rest.iter().skip(1).take(64).position(|byte| *byte == b'$')? + 1;
    let named = rest[1..close].iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let counted = rest.get(1).is_some_and(u8::is_ascii_digit);
    (named && !counted).then(|| &rest[..=close])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_end_outside_of_strings_bodies_and_comments() {
        let text = "-- a; b\ncreate table \"a\" (x text default ';');\n/* ; */\ncreate function f() returns int as $b$ select 1; $b$ language sql;\n-- squawk-ignore ban-drop-column\nalter table a\n  drop column x;\n";
        let found = statements(text);
        let seen: Vec<(u32, &str, bool)> =
            found.iter().map(|s| (s.line, s.text.as_str(), s.ignore.is_some())).collect();
        assert_eq!(
            seen,
            [
                (2, "CREATE TABLE A (X TEXT DEFAULT '')", false),
                (4, "CREATE FUNCTION F() RETURNS INT AS '' LANGUAGE SQL", false),
                (6, "ALTER TABLE A DROP COLUMN X", true),
            ]
        );
    }

    #[test]
    fn a_comment_for_squawk_names_rules_and_may_say_why() {
        let told =
            |text: &str| statements(text)[0].ignore.clone().map(|ignore| (ignore.rules.join(" "), ignore.reason));
        let why = Some("nobody reads it".to_owned());
        assert_eq!(told("-- squawk-ignore ban-drop-column\nselect 1;"), Some(("ban-drop-column".to_owned(), None)));
        let both = Some(("ban-drop-column renaming-column".to_owned(), why.clone()));
        assert_eq!(told("-- squawk-ignore ban-drop-column, renaming-column nobody reads it\nselect 1;"), both);
        let above = Some(("ban-drop-column".to_owned(), why));
        assert_eq!(told("-- nobody reads it\n-- squawk-ignore ban-drop-column\nselect 1;"), above);
        assert_eq!(told("-- squawk-ignore-file\nselect 1;"), None, "a whole file is a wildcard");
        assert_eq!(told("-- squawk-ignore\nselect 1;"), Some((String::new(), None)), "no rule is named");
    }

    #[test]
    fn the_way_back_is_no_part_of_the_way_forward() {
        let (up, down) = forward("-- +goose Up\nselect 1;\n-- +goose Down\nselect 2;\n");
        assert_eq!((statements(up).len(), down.map(|text| statements(text).len())), (1, Some(1)));
        assert_eq!(forward("select 1;").1, None);
    }

    #[test]
    fn what_never_ends_ends_with_the_file() {
        for text in ["'", "/*", "$$", "--", "$a", "\"", ";;;"] {
            assert!(statements(text).len() <= 1, "{text}");
        }
    }
}
