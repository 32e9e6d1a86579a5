//! Expressions: nodes in an arena, and the typed handle to one.

use std::{collections::HashMap, marker::PhantomData};

use serde_json::Value;

use super::graph::Var;
use crate::escape::Piece;

/// An expression of type `T` in the symbolic reading of a workflow.
pub struct Expr<T> {
    node: Node,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Expr<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Expr<T> {}

impl<T> Expr<T> {
    pub(crate) fn new(node: Node) -> Self {
        Self { node, of: PhantomData }
    }

    /// The expression at a node.
    #[doc(hidden)]
    pub fn of(node: Node) -> Self {
        Self::new(node)
    }

    /// The untyped node.
    #[doc(hidden)]
    pub fn node(self) -> Node {
        self.node
    }
}

/// A node of an expression: its place in the arena. Equal nodes are equal expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node(u32);

impl Node {
    /// Its place among all nodes.
    pub(crate) fn place(self) -> usize {
        self.0 as usize
    }
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// A JSON value known when the state machine is written.
    Literal(Value),
    /// A variable.
    Var(Var),
    /// The input of the execution, in its first state.
    Input,
    /// What the Task state's resource answered, as a whole.
    TaskResult,
    /// The error that a Catch holds: an object of `Error` and `Cause`.
    ErrorOutput,
    /// A value that differs each time it is evaluated. The number tells it from every other of its kind,
    /// so that two of them are never one.
    Drawn(Drawn, u32),
    /// A path in the context object, which is the same in the whole execution or state.
    Context(&'static str),
    /// A key of an object.
    Field { base: Node, key: String, presence: Presence },
    /// An element of an array.
    Index { base: Node, index: usize },
    /// An element of an array, at a place that is known when the state machine runs.
    At { base: Node, index: Node },
    /// The parameter of a function over the elements of a list.
    Element(Element),
    /// JSONata with a hole, `{0}`, `{1}`, .. for each part. Names that begin with `$_` are its own:
    /// no variable of the author's has such a name.
    Form { text: &'static str, parts: Vec<Node> },
    /// An expression that the author wrote out, and the values that it reads by names.
    Jsonata { pieces: Vec<Piece>, bindings: Vec<(Element, Node)> },
    /// A value with a name inside an expression, and what reads it.
    Named { element: Element, value: Node, body: Node },
    /// A function of JSONata.
    Call { function: &'static str, arguments: Vec<Node> },
    /// An object with other values under some keys.
    Update { base: Node, entries: Vec<(String, Node)> },
    /// An object.
    Object(Vec<(String, Node)>),
    /// An array. The flag says that the element is itself an array.
    Array(Vec<(Node, Nested)>),
    /// An operator with one operand.
    Unary(UnaryOp, Node),
    /// An operator with two operands.
    Binary(BinaryOp, Node, Node),
    /// `condition ? then : otherwise`.
    Cond { condition: Node, then: Node, otherwise: Node },
    /// The text of several expressions, one after the other.
    Concat(Vec<Node>),
    /// The value where it is a string, `null` where it is anything else.
    TextOrNull(Node),
    /// The `data` in the cause of an error that a typed variant stands for.
    ErrorData(Node),
    /// The cause of an error as its handler reported it.
    ErrorCause(Node),
    /// An error with a name, a text and fields: an object of `Error` and `Cause`.
    Error { name: String, message: Node, fields: Vec<(String, Node)> },
}

/// A name inside an expression, such as the parameter of a function over the elements of a list: its
/// place in [`Program::elements`].
///
/// [`Program::elements`]: super::graph::Program::elements
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Element(pub(crate) u32);

/// What is drawn when a state machine runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Drawn {
    /// The time.
    Now,
    /// A UUID of version 4.
    Uuid,
    /// A number from 0 to less than 1.
    Random,
}

/// Whether an element of an array is an array itself, which JSONata's array constructor would spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Nested {
    /// It is none.
    Never,
    /// It is one.
    Always,
    /// The value tells: that of an `Option` of a list, or any JSON.
    Sometimes,
}

/// What is known of a key of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Presence {
    /// It is there.
    Certain,
    /// An `Option`: `None` is `null` or no key at all.
    NullOrAbsent,
    /// An `Option` that the author's own code reads: `None` is no key at all, and `null` is a value.
    Absent,
}

/// An operator with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum UnaryOp {
    Not,
    Negate,
    /// Whether the value is neither absent nor `null`.
    IsSome,
    /// Rounds toward zero, as Rust's integer division does. The flag says that the operand may
    /// be negative.
    Truncate {
        signed: bool,
    },
    /// The text of a whole number that may have more than 15 digits.
    TextOfInteger,
    /// The text of a value that JSONata writes as Rust does.
    Text,
    /// Whether the value is present, be it `null`.
    Exists,
    /// The value, which fails where it is absent.
    Given,
}

