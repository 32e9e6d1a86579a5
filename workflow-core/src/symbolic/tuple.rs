//! Tuples of expressions, of fields and of bindings: how rustc's types reach the builder.

use std::marker::PhantomData;

use crate::data::Data;

use super::node::{Expr, Node};

/// A tuple of expressions.
pub trait ExprTuple {
    /// The tuple of values that it stands for.
    type Value;
    /// The untyped nodes, in order.
    #[doc(hidden)]
    fn nodes(self) -> Vec<Node>;
}

/// A tuple of the types of fields.
pub trait FieldTuple {
    /// The expressions that give their values.
    type Exprs: ExprTuple;
}

/// The type of a binding in a pattern, without its value.
#[derive(Debug)]
pub struct Witness<T: ?Sized>(PhantomData<fn(&T)>);

/// Tells the type of a binding. Called only in closures that rustc checks and nobody calls.
pub fn witness<T: ?Sized>(_: &T) -> Witness<T> {
    Witness(PhantomData)
}

/// The type of a binding whose expression is of that very type. Beside [`Witness`], which looks for the owned
/// type: nothing is looked for in the type of a literal that rustc does not know yet.
#[derive(Debug)]
pub struct OwnedWitness<T>(PhantomData<fn(&T)>);

/// Tells the type of a binding that is owned. Called only in closures that rustc checks and nobody calls.
pub fn witness_owned<T>(_: &T) -> OwnedWitness<T> {
    OwnedWitness(PhantomData)
}

/// What a binding's expression is of.
pub trait Bound {
    /// The type of the expression.
    type Owned;
}

impl<T: Data + ?Sized> Bound for Witness<T> {
    type Owned = T::Owned;
}

impl<T> Bound for OwnedWitness<T> {
    type Owned = T;
}

/// A tuple of [`Witness`]es.
pub trait WitnessTuple {
    /// The expressions that the bindings stand for.
    type Exprs;
    /// The expressions at these nodes.
    #[doc(hidden)]
    fn exprs(nodes: &[Node], missing: Node) -> Self::Exprs;
}

/// A tuple of values, of which there are expressions.
pub trait Unpack {
    /// The expressions of its elements.
    type Exprs;
    /// The expressions at these places.
    #[doc(hidden)]
    fn unpack(at: &mut dyn FnMut(usize) -> Node) -> Self::Exprs;
}

macro_rules! tuples {
    ($(($($ty:ident $place:tt),*))*) => {$(
        impl<$($ty),*> ExprTuple for ($(Expr<$ty>,)*) {
            type Value = ($($ty,)*);
            fn nodes(self) -> Vec<Node> {
                vec![$(self.$place.node()),*]
            }
        }

        impl<$($ty),*> Unpack for ($($ty,)*) {
            type Exprs = ($(Expr<$ty>,)*);
            #[allow(clippy::unused_unit, reason = "the empty tuple is one of the cases")]
            fn unpack(_at: &mut dyn FnMut(usize) -> Node) -> Self::Exprs {
                ($(Expr::new(_at($place)),)*)
            }
        }

        impl<$($ty: Data),*> FieldTuple for ($($ty,)*) {
            type Exprs = ($(Expr<$ty::Owned>,)*);
        }

        impl<$($ty: Bound),*> WitnessTuple for ($($ty,)*) {
            type Exprs = ($(Expr<$ty::Owned>,)*);
            #[allow(clippy::unused_unit, reason = "the empty tuple is one of the cases")]
            fn exprs(_nodes: &[Node], _missing: Node) -> Self::Exprs {
                ($(Expr::new(_nodes.get($place).copied().unwrap_or(_missing)),)*)
            }
        }
    )*};
}

tuples! {
    ()
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14, P 15)
}
