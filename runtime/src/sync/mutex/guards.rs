//! The guards of a [`Mutex`].

use super::Mutex;
use crate::sync::{
    guard::{Exclusive, HeldPermits, Lock, OnePermit},
    raw_semaphore::RawSemaphore,
};
use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::Arc,
};

impl<T: ?Sized> Lock for &Mutex<T> {
    fn semaphore(&self) -> &RawSemaphore {
        &self.semaphore
    }
}

impl<T: ?Sized> Lock for Arc<Mutex<T>> {
    fn semaphore(&self) -> &RawSemaphore {
        &self.semaphore
    }
}

guard! {
    /// A held [`Mutex`]. Dropping it frees the mutex.
    ///
    /// ```compile_fail,E0277
    /// // A guard of a value that is not `Sync` cannot be shared with threads.
    /// fn shared<T: Sync>(_: T) {}
    /// let mutex = wakeful::sync::Mutex::new(std::cell::Cell::new(0));
    /// shared(mutex.try_lock().unwrap());
    /// ```
    MutexGuard<'a, T> { lock: &'a Mutex<T>, permits: OnePermit, value: Exclusive<T> }
}
guard_mut!(MutexGuard<'a, T> => T);

guard! {
    /// A held [`Mutex`] that the guard keeps alive. Dropping it frees the
    /// mutex.
    OwnedMutexGuard<T> { lock: Arc<Mutex<T>>, permits: OnePermit, value: Exclusive<T> }
}
guard_mut!(OwnedMutexGuard<T> => T);

guard! {
    /// A held [`Mutex`], with access to a part of its value: see
    /// [`MutexGuard::map`]. Dropping it frees the mutex.
    MappedMutexGuard<'a, U> { lock: &'a RawSemaphore, permits: OnePermit, value: Exclusive<U> }
}
guard_mut!(MappedMutexGuard<'a, U> => U);

guard! {
    /// A held [`Mutex`] that the guard keeps alive, with access to a part of
    /// its value: see [`OwnedMutexGuard::map`]. Dropping it frees the mutex.
    OwnedMappedMutexGuard<T, U = T> { lock: Arc<Mutex<T>>, permits: OnePermit, value: Exclusive<U> }
}
guard_mut!(OwnedMappedMutexGuard<T, U> => U);

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// The caller holds the permit.
    pub(super) fn new(lock: &'a Mutex<T>) -> Self {
        let held = HeldPermits::new(lock, OnePermit);
        // SAFETY: G2: `held` has the only permit (L1), and stays in this guard
        // or in the one that `map` makes of it.
        let value = unsafe { Exclusive::new(&lock.value) };
        Self { value, held }
    }

    /// Returns the mutex that the guard holds.
    pub fn mutex(this: &Self) -> &'a Mutex<T> {
        this.held.lock()
    }

    /// Makes a guard for a part of the value. The mutex stays locked.
    ///
    /// This is a function and not a method, so that it hides no method of `T`:
    /// call it as `MutexGuard::map(guard, …)`.
    ///
    /// # Panics
    /// If `part` panics. The mutex is free then.
    ///
    /// ```
    /// use wakeful::sync::{MappedMutexGuard, Mutex, MutexGuard};
    ///
    /// struct Settings {
    ///     name: String,
    ///     port: u16,
    /// }
    ///
    /// async fn port(settings: &Mutex<Settings>) -> MappedMutexGuard<'_, u16> {
    ///     MutexGuard::map(settings.lock().await, |settings| &mut settings.port)
    /// }
    ///
    /// let runtime = wakeful::Runtime::new()?;
    /// runtime.block_on(async {
    ///     let name = "server".to_owned();
    ///     let settings = Mutex::new(Settings { name, port: 80 });
    ///     *port(&settings).await = 8080;
    ///     assert_eq!(settings.lock().await.port, 8080);
    /// });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn map<U: ?Sized>(
        this: Self,
        part: impl FnOnce(&mut T) -> &mut U,
    ) -> MappedMutexGuard<'a, U> {
        let value = this.value.map(part);
        let held = this.held.erase(|mutex| &mutex.semaphore);
        MappedMutexGuard { value, held }
    }

    /// Makes a guard for a part of the value, if `part` finds one.
    ///
    /// # Errors
    /// Returns the guard if `part` returns `None`.
    ///
    /// # Panics
    /// If `part` panics. The mutex is free then.
    ///
    /// ```
    /// use wakeful::sync::{Mutex, MutexGuard};
    ///
    /// let numbers = Mutex::new(vec![1, 2]);
    /// let guard = numbers.try_lock().expect("it is free");
    /// let guard = MutexGuard::try_map(guard, |numbers| numbers.get_mut(7))
    ///     .expect_err("there are two numbers");
    /// let mut second = MutexGuard::try_map(guard, |numbers| numbers.get_mut(1))
    ///     .expect("there are two numbers");
    /// *second = 3;
    /// assert!(numbers.try_lock().is_err());
    /// drop(second);
    /// assert_eq!(numbers.into_inner(), [1, 3]);
    /// ```
    pub fn try_map<U: ?Sized>(
        this: Self,
        part: impl FnOnce(&mut T) -> Option<&mut U>,
    ) -> Result<MappedMutexGuard<'a, U>, Self> {
        let Self { value, held } = this;
        match value.try_map(part) {
            Ok(value) => {
                let held = held.erase(|mutex| &mutex.semaphore);
                Ok(MappedMutexGuard { value, held })
            }
            Err(value) => Err(Self { value, held }),
        }
    }
}

