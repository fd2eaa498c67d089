//! Text that is not what it seems: characters that turn or hide text (Trojan Source, CVE-2021-42574), and conflict
//! markers that a merge left behind.

use memchr::{memchr3_iter, memmem};

use super::guard::is_translation;
use super::language;
use crate::model::Certainty;
use crate::probe::finding::Finding;
use crate::world::{FileBytes, View};

/// How a conflict starts.
const OPENING: &[u8] = b"<<<<<<< ";

/// The question that [`read`] asks of a file before it looks closer.
pub(super) fn questions() -> Vec<Vec<Vec<u8>>> {
    vec![vec![OPENING.to_vec()]]
}

/// Findings of one text file.
pub(super) fn read(file: &FileBytes<'_>) -> Vec<Finding> {
    let mut findings = conflicts(file);
    if is_program(file) && !is_translation(file.path()) {
        findings.extend(characters(file));
    }
    findings
}

/// Programs and what builds them. Markup and data hold texts for people, where such characters are meant.
fn is_program(file: &FileBytes<'_>) -> bool {
    let base = file.entry.base();
    let ends = [".sh", ".bash", ".toml", ".yml", ".yaml", ".tf", ".sql", ".gradle"];
    language::of_path(file.path()).is_some()
        || ends.iter().any(|end| base.ends_with(end))
        || base.starts_with("Dockerfile")
        || base == "Makefile"
}

fn characters(file: &FileBytes<'_>) -> Vec<Finding> {
    if file.is_ascii() || !memchr3_iter(0xC2, 0xE2, 0xEF, file.bytes).any(|at| is_suspicious(&file.bytes[at..])) {
        return Vec::new();
    }
    let text = file.text();
    let mut findings = Vec::new();
    let (mut line, mut start) = (1, 0);
    for (at, c) in text.char_indices() {
        if c == '\n' {
            (line, start) = (line + 1, at + 1);
        }
        let Some(fact) = kind(c) else { continue };
        // In texts an invisible character may be meant; in code it makes two names look like one.
        let matters = fact == "bidi_controls" || (at > 0 && file.regions().at(at) == View::Code);
        if matters && text.len() == file.bytes.len() {
            let column = text[start..at].chars().count() + 1;
            let note = format!("U+{:04X} at column {column}", u32::from(c));
            findings.push(Finding::new(fact, line, format!("U+{:04X}", u32::from(c)), note));
        }
    }
    findings
}

/// Whether the bytes of a character that [`kind`] names stand here.
fn is_suspicious(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0xE2, 0x80, 0x8B | 0x8C | 0x8E | 0x8F | 0xAA..=0xAE, ..]
            | [0xE2, 0x81, 0xA0 | 0xA6..=0xA9, ..]
            | [0xC2, 0xAD, ..]
            | [0xEF, 0xBB, 0xBF, ..]
    )
}

fn kind(c: char) -> Option<&'static str> {
    match c {
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => Some("bidi_controls"),
        '\u{200B}' | '\u{200C}' | '\u{200E}' | '\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}' => {
            Some("invisible_characters")
        }
        _ => None,
    }
}

/// All three markers at the start of lines, in order; `=======` alone is a heading.
fn conflicts(file: &FileBytes<'_>) -> Vec<Finding> {
    if !file.may_hold(0) || memmem::find(file.bytes, OPENING).is_none() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut open = None;
    let mut middle = false;
    for (line, number) in file.bytes.split(|byte| *byte == b'\n').zip(1_u32..) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.starts_with(OPENING) {
            (open, middle) = (Some(number), false);
        } else if line == b"=======" {
            middle = open.is_some();
        } else if line.starts_with(b">>>>>>> ") && middle {
            if let Some(from) = open.take() {
                let note = format!("conflict markers from line {from} to line {number}");
                findings.push(Finding::new("conflict_markers", from, "conflict markers", note));
            }
            middle = false;
        }
    }
    findings.into_iter().map(|finding| finding.with(Certainty::Certain)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Tree;

    fn seen(path: &str, text: &str) -> Vec<(&'static str, u32)> {
        let tree = Tree::from_memory([(path, text)]);
        let file = FileBytes::new(&tree.entries()[0], text.as_bytes());
        read(&file).into_iter().map(|finding| (finding.fact, finding.line)).collect()
    }

    #[test]
    fn the_bytes_of_every_such_character_are_known_and_of_no_other() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_suspicious(c.encode_utf8(&mut [0; 4]).as_bytes()), kind(c).is_some(), "{c:?}");
        }
    }

    #[test]
    fn all_three_markers_make_a_conflict() {
        assert_eq!(seen("a.md", "x\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n"), [("conflict_markers", 2)]);
        assert!(seen("a.md", "Title\n=======\n").is_empty());
        assert!(seen("a.md", "<<<<<<< HEAD\n>>>>>>> other\n").is_empty());
    }

    #[test]
    fn turning_characters_count_anywhere_invisible_ones_only_in_code() {
        assert_eq!(seen("a.py", "x = 'a\u{202E}b'\n"), [("bidi_controls", 1)]);
        assert_eq!(seen("a.py", "y = 1\nx\u{200B} = 1\n"), [("invisible_characters", 2)]);
        assert!(seen("a.py", "x = 'a\u{200B}b'\n").is_empty());
        assert!(seen("a.py", "x = '👩\u{200D}💻'\n").is_empty());
        assert!(seen("mail.html", "<p>x\u{200B}</p>\n").is_empty());
        assert!(seen("locales/he.yml", "a: '\u{202B}x'\n").is_empty());
    }
}
