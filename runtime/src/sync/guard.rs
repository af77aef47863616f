//! Guards: what [`Mutex`](super::Mutex) and [`RwLock`](super::RwLock) lend
//! their values through. They differ in name, in how they hold the lock, and in
//! whether they lend the value to be changed.

/// Defines a guard. `lock` is how it holds the lock, `marker` what it is to
/// the compiler, and the closure how many permits of the lock it gives back.
macro_rules! guard {
    (
        $(#[$meta:meta])*
        $Guard:ident<$($a:lifetime,)? $T:ident> { lock: $Hold:ty, marker: $Marker:ty }
        |$lock:ident| $permits:expr
    ) => {
        $(#[$meta])*
        #[must_use = "the lock is free again as soon as the guard is dropped"]
        pub struct $Guard<$($a,)? $T: ?Sized> {
            lock: $Hold,
            marker: PhantomData<$Marker>,
        }

        impl<$($a,)? $T: ?Sized> $Guard<$($a,)? $T> {
            /// Whoever calls this holds the lock.
            fn new(lock: $Hold) -> Self {
                Self {
                    lock,
                    marker: PhantomData,
                }
            }
        }

        impl<$($a,)? $T: ?Sized> Deref for $Guard<$($a,)? $T> {
            type Target = $T;

            fn deref(&self) -> &$T {
                // SAFETY: the guard holds the lock, so nobody changes the
                // value but, for those that may, through `&mut` of it.
                unsafe { &*self.lock.value.get() }
            }
        }

        impl<$($a,)? $T: ?Sized> Drop for $Guard<$($a,)? $T> {
            fn drop(&mut self) {
                let $lock = &self.lock;
                self.lock.permits.release($permits);
            }
        }

        impl<$($a,)? $T: ?Sized + fmt::Debug> fmt::Debug for $Guard<$($a,)? $T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }

        impl<$($a,)? $T: ?Sized + fmt::Display> fmt::Display for $Guard<$($a,)? $T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }
    };
}

/// Lets a guard of a lock that nobody else holds change the value.
macro_rules! guard_mut {
    ($Guard:ident<$($a:lifetime,)? $T:ident>) => {
        impl<$($a,)? $T: ?Sized> DerefMut for $Guard<$($a,)? $T> {
            fn deref_mut(&mut self) -> &mut $T {
                // SAFETY: nobody else holds the lock.
                unsafe { &mut *self.lock.value.get() }
            }
        }
    };
}
