//! From JSON text to a function's parameters.
//!
//! One parameter is the text's value; several are an object with a key for each. Keys that stand in
//! the order of the parameters, as we write them, are read straight from the text.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor, value},
    forward_to_deserialize_any,
};
use serde_json::{Error, Value};

/// Decodes a tuple of parameters.
pub(crate) fn decode<A: DeserializeOwned>(
    text: &str,
    parameters: &'static [&'static str],
) -> Result<A, Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    let arguments = match parameters {
        [] => {
            IgnoredAny::deserialize(&mut json)?;
            A::deserialize(value::UnitDeserializer::new())
        }
        [_] => A::deserialize(Elements(Single(Some(&mut json)))),
        _ => json.deserialize_map(Named { parameters, arguments: PhantomData }),
    }?;
    json.end()?;
    Ok(arguments)
}

/// Decodes a tuple of parameters from an object with a key for each, even where there is one.
///
/// # Errors
///
/// When the text is no such object.
pub fn decode_named<A: DeserializeOwned>(
    text: &str,
    parameters: &'static [&'static str],
) -> Result<A, Error> {
    if parameters.is_empty() {
        return decode(text, parameters);
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let arguments = json.deserialize_map(Named { parameters, arguments: PhantomData })?;
    json.end()?;
    Ok(arguments)
}

/// A tuple, as its elements.
struct Elements<S>(S);

impl<'de, S: SeqAccess<'de>> Deserializer<'de> for Elements<S> {
    type Error = S::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, S::Error> {
        visitor.visit_seq(self.0)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// One element: a whole JSON text.
struct Single<D>(Option<D>);

impl<'de, D: Deserializer<'de>> SeqAccess<'de> for Single<D> {
    type Error = D::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, D::Error> {
        self.0.take().map(|json| seed.deserialize(json)).transpose()
    }
}

struct Named<A> {
    parameters: &'static [&'static str],
    arguments: PhantomData<A>,
}

impl<'de, A: Deserialize<'de>> Visitor<'de> for Named<A> {
    type Value = A;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with the keys `{}`", self.parameters.join("`, `"))
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<A, M::Error> {
        let mut values = Values { map: &mut map, names: self.parameters, early: Vec::new() };
        let arguments = A::deserialize(Elements(&mut values))?;
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(arguments)
    }
}

/// The values of an object in the order of the parameters.
struct Values<'a, M> {
    map: &'a mut M,
    names: &'static [&'static str],
    /// Values that stood before their turn.
    early: Vec<(&'static str, Value)>,
}

impl<'de, M: MapAccess<'de>> SeqAccess<'de> for &mut Values<'_, M> {
    type Error = M::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, M::Error> {
        let [name, rest @ ..] = self.names else { return Ok(None) };
        self.names = rest;
        if let Some(place) = self.early.iter().position(|(early, _)| early == name) {
            let (_, value) = self.early.swap_remove(place);
            return seed.deserialize(value).map(Some).map_err(M::Error::custom);
        }
        loop {
            match self.map.next_key_seed(Key { name, rest })? {
                Some(Found::This) => return self.map.next_value_seed(seed).map(Some),
                Some(Found::Later(later)) => {
                    let value = self.map.next_value()?;
                    self.early.push((later, value));
                }
                Some(Found::Unknown) => {
                    self.map.next_value::<IgnoredAny>()?;
                }
                None => return seed.deserialize(Missing { name, error: PhantomData }).map(Some),
            }
        }
    }
}

/// Compares a key with the parameters without keeping it.
struct Key {
    name: &'static str,
    rest: &'static [&'static str],
}

enum Found {
    This,
    Later(&'static str),
    Unknown,
}

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Found, E> {
        let later = || self.rest.iter().find(|name| **name == key);
        Ok(if key == self.name {
            Found::This
        } else {
            later().map_or(Found::Unknown, |name| Found::Later(name))
        })
    }
}

/// A parameter without a value: `None` for an `Option`, as serde has it for fields.
struct Missing<E> {
    name: &'static str,
    error: PhantomData<E>,
}

