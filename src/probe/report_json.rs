//! JSON of reports: duplicate keys, NaN, deep nesting and very many values are faults, and nothing is read twice. Leaves
//! what the keys mean to each format.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use indexmap::IndexMap;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::Value;

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
                return Err(twice(&key));
            }
            entries.insert(key, access.next_value()?);
        }
        Ok(Entries(entries))
    }
}

/// Values a report may have: each costs memory whatever it holds.
const MOST_VALUES: usize = 2_000_000;

/// The documents of a text: usually one, in a stream several, one after the other; the error says what is wrong.
pub(super) fn documents(text: &str) -> Result<Vec<Value>, String> {
    let values = Cell::new(0);
    let mut documents = Vec::new();
    let mut stream = serde_json::Deserializer::from_str(text);
    while stream.end().is_err() {
        let document = Strict(&values).deserialize(&mut stream);
        documents.push(document.map_err(|fault| format!("is no JSON: {fault}"))?);
    }
    Ok(documents)
}

/// Builds a tree that has no key twice and not too many values.
#[derive(Clone, Copy)]
struct Strict<'a>(&'a Cell<usize>);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.0.set(self.0.get() + 1);
        if self.0.get() > MOST_VALUES {
            return Err(D::Error::custom(format!("more than {MOST_VALUES} values")));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = serde_json::Map::new();
        while let Some(key) = access.next_key::<String>()? {
            let value = access.next_value_seed(self)?;
            if members.contains_key(&key) {
                return Err(twice(&key));
            }
            members.insert(key, value);
        }
        Ok(Value::Object(members))
    }
}

fn twice<E: Error>(key: &str) -> E {
    E::custom(format!("key `{}` is there twice", key.chars().take(60).collect::<String>()))
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

    #[test]
    fn a_stream_of_documents_is_read_whole_or_not_at_all() {
        assert_eq!(documents("{\"a\": [1, -2.5]}\n{}\n null ").unwrap().len(), 3);
        assert_eq!(documents(" \n").unwrap(), Vec::<Value>::new());
        for (text, wrong) in [
            ("{\"a\": 1, \"a\": 2}", "key `a` is there twice"),
            ("{} x", "expected value"),
            ("[NaN]", "expected value"),
            ("[1e999]", "out of range"),
            ("{\"a\": [", "EOF"),
        ] {
            let fault = documents(text).unwrap_err();
            assert!(fault.contains(wrong), "{text}: {fault}");
        }
        assert!(documents(&"[".repeat(100_000)).unwrap_err().contains("recursion"));
        assert!(documents(&format!("[{}0]", "0,".repeat(MOST_VALUES))).unwrap_err().contains("more than"));
    }
}