impl<T: ?Sized> OwnedMutexGuard<T> {
    /// The caller holds the permit.
    pub(super) fn new(lock: Arc<Mutex<T>>) -> Self {
        // SAFETY: G2: `held` has the only permit (L1) and keeps the mutex
        // alive. It stays in this guard or in the one that `map` makes of it.
        let value = unsafe { Exclusive::new(&lock.value) };
        let held = HeldPermits::new(lock, OnePermit);
        Self { value, held }
    }

    /// Returns the mutex that the guard holds.
    pub fn mutex(this: &Self) -> &Arc<Mutex<T>> {
        this.held.lock()
    }

    /// Makes a guard for a part of the value. The mutex stays locked.
    ///
    /// # Panics
    /// If `part` panics. The mutex is free then.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use wakeful::sync::{Mutex, OwnedMutexGuard};
    ///
    /// let pair = Arc::new(Mutex::new((1, "one")));
    /// let guard = Arc::clone(&pair).try_lock_owned().expect("it is free");
    /// let mut number = OwnedMutexGuard::map(guard, |pair| &mut pair.0);
    /// *number = 2;
    /// drop(number);
    /// assert_eq!(pair.try_lock().expect("it is free").0, 2);
    /// ```
    pub fn map<U: ?Sized>(
        this: Self,
        part: impl FnOnce(&mut T) -> &mut U,
    ) -> OwnedMappedMutexGuard<T, U> {
        let Self { value, held } = this;
        let value = value.map(part);
        OwnedMappedMutexGuard { value, held }
    }

    /// Makes a guard for a part of the value, if `part` finds one.
    ///
    /// # Errors
    /// Returns the guard if `part` returns `None`.
    ///
    /// # Panics
    /// If `part` panics. The mutex is free then.
    pub fn try_map<U: ?Sized>(
        this: Self,
        part: impl FnOnce(&mut T) -> Option<&mut U>,
    ) -> Result<OwnedMappedMutexGuard<T, U>, Self> {
        let Self { value, held } = this;
        match value.try_map(part) {
            Ok(value) => Ok(OwnedMappedMutexGuard { value, held }),
            Err(value) => Err(Self { value, held }),
        }
    }
}

impl<'a, U: ?Sized> MappedMutexGuard<'a, U> {
    /// Makes a guard for a part of this part. The mutex stays locked.
    ///
    /// # Panics
    /// If `part` panics. The mutex is free then.
    pub fn map<V: ?Sized>(
        this: Self,
        part: impl FnOnce(&mut U) -> &mut V,
    ) -> MappedMutexGuard<'a, V> {
        let Self { value, held } = this;
        let value = value.map(part);
        MappedMutexGuard { value, held }
    }

    /// Makes a guard for a part of this part, if `part` finds one.
    ///
    /// # Errors
    /// Returns the guard if `part` returns `None`.
    ///
    /// # Panics
    /// If `part` panics. The mutex is free then.
    pub fn try_map<V: ?Sized>(
        this: Self,
        part: impl FnOnce(&mut U) -> Option<&mut V>,
    ) -> Result<MappedMutexGuard<'a, V>, Self> {
        let Self { value, held } = this;
        match value.try_map(part) {
            Ok(value) => Ok(MappedMutexGuard { value, held }),
            Err(value) => Err(Self { value, held }),
        }
    }
}

impl<T: ?Sized, U: ?Sized> OwnedMappedMutexGuard<T, U> {
    /// Makes a guard for a part of this part. The mutex stays locked.
    ///
    /// # Panics
    /// If `part` panics. The mutex is free then.
    pub fn map<V: ?Sized>(
        this: Self,
        part: impl FnOnce(&mut U) -> &mut V,
    ) -> OwnedMappedMutexGuard<T, V> {
        let Self { value, held } = this;
        let value = value.map(part);
        OwnedMappedMutexGuard { value, held }
    }

    /// Makes a guard for a part of this part, if `part` finds one.
    ///
    /// # Errors
    /// Returns the guard if `part` returns `None`.
    ///
    /// # Panics
    /// If `part` panics. The mutex is free then.
    pub fn try_map<V: ?Sized>(
        this: Self,
        part: impl FnOnce(&mut U) -> Option<&mut V>,
    ) -> Result<OwnedMappedMutexGuard<T, V>, Self> {
        let Self { value, held } = this;
        match value.try_map(part) {
            Ok(value) => Ok(OwnedMappedMutexGuard { value, held }),
            Err(value) => Err(Self { value, held }),
        }
    }
}
