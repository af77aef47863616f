//! [`Semaphore`]: permits to do something, of which there are so many.

use super::permits::{MAX, Permits, Refused, TOO_MANY};
use crate::trace::Label;
use std::{error::Error, fmt, ptr, sync::Arc};

/// A count of permits. Who acquires one waits until one is free; the permit
/// is free again when its guard is dropped.
///
/// The queue is fair: nobody is passed by, so a request for many permits holds
/// up the requests for few that come after it.
///
/// Acquiring and releasing take one atomic exchange while nobody waits, and
/// constant time otherwise, but for the waking.
///
/// ```
/// use std::{sync::Arc, time::Duration};
/// use wakeful::{sync::Semaphore, time::sleep};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     // At most two of the five are in there at a time.
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
    permits: Permits,
}

impl Semaphore {
    /// The most permits that there can be: `usize::MAX >> 3`.
    pub const MAX_PERMITS: usize = MAX;

    const_unless_loom! {
        /// A semaphore with so many free permits. It can be a `static`.
        ///
        /// # Panics
        /// If there are to be more than [`MAX_PERMITS`](Self::MAX_PERMITS).
        #[track_caller]
        pub const fn new(permits: usize) -> Self {
            Self {
                permits: Permits::new(permits, Label::new("Semaphore")),
            }
        }
    }

    const_unless_loom! {
        /// The same as [`new`](Self::new), by tokio's name.
        #[track_caller]
        pub const fn const_new(permits: usize) -> Self {
            Self::new(permits)
        }
    }

    /// How many permits are free now. Those that are free while somebody waits
    /// for more are not to be had.
    pub fn available_permits(&self) -> usize {
        self.permits.available()
    }

    /// Adds permits.
    ///
    /// # Panics
    /// If there are then more than [`MAX_PERMITS`](Self::MAX_PERMITS).
    #[track_caller]
    pub fn add_permits(&self, permits: usize) {
        assert!(permits <= MAX, "{}", TOO_MANY);
        self.permits.release(permits);
    }

    /// Takes up to `permits` free ones away for good. Returns how many it took.
    pub fn forget_permits(&self, permits: usize) -> usize {
        self.permits.forget(permits)
    }

    /// Waits for a permit.
    ///
    /// # Errors
    /// When the semaphore is closed, before or during the wait.
    ///
    /// # Cancel safety
    /// Dropped, it gives its place in the queue up, and a permit that it had
    /// been handed to the next.
    pub async fn acquire(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        self.acquire_many(1).await
    }

