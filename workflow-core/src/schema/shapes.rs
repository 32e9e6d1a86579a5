//! From shapes to schemas.

use serde_json::{Map, Value, json};

use crate::{
    contract::ShapeFn,
    data::{Field, Fields, Shape, Tagging, Variant},
};

/// Who reads a value: it decides which keys may be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// It is read by serde.
    Read,
    /// It was written by serde, or by a state machine.
    Written,
}

/// Writes schemas. A struct or an enum is written once and referred to, so that one that holds itself
/// has a finite schema.
#[derive(Default)]
pub(super) struct Writer {
    types: Vec<Type>,
}

/// A struct or an enum that has a schema of its own under `$defs`.
struct Type {
    shape: ShapeFn,
    mode: Mode,
    name: &'static str,
    /// Absent while it is being written.
    schema: Option<Value>,
}

impl Writer {
    /// The schema of a type.
    pub(super) fn write(&mut self, shape: ShapeFn, mode: Mode) -> Value {
        let name = match shape() {
            Shape::Struct { name, fields: Fields::Named(fields) }
                if !fields.iter().any(|field| field.transparent) =>
            {
                name
            }
            Shape::Enum { name, .. } if name != "Result" => name,
            other => return self.shape(&other, mode),
        };
        let known = self.types.iter().position(|known| {
            known.mode == mode && known.name == name && std::ptr::fn_addr_eq(known.shape, shape)
        });
        let place = known.unwrap_or_else(|| {
            self.types.push(Type { shape, mode, name, schema: None });
            let place = self.types.len() - 1;
            let schema = self.shape(&shape(), mode);
            self.types[place].schema = Some(schema);
            place
        });
        json!({ "$ref": place })
    }

    fn shape(&mut self, shape: &Shape, mode: Mode) -> Value {
        match shape {
            Shape::Any => json!({}),
            Shape::Unit => json!({ "type": "null" }),
            Shape::Bool => json!({ "type": "boolean" }),
            Shape::Integer { bits, signed } => integer(*bits, *signed),
            Shape::Float => json!({ "type": "number" }),
            Shape::Text => json!({ "type": "string" }),
            Shape::Timestamp => json!({ "type": "string", "format": "date-time" }),
            Shape::Option(inner) => json!({ "anyOf": [self.write(*inner, mode), { "type": "null" }] }),
            Shape::List(inner) => json!({ "type": "array", "items": self.write(*inner, mode) }),
            Shape::Set(inner) => {
                json!({ "type": "array", "items": self.write(*inner, mode), "uniqueItems": true })
            }
            Shape::Tuple(inner) => self.tuple(inner, mode),
            Shape::JsonText(inner) => json!({
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": self.write(*inner, mode),
            }),
            Shape::Map(_, inner) => {
                json!({ "type": "object", "additionalProperties": self.write(*inner, mode) })
            }
            Shape::Error(_) => object(vec![
                ("Error".to_owned(), json!({ "type": "string" }), true),
                ("Cause".to_owned(), json!({ "type": "string" }), false),
            ]),
            Shape::Struct { fields, .. } => self.fields(fields, mode, None),
            Shape::Enum { tagging, variants, .. } => self.variants(*tagging, variants, mode),
        }
    }

    fn tuple(&mut self, inner: &[ShapeFn], mode: Mode) -> Value {
        let elements: Vec<Value> = inner.iter().map(|shape| self.write(*shape, mode)).collect();
        json!({ "type": "array", "prefixItems": elements, "items": false, "minItems": inner.len() })
    }

