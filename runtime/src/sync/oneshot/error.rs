//! How a oneshot channel can end without a value.

use std::{error::Error, fmt};

/// The sender was dropped without sending, or the receiver had closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecvError(pub(super) ());

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the channel is closed")
    }
}

impl Error for RecvError {}

/// Why there was no value at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TryRecvError {
    /// None has been sent yet.
    Empty,
    /// None will come any more.
    Closed,
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "nothing has been sent yet",
            Self::Closed => "the channel is closed",
        })
    }
}

impl Error for TryRecvError {}
