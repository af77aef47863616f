//! Starting threads. The system can refuse to start one, and so can a model of loom.

#[cfg(loom)]
pub(crate) use modelled::ThreadBuilder;
#[cfg(all(test, loom))]
pub(crate) use modelled::refuse_threads;
#[cfg(shuttle)]
pub(crate) use shuttle::thread::Builder as ThreadBuilder;
#[cfg(not(any(loom, shuttle)))]
pub(crate) use std::thread::Builder as ThreadBuilder;

/// The threads of a whole runtime. Loom's models do not start them, so they are `std`'s
/// under loom too.
pub(crate) mod std_thread {
    #[cfg(shuttle)]
    pub(crate) use shuttle::thread::{Builder, JoinHandle};
    #[cfg(not(shuttle))]
    pub(crate) use std::thread::{Builder, JoinHandle};
}

#[cfg(loom)]
mod modelled {
    use loom::thread::{Builder, JoinHandle};
    use std::{
        io,
        sync::atomic::{AtomicBool, Ordering::SeqCst},
    };

    loom::lazy_static! {
        /// Not loom's atomic: the model writes it while it has no other thread,
        /// or none that starts another.
        static ref REFUSED: AtomicBool = AtomicBool::new(false);
    }

    pub(crate) struct ThreadBuilder(Builder);

    impl ThreadBuilder {
        pub(crate) fn new() -> Self {
            Self(Builder::new())
        }

        pub(crate) fn name(self, name: String) -> Self {
            Self(self.0.name(name))
        }

        pub(crate) fn spawn<F, T>(self, code: F) -> io::Result<JoinHandle<T>>
        where
            F: FnOnce() -> T + Send + 'static,
            T: Send + 'static,
        {
            if REFUSED.load(SeqCst) {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            self.0.spawn(code)
        }
    }

    /// From now on, starting a thread fails.
    #[cfg(test)]
    pub(crate) fn refuse_threads() {
        REFUSED.store(true, SeqCst);
    }
}
