//! One stay in a state, from its entry to its exit. What each type of state does stands here; Task
//! states and those with children have files of their own.

use std::time::Duration;

use serde_json::Value;

use super::{Engine, Frame, Phase, Step, data_flow::NumberKind};
use crate::{
    clock::LONGEST_WAIT,
    history::{Detail, Text},
    interpreter::{
        expression::Surroundings,
        fault::{After, Failure, Fault},
        inspection::Station,
        machine::{
            Choice, Condition, Fail, Kind, Language, Number, State, Timestamp, Transition, Wait, Words,
        },
        report::InterpreterError,
        time,
    },
};

impl<'m> Engine<'m> {
    /// Goes on in a frame's state.
    pub(super) fn step(&mut self, number: usize, frame: &mut Frame<'m>) -> Step {
        let state = &frame.machine.states[frame.state];
        let step = match std::mem::replace(&mut frame.phase, Phase::Waiting) {
            Phase::Enter => {
                self.enter(frame, state);
                if self.end.is_some() {
                    return Step::Block;
                }
                self.begin(number, frame, state)
            }
            Phase::Again => self.begin(number, frame, state),
            Phase::Waiting => self.waited(frame, state),
            Phase::Answered(result) => return self.answered(number, frame, state, result),
            Phase::Gathered(result) => return self.gathered(number, frame, state, result),
            running @ (Phase::Attempt { .. } | Phase::Fanned(_)) => {
                frame.phase = running;
                return Step::Block;
            }
        };
        step.unwrap_or_else(|fault| self.fault(number, frame, state, fault))
    }

    fn enter(&mut self, frame: &mut Frame<'m>, state: &State) {
        self.steps += 1;
        if self.steps > self.settings.max_steps {
            let limit = self.settings.max_steps;
            self.end.get_or_insert(super::End::Aborted(InterpreterError::TooManySteps { limit }));
            return;
        }
        frame.before = frame.last;
        frame.entered_at = self.time();
        let input = &frame.input;
        frame.entered = self.record(frame.scope, frame.last, || Detail::StateEntered {
            state: state.kind(),
            name: state.name.clone(),
            input: input.text(),
        });
        frame.last = frame.entered;
    }

    /// Starts a state's work, or starts it once more.
    fn begin(&mut self, number: usize, frame: &mut Frame<'m>, state: &'m State) -> Result<Step, Fault> {
        match &state.kind {
            Kind::Task(task) => self.begin_task(number, frame, state, task),
            Kind::Map(map) => self.begin_map(number, frame, state, map),
            Kind::Parallel(branches) => self.begin_parallel(number, frame, state, branches),
            Kind::Choice(choice) => self.choose(frame, state, choice),
            Kind::Wait(wait) => self.wait(number, frame, state, wait),
            Kind::Fail(fail) => self.fail(frame, state, fail),
            Kind::Succeed => {
                let effective = self.effective_input(frame, state)?;
                let outgoing = self.outgoing(frame, state, effective)?;
                self.leave(frame, state, Transition::End, outgoing)
            }
            Kind::Pass(result) => {
                let effective = self.effective_input(frame, state)?;
                let result = match result {
                    Some(result) if state.parameters.is_none() => {
                        self.note(state, Station::Result, result);
                        result.clone()
                    }
                    _ => self.parameters(frame, state, effective, None)?,
                };
                let outgoing = self.outgoing(frame, state, result)?;
                self.leave(frame, state, state.next, outgoing)
            }
        }
    }

    /// A Wait state is over.
    fn waited(&mut self, frame: &mut Frame<'m>, state: &'m State) -> Result<Step, Fault> {
        let effective = self.effective_input(frame, state)?;
        let outgoing = self.outgoing(frame, state, effective)?;
        self.leave(frame, state, state.next, outgoing)
    }

    fn choose(&mut self, frame: &mut Frame<'m>, state: &'m State, choice: &'m Choice) -> Result<Step, Fault> {
        let effective = self.effective_input(frame, state)?;
        let chosen = {
            let scope = self.scope(frame, None);
            let surroundings = Surroundings::new(&effective, &scope);
            let mut chosen = None;
            for rule in &choice.rules {
                let holds = match &rule.condition {
                    Condition::Literal(holds) => *holds,
                    Condition::Rule(rule) => rule.holds(&surroundings)?,
                    Condition::Jsonata(condition) => match condition.value(&surroundings)? {
                        Value::Bool(holds) => holds,
                        value => return Err(condition.unexpected("boolean", &value)),
                    },
                };
                if holds {
                    chosen = Some(rule);
                    break;
                }
            }
            chosen
        };
        let (assignments, output, next) = match (chosen, choice.default) {
            (Some(rule), _) => (&rule.assign, rule.output.as_ref(), rule.next),
            (None, Some(next)) => (&state.assign, state.output.as_ref(), next),
            (None, None) => {
                let cause =
                    "Failed to transition out of the state. The state does not point to a next state.";
                return Err(Fault::Named("States.NoChoiceMatched", cause.to_owned()));
            }
        };
        let outgoing = match state.language {
            Language::Jsonata => self.outgoing_of_jsonata(frame, assignments, output, false, effective)?,
            Language::JsonPath => self.outgoing_of_paths(frame, state, assignments, effective)?,
        };
        self.leave(frame, state, Transition::Next(next), outgoing)
    }

