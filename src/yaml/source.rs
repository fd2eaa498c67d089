//! From bytes to a text with a name: size, encoding, characters that have no business in a spec.

use std::sync::Arc;

use crate::model::Place;
use crate::model::problem::{Problem, Snippet};

use super::node::Source;

/// The largest document that is read, in bytes: 2 MiB, about 20 000 checks.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;

/// A text from bytes. A byte order mark is dropped; anything but UTF-8 is an error with its place.
pub fn source(file: &str, bytes: &[u8]) -> Result<Arc<Source>, Box<Problem>> {
    if bytes.len() > MAX_BYTES {
        return Err(Box::new(too_large(file, bytes.len() as u64)));
    }
    if let Some(encoding) = wide_encoding(bytes) {
        let problem = Problem::at(first_character(file), format!("the file is encoded as {encoding}"));
        return Err(Box::new(problem.help("save it as UTF-8")));
    }
    let text = std::str::from_utf8(bytes).map_err(|fault| Box::new(not_utf8(file, bytes, fault.valid_up_to())))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Looked at many bytes at a time, and nearly always the answer.
    if text.as_bytes().chunks(64).all(|part| part.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t'))) {
        return Ok(Arc::new(Source::new(file, text)));
    }
    match text.char_indices().find(|&(at, c)| is_unwanted(text, at, c)) {
        Some((at, c)) => Err(Box::new(unwanted(file, text, at, c))),
        None => Ok(Arc::new(Source::new(file, text))),
    }
}

/// The error for a file over [`MAX_BYTES`].
pub fn too_large(file: &str, bytes: u64) -> Problem {
    let problem = Problem::at(first_character(file), format!("the file has {bytes} bytes, {MAX_BYTES} are allowed"));
    problem.help("split it into several files and bring them in with `include`")
}

fn first_character(file: &str) -> Place {
    Place { file: file.to_owned(), line: 1, column: 1 }
}

fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        [0, first, ..] | [first, 0, ..] if first.is_ascii_graphic() || *first == b' ' => Some("UTF-16"),
        _ => None,
    }
}

fn not_utf8(file: &str, bytes: &[u8], valid: usize) -> Problem {
    let before = String::from_utf8_lossy(&bytes[..valid]);
    let place = place_after(file, &before);
    let snippet = Snippet { line: lossy_line(bytes, valid), length: 1 };
    let message = format!("byte 0x{:02x} is not UTF-8", bytes.get(valid).copied().unwrap_or_default());
    let problem = Problem { snippet: Some(snippet), ..Problem::at(place, message) };
    problem.help("save the file as UTF-8; it looks like Latin-1 or Windows-1252")
}

fn lossy_line(bytes: &[u8], at: usize) -> String {
    let start = bytes[..at].iter().rposition(|&b| b == b'\n').map_or(0, |newline| newline + 1);
    let end = bytes[at..].iter().position(|&b| b == b'\n').map_or(bytes.len(), |newline| at + newline);
    String::from_utf8_lossy(&bytes[start..end]).trim_end_matches('\r').to_owned()
}

fn place_after(file: &str, before: &str) -> Place {
    let line = before.matches('\n').count() + 1;
    let last = before.rsplit('\n').next().unwrap_or("").trim_start_matches('\u{feff}');
    Place { file: file.to_owned(), line: line as u32, column: last.chars().count() as u32 + 1 }
}

fn is_unwanted(text: &str, at: usize, c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\r' => text.as_bytes().get(at + 1) != Some(&b'\n'),
        '\u{feff}' => true,
        _ => c.is_control(),
    }
}

fn unwanted(file: &str, text: &str, at: usize, c: char) -> Problem {
    let place = place_after(file, &text[..at]);
    let line = text.lines().nth(place.line as usize - 1).unwrap_or("").to_owned();
    let (what, help) = match c {
        '\r' => ("a carriage return without a line feed", "end lines with a line feed"),
        '\u{feff}' => ("a byte order mark in the middle of the file", "remove it"),
        _ => ("a control character", "remove it, or write it as an escape in double quotes: \"\\x07\""),
    };
    let message = format!("{what} (U+{:04X}) is not allowed here", u32::from(c));
    Problem { snippet: Some(Snippet { line, length: 1 }), ..Problem::at(place, message) }.help(help)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn fault(bytes: &[u8]) -> String {
        let problem = source("s.yaml", bytes).unwrap_err();
        format!("{}: {}", problem.place.unwrap(), problem.message)
    }

    #[test]
    fn latin_1_is_refused_at_its_byte() {
        assert_eq!(fault(b"a: 1\nname: M\xfcller\n"), "s.yaml:2:8: byte 0xfc is not UTF-8");
    }

    #[test]
    fn utf_16_is_named() {
        assert_eq!(fault(b"\xff\xfea\0:\0"), "s.yaml:1:1: the file is encoded as UTF-16");
        assert_eq!(fault(b"v\0e\0r\0"), "s.yaml:1:1: the file is encoded as UTF-16");
    }

    #[test]
    fn a_byte_order_mark_at_the_start_is_dropped() {
        assert_eq!(source("s.yaml", b"\xef\xbb\xbfa: 1").unwrap().text, "a: 1");
    }

    #[test]
    fn control_characters_are_refused_and_windows_line_ends_are_not() {
        assert_eq!(fault(b"a: 1\r\nb: \x1b[31m"), "s.yaml:2:4: a control character (U+001B) is not allowed here");
        assert!(source("s.yaml", b"a: 1\r\nb: 2\r\n").is_ok());
    }

    #[test]
    fn more_than_the_largest_size_is_refused() {
        assert!(fault(&vec![b'a'; MAX_BYTES + 1]).contains("2097153 bytes"));
    }
}