    /// What a struct or a variant holds; `tag` stands among its fields.
    fn fields(&mut self, fields: &Fields, mode: Mode, tag: Option<(&str, &str)>) -> Value {
        let tagged = tag.map(|(tag, name)| (tag.to_owned(), json!({ "const": name }), true));
        match fields {
            Fields::Named(fields) => {
                if let Some(field) = fields.iter().find(|field| field.transparent) {
                    return self.write(field.shape, mode);
                }
                let mut properties: Vec<_> = tagged.into_iter().collect();
                let mut also = Vec::new();
                self.named(fields, mode, &mut properties, &mut also);
                let mut schema = object(properties);
                if !also.is_empty() {
                    schema["allOf"] = also.into();
                }
                schema
            }
            Fields::Newtype(inner) => match tagged {
                None => self.write(*inner, mode),
                Some(tag) => json!({ "allOf": [object(vec![tag]), self.write(*inner, mode)] }),
            },
            Fields::Unit => tagged.map_or_else(|| json!({ "type": "null" }), |tag| object(vec![tag])),
            Fields::Tuple(inner) => self.tuple(inner, mode),
        }
    }

    /// The properties of named fields. What is flattened and no struct goes to `also`.
    fn named(
        &mut self,
        fields: &[Field],
        mode: Mode,
        properties: &mut Vec<(String, Value, bool)>,
        also: &mut Vec<Value>,
    ) {
        for field in fields.iter().filter(|field| !field.skip) {
            let shape = (field.shape)();
            if field.flatten {
                match shape {
                    Shape::Struct { fields: Fields::Named(inner), .. } => {
                        self.named(&inner, mode, properties, also);
                    }
                    // The keys beside it are its values as well, so nothing can be said of them.
                    Shape::Map(..) | Shape::Any | Shape::Option(_) => {}
                    _ => also.push(self.write(field.shape, mode)),
                }
                continue;
            }
            // A state machine hands on what it was given, so what may be absent in an input may be absent in
            // an output as well.
            let optional = matches!(shape, Shape::Option(_))
                || field.has_default
                || (mode == Mode::Written && field.may_be_absent);
            properties.push((field.json.to_owned(), self.write(field.shape, mode), !optional));
        }
    }

    fn variants(&mut self, tagging: Tagging, variants: &[Variant], mode: Mode) -> Value {
        if tagging == Tagging::External
            && variants.iter().all(|variant| matches!(variant.fields, Fields::Unit))
        {
            return json!({ "enum": variants.iter().map(|variant| variant.json).collect::<Vec<_>>() });
        }
        let each = variants.iter().map(|variant| self.variant(tagging, variant, mode));
        json!({ "anyOf": each.collect::<Vec<_>>() })
    }

    fn variant(&mut self, tagging: Tagging, variant: &Variant, mode: Mode) -> Value {
        let name = variant.json;
        match tagging {
            Tagging::External => match &variant.fields {
                Fields::Unit => json!({ "const": name }),
                fields => {
                    let mut schema = object(vec![(name.to_owned(), self.fields(fields, mode, None), true)]);
                    schema["additionalProperties"] = false.into();
                    schema
                }
            },
            Tagging::Internal { tag } => self.fields(&variant.fields, mode, Some((tag, name))),
            Tagging::Adjacent { tag, content } => {
                let mut properties = vec![(tag.to_owned(), json!({ "const": name }), true)];
                if !matches!(variant.fields, Fields::Unit) {
                    properties.push((content.to_owned(), self.fields(&variant.fields, mode, None), true));
                }
                object(properties)
            }
            Tagging::Untagged => self.fields(&variant.fields, mode, None),
        }
    }

