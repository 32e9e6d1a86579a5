//! JSONPath as Step Functions evaluates it, whose meaning is that of the Java library Jayway JsonPath.
//!
//! A *definite* path leads to one place, and fails where there is none; any other gives a list, which
//! may be empty. [`Path`] reads, [`ReferencePath`] also writes.

mod cursor;
mod evaluate;
mod filter;
mod literal;
mod parse;
mod path;
mod reference;
#[cfg(test)]
mod tests;

pub(crate) use self::cursor::Cursor;
pub use self::{
    path::{Path, PathNotFound, Root, SyntaxError},
    reference::{NotApplicable, ReferencePath},
};
