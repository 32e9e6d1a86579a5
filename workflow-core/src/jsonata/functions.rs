//! The functions that Step Functions adds to JSONata, and those of JSONata that must not read the
//! machine's clock and random numbers, or can take all of its memory.
//!
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-sfn>)

use std::cell::RefCell;

use jsonata_core::{
    evaluator::{Context, Evaluator, EvaluatorError},
    parser,
    value::JValue,
};
use serde_json::Value;

use super::engine::{LENGTH, import};
use crate::{
    Scope, digest,
    environment::{fraction, uuid_of},
};

/// The longest text that `$pad` makes, in characters: Step Functions' limit for a payload.
const PADDED: f64 = 262_144.0;

pub(super) type Answer = Result<JValue, EvaluatorError>;

/// Registers those of the functions that an expression names.
///
/// The engine keeps functions for as long as it likes, so they take what they need of the scope now:
/// the time, and a seed for random numbers of their own.
pub(super) fn register(
    evaluator: &mut Evaluator,
    named: &[String],
    scope: &dyn Scope,
) -> Result<(), EvaluatorError> {
    for name in named {
        match name.as_str() {
            "now" => {
                let now = millis(scope);
                evaluator.register_fn_override("now", move |arguments: &[JValue]| {
                    let picture = arguments.first().cloned().unwrap_or(JValue::Undefined);
                    let zone = arguments.get(1).cloned().unwrap_or(JValue::Undefined);
                    built_in("$fromMillis($a, $b, $c)", &[now.clone(), picture, zone])
                })?;
            }
            "millis" => {
                let now = millis(scope);
                evaluator.register_fn_override("millis", move |_: &[JValue]| Ok(now.clone()))?;
            }
            "toMillis" => {
                let now = millis(scope);
                evaluator.register_fn_override("toMillis", move |arguments: &[JValue]| {
                    to_millis(arguments, &now)
                })?;
            }
            "random" => {
                let draw = draw(scope);
                evaluator.register_fn_override("random", move |arguments: &[JValue]| match arguments {
                    [] | [JValue::Undefined] => Ok(JValue::Number(fraction(draw()))),
                    [JValue::Number(seed)] => {
                        Ok(JValue::Number(fraction(fastrand::Rng::with_seed(seed.to_bits()).u64(..))))
                    }
                    _ => Err(mismatch(1, "random")),
                })?;
            }
            "uuid" => {
                let draw = draw(scope);
                evaluator
                    .register_fn("uuid", move |_: &[JValue]| Ok(JValue::string(uuid_of(draw(), draw()))))?;
            }
            // To Step Functions it is no function at all.
            "eval" => evaluator.register_fn_override("eval", |_: &[JValue]| {
                Err(coded("T1006", "Attempted to invoke a non-function"))
            })?,
            "pad" => evaluator.register_fn_override("pad", pad)?,
            "partition" => evaluator.register_fn("partition", partition)?,
            "range" => evaluator.register_fn("range", range)?,
            "hash" => evaluator.register_fn("hash", hash)?,
            "parse" => evaluator.register_fn("parse", parse)?,
            _ => {}
        }
    }
    Ok(())
}

fn millis(scope: &dyn Scope) -> JValue {
    #[expect(clippy::cast_precision_loss, reason = "a time in this millennium is exact")]
    let millis = scope.now().as_millis() as f64;
    JValue::Number(millis)
}

/// `$toMillis`. Where a picture has no date, or no year, it is that of the time which the scope gives:
/// the engine would take the machine's.
fn to_millis(arguments: &[JValue], now: &JValue) -> Answer {
    let [text, picture] = [0, 1].map(|place| arguments.get(place).cloned().unwrap_or(JValue::Undefined));
    let has = |components: &[&str]| {
        let picture = picture.as_str().unwrap_or_default();
        components.iter().any(|component| picture.contains(component))
    };
    let missing = if !picture.is_string() || has(&["[Y", "[X", "[x"]) {
        ""
    } else if has(&["[M", "[D", "[d", "[W", "[w", "[F"]) {
        "[Y0001] "
    } else if has(&["[H", "[h", "[P", "[m", "[s", "[f"]) {
        "[Y0001]-[M01]-[D01] "
    } else {
        ""
    };
    if missing.is_empty() || !text.is_string() {
        return built_in("$toMillis($a, $b)", &[text, picture, JValue::Undefined]);
    }
    let date = built_in("$fromMillis($a, $b)", &[now.clone(), JValue::string(missing), JValue::Undefined])?;
    let [date, text, picture] = [&date, &text, &picture].map(|part| part.as_str().unwrap_or_default());
    let (text, picture) = (format!("{date}{text}"), format!("{missing}{picture}"));
    built_in("$toMillis($a, $b)", &[JValue::string(text), JValue::string(picture), JValue::Undefined])
}

