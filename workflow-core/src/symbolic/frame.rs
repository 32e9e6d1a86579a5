//! What a pure body leaves behind before it is one expression: the values that it named, and the ways
//! on which it returned early.
//!
//! A workflow's own body becomes steps. The body of a `#[pure]` function, and of a closure, stands
//! inside an expression, so a `let` there is a name inside the expression, and a `return` is a
//! condition on all that comes after it. Both are entries of a frame, in order; a branch has a frame
//! of its own, so that what it names is computed only where the branch is taken.

use std::marker::PhantomData;

use serde_json::Value;

use crate::data::Data;

use super::{
    builder::Builder,
    graph::Program,
    methods::{Converted, Holder},
    node::{Arena, BinaryOp, Element, Expr, Kind, Nested, Node, Presence},
};

/// What a body or a branch has done so far, in order.
#[derive(Debug, Default)]
pub(super) struct Frame {
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug)]
enum Entry {
    /// `let element = value;`
    Let(Element, Node),
    /// `if condition { return value; }`; without a condition, `return value;`.
    Exit(Option<Node>, Node),
}

/// Where `return` and `?` lead in a pure body: its own end, with a value of this type.
pub struct Exits<T>(PhantomData<fn() -> T>);

impl<T> Clone for Exits<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Exits<T> {}

/// A branch of a pure body.
#[must_use]
#[derive(Debug)]
pub struct Branch<T> {
    /// Its value, where it does not return.
    value: Node,
    /// When it returns, and with what.
    exit: Option<(Node, Node)>,
    of: PhantomData<fn() -> T>,
}

