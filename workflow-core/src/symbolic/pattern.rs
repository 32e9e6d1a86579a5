//! Patterns: what `match`, `if let` and `let` test of a value, and what they bind.

use serde_json::Value;

use crate::data::{Fields, Shape, Tagging, Variant};

use super::errors;
use super::node::{Arena, BinaryOp, Kind, Node, Presence, UnaryOp};

/// A pattern, as the macro hands it over. Bindings are counted in source order.
#[derive(Clone, Debug)]
pub enum Pat {
    /// `_`
    Any,
    /// `name`
    Bind,
    /// `name @ pattern`
    BindAt(Box<Pat>),
    /// A literal, or a constant by its value.
    Literal(Value),
    /// `low..=high` and its kin; the flag says whether `high` is part of it.
    Range(Option<Value>, Option<Value>, bool),
    /// `Some(pattern)`
    Some(Box<Pat>),
    /// `None`
    None,
    /// `Variant`, `Variant(..)`, `Variant { .. }` or a struct: the last segment of the path, and
    /// the fields by name (`0`, `1`, .. for unnamed ones).
    Named(&'static str, Vec<(&'static str, Pat)>),
    /// `(a, b)`
    Tuple(Vec<Pat>),
    /// `(a, .., z)`
    Ends(Vec<Pat>, Vec<Pat>),
    /// `[a, rest @ .., z]`
    List {
        /// The patterns of the first elements.
        before: Vec<Pat>,
        /// That of the elements between, as a list; without it there are none.
        rest: Option<Box<Pat>>,
        /// The patterns of the last elements.
        after: Vec<Pat>,
    },
    /// `a | b`
    Or(Vec<Pat>),
}

/// What must be true of a value for a pattern to match; nothing for one that always matches.
#[derive(Clone, Copy, Debug)]
pub struct Test(pub(crate) Option<Node>);

/// What reading a pattern found: the test, and the bound values in source order.
pub(crate) struct Matched {
    pub(crate) test: Option<Node>,
    pub(crate) bound: Vec<Node>,
}

/// Reads a pattern over a value of a shape.
pub(crate) fn read(
    arena: &mut Arena,
    problems: &mut Vec<String>,
    shape: &Shape,
    value: Node,
    pat: &Pat,
) -> Matched {
    let mut matched = Matched { test: None, bound: Vec::new() };
    Reader { arena, problems }.read(shape, value, pat, &mut matched);
    matched
}

struct Reader<'a> {
    arena: &'a mut Arena,
    problems: &'a mut Vec<String>,
}

