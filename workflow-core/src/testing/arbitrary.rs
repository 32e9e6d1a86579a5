//! Values made up from the shape of their type.

use std::collections::BTreeSet;

use fastrand::Rng;
use serde_json::{Map, Number, Value};

use crate::data::{Field, Fields, Shape, Tagging, Variant};

/// How deep lists and recursive types go.
const DEPTH: usize = 6;

/// The texts and numbers that a state machine compares with: those that decide where it goes.
#[derive(Debug, Default)]
pub(super) struct Words {
    texts: Vec<String>,
    numbers: Vec<i64>,
    /// The error names of its retriers and catchers.
    errors: BTreeSet<String>,
}

impl Words {
    /// Those in the expressions of a definition.
    pub(super) fn of(definition: &Value) -> Self {
        let (mut texts, mut numbers, mut errors) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        gather(definition, &mut texts, &mut numbers);
        names(definition, &mut errors);
        Self { texts: texts.into_iter().collect(), numbers: numbers.into_iter().collect(), errors }
    }

    /// Whether a retrier or a catcher names this error.
    pub(super) fn names(&self, error: &str) -> bool {
        self.errors.contains(error)
    }
}

fn names(value: &Value, errors: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| names(item, errors)),
        Value::Object(fields) => {
            let named = fields.get("ErrorEquals").and_then(Value::as_array).into_iter().flatten();
            errors.extend(named.filter_map(Value::as_str).map(str::to_owned));
            fields.values().for_each(|field| names(field, errors));
        }
        _ => {}
    }
}

fn gather(value: &Value, texts: &mut BTreeSet<String>, numbers: &mut BTreeSet<i64>) {
    match value {
        Value::String(text) if text.starts_with("{%") => {
            for (place, part) in text.split('\'').enumerate() {
                if place % 2 == 1 {
                    texts.insert(part.to_owned());
                    continue;
                }
                let digits = part.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
                numbers.extend(digits.filter_map(|digits| digits.parse::<i64>().ok()));
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, texts, numbers)),
        Value::Object(fields) => fields.values().for_each(|field| gather(field, texts, numbers)),
        _ => {}
    }
}

/// Makes values up.
pub(super) struct Arbitrary<'a> {
    pub(super) rng: Rng,
    pub(super) words: &'a Words,
    /// How long lists are at most.
    pub(super) longest: usize,
    /// Whether `None` is written as Rust writes it, and not in the other way that Rust reads.
    pub(super) as_written: bool,
}

