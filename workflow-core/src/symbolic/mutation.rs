//! Variables that are set again, and what loops over lists read.

use std::marker::PhantomData;

use crate::data::{Data, Fields, Shape};

use super::{
    absent,
    builder::Builder,
    graph::{Step, Var},
    node::{BinaryOp, Expr, Kind, Node},
    ops::{Addable, Number, nested},
};

/// A variable that is set again.
pub struct Cell<T> {
    var: Var,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Cell<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Cell<T> {}

/// What a name stands for: a value, or a variable that holds one.
pub trait Named {
    /// The type of the value.
    type Value;
    /// The value as it is where the name is read.
    fn get(self, builder: &Builder) -> Expr<Self::Value>;
    /// Sets the variable. rustc refuses to set what was not declared with `mut`.
    fn set(self, builder: &Builder, value: Expr<Self::Value>);
}

impl<T> Named for Expr<T> {
    type Value = T;
    fn get(self, _: &Builder) -> Expr<T> {
        self
    }
    fn set(self, _: &Builder, _: Expr<T>) {}
}

impl<T> Named for Cell<T> {
    type Value = T;
    fn get(self, builder: &Builder) -> Expr<T> {
        builder.expr(Kind::Var(self.var))
    }
    fn set(self, builder: &Builder, value: Expr<T>) {
        builder.append(Step::Let { var: self.var, value: value.node(), next: None });
    }
}

/// What `push` adds to.
pub trait Push<T>: Sized {
    /// The list or the text with one more at its end.
    fn push(builder: &Builder, list: Expr<Self>, element: Expr<T>) -> Expr<Self>;
}

impl<T: Data> Push<T> for Vec<T> {
    fn push(builder: &Builder, list: Expr<Self>, element: Expr<T>) -> Expr<Self> {
        let nested = nested(&T::shape());
        let one: Expr<Self> = builder.expr(Kind::Array(vec![(element.node(), nested)]));
        builder.expr(Kind::Call { function: "append", arguments: vec![list.node(), one.node()] })
    }
}

impl Push<char> for String {
    fn push(builder: &Builder, text: Expr<Self>, character: Expr<char>) -> Expr<Self> {
        builder.expr(Kind::Concat(vec![text.node(), character.node()]))
    }
}

/// The value of a name.
pub fn get<N: Named>(builder: &Builder, name: N) -> Expr<N::Value> {
    name.get(builder)
}

impl Builder {
    /// `let mut name = value;`
    pub fn cell<T>(&self, name: &'static str, value: Expr<T>) -> Cell<T> {
        let var = self.edit(|program| {
            let var = program.var(Some(name.to_owned()));
            program.mutable.insert(var);
            var
        });
        let cell = Cell { var, of: PhantomData };
        cell.set(self, value);
        cell
    }

    /// The value of a name.
    pub fn get<N: Named>(&self, name: N) -> Expr<N::Value> {
        name.get(self)
    }

    /// `name = value`
    pub fn set<N: Named>(&self, name: N, value: Expr<N::Value>) {
        name.set(self, value);
    }

    /// A struct or a tuple with another value in one field. The closure is never called.
    pub fn update<T: Data, U: Data>(
        &self,
        base: Expr<T>,
        name: &'static str,
        _: fn(&T) -> &U,
        value: Expr<U::Owned>,
    ) -> Expr<T> {
        let verdicts = match T::shape() {
            Shape::Struct { fields, .. } => self.verdicts(&fields, &[(name, value.node())]),
            _ => Vec::new(),
        };
        let node = self.edit(|program| {
            let arena = &mut program.arena;
            match T::shape() {
                Shape::Struct { fields: Fields::Newtype(_), .. } => value.node(),
                Shape::Struct { fields: Fields::Tuple(shapes), .. } | Shape::Tuple(shapes) => {
                    let place = name.parse().unwrap_or(0);
                    let elements = shapes
                        .iter()
                        .enumerate()
                        .map(|(index, shape)| {
                            let element =
                                if index == place { value.node() } else { arena.index(base.node(), index) };
                            (element, nested(&shape()))
                        })
                        .collect();
                    arena.add(Kind::Array(elements))
                }
                Shape::Struct { fields: Fields::Named(fields), .. } => {
                    match fields.iter().find(|field| field.rust == name) {
                        Some(field) if field.transparent => value.node(),
                        Some(field) if field.flatten => {
                            absent::set_flattened(arena, base.node(), &(field.shape)(), value.node())
                        }
                        Some(field) => absent::set(arena, base.node(), field, value.node(), &verdicts),
                        None => base.node(),
                    }
                }
                _ => arena.update(base.node(), vec![(name.to_owned(), value.node())]),
            }
        });
        Expr::new(node)
    }

    /// A list with one more element, or a text with one more character.
    pub fn pushed<L: Push<T>, T>(&self, list: Expr<L>, element: Expr<T>) -> Expr<L> {
        L::push(self, list, element)
    }

    /// A value as it is now: what is set next does not change it.
    pub fn keep<T>(&self, value: Expr<T>) -> Expr<T> {
        if self.is_pure() {
            return Expr::new(self.name("kept", value.node()));
        }
        let var = self.edit(|program| program.var(None));
        self.append(Step::Let { var, value: value.node(), next: None });
        self.expr(Kind::Var(var))
    }

    /// The element of a list at a place.
    pub fn at<T>(&self, list: Expr<Vec<T>>, index: Expr<usize>) -> Expr<T> {
        self.expr(Kind::At { base: list.node(), index: index.node() })
    }

    /// The number of elements of a list.
    pub fn count<T>(&self, list: Expr<Vec<T>>) -> Expr<usize> {
        self.expr(Kind::Call { function: "count", arguments: vec![list.node()] })
    }

    /// The number after another.
    pub fn next<T: Number + Addable>(&self, number: Expr<T>) -> Expr<T> {
        self.step(BinaryOp::Add, number)
    }

    /// The number before another.
    pub fn previous<T: Number + Addable>(&self, number: Expr<T>) -> Expr<T> {
        self.step(BinaryOp::Subtract, number)
    }

    fn step<T>(&self, op: BinaryOp, number: Expr<T>) -> Expr<T> {
        let node: Node = self.edit(|program| {
            let one = program.arena.literal(1);
            program.arena.binary(op, number.node(), one)
        });
        Expr::new(node)
    }
}