/// A source of random bits that starts from the scope's.
fn draw(scope: &dyn Scope) -> impl Fn() -> u64 + 'static {
    let generator = RefCell::new(fastrand::Rng::with_seed(scope.random()));
    move || generator.borrow_mut().u64(..)
}

/// Calls functions of JSONata from one that stands in their place.
pub(super) fn built_in(expression: &str, arguments: &[JValue]) -> Answer {
    let tree =
        parser::parse(expression).map_err(|error| EvaluatorError::EvaluationError(error.to_string()))?;
    let mut context = Context::new();
    for (name, value) in ["a", "b", "c", "d"].into_iter().zip(arguments) {
        context.bind(name.to_owned(), value.clone());
    }
    Evaluator::with_context(context).evaluate(&tree, &JValue::Undefined)
}

/// `$pad`, up to a length.
fn pad(arguments: &[JValue]) -> Answer {
    if let Some(JValue::Number(width)) = arguments.get(1)
        && width.abs() > PADDED
    {
        return Err(coded("D2015", "The text that $pad would make is too long"));
    }
    let [text, width, padding] =
        [0, 1, 2].map(|place| arguments.get(place).cloned().unwrap_or(JValue::Undefined));
    built_in("$pad($a, $b, $c)", &[text, width, padding])
}

/// `$partition(array, size)`: the array in chunks, of which the last may be smaller.
fn partition(arguments: &[JValue]) -> Answer {
    match arguments {
        [JValue::Undefined, ..] => Ok(JValue::Undefined),
        [JValue::Array(items), JValue::Number(size)] => {
            let size = whole(*size).filter(|size| *size > 0);
            let size =
                size.ok_or_else(|| coded("D3137", "The size of $partition must be a positive integer"))?;
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            Ok(JValue::array(items.chunks(size).map(|chunk| JValue::array(chunk.to_vec())).collect()))
        }
        [JValue::Array(_), ..] => Err(mismatch(2, "partition")),
        _ => Err(mismatch(1, "partition")),
    }
}

/// `$range(first, last, step)`: the numbers from the first to the last, which is among them where a
/// step meets it.
fn range(arguments: &[JValue]) -> Answer {
    let number = |place: usize| match arguments.get(place) {
        Some(JValue::Number(number)) => Ok(*number),
        _ => Err(mismatch(place + 1, "range")),
    };
    let (first, last, step) = (number(0)?, number(1)?, number(2)?);
    if step == 0.0 || !(first.is_finite() && last.is_finite() && step.is_finite()) {
        return Err(coded("D3137", "The step of $range must not be zero"));
    }
    let steps = ((last - first) / step).floor();
    if steps < 0.0 {
        return Ok(JValue::array(Vec::new()));
    }
    #[expect(clippy::cast_precision_loss, reason = "the limit is small")]
    let limit = LENGTH as f64;
    if steps >= limit {
        return Err(coded("D2015", "The list that $range would make is too long"));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between zero and the limit")]
    let count = steps as u32 + 1;
    Ok(JValue::array((0..count).map(|place| JValue::Number(first + f64::from(place) * step)).collect()))
}

/// `$hash(text, algorithm)`, in hexadecimal.
fn hash(arguments: &[JValue]) -> Answer {
    match arguments {
        [JValue::Undefined, ..] => Ok(JValue::Undefined),
        [JValue::String(text), JValue::String(algorithm)] => digest::hex(algorithm, text.as_bytes())
            .map(JValue::string)
            .ok_or_else(|| coded("D3137", format!("$hash knows no algorithm {algorithm}"))),
        [JValue::String(_), ..] => Err(mismatch(2, "hash")),
        _ => Err(mismatch(1, "hash")),
    }
}

/// `$parse(text)`: the value that a JSON text holds.
fn parse(arguments: &[JValue]) -> Answer {
    match arguments {
        [JValue::Undefined] => Ok(JValue::Undefined),
        [JValue::String(text)] => serde_json::from_str::<Value>(text)
            .map(|value| import(&value))
            .map_err(|error| coded("D3137", format!("The text that $parse is given is no JSON: {error}"))),
        _ => Err(mismatch(1, "parse")),
    }
}

fn whole(number: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "far from the limits of an i64")]
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

pub(super) fn coded(code: &str, message: impl std::fmt::Display) -> EvaluatorError {
    EvaluatorError::EvaluationError(format!("{code}: {message}"))
}

/// An argument that is not of the type which a function's signature asks for.
fn mismatch(place: usize, function: &str) -> EvaluatorError {
    coded("T0410", format!("Argument {place} of function \"{function}\" does not match function signature"))
}
