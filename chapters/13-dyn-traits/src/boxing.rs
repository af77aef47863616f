// ANCHOR: boxing
//! A new box for each call.

use sockets::waiting::{End, Message};

use crate::block::Block;
use crate::{DynFuture, DynLine, Line};

/// Puts the future of each call into a box of its own.
pub struct Boxing<L>(pub L);

impl<L: Line> DynLine for Boxing<L> {
    fn byte(&mut self) -> DynFuture<'_, Result<u8, End>> {
        boxed(self.0.byte())
    }

    fn send(&mut self, message: Message) -> DynFuture<'_, Result<(), End>> {
        boxed(self.0.send(message))
    }
}

/// Puts a future into a new box. The place is the block, so its destructor frees the box.
pub fn boxed<'a, F>(future: F) -> DynFuture<'a, F::Output>
where
    F: Future + 'a,
{
    let block = Block::new(DynFuture::<F::Output>::layout::<Block, F>());
    // SAFETY: D1. The block has this layout, and the `DynFuture` owns it. D2: a block
    // that is leaked is never freed.
    unsafe { DynFuture::new(block.memory, block, future) }
}
// ANCHOR_END: boxing
