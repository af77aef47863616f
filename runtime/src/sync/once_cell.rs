//! [`OnceCell`]: a value that is made when it is first wanted.

use super::permits::{Permits, Refused};
use crate::{primitives::OnceLock, task::consume_budget, trace::Label};
use std::{convert::Infallible, error::Error, fmt};

/// A value that an async function makes, once, for all who ask.
///
/// The first to ask makes it, the others wait. Should the first fail, panic or
/// be dropped, the next in the queue tries. Reading a value that is there is a
/// load.
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
    value: OnceLock<T>,
    /// One, for who makes the value; closed when it is there.
    turn: Permits,
}

impl<T> OnceCell<T> {
    const_unless_loom! {
        /// An empty cell. It can be a `static`.
        #[cfg_attr(feature = "trace", track_caller)]
        pub const fn new() -> Self {
            Self {
                value: OnceLock::new(),
                turn: Permits::new(1, Label::new("OnceCell")),
            }
        }
    }

    const_unless_loom! {
        /// The same as [`new`](Self::new), by tokio's name.
        #[cfg_attr(feature = "trace", track_caller)]
        pub const fn const_new() -> Self {
            Self::new()
        }
    }

    /// A cell with a value, or an empty one.
    #[cfg_attr(feature = "trace", track_caller)]
    pub fn new_with(value: Option<T>) -> Self {
        value.map_or_else(Self::new, Self::from)
    }

    /// Whether the value is there.
    pub fn initialized(&self) -> bool {
        self.get().is_some()
    }

    /// The value, if it is there.
    pub fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// The value, if it is there.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.value.get_mut()
    }

    /// Puts the value there.
    ///
    /// # Errors
    /// Gives it back if there is one already, or if one is being made.
    pub fn set(&self, value: T) -> Result<(), SetError<T>> {
        match self.turn.try_acquire(1) {
            Ok(()) => {
                self.fill(value);
                Ok(())
            }
            Err(Refused::Closed) => Err(SetError::AlreadyInitializedError(value)),
            Err(Refused::Busy) => Err(SetError::InitializingError(value)),
        }
    }

    /// The value, which `init` makes if nobody has.
    ///
    /// # Cancel safety
    /// Dropped, it gives its turn to the next. What `init` had done is for
    /// `init`'s future to undo.
    pub async fn get_or_init(&self, init: impl AsyncFnOnce() -> T) -> &T {
        let made = self.get_or_try_init(async || Ok::<_, Infallible>(init().await));
        let Ok(value) = made.await;
        value
    }

    /// The value, which `init` makes if nobody has, unless it fails.
    ///
    /// # Errors
    /// Those of `init`. The next who asks tries again.
    ///
    /// # Cancel safety
    /// As [`get_or_init`](Self::get_or_init).
    pub async fn get_or_try_init<E>(
        &self,
        init: impl AsyncFnOnce() -> Result<T, E>,
    ) -> Result<&T, E> {
        /// Gives the turn back, whatever becomes of the one who has it.
        struct Turn<'a>(&'a Permits);
        impl Drop for Turn<'_> {
            fn drop(&mut self) {
                self.0.release(1);
            }
        }
        if let Some(value) = self.get() {
            consume_budget().await;
            return Ok(value);
        }
        if self.turn.acquire(1).await.is_ok() {
            let _turn = Turn(&self.turn);
            let value = init().await?;
            self.fill(value);
        }
        Ok(self.get().expect("it is closed when the value is there"))
    }

    /// The caller has the turn.
    fn fill(&self, value: T) {
        let first = self.value.set(value).is_ok();
        debug_assert!(first, "one at a time, and none after the first");
        self.turn.close();
    }

    /// The value, if there is one.
    pub fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }

    /// Takes the value, if there is one, and leaves the cell empty.
    pub fn take(&mut self) -> Option<T> {
        std::mem::take(self).into_inner()
    }
}

impl<T> Default for OnceCell<T> {
    #[cfg_attr(feature = "trace", track_caller)]
    fn default() -> Self {
        Self::new()
    }
}

impl<T> From<T> for OnceCell<T> {
    #[cfg_attr(feature = "trace", track_caller)]
    fn from(value: T) -> Self {
        let cell = Self::new();
        cell.fill(value);
        cell
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

/// Why a value could not be put into the cell; here it is.
#[derive(Debug, PartialEq, Eq)]
pub enum SetError<T> {
    /// There is one already.
    AlreadyInitializedError(T),
    /// One is being made.
    InitializingError(T),
}

impl<T> SetError<T> {
    /// Whether there is a value already.
    pub fn is_already_init_err(&self) -> bool {
        matches!(self, Self::AlreadyInitializedError(_))
    }

    /// Whether one is being made.
    pub fn is_initializing_err(&self) -> bool {
        matches!(self, Self::InitializingError(_))
    }
}

impl<T> fmt::Display for SetError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AlreadyInitializedError(_) => "the cell has a value already",
            Self::InitializingError(_) => "the cell's value is being made",
        })
    }
}

impl<T: fmt::Debug> Error for SetError<T> {}
