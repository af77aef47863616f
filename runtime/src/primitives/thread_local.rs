//! `thread_local!`: that of `std`, or one for shuttle. Shuttle runs its threads on one
//! thread of the system, so it needs its own.

#[cfg(not(shuttle))]
pub(crate) use std::thread_local;

#[cfg(shuttle)]
pub(crate) use shuttled::{LocalKey, thread_local};

#[cfg(shuttle)]
mod shuttled {
    use shuttle::thread::{self, AccessError};
    use std::{cell::Cell, marker::PhantomData};

    /// Shuttle's key, with the methods for cells that `std`'s key has.
    pub(crate) struct LocalKey<T: 'static>(thread::LocalKey<T>);

    impl<T> LocalKey<T> {
        pub(crate) const fn new(init: fn() -> T) -> Self {
            let _p = PhantomData;
            Self(thread::LocalKey { init, _p })
        }

        pub(crate) fn try_with<R>(
            &'static self,
            code: impl FnOnce(&T) -> R,
        ) -> Result<R, AccessError> {
            self.0.try_with(code)
        }
    }

    impl<T> LocalKey<Cell<T>> {
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

    macro_rules! shuttle_thread_local {
        ($($(#[$attribute:meta])* static $name:ident: $type:ty = const { $init:expr };)*) => {$(
            $(#[$attribute])*
            static $name: $crate::primitives::LocalKey<$type> =
                $crate::primitives::LocalKey::new(|| $init);
        )*};
    }
    pub(crate) use shuttle_thread_local as thread_local;
}
