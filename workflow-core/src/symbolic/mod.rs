//! The symbolic reading: a workflow's body run once, on expressions instead of values.
//!
//! The macro turns the body into calls of [`Builder`]'s methods. Values are [`Expr`]s, typed and
//! `Copy`; rustc infers their types from the author's own code. What is left behind is a
//! [`Program`]: a graph of [`Step`]s over an arena of expressions, which the lowering turns into a
//! state machine. Nothing here knows how a state machine is written.

mod absent;
mod branch;
mod builder;
mod calls;
mod children;
mod decimal;
mod distributed;
mod effects;
mod elements;
mod error_text;
mod errors;
mod fork;
mod frame;
mod graph;
mod methods;
mod mutation;
mod node;
mod ops;
mod own;
mod pattern;
mod pure;
mod scope;
mod time;
mod tuple;
mod turns;
mod untagged;

pub use branch::{Join, Loop, Ways};
pub use builder::Builder;
pub(crate) use calls::lower_lambda;
pub use calls::{Lowered, OptionArgument, SymAwait, SymCall, lower_activity};
pub use children::SymStart;
pub(crate) use children::lower_child;
pub(crate) use distributed::{DistributedInfo, Reader};
pub use distributed::{ForkedChildren, SymSource};
pub use effects::SymExecution;
pub use error_text::{TextOf, TextOfAny, Writer};
pub use errors::ErrPat;
pub(crate) use errors::takes;
pub use fork::{Fork, ForkedMap};
pub use frame::{Branch, Exits, Question};
pub(crate) use graph::{Arm, CallInfo, ForkInfo, ForkKind, MapInfo, Point, Program, RegionId, Step, Var};
pub use graph::{Note, Position};
pub use methods::{
    Cast, Checked, Cleared, Collected, Container, Converted, Defaulted, Distance, Emptiable, Ended, Extended,
    Filtered, Flattened, Glyphs, Holder, Indexed, Inner, Inserted, Iterable, Joined, Keyed, Mapped, Measured,
    Methods, Ordered, OrderedItem, Parsed, Popped, Precise, Questioned, ReadBack, Removed, Reversed, Sliced,
    TextPart, Transposed, Unsigned, Written, Zipped, by_fields, derived, displayed, rank,
};
pub(crate) use methods::{FIRST, LAST};
pub use mutation::{Cell, Named, Push, get};
pub(crate) use node::{Arena, BinaryOp, Drawn, Element, Kind, Nested, Presence, UnaryOp};
pub use node::{Expr, Node};
pub use ops::{
    Addable, AsText, Compound, Constant, Difference, Equal, Formattable, Negated, Number, Product, Quotient,
    Remainder, Sum, Summed, Write,
};
pub use own::{
    ByDerive, ByField, ByOrd, ByPartialOrd, FieldOrder, NoField, OrderOf, OwnOrd, OwnPartialOrd, Shown,
};
pub use pattern::{Pat, Test};
pub use pure::{Callable, Function, Method, NotPure, Returns, WithReceiver, name};
pub use scope::Scope;
pub use tuple::{
    Bound, ExprTuple, FieldTuple, OwnedWitness, Unpack, Witness, WitnessTuple, witness, witness_owned,
};
pub use turns::{Looped, Turned};
