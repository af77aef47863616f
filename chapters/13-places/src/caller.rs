// ANCHOR: caller
//! The future in the caller, or in a box if it does not fit there.

use std::pin::Pin;

use dyn_traits::boxed;

use crate::{DynFuture, DynLine, End, Line, Message, Offer};

/// Puts the future of each call into the space of the caller. A future that does not fit
/// gets a box.
pub struct InCaller<L>(pub L);

/// The line is not pinned, because its functions take `&mut self`.
impl<L> Unpin for InCaller<L> {}

impl<L: Line> DynLine for InCaller<L> {
    fn byte<'a>(
        self: Pin<&'a mut Self>,
        offer: Offer<'a>,
    ) -> DynFuture<'a, Result<u8, End>> {
        offer.try_fill(self.get_mut().0.byte()).unwrap_or_else(boxed)
    }

    fn send<'a>(
        self: Pin<&'a mut Self>,
        message: Message,
        offer: Offer<'a>,
    ) -> DynFuture<'a, Result<(), End>> {
        offer.try_fill(self.get_mut().0.send(message)).unwrap_or_else(boxed)
    }
}
// ANCHOR_END: caller
