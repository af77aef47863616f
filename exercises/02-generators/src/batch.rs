//! Exercise `generators/batch`: a generator that drives other generators in a loop.

use std::pin::Pin;

use generators::CoroutineState;
// You will need `use generators::CoroutineState::{Complete, Yielded};`.
use generators::{Coroutine, Corrupt, Decoder, Message};

/// Decodes an announcement and the messages that it announces.
///
/// The first byte of the announcement's body is the number of messages. An empty
/// body means zero. `Batch` is this function, in which `drive` resumes a decoder
/// until it completes, and yields everything that the decoder yields:
///
/// ```text
/// let announcement = drive(Decoder::Start)?;
/// let count = announcement.body().first().copied().unwrap_or(0);
/// let mut messages = Vec::new();
/// for _ in 0..count {
///     messages.push(drive(Decoder::Start)?);
/// }
/// Ok(messages)
/// ```
///
/// Between two messages it yields 3: a message has no fewer bytes.
#[derive(Debug)]
pub enum Batch {
    /// Paused inside the announcement, or not resumed yet.
    Announcement(Decoder),
    /// Paused inside a message or before one.
    Messages {
        /// How many messages are missing, including the current one.
        left: u8,
        /// The messages that are complete.
        messages: Vec<Message>,
        /// The decoder of the current message.
        decoder: Decoder,
    },
    /// It has returned.
    Done,
}

impl Batch {
    /// Creates a batch that waits for the first byte of the announcement.
    pub fn new() -> Batch {
        Batch::Announcement(Decoder::Start)
    }
}

impl Default for Batch {
    fn default() -> Batch {
        Batch::new()
    }
}

impl Coroutine<u8> for Batch {
    type Yield = u8;
    type Return = Result<Vec<Message>, Corrupt>;

    fn resume(self: Pin<&mut Self>, byte: u8) -> CoroutineState<u8, Self::Return> {
        todo!("continue from {:?} with the byte {byte}", self.get_mut())
    }
}
