//! JSON of reports: duplicate keys, NaN, deep nesting and very many values are faults, and nothing is read twice. Leaves
//! what the keys mean to each format.

use std::fmt;
use std::marker::PhantomData;

use indexmap::IndexMap;
use serde::de::{DeserializeOwned, Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, de};

/// Named values in the order of the report; a name that is there twice is a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entries<V>(pub(super) IndexMap<String, V>);

impl<V> Default for Entries<V> {
    fn default() -> Entries<V> {
        Entries(IndexMap::new())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Entries<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entries<V>, D::Error> {
        deserializer.deserialize_map(Unique(PhantomData))
    }
}

struct Unique<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for Unique<V> {
    type Value = Entries<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Entries<V>, A::Error> {
        let mut entries = IndexMap::new();
        while let Some(key) = access.next_key::<String>()? {
            if entries.contains_key(&key) {
                return Err(A::Error::custom(format!(
                    "key `{}` is there twice",
                    key.chars().take(60).collect::<String>()
                )));
            }
            entries.insert(key, access.next_value()?);
        }
        Ok(Entries(entries))
    }
}

/// Reads a document into a type; the error says what is wrong with it.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|fault| format!("is not as its format says: {fault}"))
}

/// Names of the entries of a document that is an object; `None` of any other.
pub(super) fn keys(text: &str) -> Option<Vec<String>> {
    let entries: Entries<de::IgnoredAny> = serde_json::from_str(text).ok()?;
    Some(entries.0.into_keys().collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn keys_keep_their_order_and_stand_once() {
        let entries: Entries<u32> = read(r#"{"b": 1, "a": 2}"#).unwrap();
        assert_eq!(entries.0.into_keys().collect::<Vec<_>>(), ["b", "a"]);
        let twice = read::<Entries<u32>>("{\"a\": 1,\n \"a\": 2}").unwrap_err();
        assert!(twice.contains("key `a` is there twice") && twice.contains("line 2"), "{twice}");
        assert!(read::<Entries<f64>>(r#"{"a": NaN}"#).is_err());
        assert!(keys(&"[".repeat(100_000)).is_none());
    }
}