/// An operator with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    In,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,
}

/// All nodes of a program. Interned: equal expressions are one node.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    kinds: Vec<Kind>,
    facts: Vec<Facts>,
    places: HashMap<Kind, Node>,
}

/// What is known of a node and of all its parts, which are there before it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Facts {
    /// Whether it reads a variable.
    reads: bool,
    /// Whether evaluating it draws a value.
    pub(crate) draws: bool,
    /// Whether computing it may fail the execution.
    may_fail: bool,
    /// Whether it is better computed once.
    costly: bool,
}

impl Arena {
    pub(crate) fn add(&mut self, kind: Kind) -> Node {
        if let Some(node) = self.places.get(&kind) {
            return *node;
        }
        let node = Node(u32::try_from(self.kinds.len()).unwrap_or(u32::MAX));
        self.kinds.push(kind.clone());
        self.places.insert(kind, node);
        self.facts.push(self.facts_of(node));
        node
    }

    fn facts_of(&self, node: Node) -> Facts {
        let kind = self.kind(node);
        let own = Facts {
            reads: matches!(kind, Kind::Var(_)),
            draws: matches!(kind, Kind::Drawn(..)),
            may_fail: match kind {
                Kind::Jsonata { .. } => true,
                Kind::Form { text, .. } => text.contains("$error("),
                _ => false,
            },
            costly: matches!(kind, Kind::ErrorData(_) | Kind::ErrorCause(_) | Kind::Drawn(..)),
        };
        self.parts(node).into_iter().map(|part| self.facts(part)).fold(own, |known, part| Facts {
            reads: known.reads || part.reads,
            draws: known.draws || part.draws,
            may_fail: known.may_fail || part.may_fail,
            costly: known.costly || part.costly,
        })
    }

    /// What is known of a node and its parts.
    pub(crate) fn facts(&self, node: Node) -> Facts {
        self.facts[node.place()]
    }

