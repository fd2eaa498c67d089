//! Making data safe to show and fitting it into columns. Escaping for one format is left to that format.

use serde_json::Value;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::model::report::Report;

/// The text on one line, without anything that a terminal or a browser would act on: line breaks and tabs become
/// spaces; other control characters, bidirectional overrides and invisible characters are spelled out (`\x1b`).
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for piece in text.chars() {
        push_visible(&mut line, piece);
    }
    line
}

/// The text with its line breaks, each line as [`one_line`] would show it.
pub(super) fn lines(text: &str) -> Vec<String> {
    text.lines().map(one_line).collect()
}

/// The report with every text in it made safe to show; only the bodies of sections keep their line breaks.
pub(super) fn cleaned(report: &Report) -> Report {
    let mut value = serde_json::to_value(report).expect("string keys and plain values always serialize");
    clean(&mut value, one_line);
    serde_json::from_value(value).expect("only texts have changed")
}

fn clean(value: &mut Value, how: fn(&str) -> String) {
    match value {
        Value::String(text) => *text = how(text),
        Value::Array(items) => items.iter_mut().for_each(|item| clean(item, how)),
        Value::Object(members) => {
            let old = std::mem::take(members);
            for (key, mut member) in old {
                clean(&mut member, if key == "body" { |text| lines(text).join("\n") } else { how });
                members.insert(one_line(&key), member);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn push_visible(line: &mut String, piece: char) {
    match piece {
        '\n' | '\t' | '\r' | '\u{2028}' | '\u{2029}' => line.push(' '),
        piece if u32::from(piece) < 0x100 && piece.is_control() => {
            line.push_str(&format!("\\x{:02x}", u32::from(piece)))
        }
        piece if is_treacherous(piece) => line.push_str(&format!("\\u{{{:x}}}", u32::from(piece))),
        piece => line.push(piece),
    }
}

/// Characters that reorder or hide text (Unicode TR 36, TR 39): bidi controls, zero-width ones, tags, noncharacters.
fn is_treacherous(piece: char) -> bool {
    matches!(u32::from(piece),
        0x00AD | 0x061C | 0x180E | 0x200B | 0x200C | 0x200E | 0x200F | 0x202A..=0x202E | 0x2060..=0x206F
        | 0xFEFF | 0xFFF9..=0xFFFB | 0xFFFE | 0xFFFF | 0xE0000..=0xE007F)
}

/// Columns the text takes.
pub(super) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The text in at most `columns` columns; what was cut is marked with `mark`.
pub(super) fn cut(text: &str, columns: usize, mark: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let (head, _) = split_at_width(text, columns.saturating_sub(width(mark)));
    format!("{}{mark}", head.trim_end())
}

/// The text followed by spaces up to `columns`.
pub(super) fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The longest start of the text that fits, and the rest. Takes at least one character, so that callers end.
pub(super) fn split_at_width(text: &str, columns: usize) -> (&str, &str) {
    let mut end = 0;
    for (at, piece) in text.char_indices() {
        let next = at + piece.len_utf8();
        // The width of a whole start, not a sum: joined emoji are narrower together than apart.
        let takes = if text.is_ascii() { next } else { width(&text[..next]) };
        if takes > columns && end > 0 && piece.width() != Some(0) {
            break;
        }
        end = next;
    }
    text.split_at(end)
}

/// A word as pieces that each fit.
pub(super) fn pieces(word: &str, columns: usize) -> Vec<&str> {
    let mut rest = word;
    let mut found = Vec::new();
    while width(rest) > columns {
        let (piece, after) = split_at_width(rest, columns);
        if after.is_empty() {
            break;
        }
        found.push(piece);
        rest = after;
    }
    found.push(rest);
    found
}

/// `1 check`, `2 checks`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// `a, b and c`.
pub(super) fn joined(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// A text in parts: what stands between two backticks, which this tool's texts mean as code, and the rest. A backtick without
/// a second one is text.
pub(super) fn code_and_words(text: &str) -> Vec<(bool, &str)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((words, after)) = rest.split_once('`')
        && let Some((code, after)) = after.split_once('`')
    {
        parts.push((false, words));
        parts.push((true, code));
        rest = after;
    }
    parts.push((false, rest));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_backticks_is_code() {
        assert_eq!(code_and_words("a `b` c"), [(false, "a "), (true, "b"), (false, " c")]);
        assert_eq!(code_and_words("a ` b"), [(false, "a ` b")]);
        assert_eq!(code_and_words("`a` `"), [(false, ""), (true, "a"), (false, " `")]);
    }

    #[test]
    fn control_characters_and_reordering_are_spelled_out() {
        assert_eq!(one_line("a\u{1b}[31mb\u{7}\nc\td"), "a\\x1b[31mb\\x07 c d");
        assert_eq!(one_line("x\u{202e}y\u{9b}z\u{200b}"), "x\\u{202e}y\\x9bz\\u{200b}");
        assert_eq!(one_line("größe 中文 👩‍👧"), "größe 中文 👩‍👧");
    }

    #[test]
    fn wide_characters_count_double_when_text_is_cut() {
        assert_eq!(cut("中文中文", 5, "…"), "中文…");
        assert_eq!(cut("short", 5, "…"), "short");
        assert_eq!(width(&cut("e\u{301}e\u{301}e\u{301}", 2, "…")), 2);
    }

    #[test]
    fn words_longer_than_a_line_are_broken() {
        let word = "x中".repeat(40);
        let found = pieces(&word, 12);
        assert!(found.iter().all(|piece| width(piece) <= 12), "{found:?}");
        assert_eq!(found.concat(), word);
        assert_eq!(pieces("中", 1), ["中"]);
    }

    #[test]
    fn lists_read_like_a_sentence() {
        let items = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(joined(&items(&["a", "b", "c"])), "a, b and c");
        assert_eq!(joined(&items(&["a"])), "a");
    }
}
