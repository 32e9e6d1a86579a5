//! What each intrinsic function does with its arguments.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

use super::format;
use crate::{Scope, digest, environment::uuid_of, weight::Budget};

/// The longest text that is hashed, encoded or decoded, in characters.
const TEXT_LENGTH: usize = 10_000;
/// How many items `States.ArrayRange` makes at most.
const RANGE_LENGTH: i64 = 1_000;

/// An intrinsic function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Array,
    ArrayContains,
    ArrayGetItem,
    ArrayLength,
    ArrayPartition,
    ArrayRange,
    ArrayUnique,
    Base64Decode,
    Base64Encode,
    Format,
    Hash,
    JsonMerge,
    JsonToString,
    MathAdd,
    MathRandom,
    StringSplit,
    StringToJson,
    Uuid,
}

impl Function {
    /// The function of a name, with its `States.`.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Some(match name.strip_prefix("States.")? {
            "Array" => Self::Array,
            "ArrayContains" => Self::ArrayContains,
            "ArrayGetItem" => Self::ArrayGetItem,
            "ArrayLength" => Self::ArrayLength,
            "ArrayPartition" => Self::ArrayPartition,
            "ArrayRange" => Self::ArrayRange,
            "ArrayUnique" => Self::ArrayUnique,
            "Base64Decode" => Self::Base64Decode,
            "Base64Encode" => Self::Base64Encode,
            "Format" => Self::Format,
            "Hash" => Self::Hash,
            "JsonMerge" => Self::JsonMerge,
            "JsonToString" => Self::JsonToString,
            "MathAdd" => Self::MathAdd,
            "MathRandom" => Self::MathRandom,
            "StringSplit" => Self::StringSplit,
            "StringToJson" => Self::StringToJson,
            "UUID" => Self::Uuid,
            _ => return None,
        })
    }

    /// The least and the most arguments.
    pub(super) fn arity(self) -> (usize, usize) {
        match self {
            Self::Array => (0, usize::MAX),
            Self::Format => (1, usize::MAX),
            Self::Uuid => (0, 0),
            Self::ArrayLength
            | Self::ArrayUnique
            | Self::Base64Decode
            | Self::Base64Encode
            | Self::JsonToString
            | Self::StringToJson => (1, 1),
            Self::ArrayContains
            | Self::ArrayGetItem
            | Self::ArrayPartition
            | Self::Hash
            | Self::MathAdd
            | Self::StringSplit => (2, 2),
            Self::ArrayRange | Self::JsonMerge => (3, 3),
            Self::MathRandom => (2, 3),
        }
    }

    /// Calls the function with as many arguments as it takes.
    pub(super) fn call(self, arguments: &[Cow<'_, Value>], scope: &dyn Scope) -> Result<Value, String> {
        let argument = |place: usize| arguments.get(place).map_or(&Value::Null, Cow::as_ref);
        let array = |place| array(place, argument(place));
        let text = |place| text(place, argument(place));
        let integer = |place| integer(place, argument(place));
        match self {
            Self::Array => {
                let mut room = Budget::new();
                if !arguments.iter().all(|argument| room.takes(argument)) {
                    return Err("The array is too large".to_owned());
                }
                Ok(arguments.iter().map(|argument| argument.clone().into_owned()).collect())
            }
            Self::ArrayContains => Ok(array(0)?.contains(argument(1)).into()),
            Self::ArrayGetItem => {
                let (items, index) = (array(0)?, integer(1)?);
                let item = usize::try_from(index).ok().and_then(|index| items.get(index));
                item.cloned().ok_or_else(|| {
                    format!("The index {index} is out of bounds for an array of length {}", items.len())
                })
            }
            Self::ArrayLength => Ok(array(0)?.len().into()),
            Self::ArrayPartition => {
                let (items, size) = (array(0)?, integer(1)?);
                let size = usize::try_from(size).ok().filter(|size| *size > 0);
                let size = size.ok_or("The chunk size must be a positive integer")?;
                Ok(items.chunks(size).map(<[Value]>::to_vec).map(Value::Array).collect())
            }
            Self::ArrayRange => range(integer(0)?, integer(1)?, integer(2)?),
            Self::ArrayUnique => {
                let mut unique: Vec<Value> = Vec::new();
                for item in array(0)? {
                    if !unique.contains(item) {
                        unique.push(item.clone());
                    }
                }
                Ok(Value::Array(unique))
            }
            Self::Base64Decode => {
                let bytes = STANDARD.decode(limited(text(0)?)?).map_err(|error| error.to_string())?;
                String::from_utf8(bytes).map(Value::String).map_err(|error| error.to_string())
            }
            Self::Base64Encode => Ok(STANDARD.encode(limited(text(0)?)?).into()),
            Self::Format => {
                let values = arguments.get(1..).unwrap_or_default();
                format::format(text(0)?, values)
            }
            Self::Hash => {
                let (data, algorithm) = (limited(text(0)?)?, text(1)?);
                digest::hex(algorithm, data.as_bytes()).map(Value::String).ok_or_else(|| {
                    format!("The algorithm '{algorithm}' is none of MD5, SHA-1, SHA-256, SHA-384 and SHA-512")
                })
            }
            Self::JsonMerge => {
                let (first, second) = (object(0, argument(0))?, object(1, argument(1))?);
                if argument(2) != &Value::Bool(false) {
                    return Err(
                        "Only shallow merging is supported: the third argument must be false".to_owned()
                    );
                }
                let mut merged = first.clone();
                merged.extend(second.iter().map(|(name, value)| (name.clone(), value.clone())));
                Ok(Value::Object(merged))
            }
            Self::JsonToString => Ok(argument(0).to_string().into()),
            Self::MathAdd => {
                let sum = integer(0)?.checked_add(integer(1)?);
                sum.map(Value::from).ok_or_else(|| "The sum is out of range".to_owned())
            }
            Self::MathRandom => {
                let seed = if arguments.len() > 2 { Some(integer(2)?) } else { None };
                random(integer(0)?, integer(1)?, seed, scope)
            }
            Self::StringSplit => {
                let (text, delimiters) = (text(0)?, text(1)?);
                let pieces = text.split(|letter| delimiters.contains(letter));
                Ok(pieces.filter(|piece| !piece.is_empty()).map(Value::from).collect())
            }
            Self::StringToJson => string_to_json(text(0)?),
            Self::Uuid => Ok(uuid_of(scope.random(), scope.random()).into()),
        }
    }
}

