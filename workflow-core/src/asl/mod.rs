//! The Amazon States Language: its model, the check that a model is sound, and the rules by which
//! Step Functions takes a definition.

mod check;
mod distributed;
pub mod graph;
mod model;
pub mod substitution;
pub mod validate;

pub use check::*;
pub use distributed::*;
pub use model::*;
