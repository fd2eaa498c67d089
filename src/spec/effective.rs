//! The spec as it is after includes, variables, environment and policy, as YAML with the origin of every value.

use crate::model::secret::Masker;
use crate::yaml::{Kind, Node, Style};

use super::load::Loaded;

/// Column at which origins stand, where the value leaves room.
const ORIGIN_COLUMN: usize = 60;

/// The spec after everything, each value with `# file:line`; secrets are masked.
pub fn effective(loaded: &Loaded) -> String {
    let masker = Masker::new(loaded.secrets.iter().map(String::as_str));
    let mut out = String::new();
    mapping(&loaded.node, 0, &masker, &mut out);
    out
}

fn mapping(node: &Node, level: usize, masker: &Masker, out: &mut String) {
    for (key, value) in node.entries() {
        out.push_str(&"  ".repeat(level));
        after_indent(&format!("{}:", quoted(&key.text, Style::Plain)), value, level, masker, out);
    }
}

/// Writes `head` and the value that belongs to it; `head` is `key:` or `-`.
fn after_indent(head: &str, value: &Node, level: usize, masker: &Masker, out: &mut String) {
    match &value.kind {
        Kind::Null => line(&format!("{head} null"), value, level, out),
        Kind::Scalar { text, style } => {
            let text = masker.mask(&literal(text, value));
            line(&format!("{head} {}", quoted(&text, *style)), value, level, out);
        }
        Kind::List(items) if items.is_empty() => line(&format!("{head} []"), value, level, out),
        Kind::Map(entries) if entries.is_empty() => line(&format!("{head} {{}}"), value, level, out),
        Kind::List(items) => {
            line(head, value, level, out);
            for item in items {
                out.push_str(&"  ".repeat(level + 1));
                after_indent("-", item, level + 1, masker, out);
            }
        }
        Kind::Map(_) => {
            line(head, value, level, out);
            mapping(value, level + 1, masker, out);
        }
    }
}

fn line(text: &str, value: &Node, level: usize, out: &mut String) {
    let width = ORIGIN_COLUMN.saturating_sub(2 * level + text.chars().count()).max(1);
    out.push_str(text);
    out.push_str(&" ".repeat(width));
    let place = value.span.place();
    let file: String = place.file.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    out.push_str(&format!("# {file}:{}\n", place.line));
}

/// The text as a spec would write it: a dollar that begins no variable is doubled.
fn literal(text: &str, value: &Node) -> String {
    if !value.missing.is_empty() || text.contains("${each.") || text.contains("${with.") {
        return text.to_owned();
    }
    text.replace("$$", "$$$$").replace("${", "$${")
}

/// A scalar as YAML that any reader takes for the same text.
fn quoted(text: &str, style: Style) -> String {
    if text.chars().any(|c| c.is_control()) {
        return serde_json::to_string(text).unwrap_or_default();
    }
    let plain_start = text.starts_with(|c: char| c.is_alphanumeric() || "/.".contains(c));
    let plain_rest = text.chars().all(|c| c.is_alphanumeric() || " /._-+=<>%()*:;$".contains(c));
    let broken = text.contains(": ") || text.ends_with([':', ' ']) || text.contains(" #");
    let other_type =
        is_word(text) || (style != Style::Plain && text.starts_with(|c: char| c.is_ascii_digit() || c == '.'));
    if plain_start && plain_rest && !broken && !other_type {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// Words that some YAML readers take for a boolean or for nothing.
fn is_word(text: &str) -> bool {
    const WORDS: &[&str] = &["y", "n", "yes", "no", "on", "off", "null"];
    WORDS.contains(&text.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_readers_could_mistake_is_quoted() {
        for (text, style, written) in [
            ("NO", Style::Plain, "'NO'"),
            ("1.10", Style::Plain, "1.10"),
            ("1.10", Style::Single, "'1.10'"),
            ("a: b", Style::Plain, "'a: b'"),
            ("it's", Style::Plain, "'it''s'"),
            ("a\u{1b}b", Style::Double, "\"a\\u001bb\""),
            ("p95 < 100 ms", Style::Plain, "p95 < 100 ms"),
            ("", Style::Double, "''"),
            ("#42", Style::Single, "'#42'"),
        ] {
            assert_eq!(quoted(text, style), written, "{text}");
        }
    }
}
