// ANCHOR: head
//! The trait of objects that are lines.

use sockets::waiting::{End, Message};

use crate::{DynFuture, Line};
// ANCHOR_END: head

// ANCHOR: dyn_line
/// A [`Line`] as a trait that can be `dyn`.
pub trait DynLine {
    /// Waits for the next byte.
    fn byte(&mut self) -> DynFuture<'_, Result<u8, End>>;

    /// Sends a message.
    fn send(&mut self, message: Message) -> DynFuture<'_, Result<(), End>>;
}
// ANCHOR_END: dyn_line

// ANCHOR: object
/// An object is a line again.
impl Line for dyn DynLine + '_ {
    async fn byte(&mut self) -> Result<u8, End> {
        DynLine::byte(self).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        DynLine::send(self, message).await
    }
}
// ANCHOR_END: object
