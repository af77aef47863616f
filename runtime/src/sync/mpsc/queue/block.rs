//! The blocks and slots of a message queue.

use crate::{
    primitives::{AtomicPtr, UnsafeCell},
    task::PackedWaker,
};
use std::{mem::MaybeUninit, ptr, sync::atomic::Ordering::AcqRel};

/// How many slots a block has.
pub(super) const SLOTS: usize = if cfg!(any(loom, shuttle)) { 3 } else { 31 };
/// How many numbers a block has: one for each slot, and one for the time in
/// which the next block is added.
pub(super) const LAP: usize = SLOTS + 1;

// The states of a slot. The parent module draws them. Any other state is the
// receiver's waker, packed into the word.
pub(super) const EMPTY: *mut () = ptr::null_mut();
pub(super) const MESSAGE: *mut () = ptr::without_provenance_mut(1);
pub(super) const CLOSE_CHECK: *mut () = ptr::without_provenance_mut(2);
const _: () = assert!(PackedWaker::ALIGN > 2, "no waker is equal to a state");

/// Whether the state is the waker of a receiver that waits.
pub(super) fn is_waker(state: *mut ()) -> bool {
    state.addr() >= PackedWaker::ALIGN
}

pub(super) struct Slot<T> {
    pub(super) state: AtomicPtr<()>,
    pub(super) message: UnsafeCell<MaybeUninit<T>>,
}

impl<T> Slot<T> {
    /// Writes a message into the slot, which the caller has claimed, and publishes it.
    pub(super) fn put(&self, message: T) {
        let message = MaybeUninit::new(message);
        // SAFETY: Q1: the caller has claimed the slot and not published it.
        self.message.with_mut(|cell| unsafe { cell.write(message) });
        self.publish(MESSAGE);
    }

    /// Gives the slot, which the caller has claimed, to the receiver. The caller does
    /// not touch the slot afterwards, because its block may be freed (Q4).
    pub(super) fn publish(&self, content: *mut ()) {
        // Ordering: Release pairs with the Acquire load in `try_pop` and publishes
        // the message. Acquire pairs with the Release in `poll_wait`, which handed
        // over the waker.
        let before = self.state.swap(content, AcqRel);
        if is_waker(before) {
            // SAFETY: Q2: this exchange has replaced the state, so the waker is ours.
            unsafe { PackedWaker::from_raw(before) }.wake();
        }
    }
}

pub(super) struct Block<T> {
    pub(super) slots: [Slot<T>; SLOTS],
    pub(super) next: AtomicPtr<Block<T>>,
}

impl<T> Block<T> {
    /// Allocates a block, as a box that the caller owns.
    pub(super) fn new() -> *mut Self {
        let slots = std::array::from_fn(|_| Slot {
            state: AtomicPtr::new(EMPTY),
            message: UnsafeCell::new(MaybeUninit::uninit()),
        });
        let next = AtomicPtr::new(ptr::null_mut());
        Box::into_raw(Box::new(Self { slots, next }))
    }
}
