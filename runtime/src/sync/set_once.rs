//! [`SetOnce`]: a value that tasks wait for.

use super::{Notify, once_value::OnceValue};
use crate::{task::consume_budget, taskdump::Resource};
use std::{error::Error, fmt};

/// A value that one task sets once, and that any number of tasks wait for.
///
/// The tasks that need the value of an [`OnceCell`](super::OnceCell) make it
/// themselves. Here they wait for another task. A [`watch`](super::watch)
/// channel has a value from the start, which can change.
///
/// ```
/// use wakeful::sync::SetOnce;
///
/// static PORT: SetOnce<u16> = SetOnce::new();
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let client = wakeful::spawn_local(async { *PORT.wait().await });
///     PORT.set(8080).expect("it is not set yet");
///     assert_eq!(client.await?, 8080);
///     assert!(PORT.set(9090).is_err());
///     Ok::<(), wakeful::task::JoinError>(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SetOnce<T> {
    value: OnceValue<T>,
    set: Notify,
}

impl<T> SetOnce<T> {
    const_unless_loom! {
        /// Creates an empty cell. It can be a `static`.
        #[cfg_attr(feature = "taskdump", track_caller)]
        pub const fn new() -> Self {
            Self {
                value: OnceValue::new(),
                set: Notify::for_resource(Resource::new("SetOnce")),
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
        /// use wakeful::sync::SetOnce;
        ///
        /// static PORT: SetOnce<u16> = SetOnce::const_new_with(8080);
        ///
        /// assert_eq!(PORT.get(), Some(&8080));
        /// assert!(PORT.set(9090).is_err());
        /// ```
        #[cfg_attr(feature = "taskdump", track_caller)]
        pub const fn const_new_with(value: T) -> Self {
            Self {
                value: OnceValue::Preset(value),
                set: Notify::for_resource(Resource::new("SetOnce")),
            }
        }
    }

    /// Creates a cell with the given value, or an empty one.
    #[cfg_attr(feature = "taskdump", track_caller)]
    pub fn new_with(value: Option<T>) -> Self {
        value.map_or_else(Self::new, Self::from)
    }

    /// Sets the value and wakes all tasks that wait for it.
    ///
    /// # Errors
    /// Returns the value if the cell has one already.
    pub fn set(&self, value: T) -> Result<(), SetOnceError<T>> {
        self.value.set(value).map_err(SetOnceError)?;
        self.set.notify_waiters();
        Ok(())
    }

    /// Waits for the value. Ready at once if it is there.
    ///
    /// # Cancel safety
    /// A call that is dropped loses nothing.
    pub async fn wait(&self) -> &T {
        consume_budget().await;
        loop {
            let set = self.set.notified();
            if let Some(value) = self.get() {
                return value;
            }
            set.await;
        }
    }

    /// Returns the value if it is there.
    pub fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// Returns whether the value is there.
    pub fn initialized(&self) -> bool {
        self.get().is_some()
    }

    /// Returns the value if it is there.
    pub fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }
}

impl<T> Default for SetOnce<T> {
    #[cfg_attr(feature = "taskdump", track_caller)]
    fn default() -> Self {
        Self::new()
    }
}

impl<T> From<T> for SetOnce<T> {
    #[cfg_attr(feature = "taskdump", track_caller)]
    fn from(value: T) -> Self {
        Self::const_new_with(value)
    }
}

impl<T: Clone> Clone for SetOnce<T> {
    fn clone(&self) -> Self {
        Self::new_with(self.get().cloned())
    }
}

impl<T: PartialEq> PartialEq for SetOnce<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for SetOnce<T> {}

impl<T: fmt::Debug> fmt::Debug for SetOnce<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetOnce")
            .field("value", &self.get())
            .finish()
    }
}

/// The cell has a value already. The error contains the other value.
#[derive(Debug, PartialEq, Eq)]
pub struct SetOnceError<T>(pub T);

impl<T> fmt::Display for SetOnceError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value has been set already")
    }
}

impl<T: fmt::Debug> Error for SetOnceError<T> {}
