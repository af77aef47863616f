//! Ends the reactor's wait from another thread.
//!
//! This is `mio::Waker`, an eventfd on Linux. A loom model does not wait on a
//! selector, so it uses a notification of loom's instead.

#[cfg(loom)]
pub(super) use modelled::SelectorWaker;
#[cfg(not(loom))]
pub(super) use real::SelectorWaker;

#[cfg(not(loom))]
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
