//! A stand-in for a value that was wrong or missing, so that decoding goes on and finds the other faults too. What it
//! builds never leaves the decoder.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::error::Stop;
use super::node::{Kind, Node, Span};
use super::raw::{RAW, SPANNED, leave_node, leave_place};

/// Deserializes to an empty value of whatever type is asked for.
#[derive(Clone)]
pub(super) struct Blank<'a> {
    /// The place a [`super::Spanned`] gets.
    pub(super) span: &'a Span,
}

/// Whatever goes wrong below a blank follows from what was already reported.
fn silent<T>(result: Result<T, Stop>) -> Result<T, Stop> {
    result.map_err(|_| Stop::Said)
}

macro_rules! zero {
    ($($method:ident => $visit:ident($($value:expr)?),)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
            silent(visitor.$visit($($value)?))
        })*
    };
}

impl<'de> Deserializer<'de> for Blank<'_> {
    type Error = Stop;

    zero! {
        deserialize_any => visit_unit(),
        deserialize_bool => visit_bool(false),
        deserialize_i8 => visit_i8(0),
        deserialize_i16 => visit_i16(0),
        deserialize_i32 => visit_i32(0),
        deserialize_i64 => visit_i64(0),
        deserialize_u8 => visit_u8(0),
        deserialize_u16 => visit_u16(0),
        deserialize_u32 => visit_u32(0),
        deserialize_u64 => visit_u64(0),
        deserialize_f32 => visit_f32(0.0),
        deserialize_f64 => visit_f64(0.0),
        deserialize_char => visit_char(' '),
        deserialize_str => visit_str(""),
        deserialize_string => visit_str(""),
        deserialize_identifier => visit_str(""),
        deserialize_bytes => visit_bytes(b""),
        deserialize_byte_buf => visit_bytes(b""),
        deserialize_option => visit_none(),
        deserialize_unit => visit_unit(),
        deserialize_ignored_any => visit_unit(),
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Stop> {
        silent(visitor.visit_unit())
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Stop> {
        match name {
            SPANNED => leave_place(self.span),
            RAW => leave_node(Node { span: self.span.clone(), kind: Kind::Null, missing: Vec::new() }),
            _ => {}
        }
        silent(visitor.visit_newtype_struct(self))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        silent(visitor.visit_seq(Blanks { span: self.span, left: 0, fields: &[] }))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, left: usize, visitor: V) -> Result<V::Value, Stop> {
        silent(visitor.visit_seq(Blanks { span: self.span, left, fields: &[] }))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        left: usize,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.deserialize_tuple(left, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        silent(visitor.visit_map(Blanks { span: self.span, left: 0, fields: &[] }))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        silent(visitor.visit_map(Blanks { span: self.span, left: 0, fields }))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let variant = variants.first().ok_or(Stop::Said)?;
        silent(visitor.visit_enum(BlankEnum { span: self.span, variant }))
    }

    forward_to_deserialize_any! { i128 u128 }
}

/// `left` blank items, or a blank for each field.
struct Blanks<'a> {
    span: &'a Span,
    left: usize,
    fields: &'static [&'static str],
}

impl<'de> SeqAccess<'de> for Blanks<'_> {
    type Error = Stop;
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Stop> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(Blank { span: self.span }).map(Some)
    }
}

impl<'de> MapAccess<'de> for Blanks<'_> {
    type Error = Stop;
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Stop> {
        match self.fields.split_first() {
            None => Ok(None),
            Some((field, rest)) => {
                self.fields = rest;
                seed.deserialize(StrDeserializer::new(field)).map(Some)
            }
        }
    }
    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Stop> {
        seed.deserialize(Blank { span: self.span })
    }
}

struct BlankEnum<'a> {
    span: &'a Span,
    variant: &'static str,
}

impl<'de, 'a> EnumAccess<'de> for BlankEnum<'a> {
    type Error = Stop;
    type Variant = BlankVariant<'a>;
    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, BlankVariant<'a>), Stop> {
        let value = seed.deserialize(StrDeserializer::new(self.variant))?;
        Ok((value, BlankVariant { span: self.span }))
    }
}

struct BlankVariant<'a> {
    span: &'a Span,
}

impl<'de> VariantAccess<'de> for BlankVariant<'_> {
    type Error = Stop;
    fn unit_variant(self) -> Result<(), Stop> {
        Ok(())
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Stop> {
        seed.deserialize(Blank { span: self.span })
    }
    fn tuple_variant<V: Visitor<'de>>(self, left: usize, visitor: V) -> Result<V::Value, Stop> {
        Blank { span: self.span }.deserialize_tuple(left, visitor)
    }
    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Stop> {
        Blank { span: self.span }.deserialize_struct("", fields, visitor)
    }
}
