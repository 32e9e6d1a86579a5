//! Time as an execution sees it: the machine's own, or one that jumps.
//!
//! A virtual clock belongs to one execution. It moves only when the executor says that nothing else
//! can happen, and then to the earliest timer, so that a day's wait takes no time at all and comes
//! out the same on every run.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::time::{Instant, Sleep};

use crate::time::Timestamp;

/// The longest that a wait takes, a hundred years: it keeps the arithmetic of time total in both engines. Step
/// Functions ends an execution after one.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(3_155_760_000);

/// Which time an executor's executions live in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Clock {
    /// The machine's own. Waits are real, and need a Tokio runtime with its timer enabled.
    Real,
    /// Starts at this point for each execution, stands still while a handler works, and jumps to
    /// the next timer when all that is left to do is to wait.
    Virtual(Timestamp),
}

impl Clock {
    /// A virtual clock that starts at 2026-01-01T00:00:00Z.
    pub const fn virtual_time() -> Self {
        Self::Virtual(Timestamp::from_millis(1_767_225_600_000))
    }

    pub(crate) fn start(self) -> Running {
        match self {
            Self::Real => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                let start = Timestamp::from_millis(0) + since;
                Running { start, before: Duration::ZERO, kind: Kind::Real(Instant::now()) }
            }
            Self::Virtual(start) => {
                Running { start, before: Duration::ZERO, kind: Kind::Virtual(Arc::default()) }
            }
        }
    }
}

/// The clock of one execution. Its points in time are measured from the execution's start.
pub(crate) struct Running {
    start: Timestamp,
    /// How long the clock ran before the execution started: one that another execution started shares its
    /// virtual clock.
    before: Duration,
    kind: Kind,
}

enum Kind {
    Real(Instant),
    Virtual(Arc<Mutex<Timers>>),
}

/// The timers of a virtual clock.
#[derive(Default)]
pub(crate) struct Timers {
    now: Duration,
    next_id: u64,
    /// Those that have not ended, in no order: an execution has a handful.
    waiting: Vec<(u64, Duration, Waker)>,
}

impl Running {
    /// The time since the execution started.
    pub(crate) fn elapsed(&self) -> Duration {
        match &self.kind {
            Kind::Real(origin) => origin.elapsed(),
            Kind::Virtual(timers) => lock(timers).now.saturating_sub(self.before),
        }
    }

    /// The same clock for an execution that starts now.
    pub(crate) fn fork(&self) -> Self {
        let start = self.now();
        match &self.kind {
            Kind::Real(_) => Self { start, before: Duration::ZERO, kind: Kind::Real(Instant::now()) },
            Kind::Virtual(timers) => {
                let before = lock(timers).now;
                Self { start, before, kind: Kind::Virtual(Arc::clone(timers)) }
            }
        }
    }

    /// When the execution started.
    pub(crate) fn started(&self) -> Timestamp {
        self.start
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.start + self.elapsed()
    }

    pub(crate) fn is_virtual(&self) -> bool {
        matches!(self.kind, Kind::Virtual(_))
    }

    /// A future that ends at a point after the execution's start.
    pub(crate) fn timer(&self, deadline: Duration) -> Timer {
        match &self.kind {
            Kind::Real(origin) => {
                // A point beyond what an `Instant` can hold is as good as a century away.
                let at = origin.checked_add(deadline).unwrap_or_else(|| Instant::now() + LONGEST_WAIT);
                Timer::Real(Box::pin(tokio::time::sleep_until(at)))
            }
            Kind::Virtual(timers) => {
                let deadline = deadline.saturating_add(self.before);
                Timer::Virtual { timers: Arc::clone(timers), deadline, id: None }
            }
        }
    }

    /// Jumps to the earliest timer of a virtual clock and wakes who waited for it. `false` when nobody waits.
    ///
    /// Of several timers of one instant the oldest ends alone: what it leads to comes before what the next one does,
    /// however deep in branches and iterations each of them is.
    pub(crate) fn advance(&self) -> bool {
        let Kind::Virtual(timers) = &self.kind else { return false };
        let mut timers = lock(timers);
        let waiting = timers.waiting.iter().enumerate();
        let earliest = waiting.min_by_key(|(_, (id, deadline, _))| (*deadline, *id)).map(|(place, _)| place);
        let Some(place) = earliest else { return false };
        let (_, deadline, waker) = timers.waiting.swap_remove(place);
        timers.now = timers.now.max(deadline);
        drop(timers);
        waker.wake();
        true
    }
}

/// Ends at its deadline; dropped, it is forgotten.
pub(crate) enum Timer {
    Real(Pin<Box<Sleep>>),
    Virtual { timers: Arc<Mutex<Timers>>, deadline: Duration, id: Option<u64> },
}

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.get_mut() {
            Self::Real(sleep) => sleep.as_mut().poll(cx),
            Self::Virtual { timers, deadline, id } => {
                let mut timers = lock(timers);
                let Some(id) = *id else {
                    if timers.now >= *deadline {
                        return Poll::Ready(());
                    }
                    let new = timers.next_id;
                    timers.next_id += 1;
                    timers.waiting.push((new, *deadline, cx.waker().clone()));
                    *id = Some(new);
                    return Poll::Pending;
                };
                let Some((_, _, waker)) = timers.waiting.iter_mut().find(|(other, ..)| *other == id) else {
                    return Poll::Ready(());
                };
                waker.clone_from(cx.waker());
                Poll::Pending
            }
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Self::Virtual { timers, id: Some(id), .. } = self {
            lock(timers).waiting.retain(|(other, ..)| other != id);
        }
    }
}

fn lock(timers: &Mutex<Timers>) -> MutexGuard<'_, Timers> {
    timers.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll(timer: &mut Timer) -> bool {
        Pin::new(timer).poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn virtual_time_jumps_to_the_earliest_timer_that_is_left() {
        let clock = Clock::virtual_time().start();
        let mut hour = clock.timer(Duration::from_secs(3_600));
        let mut minute = clock.timer(Duration::from_secs(60));
        assert!(!poll(&mut hour) && !poll(&mut minute));
        assert!(clock.advance());
        assert!(poll(&mut minute) && !poll(&mut hour));
        assert_eq!(clock.elapsed(), Duration::from_secs(60));
        drop(minute);
        assert!(clock.advance());
        assert_eq!(clock.now().as_millis(), 1_767_225_600_000 + 3_600_000);
    }

    #[test]
    fn timers_of_one_instant_end_one_by_one() {
        let clock = Clock::virtual_time().start();
        let [mut first, mut second] = [1, 1].map(|seconds| clock.timer(Duration::from_secs(seconds)));
        assert!(!poll(&mut first) && !poll(&mut second));
        assert!(clock.advance());
        assert!(!poll(&mut second) && poll(&mut first));
        assert!(clock.advance());
        assert!(poll(&mut second));
        assert_eq!(clock.elapsed(), Duration::from_secs(1));
    }

    #[test]
    fn a_dropped_timer_is_forgotten() {
        let clock = Clock::virtual_time().start();
        let mut timer = clock.timer(Duration::from_secs(1));
        assert!(!poll(&mut timer));
        drop(timer);
        assert!(!clock.advance());
    }
}
