//! Formats of one assignment per line: INI, `.env`, Java properties. All values are text.

use indexmap::IndexMap;

use super::Broken;
use crate::model::Value;

/// `[section]` and `key = value`; keys before the first section are at the top. A later value replaces an earlier one,
/// as the readers of this format do. Indented lines go on with the value before.
pub(super) fn ini(text: &str) -> Value {
    let mut top: IndexMap<String, Value> = IndexMap::new();
    let mut section: Option<String> = None;
    let mut last: Option<String> = None;
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            top.entry(name.trim().to_owned()).or_insert_with(|| Value::Map(IndexMap::new()));
            section = Some(name.trim().to_owned());
            last = None;
            continue;
        }
        let entries = match section.as_ref().and_then(|name| top.get_mut(name)) {
            Some(Value::Map(entries)) => entries,
            _ => &mut top,
        };
        let goes_on = line.starts_with([' ', '\t']);
        if let (true, Some(Value::Text(before))) = (goes_on, last.as_ref().and_then(|key| entries.get_mut(key))) {
            before.push('\n');
            before.push_str(trimmed);
            continue;
        }
        let (key, value) = trimmed.split_once(['=', ':']).unwrap_or((trimmed, ""));
        let key = key.trim().to_owned();
        entries.insert(key.clone(), Value::Text(value.trim().to_owned()));
        last = Some(key);
    }
    Value::Map(top)
}

/// `KEY=value`, `export KEY="value"`; `#` starts a comment outside quotes.
pub(super) fn env(text: &str) -> Result<Value, Broken> {
    let mut entries = IndexMap::new();
    for (number, line) in (1u32..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (key, value) = line.split_once('=').ok_or_else(|| Broken::at(number, "is not `KEY=value`"))?;
        entries.insert(key.trim().to_owned(), Value::Text(unquoted(value.trim())));
    }
    Ok(Value::Map(entries))
}

fn unquoted(value: &str) -> String {
    for quote in ['"', '\''] {
        if let Some((inside, _)) = value.strip_prefix(quote).and_then(|rest| rest.split_once(quote)) {
            return inside.to_owned();
        }
    }
    let comment = value.find(" #").unwrap_or(value.len());
    value[..comment].trim_end().to_owned()
}

/// `key=value`, `key: value`, `key value`; `\` goes on with the next line.
pub(super) fn properties(text: &str) -> Value {
    let mut entries = IndexMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.trim_start();
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        let mut whole = line.to_owned();
        while whole.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1 {
            whole.pop();
            let Some(next) = lines.next() else { break };
            whole.push_str(next.trim_start());
        }
        let (key, value) = split_property(&whole);
        entries.insert(unescaped(key), Value::Text(unescaped(value)));
    }
    Value::Map(entries)
}

fn split_property(line: &str) -> (&str, &str) {
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        if !escaped && (c == '=' || c == ':' || c.is_whitespace()) {
            let rest = line[at..].trim_start();
            let rest = rest.strip_prefix(['=', ':']).unwrap_or(rest);
            return (&line[..at], rest.trim());
        }
        escaped = !escaped && c == '\\';
    }
    (line, "")
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, false) => out.push(c),
            (_, true) => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some('u') => {
                    let code: String = chars.by_ref().take(4).collect();
                    let decoded = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
                    out.push(decoded.unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                Some(other) => out.push(other),
                None => {}
            },
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn text(value: &Value, keys: &[&str]) -> String {
        let found = keys.iter().fold(value, |value, key| match value {
            Value::Map(entries) => &entries[*key],
            other => other,
        });
        let Value::Text(text) = found else { panic!("{found:?}") };
        text.clone()
    }

    #[test]
    fn ini_has_sections_comments_and_continuations() {
        let value = ini("top = 1\n[tool:pytest]\n# x\naddopts = -q\n  --strict\n; y\nempty\n[a]\nb: c = d\n");
        assert_eq!(text(&value, &["top"]), "1");
        assert_eq!(text(&value, &["tool:pytest", "addopts"]), "-q\n--strict");
        assert_eq!(text(&value, &["tool:pytest", "empty"]), "");
        assert_eq!(text(&value, &["a", "b"]), "c = d");
    }

    #[test]
    fn env_files_have_quotes_and_comments() {
        let value = env("# c\nexport A=\"x # y\" # z\nB=1 # two\nC='q'\nD=\n").unwrap();
        assert_eq!(["A", "B", "C", "D"].map(|key| text(&value, &[key])), ["x # y", "1", "q", ""]);
        assert_eq!(env("A=1\noops\n").unwrap_err(), Broken::at(2, "is not `KEY=value`"));
    }

    #[test]
    fn properties_have_escapes_and_long_lines() {
        let value = properties("server.port = 80\n! c\na\\ b: c\\u00e4\\\n   d\nk v w\n");
        assert_eq!(text(&value, &["server.port"]), "80");
        assert_eq!(text(&value, &["a b"]), "cäd");
        assert_eq!(text(&value, &["k"]), "v w");
    }
}
