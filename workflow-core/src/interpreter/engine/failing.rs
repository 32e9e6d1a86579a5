//! What follows a failure: a retry, a catcher, or the end of the frame.
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>)

use std::time::Duration;

use serde_json::json;

use super::{
    Engine, Frame, Phase, Step,
    data_flow::{Outgoing, assign, combine},
};
use crate::{
    history::{Detail, FanStep, StateKind, Text},
    interpreter::{
        data::Data,
        expression::Surroundings,
        fault::{After, Failure, Fault},
        machine::{Catcher, Language, State, Transition},
    },
    retry::matches_any,
};

impl<'m> Engine<'m> {
    /// A state cannot go on.
    pub(super) fn fault(
        &mut self,
        number: usize,
        frame: &mut Frame<'m>,
        state: &'m State,
        fault: Fault,
    ) -> Step {
        self.tell_evaluation(frame, state, &fault);
        let failure = self.told(fault, frame, state);
        self.failed(number, frame, state, failure)
    }

    /// The error that a fault is. The causes of a state that is tested alone do not name it.
    fn told(&self, fault: Fault, frame: &Frame<'m>, state: &State) -> Failure {
        if self.inspection().is_some() { fault.bare() } else { fault.in_state(&state.name, frame.entered) }
    }

    /// Writes the event of an expression that failed.
    fn tell_evaluation(&mut self, frame: &mut Frame<'m>, state: &State, fault: &Fault) {
        let Fault::Query { location, after, .. } = fault else { return };
        let previous = match after {
            After::Work if frame.last == frame.entered => frame.before,
            After::Before => frame.before,
            After::Work | After::Entry => frame.last,
        };
        let failure = fault.clone().in_state(&state.name, frame.entered);
        let location = location.clone();
        frame.last = self.record(frame.scope, previous, || Detail::EvaluationFailed {
            error: failure.error.unwrap_or_else(|| "".into()),
            cause: failure.cause.unwrap_or_else(|| "".into()),
            location: location.map(Into::into),
            name: state.name.clone(),
        });
    }

    /// A state's work failed: it is tried again, or caught, or the frame fails.
    pub(super) fn failed(
        &mut self,
        number: usize,
        frame: &mut Frame<'m>,
        state: &'m State,
        failure: Failure,
    ) -> Step {
        if let Some(delay) = self.retry(frame, state, &failure) {
            if self.inspection().is_some() {
                return Step::Fail(failure);
            }
            frame.retries = frame.retries.saturating_add(1);
            frame.phase = Phase::Again;
            if delay.is_zero() {
                return Step::Stay;
            }
            self.wake_at(self.now.saturating_add(delay), number, frame);
            return Step::Block;
        }
        if !failure.fatal {
            let step = FanStep::Failed;
            let ended = match state.kind() {
                StateKind::Map => Some(Detail::MapEnded { step }),
                StateKind::Parallel => Some(Detail::ParallelEnded { step }),
                _ => None,
            };
            if let Some(detail) = ended {
                frame.last = self.record(frame.scope, frame.last, || detail);
            }
            let catches =
                |catcher: &&Catcher| matches_any(catcher.errors.iter().map(String::as_str), failure.name());
            if let Some((index, catcher)) = state.catch.iter().enumerate().find(|(_, c)| catches(c)) {
                self.note_caught(index, &failure);
                return match self.catch(frame, state, catcher, &failure) {
                    Ok(step) => step,
                    Err(fault) => {
                        self.tell_evaluation(frame, state, &fault);
                        Step::Fail(self.told(fault, frame, state))
                    }
                };
            }
        }
        Step::Fail(failure)
    }

    /// How long to wait before the state is tried again, if it is.
    fn retry(&mut self, frame: &mut Frame<'m>, state: &State, failure: &Failure) -> Option<Duration> {
        if failure.fatal {
            return None;
        }
        // The first retrier that matches counts: once it is used up, later ones have no say.
        let matches = |errors: &[String]| matches_any(errors.iter().map(String::as_str), failure.name());
        let (index, retrier) = state.retry.iter().enumerate().find(|(_, r)| matches(&r.errors))?;
        frame.used.resize(state.retry.len(), 0);
        let used = frame.used.get_mut(index)?;
        let before = self.inspection.as_ref().map_or(*used, |inspection| inspection.retries);
        if before >= retrier.max_attempts {
            return None;
        }
        let delay = retrier.backoff.delay(before);
        *used += 1;
        self.note_retry(index, delay);
        if !retrier.full_jitter {
            return Some(delay);
        }
        Some(delay.mul_f64(self.jitter.f64()))
    }

    fn catch(
        &mut self,
        frame: &mut Frame<'m>,
        state: &'m State,
        catcher: &'m Catcher,
        failure: &Failure,
    ) -> Result<Step, Fault> {
        // The event of a timeout has no cause; what is caught has an empty one.
        let empty = failure.is_timeout().then_some(Text::Static(""));
        let cause = failure.cause.clone().or(empty);
        let error = Data::new(json!({ "Error": failure.error, "Cause": cause }));
        let outgoing = {
            let scope = self.scope(frame, None);
            match state.language {
                Language::JsonPath => {
                    let assigned = assign(&catcher.assign, &Surroundings::new(&error, &scope))?;
                    Outgoing { output: combine(&catcher.result_path, &frame.input, error)?, assigned }
                }
                Language::Jsonata => {
                    let surroundings = Surroundings {
                        document: &frame.input,
                        result: None,
                        error_output: Some(&error),
                        scope: &scope,
                    };
                    let assigned = assign(&catcher.assign, &surroundings)?;
                    let output = match &catcher.output {
                        Some(template) => template.data(&surroundings)?,
                        None => error.clone(),
                    };
                    Outgoing { output, assigned }
                }
            }
        };
        self.leave(frame, state, Transition::Next(catcher.next), outgoing)
    }
}
