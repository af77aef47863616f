//! The blocks and slots of a message queue.

use crate::primitives::{AtomicPtr, AtomicUsize, UnsafeCell};
use std::{mem::MaybeUninit, ptr};

/// How many slots a block has.
pub(super) const SLOTS: usize = if cfg!(any(loom, shuttle)) { 3 } else { 31 };
/// How many numbers a block has: one for each slot, and one for the time in
/// which the next block is added.
pub(super) const LAP: usize = SLOTS + 1;

// The states of a slot. The parent module draws them.
pub(super) const EMPTY: usize = 0;
pub(super) const RX_WAITING: usize = 1;
pub(super) const TAKING_WAKER: usize = 2;
pub(super) const MESSAGE: usize = 3;
pub(super) const RECHECK: usize = 4;

pub(super) struct Slot<T> {
    pub(super) state: AtomicUsize,
    pub(super) message: UnsafeCell<MaybeUninit<T>>,
}

pub(super) struct Block<T> {
    pub(super) slots: [Slot<T>; SLOTS],
    pub(super) next: AtomicPtr<Block<T>>,
}

impl<T> Block<T> {
    /// Allocates a block, as a box that the caller owns.
    pub(super) fn new() -> *mut Self {
        let slots = std::array::from_fn(|_| Slot {
            state: AtomicUsize::new(EMPTY),
            message: UnsafeCell::new(MaybeUninit::uninit()),
        });
        let next = AtomicPtr::new(ptr::null_mut());
        Box::into_raw(Box::new(Self { slots, next }))
    }
}