fn mismatch(place: usize, expected: &str) -> String {
    format!("Argument {} must be {expected}", place + 1)
}

fn array(place: usize, value: &Value) -> Result<&Vec<Value>, String> {
    value.as_array().ok_or_else(|| mismatch(place, "an array"))
}

fn object(place: usize, value: &Value) -> Result<&Map<String, Value>, String> {
    value.as_object().ok_or_else(|| mismatch(place, "an object"))
}

fn text(place: usize, value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| mismatch(place, "a string"))
}

fn limited(text: &str) -> Result<&str, String> {
    if text.chars().count() > TEXT_LENGTH {
        return Err(format!("The text is longer than {TEXT_LENGTH} characters"));
    }
    Ok(text)
}

/// An integer. A number that is none is rounded, a half upward.
fn integer(place: usize, value: &Value) -> Result<i64, String> {
    if let Some(integer) = value.as_i64() {
        return Ok(integer);
    }
    let number = value.as_f64().ok_or_else(|| mismatch(place, "a number"))?;
    let floor = number.floor();
    let rounded = if number - floor >= 0.5 { floor + 1.0 } else { floor };
    if rounded.abs() >= 9_223_372_036_854_775_808.0 {
        return Err(mismatch(place, "an integer in the range of 64 bits"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "integral and in range")]
    Ok(rounded as i64)
}

/// The numbers from the first up or down to the last.
fn range(first: i64, last: i64, step: i64) -> Result<Value, String> {
    let too_long = || format!("The range has more than {RANGE_LENGTH} items");
    let distance = last.checked_sub(first).ok_or_else(too_long)?;
    let steps = distance.checked_div(step).ok_or("The step must not be zero")?;
    // A step that leads away from the last number reaches none.
    if distance != 0 && (distance < 0) != (step < 0) {
        return Ok(Value::Array(Vec::new()));
    }
    if steps >= RANGE_LENGTH {
        return Err(too_long());
    }
    Ok((0..=steps).map(|place| Value::from(first + place * step)).collect())
}

/// A number from the first up to but not including the last.
fn random(first: i64, last: i64, seed: Option<i64>, scope: &dyn Scope) -> Result<Value, String> {
    if first >= last {
        return Err("The first number must be less than the last".to_owned());
    }
    let seed = seed.map_or_else(|| scope.random(), i64::cast_unsigned);
    Ok(fastrand::Rng::with_seed(seed).i64(first..last).into())
}

fn string_to_json(text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    let value: Value = serde_json::from_str(text).map_err(|error| format!("The text is no JSON: {error}"))?;
    // JSON's -0 is an integer to Step Functions, and has no sign.
    Ok(if value.as_f64() == Some(0.0) && text.trim() == "-0" { Value::from(0) } else { value })
}