impl Reader<'_> {
    fn read(&mut self, shape: &Shape, value: Node, pat: &Pat, matched: &mut Matched) {
        match pat {
            Pat::Any => {}
            Pat::Bind => matched.bound.push(value),
            Pat::BindAt(inner) => {
                matched.bound.push(value);
                self.read(shape, value, inner, matched);
            }
            Pat::Literal(literal) => {
                let test = self.equals(value, literal.clone());
                self.require(matched, test);
            }
            Pat::Range(low, high, inclusive) => {
                if let Some(low) = low {
                    let test = self.compare(BinaryOp::GreaterOrEqual, value, low.clone());
                    self.require(matched, test);
                }
                if let Some(high) = high {
                    let op = if *inclusive { BinaryOp::LessOrEqual } else { BinaryOp::Less };
                    let test = self.compare(op, value, high.clone());
                    self.require(matched, test);
                }
            }
            Pat::None => {
                let test = self.arena.is_some(value);
                let test = self.arena.not(test);
                self.require(matched, test);
            }
            Pat::Some(inner) => {
                let inside = match shape {
                    Shape::Option(inside) => inside(),
                    _ => Shape::Any,
                };
                // A test of the value inside fails for `null` and for an absent value as well, so
                // the test for presence is needed only where nothing else is tested.
                let mut within = Matched { test: None, bound: Vec::new() };
                let present = self.arena.present(value);
                self.read(&inside, present, inner, &mut within);
                if !matches!(**inner, Pat::Literal(_) | Pat::Named(..)) || within.test.is_none() {
                    let test = self.arena.is_some(value);
                    self.require(matched, test);
                }
                if let Some(test) = within.test {
                    self.require(matched, test);
                }
                matched.bound.extend(within.bound);
            }
            Pat::Tuple(pats) => self.places(shape, value, pats.iter().enumerate(), matched),
            Pat::Ends(before, after) => {
                let len = match shape {
                    Shape::Tuple(shapes) => shapes.len(),
                    _ => 0,
                };
                let after = after
                    .iter()
                    .enumerate()
                    .map(|(place, pat)| (len.saturating_sub(after.len()) + place, pat));
                self.places(shape, value, before.iter().enumerate().chain(after), matched);
            }
            Pat::Named(name, pats) => self.named(shape, value, name, pats, matched),
            Pat::List { before, rest, after } => {
                self.list(shape, value, (before, rest.as_deref(), after), matched)
            }
            Pat::Or(alternatives) => self.alternatives(shape, value, alternatives, matched),
        }
    }

    /// Places of a tuple.
    fn places<'p>(
        &mut self,
        shape: &Shape,
        value: Node,
        pats: impl Iterator<Item = (usize, &'p Pat)>,
        matched: &mut Matched,
    ) {
        let shapes = match shape {
            Shape::Tuple(shapes) => shapes.as_slice(),
            _ => &[],
        };
        for (index, pat) in pats {
            let element = self.arena.index(value, index);
            let shape = shapes.get(index).map_or(Shape::Any, |shape| shape());
            self.read(&shape, element, pat, matched);
        }
    }

    fn named(
        &mut self,
        shape: &Shape,
        value: Node,
        name: &'static str,
        pats: &[(&'static str, Pat)],
        matched: &mut Matched,
    ) {
        match shape {
            Shape::Enum { name: owner, tagging, variants } => {
                let Some(variant) = variants.iter().find(|variant| variant.rust == name) else {
                    self.problems.push(format!("`{owner}` has no variant `{name}` that can be matched"));
                    return;
                };
                let test = self.is_variant(owner, *tagging, variants, variant, value);
                self.require(matched, test);
                let content = content_of(self.arena, *tagging, variant, value);
                self.fields(&variant.fields, content, pats, matched);
            }
            Shape::Struct { fields, .. } => self.fields(fields, value, pats, matched),
            Shape::Any if let Some((kind, inner)) = kind_of_json(name) => {
                let test = match kind {
                    "null" => self.equals(value, Value::Null),
                    kind => {
                        let found = self.arena.add(Kind::Call { function: "type", arguments: vec![value] });
                        self.equals(found, kind.into())
                    }
                };
                self.require(matched, test);
                for (_, pat) in pats {
                    self.read(&inner, value, pat, matched);
                }
            }
            Shape::Error(variants) => {
                let pat = Pat::Named(name, pats.to_vec());
                let found = errors::read_data(self.arena, self.problems, &variants(), value, &pat);
                matched.test = self.arena.and(matched.test, found.test);
                matched.bound.extend(found.bound);
            }
            _ => self.problems.push(format!("the pattern `{name}` needs a type that derives `Data`")),
        }
    }

    fn fields(
        &mut self,
        fields: &Fields,
        content: Node,
        pats: &[(&'static str, Pat)],
        matched: &mut Matched,
    ) {
        for (name, pat) in pats {
            let (shape, value) = member(self.arena, fields, content, name);
            self.read(&shape, value, pat, matched);
        }
    }

    /// `[a, rest @ .., z]`
    fn list(
        &mut self,
        shape: &Shape,
        list: Node,
        (before, rest, after): (&[Pat], Option<&Pat>, &[Pat]),
        matched: &mut Matched,
    ) {
        let inside = match shape {
            Shape::List(inside) => inside(),
            _ => Shape::Any,
        };
        let least = before.len() + after.len();
        let known = match self.arena.kind(list) {
            Kind::Array(elements) => Some(elements.len()),
            Kind::Literal(Value::Array(elements)) => Some(elements.len()),
            _ => None,
        };
        let test = match (known, rest) {
            (Some(known), Some(_)) => Some(self.arena.literal(known >= least)),
            (Some(known), None) => Some(self.arena.literal(known == least)),
            (None, Some(_)) if least == 0 => None,
            (None, rest) => {
                let count = self.arena.add(Kind::Call { function: "count", arguments: vec![list] });
                let op = if rest.is_some() { BinaryOp::GreaterOrEqual } else { BinaryOp::Equal };
                Some(self.compare(op, count, least.into()))
            }
        };
        if let Some(test) = test {
            self.require(matched, test);
        }
        for (index, pat) in before.iter().enumerate() {
            let element = self.arena.index(list, index);
            self.read(&inside, element, pat, matched);
        }
        match rest {
            None | Some(Pat::Any) => {}
            Some(pat) => {
                let between = self.between(list, known, before.len(), after.len());
                self.read(shape, between, pat, matched);
            }
        }
        for (place, pat) in after.iter().enumerate() {
            let from_the_end = after.len() - place;
            let element = match known {
                Some(known) => self.arena.index(list, known.saturating_sub(from_the_end)),
                None => {
                    let index = i64::try_from(from_the_end).map_or(i64::MIN, |place| -place);
                    let index = self.arena.literal(index);
                    self.arena.add(Kind::At { base: list, index })
                }
            };
            self.read(&inside, element, pat, matched);
        }
    }

    /// The elements of a list without its first and its last ones.
    fn between(&mut self, list: Node, known: Option<usize>, before: usize, after: usize) -> Node {
        if before == 0 && after == 0 {
            return list;
        }
        if let (Some(known), Kind::Array(elements)) = (known, self.arena.kind(list)) {
            let end = known.saturating_sub(after);
            let elements = elements.get(before..end).unwrap_or_default().to_vec();
            return self.arena.add(Kind::Array(elements));
        }
        let text = match (before, after) {
            (_, 0) => "$append([], $filter({0}, function($_v, $_i) { $_i >= {1} })[])",
            (0, _) => "$append([], $filter({0}, function($_v, $_i) { $_i < $count({0}) - {2} })[])",
            _ => "$append([], $filter({0}, function($_v, $_i) { $_i >= {1} and $_i < $count({0}) - {2} })[])",
        };
        let parts = vec![list, self.arena.literal(before), self.arena.literal(after)];
        self.arena.add(Kind::Form { text, parts })
    }

    /// The test for a variant, as serde's tagging has it.
    fn is_variant(
        &mut self,
        owner: &str,
        tagging: Tagging,
        variants: &[Variant],
        variant: &Variant,
        value: Node,
    ) -> Node {
        match tagging {
            Tagging::External if matches!(variant.fields, Fields::Unit) => {
                self.equals(value, variant.json.into())
            }
            Tagging::External => {
                // The only key of the object. An absent key and one that holds `null` (a variant
                // around an `Option`) differ, so the test is for presence.
                let field = self.arena.add(Kind::Field {
                    base: value,
                    key: variant.json.to_owned(),
                    presence: Presence::Certain,
                });
                self.arena.add(Kind::Unary(UnaryOp::Exists, field))
            }
            Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } => {
                let tag = self.arena.field(value, tag.to_owned(), Presence::Certain);
                self.equals(tag, variant.json.into())
            }
            Tagging::Untagged => {
                if let Some(test) = super::untagged::is_variant(self.arena, variants, variant, value) {
                    return test;
                }
                self.problems.push(format!(
                    "`{owner}` is untagged, and a state machine cannot tell its variant `{}` from the others; give it \
                     a tag with `#[serde(tag = \"type\")]`",
                    variant.rust
                ));
                self.arena.literal(true)
            }
        }
    }

    fn alternatives(&mut self, shape: &Shape, value: Node, pats: &[Pat], matched: &mut Matched) {
        let read: Vec<Matched> = pats
            .iter()
            .map(|pat| {
                let mut matched = Matched { test: None, bound: Vec::new() };
                self.read(shape, value, pat, &mut matched);
                matched
            })
            .collect();
        if let Some(tests) = read.iter().map(|one| one.test).collect::<Option<Vec<Node>>>() {
            let any = tests
                .into_iter()
                .reduce(|left, right| self.arena.add(Kind::Binary(BinaryOp::Or, left, right)));
            if let Some(any) = any {
                self.require(matched, any);
            }
        }
        // A name is bound by every alternative: its value is that of the first that matches.
        let Some((last, earlier)) = read.split_last() else { return };
        for place in 0..last.bound.len() {
            let mut value = last.bound[place];
            for one in earlier.iter().rev() {
                let Some(then) = one.bound.get(place).copied() else { continue };
                value = match one.test {
                    Some(condition) => self.arena.cond(condition, then, value),
                    None => then,
                };
            }
            matched.bound.push(value);
        }
    }

    fn equals(&mut self, value: Node, literal: Value) -> Node {
        match literal {
            Value::Bool(true) => value,
            Value::Bool(false) => self.arena.not(value),
            literal => self.compare(BinaryOp::Equal, value, literal),
        }
    }

    fn compare(&mut self, op: BinaryOp, value: Node, literal: Value) -> Node {
        let literal = self.arena.literal(literal);
        self.arena.add(Kind::Binary(op, value, literal))
    }

    fn require(&mut self, matched: &mut Matched, test: Node) {
        matched.test = self.arena.and(matched.test, Some(test));
    }
}

/// What a variant of `serde_json::Value` is called by JSONata, and the shape of what it holds.
pub(crate) fn kind_of_json(variant: &str) -> Option<(&'static str, Shape)> {
    Some(match variant {
        "Null" => ("null", Shape::Unit),
        "Bool" => ("boolean", Shape::Bool),
        "Number" => ("number", Shape::Any),
        "String" => ("string", Shape::Text),
        "Array" => ("array", Shape::List(<Value as crate::data::Data>::shape)),
        "Object" => ("object", Shape::Any),
        _ => return None,
    })
}

/// Where serde puts what a variant holds.
pub(crate) fn content_of(arena: &mut Arena, tagging: Tagging, variant: &Variant, value: Node) -> Node {
    match tagging {
        Tagging::External => match variant.fields {
            Fields::Unit => value,
            _ => arena.field(value, variant.json.to_owned(), Presence::Certain),
        },
        Tagging::Internal { .. } | Tagging::Untagged => value,
        Tagging::Adjacent { content, .. } => arena.field(value, content.to_owned(), Presence::Certain),
    }
}

/// A field of what a struct or a variant holds: its shape, and the expression that reads it.
pub(crate) fn member(arena: &mut Arena, fields: &Fields, base: Node, name: &str) -> (Shape, Node) {
    match fields {
        Fields::Unit => (Shape::Any, base),
        Fields::Newtype(shape) => (shape(), base),
        Fields::Tuple(shapes) => {
            let index = name.parse().unwrap_or(0);
            let element = arena.index(base, index);
            (shapes.get(index).map_or(Shape::Any, |shape| shape()), element)
        }
        Fields::Named(fields) => match fields.iter().find(|field| field.rust == name) {
            Some(field) if field.flatten => {
                let shape = (field.shape)();
                // Around it stand the keys of the outer object, which are none of its own.
                let own = super::absent::own(arena, &shape, base);
                (shape, own)
            }
            Some(field) if field.transparent => ((field.shape)(), base),
            Some(field) => {
                let shape = (field.shape)();
                let presence = if matches!(shape, Shape::Option(_)) {
                    Presence::NullOrAbsent
                } else {
                    Presence::Certain
                };
                let value = arena.field(base, field.json.to_owned(), presence);
                let default = field.default.map(|default| default()).filter(|default| !default.is_null());
                (shape, defaulted(arena, value, default))
            }
            None => (Shape::Any, arena.field(base, name.to_owned(), Presence::Certain)),
        },
    }
}

/// A field that may be absent when it is read: its default stands for it.
fn defaulted(arena: &mut Arena, value: Node, default: Option<serde_json::Value>) -> Node {
    let Some(default) = default.filter(|_| matches!(arena.kind(value), Kind::Field { .. })) else {
        return value;
    };
    let Kind::Field { base, key, .. } = arena.kind(value).clone() else { return value };
    let present = arena.field(base, key, Presence::Certain);
    let condition = arena.add(Kind::Unary(UnaryOp::Exists, present));
    let otherwise = arena.literal(default);
    arena.add(Kind::Cond { condition, then: value, otherwise })
}
