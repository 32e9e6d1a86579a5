//! What answers in the place of every task: a test that makes the answers up.

use std::{future::pending, time::Duration};

use crate::{
    data::{Data, Shape},
    error::{ErrorVariant, Failure, WorkflowError},
    history::Text,
    native::{Context, ExecutorError, NoAnswer},
    task::Task,
};

/// Answers in the place of tasks that it has never heard of.
pub(crate) trait StandIn: Send + Sync {
    /// The answer to an attempt; None where the task itself answers.
    fn answer(&self, asked: &Asked) -> Option<StoodIn>;

    /// A value of this shape for the attempt. One that the task's type refuses is asked for again, with
    /// another turn.
    fn value(&self, asked: &Asked, turn: u32) -> serde_json::Value;
}

/// An attempt that a stand-in is asked to answer.
pub(crate) struct Asked {
    pub(crate) task: &'static str,
    pub(crate) state: &'static str,
    /// How many attempts the state had before this one.
    pub(crate) before: u32,
    pub(crate) output: Shape,
    pub(crate) errors: Vec<ErrorVariant>,
    pub(crate) wire: Wire,
    /// Whether an attempt that never answers comes to an end.
    pub(crate) is_limited: bool,
}

/// How a service reports the failure of what it runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wire {
    /// By name and cause.
    Plain,
    /// As Lambda wraps it.
    Lambda,
    /// As the failure of an execution that was started.
    Child,
}

/// What a stand-in answers.
pub(crate) struct StoodIn {
    pub(crate) what: What,
    pub(crate) after: Duration,
}

pub(crate) enum What {
    /// A value of the task's type.
    Value,
    Failure(Failure),
    Hangs,
    /// There are no more answers, after so many.
    NoMore(usize),
}

/// How often a value is made up anew that a type refuses, such as a text that is no time.
const TURNS: u32 = 50;

impl Context {
    /// The answer of the executor's stand-in, where it has one and that has an answer.
    pub(super) fn stood_in<T: Task>(&self, state: &'static str, is_limited: bool) -> Option<Answer> {
        let stand_in = self.shared.executor.inner.stand_in.as_ref()?;
        let before = {
            let mut mutable = self.lock();
            let before = mutable.asked.entry(state).or_default();
            *before += 1;
            *before - 1
        };
        let asked = Asked {
            task: T::NAME,
            state,
            before,
            output: <T::Output as Data>::shape(),
            errors: T::Error::variants(),
            wire: match T::RESOURCE {
                resource if resource.answers_as_lambda() => Wire::Lambda,
                resource if resource.service() == "states" && resource.is_waited_for() => Wire::Child,
                _ => Wire::Plain,
            },
            is_limited,
        };
        let StoodIn { what, after } = stand_in.answer(&asked)?;
        let answer = match what {
            What::Value => Some(Ok((0..TURNS).find_map(|turn| {
                let value = stand_in.value(&asked, turn);
                let output: T::Output = serde_json::from_value(value).ok()?;
                T::answer(&output).ok()
            })?)),
            What::Failure(failure) => Some(Err(NoAnswer::Failed(failure))),
            What::Hangs => None,
            What::NoMore(answers) => {
                Some(Err(NoAnswer::Abort(ExecutorError::MockExhausted { task: T::NAME, answers })))
            }
        };
        Some(Answer { answer, after })
    }

    /// Gives the answer of a stand-in when its time has come.
    pub(super) async fn give(&self, stood_in: Answer) -> Result<Text, NoAnswer> {
        let Answer { answer, after } = stood_in;
        if !after.is_zero() {
            self.pause(after).await;
        }
        match answer {
            Some(answer) => answer,
            None => pending().await,
        }
    }
}

/// The answer of a stand-in as text.
pub(super) struct Answer {
    /// None where the attempt never ends.
    answer: Option<Result<Text, NoAnswer>>,
    after: Duration,
}
