//! TOML with the line of each value, for who follows a task to where it is written.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Tables and lists in one another that are read; what lies deeper is of no interest.
const DEPTH: u32 = 32;

/// A value and its line, from 1; that of a text is where its first character stands.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) line: u32,
    pub(super) value: Value,
}

/// A value; numbers and dates are of no interest.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Flag(bool),
    List(Vec<Item>),
    Table(Vec<(String, Item)>),
    Other,
}

/// Reads a file; why it cannot be read is an error.
pub(super) fn read(path: &str, text: &str) -> Result<Item, String> {
    let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let source = Source { text, lines };
    let table = DeTable::parse(text).map_err(|fault| {
        let line = fault.span().map_or(0, |span| source.line(span.start));
        format!("`{path}:{line}` does not parse as TOML: {}", fault.message().lines().next().unwrap_or_default())
    })?;
    Ok(Item { line: 1, value: Value::Table(source.entries(table.get_ref(), DEPTH)) })
}

struct Source<'t> {
    text: &'t str,
    /// Where each line starts.
    lines: Vec<usize>,
}

impl Source<'_> {
    fn line(&self, offset: usize) -> u32 {
        u32::try_from(self.lines.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }

    fn entries(&self, table: &DeTable<'_>, left: u32) -> Vec<(String, Item)> {
        let own = table.iter().map(|(key, value)| (key.get_ref().to_string(), self.item(value, left)));
        let mut all: Vec<(String, Item)> = own.collect();
        all.sort_by_key(|(_, item)| item.line);
        all
    }

    fn item(&self, value: &Spanned<DeValue<'_>>, left: u32) -> Item {
        let left = left.saturating_sub(1);
        let start = value.span().start;
        let read = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Boolean(flag) => Value::Flag(*flag),
            DeValue::Array(_) | DeValue::Table(_) if left == 0 => Value::Other,
            DeValue::Array(items) => Value::List(items.iter().map(|value| self.item(value, left)).collect()),
            DeValue::Table(table) => Value::Table(self.entries(table, left)),
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Datetime(_) => Value::Other,
        };
        // The line break behind three quotes is no part of the text.
        let opens = self.text.get(start..).unwrap_or("");
        let quotes = ["\"\"\"", "'''"].iter().find_map(|quotes| opens.strip_prefix(quotes));
        let below = quotes.is_some_and(|rest| rest.starts_with(['\n', '\r']));
        Item { line: self.line(start) + u32::from(below), value: read }
    }
}

impl Item {
    pub(super) fn get(&self, key: &str) -> Option<&Item> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, item)| item)
    }

    /// What keys lead to, one below the other.
    pub(super) fn at(&self, keys: &[&str]) -> Option<&Item> {
        keys.iter().try_fold(self, |item, key| item.get(key))
    }

    pub(super) fn entries(&self) -> &[(String, Item)] {
        match &self.value {
            Value::Table(entries) => entries,
            _ => &[],
        }
    }

    pub(super) fn items(&self) -> &[Item] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A text, or the texts of a list.
    pub(super) fn texts(&self) -> Vec<&str> {
        self.text().into_iter().chain(self.items().iter().filter_map(Item::text)).collect()
    }

    pub(super) fn is_true(&self) -> bool {
        matches!(self.value, Value::Flag(true))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn each_value_knows_its_line() {
        let text = "[a.b]\nc = \"x\"\nd = [\n  \"y\",\n  { e = true },\n]\n";
        let root = read("a.toml", text).unwrap();
        let below = root.at(&["a", "b"]).unwrap();
        assert_eq!((below.get("c").unwrap().line, below.get("c").unwrap().text()), (2, Some("x")));
        let items = below.get("d").unwrap().items();
        assert_eq!((items[0].line, items[1].line, items[1].get("e").unwrap().is_true()), (4, 5, true));
        assert!(read("a.toml", "a = 1\nb = \n").unwrap_err().contains("`a.toml:2` does not parse"));
    }
}