impl Arbitrary<'_> {
    /// A value of this shape, as serde may read it.
    pub(super) fn value(&mut self, shape: &Shape) -> Value {
        self.at(shape, DEPTH)
    }

    fn at(&mut self, shape: &Shape, depth: usize) -> Value {
        let inner = depth.saturating_sub(1);
        match shape {
            Shape::Any => self.any(inner),
            Shape::Unit => Value::Null,
            Shape::Bool => Value::from(self.rng.bool()),
            Shape::Integer { bits, signed } => self.integer(*bits, *signed),
            Shape::Float => self.float(),
            Shape::Text => Value::from(self.text()),
            Shape::Timestamp => {
                let (day, hour) = (self.rng.u8(1..=28), self.rng.u8(..24));
                Value::from(format!("2026-01-{day:02}T{hour:02}:30:00Z"))
            }
            Shape::Option(shape) if depth > 0 && self.rng.bool() => self.at(&shape(), inner),
            Shape::Option(_) => Value::Null,
            Shape::List(shape) => {
                let length = if depth == 0 { 0 } else { self.rng.usize(..=self.longest) };
                (0..length).map(|_| self.at(&shape(), inner)).collect()
            }
            Shape::Set(shape) => {
                let length = if depth == 0 { 0 } else { self.rng.usize(..=self.longest) };
                let mut elements: Vec<Value> = (0..length).map(|_| self.at(&shape(), inner)).collect();
                match elements.first() {
                    Some(Value::String(_)) => {
                        elements.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
                    }
                    Some(Value::Number(_)) => {
                        elements.sort_by(|left, right| {
                            let (left, right) = (left.as_f64().unwrap_or(0.0), right.as_f64().unwrap_or(0.0));
                            left.total_cmp(&right)
                        });
                    }
                    // How others are ordered, their type alone knows.
                    _ => elements.truncate(1),
                }
                elements.dedup();
                elements.into()
            }
            Shape::Tuple(shapes) => shapes.iter().map(|shape| self.at(&shape(), inner)).collect(),
            Shape::Map(key, shape) => {
                let length = if depth == 0 { 0 } else { self.rng.usize(..=self.longest) };
                let entries = (0..length).map(|_| {
                    let key = match self.at(&key(), inner) {
                        Value::String(key) => key,
                        key => key.to_string(),
                    };
                    (key, self.at(&shape(), inner))
                });
                entries.collect::<Map<_, _>>().into()
            }
            Shape::JsonText(shape) => Value::from(self.at(&shape(), inner).to_string()),
            Shape::Error(_) => serde_json::json!({ "Error": self.text(), "Cause": self.text() }),
            Shape::Struct { fields, .. } => self.fields(fields, inner),
            Shape::Enum { tagging, variants, .. } => {
                // The first variants are those that end a recursive type, as a rule.
                let known = if depth == 0 { 1 } else { variants.len() };
                match variants.get(self.rng.usize(..known.max(1))) {
                    Some(variant) => self.variant(*tagging, variant, inner),
                    None => Value::Null,
                }
            }
        }
    }

    fn fields(&mut self, fields: &Fields, depth: usize) -> Value {
        match fields {
            Fields::Unit => Value::Null,
            Fields::Newtype(shape) => self.at(&shape(), depth),
            Fields::Tuple(shapes) => shapes.iter().map(|shape| self.at(&shape(), depth)).collect(),
            Fields::Named(fields) => self.named(fields, depth),
        }
    }

    fn named(&mut self, fields: &[Field], depth: usize) -> Value {
        let mut object = Map::new();
        for field in fields {
            let shape = (field.shape)();
            if field.skip || (field.has_default && field.may_be_absent && self.rng.u8(..4) == 0) {
                continue;
            }
            let value = self.at(&shape, depth);
            if value.is_null() && matches!(shape, Shape::Option(_)) && !field.transparent {
                let absent = if self.as_written { field.may_be_absent } else { self.rng.bool() };
                if absent || field.flatten {
                    continue;
                }
            }
            match value {
                value if field.transparent => return value,
                Value::Object(inner) if field.flatten => object.extend(inner),
                value => {
                    object.insert(field.json.to_owned(), value);
                }
            }
        }
        object.into()
    }

    fn variant(&mut self, tagging: Tagging, variant: &Variant, depth: usize) -> Value {
        let name = || Value::from(variant.json);
        let content = self.fields(&variant.fields, depth);
        let is_unit = matches!(variant.fields, Fields::Unit);
        let object = |entries: Vec<(&str, Value)>| {
            entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>().into()
        };
        match tagging {
            Tagging::Untagged => content,
            Tagging::External if is_unit => name(),
            Tagging::External => object(vec![(variant.json, content)]),
            Tagging::Adjacent { tag, .. } if is_unit => object(vec![(tag, name())]),
            Tagging::Adjacent { tag, content: key } => object(vec![(tag, name()), (key, content)]),
            Tagging::Internal { tag } => {
                let mut tagged = Map::new();
                tagged.insert(tag.to_owned(), name());
                if let Value::Object(content) = content {
                    tagged.extend(content);
                }
                tagged.into()
            }
        }
    }

    /// Amounts stay small, so that sums of them have room in their types.
    fn integer(&mut self, bits: u32, signed: bool) -> Value {
        let known = self.rng.choice(&self.words.numbers).copied();
        let most: i64 = match bits {
            8 => 100,
            16 => 10_000,
            _ => 1_000_000,
        };
        let number = match (self.rng.u8(..10), known) {
            (0..=4, Some(known)) => known.saturating_add(self.rng.i64(-1..=1)),
            (5..=7, _) => self.rng.i64(0..5),
            (8, _) => self.rng.i64(0..100),
            _ => self.rng.i64(0..1_000),
        };
        let number = number.clamp(-most, most);
        if !signed {
            return Value::from(number.abs());
        }
        Value::from(if self.rng.u8(..3) == 0 { -number } else { number })
    }

    /// Quarters, which JSON and every engine hold exactly.
    fn float(&mut self) -> Value {
        #[expect(clippy::cast_precision_loss, reason = "the numbers are small")]
        let float = match self.rng.choice(&self.words.numbers) {
            Some(known) if self.rng.bool() => known.clamp(&-10_000, &10_000).to_owned() as f64,
            _ => self.rng.i32(-40..400) as f64 / 4.0,
        };
        Number::from_f64(float).map_or(Value::Null, Value::Number)
    }

    fn text(&mut self) -> String {
        const TEXTS: [&str; 12] = [
            "",
            "a",
            "b",
            "o-1",
            "it's",
            "\"",
            "{% $x %}",
            "ü😀",
            "null",
            "a b",
            "0",
            "2026-01-01T00:00:00Z",
        ];
        match self.rng.choice(&self.words.texts) {
            Some(known) if self.rng.u8(..10) < 4 => known.clone(),
            _ => TEXTS[self.rng.usize(..TEXTS.len())].to_owned(),
        }
    }

    fn any(&mut self, depth: usize) -> Value {
        let kinds = if depth == 0 { 4 } else { 6 };
        match self.rng.u8(..kinds) {
            0 => Value::Null,
            1 => Value::from(self.rng.bool()),
            2 => self.integer(32, true),
            3 => Value::from(self.text()),
            4 => (0..self.rng.usize(..3)).map(|_| self.any(depth - 1)).collect(),
            _ => (0..self.rng.usize(..3)).map(|_| (self.text(), self.any(depth - 1))).collect(),
        }
    }
}

