//! serde over nodes, built to find every fault in one go: a wrong or missing value is reported and a blank stands in
//! for it, so that its neighbours are still read. What blanks made never reaches the caller.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use serde::de::{DeserializeOwned, Deserializer, Visitor};

use crate::model::Problems;
use crate::model::problem::nearest;

use super::access::{Entries, Items, Variant};
use super::at::{At, State, unknown_key};
use super::error::Stop;
use super::node::{Key, Kind, Node};
use super::number::{self, Untyped};
use super::raw::{RAW, SPANNED, leave_node, leave_place};

/// Missing keys that are reported one by one; a document with more has other worries.
const MOST_MISSING: usize = 200;

/// The value of a node. `None` when part of it was wrong or missing; `Some` also when faults were added that leave it
/// whole, such as an unknown key, so look at `problems` before acting on it.
pub fn decode<T: DeserializeOwned>(node: &Node, problems: &mut Problems) -> Option<T> {
    attempt(node, problems, false).and_then(|(value, whole)| whole.then_some(value))
}

/// Like [`decode`], but with blanks (nothing, empty text, zero) where something was wrong or missing: to look for faults
/// in the rest. When `problems` got an error from it, the value must not be acted on.
pub fn decode_with_blanks<T: DeserializeOwned>(node: &Node, problems: &mut Problems) -> Option<T> {
    attempt(node, problems, false).map(|(value, _)| value)
}

/// Reports what is wrong with the keys that are there; missing ones are no fault. For overlays.
pub fn decode_part<T: DeserializeOwned>(node: &Node, problems: &mut Problems) {
    attempt::<T>(node, problems, true);
}

fn attempt<T: DeserializeOwned>(node: &Node, problems: &mut Problems, part: bool) -> Option<(T, bool)> {
    let mut missing = BTreeSet::new();
    loop {
        let state = State { problems: RefCell::default(), blanks: Cell::new(false), missing: &missing, part };
        let result = T::deserialize(At { node, key: "", item: false, state: &state });
        let (found, blanks) = (state.problems.into_inner(), state.blanks.get());
        match result {
            // serde names one missing key and gives up; the next pass fills it and finds the one after.
            Err(Stop::MissingAt(at, key)) if missing.len() < MOST_MISSING => {
                missing.insert((at, key));
            }
            Ok(value) => {
                problems.extend(found);
                return Some((value, !blanks));
            }
            Err(stop) => {
                if found.is_empty() {
                    problems.push(node.problem(stop.to_string()).help("compare with the spec reference"));
                }
                problems.extend(found);
                return None;
            }
        }
    }
}

