//! The spec as it is after includes, variables, environment and policy, as YAML with the origin of every value.

use crate::model::secret::Masker;
use crate::yaml::{Key, Kind, Node, Style};

use super::load::Loaded;

/// Column at which origins stand, where the value leaves room.
const ORIGIN_COLUMN: usize = 60;

/// The spec after everything, each value with `# file:line`; secrets are masked.
pub fn effective(loaded: &Loaded) -> String {
    let masker = Masker::new(loaded.secrets.iter().map(String::as_str));
    let mut writer = Writer { masker, as_written: false, out: String::new() };
    for (key, value) in loaded.node.entries() {
        // Environments keep their variables: those of the chosen one were replaced where they took effect.
        writer.as_written = key.text == "environments";
        writer.entry(key, value, 0);
    }
    writer.out
}

struct Writer {
    masker: Masker,
    /// Whether variables still stand in the texts.
    as_written: bool,
    out: String,
}

impl Writer {
    fn entry(&mut self, key: &Key, value: &Node, level: usize) {
        self.value(&format!("{}:", quoted(&key.text, Style::Plain)), value, level);
    }

    fn entries(&mut self, entries: &[(Key, Node)], level: usize) {
        for (key, value) in entries {
            self.out.push_str(&"  ".repeat(level));
            self.entry(key, value, level);
        }
    }

    /// Writes `head`, which is `key:` or `-`, and the value that belongs to it.
    fn value(&mut self, head: &str, value: &Node, level: usize) {
        match &value.kind {
            Kind::Null => self.line(&format!("{head} null"), value, level),
            Kind::Scalar { text, style } => {
                let text = if self.as_written { text.clone() } else { literal(text, value) };
                let text = quoted(&self.masker.mask(&text), *style);
                self.line(&format!("{head} {text}"), value, level);
            }
            Kind::List(items) if items.is_empty() => self.line(&format!("{head} []"), value, level),
            Kind::Map(entries) if entries.is_empty() => self.line(&format!("{head} {{}}"), value, level),
            Kind::List(items) => {
                self.line(head, value, level);
                items.iter().for_each(|item| self.item(item, level + 1));
            }
            Kind::Map(entries) => {
                self.line(head, value, level);
                self.entries(entries, level + 1);
            }
        }
    }

    fn item(&mut self, item: &Node, level: usize) {
        self.out.push_str(&"  ".repeat(level));
        match &item.kind {
            Kind::Map(entries) if !entries.is_empty() => {
                self.out.push_str("- ");
                self.entry(&entries[0].0, &entries[0].1, level + 1);
                self.entries(&entries[1..], level + 1);
            }
            _ => self.value("-", item, level),
        }
    }

    fn line(&mut self, text: &str, value: &Node, level: usize) {
        let width = ORIGIN_COLUMN.saturating_sub(2 * level + text.chars().count()).max(1);
        let place = value.span.place();
        let file: String = place.file.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
        self.out.push_str(&format!("{text}{}# {file}:{}\n", " ".repeat(width), place.line));
    }
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
