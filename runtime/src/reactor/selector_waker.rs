//! Ends the reactor's wait from another thread.
//!
//! This is `mio::Waker`, an eventfd on Linux. A loom model does not wait on a
//! selector, so it uses a notification of loom's instead.

#[cfg(loom)]
pub(super) use modelled::SelectorWaker;
#[cfg(not(any(loom, shuttle)))]
pub(super) use real::SelectorWaker;
#[cfg(shuttle)]
pub(super) use scheduled::SelectorWaker;

#[cfg(not(any(loom, shuttle)))]
mod real {
    use mio::{Registry, Token, Waker};
    use std::io;

    pub(in super::super) struct SelectorWaker(Waker);

    impl SelectorWaker {
        pub(in super::super) fn new(registry: &Registry, token: Token) -> io::Result<Self> {
            Waker::new(registry, token).map(Self)
        }

        /// Ends the current wait, or the next one.
        pub(in super::super) fn wake(&self) {
            // mio handles the one error that is possible here, a saturated
            // counter: it resets the counter and writes again.
            let _ = self.0.wake();
        }
    }
}

#[cfg(loom)]
mod modelled {
    use mio::{Registry, Token};
    use std::io;

    pub(in super::super) struct SelectorWaker(loom::sync::Notify);

    impl SelectorWaker {
        #[expect(clippy::unnecessary_wraps, reason = "the signature without loom")]
        pub(in super::super) fn new(_: &Registry, _: Token) -> io::Result<Self> {
            Ok(Self(loom::sync::Notify::new()))
        }

        pub(in super::super) fn wake(&self) {
            self.0.notify();
        }

        /// Waits for `wake`, in place of the selector. loom also ends one such
        /// wait without a `wake`, just as an event would.
        #[cfg(test)]
        pub(in super::super) fn wait(&self) {
            self.0.wait();
        }
    }
}

#[cfg(shuttle)]
mod scheduled {
    use super::super::Reactor;
    use crate::primitives::{Condvar, Mutex, advance, lock, yield_now};
    use mio::{Registry, Token};
    use std::{io, mem, time::Duration};

    /// Under shuttle no thread may wait on a selector, because all threads share
    /// one thread of the system. So there are wakes and timers, but no sockets.
    #[derive(Default)]
    pub(in super::super) struct SelectorWaker {
        is_woken: Mutex<bool>,
        condvar: Condvar,
    }

    impl SelectorWaker {
        #[expect(clippy::unnecessary_wraps, reason = "the signature without shuttle")]
        pub(in super::super) fn new(_: &Registry, _: Token) -> io::Result<Self> {
            Ok(Self::default())
        }

        pub(in super::super) fn wake(&self) {
            *lock(&self.is_woken) = true;
            self.condvar.notify_all();
        }

        fn was_woken(&self) -> bool {
            mem::take(&mut *lock(&self.is_woken))
        }

        /// Waits for `wake`. With a limit, this lets other threads run a few times. Then
        /// it moves the virtual clock on by the limit.
        pub(in super::super) fn wait(&self, limit: Option<Duration>) {
            let Some(limit) = limit else {
                let mut is_woken = lock(&self.is_woken);
                while !mem::take(&mut *is_woken) {
                    is_woken = self.condvar.wait(is_woken).unwrap();
                }
                return;
            };
            let yields = if limit.is_zero() { 0 } else { 3 };
            for _ in 0..yields {
                if self.was_woken() {
                    return;
                }
                yield_now();
            }
            if !self.was_woken() {
                advance(limit);
            }
        }
    }

    impl Reactor {
        /// Waits in shuttle, where [`turn`](Reactor::turn) would wait in the selector.
        /// Returns the timeout for `turn`, which must not wait again.
        pub(crate) fn wait(&self, timeout: Option<Duration>) -> Option<Duration> {
            self.handle.wait(timeout);
            Some(Duration::ZERO)
        }
    }
}