    /// Every node, in the order in which they were made.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = Node> + use<> {
        (0..u32::try_from(self.kinds.len()).unwrap_or(u32::MAX)).map(Node)
    }

    pub(crate) fn kind(&self, node: Node) -> &Kind {
        &self.kinds[node.0 as usize]
    }

    pub(crate) fn literal(&mut self, value: impl Into<Value>) -> Node {
        self.add(Kind::Literal(value.into()))
    }

    /// The parts of a node, in order of evaluation.
    pub(crate) fn parts(&self, node: Node) -> Vec<Node> {
        match self.kind(node) {
            Kind::Literal(_)
            | Kind::Var(_)
            | Kind::Element(_)
            | Kind::Input
            | Kind::TaskResult
            | Kind::ErrorOutput
            | Kind::Drawn(..)
            | Kind::Context(_) => Vec::new(),
            Kind::Form { parts, .. } => parts.clone(),
            Kind::Jsonata { bindings, .. } => bindings.iter().map(|(_, value)| *value).collect(),
            Kind::Named { value, body, .. } => vec![*value, *body],
            Kind::Field { base, .. } | Kind::Index { base, .. } => vec![*base],
            Kind::At { base, index } => vec![*base, *index],
            Kind::Call { arguments, .. } => arguments.clone(),
            Kind::Update { base, entries } => {
                std::iter::once(*base).chain(entries.iter().map(|(_, node)| *node)).collect()
            }
            Kind::Object(entries) => entries.iter().map(|(_, node)| *node).collect(),
            Kind::Array(elements) => elements.iter().map(|(node, _)| *node).collect(),
            Kind::Unary(_, operand)
            | Kind::TextOrNull(operand)
            | Kind::ErrorData(operand)
            | Kind::ErrorCause(operand) => vec![*operand],
            Kind::Binary(_, left, right) => vec![*left, *right],
            Kind::Cond { condition, then, otherwise } => vec![*condition, *then, *otherwise],
            Kind::Concat(parts) => parts.clone(),
            Kind::Error { message, fields, .. } => {
                std::iter::once(*message).chain(fields.iter().map(|(_, node)| *node)).collect()
            }
        }
    }

    /// The node with every leaf for which `replace` has an answer put in its place.
    pub(crate) fn replace(&mut self, node: Node, replace: &mut dyn FnMut(&Kind) -> Option<Node>) -> Node {
        if let Some(other) = replace(self.kind(node)) {
            return other;
        }
        let kind = match self.kind(node).clone() {
            leaf @ (Kind::Literal(_)
            | Kind::Var(_)
            | Kind::Element(_)
            | Kind::Input
            | Kind::TaskResult
            | Kind::ErrorOutput
            | Kind::Drawn(..)
            | Kind::Context(_)) => leaf,
            Kind::Form { text, parts } => Kind::Form {
                text,
                parts: parts.into_iter().map(|part| self.replace(part, replace)).collect(),
            },
            Kind::Jsonata { pieces, bindings } => Kind::Jsonata {
                pieces,
                bindings: bindings
                    .into_iter()
                    .map(|(element, value)| (element, self.replace(value, replace)))
                    .collect(),
            },
            Kind::Named { element, value, body } => Kind::Named {
                element,
                value: self.replace(value, replace),
                body: self.replace(body, replace),
            },
            Kind::Field { base, key, presence } => {
                let base = self.replace(base, replace);
                return self.field(base, key, presence);
            }
            Kind::Index { base, index } => {
                let base = self.replace(base, replace);
                return self.index(base, index);
            }
            Kind::At { base, index } => {
                Kind::At { base: self.replace(base, replace), index: self.replace(index, replace) }
            }
            Kind::Call { function, arguments } => Kind::Call {
                function,
                arguments: arguments.into_iter().map(|argument| self.replace(argument, replace)).collect(),
            },
            Kind::Update { base, entries } => {
                let base = self.replace(base, replace);
                let entries: Vec<(String, Node)> =
                    entries.into_iter().map(|(key, node)| (key, self.replace(node, replace))).collect();
                return self.update(base, entries);
            }
            Kind::Object(entries) => Kind::Object(
                entries.into_iter().map(|(key, node)| (key, self.replace(node, replace))).collect(),
            ),
            Kind::Array(elements) => Kind::Array(
                elements.into_iter().map(|(node, nested)| (self.replace(node, replace), nested)).collect(),
            ),
            Kind::Unary(UnaryOp::Not, operand) => {
                let operand = self.replace(operand, replace);
                return self.not(operand);
            }
            Kind::Unary(UnaryOp::Exists, operand) => {
                let operand = self.replace(operand, replace);
                return match self.presence(operand) {
                    Some(present) => self.literal(present),
                    None => self.add(Kind::Unary(UnaryOp::Exists, operand)),
                };
            }
            Kind::Unary(UnaryOp::IsSome, operand) => {
                let operand = self.replace(operand, replace);
                return match self.kind(operand) {
                    Kind::Literal(value) => {
                        let is_some = !value.is_null();
                        self.literal(is_some)
                    }
                    Kind::Object(_)
                    | Kind::Array(_)
                    | Kind::Concat(_)
                    | Kind::Error { .. }
                    | Kind::ErrorOutput => self.literal(true),
                    _ => self.add(Kind::Unary(UnaryOp::IsSome, operand)),
                };
            }
            Kind::Unary(op, operand) => Kind::Unary(op, self.replace(operand, replace)),
            Kind::TextOrNull(operand) => Kind::TextOrNull(self.replace(operand, replace)),
            Kind::ErrorData(operand) => {
                let operand = self.replace(operand, replace);
                return self.error_data(operand);
            }
            Kind::ErrorCause(operand) => Kind::ErrorCause(self.replace(operand, replace)),
            Kind::Binary(op, left, right) => {
                let (left, right) = (self.replace(left, replace), self.replace(right, replace));
                return self.binary(op, left, right);
            }
            Kind::Cond { condition, then, otherwise } => {
                let condition = self.replace(condition, replace);
                let (then, otherwise) = (self.replace(then, replace), self.replace(otherwise, replace));
                return self.cond(condition, then, otherwise);
            }
            Kind::Concat(parts) => {
                Kind::Concat(parts.into_iter().map(|part| self.replace(part, replace)).collect())
            }
            Kind::Error { name, message, fields } => Kind::Error {
                name,
                message: self.replace(message, replace),
                fields: fields.into_iter().map(|(key, node)| (key, self.replace(node, replace))).collect(),
            },
        };
        self.add(kind)
    }

    /// A key of an object; of an object literal, the value itself.
    pub(crate) fn field(&mut self, base: Node, key: String, presence: Presence) -> Node {
        match self.kind(base) {
            Kind::Object(entries) => {
                if let Some((_, value)) = entries.iter().find(|(name, _)| *name == key) {
                    return *value;
                }
            }
            Kind::Update { base, entries } => {
                let base = *base;
                return match entries.iter().find(|(name, _)| *name == key) {
                    Some((_, value)) => *value,
                    None => self.field(base, key, presence),
                };
            }
            Kind::Error { name, .. } if key == "Error" => {
                let name = name.clone();
                return self.literal(name);
            }
            Kind::Literal(Value::Object(object)) => {
                if let Some(value) = object.get(&key).cloned() {
                    return self.literal(value);
                }
            }
            _ => {}
        }
        self.add(Kind::Field { base, key, presence })
    }

    /// An object with other values under some keys; of an object literal, the literal.
    pub(crate) fn update(&mut self, base: Node, entries: Vec<(String, Node)>) -> Node {
        let put = |known: &mut Vec<(String, Node)>| {
            for (key, value) in entries.clone() {
                match known.iter_mut().find(|(name, _)| *name == key) {
                    Some((_, known)) => *known = value,
                    None => known.push((key, value)),
                }
            }
        };
        match self.kind(base).clone() {
            Kind::Object(mut known) => {
                put(&mut known);
                self.add(Kind::Object(known))
            }
            Kind::Update { base, entries: mut known } => {
                put(&mut known);
                self.add(Kind::Update { base, entries: known })
            }
            _ => self.add(Kind::Update { base, entries }),
        }
    }

    /// The `data` in the cause of an error; of one that the workflow makes, its fields.
    pub(crate) fn error_data(&mut self, error: Node) -> Node {
        match self.kind(error) {
            Kind::Error { fields, .. } => {
                let fields = fields.clone();
                self.add(Kind::Object(fields))
            }
            _ => self.add(Kind::ErrorData(error)),
        }
    }

    /// An element of an array; of an array literal, the element itself.
    pub(crate) fn index(&mut self, base: Node, index: usize) -> Node {
        match self.kind(base) {
            Kind::Array(elements) => {
                if let Some((element, _)) = elements.get(index) {
                    return *element;
                }
            }
            Kind::Literal(Value::Array(elements)) => {
                if let Some(value) = elements.get(index).cloned() {
                    return self.literal(value);
                }
            }
            _ => {}
        }
        self.add(Kind::Index { base, index })
    }

    /// An operator between two operands, computed where both are known.
    pub(crate) fn binary(&mut self, op: BinaryOp, left: Node, right: Node) -> Node {
        let number = |node: Node| match self.kind(node) {
            Kind::Literal(Value::Number(number)) => number.as_i64(),
            _ => None,
        };
        if let (Some(left), Some(right)) = (number(left), number(right)) {
            let computed = match op {
                BinaryOp::Add => left.checked_add(right),
                BinaryOp::Subtract => left.checked_sub(right),
                BinaryOp::Multiply => left.checked_mul(right),
                _ => None,
            };
            if let Some(computed) = computed {
                return self.literal(computed);
            }
            if op == BinaryOp::Equal {
                return self.literal(left == right);
            }
        }
        // What an error is called is known where the error is.
        if let (Kind::Literal(name @ Value::String(_)), Kind::Literal(known)) =
            (self.kind(left), self.kind(right))
        {
            let holds = match (op, known) {
                (BinaryOp::Equal, Value::String(_)) => Some(name == known),
                (BinaryOp::In, Value::Array(names)) => Some(names.contains(name)),
                _ => None,
            };
            if let Some(holds) = holds {
                return self.literal(holds);
            }
        }
        let known = |node: Node| match self.kind(node) {
            Kind::Literal(Value::Bool(value)) => Some(*value),
            _ => None,
        };
        match (op, known(left), known(right)) {
            (BinaryOp::And, Some(true), _) | (BinaryOp::Or, Some(false), _) => right,
            (BinaryOp::And, _, Some(true)) | (BinaryOp::Or, _, Some(false)) => left,
            (BinaryOp::And, Some(false), _) | (BinaryOp::Or, Some(true), _) => left,
            _ => self.add(Kind::Binary(op, left, right)),
        }
    }

    /// A value that a condition chooses.
    pub(crate) fn cond(&mut self, condition: Node, then: Node, otherwise: Node) -> Node {
        let known = |node: Node| match self.kind(node) {
            Kind::Literal(Value::Bool(value)) => Some(*value),
            _ => None,
        };
        match (known(condition), known(then), known(otherwise)) {
            (Some(true), ..) => then,
            (Some(false), ..) => otherwise,
            _ if then == otherwise => then,
            (_, Some(true), Some(false)) => condition,
            (_, Some(false), Some(true)) => self.not(condition),
            _ => self.add(Kind::Cond { condition, then, otherwise }),
        }
    }

    /// Whether an `Option` holds a value.
    pub(crate) fn is_some(&mut self, option: Node) -> Node {
        let op = match self.kind(option) {
            Kind::Field { presence: Presence::Absent, .. } => UnaryOp::Exists,
            _ => UnaryOp::IsSome,
        };
        self.add(Kind::Unary(op, option))
    }

    /// Whether a value is there at all, be it `null`, if that is known.
    pub(crate) fn presence(&self, node: Node) -> Option<bool> {
        match self.kind(node) {
            // A key that an object literal has is the value itself; this one it has not.
            Kind::Field { base, .. } => {
                matches!(self.kind(*base), Kind::Object(_) | Kind::Literal(Value::Null)).then_some(false)
            }
            Kind::Var(_)
            | Kind::Element(_)
            | Kind::Index { .. }
            | Kind::At { .. }
            | Kind::Call { .. }
            | Kind::Jsonata { .. }
            | Kind::Form { .. }
            | Kind::Named { .. }
            | Kind::Cond { .. } => None,
            _ => Some(true),
        }
    }

    /// The value of an `Option` that holds one.
    pub(crate) fn present(&mut self, option: Node) -> Node {
        match self.kind(option).clone() {
            Kind::Field { base, key, .. } => self.field(base, key, Presence::Certain),
            _ => option,
        }
    }

    /// The negation, without a double one.
    pub(crate) fn not(&mut self, operand: Node) -> Node {
        match self.kind(operand) {
            Kind::Unary(UnaryOp::Not, inner) => *inner,
            Kind::Literal(Value::Bool(value)) => {
                let value = !value;
                self.literal(value)
            }
            _ => self.add(Kind::Unary(UnaryOp::Not, operand)),
        }
    }

    /// The conjunction of two tests, of which `None` is always true.
    pub(crate) fn and(&mut self, left: Option<Node>, right: Option<Node>) -> Option<Node> {
        match (left, right) {
            (Some(left), Some(right)) if self.implies(right, left) => Some(right),
            (Some(left), Some(right)) => Some(self.binary(BinaryOp::And, left, right)),
            (test, None) | (None, test) => test,
        }
    }

    /// Whether a value reads as well written twice as bound to a name.
    pub(crate) fn is_plain(&self, node: Node) -> bool {
        match self.kind(node) {
            Kind::Literal(value) => !value.is_object() && !value.is_array(),
            Kind::Var(_) | Kind::Element(_) | Kind::Input | Kind::TaskResult => true,
            Kind::Field { base, .. } | Kind::Index { base, .. } => self.is_plain(*base),
            _ => false,
        }
    }

    /// Whether a value is put together by a function, so that it is longer to write twice than to name.
    pub(crate) fn is_computed(&self, node: Node) -> bool {
        matches!(
            self.kind(node),
            Kind::Form { .. } | Kind::Call { .. } | Kind::Jsonata { .. } | Kind::Named { .. }
        )
    }

    /// Whether computing a value may fail the execution, as a division by zero does.
    pub(crate) fn may_fail(&self, node: Node) -> bool {
        self.facts(node).may_fail
    }

    /// Whether computing a value reads a variable whatever the conditions in it say.
    pub(crate) fn always_reads(&self, node: Node, var: Var) -> bool {
        match self.kind(node) {
            Kind::Var(read) => *read == var,
            Kind::Cond { condition, .. } => self.always_reads(*condition, var),
            Kind::Binary(BinaryOp::And | BinaryOp::Or, left, _) => self.always_reads(*left, var),
            Kind::Form { .. } => false,
            _ => self.parts(node).into_iter().any(|part| self.always_reads(part, var)),
        }
    }

    /// Whether a value is better computed once, where its parts are at hand.
    pub(crate) fn is_costly(&self, node: Node) -> bool {
        self.facts(node).costly
    }

    /// Whether a test for a value says already that there is one: `x = 'a'` implies `x != null`.
    fn implies(&self, test: Node, presence: Node) -> bool {
        let (
            Kind::Binary(BinaryOp::Equal, value, literal),
            Kind::Unary(UnaryOp::IsSome | UnaryOp::Exists, option),
        ) = (self.kind(test), self.kind(presence))
        else {
            return false;
        };
        let same = match (self.kind(*value), self.kind(*option)) {
            (Kind::Field { base, key, .. }, Kind::Field { base: other, key: known, .. }) => {
                base == other && key == known
            }
            _ => value == option,
        };
        same && matches!(self.kind(*literal), Kind::Literal(literal) if !literal.is_null())
    }

    /// Calls `visit` with every variable that a node reads.
    pub(crate) fn each_var(&self, node: Node, visit: &mut dyn FnMut(Var)) {
        if !self.facts(node).reads {
            return;
        }
        if let Kind::Var(var) = self.kind(node) {
            visit(*var);
        }
        for part in self.parts(node) {
            self.each_var(part, visit);
        }
    }
}