/// What `?` takes apart in a pure body that returns an `R`.
#[diagnostic::on_unimplemented(
    message = "`?` on a `{Self}` cannot leave a function that returns a `{R}`",
    label = "cannot leave the function",
    note = "`?` passes on `None` of an `Option` or the error of a `Result`, to a function that returns the like"
)]
pub trait Question<R>: Holder {
    /// What is returned for the holder of nothing.
    #[doc(hidden)]
    fn residual(builder: &Builder, holder: Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T: Data, U> Question<Option<U>> for Option<T> {
    fn residual(builder: &Builder, _: Node) -> Node {
        builder.unit().node()
    }
}

#[diagnostic::do_not_recommend]
impl<T, E: Converted<F>, U, F> Question<Result<U, F>> for Result<T, E> {
    fn residual(builder: &Builder, holder: Node) -> Node {
        let error = builder.edit(|program| program.arena.field(holder, "Err".to_owned(), Presence::Certain));
        let error = E::convert(builder, error);
        builder.edit(|program| program.arena.add(Kind::Object(vec![("Err".to_owned(), error)])))
    }
}

impl Builder {
    /// Starts a pure body.
    pub fn exits<T>(&self) -> Exits<T> {
        self.enter();
        Exits(PhantomData)
    }

    /// Ends a pure body: its value as one expression.
    pub fn end<T>(&self, _: Exits<T>, value: Expr<T>) -> Expr<T> {
        let mut inner = self.inner.borrow_mut();
        let frame = inner.frames.pop().unwrap_or_default();
        let program = &mut inner.program;
        let mut body = value.node();
        for entry in frame.entries.into_iter().rev() {
            body = match entry {
                Entry::Let(element, value) => program.named(element, value, body),
                Entry::Exit(None, value) => value,
                Entry::Exit(Some(condition), value) => program.arena.cond(condition, value, body),
            };
        }
        Expr::new(body)
    }

    /// Starts a branch of a pure body.
    pub fn enter(&self) {
        self.inner.borrow_mut().frames.push(Frame::default());
    }

    /// Ends a branch with its value.
    pub fn close<T>(&self, value: Expr<T>) -> Branch<T> {
        let mut inner = self.inner.borrow_mut();
        let frame = inner.frames.pop().unwrap_or_default();
        let program = &mut inner.program;
        let mut value = value.node();
        let mut exit: Option<(Node, Node)> = None;
        for entry in frame.entries.into_iter().rev() {
            match entry {
                Entry::Let(element, named) => {
                    value = program.named(element, named, value);
                    exit = exit.map(|(condition, returned)| {
                        (program.named(element, named, condition), program.named(element, named, returned))
                    });
                }
                Entry::Exit(None, returned) => exit = Some((program.arena.literal(true), returned)),
                Entry::Exit(Some(condition), returned) => {
                    exit = Some(match exit {
                        None => (condition, returned),
                        Some((later, other)) => (
                            program.arena.binary(BinaryOp::Or, condition, later),
                            program.arena.cond(condition, returned, other),
                        ),
                    });
                }
            }
        }
        Branch { value, exit, of: PhantomData }
    }

    /// The branch that a condition chooses.
    pub fn choose<T>(&self, condition: Expr<bool>, then: Branch<T>, otherwise: Branch<T>) -> Branch<T> {
        self.edit(|program| {
            let arena = &mut program.arena;
            let condition = condition.node();
            let returns = |arena: &Arena, branch: &Branch<T>| {
                branch.exit.is_some_and(|(when, _)| *arena.kind(when) == Kind::Literal(Value::Bool(true)))
            };
            // Past a branch that always returns, the value is that of the other.
            let value = if returns(arena, &then) {
                otherwise.value
            } else if returns(arena, &otherwise) {
                then.value
            } else {
                arena.cond(condition, then.value, otherwise.value)
            };
            let exit = match (then.exit, otherwise.exit) {
                (None, None) => None,
                (Some((when, returned)), None) => {
                    Some((arena.binary(BinaryOp::And, condition, when), returned))
                }
                (None, Some((when, returned))) => {
                    let negated = arena.not(condition);
                    Some((arena.binary(BinaryOp::And, negated, when), returned))
                }
                (Some((when, returned)), Some((other_when, other))) => {
                    // `condition ? when : other_when`, in the words for conditions.
                    let negated = arena.not(condition);
                    let first = arena.binary(BinaryOp::And, condition, when);
                    let second = arena.binary(BinaryOp::And, negated, other_when);
                    let either = match (returns(arena, &then), returns(arena, &otherwise)) {
                        (true, true) => arena.literal(true),
                        (true, false) => arena.binary(BinaryOp::Or, condition, other_when),
                        (false, true) => arena.binary(BinaryOp::Or, negated, when),
                        (false, false) => arena.binary(BinaryOp::Or, first, second),
                    };
                    Some((either, arena.cond(condition, returned, other)))
                }
            };
            Branch { value, exit, of: PhantomData }
        })
    }

    /// The value of a branch, whose returns are the body's own.
    pub fn settle<T>(&self, branch: Branch<T>) -> Expr<T> {
        if let Some((condition, returned)) = branch.exit {
            self.leave_when(condition, returned);
        }
        Expr::new(branch.value)
    }

    /// `return value`
    pub fn return_early<T>(&self, _: Exits<T>, value: Expr<T>) {
        self.entry(Entry::Exit(None, value.node()));
    }

    /// `holder?` in a pure body.
    pub fn question_early<H: Question<R>, R>(&self, _: Exits<R>, holder: Expr<H>) -> Expr<H::Value> {
        self.question_to(holder, |residual| residual)
    }

    /// `holder?`, whose residual is returned as `returned` says.
    pub(super) fn question_to<H: Question<R>, R>(
        &self,
        holder: Expr<H>,
        returned: impl FnOnce(Node) -> Node,
    ) -> Expr<H::Value> {
        let holder = holder.node();
        let split = H::split(self, self.innermost(holder));
        if split.is_some() {
            self.open_names(holder);
        }
        let (held, value, empty) = split.unwrap_or_else(|| {
            // Asked for twice, whether and what, so it is worth a name.
            let holder = self.name("held", holder);
            let (held, value) = H::held(self, holder);
            (held, value, holder)
        });
        let missing = self.edit(|program| program.arena.not(held));
        let residual = H::residual(self, empty);
        self.leave_when(missing, returned(residual));
        Expr::new(value)
    }

    /// What a pattern takes apart: the parts of a tuple have a name each, so that the pattern sees them.
    pub fn scrutinee<T>(&self, value: Expr<T>) -> Expr<T> {
        let inner = self.innermost(value.node());
        let elements = match self.edit(|program| program.arena.kind(inner).clone()) {
            Kind::Array(elements) => elements,
            // Under another name, a key that holds `null` would be one that is missing.
            Kind::Field { presence: Presence::Absent, .. } => {
                self.open_names(value.node());
                return Expr::new(inner);
            }
            _ => return Expr::new(self.name("value", value.node())),
        };
        self.open_names(value.node());
        let named: Vec<(Node, Nested)> =
            elements.into_iter().map(|(element, nested)| (self.name("value", element), nested)).collect();
        self.expr(Kind::Array(named))
    }

    /// What a value is behind the names in it.
    fn innermost(&self, value: Node) -> Node {
        self.edit(|program| {
            let mut inner = value;
            while let Kind::Named { body, .. } = program.arena.kind(inner) {
                inner = *body;
            }
            inner
        })
    }

    /// Makes the names in a value those of the pure body itself.
    fn open_names(&self, mut value: Node) {
        while let Kind::Named { element, value: named, body } =
            self.edit(|program| program.arena.kind(value).clone())
        {
            self.entry(Entry::Let(element, named));
            value = body;
        }
    }

    /// A value that a pure body reads by a name, if it is worth one; whether there is a frame for it.
    pub(super) fn name(&self, name: &str, value: Node) -> Node {
        let mut inner = self.inner.borrow_mut();
        let program = &mut inner.program;
        if program.arena.is_plain(value) {
            return value;
        }
        let element = program.element(name);
        let node = program.arena.add(Kind::Element(element));
        if let Some(frame) = inner.frames.last_mut() {
            frame.entries.push(Entry::Let(element, value));
        }
        node
    }

    /// Whether a pure body is being read.
    pub(super) fn is_pure(&self) -> bool {
        !self.inner.borrow().frames.is_empty()
    }

    pub(super) fn leave_when(&self, condition: Node, returned: Node) {
        let literal = self.edit(|program| match program.arena.kind(condition) {
            Kind::Literal(Value::Bool(known)) => Some(*known),
            _ => None,
        });
        match literal {
            Some(false) => {}
            Some(true) => self.entry(Entry::Exit(None, returned)),
            None => self.entry(Entry::Exit(Some(condition), returned)),
        }
    }

    fn entry(&self, entry: Entry) {
        if let Some(frame) = self.inner.borrow_mut().frames.last_mut() {
            frame.entries.push(entry);
        }
    }
}

impl Program {
    /// `(name := value; body)`, or the body alone where the name would add nothing.
    pub(crate) fn named(&mut self, element: Element, value: Node, body: Node) -> Node {
        let reads = reads(&self.arena, body, element);
        let movable = !self.arena.may_fail(value) && !self.arena.is_costly(value);
        match reads {
            Reads::Never if movable => body,
            Reads::Once if movable => {
                self.arena.replace(body, &mut |kind| (*kind == Kind::Element(element)).then_some(value))
            }
            _ => self.arena.add(Kind::Named { element, value, body }),
        }
    }
}

/// How often an expression reads a name.
#[derive(Clone, Copy, PartialEq)]
enum Reads {
    Never,
    /// At one place, which is computed at most once.
    Once,
    Often,
}

impl Reads {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, reads) | (reads, Self::Never) => reads,
            _ => Self::Often,
        }
    }
}

fn reads(arena: &Arena, node: Node, element: Element) -> Reads {
    match arena.kind(node) {
        Kind::Element(read) if *read == element => Reads::Once,
        Kind::Form { text, parts } => {
            // A function may run its body many times, and a part may stand at several places.
            let function = text.find("function(").unwrap_or(text.len());
            let places = parts.iter().enumerate().map(|(place, part)| {
                let hole = format!("{{{place}}}");
                let mut holes = text.match_indices(&hole).map(|(at, _)| at);
                let once = holes.next().is_none_or(|at| at < function) && holes.next().is_none();
                match reads(arena, *part, element) {
                    Reads::Once if !once => Reads::Often,
                    reads => reads,
                }
            });
            places.fold(Reads::Never, Reads::and)
        }
        _ => {
            let parts = arena.parts(node).into_iter();
            parts.map(|part| reads(arena, part, element)).fold(Reads::Never, Reads::and)
        }
    }
}
