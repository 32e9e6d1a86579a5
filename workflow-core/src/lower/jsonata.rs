//! Expressions as JSONata, and values as JSON with JSONata inside.

use std::collections::HashSet;

use serde_json::Value;

use crate::{
    escape::Piece,
    symbolic::{Arena, BinaryOp, Drawn, Element, FIRST, Kind, LAST, Nested, Node, Presence, UnaryOp, Var},
};

/// How tightly an operator binds. The numbers are those of the reference implementation.
/// (<https://docs.jsonata.org/other-operators>)
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tightness {
    Block,
    Conditional,
    Or,
    And,
    Comparison,
    Sum,
    Product,
    Path,
}

/// Writes expressions.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) arena: &'a Arena,
    /// The name of every variable.
    pub(super) variables: &'a [String],
    /// The name of every parameter of a function over a list.
    pub(super) elements: &'a [String],
    /// Variables that may hold an error which the workflow itself made: its cause is not wrapped
    /// as Lambda wraps it.
    pub(super) made: &'a HashSet<Var>,
    /// Whether others than Lambda functions fail here, or the workflow itself does: their causes are not
    /// wrapped.
    pub(super) foreign: bool,
}

impl Writer<'_> {
    /// A value as JSON in which `{% .. %}` is JSONata: objects and arrays stand as such.
    pub(super) fn template(&self, node: Node) -> Value {
        match self.arena.kind(node) {
            Kind::Literal(value) => self.literal_template(value),
            Kind::Object(entries) => Value::Object(
                entries.iter().map(|(key, value)| (key.clone(), self.template(*value))).collect(),
            ),
            Kind::Array(elements) => {
                Value::Array(elements.iter().map(|(element, _)| self.template(*element)).collect())
            }
            Kind::Error { name, .. } => {
                let mut object = serde_json::Map::new();
                object.insert("Error".to_owned(), name.as_str().into());
                object.insert("Cause".to_owned(), self.cause_template(node));
                Value::Object(object)
            }
            _ => self.expression(node).into(),
        }
    }

    /// The cause of an error that the workflow made.
    pub(super) fn cause_template(&self, error: Node) -> Value {
        match self.arena.kind(error) {
            Kind::Error { message, fields, .. } if fields.is_empty() => self.template(*message),
            Kind::Error { .. } => wrapped(&self.cause(error)),
            Kind::Object(entries) => match entries.iter().find(|(key, _)| key == "Cause") {
                Some((_, cause)) => self.template(*cause),
                None => "".into(),
            },
            _ => wrapped(&format!("{}.Cause", self.write(error, Tightness::Path, false))),
        }
    }

    /// The name of an error that the workflow raises.
    pub(super) fn name_template(&self, error: Node) -> Value {
        match self.arena.kind(error) {
            Kind::Error { name, .. } => name.as_str().into(),
            Kind::Object(entries) => match entries.iter().find(|(key, _)| key == "Error") {
                Some((_, name)) => self.template(*name),
                None => "".into(),
            },
            _ => wrapped(&format!("{}.Error", self.write(error, Tightness::Path, false))),
        }
    }

    /// An expression in its braces.
    pub(super) fn expression(&self, node: Node) -> String {
        // A field whose expression gives nothing fails by itself.
        let node = match self.arena.kind(node) {
            Kind::Unary(UnaryOp::Given, inner) => *inner,
            _ => node,
        };
        match wrapped(&self.write(node, Tightness::Block, true)) {
            Value::String(text) => text,
            other => other.to_string(),
        }
    }

    fn literal_template(&self, value: &Value) -> Value {
        match value {
            // A text that looks like an expression is written as one that gives the text.
            Value::String(text) if text.starts_with("{%") => wrapped(&quoted(text)),
            Value::Array(elements) => {
                Value::Array(elements.iter().map(|element| self.literal_template(element)).collect())
            }
            Value::Object(object) => Value::Object(
                object.iter().map(|(key, value)| (key.clone(), self.literal_template(value))).collect(),
            ),
            other => other.clone(),
        }
    }

    /// Writes a node, in parentheses where it binds less tightly than `outer`. `value` says that
    /// an absent value must be written as `null`.
    fn write(&self, node: Node, outer: Tightness, value: bool) -> String {
        let (text, tightness) = self.bare(node, value);
        if tightness < outer { format!("({text})") } else { text }
    }

    fn bare(&self, node: Node, value: bool) -> (String, Tightness) {
        use Tightness::{And, Block, Comparison, Conditional, Or, Path, Product, Sum};
        match self.arena.kind(node) {
            Kind::Literal(literal) => (literal_text(literal), Path),
            Kind::Var(var) => (format!("${}", self.variables[var.0 as usize]), Path),
            Kind::Input => ("$states.input".to_owned(), Path),
            Kind::TaskResult => ("$states.result".to_owned(), Path),
            Kind::ErrorOutput => ("$states.errorOutput".to_owned(), Path),
            Kind::Drawn(Drawn::Now, _) => ("$now()".to_owned(), Path),
            Kind::Drawn(Drawn::Uuid, _) => ("$uuid()".to_owned(), Path),
            Kind::Drawn(Drawn::Random, _) => ("$random()".to_owned(), Path),
            Kind::Context(path) => (format!("$states.context.{path}"), Path),
            Kind::Field { base, key, presence } => {
                let base = match self.at_end(*base) {
                    Some((list, place)) => format!("{}[{place}]", self.indexed(list)),
                    None => self.start(*base, "{}"),
                };
                let path = format!("{base}.{}", path_key(key));
                if *presence != Presence::Certain && value {
                    (format!("$exists({path}) ? {path} : null"), Conditional)
                } else {
                    (path, Path)
                }
            }
            Kind::Index { base, index } => (format!("{}[{index}]", self.indexed(*base)), Path),
            Kind::At { base, index } => {
                (format!("{}[{}]", self.indexed(*base), self.write(*index, Block, true)), Path)
            }
            Kind::Element(element) => (format!("${}", self.elements[element.0 as usize]), Path),
            Kind::Named { .. } => (format!("({})", self.named(node, value)), Path),
            Kind::Form { text, parts } => self.form(text, parts),
            Kind::Jsonata { pieces, bindings } => self.author(pieces, bindings),
            Kind::Call { function, arguments } => {
                let arguments: Vec<String> =
                    arguments.iter().map(|argument| self.write(*argument, Conditional, true)).collect();
                (format!("${function}({})", arguments.join(", ")), Path)
            }
            Kind::Update { base, entries } => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("{}: {}", quoted(key), self.write(*value, Conditional, true)))
                    .collect();
                let base = self.write(*base, Conditional, false);
                (format!("$merge([{base}, {{{}}}])", entries.join(", ")), Path)
            }
            Kind::Object(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("{}: {}", quoted(key), self.write(*value, Conditional, true)))
                    .collect();
                (format!("{{{}}}", entries.join(", ")), Path)
            }
            Kind::Array(elements) => {
                let elements: Vec<String> = elements
                    .iter()
                    .map(|(element, nested)| {
                        let text = self.write(*element, Conditional, true);
                        // An array in an array constructor is spread unless it is a constructor.
                        match (nested, self.arena.kind(*element)) {
                            (Nested::Never, _) | (_, Kind::Array(_) | Kind::Literal(_)) => text,
                            (Nested::Always, _) => format!("[{text}]"),
                            (Nested::Sometimes, Kind::Object(_) | Kind::Concat(_)) => text,
                            (Nested::Sometimes, _)
                                if !text.contains(' ') && self.arena.is_plain(*element) =>
                            {
                                format!("$type({text}) = 'array' ? [[{text}]] : {text}")
                            }
                            (Nested::Sometimes, _) => {
                                format!("($_e := {text}; $type($_e) = 'array' ? [[$_e]] : $_e)")
                            }
                        }
                    })
                    .collect();
                (format!("[{}]", elements.join(", ")), Path)
            }
            Kind::Unary(op, operand) => self.unary(*op, *operand),
            Kind::Binary(op, left, right) => {
                let (symbol, tightness, tighter) = match op {
                    BinaryOp::Add => ("+", Sum, Product),
                    BinaryOp::Subtract => ("-", Sum, Product),
                    BinaryOp::Multiply => ("*", Product, Path),
                    BinaryOp::Divide => ("/", Product, Path),
                    BinaryOp::Remainder => ("%", Product, Path),
                    BinaryOp::Equal => ("=", Comparison, Sum),
                    BinaryOp::In => ("in", Comparison, Sum),
                    BinaryOp::Less => ("<", Comparison, Sum),
                    BinaryOp::LessOrEqual => ("<=", Comparison, Sum),
                    BinaryOp::Greater => (">", Comparison, Sum),
                    BinaryOp::GreaterOrEqual => (">=", Comparison, Sum),
                    BinaryOp::And => ("and", And, Comparison),
                    BinaryOp::Or => ("or", Or, And),
                };
                // Comparisons do not chain; the others group to the left.
                let left_outer = if tightness == Comparison { tighter } else { tightness };
                // An absent value equals no text and no number, as `null` does not.
                let plain = |other: &Node| matches!(self.arena.kind(*other), Kind::Literal(literal) if !literal.is_null());
                let left_text = self.write(*left, left_outer, !plain(right));
                let right_text = self.write(*right, tighter, !plain(left));
                (format!("{left_text} {symbol} {right_text}"), tightness)
            }
            Kind::Cond { condition, then, otherwise } => {
                let (condition, then, otherwise) = match self.arena.kind(*condition) {
                    // `$not($exists(x)) ? a : b` reads better the other way round.
                    Kind::Unary(UnaryOp::Not, inner)
                        if matches!(self.arena.kind(*inner), Kind::Unary(UnaryOp::Exists, _)) =>
                    {
                        (inner, otherwise, then)
                    }
                    _ => (condition, then, otherwise),
                };
                let text = format!(
                    "{} ? {} : {}",
                    self.write(*condition, Or, false),
                    self.write(*then, Or, true),
                    self.write(*otherwise, Conditional, true)
                );
                (text, Conditional)
            }
            Kind::Concat(parts) => {
                let mut flat = Vec::new();
                self.flatten(parts, &mut flat);
                flat.retain(|part| self.known_text(*part).is_none_or(|text| !text.is_empty()));
                let mut texts: Vec<String> = Vec::new();
                let mut known = String::new();
                for part in &flat {
                    if let Some(text) = self.known_text(*part) {
                        known.push_str(&text);
                        continue;
                    }
                    if !known.is_empty() {
                        texts.push(quoted(&std::mem::take(&mut known)));
                    }
                    // `&` turns its operands into text by itself, if another stands beside it.
                    texts.push(match self.arena.kind(*part) {
                        Kind::Unary(UnaryOp::Text, inner) if flat.len() > 1 => {
                            self.write(*inner, Product, true)
                        }
                        _ => self.write(*part, Product, true),
                    });
                }
                if !known.is_empty() {
                    texts.push(quoted(&known));
                }
                match texts.as_slice() {
                    [] => ("''".to_owned(), Path),
                    [_] => (texts.concat(), Block),
                    _ => (texts.join(" & "), Sum),
                }
            }
            Kind::TextOrNull(inner) => {
                let inner = self.write(*inner, Path, false);
                (format!("$type({inner}) = 'string' ? {inner} : null"), Conditional)
            }
            Kind::ErrorData(error) => match self.arena.kind(*error) {
                // A part of a value, such as the `Err` of a `Result`, may hold what the workflow made itself.
                kind if self.foreign
                    || match kind {
                        Kind::Var(var) => self.made.contains(var),
                        kind => *kind != Kind::ErrorOutput,
                    } =>
                {
                    let cause = format!("{}.Cause", self.write(*error, Path, false));
                    (
                        format!(
                            "($cause := $parse({cause}); $exists($cause.errorMessage) ? $parse($cause.errorMessage) : $cause).data"
                        ),
                        Path,
                    )
                }
                _ => {
                    let cause = format!("{}.Cause", self.write(*error, Path, false));
                    (format!("$parse($parse({cause}).errorMessage).data"), Path)
                }
            },
            Kind::ErrorCause(error) => match self.arena.kind(*error) {
                Kind::Error { .. } => (self.cause(*error), Block),
                _ => {
                    let cause = format!("{}.Cause", self.write(*error, Path, false));
                    (
                        format!(
                            "{cause} ? ($substring({cause}, 0, 7) = '{{\"error' ? $parse({cause}).errorMessage : {cause}) : ''"
                        ),
                        Conditional,
                    )
                }
            },
            Kind::Error { name, .. } => {
                (format!("{{'Error': {}, 'Cause': {}}}", quoted(name), self.cause(node)), Path)
            }
        }
    }

    /// What the author wrote, in which a variable stands for itself; any other value is named before it.
    fn author(&self, pieces: &[Piece], bindings: &[(Element, Node)]) -> (String, Tightness) {
        let is_name = |node: Node| matches!(self.arena.kind(node), Kind::Var(_) | Kind::Element(_));
        let mut written = String::new();
        for (element, value) in bindings.iter().filter(|(_, value)| !is_name(*value)) {
            let value = self.write(*value, Tightness::Conditional, true);
            written.push_str(&format!("${} := {value}; ", self.elements[element.0 as usize]));
        }
        let named = !written.is_empty();
        for piece in pieces {
            let element = match piece {
                Piece::Text(text) => {
                    written.push_str(text);
                    continue;
                }
                Piece::Name(element) => element,
            };
            match bindings.iter().find(|(bound, value)| bound == element && is_name(*value)) {
                Some((_, value)) => written.push_str(&self.write(*value, Tightness::Path, false)),
                None => written.push_str(&format!("${}", self.elements[element.0 as usize])),
            }
        }
        if named { (format!("({written})"), Tightness::Path) } else { (written, Tightness::Block) }
    }

    /// `$name := value; ..; body`
    fn named(&self, node: Node, value: bool) -> String {
        let Kind::Named { element, value: named, body } = self.arena.kind(node) else {
            return self.write(node, Tightness::Block, value);
        };
        let name = &self.elements[element.0 as usize];
        let named = self.write(*named, Tightness::Conditional, true);
        format!("${name} := {named}; {}", self.named(*body, value))
    }

    /// What a path starts at. A part of what is known to be `None`, where nobody looks, is none: JSONata has no
    /// path that starts at `null`.
    fn start(&self, base: Node, empty: &str) -> String {
        match self.arena.kind(base) {
            Kind::Literal(Value::Null) => empty.to_owned(),
            _ => self.write(base, Tightness::Path, false),
        }
    }

    /// The list, and the place in it, where a value is an end of a list if there is one.
    fn at_end(&self, node: Node) -> Option<(Node, i8)> {
        let (named, form) = match self.arena.kind(node) {
            Kind::Named { element, value, body } => (Some((*element, *value)), *body),
            _ => (None, node),
        };
        let Kind::Form { text, parts } = self.arena.kind(form) else { return None };
        let place = match *text {
            FIRST => 0,
            LAST => -1,
            _ => return None,
        };
        match (named, parts.as_slice()) {
            (None, [list]) => Some((*list, place)),
            (Some((element, value)), [list]) if *self.arena.kind(*list) == Kind::Element(element) => {
                Some((value, place))
            }
            _ => None,
        }
    }

    /// What stands before an index. An index that is no literal gives a sequence of one element, which
    /// only parentheses turn into the element.
    fn indexed(&self, base: Node) -> String {
        let text = self.start(base, "[]");
        if matches!(self.arena.kind(base), Kind::At { .. }) { format!("({text})") } else { text }
    }

    /// JSONata with its holes filled.
    fn form(&self, text: &str, parts: &[Node]) -> (String, Tightness) {
        let mut written = String::new();
        let mut rest = text;
        let mut depth = 0_i32;
        let mut tightness = Tightness::Path;
        while let Some(at) = rest.find(|character: char| "{}()[] ".contains(character)) {
            written.push_str(&rest[..at]);
            rest = &rest[at..];
            let digits = rest[1..].find(|character: char| !character.is_ascii_digit()).unwrap_or(0);
            if rest.starts_with('{')
                && rest[1 + digits..].starts_with('}')
                && let Some(part) = rest[1..=digits].parse().ok().and_then(|place: usize| parts.get(place))
            {
                rest = &rest[digits + 2..];
                // Between commas and brackets an operator needs no parentheses.
                let before = text[..text.len() - rest.len() - digits - 2].trim_end();
                let opened = before.ends_with(['(', ',', ';', '{', '[']) || before.ends_with(":=");
                let closed = rest.trim_start().starts_with([')', ',', ';', '}', ']']);
                if rest.starts_with('[') {
                    written.push_str(&self.indexed(*part));
                    continue;
                }
                let outer = if opened && closed { Tightness::Block } else { Tightness::Path };
                written.push_str(&self.write(*part, outer, true));
                continue;
            }
            match rest.as_bytes()[0] {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth -= 1,
                _ if depth == 0 => tightness = Tightness::Conditional,
                _ => {}
            }
            written.push_str(&rest[..1]);
            rest = &rest[1..];
        }
        written.push_str(rest);
        (written, tightness)
    }

    fn unary(&self, op: UnaryOp, operand: Node) -> (String, Tightness) {
        use Tightness::{Block, Comparison, Path, Product, Sum};
        // What may be absent is shorter beside `=`.
        let is_certain = |node: &Node| !matches!(self.arena.kind(*node), Kind::Field { presence, .. } if *presence != Presence::Certain);
        match op {
            UnaryOp::Not => match self.arena.kind(operand) {
                Kind::Binary(BinaryOp::Equal, left, right) if is_certain(left) && is_certain(right) => (
                    format!("{} != {}", self.write(*left, Sum, true), self.write(*right, Sum, true)),
                    Comparison,
                ),
                _ => (format!("$not({})", self.write(operand, Block, false)), Path),
            },
            UnaryOp::Negate => (format!("-{}", self.write(operand, Path, true)), Product),
            UnaryOp::IsSome if let Some((list, _)) = self.at_end(operand) => {
                (format!("$count({}) > 0", self.write(list, Block, true)), Comparison)
            }
            UnaryOp::IsSome => (format!("{} != null", self.write(operand, Sum, false)), Comparison),
            UnaryOp::Exists => (format!("$exists({})", self.write(operand, Block, false)), Path),
            UnaryOp::Truncate { signed: false } => {
                (format!("$floor({})", self.write(operand, Block, true)), Path)
            }
            UnaryOp::Truncate { signed: true } => (
                format!(
                    "($quotient := {}; $quotient < 0 ? $ceil($quotient) : $floor($quotient))",
                    self.write(operand, Block, true)
                ),
                Path,
            ),
            UnaryOp::Given => {
                let value = self.write(operand, Block, true);
                (
                    format!(
                        "($_value := {value}; $exists($_value) ? $_value : $error('The expression gave nothing'))"
                    ),
                    Path,
                )
            }
            UnaryOp::Text => (format!("$string({})", self.write(operand, Block, true)), Path),
            UnaryOp::TextOfInteger => (format!("$formatBase({})", self.write(operand, Block, true)), Path),
        }
    }

    /// The cause of an error that the workflow made, as an expression.
    fn cause(&self, error: Node) -> String {
        let Kind::Error { message, fields, .. } = self.arena.kind(error) else { return "''".to_owned() };
        let message = self.write(*message, Tightness::Conditional, true);
        if fields.is_empty() {
            return message;
        }
        let fields: Vec<String> = fields
            .iter()
            .map(|(key, value)| {
                format!("{}: {}", quoted(key), self.write(*value, Tightness::Conditional, true))
            })
            .collect();
        format!("$string({{'message': {message}, 'data': {{{}}}}})", fields.join(", "))
    }

    fn flatten(&self, parts: &[Node], flat: &mut Vec<Node>) {
        for part in parts {
            match self.arena.kind(*part) {
                Kind::Concat(inner) => self.flatten(inner, flat),
                _ => flat.push(*part),
            }
        }
    }

    /// The text of a part that is known when the state machine is written.
    fn known_text(&self, part: Node) -> Option<String> {
        match self.arena.kind(part) {
            Kind::Literal(Value::String(text)) => Some(text.clone()),
            Kind::Literal(Value::Number(number)) => Some(number.to_string()),
            Kind::Unary(UnaryOp::Text | UnaryOp::TextOfInteger, inner) => self.known_text(*inner),
            _ => None,
        }
    }
}

fn wrapped(expression: &str) -> Value {
    format!("{{% {expression} %}}").into()
}

/// A key in a path, quoted where it is no plain name.
fn path_key(key: &str) -> String {
    const WORDS: &[&str] = &["and", "or", "in", "true", "false", "null", "function"];
    let mut characters = key.chars();
    let plain = characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|character| character.is_ascii_alphanumeric() || character == '_')
        && !WORDS.contains(&key);
    if plain { key.to_owned() } else { format!("`{key}`") }
}

/// A text in quotes: single ones, so that the JSON around it needs no escapes, where that works.
fn quoted(text: &str) -> String {
    if text.chars().all(|character| character != '\'' && character != '\\' && !character.is_control()) {
        format!("'{text}'")
    } else {
        Value::from(text).to_string()
    }
}

fn literal_text(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(literal_text).collect();
            format!("[{}]", elements.join(", "))
        }
        Value::Object(object) => {
            let entries: Vec<String> = object
                .iter()
                .map(|(key, value)| format!("{}: {}", quoted(key), literal_text(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}
