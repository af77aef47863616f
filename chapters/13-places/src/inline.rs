// ANCHOR: head
//! The future in the object.

use std::pin::Pin;

use crate::{DynFuture, DynLine, End, Line, Message, Offer, Room};
// ANCHOR_END: head

// ANCHOR: inline
/// Puts the future of each call into the object.
pub struct Inline<L, const N: usize> {
    line: L,
    room: Room<N>,
}

impl<L, const N: usize> Inline<L, N> {
    /// The line is not pinned, and the room is.
    fn parts(self: Pin<&mut Self>) -> (&mut L, Pin<&Room<N>>) {
        // SAFETY: the room is not moved, because this returns it as pinned.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: the room is a part of an object that is pinned.
        (&mut this.line, unsafe { Pin::new_unchecked(&this.room) })
    }
}
// ANCHOR_END: inline

// ANCHOR: rest
impl<L: Line, const N: usize> DynLine for Inline<L, N> {
    fn byte<'a>(self: Pin<&'a mut Self>, _: Offer<'a>) -> DynFuture<'a, Result<u8, End>> {
        let (line, room) = self.parts();
        room.fill(line.byte())
    }

    fn send<'a>(
        self: Pin<&'a mut Self>,
        message: Message,
        _: Offer<'a>,
    ) -> DynFuture<'a, Result<(), End>> {
        let (line, room) = self.parts();
        room.fill(line.send(message))
    }
}

impl<L, const N: usize> Inline<L, N> {
    /// An object with room of `N` bytes for a future and its place.
    pub fn new(line: L) -> Inline<L, N> {
        Inline { line, room: Room::default() }
    }
}
// ANCHOR_END: rest
