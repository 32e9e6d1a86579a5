//! What a test has a task answer instead of its handler.

use std::{fmt, time::Duration};

use crate::{
    error::{Failure, WorkflowError},
    history::Text,
    task::Task,
};

/// What a task answers instead of running its handler.
///
/// Retries, timeouts and the history treat the answer like a handler's own. Each execution reads a
/// [`sequence`](Mock::sequence) from its beginning.
pub struct Mock<T: Task> {
    pub(super) answer: Answer<T>,
    pub(super) after: Duration,
}

pub(super) enum Answer<T: Task> {
    /// A result as JSON text, or why it cannot be written.
    Value(Result<Text, String>),
    /// What the handler itself reports.
    Error(Failure),
    /// What the platform reports.
    Failure(Failure),
    With(With<T>),
    Hangs,
    Sequence(Vec<Mock<T>>),
}

type With<T> =
    Box<dyn Fn(<T as Task>::Arguments) -> Result<<T as Task>::Output, <T as Task>::Error> + Send + Sync>;

impl<T: Task> Mock<T> {
    /// Succeeds with this value each time.
    pub fn value(value: T::Output) -> Self {
        Self::new(Answer::Value(T::answer(&value).map_err(|error| error.to_string())))
    }

    /// Fails with this error each time, as the handler would.
    pub fn error(error: T::Error) -> Self {
        Self::new(Answer::Error(error.to_failure()))
    }

    /// Answers with this result each time.
    pub fn result(result: Result<T::Output, T::Error>) -> Self {
        result.map_or_else(Self::error, Self::value)
    }

    /// Fails with this name and cause each time, as the platform would: `Lambda.ServiceException`,
    /// `States.Timeout`, or whatever a handler in another language reports.
    pub fn failure(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self::new(Answer::Failure(Failure::new(error, cause)))
    }

    /// Answers each attempt with the next of these. An attempt after the last one ends the
    /// execution as aborted, with an error that names the task.
    pub fn sequence(answers: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for mock in answers {
            match mock.answer {
                Answer::Sequence(inner) => {
                    flat.extend(
                        inner.into_iter().map(|answer| Self { after: answer.after + mock.after, ..answer }),
                    );
                }
                _ => flat.push(mock),
            }
        }
        Self::new(Answer::Sequence(flat))
    }

    /// Answers with what this function makes of the arguments.
    pub fn with(
        answer: impl Fn(T::Arguments) -> Result<T::Output, T::Error> + Send + Sync + 'static,
    ) -> Self {
        Self::new(Answer::With(Box::new(answer)))
    }

    /// Never answers, so that only a timeout ends the attempt.
    pub fn hangs() -> Self {
        Self::new(Answer::Hangs)
    }

    /// Takes so long to answer, by the execution's clock.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.after = delay;
        self
    }

    fn new(answer: Answer<T>) -> Self {
        Self { answer, after: Duration::ZERO }
    }
}

impl<T: Task> fmt::Debug for Mock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mock of `{}`", T::NAME)
    }
}
