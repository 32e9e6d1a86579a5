//! The expressions that state machines are mostly made of (paths, comparisons, arithmetic, texts joined,
//! literals), evaluated on `serde_json` values.
//!
//! An evaluation by the engine first copies what it reads into the engine's own values. Here nothing is
//! copied, which is what makes a loop over a long list fast. This covers what has one plain meaning and
//! gives up on everything else (a path through a list, a type that does not fit, an error), so that the
//! engine decides; a property test holds the two to the same answers.

mod compile;

use std::borrow::Cow;

use jsonata_core::ast::BinaryOp;
use serde_json::{Map, Value};

pub(super) use self::compile::compile;
use super::{Environment, engine};

/// Beyond this, not every integer is a double.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// An expression that can be evaluated here.
#[derive(Clone, Debug)]
pub(super) enum Direct {
    Literal(Value),
    Path(Root, Vec<Step>),
    Negate(Box<Direct>),
    Binary(BinaryOp, Box<Direct>, Box<Direct>),
    Choose(Box<Direct>, Box<Direct>, Option<Box<Direct>>),
    Object(Vec<(String, Direct)>),
    Array(Vec<Direct>),
    Call(Function, Vec<Direct>),
}

/// What a path starts from.
#[derive(Clone, Debug)]
pub(super) enum Root {
    Input,
    Result,
    ErrorOutput,
    Context,
    Variable(String),
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Field(String),
    Index(Box<Direct>),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Function {
    Append,
    Count,
    Exists,
    Not,
}

/// A value on the way.
#[derive(Clone, Debug)]
enum Part<'a> {
    Undefined,
    Number(f64),
    Value(Cow<'a, Value>),
}

impl Direct {
    /// The value, undefined where that is none inside. Nothing at all where the engine has to decide.
    pub(super) fn evaluate(&self, environment: &Environment<'_>) -> Option<Option<Value>> {
        match self.part(environment)? {
            Part::Undefined => Some(None),
            Part::Number(number) => engine::number(number).ok().map(|number| Some(Value::Number(number))),
            Part::Value(value) => Some(Some(value.into_owned())),
        }
    }

    fn part<'a>(&'a self, environment: &Environment<'a>) -> Option<Part<'a>> {
        match self {
            Self::Literal(value) => Some(Part::Value(Cow::Borrowed(value))),
            Self::Path(root, steps) => follow(root, steps, environment),
            Self::Negate(operand) => Some(Part::Number(-operand.part(environment)?.number()?)),
            Self::Binary(op, left, right) => binary(*op, left, right, environment),
            Self::Choose(condition, then, otherwise) => {
                if condition.part(environment)?.is_true()? {
                    then.part(environment)
                } else {
                    otherwise.as_ref().map_or(Some(Part::Undefined), |otherwise| otherwise.part(environment))
                }
            }
            Self::Object(fields) => {
                let mut object = Map::with_capacity(fields.len());
                for (name, field) in fields {
                    if let Some(value) = field.evaluate(environment)? {
                        object.insert(name.clone(), value);
                    }
                }
                Some(Part::Value(Cow::Owned(Value::Object(object))))
            }
            Self::Array(items) => {
                let mut array = Vec::with_capacity(items.len());
                for item in items {
                    match item.evaluate(environment)? {
                        None => {}
                        // An array is spread, unless it is written out in its place.
                        Some(Value::Array(inner)) if !matches!(item, Self::Array(_)) => array.extend(inner),
                        Some(value) => array.push(value),
                    }
                }
                Some(Part::Value(Cow::Owned(Value::Array(array))))
            }
            Self::Call(function, arguments) => call(*function, arguments, environment),
        }
    }
}

fn follow<'a>(root: &'a Root, steps: &'a [Step], environment: &Environment<'a>) -> Option<Part<'a>> {
    let value = match root {
        Root::Input => environment.input,
        Root::Result => environment.result,
        Root::ErrorOutput => environment.error_output,
        Root::Context => Some(environment.scope.context()),
        Root::Variable(name) => match environment.scope.variable(name) {
            Some(value) => Some(value),
            // It may be the name of a function.
            None => return None,
        },
    };
    let Some(mut value) = value else { return Some(Part::Undefined) };
    for step in steps {
        let next = match (step, value) {
            (Step::Field(name), Value::Object(fields)) => fields.get(name),
            (Step::Field(_), Value::Array(_)) => return None,
            (Step::Field(_), _) => None,
            (Step::Index(index), Value::Array(items)) => {
                let index = index.part(environment)?.number()?;
                if index.fract() != 0.0 || index.abs() >= EXACT {
                    return None;
                }
                #[expect(clippy::cast_possible_truncation, reason = "integral and exact")]
                let index = index as i64;
                let place = usize::try_from(index.unsigned_abs()).ok()?;
                if index < 0 {
                    items.len().checked_sub(place).and_then(|place| items.get(place))
                } else {
                    items.get(place)
                }
            }
            (Step::Index(_), _) => return None,
        };
        match next {
            Some(next) => value = next,
            None => return Some(Part::Undefined),
        }
    }
    Some(Part::Value(Cow::Borrowed(value)))
}

