//! How sending and receiving can fail.

use std::{error::Error, fmt};

/// Nobody listens; here is the value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(pub T);

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendError").finish_non_exhaustive()
    }
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nobody listens to the channel")
    }
}

impl<T> Error for SendError<T> {}

/// Why there is no next value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecvError {
    /// All senders are gone, and every value has been seen.
    Closed,
    /// So many values were dropped before the receiver came to them. The next
    /// try gets the oldest that is left.
    Lagged(u64),
}

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the channel is closed"),
            Self::Lagged(missed) => write!(f, "the receiver was too slow for {missed} values"),
        }
    }
}

impl Error for RecvError {}

/// Why there was no next value at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TryRecvError {
    /// Every value has been seen.
    Empty,
    /// All senders are gone, and every value has been seen.
    Closed,
    /// So many values were dropped before the receiver came to them. The next
    /// try gets the oldest that is left.
    Lagged(u64),
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the channel is empty"),
            Self::Closed => f.write_str("the channel is closed"),
            Self::Lagged(missed) => write!(f, "the receiver was too slow for {missed} values"),
        }
    }
}

impl Error for TryRecvError {}
