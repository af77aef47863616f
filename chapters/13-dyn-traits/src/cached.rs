// ANCHOR: head
//! One box for all calls of an object.

use sockets::waiting::{End, Message};
use std::cell::Cell;

use crate::block::Block;
use crate::{DynFuture, DynLine, Line};
// ANCHOR_END: head

// ANCHOR: slot
/// Keeps a box between two calls.
#[derive(Default)]
pub struct Slot(Cell<Option<Block>>);

/// A block that goes back to its slot. It is the place of a future.
struct Kept<'a> {
    slot: &'a Slot,
    block: Option<Block>,
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        self.slot.0.set(self.block.take());
    }
}
// ANCHOR_END: slot

// ANCHOR: fill
impl Slot {
    /// Puts a future into the box of this slot. Allocates one if the slot is empty or
    /// its box does not fit.
    pub fn fill<'a, F>(&'a self, future: F) -> DynFuture<'a, F::Output>
    where
        F: Future + 'a,
    {
        let needs = DynFuture::<F::Output>::layout::<Kept<'a>, F>();
        let block = match self.0.take() {
            Some(block)
                if needs.size() <= block.layout.size()
                    && needs.align() <= block.layout.align() =>
            {
                block
            }
            _ => Block::new(needs),
        };
        let memory = block.memory;
        let place = Kept { slot: self, block: Some(block) };
        // SAFETY: D1. The block fits, and the place owns it. D2: this block is in no slot
        // until the place is dropped, and a block that is leaked is never freed.
        unsafe { DynFuture::new(memory, place, future) }
    }
}
// ANCHOR_END: fill

// ANCHOR: cached
/// Puts the future of each call into one box, which the object keeps.
pub struct Cached<L> {
    line: L,
    slot: Slot,
}

impl<L: Line> DynLine for Cached<L> {
    fn byte(&mut self) -> DynFuture<'_, Result<u8, End>> {
        let Cached { line, slot } = self;
        slot.fill(line.byte())
    }

    fn send(&mut self, message: Message) -> DynFuture<'_, Result<(), End>> {
        let Cached { line, slot } = self;
        slot.fill(line.send(message))
    }
}
// ANCHOR_END: cached

// ANCHOR: rest
impl<L> Cached<L> {
    /// Allocates nothing yet.
    pub fn new(line: L) -> Cached<L> {
        Cached { line, slot: Slot::default() }
    }
}
// ANCHOR_END: rest
