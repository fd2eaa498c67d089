//! How a type walks the items, entries and variants of a node.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::at::At;
use super::blank::Blank;
use super::error::Stop;
use super::node::Node;
use super::trap;

/// The items of a list.
pub(super) struct Items<'a> {
    pub(super) at: At<'a>,
    pub(super) items: std::slice::Iter<'a, Node>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Stop;
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Stop> {
        let Some(node) = self.items.next() else { return Ok(None) };
        let at = At { node, item: true, ..self.at };
        match trap::broken_item(self.at.key, self.at.node, node) {
            Some(problem) => seed.deserialize(at.blank(problem)).map(Some),
            None => seed.deserialize(at).map(Some),
        }
    }
    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// The entries of a mapping; a missing one comes without a node and gets a blank.
pub(super) struct Entries<'a> {
    at: At<'a>,
    entries: std::vec::IntoIter<(&'a str, Option<At<'a>>)>,
    next: Option<At<'a>>,
}

impl<'a> Entries<'a> {
    pub(super) fn new(at: At<'a>, entries: Vec<(&'a str, Option<At<'a>>)>) -> Entries<'a> {
        Entries { at, entries: entries.into_iter(), next: None }
    }
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Stop;
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Stop> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.next = value;
        seed.deserialize(StrDeserializer::new(key)).map(Some)
    }
    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Stop> {
        match self.next.take() {
            Some(at) => seed.deserialize(at),
            None => seed.deserialize(Blank { span: &self.at.node.span }),
        }
    }
}

/// A known variant, with its content if it was written as `variant: content`.
pub(super) struct Variant<'a> {
    pub(super) at: At<'a>,
    pub(super) name: &'static str,
    pub(super) content: Option<&'a Node>,
}

impl<'a> Variant<'a> {
    fn content(&self) -> At<'a> {
        At { node: self.content.unwrap_or(self.at.node), key: self.name, item: false, ..self.at }
    }
}

impl<'de, 'a> EnumAccess<'de> for Variant<'a> {
    type Error = Stop;
    type Variant = Variant<'a>;
    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Variant<'a>), Stop> {
        Ok((seed.deserialize(StrDeserializer::new(self.name))?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = Stop;
    fn unit_variant(self) -> Result<(), Stop> {
        if let Some(content) = self.content {
            let problem = content.problem(format!("`{}` takes no value", self.name));
            self.at.blank(problem.help(format!("write `{}` alone", self.name)));
        }
        Ok(())
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Stop> {
        seed.deserialize(self.content())
    }
    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Stop> {
        self.content().deserialize_tuple(length, visitor)
    }
    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Stop> {
        self.content().deserialize_struct(self.name, fields, visitor)
    }
}
