// ANCHOR: state
//! A generator that drives another one: two messages, one after the other.

use std::pin::Pin;

use crate::CoroutineState::{self, Complete, Yielded};
use crate::{Coroutine, Corrupt, Decoder, Message};

/// Decodes a question and its answer. Yields whatever its decoder yields.
#[derive(Clone, Copy, Debug)]
pub enum Exchange {
    /// Stopped because the decoder of the question stopped.
    Question(Decoder),
    /// Stopped because the decoder of the answer stopped.
    #[allow(missing_docs)]
    Answer { question: Message, decoder: Decoder },
    /// Completed.
    Done,
}
// ANCHOR_END: state

// ANCHOR: new
impl Exchange {
    /// An exchange that waits for the first byte of the question.
    pub fn new() -> Exchange {
        Exchange::Question(Decoder::Start)
    }
}

impl Default for Exchange {
    fn default() -> Exchange {
        Exchange::new()
    }
}
// ANCHOR_END: new

// ANCHOR: question
impl Coroutine<u8> for Exchange {
    type Yield = u8;
    type Return = Result<(Message, Message), Corrupt>;

    fn resume(self: Pin<&mut Self>, byte: u8) -> CoroutineState<u8, Self::Return> {
        let this = self.get_mut();
        match this {
            // ANCHOR: drive
            Exchange::Question(decoder) => match Pin::new(decoder).resume(byte) {
                Yielded(missing) => Yielded(missing),
                Complete(Ok(question)) => {
                    let decoder = Decoder::Start;
                    *this = Exchange::Answer { question, decoder };
                    Yielded(3)
                }
                Complete(Err(corrupt)) => {
                    *this = Exchange::Done;
                    Complete(Err(corrupt))
                }
            },
            // ANCHOR_END: drive
            // ANCHOR_END: question
            // ANCHOR: answer
            Exchange::Answer { question, decoder } => {
                match Pin::new(decoder).resume(byte) {
                    Yielded(missing) => Yielded(missing),
                    Complete(answer) => {
                        let question = *question;
                        *this = Exchange::Done;
                        Complete(answer.map(|answer| (question, answer)))
                    }
                }
            }
            Exchange::Done => panic!("`Exchange` resumed after completion"),
        }
    }
}
// ANCHOR_END: answer
