//! The parameter `at`: `services.web.image`, `a[0].b`, `jobs.*.name`, `"odd.key".x`.

use crate::model::Value;

/// A place in a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Path {
    text: String,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// The entry with this key; `true` when it was quoted.
    Key(String, bool),
    /// The n-th item; negative from the end.
    Item(i64),
    /// Every item or entry.
    Each,
}

impl Path {
    /// Reads the parameter; the error says what is wrong.
    pub(super) fn parse(text: &str) -> Result<Path, String> {
        let mut steps = Vec::new();
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err("`at` is empty".to_owned());
        }
        loop {
            rest = segment(rest, &mut steps)?;
            while let Some(inside) = rest.strip_prefix('[') {
                let (index, after) = inside.split_once(']').ok_or_else(|| format!("`[` is not closed in `{text}`"))?;
                steps.push(index_step(index)?);
                rest = after;
            }
            match rest.strip_prefix('.') {
                Some(after) if !after.is_empty() => rest = after,
                Some(_) => return Err(format!("`{text}` ends with a dot")),
                None if rest.is_empty() => return Ok(Path { text: text.trim().to_owned(), steps }),
                None => return Err(format!("`{rest}` is left over in `{text}`")),
            }
        }
    }

    /// As written; empty for the whole document.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it names several values.
    pub(super) fn is_many(&self) -> bool {
        self.steps.contains(&Step::Each)
    }

    /// What is there; several as a list. In a `flat` document (INI, properties) a key may itself have dots.
    pub(super) fn find(&self, document: &Value, flat: bool) -> Option<Value> {
        let mut found = vec![document.clone()];
        let mut at = 0;
        while at < self.steps.len() {
            let (next, used) = advance(&found, &self.steps[at..], flat);
            found = next;
            at += used;
        }
        if self.is_many() {
            return (!found.is_empty() || self.reaches_list(document, flat)).then_some(Value::List(found));
        }
        found.pop()
    }

    /// Whether what stands before the first `*` exists: an empty list is there, a missing one is not.
    fn reaches_list(&self, document: &Value, flat: bool) -> bool {
        let before = self.steps.iter().take_while(|step| **step != Step::Each).cloned().collect();
        let place = Path { text: String::new(), steps: before }.find(document, flat);
        matches!(place, Some(Value::List(_) | Value::Map(_)))
    }
}

/// Applies the first of the steps (or the first few, joined by dots) to every value.
fn advance(values: &[Value], steps: &[Step], flat: bool) -> (Vec<Value>, usize) {
    let one = |used: usize, pick: &dyn Fn(&Value) -> Option<Value>| (values.iter().filter_map(pick).collect(), used);
    match &steps[0] {
        Step::Each => (values.iter().flat_map(each).collect(), 1),
        Step::Item(index) => one(1, &|value| item(value, *index)),
        Step::Key(key, quoted) => {
            let keys: Vec<&str> = steps.iter().map_while(plain_key).collect();
            // The longest key wins: `[a.b]` in INI, `server.port` in properties.
            let joined =
                (2..=keys.len()).rev().filter(|_| flat && !quoted).map(|count| (keys[..count].join("."), count));
            for (joined, count) in joined {
                let (found, used): (Vec<Value>, usize) = one(count, &|value| entry(value, &joined));
                if !found.is_empty() {
                    return (found, used);
                }
            }
            one(1, &|value| entry(value, key))
        }
    }
}

fn plain_key(step: &Step) -> Option<&str> {
    match step {
        Step::Key(key, false) => Some(key),
        _ => None,
    }
}

fn entry(value: &Value, key: &str) -> Option<Value> {
    match value {
        Value::Map(entries) => entries.get(key).cloned(),
        _ => None,
    }
}

fn item(value: &Value, index: i64) -> Option<Value> {
    let Value::List(items) = value else { return None };
    let at = if index < 0 { i64::try_from(items.len()).ok()? + index } else { index };
    items.get(usize::try_from(at).ok()?).cloned()
}

fn each(value: &Value) -> Vec<Value> {
    match value {
        Value::List(items) => items.clone(),
        Value::Map(entries) => entries.values().cloned().collect(),
        _ => Vec::new(),
    }
}

/// One key, or `*`, or nothing before `[`; returns what follows.
fn segment<'t>(rest: &'t str, steps: &mut Vec<Step>) -> Result<&'t str, String> {
    if let Some(inside) = rest.strip_prefix('"') {
        let (key, after) = inside.split_once('"').ok_or_else(|| format!("a quote is not closed in `{rest}`"))?;
        steps.push(Step::Key(key.to_owned(), true));
        return Ok(after);
    }
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let (key, after) = rest.split_at(end);
    match key {
        "*" => steps.push(Step::Each),
        "" if after.starts_with('[') && steps.is_empty() => {}
        "" => return Err(format!("a name is missing before `{after}`")),
        key => steps.push(Step::Key(key.to_owned(), false)),
    }
    Ok(after)
}

fn index_step(index: &str) -> Result<Step, String> {
    let quoted = index.strip_prefix('"').and_then(|inside| inside.strip_suffix('"'));
    match (index, quoted) {
        ("*", _) => Ok(Step::Each),
        (_, Some(key)) => Ok(Step::Key(key.to_owned(), true)),
        (number, None) => number.parse().map(Step::Item).map_err(|_| format!("`[{number}]` is no index")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn find(at: &str, json: &str) -> Option<String> {
        let document = Value::from_json(&serde_json::from_str(json).unwrap());
        Path::parse(at).unwrap().find(&document, false).map(|value| format!("{value:?}"))
    }

    #[test]
    fn keys_indexes_and_stars_lead_to_values() {
        let json = r#"{"a": [{"b": 1}, {"b": 2}, {"c": 3}], "x.y": {"z": true}, "e": []}"#;
        assert_eq!(find("a[0].b", json).as_deref(), Some("Number(1)"));
        assert_eq!(find("a[-1].c", json).as_deref(), Some("Number(3)"));
        assert_eq!(find("a[*].b", json).as_deref(), Some("List([Number(1), Number(2)])"));
        assert_eq!(find("a.*.b", json), find("a[*].b", json));
        assert_eq!(find("\"x.y\".z", json).as_deref(), Some("Bool(true)"));
        assert_eq!(find("e.*", json).as_deref(), Some("List([])"));
        for nothing in ["nope", "a[3]", "a.b", "nope.*", "x.y.z", "a[0].b.c"] {
            assert_eq!(find(nothing, json), None, "{nothing}");
        }
    }

    #[test]
    fn a_wrong_path_says_what_is_wrong() {
        for (at, wrong) in
            [("a.", "ends with a dot"), ("a[0", "not closed"), ("a[x]", "no index"), ("a..b", "missing"), ("", "empty")]
        {
            assert!(Path::parse(at).unwrap_err().contains(wrong), "{at}");
        }
    }
}
