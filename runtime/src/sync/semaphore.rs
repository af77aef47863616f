//! [`Semaphore`]: a limit on how many tasks do something at the same time.

use super::raw_semaphore::{AcquireError, MAX, RawSemaphore, TOO_MANY, TryAcquireError, acquire};
use crate::{executor::park_thread, taskdump::Resource};
use std::{fmt, ptr, sync::Arc};

/// A count of permits. A task that acquires one waits until one is free. When
/// the permit's guard is dropped, the permit is free again.
///
/// Tasks get permits in the order in which they asked. No task overtakes
/// another, so a request for many permits holds up the smaller requests that
/// come after it.
///
/// Acquiring and releasing take one atomic exchange while no task waits.
/// Otherwise they take constant time, plus the time to wake the tasks that go
/// on.
///
/// ```
/// use std::{sync::Arc, time::Duration};
/// use wakeful::{sync::Semaphore, time::sleep};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     // At most two of the five visits run at the same time.
///     let doors = Arc::new(Semaphore::new(2));
///     let visits: Vec<_> = (0..5)
///         .map(|_| {
///             let doors = Arc::clone(&doors);
///             wakeful::spawn_local(async move {
///                 let _permit = doors.acquire().await.expect("never closed");
///                 assert!(doors.available_permits() < 2);
///                 sleep(Duration::from_millis(1)).await;
///             })
///         })
///         .collect();
///     for visit in visits {
///         visit.await?;
///     }
///     assert_eq!(doors.available_permits(), 2);
///     Ok::<(), wakeful::task::JoinError>(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Semaphore {
    semaphore: RawSemaphore,
}

impl Semaphore {
    /// The largest number of permits: `usize::MAX >> 3`.
    pub const MAX_PERMITS: usize = MAX;

    const_unless_loom! {
        /// Creates a semaphore with `permits` free permits. It can be a
        /// `static`.
        ///
        /// # Panics
        /// If `permits` is above [`MAX_PERMITS`](Self::MAX_PERMITS).
        #[track_caller]
        pub const fn new(permits: usize) -> Self {
            Self {
                semaphore: RawSemaphore::new(permits, Resource::new("Semaphore")),
            }
        }
    }

    const_unless_loom! {
        /// The same as [`new`](Self::new), by tokio's name.
        ///
        /// # Panics
        /// If `permits` is above [`MAX_PERMITS`](Self::MAX_PERMITS).
        #[track_caller]
        pub const fn const_new(permits: usize) -> Self {
            Self::new(permits)
        }
    }

    /// Returns how many permits are free now. While a task waits for more
    /// permits than are free, the free ones are reserved for it.
    pub fn available_permits(&self) -> usize {
        self.semaphore.available()
    }

    /// Adds permits.
    ///
    /// # Panics
    /// If more than [`MAX_PERMITS`](Self::MAX_PERMITS) would be free.
    #[track_caller]
    pub fn add_permits(&self, permits: usize) {
        self.semaphore.release(permits);
    }

    /// Removes up to `permits` free permits for good. Returns how many it
    /// removed.
    pub fn forget_permits(&self, permits: usize) -> usize {
        self.semaphore.forget(permits)
    }

    /// Waits for a permit.
    ///
    /// # Errors
    /// If the semaphore is closed before or during the wait.
    ///
    /// # Cancel safety
    /// A call that is dropped loses its position in the queue. If it had been
    /// given permits already, the next tasks get them.
    pub async fn acquire(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        acquire!(self.semaphore, 1)?;
        Ok(SemaphorePermit {
            semaphore: self,
            permits: 1,
        })
    }

