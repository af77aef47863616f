//! Receiving into the spare room of a `BufMut` of the crate `bytes`.

use bytes::BufMut;
use std::{io, mem::MaybeUninit};

/// Calls `recv` with the spare room, and advances the buffer by what it
/// received.
pub(super) fn recv<B: BufMut>(
    buffer: &mut B,
    recv: impl FnOnce(&mut [MaybeUninit<u8>]) -> io::Result<usize>,
) -> io::Result<usize> {
    recv_from(buffer, |spare| Ok((recv(spare)?, ()))).map(|(count, ())| count)
}

/// [`recv`], for operations that also return the sender.
///
/// `recv` must initialise the bytes that it counts, as the functions of socket2
/// do.
pub(super) fn recv_from<B: BufMut, T>(
    buffer: &mut B,
    recv: impl FnOnce(&mut [MaybeUninit<u8>]) -> io::Result<(usize, T)>,
) -> io::Result<(usize, T)> {
    // SAFETY: `recv` writes only initialised bytes to the slice.
    let spare = unsafe { buffer.chunk_mut().as_uninit_slice_mut() };
    let room = spare.len();
    let (count, sender) = recv(spare)?;
    assert!(
        count <= room,
        "the system received more than it had room for"
    );
    // SAFETY: `recv` has initialised `count` bytes of the slice.
    unsafe { buffer.advance_mut(count) };
    Ok((count, sender))
}
