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
    native::{Asked, StandIn, StoodIn, What, Wire},
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
    /// Its error name.
    pub(super) fn error(&self) -> Option<&str> {
        match &self.kind {
            FaultKind::Fails(failure) => Some(&failure.error),
            FaultKind::Hangs => None,
        }
    }

    /// What tells it from another fault, whatever its fields hold.
    pub(super) fn key(&self) -> (&'static str, String, bool) {
        let error = match &self.kind {
            // Of an execution that was started, the name is in the cause.
            FaultKind::Fails(Failure { error, cause }) if error == PlatformError::TASK_FAILED.as_str() => {
                cause.chars().take(40).collect()
            }
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
        if self.faults.len() < 2 {
            let mut fields = self.arbitrary(asked, FIELDS);
            let mut kinds: Vec<FaultKind> =
                failures(&asked.errors, asked.wire, &mut fields).into_iter().map(FaultKind::Fails).collect();
            if asked.is_limited {
                kinds.push(FaultKind::Hangs);
            }
            for (kind, lasting) in kinds.into_iter().flat_map(|kind| [(kind.clone(), false), (kind, true)]) {
                seen.possible.push(Fault { state: asked.state, nth: asked.before, lasting, kind });
            }
        }
        let mut rng = self.rng(asked, DELAY);
        // Never a whole second, so that no answer comes in the very moment of a timeout; and never at once, so
        // that nothing happens in the same moment as something beside it, where the order would be chance.
        let after = Duration::from_millis(rng.u64(0..6) * 1_000 + rng.u64(1..1_000));
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

/// The failure of an execution that was started, as the service tells it.
fn child_failed(failure: &Failure) -> Failure {
    let cause = serde_json::json!({ "Error": failure.error, "Cause": failure.cause, "Status": "FAILED" });
    Failure::new(PlatformError::TASK_FAILED, cause.to_string())
}

/// A failure of every name that an error type has, and of one that it has not.
fn failures(errors: &[ErrorVariant], wire: Wire, fields: &mut Arbitrary<'_>) -> Vec<Failure> {
    let is_platform = errors.iter().any(|variant| matches!(variant.kind, ErrorKind::Other));
    let mut found = Vec::new();
    for variant in errors {
        match &variant.kind {
            // Of an execution, the service never says it without saying why.
            ErrorKind::Named { name, .. }
                if *name == PlatformError::TASK_FAILED.as_str() && wire == Wire::Child =>
            {
                found.push(child_failed(&Failure::new("NobodyKnowsIt", "made up")));
            }
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
                found.push(match wire {
                    Wire::Plain => failure,
                    Wire::Lambda => failure.through_lambda(),
                    Wire::Child => child_failed(&failure),
                });
            }
            ErrorKind::From(inner) => found.extend(failures(&inner(), wire, fields)),
            ErrorKind::Other => found.push(Failure::new("NobodyKnowsIt", "made up")),
        }
    }
    found.sort_by(|one, other| (&one.error, &one.cause).cmp(&(&other.error, &other.cause)));
    found.dedup();
    found
}
