//! Answers that are made up for every task, and faults in their place.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use fastrand::Rng;
use serde_json::{Map, Value};

use super::arbitrary::{Arbitrary, Words};
use crate::{
    error::{ErrorKind, ErrorVariant, Failure, MessagePart, PlatformError, cause_with_data},
    native::{Asked, StandIn, StoodIn, What},
};

/// How many attempts an execution may make.
const MOST_CALLS: usize = 300;

/// A fault in the place of a task's answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fault {
    /// The state whose task fails.
    pub(super) state: &'static str,
    /// Which of its attempts, from 0.
    pub(super) nth: u32,
    /// Whether all attempts from there on fail.
    pub(super) lasting: bool,
    pub(super) kind: FaultKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum FaultKind {
    Fails(Failure),
    Hangs,
}

impl Fault {
    /// What tells it from another fault, whatever its fields hold.
    pub(super) fn key(&self) -> (&'static str, String, bool) {
        let error = match &self.kind {
            FaultKind::Fails(failure) => failure.error.clone(),
            FaultKind::Hangs => String::new(),
        };
        (self.state, error, self.lasting)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { state, nth, lasting, kind } = self;
        let from = if *lasting { " and all after it" } else { "" };
        write!(f, "attempt {} of the state '{state}'{from}: ", nth + 1)?;
        match kind {
            FaultKind::Fails(Failure { error, cause }) => write!(f, "{error}, {cause}"),
            FaultKind::Hangs => write!(f, "no answer"),
        }
    }
}

/// What answers in an execution: made-up values, and faults.
pub(super) struct Stage {
    pub(super) words: Arc<Words>,
    pub(super) seed: u64,
    /// Whether tasks answer themselves where there is no fault.
    pub(super) real: bool,
    /// How long made-up lists are at most.
    pub(super) longest: usize,
    pub(super) faults: Vec<Fault>,
    pub(super) seen: Mutex<Seen>,
}

/// What an execution asked for.
#[derive(Default)]
pub(super) struct Seen {
    calls: usize,
    /// The faults that it could have met.
    pub(super) possible: Vec<Fault>,
}

impl Stage {
    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Random for an attempt alone: what happens beside it changes nothing.
    fn rng(&self, asked: &Asked, use_: u32) -> Rng {
        let of = format!("{} {} {} {} {use_}", self.seed, asked.task, asked.state, asked.before);
        // FNV-1a: the same on every machine.
        let seed = of.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Rng::with_seed(seed)
    }

    fn arbitrary(&self, asked: &Asked, use_: u32) -> Arbitrary<'_> {
        Arbitrary { rng: self.rng(asked, use_), words: &self.words, longest: self.longest, as_written: true }
    }
}

/// What random numbers are for.
const DELAY: u32 = 1_000;
const FIELDS: u32 = 2_000;

impl StandIn for Stage {
    fn answer(&self, asked: &Asked) -> Option<StoodIn> {
        let mut seen = self.seen();
        seen.calls += 1;
        if seen.calls > MOST_CALLS {
            return Some(StoodIn { what: What::NoMore(MOST_CALLS), after: Duration::ZERO });
        }
        if self.faults.is_empty() {
            let mut fields = self.arbitrary(asked, FIELDS);
            let mut kinds: Vec<FaultKind> = failures(&asked.errors, asked.is_lambda, &mut fields)
                .into_iter()
                .map(FaultKind::Fails)
                .collect();
            if asked.is_limited {
                kinds.push(FaultKind::Hangs);
            }
            for (kind, lasting) in kinds.into_iter().flat_map(|kind| [(kind.clone(), false), (kind, true)]) {
                seen.possible.push(Fault { state: asked.state, nth: asked.before, lasting, kind });
            }
        }
        let mut rng = self.rng(asked, DELAY);
        let after = Duration::from_secs(if rng.u8(..4) == 0 { rng.u64(1..6) } else { 0 });
        let fault = self.faults.iter().find(|fault| {
            fault.state == asked.state
                && (fault.nth == asked.before || fault.lasting && fault.nth < asked.before)
        });
        let what = match fault.map(|fault| &fault.kind) {
            Some(FaultKind::Fails(failure)) => What::Failure(failure.clone()),
            Some(FaultKind::Hangs) if asked.is_limited => What::Hangs,
            Some(FaultKind::Hangs) | None if self.real => return None,
            Some(FaultKind::Hangs) | None => What::Value,
        };
        Some(StoodIn { what, after: if self.real { Duration::ZERO } else { after } })
    }

    fn value(&self, asked: &Asked, turn: u32) -> Value {
        self.arbitrary(asked, turn).value(&asked.output)
    }
}

/// A failure of every name that an error type has, and of one that it has not.
fn failures(errors: &[ErrorVariant], is_lambda: bool, fields: &mut Arbitrary<'_>) -> Vec<Failure> {
    let is_platform = errors.iter().any(|variant| matches!(variant.kind, ErrorKind::Other));
    let mut found = Vec::new();
    for variant in errors {
        match &variant.kind {
            ErrorKind::Named { name, .. } if is_platform => {
                let cause = if *name == PlatformError::TIMEOUT.as_str() { "" } else { "made up" };
                found.push(Failure::new(*name, cause));
            }
            ErrorKind::Named { name, message, fields: held } => {
                let values: Map<String, Value> = held
                    .iter()
                    .map(|field| (field.name.to_owned(), fields.value(&(field.shape)())))
                    .collect();
                let text: String = message
                    .iter()
                    .map(|part| match part {
                        MessagePart::Text(text) => (*text).to_owned(),
                        MessagePart::Field(field) => match values.get(*field) {
                            Some(Value::String(text)) => text.clone(),
                            Some(value) => value.to_string(),
                            None => String::new(),
                        },
                    })
                    .collect();
                let cause = if held.is_empty() { text } else { cause_with_data(&text, values.into()) };
                let failure = Failure::new(*name, cause);
                found.push(if is_lambda { failure.through_lambda() } else { failure });
            }
            ErrorKind::From(inner) => found.extend(failures(&inner(), is_lambda, fields)),
            ErrorKind::Other => found.push(Failure::new("NobodyKnowsIt", "made up")),
        }
    }
    found.sort_by(|one, other| one.error.cmp(&other.error));
    found.dedup_by(|one, other| one.error == other.error);
    found
}