    fn fail(&mut self, frame: &mut Frame<'m>, state: &State, fail: &Fail) -> Result<Step, Fault> {
        let effective = self.effective_input(frame, state)?;
        let scope = self.scope(frame, None);
        let surroundings = Surroundings::new(&effective, &scope);
        let error = words(fail.error.as_ref(), &surroundings)?;
        let cause = words(fail.cause.as_ref(), &surroundings)?;
        Err(Fault::Failed(Failure { error, cause, fatal: false }))
    }

    fn wait(
        &mut self,
        number: usize,
        frame: &mut Frame<'m>,
        state: &State,
        wait: &Wait,
    ) -> Result<Step, Fault> {
        let effective = self.effective_input(frame, state)?;
        let until = match wait {
            Wait::Seconds(seconds) => self.now + self.seconds(frame, seconds, &effective)?,
            Wait::Until(timestamp) => {
                let (seconds, nanos) = self.timestamp(frame, timestamp, &effective)?;
                let now = self.time().as_millis();
                let at = seconds.saturating_mul(1_000).saturating_add(i64::from(nanos / 1_000_000));
                let left = u64::try_from(at.saturating_sub(now)).unwrap_or_default();
                self.now + Duration::from_millis(left)
            }
        };
        frame.phase = Phase::Waiting;
        if self.inspection.is_some() {
            return Ok(Step::Stay);
        }
        self.wake_at(until, number, frame);
        Ok(Step::Block)
    }

    fn seconds(&self, frame: &Frame<'m>, seconds: &Number, document: &Value) -> Result<Duration, Fault> {
        let number = match seconds {
            Number::Path { field, path } => {
                let scope = self.scope(frame, None);
                let value = path.entry(field, &Surroundings::new(document, &scope))?;
                let (value, source) = (&*value, path.source());
                match value.as_f64() {
                    Some(number) if number < 0.0 => {
                        return Err(Fault::Runtime(format!(
                            "The {field} parameter references a negative value: {source} == {value}"
                        )));
                    }
                    Some(number) if number.fract() == 0.0 => number,
                    _ => {
                        let told = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                        return Err(Fault::Runtime(format!(
                            "The {field} parameter does not reference an integer value: {source} == {told}"
                        )));
                    }
                }
            }
            other => self.number(frame, Some(other), document, NumberKind::Whole)?.unwrap_or_default(),
        };
        if let (true, Number::Jsonata { field, .. }) = (number < 0.0, seconds) {
            return Err(Fault::query(format!("The {field} field must not be negative: {number}"), field));
        }
        Ok(Duration::from_secs_f64(number.clamp(0.0, LONGEST_WAIT.as_secs_f64())))
    }

    fn timestamp(
        &self,
        frame: &Frame<'m>,
        timestamp: &Timestamp,
        document: &Value,
    ) -> Result<time::Instant, Fault> {
        let scope = self.scope(frame, None);
        let surroundings = Surroundings::new(document, &scope);
        const FORMAT: &str = "ISO-8601 extended offset date-time format string";
        match timestamp {
            Timestamp::Literal(text) => time::parse(text).ok_or_else(|| {
                Fault::Runtime(format!("The Timestamp field cannot be parsed as an {FORMAT}: {text}"))
            }),
            Timestamp::Path(path) => {
                let value = path.entry("TimestampPath", &surroundings)?;
                let told = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                time::parse(&told).ok_or_else(|| {
                    Fault::Runtime(format!(
                        "The TimestampPath parameter does not reference a valid {FORMAT}: {} == {told}",
                        path.source()
                    ))
                })
            }
            Timestamp::Jsonata(expression) => match expression.value(&surroundings)? {
                Value::String(text) => time::parse(&text).ok_or_else(|| Fault::Query {
                    cause: format!("The Timestamp field cannot be parsed as an {FORMAT}: {text}"),
                    location: Some("Timestamp".to_owned()),
                    after: After::Entry,
                }),
                value => Err(expression.unexpected("string", &value)),
            },
        }
    }
}

/// `Error` or `Cause` of a Fail state.
fn words(words: Option<&Words>, surroundings: &Surroundings<'_>) -> Result<Option<Text>, Fault> {
    Ok(match words {
        None => None,
        Some(Words::Literal(text)) => Some(text.clone()),
        Some(Words::Path { field, path }) => match path.entry(field, surroundings)?.into_owned() {
            Value::String(text) => Some(text.into()),
            value => {
                let source = path.source();
                return Err(Fault::Runtime(format!(
                    "The {field} parameter does not reference a string value: {source} == {value}"
                )));
            }
        },
        Some(Words::Jsonata(expression)) => match expression.value(surroundings)? {
            Value::String(text) => Some(text.into()),
            value => return Err(expression.unexpected("string", &value)),
        },
    })
}
