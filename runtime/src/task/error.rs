//! [`JoinError`]: why a task ended without an output.

use crate::id::Id;
use std::{any::Any, error::Error, fmt, sync::Mutex};

/// Why a [`JoinHandle`](super::JoinHandle) returns no output: the task was aborted,
/// or it panicked.
pub struct JoinError {
    task: Id,
    cause: Cause,
}

enum Cause {
    Cancelled,
    // The lock makes the error `Sync`, as errors should be.
    Panic(Mutex<Box<dyn Any + Send>>),
}

impl JoinError {
    pub(super) fn cancelled(task: Id) -> Self {
        Self {
            task,
            cause: Cause::Cancelled,
        }
    }

    pub(super) fn panicked(task: Id, payload: Box<dyn Any + Send>) -> Self {
        Self {
            task,
            cause: Cause::Panic(Mutex::new(payload)),
        }
    }

    /// Whether the task was aborted, or its runtime shut down before it ended.
    pub fn is_cancelled(&self) -> bool {
        matches!(self.cause, Cause::Cancelled)
    }

    /// Whether the task panicked, in a poll or in the destructor of its future.
    pub fn is_panic(&self) -> bool {
        matches!(self.cause, Cause::Panic(_))
    }

    /// The id of the task.
    pub fn id(&self) -> Id {
        self.task
    }

    /// Returns the panic's payload. [`std::panic::resume_unwind`] can continue the
    /// panic with it.
    ///
    /// # Errors
    /// Returns the error itself if the task did not panic.
    pub fn try_into_panic(self) -> Result<Box<dyn Any + Send>, Self> {
        match self.cause {
            Cause::Panic(payload) => Ok(payload
                .into_inner()
                .unwrap_or_else(std::sync::PoisonError::into_inner)),
            Cause::Cancelled => Err(self),
        }
    }

    /// Returns the panic's payload. [`std::panic::resume_unwind`] can continue the
    /// panic with it.
    ///
    /// # Panics
    /// If the task did not panic. Call [`is_panic`](Self::is_panic) first, or
    /// [`try_into_panic`](Self::try_into_panic).
    #[track_caller]
    pub fn into_panic(self) -> Box<dyn Any + Send> {
        match self.try_into_panic() {
            Ok(payload) => payload,
            Err(error) => panic!(
                "`into_panic` was called, but the task did not panic ({error}): call `is_panic` \
                 first, or `try_into_panic`"
            ),
        }
    }

    /// The panic's message, if the payload is a string.
    fn message(&self) -> Option<String> {
        let Cause::Panic(payload) = &self.cause else {
            return None;
        };
        let payload = payload
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.cause, self.message()) {
            (Cause::Cancelled, _) => write!(f, "task {} was cancelled", self.task),
            (Cause::Panic(_), Some(text)) => write!(f, "task {} panicked: {text}", self.task),
            (Cause::Panic(_), None) => write!(f, "task {} panicked", self.task),
        }
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinError({self})")
    }
}

impl Error for JoinError {}

impl From<JoinError> for std::io::Error {
    fn from(error: JoinError) -> Self {
        Self::other(error)
    }
}
