//! The waker of the one who joins a task, in one word of the task's header.
//!
//! Mostly that is another task of this runtime, and its waker is known by the
//! address of its header. Other wakers are put into a block of memory, and the
//! word is the block's address with its lowest bit set.

use super::{
    header::{Header, Task},
    recycle, waker,
};
use crate::trace::{self, WakerOp};
use std::{alloc::Layout, mem::ManuallyDrop, ptr::NonNull, task::Waker};

const BLOCK: Layout = Layout::new::<Waker>();
const _: () = assert!(align_of::<Header>() > 1 && align_of::<Waker>() > 1);

/// Owns a waker.
pub(super) struct JoinWaker(NonNull<()>);

impl JoinWaker {
    pub(super) fn new(waker: Waker) -> Self {
        match waker::into_task(waker) {
            Ok(task) => Self(task.into_raw().cast()),
            Err(waker) => {
                let block: NonNull<Waker> = recycle::allocate(BLOCK).cast();
                // SAFETY: memory of this layout, and nobody's yet.
                unsafe { block.write(waker) };
                let address = block.as_ptr().map_addr(|address| address | 1);
                // SAFETY: not null, for it has a bit set.
                Self(unsafe { NonNull::new_unchecked(address) }.cast())
            }
        }
    }

    fn block(&self) -> Option<NonNull<Waker>> {
        let address = self.0.as_ptr();
        let block = address.map_addr(|address| address & !1);
        (block != address).then(|| {
            // SAFETY: the block's address, which has no bit there.
            unsafe { NonNull::new_unchecked(block) }.cast()
        })
    }

    /// Looks at the waker.
    pub(super) fn with<R>(&self, look: impl FnOnce(&Waker) -> R) -> R {
        if let Some(block) = self.block() {
            // SAFETY: the block is ours, and holds a waker.
            return look(unsafe { block.as_ref() });
        }
        // SAFETY: without the bit, the word is a task's address and owns a
        // reference, which is borrowed here.
        let task = ManuallyDrop::new(unsafe { Task::from_raw(self.0.cast()) });
        look(&waker::waker_ref(&task))
    }
}

impl Drop for JoinWaker {
    fn drop(&mut self) {
        /// Gives the memory back, also when a stranger's destructor panics.
        struct Release(NonNull<Waker>);
        impl Drop for Release {
            fn drop(&mut self) {
                // SAFETY: allocated by `new`, and empty by now.
                unsafe { recycle::release(self.0.cast(), BLOCK) };
            }
        }
        if let Some(block) = self.block() {
            let _release = Release(block);
            // SAFETY: the block holds a waker, which goes once.
            unsafe { block.drop_in_place() };
        } else {
            // SAFETY: as in `with`; the reference is given up here.
            let task = unsafe { Task::from_raw(self.0.cast()) };
            trace::waker(task.header(), WakerOp::Drop);
        }
    }
}
