//! Which series are meant: `name{label="value", other=~"5.."}`, as in PromQL (Prometheus documentation, "Querying basics").

use std::collections::BTreeMap;

use regex::Regex;

use super::parse::Sample;

/// Size that a compiled pattern may have.
const PATTERN_CAP: usize = 1 << 20;

/// A selector of series.
#[derive(Clone, Debug)]
pub(super) struct Selector {
    /// The metric's name.
    pub(super) name: String,
    matchers: Vec<(String, Matcher)>,
}

#[derive(Clone, Debug)]
enum Matcher {
    Is(String),
    IsNot(String),
    Matches(Regex),
    MatchesNot(Regex),
}

impl Matcher {
    fn holds(&self, value: &str) -> bool {
        match self {
            Matcher::Is(expected) => value == expected,
            Matcher::IsNot(expected) => value != expected,
            Matcher::Matches(pattern) => pattern.is_match(value),
            Matcher::MatchesNot(pattern) => !pattern.is_match(value),
        }
    }
}

impl Selector {
    /// Reads one; the error says what is wrong.
    pub(super) fn parse(text: &str) -> Result<Selector, String> {
        let text = text.trim();
        let (name, rest) = match text.find('{') {
            None => (text, ""),
            Some(at) => (text[..at].trim_end(), text[at..].trim_end()),
        };
        let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '.' | '-');
        if name.is_empty() || !name.chars().all(named) {
            return Err(format!("`{name}` is not the name of a metric"));
        }
        let matchers = if rest.is_empty() { Vec::new() } else { matchers(rest)? };
        Ok(Selector { name: name.to_owned(), matchers })
    }

    /// Whether a sample's labels fit, whatever its name; a label that is not there is empty.
    pub(super) fn fits_labels(&self, labels: &BTreeMap<String, String>) -> bool {
        self.matchers.iter().all(|(label, matcher)| matcher.holds(labels.get(label).map_or("", String::as_str)))
    }

    /// The samples it means.
    pub(super) fn of<'s>(&self, samples: &'s [Sample]) -> Vec<&'s Sample> {
        self.named(&self.name, samples)
    }

    /// The samples of this name whose labels fit.
    pub(super) fn named<'s>(&self, name: &str, samples: &'s [Sample]) -> Vec<&'s Sample> {
        samples.iter().filter(|sample| sample.name == name && self.fits_labels(&sample.labels)).collect()
    }
}

fn matchers(text: &str) -> Result<Vec<(String, Matcher)>, String> {
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).ok_or("a `}` is missing at the end")?;
    let mut rest = inner.trim_start();
    let mut matchers = Vec::new();
    while !rest.is_empty() {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let (label, after) = rest.split_at(end);
        let after = after.trim_start();
        let operator = ["=~", "!~", "!=", "="].into_iter().find(|operator| after.starts_with(operator));
        let Some(operator) = operator.filter(|_| !label.is_empty()) else {
            return Err(format!("`{rest}` does not begin with `label=`, `!=`, `=~` or `!~`"));
        };
        let (value, after) = quoted(after[operator.len()..].trim_start())?;
        matchers.push((label.to_owned(), matcher(operator, value)?));
        rest = after.trim_start();
        match rest.strip_prefix(',') {
            Some(after) => rest = after.trim_start(),
            None if rest.is_empty() => {}
            None => return Err(format!("`{rest}` is left over")),
        }
    }
    Ok(matchers)
}

fn matcher(operator: &str, value: String) -> Result<Matcher, String> {
    // Prometheus anchors its patterns
    let pattern = || {
        let anchored = regex::RegexBuilder::new(&format!("^(?s:{value})$")).size_limit(PATTERN_CAP).build();
        anchored.map_err(|error| format!("`{value}` is not a pattern: {}", last_line(&error.to_string())))
    };
    match operator {
        "=" => Ok(Matcher::Is(value)),
        "!=" => Ok(Matcher::IsNot(value)),
        "=~" => pattern().map(Matcher::Matches),
        _ => pattern().map(Matcher::MatchesNot),
    }
}

fn last_line(text: &str) -> String {
    text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// `"…"` or `'…'`, with `\x` standing for `x`.
fn quoted(text: &str) -> Result<(String, &str), String> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or("a value stands in quotes")?;
    let mut value = String::new();
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some((_, next @ ('"' | '\'' | '\\'))) => value.push(next),
                Some((_, next)) => value.extend(['\\', next]),
                None => break,
            },
            letter if letter == quote => return Ok((value, &text[at + 1..])),
            letter => value.push(letter),
        }
    }
    Err("a value has no closing quote".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn matchers_hold_as_in_promql() {
        let selector =
            Selector::parse(r#"http_requests_total{code=~"5..", method!="GET", path!~"/(health|metrics)"}"#).unwrap();
        assert_eq!(selector.name, "http_requests_total");
        for (pairs, fits) in [
            (&[("code", "503"), ("method", "POST"), ("path", "/a")][..], true),
            (&[("code", "5030"), ("method", "POST"), ("path", "/a")], false),
            (&[("code", "503"), ("method", "GET"), ("path", "/a")], false),
            (&[("code", "503"), ("path", "/health")], false),
            (&[("code", "503")], true),
        ] {
            assert_eq!(selector.fits_labels(&labels(pairs)), fits, "{pairs:?}");
        }
        assert!(Selector::parse("up").unwrap().fits_labels(&labels(&[("job", "x")])));
        assert!(
            Selector::parse(r#"x{a="b\"c", d='\d'}"#).unwrap().fits_labels(&labels(&[("a", "b\"c"), ("d", "\\d")]))
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, why) in [
            ("", "is not the name of a metric"),
            ("rate(x[5m])", "is not the name of a metric"),
            ("x{a=\"b\"", "a `}` is missing"),
            ("x{a}", "does not begin with `label=`"),
            ("x{a=b}", "stands in quotes"),
            ("x{a=\"b}", "no closing quote"),
            ("x{a=~\"(\"}", "is not a pattern"),
            ("x{a=\"b\" c=\"d\"}", "is left over"),
        ] {
            let wrong = Selector::parse(text).unwrap_err();
            assert!(wrong.contains(why), "{text}: {wrong}");
        }
    }
}
