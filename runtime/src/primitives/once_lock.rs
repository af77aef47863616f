//! A value that is set once. Loom does not have this type. In a model it is the type of
//! `std` with an atomic beside it, so that loom sees when the value is set.

#[cfg(loom)]
pub(crate) use modelled::OnceLock;
#[cfg(not(loom))]
pub(crate) use std::sync::OnceLock;

#[cfg(loom)]
mod modelled {
    use loom::sync::atomic::{
        AtomicBool,
        Ordering::{Acquire, Release},
    };
    use std::sync;

    #[derive(Debug)]
    pub(crate) struct OnceLock<T> {
        value: sync::OnceLock<T>,
        is_set: AtomicBool,
    }

    impl<T> OnceLock<T> {
        pub(crate) fn new() -> Self {
            Self {
                value: sync::OnceLock::new(),
                is_set: AtomicBool::new(false),
            }
        }

        /// `None` if loom has not let this thread see the value yet.
        pub(crate) fn get(&self) -> Option<&T> {
            let is_set = self.is_set.load(Acquire);
            self.value.get().filter(|_| is_set)
        }

        pub(crate) fn get_mut(&mut self) -> Option<&mut T> {
            self.value.get_mut()
        }

        pub(crate) fn set(&self, value: T) -> Result<(), T> {
            self.value.set(value)?;
            self.is_set.store(true, Release);
            Ok(())
        }

        pub(crate) fn into_inner(self) -> Option<T> {
            self.value.into_inner()
        }
    }
}
