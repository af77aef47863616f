// ANCHOR: head
//! The trait of objects that are lines, for futures without a box.

use std::pin::{Pin, pin};

use crate::{DynFuture, End, Line, Message, Room};
// ANCHOR_END: head

// ANCHOR: dyn_line
/// A [`Line`] as a trait that can be `dyn`.
pub trait DynLine {
    /// Waits for the next byte.
    fn byte<'a>(
        self: Pin<&'a mut Self>,
        offer: Offer<'a>,
    ) -> DynFuture<'a, Result<u8, End>>;

    /// Sends a message.
    fn send<'a>(
        self: Pin<&'a mut Self>,
        message: Message,
        offer: Offer<'a>,
    ) -> DynFuture<'a, Result<(), End>>;
}
// ANCHOR_END: dyn_line

// ANCHOR: offer
/// How many bytes a caller offers.
pub const SPACE: usize = 64;

/// Room in the caller, which the call may use.
pub type Offer<'a> = Pin<&'a Room<SPACE>>;

/// An object is a line again. Each call offers room in its own future.
impl Line for Pin<&mut (dyn DynLine + '_)> {
    async fn byte(&mut self) -> Result<u8, End> {
        let room = pin!(Room::default());
        DynLine::byte(self.as_mut(), room.as_ref()).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        let room = pin!(Room::default());
        DynLine::send(self.as_mut(), message, room.as_ref()).await
    }
}
// ANCHOR_END: offer
