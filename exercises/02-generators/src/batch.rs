//! Exercise `generators/batch`: a generator that drives others in a loop.

use std::pin::Pin;

use generators::CoroutineState;
// You will need `use generators::CoroutineState::{Complete, Yielded};`.
use generators::{Coroutine, Corrupt, Decoder, Message};

/// Decodes a message that announces others, then the others.
///
/// The first byte of the announcement's body says how many follow; an empty
/// body says none. It is this function, in which `drive` resumes a decoder until
/// it completes and yields what it yields:
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
    /// Left inside the announcement, or not resumed yet.
    Announcement(Decoder),
    /// Left inside one of the messages, or before it.
    Messages {
        /// How many have not come, with the one that is being decoded.
        left: u8,
        /// Those that have come.
        messages: Vec<Message>,
        /// The decoder of the next.
        decoder: Decoder,
    },
    /// Returned.
    Done,
}

impl Batch {
    /// Ready for the first byte of the announcement.
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
        todo!("go on from {:?} with {byte}", self.get_mut())
    }
}
