//! [`PackedWaker`]: a waker in one word. A task's header stores the waker of its
//! `JoinHandle` in this form, and a channel stores the waker of its receiver.
//!
//! Usually the waker belongs to a task of this crate. Then the word is the address
//! of that task's header. Any other waker is put into a block of memory, and the
//! word is the block's address with its lowest bit set.

use super::{
    header::{Header, Task},
    recycle, waker,
};
use crate::{
    taskdump::{self, WakerOp},
    unwind,
};
use std::{
    alloc::Layout,
    mem::ManuallyDrop,
    ptr::{self, NonNull},
    task::Waker,
};

const BLOCK: Layout = Layout::new::<Waker>();
const _: () = assert!(align_of::<Header>() >= PackedWaker::ALIGN);
const _: () = assert!(align_of::<Waker>() >= PackedWaker::ALIGN);

/// Owns a waker.
///
/// # Invariants
/// - **W2**: With the lowest bit unset, the word is a header's address, and this
///   value owns one of the task's references.
/// - **W3**: With the lowest bit set, the word without that bit is the address of a
///   block that `in_block` allocated. The block holds a waker, and this value owns it.
pub(crate) struct PackedWaker(NonNull<()>);

impl PackedWaker {
    /// No word is smaller than this, so a smaller number can stand beside wakers.
    pub(crate) const ALIGN: usize = align_of::<*const ()>();

    /// Packs a clone of `waker`.
    pub(crate) fn clone_of(waker: &Waker) -> Self {
        match waker::clone_task(waker) {
            Some(task) => Self(task.into_raw().cast()),
            None => Self::in_block(waker.clone()),
        }
    }

    fn in_block(waker: Waker) -> Self {
        let block: NonNull<Waker> = recycle::allocate(BLOCK).cast();
        // SAFETY: the memory has this layout, and nothing else uses it yet.
        unsafe { block.write(waker) };
        let address = block.as_ptr().map_addr(|address| address | 1);
        // SAFETY: the address has a bit set, so it is not null.
        Self(unsafe { NonNull::new_unchecked(address) }.cast())
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

    /// Wakes. A panic of the waker ends here.
    pub(crate) fn wake(self) {
        let this = ManuallyDrop::new(self);
        if let Some(block) = this.block() {
            // SAFETY: W3: the block holds a waker. It is moved out, and the block is
            // released once, because `this` is not dropped.
            let waker = unsafe { block.read() };
            // SAFETY: W3: `in_block` allocated the block. It is empty now.
            unsafe { recycle::release(block.cast(), BLOCK) };
            unwind::wake(waker);
        } else {
            // SAFETY: W2: the reference goes to the task, because `this` is not
            // dropped.
            waker::wake_task(unsafe { Task::from_raw(this.0.cast()) });
        }
    }

    /// Whether `word` came from [`into_raw`](Self::into_raw) and packs a waker of the
    /// same task as `waker`. Reads only the words, so another thread may be taking the
    /// waker. False for every waker in a block.
    pub(crate) fn is_task_of(word: *mut (), waker: &Waker) -> bool {
        waker::is_task_waker(waker) && ptr::eq(word, waker.data())
    }

    pub(crate) fn into_raw(self) -> *mut () {
        ManuallyDrop::new(self).0.as_ptr()
    }

    /// # Safety
    /// The word came from [`into_raw`](Self::into_raw), and no other value was made
    /// from it since.
    pub(crate) unsafe fn from_raw(word: *mut ()) -> Self {
        // SAFETY: the caller promises that it was a `NonNull`.
        Self(unsafe { NonNull::new_unchecked(word) })
    }
}

impl Drop for PackedWaker {
    fn drop(&mut self) {
        /// Releases the block even if the waker's destructor panics.
        struct ReleaseBlock(NonNull<Waker>);
        impl Drop for ReleaseBlock {
            fn drop(&mut self) {
                // SAFETY: W3: `in_block` allocated the block. It is empty now.
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
            taskdump::waker(&task.header().stats, WakerOp::Drop);
        }
    }
}
