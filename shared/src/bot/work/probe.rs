//! What fields a struct has, asked of the `Deserialize` that serde derives for it: their names, whether they may be blank, and the
//! words of their enums. So one struct is enough, and no macro of ours.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) kind: Kind,
}

/// What a field takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text: a line to fill in.
    Text,
    /// An enum without data: a choice of one of its words.
    Choice(&'static [&'static str]),
}

/// Why a type cannot be a modal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotAForm {
    /// It is no struct with named fields.
    NotAStruct,
    /// This field is neither text nor an enum without data, nor an option of one of them.
    Field(&'static str),
    /// Its own `Deserialize` refused an empty text or the first word of an enum, which is how its fields are found.
    Refused,
    /// What its words make is no modal that opens; the rules that are broken.
    Unfit(Vec<&'static str>),
}

impl fmt::Display for NotAForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAStruct => f.write_str("a form is a struct with named fields"),
            Self::Field(name) => write!(f, "the field {name} is neither text nor an enum without data"),
            Self::Refused => f.write_str("a field refuses an empty text"),
            Self::Unfit(rules) => write!(f, "the modal would not open: {}", rules.join(", ")),
        }
    }
}

impl std::error::Error for NotAForm {}

impl Error for NotAForm {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Refused
    }
}

/// The fields of a struct, in order.
pub(super) fn shapes<T: DeserializeOwned>() -> Result<Vec<Shape>, NotAForm> {
    let mut found = Vec::new();
    T::deserialize(Struct(&mut found))?;
    Ok(found)
}

/// Lets itself be read as a struct.
struct Struct<'a>(&'a mut Vec<Shape>);

impl<'de> Deserializer<'de> for Struct<'_> {
    type Error = NotAForm;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, NotAForm> {
        Err(NotAForm::NotAStruct)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotAForm> {
        visitor.visit_map(Fields { left: fields, found: self.0 })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// Its fields, one after the other.
struct Fields<'a> {
    left: &'static [&'static str],
    found: &'a mut Vec<Shape>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = NotAForm;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, NotAForm> {
        let Some(name) = self.left.first() else { return Ok(None) };
        let name: StrDeserializer<'_, NotAForm> = (*name).into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, NotAForm> {
        let Some((name, left)) = self.left.split_first() else { return Err(NotAForm::NotAStruct) };
        self.left = left;
        seed.deserialize(Value { name, required: true, found: self.found })
    }
}

/// Lets itself be read as whatever a field is, and remembers what it was.
struct Value<'a> {
    name: &'static str,
    required: bool,
    found: &'a mut Vec<Shape>,
}

impl Value<'_> {
    fn is(self, kind: Kind) {
        self.found.push(Shape { name: self.name, required: self.required, kind });
    }
}

impl<'de> Deserializer<'de> for Value<'_> {
    type Error = NotAForm;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, NotAForm> {
        Err(NotAForm::Field(self.name))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotAForm> {
        visitor.visit_some(Value { required: false, ..self })
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotAForm> {
        self.is(Kind::Text);
        visitor.visit_str("")
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotAForm> {
        self.deserialize_str(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, NotAForm> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotAForm> {
        let Some(first) = variants.first() else { return Err(NotAForm::Field(self.name)) };
        let name = self.name;
        self.is(Kind::Choice(variants));
        let first: StrDeserializer<'_, NotAForm> = (*first).into_deserializer();
        visitor.visit_enum(first).map_err(|_| NotAForm::Field(name))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct identifier ignored_any
    }
}
