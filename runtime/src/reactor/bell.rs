//! What ends the reactor's wait from another thread: the selector's own waker;
//! in a model, which has nobody wait on a selector, a notification of loom's.

#[cfg(loom)]
pub(super) use modelled::Bell;
#[cfg(not(any(loom, shuttle)))]
pub(super) use plain::Bell;
#[cfg(shuttle)]
pub(super) use scheduled::Bell;

#[cfg(not(any(loom, shuttle)))]
mod plain {
    use mio::{Registry, Token, Waker};
    use std::io;

    pub(in super::super) struct Bell(Waker);

    impl Bell {
        pub(in super::super) fn new(registry: &Registry, token: Token) -> io::Result<Self> {
            Waker::new(registry, token).map(Self)
        }

        /// Ends the current wait, or the next one.
        pub(in super::super) fn ring(&self) {
            // On a saturated counter mio resets it and writes again; what is
            // left is a reactor that is gone, with nobody to wake.
            let _ = self.0.wake();
        }
    }
}

#[cfg(loom)]
mod modelled {
    use mio::{Registry, Token};
    use std::io;

    pub(in super::super) struct Bell(loom::sync::Notify);

    impl Bell {
        #[expect(clippy::unnecessary_wraps, reason = "as without loom")]
        pub(in super::super) fn new(_: &Registry, _: Token) -> io::Result<Self> {
            Ok(Self(loom::sync::Notify::new()))
        }

        pub(in super::super) fn ring(&self) {
            self.0.notify();
        }

        /// Waits as the reactor would, for a ring. Once, loom also ends this
        /// for no reason, as an event would.
        #[cfg(test)]
        pub(in super::super) fn wait(&self) {
            self.0.wait();
        }
    }
}

#[cfg(shuttle)]
mod scheduled {
    use super::super::Reactor;
    use crate::primitives::{Condvar, Mutex, lock, pass, yield_now};
    use mio::{Registry, Token};
    use std::{io, mem, time::Duration};

    /// In a random schedule no thread may wait on a selector, because all of them
    /// share a thread of the system. So there are rings and timers, but no
    /// sockets.
    #[derive(Default)]
    pub(in super::super) struct Bell {
        rung: Mutex<bool>,
        waits: Condvar,
    }

    impl Bell {
        #[expect(clippy::unnecessary_wraps, reason = "as without shuttle")]
        pub(in super::super) fn new(_: &Registry, _: Token) -> io::Result<Self> {
            Ok(Self::default())
        }

        pub(in super::super) fn ring(&self) {
            *lock(&self.rung) = true;
            self.waits.notify_all();
        }

        fn was_rung(&self) -> bool {
            mem::take(&mut *lock(&self.rung))
        }

        /// Waits for a ring. Time passes if none comes while others run.
        fn wait(&self, limit: Option<Duration>) {
            match limit {
                None => {
                    let mut rung = lock(&self.rung);
                    while !mem::take(&mut *rung) {
                        rung = self.waits.wait(rung).unwrap();
                    }
                }
                Some(limit) => {
                    let tries = if limit.is_zero() { 0 } else { 3 };
                    let mut rung = self.was_rung();
                    for _ in 0..tries {
                        if rung {
                            return;
                        }
                        yield_now();
                        rung = self.was_rung();
                    }
                    if !rung {
                        pass(limit);
                    }
                }
            }
        }
    }

    impl Reactor {
        /// Waits as [`turn`](Reactor::turn) would, which then only looks.
        pub(crate) fn wait(&self, timeout: Option<Duration>) -> Option<Duration> {
            self.shared.bell.wait(timeout);
            Some(Duration::ZERO)
        }
    }
}
