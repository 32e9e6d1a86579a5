//! Loops in a pure body, which is one expression: a list is gone through by `$reduce`, which carries the
//! variables that the loop sets from turn to turn, and any other loop is a function that calls itself.

use std::marker::PhantomData;

use super::{
    builder::Builder,
    frame::{Exits, Question},
    node::{BinaryOp, Expr, Kind, Node, Presence},
    tuple::Unpack,
};

/// What a turn of a loop ends with: the variables that the loop sets. Where a turn may be the last, they
/// are in an object, which has `d` where the loop is over, and `r` where it returned from the body around it.
#[derive(Debug)]
pub struct Turned(());

/// A loop in a pure body, which sets variables of these types.
#[derive(Debug)]
pub struct Looped<V> {
    whole: Node,
    stops: bool,
    of: PhantomData<fn() -> V>,
}

const STATE: &str = "s";
const OVER: &str = "d";
const RETURNED: &str = "r";

impl Builder {
    /// The new value of a variable.
    pub fn same<T>(&self, _: Expr<T>, value: Expr<T>) -> Expr<T> {
        value
    }

    /// The elements of a tuple.
    pub fn unpack<V: Unpack>(&self, whole: Expr<V>) -> V::Exprs {
        self.edit(|program| V::unpack(&mut |place| program.arena.index(whole.node(), place)))
    }

    /// Ends a turn after which there may be another.
    pub fn goes_on<V>(&self, stops: bool, state: Expr<V>) -> Expr<Turned> {
        match stops {
            true => self.expr(Kind::Object(vec![(STATE.to_owned(), state.node())])),
            false => Expr::new(state.node()),
        }
    }

    /// Ends the last turn: `break`.
    pub fn is_over<V>(&self, state: Expr<V>) -> Expr<Turned> {
        let over = self.edit(|program| program.arena.literal(1));
        self.expr(Kind::Object(vec![(STATE.to_owned(), state.node()), (OVER.to_owned(), over)]))
    }

    /// Ends the last turn and the body around the loop: `return`.
    pub fn returned<R>(&self, _: Exits<R>, value: Expr<R>) -> Expr<Turned> {
        Expr::new(self.returned_node(value.node()))
    }

    fn returned_node(&self, value: Node) -> Node {
        self.edit(|program| {
            let over = program.arena.literal(2);
            program.arena.add(Kind::Object(vec![(OVER.to_owned(), over), (RETURNED.to_owned(), value)]))
        })
    }

    /// `holder?` in a loop.
    pub fn question_in_turn<H: Question<R>, R>(
        &self,
        _: Exits<Turned>,
        _: Exits<R>,
        holder: Expr<H>,
    ) -> Expr<H::Value> {
        self.question_to(holder, |residual| self.returned_node(residual))
    }

    /// `for element in list`
    pub fn over<T, V>(
        &self,
        list: Expr<Vec<T>>,
        first: Expr<V>,
        stops: bool,
        name: &str,
        body: impl FnOnce(Expr<V>, Expr<T>) -> Expr<Turned>,
    ) -> Looped<V> {
        let (so_far, element) = (self.element::<()>("so_far").node(), self.element(name));
        let turned = body(Expr::new(self.state_of(so_far, stops)), element).node();
        let first = self.goes_on(stops, first).node();
        let text = match stops {
            true => "$reduce({0}, function({1}, {2}) { $exists({1}.d) ? {1} : {3} }, {4})",
            false => "$reduce({0}, function({1}, {2}) { {3} }, {4})",
        };
        let whole = self.form(text, &[list.node(), so_far, element.node(), turned, first]);
        self.looped(whole, stops)
    }

    /// `loop`, and `while` with a `break` where its condition does not hold.
    pub fn repeat<V>(&self, first: Expr<V>, body: impl FnOnce(Expr<V>) -> Expr<Turned>) -> Looped<V> {
        let so_far = self.element::<()>("so_far").node();
        let turned = body(Expr::new(self.state_of(so_far, true))).node();
        let first = self.goes_on(true, first).node();
        // What it ends with is a call of itself, which JSONata makes without going deeper.
        let whole = self.form(
            "($_turn := function({0}) { $exists({0}.d) ? {0} : $_turn({1}) }; $_turn({2}))",
            &[so_far, turned, first],
        );
        self.looped(whole, true)
    }

    /// What the variables of a loop are after it.
    pub fn carried<V>(&self, looped: &Looped<V>) -> Expr<V> {
        Expr::new(self.state_of(looped.whole, looped.stops))
    }

    /// Returns from a pure body, if the loop did.
    pub fn leave_body<R, V>(&self, _: Exits<R>, looped: &Looped<V>) {
        let returned = self
            .edit(|program| program.arena.field(looped.whole, RETURNED.to_owned(), Presence::NullOrAbsent));
        let condition = self.has_returned(looped);
        self.leave_when(condition, returned);
    }

    /// Ends the turn of the loop around another, if that one returned.
    pub fn leave_turn<V>(&self, _: Exits<Turned>, looped: &Looped<V>) {
        let condition = self.has_returned(looped);
        self.leave_when(condition, looped.whole);
    }

    fn has_returned<V>(&self, looped: &Looped<V>) -> Node {
        self.edit(|program| {
            let arena = &mut program.arena;
            let (over, two) =
                (arena.field(looped.whole, OVER.to_owned(), Presence::NullOrAbsent), arena.literal(2));
            arena.binary(BinaryOp::Equal, over, two)
        })
    }

    fn state_of(&self, turned: Node, stops: bool) -> Node {
        match stops {
            true => self.edit(|program| program.arena.field(turned, STATE.to_owned(), Presence::Certain)),
            false => turned,
        }
    }

    fn looped<V>(&self, whole: Node, stops: bool) -> Looped<V> {
        let whole = self.name("looped", whole);
        Looped { whole, stops, of: PhantomData }
    }
}
