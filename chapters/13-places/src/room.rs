// ANCHOR: head
//! Room for one future, in an object or in a caller.

use std::cell::{Cell, UnsafeCell};
use std::marker::PhantomPinned;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::process;
use std::ptr::NonNull;

use crate::DynFuture;
// ANCHOR_END: head

// ANCHOR: room
/// Room of `N` bytes for one future and its place.
#[repr(C, align(16))]
pub struct Room<const N: usize> {
    bytes: UnsafeCell<[MaybeUninit<u8>; N]>,
    /// A future is in the room, or was leaked there.
    busy: Cell<bool>,
    /// A future in the room stays where it is, and so does the room.
    pinned: PhantomPinned,
}

/// The place of a future in a room.
struct Occupied<'a>(&'a Cell<bool>);

impl Drop for Occupied<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
// ANCHOR_END: room

// ANCHOR: try_fill
impl<const N: usize> Room<N> {
    const fn fits<F: Future>() -> bool {
        let needs = DynFuture::<F::Output>::layout::<Occupied<'_>, F>();
        needs.size() <= N && needs.align() <= 16
    }

    /// Puts a future into the room. Returns it if it does not fit, or if the room is busy.
    pub fn try_fill<'a, F>(
        self: Pin<&'a Self>,
        future: F,
    ) -> Result<DynFuture<'a, F::Output>, F>
    where
        F: Future + 'a,
    {
        let room = self.get_ref();
        if !Self::fits::<F>() || room.busy.get() {
            return Err(future);
        }
        room.busy.set(true);
        // SAFETY: a pointer to a field is not null.
        let memory = unsafe { NonNull::new_unchecked(room.bytes.get().cast()) };
        // SAFETY: D1. The future fits, and `busy` keeps other calls out. D2: the room is
        // pinned and stays busy. While it is busy, its destructor never returns.
        Ok(unsafe { DynFuture::new(memory, Occupied(&room.busy), future) })
    }
}
// ANCHOR_END: try_fill

// ANCHOR: fill
impl<const N: usize> Room<N> {
    /// The same. Does not compile if the future does not fit.
    ///
    /// # Panics
    ///
    /// If an earlier call runs, or was leaked.
    pub fn fill<'a, F>(self: Pin<&'a Self>, future: F) -> DynFuture<'a, F::Output>
    where
        F: Future + 'a,
    {
        const { assert!(Self::fits::<F>(), "the future does not fit into the room") }
        let Ok(call) = self.try_fill(future) else {
            panic!("an earlier call runs, or was leaked");
        };
        call
    }
}
// ANCHOR_END: fill

// ANCHOR: drop
impl<const N: usize> Drop for Room<N> {
    fn drop(&mut self) {
        if self.busy.get() {
            // D2: a future is in this memory, and the memory is about to be freed.
            eprintln!("a room was dropped while a future was in it");
            process::abort();
        }
    }
}
// ANCHOR_END: drop

// ANCHOR: rest
impl<const N: usize> Default for Room<N> {
    fn default() -> Room<N> {
        let bytes = UnsafeCell::new([MaybeUninit::uninit(); N]);
        Room { bytes, busy: Cell::new(false), pinned: PhantomPinned }
    }
}
// ANCHOR_END: rest
