//! Exercise `places/leaves`: a call that leaves the function in which it was made.

use std::pin::Pin;
use std::task::{Context, Poll};

use places::{DynFuture, DynLine, End, Room, SPACE};

/// One call of `byte`, with the room for its future.
///
/// It may be moved until its first poll. So a function can return it.
pub struct ByteCall<'o> {
    /// The object, until the first poll begins the call.
    object: Option<Pin<&'o mut (dyn DynLine + 'o)>>,
    /// Room for the future of the call.
    room: Room<SPACE>,
    /// The call, until it is ready.
    call: Option<DynFuture<'o, Result<u8, End>>>,
}

impl<'o> ByteCall<'o> {
    /// Does not begin the call.
    pub fn new(object: Pin<&'o mut (dyn DynLine + 'o)>) -> ByteCall<'o> {
        ByteCall { object: Some(object), call: None, room: Room::default() }
    }
}

impl Future for ByteCall<'_> {
    type Output = Result<u8, End>;

    /// # Panics
    ///
    /// If it is polled after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<u8, End>> {
        // SAFETY: nothing is moved out of `self`, except the object, which is a reference.
        let this = unsafe { self.get_unchecked_mut() };
        let _ = (this.object.take(), &this.room, this.call.take(), cx);
        todo!("begin the call at the first poll, and poll it")
    }
}
