//! The text of a report, read as JSON at most once, and how values are taken out of it.

use serde_json::Value as Json;

use crate::probe::report_json;

/// A report before its format is known.
pub(super) struct Content {
    /// As it is.
    pub(super) text: String,
    documents: Result<Vec<Json>, String>,
}

impl Content {
    /// Reads what looks like JSON.
    pub(super) fn new(text: String) -> Content {
        let json = text.trim_start().starts_with(['{', '[']);
        let documents = if json { report_json::documents(&text) } else { Err("is no JSON".to_owned()) };
        Content { text, documents }
    }

    /// The only document; null when there is none or there are several.
    pub(super) fn root(&self) -> &Json {
        match self.documents.as_deref() {
            Ok([only]) => only,
            _ => &Json::Null,
        }
    }

    /// Every document of a stream; none when the text is no JSON.
    pub(super) fn stream(&self) -> &[Json] {
        self.documents.as_deref().unwrap_or(&[])
    }

    /// What is wrong with it as JSON, if it looks like some.
    pub(super) fn fault(&self) -> Option<&str> {
        let looks = self.text.trim_start().starts_with(['{', '[']);
        self.documents.as_ref().err().map(String::as_str).filter(|_| looks)
    }

    /// Whether the only document is an object with all of these keys.
    pub(super) fn has(&self, keys: &[&str]) -> bool {
        has(self.root(), keys)
    }

    /// The only document's first item, if it is a list.
    pub(super) fn first(&self) -> &Json {
        &self.root()[0]
    }
}

/// Whether a value is an object with all of these keys.
pub(super) fn has(value: &Json, keys: &[&str]) -> bool {
    keys.iter().all(|key| value.get(key).is_some())
}

/// The text at a key; empty when there is none.
pub(super) fn text<'a>(value: &'a Json, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The items at a key; none when there is no list.
pub(super) fn list<'a>(value: &'a Json, key: &str) -> &'a [Json] {
    items(&value[key])
}

/// The items of a list; none of anything else.
pub(super) fn items(value: &Json) -> &[Json] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The entries of an object; none of anything else.
pub(super) fn entries(value: &Json) -> impl Iterator<Item = (&String, &Json)> {
    value.as_object().into_iter().flatten()
}

/// The texts of a list.
pub(super) fn texts<'a>(value: &'a Json, key: &str) -> impl Iterator<Item = &'a str> {
    list(value, key).iter().filter_map(Json::as_str)
}

/// A line number at a key; 0 when there is none.
pub(super) fn line(value: &Json, key: &str) -> u32 {
    value[key].as_u64().and_then(|line| u32::try_from(line).ok()).unwrap_or(0)
}

/// A count at a key: `None` when it is not there, an error when it is no whole number from 0.
pub(super) fn count(value: &Json, key: &str) -> Result<Option<u64>, String> {
    match &value[key] {
        Json::Null => Ok(None),
        there => there.as_u64().map(Some).ok_or_else(|| format!("says that `{key}` is {there}, which is no count")),
    }
}
