// ANCHOR: head
//! Everything that can go wrong, and what follows from it.

use std::fmt;
use std::io::{self, ErrorKind};

use waiting::{End, Message};
// ANCHOR_END: head

// ANCHOR: error
/// Why a conversation ended, or why the server cannot do its work.
#[derive(Debug)]
pub enum Error {
    /// The meter hung up between two messages. This is the usual end.
    Closed,
    /// The connection failed, or ended within a message.
    Broken(io::Error),
    /// The bytes are not a message.
    Corrupt,
    /// A message that a meter must not send.
    Unexpected(Message),
    /// A message was not complete in time, or a ping was not answered.
    Late,
    /// The meter does not read its answers.
    Stalled,
    /// The conversation did not end within the grace period of a shutdown.
    Cut,
    /// The task that stores readings has ended, so the server is about to stop.
    Stopping,
    /// The system could not accept a connection, for example with too many open files.
    Accept(io::Error),
    /// The journal could not be written, for example because the disk is full.
    Journal(io::Error),
    /// A listener could not be used.
    Listen(io::Error),
}
// ANCHOR_END: error

// ANCHOR: reaction
/// What the server does after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// End this conversation. All others continue.
    Disconnect,
    /// Try again, but wait before that.
    BackOff,
    /// End the server.
    Stop,
}

impl Error {
    /// What the server does after this error.
    pub fn reaction(&self) -> Reaction {
        use Error::{
            Accept, Broken, Closed, Corrupt, Cut, Journal, Late, Listen, Stalled,
            Stopping, Unexpected,
        };
        match self {
            Closed | Broken(_) | Corrupt | Unexpected(_) | Late | Stalled => {
                Reaction::Disconnect
            }
            Cut | Stopping => Reaction::Disconnect,
            Accept(_) => Reaction::BackOff,
            Journal(_) | Listen(_) => Reaction::Stop,
        }
    }
}
// ANCHOR_END: reaction

// ANCHOR: accept
impl Error {
    /// The meaning of an error of `accept`.
    pub(crate) fn from_accept(error: io::Error) -> Error {
        match error.kind() {
            // The new connection has failed already. The next one may be fine.
            ErrorKind::ConnectionReset
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkDown
            | ErrorKind::NetworkUnreachable => Error::Broken(error),
            // The socket does not listen any more.
            ErrorKind::InvalidInput => Error::Listen(error),
            _ => Error::Accept(error),
        }
    }
}
// ANCHOR_END: accept

// ANCHOR: rest
impl Error {
    /// The name of the counter in the metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Error::Closed => "closed",
            Error::Broken(_) => "broken",
            Error::Corrupt => "corrupt",
            Error::Unexpected(_) => "unexpected",
            Error::Late => "late",
            Error::Stalled => "stalled",
            Error::Cut => "cut",
            Error::Stopping => "stopping",
            Error::Accept(_) => "accept",
            Error::Journal(_) => "journal",
            Error::Listen(_) => "listen",
        }
    }
}

impl From<End> for Error {
    fn from(end: End) -> Error {
        match end {
            End::Closed => Error::Closed,
            End::Late => Error::Late,
            End::Corrupt => Error::Corrupt,
            End::Unexpected(message) => Error::Unexpected(message),
            End::Broken(error) => Error::Broken(error),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Broken(error) => write!(f, "a connection broke: {error}"),
            Error::Accept(error) => write!(f, "cannot accept a connection: {error}"),
            Error::Journal(error) => write!(f, "cannot write the journal: {error}"),
            Error::Listen(error) => write!(f, "cannot listen: {error}"),
            other => write!(f, "a conversation ended: {}", other.name()),
        }
    }
}

impl std::error::Error for Error {}
// ANCHOR_END: rest