impl<'de, E: serde::de::Error> Deserializer<'de> for Missing<E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, E> {
        Err(E::missing_field(self.name))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_none()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// The path to a place in a JSON text, such as `items[2].quantity`; empty for the outermost value.
///
/// serde's errors say where they stand, but not in which field; following the text up to that place
/// costs nothing while there is no error.
pub(crate) fn path_at(text: &str, line: usize, column: usize) -> String {
    let line_start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let end = (line_start + column).min(text.len());
    let mut open: Vec<Step> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < end {
        match bytes[at] {
            b'{' => open.push(Step::Key(String::new())),
            b'[' => open.push(Step::Index(0)),
            // The last character is where the parser stopped: still inside.
            b'}' | b']' if at + 1 < end => drop(open.pop()),
            b',' => match open.last_mut() {
                Some(Step::Index(index)) => *index += 1,
                Some(Step::Key(key)) => key.clear(),
                None => {}
            },
            b'"' => {
                let close = string_end(bytes, at);
                let is_key = bytes[close.min(bytes.len())..].iter().find(|byte| !byte.is_ascii_whitespace())
                    == Some(&b':');
                if let (true, Some(Step::Key(key))) = (is_key, open.last_mut()) {
                    *key = text.get(at + 1..close - 1).unwrap_or_default().to_owned();
                }
                at = close - 1;
            }
            // A missing field is missed where its object ends.
            _ => {}
        }
        at += 1;
    }
    if matches!(bytes.get(end.wrapping_sub(1)), Some(b'}')) {
        open.pop();
    }
    let mut path = String::new();
    for step in open {
        match step {
            Step::Index(index) => path.push_str(&format!("[{index}]")),
            Step::Key(key) if key.is_empty() => {}
            Step::Key(key) if path.is_empty() => path.push_str(&key),
            Step::Key(key) => path.push_str(&format!(".{key}")),
        }
    }
    path
}

enum Step {
    Key(String),
    Index(usize),
}

/// The place after the string that opens at `start`.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'"' => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len().max(start + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMETERS: &[&str] = &["order", "cents"];

    fn named(text: &str) -> Result<(String, Option<u32>), String> {
        decode(text, PARAMETERS).map_err(|error| error.to_string())
    }

    #[test]
    fn one_parameter_is_the_value_itself() {
        assert_eq!(decode::<(u32,)>("7", &["cents"]).unwrap(), (7,));
        assert_eq!(decode::<(Vec<u32>,)>("[7]", &["cents"]).unwrap(), (vec![7],));
        assert_eq!(decode::<(Option<u32>,)>("null", &["cents"]).unwrap(), (None,));
    }

    #[test]
    fn no_parameters_take_any_value() {
        decode::<()>("{}", &[]).unwrap();
        decode::<()>(r#"{"Comment": "hello"}"#, &[]).unwrap();
        assert!(decode::<()>("{", &[]).is_err());
    }

    #[test]
    fn several_parameters_are_read_in_any_order() {
        let both = Ok(("a".to_owned(), Some(7)));
        assert_eq!(named(r#"{"order":"a","cents":7}"#), both);
        assert_eq!(named(r#"{"more":[1],"cents":7,"order":"a","other":{}}"#), both);
    }

    #[test]
    fn an_absent_option_is_none_and_anything_else_absent_is_named() {
        assert_eq!(named(r#"{"order":"a"}"#), Ok(("a".to_owned(), None)));
        assert_eq!(named(r#"{"cents":7}"#).unwrap_err(), "missing field `order` at line 1 column 11");
        assert_eq!(
            named("3").unwrap_err(),
            "invalid type: integer `3`, expected an object with the keys `order`, `cents` at line 1 column 1"
        );
    }

    #[test]
    fn text_after_the_value_is_an_error() {
        assert!(decode::<(u32,)>("7 8", &["cents"]).is_err());
    }

    #[test]
    fn the_path_names_the_field_at_a_place() {
        let check = |text: &str, expected: &str| {
            #[derive(Debug, Deserialize)]
            #[allow(dead_code, reason = "only its errors are read")]
            struct Item {
                quantity: u32,
                tags: Vec<String>,
            }
            let error =
                serde_json::from_str::<std::collections::BTreeMap<String, Vec<Item>>>(text).unwrap_err();
            assert_eq!(path_at(text, error.line(), error.column()), expected, "{error}");
        };
        check(r#"{"items": [{"quantity": 1, "tags": []}, {"quantity": "x"}]}"#, "items[1].quantity");
        check("{\"items\": [\n  {\"quantity\": 1,\n   \"tags\": [\"a\", 2]}]}", "items[0].tags[1]");
        check(r#"{"items": [{"quantity": 1}]}"#, "items[0]");
        check(r#"{"items": [{"quantity": -1, "tags": []}]}"#, "items[0].quantity");
        check(r#"{"items": 7}"#, "items");
    }
}
