//! Waiting on a condition variable with a time limit.
//!
//! Loom has no clock. In a model, a wait ends when the model says so. So loom tries
//! the end of the wait against every step of the other threads.

#[cfg(loom)]
pub(crate) use modelled::Deadline;
#[cfg(all(test, loom))]
pub(crate) use modelled::let_one_wait_end;
#[cfg(not(loom))]
pub(crate) use plain::Deadline;

#[cfg(shuttle)]
use super::{AtomicBool, advance, yield_now};
use super::{Condvar, MutexGuard};
#[cfg(shuttle)]
use std::sync::atomic::Ordering::SeqCst;
use std::{sync::PoisonError, time::Duration};

/// Waits for a notification, at most for `limit`. Returns whether that time is up.
#[cfg(not(shuttle))]
pub(crate) fn wait_timeout<'a, T>(
    condvar: &Condvar,
    guard: MutexGuard<'a, T>,
    limit: Duration,
) -> (MutexGuard<'a, T>, bool) {
    let waited = condvar.wait_timeout(guard, limit);
    let (guard, result) = waited.unwrap_or_else(PoisonError::into_inner);
    (guard, result.timed_out())
}

/// Shuttle's condition variables have no time limit. So another thread notifies, at a
/// moment that the schedule chooses.
#[cfg(shuttle)]
pub(crate) fn wait_timeout<'a, T>(
    condvar: &Condvar,
    guard: MutexGuard<'a, T>,
    limit: Duration,
) -> (MutexGuard<'a, T>, bool) {
    let (over, is_up) = (AtomicBool::new(false), AtomicBool::new(false));
    let guard = shuttle::thread::scope(|scope| {
        scope.spawn(|| {
            yield_now();
            // The first notification may come before the wait has begun, so repeat it.
            while !over.load(SeqCst) {
                if !is_up.swap(true, SeqCst) {
                    advance(limit);
                }
                condvar.notify_all();
                yield_now();
            }
        });
        let guard = condvar.wait(guard);
        over.store(true, SeqCst);
        guard.unwrap_or_else(PoisonError::into_inner)
    });
    (guard, is_up.into_inner())
}

#[cfg(not(loom))]
mod plain {
    use super::wait_timeout;
    use crate::primitives::{Condvar, MutexGuard, now};
    use std::{
        sync::PoisonError,
        time::{Duration, Instant},
    };

    /// The moment at which a wait ends. `None` if it has no limit.
    pub(crate) struct Deadline(Option<Instant>);

    impl Deadline {
        /// The moment `limit` from now. It never comes if there is no limit, or if the
        /// clock cannot count that far.
        pub(crate) fn after(limit: Option<Duration>) -> Self {
            Self(limit.and_then(|limit| now().checked_add(limit)))
        }

        pub(crate) fn is_past(&self) -> bool {
            self.0.is_some_and(|deadline| now() >= deadline)
        }

        /// Waits for a notification, until this moment at most. Like every wait on a
        /// condition variable, it may end without either.
        pub(crate) fn wait<'a, T>(
            &self,
            condvar: &Condvar,
            guard: MutexGuard<'a, T>,
        ) -> MutexGuard<'a, T> {
            let Some(deadline) = self.0 else {
                return condvar.wait(guard).unwrap_or_else(PoisonError::into_inner);
            };
            let left = deadline.saturating_duration_since(now());
            wait_timeout(condvar, guard, left).0
        }
    }
}

#[cfg(loom)]
mod modelled {
    use crate::primitives::{Condvar, MutexGuard};
    #[cfg(test)]
    use crate::primitives::{Mutex, lock};
    use std::{
        sync::atomic::{AtomicUsize, Ordering::SeqCst},
        time::Duration,
    };

    loom::lazy_static! {
        /// How many waits may end. Not loom's atomic: it is read and written
        /// under the lock of the waiting threads.
        static ref ENDED: AtomicUsize = AtomicUsize::new(0);
    }

    /// The end of a wait: when the model says so, or never.
    pub(crate) struct Deadline {
        comes: bool,
    }

    impl Deadline {
        pub(crate) fn after(limit: Option<Duration>) -> Self {
            let comes = limit.is_some();
            Self { comes }
        }

        /// Whether this wait is one that the model has ended.
        pub(crate) fn is_past(&self) -> bool {
            let end = |ended: usize| ended.checked_sub(1);
            self.comes && ENDED.fetch_update(SeqCst, SeqCst, end).is_ok()
        }

        pub(crate) fn wait<'a, T>(
            &self,
            condvar: &Condvar,
            guard: MutexGuard<'a, T>,
        ) -> MutexGuard<'a, T> {
            if self.comes && ENDED.load(SeqCst) > 0 {
                return guard;
            }
            condvar.wait(guard).unwrap()
        }
    }

    /// Ends one wait: that of a thread that waits now, or the next one.
    #[cfg(test)]
    pub(crate) fn let_one_wait_end<T>(mutex: &Mutex<T>, condvar: &Condvar) {
        let guard = lock(mutex);
        ENDED.fetch_add(1, SeqCst);
        drop(guard);
        condvar.notify_one();
    }
}
