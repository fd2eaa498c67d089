//! Two wrappers that a decoded type may use: a value with its place, and a node left for later.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error, Visitor};

use crate::model::Problems;

use super::decode::decode;
use super::node::{Node, Span};

/// A value and where it was written. In the schema it is just the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub span: Span,
}

impl<T> std::ops::Deref for Spanned<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A node whose meaning is decided later (after overlays and repetition); in the schema it is a `T`.
#[derive(Clone, Debug)]
pub struct Raw<T> {
    /// The node.
    pub node: Arc<Node>,
    meaning: PhantomData<fn() -> T>,
}

impl<T> Raw<T> {
    /// Wraps a node.
    pub fn new(node: Arc<Node>) -> Raw<T> {
        Raw { node, meaning: PhantomData }
    }
}

impl<T: JsonSchema> JsonSchema for Raw<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// The name under which a [`Spanned`] asks our deserializer for its place.
pub(super) const SPANNED: &str = "$spanned";
/// The name under which a [`Raw`] asks our deserializer for its node.
pub(super) const RAW: &str = "$raw";

thread_local! {
    // serde has no channel for a place or a node beside its data model; the deserializer leaves them here, and the
    // wrapper that asked takes them in the same call.
    static PLACE: RefCell<Option<Span>> = const { RefCell::new(None) };
    static NODE: RefCell<Option<Arc<Node>>> = const { RefCell::new(None) };
}

/// Leaves a place for the [`Spanned`] that is about to be built.
pub(super) fn leave_place(span: &Span) {
    PLACE.set(Some(span.clone()));
}

/// Leaves a node for the [`Raw`] that is about to be built.
pub(super) fn leave_node(node: Node) {
    NODE.set(Some(Arc::new(node)));
}

struct SpannedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
    type Value = Spanned<T>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value in a YAML document")
    }
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Spanned<T>, D::Error> {
        let span = PLACE.take().ok_or_else(|| D::Error::custom("only YAML documents know places"))?;
        T::deserialize(deserializer).map(|value| Spanned { value, span })
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(SPANNED, SpannedVisitor(PhantomData))
    }
}

struct RawVisitor<T>(PhantomData<T>);

impl<'de, T> Visitor<'de> for RawVisitor<T> {
    type Value = Raw<T>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a node of a YAML document")
    }
    fn visit_newtype_struct<D: Deserializer<'de>>(self, _: D) -> Result<Raw<T>, D::Error> {
        NODE.take().map(Raw::new).ok_or_else(|| D::Error::custom("only YAML documents have nodes"))
    }
}

impl<'de, T> Deserialize<'de> for Raw<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW, RawVisitor(PhantomData))
    }
}

impl<T: DeserializeOwned> Raw<T> {
    /// The value; `None` when a problem made it incomplete.
    pub fn decode(&self, problems: &mut Problems) -> Option<T> {
        decode(&self.node, problems)
    }
}
