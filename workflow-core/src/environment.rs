//! What an expression of either query language can read besides the document it is applied to.
//!
//! The engine that runs a state implements [`Scope`] once; [`crate::jsonata`], [`crate::jsonpath`] and
//! [`crate::intrinsics`] read through it. Time and randomness come in here and nowhere else, so a run
//! can be repeated.

use serde_json::{Map, Value};

use crate::Timestamp;

/// The surroundings of a state: its variables, the context object, time and randomness.
///
/// Each method is called only when an expression mentions what it gives.
pub trait Scope {
    /// The value of a variable, named without `$`; none where it is not set here or outside.
    fn variable(&self, name: &str) -> Option<&Value>;
    /// The context object: `$states.context` in JSONata, `$$` in JSONPath.
    fn context(&self) -> &Value;
    /// The time of `$now()` and `$millis()`.
    fn now(&self) -> Timestamp;
    /// 64 random bits, others on each call. Random numbers and UUIDs are made of these.
    fn random(&self) -> u64;
}

/// What random numbers are for: more of the one leave the others as they were.
#[derive(Clone, Copy)]
pub(crate) enum Stream {
    Jitter,
    Drawn,
    Name,
    Child,
    Services,
}

impl Stream {
    /// Random numbers, the same for the same seed in whichever engine.
    pub(crate) fn from(self, seed: u64) -> fastrand::Rng {
        fastrand::Rng::with_seed(seed ^ ((self as u64) << 56))
    }
}

/// The fraction that 64 random bits stand for: all that a double can hold, evenly spread.
pub(crate) fn fraction(bits: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "53 bits are what a double holds exactly")]
    let numerator = (bits >> 11) as f64;
    numerator / 9_007_199_254_740_992.0
}

/// The random UUID of version 4 that 128 random bits make, as `$uuid()` and `States.UUID()` give.
pub(crate) fn uuid_of(high: u64, low: u64) -> String {
    let high = (high & !0xf000) | 0x4000;
    let low = (low & !(0b11 << 62)) | (0b10 << 62);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

/// A scope that is given whole: variables in a map, a context object, a time that stands still.
///
/// It serves tests and tools that evaluate an expression outside an execution.
///
/// ```
/// use serde_json::json;
/// use workflow_core::{FixedScope, Scope};
///
/// let scope = FixedScope::new(json!({"total": 3}).as_object().unwrap().clone());
/// assert_eq!(scope.variable("total"), Some(&json!(3)));
/// ```
#[derive(Clone, Debug)]
pub struct FixedScope {
    /// The variables by name.
    pub variables: Map<String, Value>,
    /// The context object.
    pub context: Value,
    /// The time.
    pub now: Timestamp,
    random: std::cell::Cell<u64>,
}

impl FixedScope {
    /// A scope of these variables with an empty context object. Its random numbers are the same for
    /// every new scope.
    pub fn new(variables: Map<String, Value>) -> Self {
        Self {
            variables,
            context: Value::Object(Map::new()),
            now: Timestamp::from_millis(1_767_225_600_000),
            random: std::cell::Cell::new(1),
        }
    }
}

impl Default for FixedScope {
    fn default() -> Self {
        Self::new(Map::new())
    }
}

impl Scope for FixedScope {
    fn variable(&self, name: &str) -> Option<&Value> {
        self.variables.get(name)
    }

    fn context(&self) -> &Value {
        &self.context
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn random(&self) -> u64 {
        let seed = self.random.get();
        self.random.set(seed.wrapping_add(1));
        fastrand::Rng::with_seed(seed).u64(..)
    }
}