    /// The schemas of all structs and enums, and the references to them by name.
    pub(super) fn into_types(self, schemas: &mut Map<String, Value>) {
        let leaders: Vec<usize> = (0..self.types.len())
            .map(|place| {
                // One generic type may have several functions; and most types are read as they are written.
                (0..place)
                    .find(|other| {
                        self.types[*other].name == self.types[place].name
                            && self.same_type(*other, place, &mut Vec::new())
                    })
                    .unwrap_or(place)
            })
            .collect();
        let mut names: Vec<String> = Vec::new();
        for (place, ty) in self.types.iter().enumerate() {
            let wanted = ty.name.to_owned();
            let taken = |name: &String| names.contains(name) || schemas.contains_key(name);
            let name = match leaders[place] {
                leader if leader < place => names[leader].clone(),
                _ if !taken(&wanted) => wanted,
                _ => (2..)
                    .map(|number| format!("{wanted}{number}"))
                    .find(|name| !taken(name))
                    .unwrap_or(wanted),
            };
            names.push(name);
        }
        schemas.values_mut().for_each(|schema| name_references(schema, &names));
        for (place, ty) in self.types.into_iter().enumerate() {
            if leaders[place] == place {
                let mut schema = ty.schema.unwrap_or_default();
                name_references(&mut schema, &names);
                schemas.insert(names[place].clone(), schema);
            }
        }
    }

    /// Whether two types have the same schema. Two that are being compared are taken to be the same.
    fn same_type(&self, left: usize, right: usize, assumed: &mut Vec<(usize, usize)>) -> bool {
        if left == right || assumed.contains(&(left, right)) {
            return true;
        }
        assumed.push((left, right));
        match (&self.types[left].schema, &self.types[right].schema) {
            (Some(left), Some(right)) => self.same(left, right, assumed),
            _ => false,
        }
    }

    fn same(&self, left: &Value, right: &Value, assumed: &mut Vec<(usize, usize)>) -> bool {
        match (left, right) {
            (Value::Object(left), Value::Object(right)) => {
                if let (Some(left), Some(right)) = (reference(left), reference(right)) {
                    return self.same_type(left, right, assumed);
                }
                left.len() == right.len()
                    && left.iter().all(|(key, value)| {
                        right.get(key).is_some_and(|other| self.same(value, other, assumed))
                    })
            }
            (Value::Array(left), Value::Array(right)) => {
                left.len() == right.len()
                    && left.iter().zip(right).all(|(left, right)| self.same(left, right, assumed))
            }
            _ => left == right,
        }
    }
}

/// The place of the type that a schema refers to, before types have names.
fn reference(schema: &Map<String, Value>) -> Option<usize> {
    schema.get("$ref")?.as_u64()?.try_into().ok()
}

fn name_references(schema: &mut Value, names: &[String]) {
    match schema {
        Value::Object(entries) => {
            if let Some(name) = reference(entries).and_then(|place| names.get(place)) {
                entries.insert("$ref".to_owned(), format!("#/$defs/{name}").into());
            }
            entries.values_mut().for_each(|value| name_references(value, names));
        }
        Value::Array(elements) => elements.iter_mut().for_each(|value| name_references(value, names)),
        _ => {}
    }
}

/// An object with these properties: the key, its schema, and whether it must be there.
pub(super) fn object(properties: Vec<(String, Value, bool)>) -> Value {
    let required: Vec<&str> =
        properties.iter().filter(|(_, _, required)| *required).map(|(key, _, _)| key.as_str()).collect();
    let mut schema = json!({ "type": "object", "properties": {} });
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    let properties = properties.into_iter().map(|(key, value, _)| (key, value));
    schema["properties"] = Value::Object(properties.collect());
    schema
}

fn integer(bits: u32, signed: bool) -> Value {
    let (minimum, maximum): (Value, Value) = match (bits, signed) {
        (8, true) => (i8::MIN.into(), i8::MAX.into()),
        (16, true) => (i16::MIN.into(), i16::MAX.into()),
        (32, true) => (i32::MIN.into(), i32::MAX.into()),
        (_, true) => (i64::MIN.into(), i64::MAX.into()),
        (8, false) => (0.into(), u8::MAX.into()),
        (16, false) => (0.into(), u16::MAX.into()),
        (32, false) => (0.into(), u32::MAX.into()),
        (_, false) => (0.into(), u64::MAX.into()),
    };
    json!({ "type": "integer", "minimum": minimum, "maximum": maximum })
}
