//! [`OnceCell`]: a value that is made when it is first needed.

use super::{
    once_value::OnceValue,
    raw_semaphore::{RawSemaphore, TryAcquireError, acquire},
};
use crate::{task::consume_budget, taskdump::Resource};
use std::{convert::Infallible, error::Error, fmt};

/// A value that an async function makes once and that many tasks share.
///
/// The first task that needs the value makes it, and the others wait. If the
/// first one fails, panics or is dropped, the next task in the queue tries.
/// Reading a value that is there takes one atomic load.
///
/// ```
/// use wakeful::sync::OnceCell;
///
/// static GREETING: OnceCell<String> = OnceCell::const_new();
///
/// async fn greeting() -> &'static str {
///     GREETING.get_or_init(async || "hello".to_owned()).await
/// }
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     assert_eq!(GREETING.get(), None);
///     assert_eq!(greeting().await, "hello");
///     assert!(GREETING.initialized());
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct OnceCell<T> {
    value: OnceValue<T>,
    /// The task that makes the value holds the only permit. Closed when the value is
    /// there.
    semaphore: RawSemaphore,
}

impl<T> OnceCell<T> {
    const_unless_loom! {
        /// Creates an empty cell. It can be a `static`.
        #[cfg_attr(feature = "taskdump", track_caller)]
        pub const fn new() -> Self {
            Self {
                value: OnceValue::new(),
                semaphore: RawSemaphore::new(1, Resource::new("OnceCell")),
            }
        }
    }

    const_unless_loom! {
        /// The same as [`new`](Self::new), by tokio's name.
        #[cfg_attr(feature = "taskdump", track_caller)]
        pub const fn const_new() -> Self {
            Self::new()
        }
    }

    const_unless_loom! {
        /// Creates a cell that has the value from the start. It can be a
        /// `static`.
        ///
        /// ```
        /// use wakeful::sync::OnceCell;
        ///
        /// static RETRIES: OnceCell<u32> = OnceCell::const_new_with(3);
        ///
        /// assert_eq!(RETRIES.get(), Some(&3));
        /// assert!(RETRIES.set(4).is_err());
        /// ```
        #[cfg_attr(feature = "taskdump", track_caller)]
        pub const fn const_new_with(value: T) -> Self {
            Self {
                value: OnceValue::Preset(value),
                semaphore: RawSemaphore::new_closed(Resource::new("OnceCell")),
            }
        }
    }

    /// Creates a cell with the given value, or an empty one.
    #[cfg_attr(feature = "taskdump", track_caller)]
    pub fn new_with(value: Option<T>) -> Self {
        value.map_or_else(Self::new, Self::from)
    }

    /// Returns whether the value is there.
    pub fn initialized(&self) -> bool {
        self.get().is_some()
    }

    /// Returns the value if it is there.
    pub fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// Returns the value if it is there.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.value.get_mut()
    }

    /// Sets the value.
    ///
    /// # Errors
    /// Returns the value if the cell has one already, or if a task is making
    /// one.
    pub fn set(&self, value: T) -> Result<(), SetError<T>> {
        match self.semaphore.try_acquire(1) {
            Ok(()) => {
                self.fill(value);
                Ok(())
            }
            Err(TryAcquireError::Closed) => Err(SetError::AlreadyInitializedError(value)),
            Err(TryAcquireError::NoPermits) => Err(SetError::InitializingError(value)),
        }
    }

    /// Returns the value. If it is not there, `init` makes it, or this call waits
    /// for the task that is making it.
    ///
    /// # Cancel safety
    /// If the call is dropped, the next task makes the value. The future of
    /// `init` is dropped, too.
    pub async fn get_or_init(&self, init: impl AsyncFnOnce() -> T) -> &T {
        let made = self.get_or_try_init(async || Ok::<_, Infallible>(init().await));
        let Ok(value) = made.await;
        value
    }

    /// As [`get_or_init`](Self::get_or_init), with an `init` that can fail.
    ///
    /// # Errors
    /// Those of `init`. The next task in the queue then tries.
    ///
    /// # Cancel safety
    /// As [`get_or_init`](Self::get_or_init).
    pub async fn get_or_try_init<E>(
        &self,
        init: impl AsyncFnOnce() -> Result<T, E>,
    ) -> Result<&T, E> {
        /// Gives the permit back, even if `init` panics or is dropped.
        struct InitPermit<'a>(&'a RawSemaphore);
        impl Drop for InitPermit<'_> {
            fn drop(&mut self) {
                self.0.release(1);
            }
        }
        if let Some(value) = self.get() {
            consume_budget().await;
            return Ok(value);
        }
        if acquire!(self.semaphore, 1).is_ok() {
            let _permit = InitPermit(&self.semaphore);
            let value = init().await?;
            self.fill(value);
        }
        Ok(self
            .get()
            .expect("`fill` sets the value before it closes the semaphore"))
    }

    /// The caller has the permit.
    fn fill(&self, value: T) {
        let first = self.value.set(value).is_ok();
        debug_assert!(first, "only the holder of the permit sets the value");
        self.semaphore.close();
    }

    /// Returns the value if there is one.
    pub fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }

    /// Takes the value, if there is one, and leaves the cell empty.
    pub fn take(&mut self) -> Option<T> {
        std::mem::take(self).into_inner()
    }
}

impl<T> Default for OnceCell<T> {
    #[cfg_attr(feature = "taskdump", track_caller)]
    fn default() -> Self {
        Self::new()
    }
}

impl<T> From<T> for OnceCell<T> {
    #[cfg_attr(feature = "taskdump", track_caller)]
    fn from(value: T) -> Self {
        Self::const_new_with(value)
    }
}

impl<T: Clone> Clone for OnceCell<T> {
    fn clone(&self) -> Self {
        Self::new_with(self.get().cloned())
    }
}

impl<T: PartialEq> PartialEq for OnceCell<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for OnceCell<T> {}

impl<T: fmt::Debug> fmt::Debug for OnceCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnceCell")
            .field("value", &self.get())
            .finish()
    }
}

/// Why a value could not be set. The error contains the value.
#[derive(Debug, PartialEq, Eq)]
pub enum SetError<T> {
    /// The cell has a value already.
    AlreadyInitializedError(T),
    /// A task is making the value.
    InitializingError(T),
}

impl<T> SetError<T> {
    /// Returns whether the cell has a value already.
    pub fn is_already_init_err(&self) -> bool {
        matches!(self, Self::AlreadyInitializedError(_))
    }

    /// Returns whether a task is making the value.
    pub fn is_initializing_err(&self) -> bool {
        matches!(self, Self::InitializingError(_))
    }
}

impl<T> fmt::Display for SetError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AlreadyInitializedError(_) => "the cell has a value already",
            Self::InitializingError(_) => "a task is making the cell's value",
        })
    }
}

impl<T: fmt::Debug> Error for SetError<T> {}
