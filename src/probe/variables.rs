//! `$NAME` and `${NAME:-default}` as BuildKit and Compose replace them, as far as a value is known from files; words and
//! assignments of a shell-like line.

use std::collections::BTreeMap;

use super::wildcard::like;

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
        self.expand_within(text, DEEPEST)
    }

    fn expand_within(&self, text: &str, left: usize) -> Result<String, String> {
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
            let (value, after) = self.one(&rest[at + 1..], left)?;
            out.push_str(&value);
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// The value of the variable that starts here (after `$`), and what follows it.
    fn one<'t>(&self, text: &'t str, left: usize) -> Result<(String, &'t str), String> {
        if let Some(inner) = text.strip_prefix('{') {
            let Some(end) = closing(inner) else { return Err(inner.to_owned()) };
            return Ok((self.braced(&inner[..end], left)?, &inner[end + 1..]));
        }
        let end = end_of_name(text);
        if end == 0 {
            return Ok(("$".to_owned(), text));
        }
        let name = &text[..end];
        self.get(name).map(|value| (value.to_owned(), &text[end..])).ok_or_else(|| name.to_owned())
    }

    /// `name` alone, or with what stands behind it: `:-default`, `-default`, `:+word`, `+word`, `:?message`, `?message`
    /// (POSIX shell, 2.6.2; a colon takes an empty value for none), `#prefix`, `%suffix`, `/pattern/text`.
    fn braced(&self, inner: &str, left: usize) -> Result<String, String> {
        let (name, operator) = inner.split_at(end_of_name(inner));
        let unknown = || name.to_owned();
        let left = left.checked_sub(1).ok_or_else(unknown)?;
        let (operator, empty_is_none) = match operator.strip_prefix(':') {
            Some(rest) => (rest, true),
            None => (operator, false),
        };
        let value = self.get(name).filter(|value| !(empty_is_none && value.is_empty()));
        let Some(sign) = operator.chars().next() else { return value.map(str::to_owned).ok_or_else(unknown) };
        let word = &operator[sign.len_utf8()..];
        match (sign, value) {
            ('-' | '?', Some(value)) => Ok(value.to_owned()),
            ('-', None) => self.expand_within(word, left),
            ('+', Some(_)) => self.expand_within(word, left),
            ('+', None) => Ok(String::new()),
            ('#' | '%' | '/', Some(value)) => cut(value, sign, &self.expand_within(word, left)?).ok_or_else(unknown),
            _ => Err(unknown()),
        }
    }
}

/// Variables that stand in one another's defaults.
const DEEPEST: usize = 16;
/// Longest value that patterns are tried on.
const LONGEST_CUT: usize = 1000;

fn end_of_name(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len())
}

/// Where the brace closes that was open before this text.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '{' if before == '$' => open += 1,
            '}' if open == 0 => return Some(at),
            '}' => open -= 1,
            _ => {}
        }
        before = c;
    }
    None
}

/// `${name#pattern}` and its kin, as BuildKit has them (Dockerfile reference, "Environment replacement").
fn cut(value: &str, sign: char, word: &str) -> Option<String> {
    if value.len() > LONGEST_CUT {
        return None;
    }
    let (is_double, pattern) = match word.strip_prefix(sign) {
        Some(rest) => (true, rest),
        None => (false, word),
    };
    let cuts = (0..=value.len()).filter(|at| value.is_char_boundary(*at));
    match sign {
        '#' => {
            let mut fits = cuts.filter(|at| like(pattern, &value[..*at]));
            let at = if is_double { fits.next_back() } else { fits.next() };
            Some(value[at.unwrap_or(0)..].to_owned())
        }
        '%' => {
            let mut fits = cuts.filter(|at| like(pattern, &value[*at..]));
            let at = if is_double { fits.next() } else { fits.next_back() };
            Some(value[..at.unwrap_or(value.len())].to_owned())
        }
        _ => {
            let (from, to) = pattern.split_once('/').unwrap_or((pattern, ""));
            let is_plain = !from.is_empty() && !from.contains(['*', '?', '\\']);
            is_plain.then(|| if is_double { value.replace(from, to) } else { value.replacen(from, to, 1) })
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
    fn operators_are_those_of_a_shell_and_may_stand_in_one_another() {
        let mut variables = Variables::default();
        variables.set("V", Some("3.12.1".to_owned()));
        variables.set("EMPTY", Some(String::new()));
        for (text, value) in [
            ("a:${X:-${Y:-1.2}}", Ok("a:1.2")),
            ("${EMPTY-x}|${EMPTY:-x}|${EMPTY+x}|${EMPTY:+x}", Ok("|x|x|")),
            ("${V:?set it}", Ok("3.12.1")),
            ("${V?}", Ok("3.12.1")),
            ("${X:?set it}", Err("X")),
            ("${EMPTY:?set it}", Err("EMPTY")),
            ("python:${V%.*}", Ok("python:3.12")),
            ("python:${V%%.*}", Ok("python:3")),
            ("${V#*.}|${V##*.}", Ok("12.1|1")),
            ("${V/./-}|${V//./-}", Ok("3-12.1|3-12-1")),
        ] {
            assert_eq!(variables.expand(text).as_deref(), value.map_err(str::to_owned).as_deref(), "{text}");
        }
        let deep = format!("{}x{}", "${A:-".repeat(100_000), "}".repeat(100_000));
        assert!(variables.expand(&deep).is_err(), "and in bounded depth");
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
