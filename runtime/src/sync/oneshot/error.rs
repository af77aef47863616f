//! How a oneshot channel ends without a value.

use std::{error::Error, fmt};

/// The sender was dropped without sending, or could not send because the
/// receiver had closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecvError(pub(super) ());

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the channel is closed")
    }
}

impl Error for RecvError {}

/// Why no value could be received at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TryRecvError {
    /// No value has been sent yet.
    Empty,
    /// No value will come.
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
