//! The Amazon States Language: its model, and the check that a model is sound.

mod check;
mod distributed;
mod model;

pub use check::*;
pub use distributed::*;
pub use model::*;
