//! The two ways to read an action: on values in process, on expressions for the state machine.
//!
//! What an action receives and what its answer gives is written once, over a [`Reading`], so that
//! both readings agree by construction.

use serde_json::{Map, Number, Value};

use crate::{
    data::{Fields, Shape, Tagging},
    symbolic::{Arena, Builder, Kind, Nested, Node, Presence, UnaryOp},
};

/// Values, or expressions that stand for them.
pub trait Reading {
    /// A value, or an expression.
    type Value: Clone;

    /// A value that is known when the workflow is written.
    fn literal(&mut self, value: Value) -> Self::Value;
    /// The value, where it is known when the workflow is written.
    fn known(&self, value: &Self::Value) -> Option<Value>;
    /// An object.
    fn object(&mut self, entries: Vec<(String, Self::Value)>) -> Self::Value;
    /// An array.
    fn array(&mut self, elements: Vec<Self::Value>) -> Self::Value;
    /// The value under a key; nothing where there is none.
    fn field(&mut self, base: &Self::Value, key: &str) -> Self::Value;
    /// An element of an array.
    fn index(&mut self, base: &Self::Value, index: usize) -> Self::Value;
    /// An object with one more entry.
    fn with_entry(&mut self, object: &Self::Value, key: &str, value: Self::Value) -> Self::Value;
    /// The keys of an object that was built here.
    fn keys(&self, object: &Self::Value) -> Vec<String>;
    /// What `then` makes of a value, `otherwise` where it is `null` or absent.
    fn if_some(
        &mut self,
        value: &Self::Value,
        then: &mut dyn FnMut(&mut Self, &Self::Value) -> Self::Value,
        otherwise: Value,
    ) -> Self::Value;
    /// Each element through a function.
    fn map(
        &mut self,
        list: &Self::Value,
        each: &mut dyn FnMut(&mut Self, &Self::Value) -> Self::Value,
    ) -> Self::Value;
    /// A number as text.
    fn number_text(&mut self, number: &Self::Value, integer: bool) -> Self::Value;
    /// The number in a text.
    fn number(&mut self, text: &Self::Value) -> Self::Value;
    /// A value as JSON text.
    fn json(&mut self, value: &Self::Value) -> Self::Value;
    /// The value in a JSON text.
    fn parse(&mut self, text: &Self::Value) -> Self::Value;
    /// Several texts, one after the other.
    fn concat(&mut self, parts: Vec<Self::Value>) -> Self::Value;
    /// Says what a state machine cannot do.
    fn problem(&mut self, problem: String);
}

/// The reading in process.
#[derive(Debug, Default)]
pub(crate) struct Native {
    /// What is wrong with the call; the service would refuse it.
    pub(crate) problems: Vec<String>,
}

impl Reading for Native {
    type Value = Value;

    fn literal(&mut self, value: Value) -> Value {
        value
    }

    fn known(&self, value: &Value) -> Option<Value> {
        Some(value.clone())
    }

    fn object(&mut self, entries: Vec<(String, Value)>) -> Value {
        Value::Object(entries.into_iter().collect())
    }

    fn array(&mut self, elements: Vec<Value>) -> Value {
        Value::Array(elements)
    }

    fn field(&mut self, base: &Value, key: &str) -> Value {
        base.get(key).cloned().unwrap_or_default()
    }

    fn index(&mut self, base: &Value, index: usize) -> Value {
        base.get(index).cloned().unwrap_or_default()
    }

    fn with_entry(&mut self, object: &Value, key: &str, value: Value) -> Value {
        let mut object = object.clone();
        object[key] = value;
        object
    }

    fn keys(&self, object: &Value) -> Vec<String> {
        object.as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default()
    }

    fn if_some(
        &mut self,
        value: &Value,
        then: &mut dyn FnMut(&mut Self, &Value) -> Value,
        otherwise: Value,
    ) -> Value {
        if value.is_null() { otherwise } else { then(self, value) }
    }

