//! [`JoinWaker`]: the waker of the task that awaits a `JoinHandle`, in one word of
//! the awaited task's header.
//!
//! Usually the awaiting future is another task of this crate. Then the word is the
//! address of that task's header. Any other waker is put into a block of memory,
//! and the word is the block's address with its lowest bit set.

use super::{
    header::{Header, Task},
    recycle, waker,
};
use crate::trace::{self, WakerOp};
use std::{alloc::Layout, mem::ManuallyDrop, ptr::NonNull, task::Waker};

const BLOCK: Layout = Layout::new::<Waker>();
const _: () = assert!(align_of::<Header>() > 1 && align_of::<Waker>() > 1);

/// Owns a waker.
///
/// # Invariants
/// - **W2**: With the lowest bit unset, the word is a header's address, and this
///   value owns one of the task's references.
/// - **W3**: With the lowest bit set, the word without that bit is the address of a
///   block that `new` allocated. The block holds a waker, and this value owns it.
pub(super) struct JoinWaker(NonNull<()>);

impl JoinWaker {
    pub(super) fn new(waker: Waker) -> Self {
        match waker::into_task(waker) {
            Ok(task) => Self(task.into_raw().cast()),
            Err(waker) => {
                let block: NonNull<Waker> = recycle::allocate(BLOCK).cast();
                // SAFETY: the memory has this layout, and nothing else uses it yet.
                unsafe { block.write(waker) };
                let address = block.as_ptr().map_addr(|address| address | 1);
                // SAFETY: the address has a bit set, so it is not null.
                Self(unsafe { NonNull::new_unchecked(address) }.cast())
            }
        }
    }

    fn block(&self) -> Option<NonNull<Waker>> {
        let address = self.0.as_ptr();
        let block = address.map_addr(|address| address & !1);
        (block != address).then(|| {
            // SAFETY: W3: without the bit, this is the address of a block.
            unsafe { NonNull::new_unchecked(block) }.cast()
        })
    }

    /// Gives the waker to `look`.
    pub(super) fn with<R>(&self, look: impl FnOnce(&Waker) -> R) -> R {
        if let Some(block) = self.block() {
            // SAFETY: W3: the block holds a waker.
            return look(unsafe { block.as_ref() });
        }
        // SAFETY: W2: the word is a header's address. `ManuallyDrop` leaves the
        // reference to `self`.
        let task = ManuallyDrop::new(unsafe { Task::from_raw(self.0.cast()) });
        look(&waker::waker_ref(&task))
    }
}

impl Drop for JoinWaker {
    fn drop(&mut self) {
        /// Releases the block even if the waker's destructor panics.
        struct ReleaseBlock(NonNull<Waker>);
        impl Drop for ReleaseBlock {
            fn drop(&mut self) {
                // SAFETY: W3: `new` allocated the block. It is empty now.
                unsafe { recycle::release(self.0.cast(), BLOCK) };
            }
        }
        if let Some(block) = self.block() {
            let _release = ReleaseBlock(block);
            // SAFETY: W3: the block holds a waker, which is dropped only here.
            unsafe { block.drop_in_place() };
        } else {
            // SAFETY: W2: this value owns the reference, and gives it up here.
            let task = unsafe { Task::from_raw(self.0.cast()) };
            trace::waker(&task.header().origin, WakerOp::Drop);
        }
    }
}