macro_rules! whole {
    ($($method:ident $visit:ident $type:ty,)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
            match number::whole(self.node, i128::from(<$type>::MIN), i128::from(<$type>::MAX)) {
                Ok(number) => self.settle(visitor.$visit(number as $type)),
                Err(message) => self.number(message).$method(visitor),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for At<'_> {
    type Error = Stop;

    whole! {
        deserialize_i8 visit_i8 i8,
        deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64,
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        match &self.node.kind {
            Kind::Null => self.settle(visitor.visit_unit()),
            Kind::Scalar { text, style } => self.settle(match number::untyped(text, *style) {
                Untyped::Bool(value) => visitor.visit_bool(value),
                Untyped::Unsigned(value) => visitor.visit_u64(value),
                Untyped::Signed(value) => visitor.visit_i64(value),
                Untyped::Float(value) => visitor.visit_f64(value),
                Untyped::Text(value) => visitor.visit_str(value),
            }),
            Kind::List(_) => self.deserialize_seq(visitor),
            Kind::Map(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        match number::boolean(self.node) {
            Ok(value) => self.settle(visitor.visit_bool(value)),
            Err(message) => self.number(message).deserialize_bool(visitor),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        match number::decimal(self.node) {
            Ok(value) => self.settle(visitor.visit_f64(value)),
            Err(message) => self.number(message).deserialize_f64(visitor),
        }
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        match self.text() {
            Ok(text) => self.settle(visitor.visit_str(text)),
            Err(problem) => self.blank(*problem).deserialize_str(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.deserialize_str(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        match self.node.kind {
            Kind::Null => self.blank(self.nothing()).deserialize_option(visitor),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        match self.node.kind {
            Kind::Null => self.settle(visitor.visit_unit()),
            _ => self.blank(self.wrong("nothing", "remove the value".to_owned())).deserialize_unit(visitor),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Stop> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Stop> {
        match name {
            SPANNED => leave_place(&self.node.span),
            RAW if self.node.kind == Kind::Null => {
                return self.blank(self.nothing()).deserialize_newtype_struct(name, visitor);
            }
            RAW => leave_node(self.node.clone()),
            _ => {}
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        match &self.node.kind {
            Kind::List(items) => self.settle(visitor.visit_seq(Items { at: self, items: items.iter() })),
            _ => self.blank(self.wrong("a list", self.list_help())).deserialize_seq(visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Stop> {
        match &self.node.kind {
            Kind::List(items) if items.len() == length => {
                self.settle(visitor.visit_seq(Items { at: self, items: items.iter() }))
            }
            Kind::List(items) => {
                let problem = self.node.problem(format!("expected a list of {length}, found {}", items.len()));
                let items = vec!["…"; length].join(", ");
                self.blank(problem.help(format!("write `{}: [{items}]`", self.key))).deserialize_tuple(length, visitor)
            }
            _ => self.blank(self.wrong("a list", self.list_help())).deserialize_tuple(length, visitor),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let Kind::Map(entries) = &self.node.kind else {
            return self.blank(self.wrong("a mapping", self.mapping_help(&[]))).deserialize_map(visitor);
        };
        let entries = entries
            .iter()
            .map(|(key, node)| (key.text.as_str(), Some(At { node, key: &key.text, item: false, ..self })));
        self.settle(visitor.visit_map(Entries::new(self, entries.collect())))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let Kind::Map(entries) = &self.node.kind else {
            let problem = self.wrong("a mapping", self.mapping_help(fields));
            return self.blank(problem).deserialize_struct(name, fields, visitor);
        };
        let mut known = Vec::with_capacity(entries.len());
        for (key, node) in entries {
            if fields.contains(&key.text.as_str()) {
                known.push((key.text.as_str(), Some(At { node, key: &key.text, item: false, ..self })));
            } else if !key.text.starts_with("x-") {
                self.add(unknown_key(key, fields, entries));
            }
        }
        for (_, key) in self.state.missing.iter().filter(|(at, _)| *at == self.address()) {
            let misspelt = |(other, _): &&(Key, Node)| {
                !fields.contains(&other.text.as_str()) && nearest(&other.text, fields.iter().copied()) == Some(key)
            };
            if !self.state.part && !entries.iter().any(|entry| misspelt(&entry)) {
                let problem = self.node.problem(format!("{} needs the key `{key}`", self.name()));
                self.add(problem.help(format!("add `{key}: …`")));
            }
            self.state.blanks.set(true);
            known.push((key, None));
        }
        self.settle(visitor.visit_map(Entries::new(self, known)))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let (text, content) = match &self.node.kind {
            Kind::Scalar { text, .. } => (text.as_str(), None),
            Kind::Map(entries) if entries.len() == 1 => (entries[0].0.text.as_str(), Some(&entries[0].1)),
            _ => {
                let help = format!("it is one of `{}`", variants.join("`, `"));
                return self.blank(self.wrong("one word", help)).deserialize_enum(name, variants, visitor);
            }
        };
        match variants.iter().find(|variant| **variant == text) {
            Some(variant) => self.settle(visitor.visit_enum(Variant { at: self, name: variant, content })),
            None => self.blank(self.unknown_variant(text, variants)).deserialize_enum(name, variants, visitor),
        }
    }

    serde::forward_to_deserialize_any! { i128 u128 }
}