    fn map(&mut self, list: &Value, each: &mut dyn FnMut(&mut Self, &Value) -> Value) -> Value {
        match list {
            Value::Array(elements) => elements.iter().map(|element| each(self, element)).collect(),
            _ => Value::Null,
        }
    }

    fn number_text(&mut self, number: &Value, _: bool) -> Value {
        match number {
            Value::Number(number) => plain_number(number).to_string().into(),
            other => other.clone(),
        }
    }

    fn number(&mut self, text: &Value) -> Value {
        let number = text.as_str().and_then(|text| {
            let whole = text.parse().ok().map(i64::into).or_else(|| text.parse().ok().map(u64::into));
            whole.or_else(|| text.parse().ok().and_then(Number::from_f64))
        });
        number.map_or(Value::Null, Value::Number)
    }

    fn json(&mut self, value: &Value) -> Value {
        json_text(value).into()
    }

    fn parse(&mut self, text: &Value) -> Value {
        text.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    fn concat(&mut self, parts: Vec<Value>) -> Value {
        parts.iter().filter_map(Value::as_str).collect::<String>().into()
    }

    fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }
}

/// The reading for the state machine.
#[derive(Debug)]
pub(crate) struct Symbolic<'a>(pub(crate) &'a Builder);

impl Symbolic<'_> {
    fn edit<R>(&self, edit: impl FnOnce(&mut Arena) -> R) -> R {
        self.0.edit(|program| edit(&mut program.arena))
    }

    fn call(&self, function: &'static str, argument: Node) -> Node {
        self.edit(|arena| arena.add(Kind::Call { function, arguments: vec![argument] }))
    }
}

impl Reading for Symbolic<'_> {
    type Value = Node;

    fn literal(&mut self, value: Value) -> Node {
        self.edit(|arena| arena.literal(value))
    }

    fn known(&self, value: &Node) -> Option<Value> {
        self.edit(|arena| match arena.kind(*value) {
            Kind::Literal(value) => Some(value.clone()),
            _ => None,
        })
    }

    fn object(&mut self, entries: Vec<(String, Node)>) -> Node {
        self.edit(|arena| arena.add(Kind::Object(entries)))
    }

    fn array(&mut self, elements: Vec<Node>) -> Node {
        self.edit(|arena| {
            arena.add(Kind::Array(elements.into_iter().map(|element| (element, Nested::Never)).collect()))
        })
    }

    fn field(&mut self, base: &Node, key: &str) -> Node {
        self.edit(|arena| arena.field(*base, key.to_owned(), Presence::Certain))
    }

    fn index(&mut self, base: &Node, index: usize) -> Node {
        self.edit(|arena| arena.index(*base, index))
    }

    fn with_entry(&mut self, object: &Node, key: &str, value: Node) -> Node {
        self.edit(|arena| arena.update(*object, vec![(key.to_owned(), value)]))
    }

    fn keys(&self, object: &Node) -> Vec<String> {
        self.edit(|arena| match arena.kind(*object) {
            Kind::Object(entries) => entries.iter().map(|(key, _)| key.clone()).collect(),
            Kind::Literal(Value::Object(object)) => object.keys().cloned().collect(),
            _ => Vec::new(),
        })
    }

    fn if_some(
        &mut self,
        value: &Node,
        then: &mut dyn FnMut(&mut Self, &Node) -> Node,
        otherwise: Value,
    ) -> Node {
        if let Some(known) = self.known(value) {
            return if known.is_null() { self.literal(otherwise) } else { then(self, value) };
        }
        // What a service answers has no `null`, only keys that are not there.
        let (condition, present) = self.edit(|arena| {
            let condition = if answered(arena, *value) {
                arena.add(Kind::Unary(UnaryOp::Exists, *value))
            } else {
                arena.is_some(*value)
            };
            (condition, arena.present(*value))
        });
        let then = then(self, &present);
        self.edit(|arena| {
            let otherwise = arena.literal(otherwise);
            arena.add(Kind::Cond { condition, then, otherwise })
        })
    }

    fn map(&mut self, list: &Node, each: &mut dyn FnMut(&mut Self, &Node) -> Node) -> Node {
        let elements = self.edit(|arena| match arena.kind(*list) {
            Kind::Array(elements) => Some(elements.iter().map(|(element, _)| *element).collect::<Vec<_>>()),
            _ => None,
        });
        if let Some(elements) = elements {
            let elements = elements.iter().map(|element| each(self, element)).collect();
            return self.array(elements);
        }
        let builder = self.0;
        builder.each_of(*list, "element", |element| each(&mut Symbolic(builder), &element))
    }

    fn number_text(&mut self, number: &Node, integer: bool) -> Node {
        if let Some(known) = self.known(number) {
            let text = Native::default().number_text(&known, integer);
            return self.literal(text);
        }
        let op = if integer { UnaryOp::TextOfInteger } else { UnaryOp::Text };
        self.edit(|arena| arena.add(Kind::Unary(op, *number)))
    }

    fn number(&mut self, text: &Node) -> Node {
        self.call("number", *text)
    }

    fn json(&mut self, value: &Node) -> Node {
        match self.known(value) {
            Some(known) => self.literal(json_text(&known).into()),
            None => self.call("string", *value),
        }
    }

    fn parse(&mut self, text: &Node) -> Node {
        self.call("parse", *text)
    }

    fn concat(&mut self, parts: Vec<Node>) -> Node {
        self.edit(|arena| arena.add(Kind::Concat(parts)))
    }

    fn problem(&mut self, problem: String) {
        self.0.problem(problem);
    }
}

