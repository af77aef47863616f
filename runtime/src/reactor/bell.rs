//! What ends the reactor's wait from another thread: the selector's own waker;
//! in a model, which has nobody wait on a selector, a notification of loom's.

#[cfg(loom)]
pub(super) use modelled::Bell;
#[cfg(not(loom))]
pub(super) use plain::Bell;

#[cfg(not(loom))]
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
