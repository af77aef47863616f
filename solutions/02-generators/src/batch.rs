//! Exercise `generators/batch`: a generator that drives others in a loop.

use std::pin::Pin;

use generators::CoroutineState;
// hole: begin
use generators::CoroutineState::{Complete, Yielded};
// hole: instead
//| // You will need `use generators::CoroutineState::{Complete, Yielded};`.
// hole: end
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
        // hole: begin
        let this = self.get_mut();
        let decoder = match this {
            Batch::Announcement(decoder) | Batch::Messages { decoder, .. } => decoder,
            Batch::Done => panic!("Batch resumed after completion"),
        };
        let message = match Pin::new(decoder).resume(byte) {
            Yielded(missing) => return Yielded(missing),
            Complete(Ok(message)) => message,
            Complete(Err(corrupt)) => {
                *this = Batch::Done;
                return Complete(Err(corrupt));
            }
        };
        let (left, messages) = match std::mem::replace(this, Batch::Done) {
            Batch::Messages { left, mut messages, .. } => {
                messages.push(message);
                (left - 1, messages)
            }
            _ => (message.body().first().copied().unwrap_or(0), Vec::new()),
        };
        if left == 0 {
            return Complete(Ok(messages));
        }
        *this = Batch::Messages { left, messages, decoder: Decoder::Start };
        Yielded(3)
        // hole: instead
        //| todo!("go on from {:?} with {byte}", self.get_mut())
        // hole: end
    }
}