fn binary<'a>(
    op: BinaryOp,
    left: &'a Direct,
    right: &'a Direct,
    environment: &Environment<'a>,
) -> Option<Part<'a>> {
    let left = left.part(environment)?;
    match op {
        BinaryOp::And if !left.is_true()? => return Some(truth(false)),
        BinaryOp::Or if left.is_true()? => return Some(truth(true)),
        _ => {}
    }
    let right = right.part(environment)?;
    match op {
        BinaryOp::And | BinaryOp::Or => right.is_true().map(truth),
        BinaryOp::Add => computed(left.number()? + right.number()?),
        BinaryOp::Subtract => computed(left.number()? - right.number()?),
        BinaryOp::Multiply => computed(left.number()? * right.number()?),
        BinaryOp::Divide => computed(left.number()? / right.number()?),
        BinaryOp::Modulo => computed(left.number()? % right.number()?),
        BinaryOp::Equal => equal(&left, &right).map(truth),
        BinaryOp::NotEqual => match (&left, &right) {
            // Neither equal nor not.
            (Part::Undefined, _) | (_, Part::Undefined) => Some(truth(false)),
            _ => equal(&left, &right).map(|equal| truth(!equal)),
        },
        BinaryOp::LessThan => compare(&left, &right).map(|order| truth(order.is_lt())),
        BinaryOp::LessThanOrEqual => compare(&left, &right).map(|order| truth(order.is_le())),
        BinaryOp::GreaterThan => compare(&left, &right).map(|order| truth(order.is_gt())),
        BinaryOp::GreaterThanOrEqual => compare(&left, &right).map(|order| truth(order.is_ge())),
        BinaryOp::Concatenate => {
            let mut text = String::new();
            left.print(&mut text)?;
            right.print(&mut text)?;
            Some(Part::Value(Cow::Owned(Value::String(text))))
        }
        _ => None,
    }
}

fn truth(value: bool) -> Part<'static> {
    Part::Value(Cow::Owned(Value::Bool(value)))
}

fn computed(number: f64) -> Option<Part<'static>> {
    number.is_finite().then_some(Part::Number(number))
}

fn equal(left: &Part<'_>, right: &Part<'_>) -> Option<bool> {
    if let (Some(left), Some(right)) = (left.number(), right.number()) {
        return Some(left == right);
    }
    match (left, right) {
        (Part::Undefined, _) | (_, Part::Undefined) => Some(false),
        (Part::Value(left), Part::Value(right)) => match (left.as_ref(), right.as_ref()) {
            (Value::Array(_) | Value::Object(_), _) | (_, Value::Array(_) | Value::Object(_)) => None,
            (left, right) => Some(left == right),
        },
        // A number and what is none.
        (Part::Number(_), Part::Value(other)) | (Part::Value(other), Part::Number(_)) => {
            (!other.is_array() && !other.is_object()).then_some(false)
        }
        (Part::Number(left), Part::Number(right)) => Some(left == right),
    }
}