/// Values that are a little simpler than this one, the simplest first. Without `nulls`, nothing becomes `None`.
pub(super) fn simpler(value: &Value, nulls: bool) -> Vec<Value> {
    let null = || nulls.then_some(Value::Null);
    match value {
        Value::Null | Value::Bool(false) => Vec::new(),
        Value::Bool(true) => vec![Value::from(false)],
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => {
                let mut simpler = vec![0, number / 2, number - number.signum()];
                simpler.dedup();
                simpler.into_iter().filter(|other| *other != number).map(Value::from).collect()
            }
            (None, Some(float)) if float != 0.0 => {
                [0.0, float.trunc()].into_iter().filter(|other| *other != float).map(Value::from).collect()
            }
            _ => Vec::new(),
        },
        Value::String(text) => {
            let mut simpler: Vec<Value> = null().into_iter().collect();
            if !text.is_empty() {
                simpler.push(Value::from(""));
            }
            if text.chars().count() > 1 {
                simpler.push(Value::from("a"));
            }
            simpler
        }
        Value::Array(items) => {
            let without = |place: usize| {
                let mut rest = items.clone();
                rest.remove(place);
                Value::from(rest)
            };
            let mut simpler: Vec<Value> = (0..items.len()).map(without).collect();
            for (place, item) in items.iter().enumerate() {
                simpler.extend(self::simpler(item, nulls).into_iter().map(|item| {
                    let mut items = items.clone();
                    items[place] = item;
                    Value::from(items)
                }));
            }
            simpler
        }
        Value::Object(fields) => {
            let mut simpler: Vec<Value> = null().into_iter().collect();
            simpler.extend(fields.keys().filter(|_| nulls).map(|key| {
                let mut rest = fields.clone();
                rest.shift_remove(key);
                Value::from(rest)
            }));
            for (key, field) in fields {
                simpler.extend(self::simpler(field, nulls).into_iter().map(|field| {
                    let mut fields = fields.clone();
                    fields.insert(key.clone(), field);
                    Value::from(fields)
                }));
            }
            simpler
        }
    }
}
