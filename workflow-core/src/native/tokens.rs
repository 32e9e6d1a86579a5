//! Task tokens: who holds one answers in the place of the handler that handed it out.

use std::{
    collections::HashMap,
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
    time::Duration,
};

use serde::Serialize;

use crate::{
    clock::{Running, Timer},
    error::{Failure, WorkflowError},
    given::TaskToken,
    history::Text,
};

/// Answers tasks that wait for their [`TaskToken`]: what `SendTaskSuccess`, `SendTaskFailure` and
/// `SendTaskHeartbeat` are on AWS. An [`Executor`](crate::Executor) has one, which all its executions share.
///
/// Virtual time stands still while other futures of the runtime have their turn, and moves on when none of
/// them answers: then timeouts run out. What is sent through [`after`](Self::after) takes effect so much
/// later.
///
/// ```
/// use std::{sync::mpsc, time::Duration};
/// use workflow_core::prelude::*;
///
/// #[task]
/// async fn approve(State(desk): State<mpsc::SyncSender<TaskToken>>, token: TaskToken, cents: u32) -> Pending<bool> {
///     // A real one would write a mail.
///     desk.send(token.clone()).ok();
///     token.pending()
/// }
///
/// #[workflow]
/// async fn expense(cents: u32) -> Result<bool, PlatformError> {
///     approve(cents).timeout(Duration::from_secs(86_400)).await
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (desk, tokens) = mpsc::sync_channel(1);
/// let executor = Executor::test().state(desk);
/// let boss = executor.task_tokens();
/// let (execution, ()) = tokio::join!(executor.run(expense(5)), async {
///     boss.complete(&tokens.recv().unwrap(), &true).unwrap();
/// });
/// assert!(execution.output().unwrap());
/// # }
/// ```
#[derive(Clone, Default)]
pub struct TaskTokens {
    shared: Arc<Mutex<Issued>>,
    after: Duration,
}

#[derive(Default)]
struct Issued {
    number: u64,
    waiting: HashMap<String, Mailbox>,
}

/// What was sent with a token and not read yet.
#[derive(Default)]
struct Mailbox {
    letters: Vec<(Duration, Letter)>,
    reader: Option<Waker>,
}

enum Letter {
    Heartbeat,
    Answer(Result<Text, Failure>),
}

/// Why an answer was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TaskTokenError {
    /// No task waits for this token: it has its answer, took too long, or never existed.
    #[error("no task waits for the token `{token}`")]
    NobodyWaits {
        /// The token.
        token: String,
    },
    /// The value cannot be written as JSON.
    #[error("the answer cannot be written as JSON: {message}")]
    Unwritable {
        /// What serde says.
        message: String,
    },
}

impl TaskTokens {
    /// The task succeeds with this value, which must be what its type says.
    ///
    /// # Errors
    ///
    /// When no task waits for the token, or the value cannot be written.
    pub fn complete<T: Serialize + ?Sized>(
        &self,
        token: &TaskToken,
        value: &T,
    ) -> Result<(), TaskTokenError> {
        let text =
            Text::json(value).map_err(|error| TaskTokenError::Unwritable { message: error.to_string() })?;
        self.send(token, Letter::Answer(Ok(text)))
    }

    /// The task fails with this error.
    ///
    /// # Errors
    ///
    /// When no task waits for the token.
    pub fn fail<E: WorkflowError>(&self, token: &TaskToken, error: &E) -> Result<(), TaskTokenError> {
        self.send(token, Letter::Answer(Err(error.to_failure())))
    }

    /// The task is being worked on: its heartbeat begins anew.
    ///
    /// # Errors
    ///
    /// When no task waits for the token.
    pub fn heartbeat(&self, token: &TaskToken) -> Result<(), TaskTokenError> {
        self.send(token, Letter::Heartbeat)
    }

    /// The same for what takes effect so much later, by the clock of the task's execution.
    #[must_use]
    pub fn after(&self, delay: Duration) -> Self {
        Self { shared: Arc::clone(&self.shared), after: self.after + delay }
    }