    /// Waits for so many permits at once.
    ///
    /// # Errors, cancel safety
    /// As [`acquire`](Self::acquire).
    pub async fn acquire_many(&self, permits: u32) -> Result<SemaphorePermit<'_>, AcquireError> {
        self.permits.acquire(permits as usize).await?;
        Ok(SemaphorePermit {
            semaphore: self,
            permits,
        })
    }

    /// Takes a permit if one is free and nobody waits for it.
    ///
    /// # Errors
    /// [`TryAcquireError::NoPermits`] if that is not so,
    /// [`TryAcquireError::Closed`] if the semaphore is.
    pub fn try_acquire(&self) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.try_acquire_many(1)
    }

    /// Takes so many permits if they are free and nobody waits for them.
    ///
    /// # Errors
    /// As [`try_acquire`](Self::try_acquire).
    pub fn try_acquire_many(&self, permits: u32) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.permits.try_acquire(permits as usize)?;
        Ok(SemaphorePermit {
            semaphore: self,
            permits,
        })
    }

    /// As [`acquire`](Self::acquire), with a permit that borrows nothing.
    ///
    /// # Errors, cancel safety
    /// As [`acquire`](Self::acquire).
    pub async fn acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, AcquireError> {
        self.acquire_many_owned(1).await
    }

    /// As [`acquire_many`](Self::acquire_many), with a permit that borrows
    /// nothing.
    ///
    /// # Errors, cancel safety
    /// As [`acquire`](Self::acquire).
    pub async fn acquire_many_owned(
        self: Arc<Self>,
        permits: u32,
    ) -> Result<OwnedSemaphorePermit, AcquireError> {
        self.permits.acquire(permits as usize).await?;
        Ok(OwnedSemaphorePermit {
            semaphore: self,
            permits,
        })
    }

    /// As [`try_acquire`](Self::try_acquire), with a permit that borrows
    /// nothing.
    ///
    /// # Errors
    /// As [`try_acquire`](Self::try_acquire).
    pub fn try_acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.try_acquire_many_owned(1)
    }

    /// As [`try_acquire_many`](Self::try_acquire_many), with a permit that
    /// borrows nothing.
    ///
    /// # Errors
    /// As [`try_acquire`](Self::try_acquire).
    pub fn try_acquire_many_owned(
        self: Arc<Self>,
        permits: u32,
    ) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.permits.try_acquire(permits as usize)?;
        Ok(OwnedSemaphorePermit {
            semaphore: self,
            permits,
        })
    }

    /// Refuses everybody from now on, those who wait among them. Permits that
    /// are held stay good.
    pub fn close(&self) {
        self.permits.close();
    }

    /// Whether [`close`](Self::close) has been called.
    pub fn is_closed(&self) -> bool {
        self.permits.is_closed()
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

/// What is the same for a permit that borrows its semaphore and one that
/// shares it.
macro_rules! permit {
    ($Permit:ty, |$this:ident| $other:expr) => {
        impl $Permit {
            /// Never gives the permits back: the semaphore has so many less.
            pub fn forget(mut self) {
                self.permits = 0;
            }

            /// Adds another guard's permits to this one's.
            ///
            /// # Panics
            /// If the other is of another semaphore, or they are more than a
            /// guard can count, `u32::MAX`. Nothing is lost then.
            #[track_caller]
            pub fn merge(&mut self, mut other: Self) {
                assert!(
                    ptr::eq(&*self.semaphore, &*other.semaphore),
                    "permits of two semaphores cannot be merged"
                );
                let both = self.permits.checked_add(other.permits);
                self.permits = both.expect("no more permits than a guard can count");
                other.permits = 0;
            }

            /// Splits so many permits off, or returns `None` if there are not
            /// as many.
            #[must_use = "the permits split off are given back if this is dropped"]
            pub fn split(&mut self, permits: usize) -> Option<Self> {
                let permits = u32::try_from(permits).ok()?;
                self.permits = self.permits.checked_sub(permits)?;
                let $this = self;
                Some(Self {
                    semaphore: $other,
                    permits,
                })
            }

            /// How many permits this guard holds.
            pub fn num_permits(&self) -> usize {
                self.permits as usize
            }
        }

        impl Drop for $Permit {
            fn drop(&mut self) {
                if self.permits != 0 {
                    self.semaphore.add_permits(self.permits as usize);
                }
            }
        }
    };
}

/// Permits of a [`Semaphore`], given back when this is dropped.
#[must_use = "a permit is given back as soon as it is dropped"]
#[derive(Debug)]
pub struct SemaphorePermit<'a> {
    semaphore: &'a Semaphore,
    permits: u32,
}

permit!(SemaphorePermit<'_>, |this| this.semaphore);

/// Permits of a [`Semaphore`] that they keep alive, given back when this is
/// dropped.
#[must_use = "a permit is given back as soon as it is dropped"]
#[derive(Debug)]
pub struct OwnedSemaphorePermit {
    semaphore: Arc<Semaphore>,
    permits: u32,
}

permit!(OwnedSemaphorePermit, |this| Arc::clone(&this.semaphore));

impl OwnedSemaphorePermit {
    /// The semaphore that the permits are of.
    pub fn semaphore(&self) -> &Arc<Semaphore> {
        &self.semaphore
    }
}

/// The semaphore has been closed.
#[derive(Debug, PartialEq, Eq)]
pub struct AcquireError(());

impl fmt::Display for AcquireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the semaphore is closed")
    }
}

impl Error for AcquireError {}

impl From<Refused> for AcquireError {
    fn from(_: Refused) -> Self {
        Self(())
    }
}

/// Why there was no permit at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryAcquireError {
    /// The semaphore has been closed.
    Closed,
    /// Too few permits are free, or others wait for them.
    NoPermits,
}

impl fmt::Display for TryAcquireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "the semaphore is closed",
            Self::NoPermits => "no permits are available",
        })
    }
}

impl Error for TryAcquireError {}

impl From<Refused> for TryAcquireError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Closed => Self::Closed,
            Refused::Busy => Self::NoPermits,
        }
    }
}