fn compare(left: &Part<'_>, right: &Part<'_>) -> Option<std::cmp::Ordering> {
    if let (Part::Value(left), Part::Value(right)) = (left, right)
        && let (Value::String(left), Value::String(right)) = (left.as_ref(), right.as_ref())
    {
        // Beyond ASCII, code units and characters are in another order.
        return (left.is_ascii() && right.is_ascii()).then(|| left.cmp(right));
    }
    left.number()?.partial_cmp(&right.number()?)
}

fn call<'a>(function: Function, arguments: &'a [Direct], environment: &Environment<'a>) -> Option<Part<'a>> {
    let name = match function {
        Function::Append => "append",
        Function::Count => "count",
        Function::Exists => "exists",
        Function::Not => "not",
    };
    if environment.scope.variable(name).is_some() {
        return None;
    }
    let argument = |place: usize| arguments.get(place)?.part(environment);
    match function {
        Function::Exists => Some(truth(!matches!(argument(0)?, Part::Undefined))),
        Function::Not => match argument(0)? {
            Part::Undefined => None,
            value => value.is_true().map(|value| truth(!value)),
        },
        Function::Count => match argument(0)? {
            #[expect(clippy::cast_precision_loss, reason = "no list is as long as 2^53")]
            Part::Value(value) => value.as_array().map(|items| Part::Number(items.len() as f64)),
            _ => None,
        },
        Function::Append => {
            let (Part::Value(first), second) = (argument(0)?, argument(1)?) else { return None };
            let second = match second {
                Part::Undefined => return None,
                Part::Number(number) => Value::Number(engine::number(number).ok()?),
                Part::Value(value) => value.into_owned(),
            };
            let Value::Array(mut items) = first.into_owned() else { return None };
            match second {
                Value::Array(second) => items.extend(second),
                value => items.push(value),
            }
            Some(Part::Value(Cow::Owned(Value::Array(items))))
        }
    }
}

impl Part<'_> {
    fn number(&self) -> Option<f64> {
        match self {
            Self::Undefined => None,
            Self::Number(number) => Some(*number),
            Self::Value(value) => value.as_f64(),
        }
    }

    /// What JSONata takes for true; lists have rules of their own.
    fn is_true(&self) -> Option<bool> {
        Some(match self {
            Self::Undefined => false,
            Self::Number(number) => *number != 0.0,
            Self::Value(value) => match value.as_ref() {
                Value::Null => false,
                Value::Bool(value) => *value,
                Value::Number(number) => number.as_f64()? != 0.0,
                Value::String(text) => !text.is_empty(),
                Value::Object(fields) => !fields.is_empty(),
                Value::Array(_) => return None,
            },
        })
    }

    /// Adds what `&` makes of the value to a text.
    fn print(&self, text: &mut String) -> Option<()> {
        let number = match self {
            Self::Undefined => return Some(()),
            Self::Number(number) => *number,
            Self::Value(value) => match value.as_ref() {
                Value::String(value) => {
                    text.push_str(value);
                    return Some(());
                }
                Value::Null => {
                    text.push_str("null");
                    return Some(());
                }
                Value::Bool(value) => {
                    text.push_str(if *value { "true" } else { "false" });
                    return Some(());
                }
                Value::Number(number) => number.as_f64()?,
                Value::Array(_) | Value::Object(_) => return None,
            },
        };
        if number.fract() != 0.0 || number.abs() >= EXACT {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "integral and exact")]
        text.push_str(&(number as i64).to_string());
        Some(())
    }
}