    fn send(&self, token: &TaskToken, letter: Letter) -> Result<(), TaskTokenError> {
        let reader = {
            let mut issued = self.lock();
            let Some(mailbox) = issued.waiting.get_mut(token.as_str()) else {
                return Err(TaskTokenError::NobodyWaits { token: token.to_string() });
            };
            mailbox.letters.push((self.after, letter));
            mailbox.reader.take()
        };
        if let Some(reader) = reader {
            reader.wake();
        }
        Ok(())
    }

    /// A new token of an execution.
    pub(super) fn issue(&self, execution: &str) -> Wait {
        let mut issued = self.lock();
        issued.number += 1;
        let token = format!("{execution}#{}", issued.number);
        issued.waiting.insert(token.clone(), Mailbox::default());
        Wait { tokens: self.clone(), token }
    }

    /// Waits for whoever holds a token that another engine made.
    pub(crate) fn wait_for(&self, token: &str) -> Wait {
        self.lock().waiting.insert(token.to_owned(), Mailbox::default());
        Wait { tokens: self.clone(), token: token.to_owned() }
    }

    /// Whether a task waits for an answer.
    pub(super) fn are_awaited(&self) -> bool {
        !self.lock().waiting.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Issued> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for TaskTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskTokens").field("waiting", &self.lock().waiting.len()).finish()
    }
}

/// A token that is waited for. Dropped, nobody waits any more.
pub(crate) struct Wait {
    tokens: TaskTokens,
    pub(super) token: String,
}

impl Wait {
    /// The answer, however late it is to take effect.
    pub(crate) async fn letter(&self) -> Result<Text, Failure> {
        poll_fn(|cx| {
            let mut issued = self.tokens.lock();
            let Some(mailbox) = issued.waiting.get_mut(&self.token) else { return Poll::Pending };
            mailbox.reader = Some(cx.waker().clone());
            let answer = mailbox.letters.drain(..).find_map(|(_, letter)| match letter {
                Letter::Answer(answer) => Some(answer),
                Letter::Heartbeat => None,
            });
            answer.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }

    /// The answer; none where the heartbeat was missed.
    pub(super) async fn answer(
        &self,
        clock: &Running,
        heartbeat: Option<Duration>,
    ) -> Option<Result<Text, Failure>> {
        let mut letters: Vec<(Duration, Letter)> = Vec::new();
        let mut silent_until = heartbeat.map(|heartbeat| clock.elapsed().saturating_add(heartbeat));
        let mut timer: Option<(Duration, Timer)> = None;
        poll_fn(|cx| {
            loop {
                let now = clock.elapsed();
                if let Some(mailbox) = self.tokens.lock().waiting.get_mut(&self.token) {
                    let sent =
                        mailbox.letters.drain(..).map(|(after, letter)| (now.saturating_add(after), letter));
                    letters.extend(sent);
                    mailbox.reader = Some(cx.waker().clone());
                }
                // The sort is stable: of two at one time, the one that was sent first counts first.
                letters.sort_by_key(|(due, _)| *due);
                if letters.first().is_some_and(|(due, _)| *due <= now) {
                    match letters.remove(0).1 {
                        Letter::Answer(answer) => return Poll::Ready(Some(answer)),
                        Letter::Heartbeat => {
                            silent_until = heartbeat.map(|heartbeat| now.saturating_add(heartbeat))
                        }
                    }
                    continue;
                }
                if silent_until.is_some_and(|until| until <= now) {
                    return Poll::Ready(None);
                }
                let next = letters.first().map(|(due, _)| *due).into_iter().chain(silent_until).min();
                let Some(next) = next else { return Poll::Pending };
                let (due, running) = timer.get_or_insert_with(|| (next, clock.timer(next)));
                if *due != next {
                    (*due, *running) = (next, clock.timer(next));
                }
                if Pin::new(running).poll(cx).is_pending() {
                    return Poll::Pending;
                }
                timer = None;
            }
        })
        .await
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.tokens.lock().waiting.remove(&self.token);
    }
}