    /// Waits until `permits` permits are free, and takes them all at once.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire).
    ///
    /// # Cancel safety
    /// As [`acquire`](Self::acquire).
    pub async fn acquire_many(&self, permits: u32) -> Result<SemaphorePermit<'_>, AcquireError> {
        let permits = permits as usize;
        acquire!(self.semaphore, permits)?;
        Ok(SemaphorePermit {
            semaphore: self,
            permits,
        })
    }

    /// Takes a permit if one is free and no task waits for it.
    ///
    /// # Errors
    /// [`TryAcquireError::Closed`] if the semaphore is closed, otherwise
    /// [`TryAcquireError::NoPermits`].
    pub fn try_acquire(&self) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.try_acquire_many(1)
    }

    /// Takes `permits` permits if as many are free and no task waits for them.
    ///
    /// # Errors
    /// As [`try_acquire`](Self::try_acquire).
    pub fn try_acquire_many(&self, permits: u32) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        let permits = permits as usize;
        self.semaphore.try_acquire(permits)?;
        Ok(SemaphorePermit {
            semaphore: self,
            permits,
        })
    }

    /// Waits for a permit. Its guard keeps the semaphore alive and borrows
    /// nothing.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire).
    ///
    /// # Cancel safety
    /// As [`acquire`](Self::acquire).
    pub async fn acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, AcquireError> {
        acquire!(self.semaphore, 1)?;
        Ok(OwnedSemaphorePermit {
            semaphore: self,
            permits: 1,
        })
    }

    /// As [`acquire_many`](Self::acquire_many), with a guard that borrows
    /// nothing.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire).
    ///
    /// # Cancel safety
    /// As [`acquire`](Self::acquire).
    pub async fn acquire_many_owned(
        self: Arc<Self>,
        permits: u32,
    ) -> Result<OwnedSemaphorePermit, AcquireError> {
        let permits = permits as usize;
        acquire!(self.semaphore, permits)?;
        Ok(OwnedSemaphorePermit {
            semaphore: self,
            permits,
        })
    }

    /// As [`try_acquire`](Self::try_acquire), with a guard that borrows
    /// nothing.
    ///
    /// # Errors
    /// As [`try_acquire`](Self::try_acquire).
    pub fn try_acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.try_acquire_many_owned(1)
    }

    /// As [`try_acquire_many`](Self::try_acquire_many), with a guard that
    /// borrows nothing.
    ///
    /// # Errors
    /// As [`try_acquire`](Self::try_acquire).
    pub fn try_acquire_many_owned(
        self: Arc<Self>,
        permits: u32,
    ) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        let permits = permits as usize;
        self.semaphore.try_acquire(permits)?;
        Ok(OwnedSemaphorePermit {
            semaphore: self,
            permits,
        })
    }

    /// Blocks the thread until it has a permit. For threads that run no tasks.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire).
    ///
    /// # Panics
    /// Inside a runtime.
    ///
    /// ```
    /// use wakeful::sync::Semaphore;
    ///
    /// let doors = Semaphore::new(1);
    /// std::thread::scope(|threads| {
    ///     let inside = doors.try_acquire().expect("it is free");
    ///     let other = threads.spawn(|| doors.blocking_acquire().is_ok());
    ///     drop(inside);
    ///     assert!(other.join().expect("it does not panic"));
    /// });
    /// ```
    #[track_caller]
    pub fn blocking_acquire(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        park_thread::block_on(self.acquire())
    }

    /// Blocks the thread until it has `permits` permits.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire).
    ///
    /// # Panics
    /// Inside a runtime.
    #[track_caller]
    pub fn blocking_acquire_many(&self, permits: u32) -> Result<SemaphorePermit<'_>, AcquireError> {
        park_thread::block_on(self.acquire_many(permits))
    }

    /// As [`blocking_acquire`](Self::blocking_acquire), with a guard that
    /// borrows nothing.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire).
    ///
    /// # Panics
    /// Inside a runtime.
    #[track_caller]
    pub fn blocking_acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, AcquireError> {
        park_thread::block_on(self.acquire_owned())
    }

    /// As [`blocking_acquire_many`](Self::blocking_acquire_many), with a guard
    /// that borrows nothing.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire).
    ///
    /// # Panics
    /// Inside a runtime.
    #[track_caller]
    pub fn blocking_acquire_many_owned(
        self: Arc<Self>,
        permits: u32,
    ) -> Result<OwnedSemaphorePermit, AcquireError> {
        park_thread::block_on(self.acquire_many_owned(permits))
    }

    /// Makes acquiring fail from now on, also for the tasks that wait. Permits
    /// that are held stay valid.
    pub fn close(&self) {
        self.semaphore.close();
    }

    /// Returns whether [`close`](Self::close) has been called.
    pub fn is_closed(&self) -> bool {
        self.semaphore.is_closed()
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Semaphore")
            .field("available_permits", &self.available_permits())
            .field("closed", &self.is_closed())
            .finish()
    }
}

/// The sum of two guards' permits, each at most [`MAX`], so it does not overflow.
#[track_caller]
pub(super) fn merged(one: usize, other: usize) -> usize {
    let both = one + other;
    assert!(both <= MAX, "{TOO_MANY}");
    both
}

/// The methods of both guards. The closure gets the semaphore's handle for a
/// second guard.
macro_rules! permit {
    ($Permit:ty, |$this:ident| $other:expr) => {
        impl $Permit {
            /// Drops the guard without giving its permits back. The semaphore
            /// has that many fewer from now on.
            pub fn forget(mut self) {
                self.permits = 0;
            }

            /// Adds another guard's permits to this one's.
            ///
            /// # Panics
            /// If the guards belong to two semaphores, or if they hold more than
            /// [`MAX_PERMITS`](Semaphore::MAX_PERMITS) together. No permit is lost
            /// then.
            #[track_caller]
            pub fn merge(&mut self, mut other: Self) {
                assert!(
                    ptr::eq(&*self.semaphore, &*other.semaphore),
                    "permits of two semaphores cannot be merged"
                );
                self.permits = merged(self.permits, other.permits);
                other.permits = 0;
            }

            /// Moves `permits` permits into a guard of their own. Returns `None`
            /// if this guard holds fewer.
            #[must_use = "the permits split off are given back if this is dropped"]
            pub fn split(&mut self, permits: usize) -> Option<Self> {
                self.permits = self.permits.checked_sub(permits)?;
                let $this = self;
                Some(Self {
                    semaphore: $other,
                    permits,
                })
            }

            /// Returns how many permits this guard holds.
            pub fn num_permits(&self) -> usize {
                self.permits
            }
        }

        impl Drop for $Permit {
            fn drop(&mut self) {
                if self.permits != 0 {
                    self.semaphore.add_permits(self.permits);
                }
            }
        }
    };
}

/// Permits of a [`Semaphore`]. Dropping the guard gives them back.
#[must_use = "a permit is given back as soon as it is dropped"]
#[derive(Debug)]
pub struct SemaphorePermit<'a> {
    semaphore: &'a Semaphore,
    permits: usize,
}

permit!(SemaphorePermit<'_>, |this| this.semaphore);

/// Permits of a [`Semaphore`] that the guard keeps alive. Dropping the guard
/// gives them back.
#[must_use = "a permit is given back as soon as it is dropped"]
#[derive(Debug)]
pub struct OwnedSemaphorePermit {
    semaphore: Arc<Semaphore>,
    permits: usize,
}

permit!(OwnedSemaphorePermit, |this| Arc::clone(&this.semaphore));

impl<'a> SemaphorePermit<'a> {
    /// Returns the semaphore that the permits belong to.
    pub fn semaphore(&self) -> &'a Semaphore {
        self.semaphore
    }
}

impl OwnedSemaphorePermit {
    /// Returns the semaphore that the permits belong to.
    pub fn semaphore(&self) -> &Arc<Semaphore> {
        &self.semaphore
    }
}
