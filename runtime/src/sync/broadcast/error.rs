//! The errors of sending and receiving.

use std::{error::Error, fmt};

/// The channel has no receiver. The error contains the value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(pub T);

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendError").finish_non_exhaustive()
    }
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the channel has no receiver")
    }
}

impl<T> Error for SendError<T> {}

/// Why the receiver got no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecvError {
    /// All senders are dropped, and the receiver has seen every value.
    Closed,
    /// This many values were dropped before the receiver took them. The next
    /// call returns the oldest value that is left.
    Lagged(u64),
}

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the channel is closed"),
            Self::Lagged(missed) => {
                write!(f, "the receiver lagged behind and missed {missed} values")
            }
        }
    }
}

impl Error for RecvError {}

/// Why the receiver got no value at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TryRecvError {
    /// The receiver has seen every value.
    Empty,
    /// All senders are dropped, and the receiver has seen every value.
    Closed,
    /// This many values were dropped before the receiver took them. The next
    /// call returns the oldest value that is left.
    Lagged(u64),
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the channel is empty"),
            Self::Closed => f.write_str("the channel is closed"),
            Self::Lagged(missed) => {
                write!(f, "the receiver lagged behind and missed {missed} values")
            }
        }
    }
}

impl Error for TryRecvError {}
