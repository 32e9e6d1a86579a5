//! Polls executions to their end, and moves virtual time when all that is left is to wait.

use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{self, Poll, Wake, Waker},
    time::Duration,
};

use super::{Context, ExecutorError, attempt::panicked, context::Stop};
use crate::{error::Failure, history::Text};

/// How often other futures of the runtime have their turn before virtual time moves on while a task waits for
/// its token.
const TURNS: u32 = 32;

/// How a workflow's body ended.
pub(super) enum End {
    Returned(Result<Text, Failure>),
    TimedOut,
    Aborted(ExecutorError),
}

/// Polls a workflow's body to its end.
pub(super) async fn drive<F>(context: &Context, mut body: Pin<&mut F>, limit: Option<Duration>) -> End
where
    F: Future<Output = Result<Text, Failure>>,
{
    let clock = &context.shared.clock;
    let mut timer = None;
    let mut time = Time::of(context);
    poll_fn(|cx| {
        let waker = time.woken.passing_on(cx.waker());
        let cx = &mut task::Context::from_waker(&waker);
        loop {
            match catch_unwind(AssertUnwindSafe(|| body.as_mut().poll(cx))) {
                Ok(Poll::Ready(result)) => return Poll::Ready(End::Returned(result)),
                Ok(Poll::Pending) => {}
                Err(panic) => {
                    return Poll::Ready(End::Returned(Err(panicked(&*panic))));
                }
            }
            match context.take_stop() {
                Some(Stop::Fail(failure)) => return Poll::Ready(End::Returned(Err(failure))),
                Some(Stop::Abort(error)) => return Poll::Ready(End::Aborted(error)),
                None => {}
            }
            if let Some(limit) = limit {
                let timer = timer.get_or_insert_with(|| clock.timer(limit));
                if Pin::new(timer).poll(cx).is_ready() {
                    return Poll::Ready(End::TimedOut);
                }
            }
            // The time is its parent's to move.
            if context.shared.is_child {
                return Poll::Pending;
            }
            let _: Poll<()> = context.shared.family.poll(cx);
            match time.pass(cx) {
                Next::Poll => {}
                Next::Wait => return Poll::Pending,
                Next::Never => {
                    let state = context.lock().tape.last_state().unwrap_or_default().to_owned();
                    return Poll::Ready(End::Aborted(ExecutorError::Stalled { state }));
                }
            }
        }
    })
    .await
}

/// Polls what an execution has started and left, until all of it has ended.
pub(super) async fn settle(context: &Context) {
    let mut time = Time::of(context);
    poll_fn(|cx| {
        let waker = time.woken.passing_on(cx.waker());
        let cx = &mut task::Context::from_waker(&waker);
        loop {
            if context.shared.family.poll(cx).is_ready() {
                return Poll::Ready(());
            }
            match time.pass(cx) {
                Next::Poll => {}
                Next::Wait => return Poll::Pending,
                // What is left can never end.
                Next::Never => return Poll::Ready(()),
            }
        }
    })
    .await;
}

/// What is to be done about what is pending.
enum Next {
    /// Some of it can go on.
    Poll,
    /// Something outside happens first.
    Wait,
    /// Nothing waits for a time.
    Never,
}

/// The virtual time of an execution and of those that it started.
struct Time<'a> {
    context: &'a Context,
    woken: Arc<Woken>,
    turns: u32,
}

impl<'a> Time<'a> {
    fn of(context: &'a Context) -> Self {
        Self { context, woken: Arc::default(), turns: 0 }
    }

    /// Moves virtual time on when all that is left is to wait.
    fn pass(&mut self, cx: &task::Context<'_>) -> Next {
        let clock = &self.context.shared.clock;
        if !clock.is_virtual() || !self.context.is_idle() {
            return Next::Wait;
        }
        // Many branches are not all polled at once: those that are left ask for it so.
        if self.woken.take() {
            return Next::Poll;
        }
        // Whoever holds a token has the time to answer before the time moves on.
        if self.turns < TURNS && self.context.shared.executor.inner.tokens.are_awaited() {
            self.turns += 1;
            cx.waker().wake_by_ref();
            return Next::Wait;
        }
        self.turns = 0;
        let moved = clock.advance();
        self.woken.take();
        if moved { Next::Poll } else { Next::Never }
    }
}

/// Knows whether somebody was woken, and passes it on.
#[derive(Default)]
struct Woken {
    woken: AtomicBool,
    to: Mutex<Option<Waker>>,
}

impl Woken {
    /// A waker that tells this and `to`.
    fn passing_on(self: &Arc<Self>, to: &Waker) -> Waker {
        let mut known = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *known {
            Some(known) => known.clone_from(to),
            None => *known = Some(to.clone()),
        }
        drop(known);
        self.woken.store(false, Ordering::Relaxed);
        Waker::from(Arc::clone(self))
    }

    /// Whether somebody was woken since the last time.
    fn take(&self) -> bool {
        self.woken.swap(false, Ordering::Relaxed)
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Relaxed);
        if let Some(to) = &*self.to.lock().unwrap_or_else(PoisonError::into_inner) {
            to.wake_by_ref();
        }
    }
}