/// Whether a value is a part of what the service answered.
fn answered(arena: &Arena, node: Node) -> bool {
    match arena.kind(node) {
        Kind::TaskResult | Kind::Element(_) => true,
        Kind::Field { base, .. } | Kind::Index { base, .. } => answered(arena, *base),
        _ => false,
    }
}

/// The text of a value: itself where it is text, JSON text of anything else.
pub(crate) fn as_text<R: Reading>(reading: &mut R, shape: &Shape, value: &R::Value) -> R::Value {
    if is_text(shape) { value.clone() } else { reading.json(value) }
}

/// The value in a text that [`as_text`] wrote.
pub(crate) fn of_text<R: Reading>(reading: &mut R, shape: &Shape, text: &R::Value) -> R::Value {
    if is_text(shape) { text.clone() } else { reading.parse(text) }
}

/// Whether values of a shape are strings in JSON.
pub(crate) fn is_text(shape: &Shape) -> bool {
    match shape {
        Shape::Text | Shape::JsonText(_) => true,
        Shape::Struct { fields: Fields::Newtype(inner), .. } => is_text(&inner()),
        Shape::Enum { tagging: Tagging::External, variants, .. } => {
            variants.iter().all(|variant| matches!(variant.fields, Fields::Unit))
        }
        _ => false,
    }
}

/// A value as JSON text, with numbers as JSONata's `$string` writes them.
pub(super) fn json_text(value: &Value) -> String {
    fn plain(value: &Value) -> Value {
        match value {
            Value::Number(number) => Value::Number(plain_number(number)),
            Value::Array(elements) => elements.iter().map(plain).collect(),
            Value::Object(object) => {
                Value::Object(object.iter().map(|(key, value)| (key.clone(), plain(value))).collect())
            }
            other => other.clone(),
        }
    }
    plain(value).to_string()
}

/// A number as JSONata's `$string` writes it: with at most 15 digits, and without a fraction where it is
/// whole.
fn plain_number(number: &Number) -> Number {
    let Some(value) = number.as_f64().filter(|_| number.is_f64()) else { return number.clone() };
    let rounded = format!("{value:.14e}").parse().unwrap_or(value);
    if rounded.fract() == 0.0 && rounded.abs() < 9_007_199_254_740_992.0 {
        return Number::from(rounded as i64);
    }
    Number::from_f64(rounded).unwrap_or_else(|| number.clone())
}

/// The entries as an object.
pub(crate) fn entries(entries: Vec<(String, Value)>) -> Map<String, Value> {
    entries.into_iter().collect()
}
