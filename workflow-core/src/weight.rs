//! How large values are: as text, and roughly, which is enough to stop what grows without end.

use std::io;

use serde_json::Value;

/// How much one evaluation may put together, roughly in bytes: far more than any state may hand on, and
/// little enough for any machine.
const EVALUATION: usize = 64 * 1024 * 1024;

/// What is left of the room that an evaluation has.
pub(crate) struct Budget(usize);

impl Budget {
    /// The whole of it.
    pub(crate) fn new() -> Self {
        Self(EVALUATION)
    }

    /// Takes the room of a value. False where there is not enough.
    #[must_use]
    pub(crate) fn takes(&mut self, value: &Value) -> bool {
        fits(value, &mut self.0, MAX_DEPTH) == Fits::Yes
    }
}

/// How deep a value may nest that a state hands on. AWS has a limit as well; without one, a loop could
/// build a value that no stack can walk.
const MAX_DEPTH: usize = 512;

/// Whether a value has more than so many bytes as text, or nests too deep. Most values are far smaller,
/// which a rough count tells.
pub(crate) fn exceeds(value: &Value, limit: usize) -> bool {
    let mut left = limit;
    match fits(value, &mut left, MAX_DEPTH) {
        Fits::Yes => false,
        Fits::TooDeep => true,
        Fits::Perhaps => too_deep(value, MAX_DEPTH) || text_length(value) > limit,
    }
}

#[derive(PartialEq)]
enum Fits {
    Yes,
    Perhaps,
    TooDeep,
}

/// Subtracts the most that a value's text can have from what is left.
fn fits(value: &Value, left: &mut usize, depth: usize) -> Fits {
    let Some(inner) = depth.checked_sub(1) else { return Fits::TooDeep };
    let cost = match value {
        Value::Null | Value::Bool(_) => 6,
        Value::Number(_) => 25,
        Value::String(text) => text.len().saturating_mul(6) + 3,
        Value::Array(items) => items.len() + 2,
        Value::Object(entries) => {
            entries.keys().map(|key| key.len().saturating_mul(6) + 4).fold(2, usize::saturating_add)
        }
    };
    if !take(left, cost) {
        return Fits::Perhaps;
    }
    let unfit = |fits: &Fits| *fits != Fits::Yes;
    match value {
        Value::Array(items) => items.iter().map(|item| fits(item, left, inner)).find(unfit),
        Value::Object(entries) => entries.values().map(|item| fits(item, left, inner)).find(unfit),
        _ => None,
    }
    .unwrap_or(Fits::Yes)
}

fn too_deep(value: &Value, depth: usize) -> bool {
    let Some(inner) = depth.checked_sub(1) else { return true };
    match value {
        Value::Array(items) => items.iter().any(|item| too_deep(item, inner)),
        Value::Object(entries) => entries.values().any(|item| too_deep(item, inner)),
        _ => false,
    }
}

fn take(left: &mut usize, cost: usize) -> bool {
    match left.checked_sub(cost) {
        Some(rest) => {
            *left = rest;
            true
        }
        None => false,
    }
}

/// How many bytes a value has as JSON text.
pub(crate) fn text_length(value: &Value) -> usize {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    match serde_json::to_writer(&mut count, value) {
        Ok(()) => count.0,
        Err(_) => usize::MAX,
    }
}
