//! Values with expressions in them: `Parameters`, `Arguments`, `Output`, `Assign` and their like.
//!
//! In JSONPath a key that ends in `.$` has a path or an intrinsic function as its value; in JSONata a
//! text between `{%` and `%}` is an expression.

use serde_json::{Map, Value};

use super::{
    data::Data,
    expression::{Jsonata, Path, Surroundings},
    fault::Fault,
    machine::Language,
};
use crate::{limits::too_large, weight::Budget};

/// A value, some parts of which are computed.
#[derive(Debug)]
pub(super) enum Template {
    Literal(Data),
    Array(Vec<Template>),
    Object(Vec<(String, Template)>),
    /// A path, and the key that holds it.
    Path(String, Path),
    Jsonata(Jsonata),
}

/// Where in the template something is wrong, and what.
type Refused = (String, String);

impl Template {
    /// Reads a value. `location` is what errors call it.
    pub(super) fn parse(value: &Value, language: Language, location: &str) -> Result<Self, Refused> {
        let below = |key: &str, refused: Refused| {
            (format!("/{}{}", key.replace('~', "~0").replace('/', "~1"), refused.0), refused.1)
        };
        let template = match value {
            Value::String(text) if language == Language::Jsonata => {
                match Jsonata::delimited(text, location) {
                    Some(expression) => {
                        Self::Jsonata(expression.map_err(|message| (String::new(), message))?)
                    }
                    None => Self::literal(value),
                }
            }
            Value::Array(items) => {
                let mut parsed = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    let place = format!("{location}[{index}]");
                    parsed.push(
                        Self::parse(item, language, &place)
                            .map_err(|error| below(&index.to_string(), error))?,
                    );
                }
                Self::Array(parsed)
            }
            Value::Object(fields) => {
                let mut parsed = Vec::with_capacity(fields.len());
                for (key, value) in fields {
                    parsed.push(match language {
                        Language::JsonPath => Self::entry(key, value).map_err(|error| below(key, error))?,
                        Language::Jsonata => {
                            let place = format!("{location}/{key}");
                            let value = Self::parse(value, language, &place);
                            (key.clone(), value.map_err(|error| below(key, error))?)
                        }
                    });
                }
                Self::Object(parsed)
            }
            _ => Self::literal(value),
        };
        Ok(if template.is_constant() { Self::literal(value) } else { template })
    }

    /// Reads an entry of an object in JSONPath: its key without `.$`, and its value.
    pub(super) fn entry(key: &str, value: &Value) -> Result<(String, Self), Refused> {
        match (key.strip_suffix(".$"), value) {
            (Some(name), Value::String(text)) => {
                let path = Path::parse(text).map_err(|message| (String::new(), message))?;
                Ok((name.to_owned(), Self::Path(key.to_owned(), path)))
            }
            (Some(_), _) => {
                let message = format!("the value of `{key}` is a path or an intrinsic function as text");
                Err((String::new(), message))
            }
            (None, _) => Ok((key.to_owned(), Self::parse(value, Language::JsonPath, key)?)),
        }
    }

    fn literal(value: &Value) -> Self {
        Self::Literal(Data::new(value.clone()))
    }

    fn is_constant(&self) -> bool {
        match self {
            Self::Literal(_) => true,
            Self::Array(items) => items.iter().all(Self::is_constant),
            Self::Object(fields) => fields.iter().all(|(_, value)| value.is_constant()),
            Self::Path(..) | Self::Jsonata(_) => false,
        }
    }

    /// The value, shared where nothing in it is computed.
    pub(super) fn data(&self, surroundings: &Surroundings<'_>) -> Result<Data, Fault> {
        match self {
            Self::Literal(data) => Ok(data.clone()),
            _ => self.value(surroundings).map(Data::new),
        }
    }

    /// The value. What would take far more room than a state may hand on is an error before it is made.
    pub(super) fn value(&self, surroundings: &Surroundings<'_>) -> Result<Value, Fault> {
        self.put_together(surroundings, &mut Budget::new())
    }

    fn put_together(&self, surroundings: &Surroundings<'_>, room: &mut Budget) -> Result<Value, Fault> {
        let mut room_for = |value: &Value| {
            let too_large = || Fault::Failed(too_large(surroundings.scope.state).into());
            if room.takes(value) { Ok(()) } else { Err(too_large()) }
        };
        Ok(match self {
            Self::Literal(data) => {
                room_for(data)?;
                Value::clone(data)
            }
            Self::Array(items) => Value::Array(
                items.iter().map(|item| item.put_together(surroundings, room)).collect::<Result<_, _>>()?,
            ),
            Self::Object(fields) => {
                let mut object = Map::with_capacity(fields.len());
                for (key, value) in fields {
                    object.insert(key.clone(), value.put_together(surroundings, room)?);
                }
                Value::Object(object)
            }
            Self::Path(key, path) => {
                let value = path.entry(key, surroundings)?;
                room_for(&value)?;
                value.into_owned()
            }
            Self::Jsonata(expression) => {
                let value = expression.value(surroundings)?;
                room_for(&value)?;
                value
            }
        })
    }
}
