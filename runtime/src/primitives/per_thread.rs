//! Values of which every thread has its own. Shuttle runs its threads on one
//! thread of the system, so it needs its own.

#[cfg(not(shuttle))]
pub(crate) use std::thread_local as per_thread;

#[cfg(shuttle)]
pub(crate) use shuttled::{PerThread, per_thread};

#[cfg(shuttle)]
mod shuttled {
    use shuttle::thread::{AccessError, LocalKey};
    use std::{cell::Cell, marker::PhantomData};

    /// Shuttle's key, with the methods for cells that `std`'s key has.
    pub(crate) struct PerThread<T: 'static>(LocalKey<T>);

    impl<T> PerThread<T> {
        pub(crate) const fn new(init: fn() -> T) -> Self {
            let _p = PhantomData;
            Self(LocalKey { init, _p })
        }

        pub(crate) fn try_with<R>(
            &'static self,
            code: impl FnOnce(&T) -> R,
        ) -> Result<R, AccessError> {
            self.0.try_with(code)
        }
    }

    impl<T> PerThread<Cell<T>> {
        pub(crate) fn get(&'static self) -> T
        where
            T: Copy,
        {
            self.0.with(Cell::get)
        }

        pub(crate) fn set(&'static self, value: T) {
            self.0.with(|cell| cell.set(value));
        }

        pub(crate) fn replace(&'static self, value: T) -> T {
            self.0.with(|cell| cell.replace(value))
        }
    }

    macro_rules! per_thread {
        ($($(#[$attribute:meta])* static $name:ident: $type:ty = const { $init:expr };)*) => {$(
            $(#[$attribute])*
            static $name: $crate::primitives::PerThread<$type> =
                $crate::primitives::PerThread::new(|| $init);
        )*};
    }
    pub(crate) use per_thread;
}
