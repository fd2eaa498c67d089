//! `$NAME` and `${NAME:-default}` as BuildKit and Compose replace them, as far as a value is known from files; words and
//! assignments of a shell-like line.

use std::collections::BTreeMap;

/// Values by name; `None` is a variable that exists without a known value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables(BTreeMap<String, Option<String>>);

impl Variables {
    /// Sets one.
    pub(crate) fn set(&mut self, name: &str, value: Option<String>) {
        self.0.insert(name.to_owned(), value);
    }

    /// Its value, if known.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|value| value.as_deref())
    }

    /// The text with every variable replaced, or the name of the first that has no known value.
    pub(crate) fn expand(&self, text: &str) -> Result<String, String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            if rest[..at].ends_with('\\') {
                out.pop();
                out.push('$');
                rest = &rest[at + 1..];
                continue;
            }
            let (value, after) = self.one(&rest[at + 1..])?;
            out.push_str(&value);
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// The value of the variable that starts here (after `$`), and what follows it.
    fn one<'t>(&self, text: &'t str) -> Result<(String, &'t str), String> {
        if let Some(inner) = text.strip_prefix('{') {
            let Some(end) = inner.find('}') else { return Err(inner.to_owned()) };
            return Ok((self.braced(&inner[..end])?, &inner[end + 1..]));
        }
        let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
        if end == 0 {
            return Ok(("$".to_owned(), text));
        }
        let name = &text[..end];
        self.get(name).map(|value| (value.to_owned(), &text[end..])).ok_or_else(|| name.to_owned())
    }

    /// `name`, `name:-default`, `name-default`, `name:+word`, `name+word`.
    fn braced(&self, inner: &str) -> Result<String, String> {
        let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(inner.len());
        let (name, operator) = inner.split_at(end);
        let value = self.get(name);
        let operator = operator.strip_prefix(':').unwrap_or(operator);
        if let Some(default) = operator.strip_prefix('-') {
            return match value.filter(|value| !value.is_empty()) {
                Some(value) => Ok(value.to_owned()),
                None => self.expand(default),
            };
        }
        if let Some(word) = operator.strip_prefix('+') {
            return if value.is_some_and(|value| !value.is_empty()) { self.expand(word) } else { Ok(String::new()) };
        }
        match value {
            Some(value) if operator.is_empty() => Ok(value.to_owned()),
            _ => Err(name.to_owned()),
        }
    }
}

/// `A=1 B="two words"`, or the old `A rest of the line`, as pairs; a name without `=` has no value.
pub(crate) fn assignments(text: &str, old_form: bool) -> Vec<(String, Option<String>)> {
    let text = text.trim();
    let first = text.split(char::is_whitespace).next().unwrap_or("");
    if old_form && !first.contains('=') {
        let value = text[first.len()..].trim();
        return vec![(first.to_owned(), Some(unquoted(value)))];
    }
    words(text)
        .into_iter()
        .filter(|word| !word.is_empty())
        .map(|word| match word.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (word, None),
        })
        .collect()
}

fn unquoted(text: &str) -> String {
    words(text).join(" ")
}

/// Words of a line; quotes group and are dropped.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut started = false;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match (c, quote) {
            ('\\', None | Some('"')) => {
                match characters.next() {
                    Some('\n') | None => {}
                    Some('$') => word.push_str("\\$"),
                    Some(next) => word.push(next),
                }
                started = true;
            }
            (_, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(c);
                started = true;
            }
            (_, None) if c.is_whitespace() => {
                if started {
                    words.push(std::mem::take(&mut word));
                }
                started = false;
            }
            _ => {
                word.push(c);
                started = true;
            }
        }
    }
    if started {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn substitution_knows_defaults_and_names_what_it_does_not_know() {
        let mut variables = Variables::default();
        variables.set("V", Some("3.12".to_owned()));
        variables.set("U", None);
        assert_eq!(variables.expand("python:${V}-slim").unwrap(), "python:3.12-slim");
        assert_eq!(variables.expand("$V/${X:-y}").unwrap(), "3.12/y");
        assert_eq!(variables.expand("a${V:+b}").unwrap(), "ab");
        assert_eq!(variables.expand("${U}"), Err("U".to_owned()));
        assert_eq!(variables.expand("cost 5$").unwrap(), "cost 5$");
    }

    #[test]
    fn assignments_are_read_in_both_forms() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            assignments("A=1 B=\"two words\"", true),
            vec![("A".into(), some("1")), ("B".into(), some("two words"))]
        );
        assert_eq!(assignments("A the rest", true), vec![("A".into(), some("the rest"))]);
        assert_eq!(assignments("TOKEN", false), vec![("TOKEN".into(), None)]);
    }
}
